"""The geometry of planted networks, every number of which is known beforehand."""

import math
from itertools import combinations

import numpy as np
import pytest

from rnn_geometry.dynamics.results import Status
from rnn_geometry.geometry import (
    growth,
    input_output,
    integration,
    interventions,
    manifold_quality,
    modes,
    modifying_words,
    primacy,
    readouts,
    tables,
    word_meaning,
    word_order,
)
from rnn_geometry.geometry.network import FILE_ONLY, RANDOM, network_geometry, point_geometry
from rnn_geometry.geometry.readouts import accuracy_cliff, pairwise_angles
from rnn_geometry.store import formats
from rnn_geometry.store.columns import check_numbers

STATE, SENTENCES, LENGTH = 32, 1500, 24
MODES = np.exp(
    -1 / np.array([200.0, 100, 50, 5, 4, 3, 2, 1.5])
)  # eigenvalues by their time constants
RUN = {
    "task": "t",
    "model": "gru",
    "cell": "gru",
    "l2": "3e-4",
    "seed": 1,
    "control": None,
    "settings": {"cell": "gru"},
    "test_accuracy": 1.0,
    "shuffled_accuracy": 0.7,
    "longer_accuracy": 0.8,
    "unbalanced_accuracy": 0.9,
    "new_counts_accuracy": None,
    "loss_falling": False,
    "train_seconds": 2.0,
}
COPIED = {name: value for name, value in RUN.items() if name != "settings"}


INTEGRATION = {
    **dict.fromkeys((*growth.COLUMNS, *primacy.COLUMNS)),
    **dict.fromkeys((*integration.MEASURES, *integration.UNTRAINED_TAU, *integration.MODIFIERS)),
    **dict.fromkeys((*integration.MODIFIER_SUBSPACE, *modifying_words.COLUMNS)),
    **dict.fromkeys((*word_meaning.COLUMNS, *word_order.COLUMNS, *interventions.COLUMNS)),
    **dict.fromkeys((*input_output.COLUMNS, *manifold_quality.COLUMNS)),
    "hold_r2": 0.9,
    "integration_seconds": 0.25,
}


def simplex_corners(classes):
    """Return unit vectors (N, N - 1) from the middle to the corners of a regular simplex."""
    centred = np.eye(classes) - 1 / classes
    corners = np.linalg.svd(centred)[0][:, : classes - 1]
    return corners / np.linalg.norm(corners, axis=1, keepdims=True)


def orthonormal(rows, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(STATE, STATE)))[0][:, :rows].T


def search(points, starts, **extra):
    n = len(points)
    columns = {"q": np.full(n, 1e-4), "fast_q": np.full(n, np.nan), "status": np.zeros(n, np.int8)}
    columns |= {"slow_modes": np.full(n, 2), "gap": np.full(n, 7.0), "unseen": np.float64(np.nan)}
    return {
        "points": points,
        "displacement": np.linalg.norm(points - starts, axis=1),
        **columns,
        **extra,
    }


def linearization(effects, moves, modes=MODES):
    tau = np.minimum(np.abs(1 / np.log(np.abs(modes))), 1e5)
    return {
        "index": np.arange(3),
        "centre": np.int64(1),
        "eigenvalues": np.stack([0.5 * modes, modes, modes]).astype(np.complex128),
        "tau": np.stack([np.abs(1 / np.log(0.5 * np.abs(modes))), tau, tau]),
        "word_ids": np.arange(len(moves)),
        "word_effects": effects,
        "word_effects_std": np.zeros_like(effects),
        "word_moves": moves,
        "linear_r2": np.float64(0.9),
        "rollout_steps": np.array([1, 10]),
        "rollout_error": np.array([0.1, 0.3]),
        "seconds": np.float64(0.5),
    }


