"""Frame, flow, kicks and traces.

What figures and the explorer show of a network, against maps that are known.
"""

import numpy as np
import pytest
import torch
from drawn import drawn

from rnn_geometry.dynamics.flow import GRID, plane_flow, spread_rows, telling_words, word_kicks
from rnn_geometry.errors import UserError
from rnn_geometry.geometry.frame import slow_frame
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.traces import trace_sentences
from rnn_geometry.stages.portray import flow_of, words_of_task
from rnn_geometry.store import formats
from rnn_geometry.store.artifacts import Linearization, SlowPoints
from rnn_geometry.tasks import curation
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.synthetic import build_task
from rnn_geometry.tasks.text.words import UNKNOWN_ID

STATE, INPUT = 6, 3


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def linear(rng):
    """A linear map h' = A h + B x with its matrices, as a step."""
    a, b = (
        torch.from_numpy(rng.normal(size=(STATE, STATE))) / 4,
        torch.from_numpy(rng.normal(size=(STATE, INPUT))),
    )
    return a, b, lambda h, x: h @ a.T + x @ b.T


def plane_points(rng, count=50):
    """Points that spread 5, 2 and 1 along three orthonormal directions, and these as rows."""
    directions = np.linalg.qr(rng.normal(size=(STATE, STATE)))[0].T
    return rng.normal(size=(count, 3)) * [5, 2, 1] @ directions[:3] + 7, directions


# --- the frame ------------------------------------------------------------------------------------


def test_the_frame_spans_the_widest_directions_and_faces_the_readouts(rng):
    points, directions = plane_points(rng, 4000)
    readout = np.stack(
        [-directions[0], directions[1], directions[0]]
    )  # first class left, middle class up, last right
    origin, axes = slow_frame(points, readout)
    np.testing.assert_allclose(origin, points.mean(axis=0))
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(axes[:2], directions[:2], atol=0.05)
    turned, _ = slow_frame(points, -readout)[1], None
    np.testing.assert_allclose(turned[:2], -axes[:2])


def test_a_lost_point_and_a_small_state_do_not_break_the_frame(rng):
    points = rng.normal(size=(20, 2))
    lost = np.vstack([points, [np.nan, 0]])
    origin, axes = slow_frame(lost, np.eye(2))
    np.testing.assert_allclose(origin, points.mean(axis=0))
    assert axes.shape == (3, 2)
    assert not axes[2].any()


# --- flow and kicks -------------------------------------------------------------------------------


def test_the_flow_of_a_linear_map_is_that_of_its_matrix(linear, rng):
    a, b, step = linear
    points, directions = plane_points(rng)
    origin, axes = torch.from_numpy(points.mean(axis=0)), torch.from_numpy(directions[:3].copy())
    x = torch.tensor([0.3, -1.0, 2.0], dtype=torch.float64)
    flow = plane_flow(step, origin, axes, torch.from_numpy(points), x)
    i, j = 4, 19
    h = origin + float(flow["grid_x"][j]) * axes[0] + float(flow["grid_y"][i]) * axes[1]
    move = a @ h + b @ x - h
    np.testing.assert_allclose(flow["velocity"][i, j], (axes[:2] @ move).numpy(), rtol=1e-5)
    np.testing.assert_allclose(flow["speed"][i, j], move.norm().item(), rtol=1e-5)
    seen = (points - points.mean(axis=0)) @ directions[:2].T
    for side, grid in enumerate((flow["grid_x"], flow["grid_y"])):
        assert len(grid) == GRID
        assert grid[0] < seen[:, side].min()
        assert grid[-1] > seen[:, side].max()


def test_the_plane_can_be_turned_without_white_corners(linear):
    points = torch.zeros(30, STATE, dtype=torch.float64)
    points[:, 0] = torch.linspace(-3, 3, 30)
    flow = plane_flow(
        linear[2],
        points.mean(dim=0),
        torch.eye(STATE).double()[:3],
        points,
        torch.zeros(INPUT).double(),
    )
    for grid in (flow["grid_x"], flow["grid_y"]):
        assert grid[-1] == -grid[0] > 3 * 2**0.5