class Planted:
    """An integrator: its state sums the vectors of the words read, its readouts are those vectors.

    directions (C, d) are the vectors of the words within the manifold; `held` leaves the manifold's
    first axes only.
    """

    def __init__(self, directions, labels_of, *, multi_label=False, held=None, **meta):
        rng = np.random.default_rng(1)
        classes, d = directions.shape
        self.basis = orthonormal(2 * d)
        words = np.concatenate([directions, -directions] if multi_label else [directions])
        tokens = rng.integers(len(words), size=(SENTENCES, LENGTH))
        # Words of random strength: with equal ones many sentences are ties, which rounding decides.
        strength = rng.uniform(0.5, 1.5, size=(SENTENCES, LENGTH, 1))
        sums = (strength * words[tokens]).cumsum(axis=1)
        labels = labels_of(sums[:, -1] @ directions.T)
        keep = np.arange(d) < (d if held is None else held)
        states = (sums * keep) @ self.basis[:d]
        visited = states[np.arange(1000), rng.integers(LENGTH, size=1000)]
        self.states = {
            "visited": visited,
            "final": states[:, -1],
            "final_labels": labels,
            "readout": directions @ self.basis[:d],
            "readout_bias": np.zeros(classes),
        }
        self.slow = search(
            0.99 * visited,
            visited,
            hold_input=np.array("zero"),
            seconds=np.float64(1.0),
            min_tau=np.float64(LENGTH / 2),
        )
        self.fixed = {
            **search(visited[:5], visited[:5]),
            "distinct": np.array([0, 1, 1, -1, -1]),
            "stability": np.array([0, 1]),
            "degree": np.float64(1),
            "bounded": np.bool_(True),
        }
        self.fixed["status"] = np.array([0, 0, 4, 4, 5], np.int8)
        scores = np.concatenate(
            [np.eye(classes), -np.eye(classes)] if multi_label else [np.eye(classes)]
        )
        effects = np.concatenate([words @ directions.T, np.zeros((1, classes))])
        moves = np.append(np.full(len(words), 2.0), 0.05)
        self.linear = linearization(effects, moves)
        self.meta = {
            "kind": "synthetic",
            "classes": classes,
            "multi_label": multi_label,
            "dimension_expected": d,
            "dimension_predicted": d,
            "readout_angle_expected": 90.0,
            "mean_length": float(LENGTH),
            "evidence": list(range(len(words))),
            "neutral": len(words),
            "scores": np.concatenate([scores, np.zeros((1, classes))]).tolist(),
            **meta,
        }

    def numbers(self, **meta):
        arrays = self.states, self.slow, self.fixed, self.linear
        return network_geometry(RUN, *arrays, INTEGRATION, {**self.meta, **meta})


def categorical(classes, **options):
    angle = math.degrees(math.acos(-1 / (classes - 1)))
    argmax = lambda logits: logits.argmax(axis=1)  # noqa: E731
    return Planted(simplex_corners(classes), argmax, readout_angle_expected=angle, **options)


def multilabel(k):
    return Planted(np.eye(k), lambda logits: (logits >= 0).astype(np.int8), multi_label=True)


def rotated(readout, basis, degrees):
    """Turn readouts (C, S) rigidly out of the manifold's d axes (the first half of basis)."""
    inside, outside = np.split(basis, 2)
    turn = math.radians(degrees)
    return math.cos(turn) * readout + math.sin(turn) * (readout @ inside.T) @ outside


@pytest.mark.parametrize("classes", [2, 3, 4, 5, 8])
def test_every_number_of_a_planted_simplex(classes):
    d = classes - 1
    found = categorical(classes).numbers()
    for suffix in ("", "_visited", "_final"):
        assert found[f"participation_ratio{suffix}"] == pytest.approx(d, rel=0.05)
        assert found[f"components_95{suffix}"] == d
        assert sum(found[f"variance_ratio{suffix}"]) == pytest.approx(1)
    assert found["readout_angle_mean"] == pytest.approx(math.degrees(math.acos(-1 / d)), abs=1e-4)
    assert len(found["readout_angles"]) == classes * d // 2
    assert found["readout_singular_values"][:d] == pytest.approx([math.sqrt(classes / d)] * d)
    assert found["readout_in_subspace"] == pytest.approx(1)
    assert found["accuracy_at_d"] == found["accuracy_by_components"][d - 1] == 1
    assert found["accuracy_below_d"] < 0.95
    assert found["cliff"] is True
    assert found["cover"] == 1
    assert found["own_readout_cosine"] == pytest.approx(1)
    assert found["neutral_effect"] == pytest.approx(0.025)


def test_numbers_that_are_copied_or_counted():
    planted = categorical(4)
    found = planted.numbers()
    assert {name: found[name] for name in COPIED} == COPIED
    assert found["imported"] is False
    assert (found["hold_input"], found["analysis_seconds"]) == ("zero", 1.75)
    assert (found["fixed_points"], found["fixed_points_stable"], found["ghosts"]) == (2, 1, 2)
    assert found["q_median"] == pytest.approx(1e-4)
    assert found["fast_q_median"] is None  # not computed at any point
    lengths = np.linalg.norm(planted.states["visited"], axis=1)
    assert found["displacement_median"] == pytest.approx(0.01 * np.median(lengths))


@pytest.mark.parametrize("planted", [lambda: categorical(3), lambda: multilabel(2)])
def test_every_number_has_a_column_or_stays_in_the_file(planted):
    check_numbers("geometry.json", planted().numbers(), tables.OF_GEOMETRY, FILE_ONLY)


@pytest.mark.parametrize(("classes", "count"), [(2, 1), (4, 2), (11, 2), (12, 3)])
def test_components_for_the_share_of_n_classes(classes, count):
    axes = np.diag([6.0, 3.0, 2.0])  # .735, .918 and all of the variance
    found = point_geometry(np.concatenate([axes, -axes]), "_x", classes)
    assert found["components_n_x"] == count  # for 2/3, 4/5, 11/12, 12/13
    assert (found["components_90_x"], found["components_95_x"]) == (2, 3)


def test_points_that_slid_together_are_few_and_leave_starts_uncovered():
    planted = categorical(4)
    planted.slow["points"] = (
        planted.slow["points"][np.arange(1000) % 7] + 1e-9 * np.arange(1000)[:, None]
    )
    found = planted.numbers()
    assert found["distinct_points"] == 7
    assert found["cover"] < 0.1


def test_all_numbers_can_be_written_as_json(tmp_path):
    for planted in (categorical(3), multilabel(2)):
        formats.write_json(tmp_path / "geometry.json", planted.numbers())
        assert formats.read_json(tmp_path / "geometry.json") == planted.numbers()


def test_a_plane_where_four_classes_need_three_dimensions_has_no_cliff():
    found = categorical(4, held=2).numbers()
    assert found["participation_ratio"] == pytest.approx(2, rel=0.05)
    assert found["components_95"] == 2
    # Two readouts coincide in the plane: rounding decides between them.
    assert found["accuracy_at_d"] == pytest.approx(found["accuracy_below_d"], abs=0.02)
    assert found["accuracy_at_d"] < 0.95
    assert found["cliff"] is False
    assert found["readout_in_subspace"] < 0.9


def test_readouts_turned_out_of_the_manifold():
    planted = categorical(4)
    planted.states["readout"] = rotated(planted.states["readout"], planted.basis, 20)
    found = planted.numbers()
    assert found["readout_in_subspace"] == pytest.approx(math.cos(math.radians(20)))
    assert found["readout_angle_mean"] == pytest.approx(
        109.4712, abs=1e-3
    )  # among themselves they have not turned