def test_kicks_are_what_a_word_adds_along_the_axes(linear, rng):
    _, b, step = linear
    points, axes = torch.from_numpy(rng.normal(size=(9, STATE))), torch.eye(STATE).double()[:3]
    x, words = torch.ones(INPUT).double(), torch.eye(INPUT).double()
    kicks = word_kicks(step, points, x, words, axes)
    expected = ((words - x) @ b.T @ axes.T).numpy()
    np.testing.assert_allclose(
        kicks, np.broadcast_to(expected, (9, INPUT, 3)), rtol=1e-5, atol=1e-6
    )


def test_few_words_are_all_drawn_and_of_many_the_telling_ones():
    few = np.arange(5)
    assert telling_words(few, np.zeros((5, 3)), False, synthetic=True).tolist() == few.tolist()
    effects = np.full((40, 2), 0.5)
    effects[[7, 11], 0], effects[[20, 33], 1] = (3.0, 2.0), (4.0, 2.5)
    effects[1], effects[2] = (0.5, 0.4), (0.5, 0.6)
    words = telling_words(np.arange(100, 140), effects, False, synthetic=False)
    assert {107, 111, 120, 133} <= set(words.tolist())
    assert len(words) == 6


def test_all_networks_of_a_task_show_the_same_words():
    ids = np.arange(50, 90)
    small, large = np.full((2, 40, 2), 0.01) * np.array([1, 1000])[:, None, None]
    small[[3, 5], 0], small[[8, 9], 1], large[[3, 5], 0], large[[8, 30], 1] = 1, 1, 900, 1000
    linear = [drawn(Linearization, word_ids=ids, word_effects=one) for one in (small, large)]
    words = words_of_task(linear, {"multi_label": False, "kind": "text"})
    assert {53, 55, 58} <= set(words.tolist())


def test_kicks_start_at_finite_points():
    task = build_task("categorical")
    network = {
        "cell": "gru",
        "hidden_size": 5,
        "classes": 3,
        "readout_bias": False,
        "readout_scale": 1.0,
        "cell_options": {},
        "words": 4,
        "embedding_size": None,
    }
    classifier = build_classifier(network, task.word_vectors(), seed=1).eval()
    points = np.random.default_rng(2).normal(size=(7, 5))
    lost = np.insert(points, 2, np.nan, axis=0)
    origin, axes = slow_frame(lost, np.eye(3, 5))
    found = [drawn(SlowPoints, points=one, x=np.zeros(3)) for one in (lost, points)]
    flow, whole = (flow_of(classifier, slow, np.arange(4), origin, axes) for slow in found)
    assert flow.rows.tolist() == whole.rows.tolist() == list(range(7))
    np.testing.assert_array_equal(flow.kicks, whole.kicks)


def test_rows_are_spread_and_none_comes_twice():
    assert spread_rows(3).tolist() == [0, 1, 2]
    assert len(spread_rows(1000, 100)) == 100
    assert spread_rows(1000, 100)[-1] == 999


# --- which sentences ------------------------------------------------------------------------------


def test_held_out_sentences_take_the_classes_in_turn_and_pass_over_long_ones():
    lengths = np.where(np.arange(40) % 4 == 0, curation.LONGEST + 1, 5)
    labels = np.repeat([0, 1], [30, 10])
    test = Sentences.from_lists([[1] * length for length in lengths], labels)
    rows = curation.held_out_rows(test, 10, seed=3)
    assert np.bincount(labels[rows]).tolist() == [5, 5]
    assert test.lengths[rows].max() == 5
    assert rows.tolist() == curation.held_out_rows(test, 10, seed=3).tolist()
    assert rows.tolist() != curation.held_out_rows(test, 10, seed=4).tolist()