def test_one_readout_turned_inside_the_manifold():
    planted = categorical(3)
    inside, turn = planted.basis[:2], math.radians(20)
    first = planted.states["readout"][0] @ inside.T
    turned = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]) @ first
    planted.states["readout"][0] = turned @ inside
    found = planted.numbers()
    assert sorted(found["readout_angles"]) == pytest.approx([100, 120, 140])
    assert found["readout_in_subspace"] == pytest.approx(1)
    assert 0.9 < found["accuracy_at_d"] < 0.99


@pytest.mark.parametrize("k", [2, 3])
def test_independent_labels_fill_a_cube(k):
    found = multilabel(k).numbers()
    assert found["participation_ratio"] == pytest.approx(k, rel=0.05)
    assert found["readout_angles"] == pytest.approx([90] * (k * (k - 1) // 2))
    assert found["accuracy_at_d"] == 1
    assert found["cliff"] is True
    assert found["own_readout_cosine"] == pytest.approx(1)


def test_multi_label_accuracy_needs_all_labels_right():
    planted = multilabel(2)
    planted.states["final_labels"][::2, 0] ^= 1  # one of two labels wrong in half of the sentences
    assert planted.numbers()["accuracy_at_d"] == 0.5


def test_the_readout_bias_is_applied():
    planted = categorical(3)
    planted.states["readout_bias"] = np.array([1e3, 0, 0])
    assert planted.numbers()["accuracy_at_d"] == pytest.approx(
        (planted.states["final_labels"] == 0).mean()
    )


def test_projection_adds_the_mean_back():
    # Far from the origin: without the mean, the readout would see another state.
    planted = categorical(3)
    planted.states["final"] = planted.states["final"] + 50 * planted.states["readout"][0]
    planted.states["readout_bias"] = -50 * planted.states["readout"] @ planted.states["readout"][0]
    assert planted.numbers()["accuracy_at_d"] == 1


@pytest.mark.parametrize(
    ("at_d", "below", "full", "expected"),
    [
        (0.92, 0.85, 1.0, True),
        (0.88, 0.5, 1.0, False),
        (0.92, 0.91, 1.0, False),
        (0.5, 0.4, 0.55, True),
    ],
)
def test_cliff_is_the_definition(monkeypatch, at_d, below, full, expected):
    # Accuracies in the order in which they are asked for: 0, 1 and 2 components, then the full
    # state.
    answers = iter([0.3, below, at_d, full])
    monkeypatch.setattr(readouts, "_accuracy", lambda final, states: next(answers))
    found = accuracy_cliff({"final": np.repeat(np.eye(2), 500, axis=0)}, 2)
    assert (found["accuracy_at_d"], found["accuracy_below_d"], found["cliff"]) == (
        at_d,
        below,
        expected,
    )


@pytest.mark.parametrize(
    ("sentences", "wrong", "expected"),
    [
        (2000, 60, True),  # three points
        (2000, 40, False),
        (20, 1, False),  # five points, one sentence of twenty
        (20, 6, True),
        (100, 5, False),  # 2.33 standard errors are 5.4 sentences
        (100, 6, True),
    ],
)
def test_a_cliff_on_few_sentences_must_be_beyond_chance(sentences, wrong, expected):
    # The second component, far weaker than the first, tells the last `wrong` sentences.
    first = np.where(np.arange(sentences) % 2, 10.0, -10.0)
    second = np.where(np.arange(sentences) >= sentences - wrong, 30.0, 0.0)
    final = np.stack([first, second / sentences**0.5], axis=1)
    labels = (first > 0).astype(int)
    labels[second > 0] = 2
    readout = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, 1e3]])
    bias = np.array([0, 0, -1e3 * 15 / sentences**0.5])
    states = {"final": final, "final_labels": labels, "readout": readout, "readout_bias": bias}
    found = accuracy_cliff(states, 2)
    assert found["accuracy_at_d"] == 1
    assert found["accuracy_below_d"] == pytest.approx(1 - wrong / sentences)
    assert found["cliff"] is expected


def test_modes_are_those_at_the_centre():
    found = categorical(4).numbers()
    assert found["integration_modes"] == 3  # tau above half of 24 words
    assert [found[f"tau_{i}"] for i in range(1, 9)] == pytest.approx(
        [200, 100, 50, 5, 4, 3, 2, 1.5]
    )
    assert found["tau_gap"] == pytest.approx(10)


@pytest.mark.parametrize(
    ("min_tau", "count", "gap"), [(12.0, 3, 10), (60.0, 2, 2), (110.0, 1, 2), (101.0, 1, 2)]
)
def test_modes_at_the_centre_are_counted_by_the_cut_of_the_search(min_tau, count, gap):
    """`analysis.min_tau` cuts here as it did in the search, whatever the length of the texts."""
    planted = categorical(4)
    planted.slow["min_tau"] = np.float64(min_tau)
    found = planted.numbers(mean_length=1000.0)
    assert found["integration_modes"] == count
    assert found["tau_gap"] == pytest.approx(gap)


def test_slow_modes_are_counted_over_all_points():
    found = modes.modes_over_points(np.array([3, 2, 3, -1, 0]), 3)
    assert found == {"modes_mean": 2, "modes_min": 0, "modes_max": 3, "modes_equal_d": 0.5}
    assert set(modes.modes_over_points(np.array([-1]), 3).values()) == {None}
    assert modes.modes_over_points(np.array([1]), None)["modes_equal_d"] is None


@pytest.mark.parametrize(
    ("eigenvalues", "count", "gap"),
    [
        ([1.2, 0.5], 1, True),  # grows fast: an integration mode by definition
        ([-0.999, 0.5], 1, True),  # oscillates slowly
        ([0.999 * np.exp(0.3j), 0.999 * np.exp(-0.3j), 0.5], 2, True),
        ([0.5, 0.4], 0, False),
        ([0.999, 0.99], 2, False),  # no mode is left for the gap
        ([1.0, 0.0], 1, False),  # the next time constant is zero
    ],
)
def test_unusual_modes(eigenvalues, count, gap):
    with np.errstate(divide="ignore"):
        linear = linearization(np.zeros((1, 2)), np.zeros(1), np.array(eigenvalues))
    found = modes.modes_at_centre(linear, 12.0)
    assert found["integration_modes"] == count
    assert (found["tau_gap"] is not None) == gap
    assert found["tau_1"] <= 1e5
    assert [found[f"tau_{i}"] for i in range(len(eigenvalues) + 1, 9)] == [None] * (
        8 - len(eigenvalues)
    )


def test_ordered_tasks_have_no_mean_angle_but_all_angles():
    found = categorical(3).numbers(readout_angle_expected=None)
    assert found["readout_angle_mean"] is None
    assert found["readout_angles"] == pytest.approx([120] * 3)


def test_angles_of_every_pair():
    vectors = np.array([[1.0, 0], [0, 2], [-3, 0], [1, 1]])
    by_hand = {(0, 1): 90, (0, 2): 180, (0, 3): 45, (1, 2): 90, (1, 3): 45, (2, 3): 135}
    assert pairwise_angles(vectors) == pytest.approx(
        [by_hand[pair] for pair in combinations(range(4), 2)]
    )


def assert_alike(found, expected):
    assert found.keys() == expected.keys()
    for name, value in found.items():
        assert value == pytest.approx(expected[name]), name


def with_memory(planted, memory=20.0, dimensions=6):
    """Give the network an LSTM's c beside its h: of more dimensions, and unseen by the readout."""
    rng = np.random.default_rng(2)
    hidden = orthonormal(dimensions, seed=3)

    def beside(states):
        kept = memory * rng.normal(size=(len(states), dimensions)) @ hidden
        return np.concatenate([states, kept], axis=1)

    for name in ("visited", "final"):
        planted.states[name] = beside(planted.states[name])
    planted.slow["points"] = beside(planted.slow["points"])
    planted.states["readout"] = np.pad(planted.states["readout"], ((0, 0), (0, STATE)))
    return planted