@pytest.mark.parametrize("family", ["categorical", "ordered", "ordered2d", "multilabel", "context"])
def test_curated_sentences_have_the_label_of_their_task(family):
    task = build_task(family)
    meta = {**task.meta(), "kind": "synthetic", "mean_length": 25.0, "name": family}
    rows = curation.curated(meta)
    assert len(rows) == 4 + len(task.modifiers)
    for ids, name, label in rows:
        assert name
        found = task.labels_of(np.array([ids]), np.array([len(ids)]))[0]
        if task.multi_label:
            assert label.tolist() == found.tolist()
        elif found < 0:
            assert set(label.tolist()) == {curation.UNKNOWN_LABEL}
        else:
            assert label.tolist() == np.eye(len(task.class_names))[found].tolist()


def test_sentences_of_the_configuration_are_read_as_the_task_reads_them():
    meta = {
        **build_task("categorical").meta(),
        "kind": "synthetic",
        "mean_length": 25.0,
        "name": "three",
    }
    ids, name, label = curation.written(["evid_1 neutral evid_1"], meta, meta["words"])[0]
    assert (ids, name, label.tolist()) == ([1, 3, 1], "evid_1 neutral evid_1", [0, 1, 0])
    with pytest.raises(UserError, match=r"explorer.sentences.three: 'evid_9' is no word .* evid_0"):
        curation.written(["evid_9"], meta, meta["words"])
    text = {"kind": "text", "name": "news", "classes": 2, "multi_label": False}
    ids, _, label = curation.written(
        ["The GOOD, unheard"], text, ["<pad>", "<unk>", ",", "good", "the"]
    )[0]
    assert ids == [4, 3, 2, UNKNOWN_ID]
    assert label.tolist() == [curation.UNKNOWN_LABEL] * 2
    with pytest.raises(UserError, match="holds no word"):
        curation.written(["  "], text, ["<pad>", "<unk>"])


# --- traces ---------------------------------------------------------------------------------------


def test_traces_follow_the_state_word_by_word_in_three_orders(rng):
    task = build_task("categorical")
    network = {
        "cell": "lstm",
        "hidden_size": 5,
        "classes": 3,
        "readout_bias": True,
        "readout_scale": 1.0,
        "cell_options": {},
        "words": 4,
        "embedding_size": None,
    }
    classifier = build_classifier(network, task.word_vectors(), seed=1).eval()
    sentences = Sentences.from_lists([[0, 1, 2, 3, 0], [2, 2]], np.eye(3, dtype=np.int8)[:2])
    shown = curation.ShownSentences(sentences, np.zeros(2, np.int8), np.array(["a", "b"]))
    origin, axes = rng.normal(size=10), np.linalg.qr(rng.normal(size=(10, 3)))[0].T
    found = trace_sentences(classifier, shown, origin, axes, seed=5)
    assert found["sentence"].tolist() == [0, 0, 0, 1, 1, 1]
    assert found["order"].tolist() == [0, 1, 2] * 2
    words = [found["tokens"][a:b].tolist() for a, b in zip(found["offsets"], found["offsets"][1:])]
    assert words[0] == [0, 1, 2, 3, 0]
    assert words[1] == [0, 3, 2, 1, 0]
    assert sorted(words[2]) == sorted(words[0])
    for trace in (1, 5):
        start = found["offsets"][trace] + trace
        h, vectors = torch.zeros(1, 10), torch.from_numpy(task.word_vectors())
        for step, word in enumerate([None, *words[trace]]):
            h = h if word is None else classifier.cell(h, vectors[word][None])
            state = h.detach().double().numpy()[0]
            np.testing.assert_allclose(
                found["coordinates"][start + step], axes @ (state - origin), atol=1e-5
            )
            logits = classifier.readout(h[:, :5]).detach().numpy()[0]
            np.testing.assert_allclose(found["logits"][start + step], logits, atol=1e-5)


def test_parts_of_a_file_are_read_by_the_rest_of_their_names(tmp_path):
    formats.write_npz(
        tmp_path / "some.npz",
        **{"gru/flow/x": np.arange(3), "gru/traces/x": np.ones(2), "lstm/flow/x": [0]},
    )
    assert list(formats.read_npz(tmp_path / "some.npz", "gru/flow/")) == ["x"]
    assert formats.read_npz(tmp_path / "some.npz", "gru/flow/")["x"].tolist() == [0, 1, 2]
    assert len(formats.read_npz(tmp_path / "some.npz")) == 3