# Of the whole state, told apart by their names or their meaning.
OF_THE_STATE = ("participation_ratio_state", "components_95_state", "cover", "distinct_points")


@pytest.mark.parametrize("planted", [lambda: categorical(4), lambda: multilabel(2)])
def test_entries_of_the_state_that_no_readout_sees_change_no_geometry(planted):
    plain, found = planted().numbers(), with_memory(planted()).numbers()
    apart = (*OF_THE_STATE, "displacement_median")
    same = {name: value for name, value in found.items() if name not in apart}
    assert_alike(same, {name: plain[name] for name in same})
    assert plain["participation_ratio_state"] is plain["components_95_state"] is None
    assert found["participation_ratio_state"] == pytest.approx(6, rel=0.1)
    assert found["components_95_state"] > plain["components_95"]


def of_slow_points(numbers):
    """Return those of all numbers that are measures of slow points, apart from counts of modes."""
    names = ("participation_ratio", "components_90", "components_95", "components_n", "cover")
    names += ("variance_ratio", "readout_in_subspace", "readout_in_subspace_p", "score_r2")
    names += ("simplex_distance", "corner_miss", "simplex_shape", "corner_miss_p")
    return {name: numbers[name] for name in (*names, "simplex_shape_p")}


@pytest.mark.parametrize("status", [Status.OFF_MANIFOLD, Status.NO_GAP, Status.DIVERGED])
def test_points_that_did_not_converge_enter_no_measure(status):
    planted, clean = categorical(4), categorical(4)
    some = np.arange(0, 1000, 5)
    planted.slow["status"][some] = status
    clean.slow["points"] = np.delete(clean.slow["points"], some, axis=0)
    clean.slow["status"] = clean.slow["status"][: 1000 - len(some)]
    planted.slow["points"][some] += 100 * np.random.default_rng(0).normal(size=(len(some), STATE))
    assert_alike(of_slow_points(planted.numbers()), of_slow_points(clean.numbers()))
    assert planted.numbers()["slow_converged"] == 0.8


def test_the_largest_fast_residual_is_of_the_points_that_count():
    planted = categorical(4)
    scale = np.sqrt((planted.states["visited"].astype(float) ** 2).sum(axis=1).mean())
    planted.slow["fast_q"][:] = (1e-6 * scale) ** 2 / 2
    planted.slow["fast_q"][7] = (5e-5 * scale) ** 2 / 2
    planted.slow["fast_q"][8], planted.slow["status"][8] = 1.0, Status.OFF_MANIFOLD
    planted.slow["gap"][:], planted.slow["gap"][:250] = 3.0, 1.9
    found = planted.numbers()
    assert found["fast_residual_max"] == pytest.approx(5e-5)
    assert found["slow_narrow"] == 0.25
    planted.slow["fast_q"][:], planted.slow["gap"][:] = np.nan, np.nan
    assert planted.numbers()["fast_residual_max"] is planted.numbers()["slow_narrow"] is None


def test_a_network_without_a_gap_has_no_manifold_to_measure():
    planted = categorical(4)
    planted.slow["status"][:] = Status.NO_GAP
    found = planted.numbers()
    assert set(of_slow_points(found).values()) == {None}
    assert {found[name] for name in RANDOM} == {None}
    assert (found["slow_no_gap"], found["slow_converged"]) == (1, 0)
    assert found["participation_ratio_visited"] == pytest.approx(3, rel=0.05)
    assert found["cliff"] is True
    assert found["readout_angle_p"] == pytest.approx(0.001)  # readouts need no points


def test_words_against_the_readouts():
    planted = categorical(3)
    wrong = np.roll(planted.linear["word_effects"][:3], 1, axis=1)
    planted.linear["word_effects"] = np.concatenate([wrong, np.zeros((1, 3))])
    assert planted.numbers()["own_readout_cosine"] == pytest.approx(-0.5)
    shifted = planted.linear["word_effects"] + 7  # the same for all classes, which no softmax sees
    planted.linear["word_effects"] = shifted
    assert planted.numbers()["own_readout_cosine"] == pytest.approx(-0.5)


def test_words_without_a_meaning_for_the_measure():
    planted = categorical(3)
    assert planted.numbers(kind="text", evidence=None)["neutral_effect"] is None
    assert (
        planted.numbers(scores=np.zeros((4, 2)).tolist())["own_readout_cosine"] is None
    )  # scores are no classes
    planted.linear["word_moves"] = np.zeros(4)
    assert planted.numbers()["neutral_effect"] is None


@pytest.mark.parametrize("predicted", [None, 2])
def test_without_an_expected_dimension_the_predicted_one_stands_in(predicted):
    found = categorical(3).numbers(dimension_expected=None, dimension_predicted=predicted)
    of_d = ("cover", "readout_in_subspace", "accuracy_at_d", "accuracy_below_d", "cliff")
    assert all((found[name] is None) == (predicted is None) for name in of_d)
    assert found["dimension_expected"] is None
    assert found["components_95"] == 2


def test_more_dimensions_than_the_state_has(tmp_path):
    found = categorical(3).numbers(dimension_expected=STATE + 1)
    assert (found["accuracy_at_d"], found["cliff"]) == (None, None)
    assert found["readout_in_subspace"] == pytest.approx(1)
    formats.write_json(tmp_path / "geometry.json", found)


def test_a_dead_network(tmp_path):
    """All states are one point.

    No dimension, no subspace, no cliff, and the accuracy of a guess.
    """
    planted = categorical(3)
    for name in ("visited", "final"):
        planted.states[name] = np.full_like(planted.states[name], 0.1)
    planted.slow["points"] = planted.states["visited"]
    found = planted.numbers()
    of_spread = (
        "participation_ratio",
        "components_95",
        "components_n_final",
        "readout_in_subspace",
        "cover",
    )
    assert [found[name] for name in of_spread] == [None] * 5
    assert found["distinct_points"] == 1
    assert found["cliff"] is False
    assert found["accuracy_at_d"] == found["accuracy_below_d"] < 0.5
    formats.write_json(tmp_path / "geometry.json", found)


def test_fewer_points_than_components(tmp_path):
    planted = categorical(5)
    for name in ("final", "final_labels"):
        planted.states[name] = planted.states[name][:3]
    planted.slow = {
        name: values[:2] if np.ndim(values) else values for name, values in planted.slow.items()
    }
    planted.linear["index"] = np.array([0, 1, 1])
    found = planted.numbers()
    assert found["accuracy_at_d"] is None
    assert found["participation_ratio"] == pytest.approx(1)
    assert len(found["accuracy_by_components"]) == 3
    formats.write_json(tmp_path / "geometry.json", found)


def test_arrays_are_left_as_they_were():
    planted = categorical(3)
    before = {name: values.copy() for name, values in planted.states.items()}
    assert planted.numbers() == planted.numbers()
    for name, values in before.items():
        np.testing.assert_array_equal(planted.states[name], values)


def test_time_constants_at_the_centre_and_at_the_edge():
    planted = categorical(3)
    tau = np.zeros((3, len(MODES)))
    tau[:, :3] = [[9.0, 5.0, 1.0], [30.0, 20.0, 2.0], [200.0, 100.0, 3.0]]
    planted.linear["tau"] = tau
    distance = np.linalg.norm(planted.slow["points"] - planted.slow["points"].mean(axis=0), axis=1)
    planted.linear["index"] = np.argsort(distance)[
        [-1, 500, 0]
    ]  # at the edge, between, at the centre
    found = planted.numbers()
    assert (found["tau_centre"], found["tau_edge"]) == (150.0, 7.0)
    assert found["hold_r2"] == 0.9
    assert "integration_seconds" not in found
