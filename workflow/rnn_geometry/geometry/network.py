"""The geometry of one trained network, from its arrays, as one flat dictionary of numbers.

Measures of slow points are of those that converged, and linear geometry is in the entries of the
state that the readout sees, see `frame`.

Symbols: r_i rows of the readout R (C, S); d the expected dimension; tau time constants in words
(Aitken et al., ICLR 2021). A value that is not defined is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_geometry.geometry import (
    baselines,
    flat,
    modes,
    readouts,
    scores,
    search,
    simplex,
    surrogates,
    word_effects,
)
from rnn_geometry.geometry.dimension import (
    LINEAR,
    count_components,
    participation_ratio,
    principal_axes,
)
from rnn_geometry.geometry.frame import converged_rows, manifold_rows, seen_entries
from rnn_geometry.geometry.growth import sampled_rows
from rnn_geometry.geometry.readouts import SHOWN_COMPONENTS, Arrays
from rnn_geometry.geometry.simplex import random_of_equal_norm, simplex_fit, slow_coordinates
from rnn_geometry.identity import Network
from rnn_geometry.store.columns import Column, columns
from rnn_geometry.tasks.theory import structure_of

# Facts that run.json knows.
IDENTITY = columns(
    Column("task", "task of the network", kind="text"),
    Column("model", "entry of `models`", kind="text"),
    Column("cell", "cell that the model uses", kind="text"),
    Column("l2", "strength of the L2 penalty, as it was written", kind="text"),
    Column("seed", "seed of the network", kind="count"),
)
KEYS = columns(*(IDENTITY[name] for name in Network._fields))
CONTROL = columns(
    Column(
        "control",
        "empty, or the control it is: `untrained`, `shuffled_labels`, `reservoir`",
        kind="text",
    )
)
IMPORTED = columns(
    Column("imported", "1 where the network was trained elsewhere, see `weights`", kind="flag")
)
TEST_ACCURACY = columns(
    Column("test_accuracy", "accuracy on the test split; multi-label: all labels right")
)
SHUFFLED_ACCURACY = columns(
    Column("shuffled_accuracy", "the same on test texts whose words are shuffled")
)
LOSS_FALLING = columns(
    Column(
        "loss_falling",
        "1 where the loss on the dev split was still falling at the end of training: the last fifth"
        " of the training, by the sum of its learning rates, brought more than .15 of all that was"
        " gained over a constant answer",
        kind="flag",
    )
)
TRAIN_SECONDS = columns(
    Column("train_seconds", "CPU time of training, its share of a batch", "seconds")
)
RUN_FACTS = columns(
    IDENTITY,
    CONTROL,
    TEST_ACCURACY,
    SHUFFLED_ACCURACY,
    baselines.HARDER,
    LOSS_FALLING,
    TRAIN_SECONDS,
)
TASK_FACTS = columns(
    Column(
        "classes", "number of outputs C: classes, or labels of a multi-label task", kind="count"
    ),
    Column(
        "dimension_expected",
        "d by theory: N - 1 for N unordered classes, 2 for ordered classes (1 for two), k for k"
        " labels",
        kind="count",
    ),
    Column(
        "dimension_predicted",
        "components for 95 % of the variance of the mean word counts per class (multi-label: per"
        " combination of labels), before any training",
        kind="count",
    ),
)
HOLD_INPUT = columns(Column("hold_input", "x*, the input held during the analysis", kind="text"))
ANALYSIS_SECONDS = columns(
    Column("analysis_seconds", "CPU time of the analysis of the dynamics", "seconds")
)
_SETS = {"visited": "of the visited states", "final": "of the final states"}
POINT_SETS = columns(
    *(
        LINEAR[name].again(f"_{points}", of)
        for points, of in _SETS.items()
        for name in ("participation_ratio", "components_95")
    )
)
WHOLE_STATE = columns(
    *(
        LINEAR[name].again(
            "_state",
            "in the whole state (h and c of an LSTM); empty where the readout sees all of it",
        )
        for name in ("participation_ratio", "components_95")
    )
)
_AT_RANDOM = (
    "of random points as far from their mean as the slow points, in all directions (for the simplex"
    " in the first N - 1 components, a ball)"
)
RANDOM = columns(
    *(
        column.again("_random", _AT_RANDOM)
        for column in (
            LINEAR["participation_ratio"],
            LINEAR["components_95"],
            readouts.COLUMNS["readout_in_subspace"],
            *simplex.COLUMNS.values(),
        )
    )
)
FILE_ONLY = columns(
    *(
        LINEAR[name].again(f"_{points}", of)
        for points, of in _SETS.items()
        for name in ("components_90", "components_n")
    ),
    *(
        Column(f"variance_ratio{suffix}", f"share of variance by component, {of}", kind="list")
        for suffix, of in (
            ("", "of the slow points"),
            *((f"_{points}", of) for points, of in _SETS.items()),
        )
    ),
    modes.FILE_ONLY,
    readouts.FILE_ONLY,
    scores.FILE_ONLY,
)
# Arrays of linearization.npz that nothing here needs, most of its size.
LARGE = ("right", "left", "input_jacobian")


def network_geometry(
    run: Mapping[str, Any],
    states: Arrays,
    slow: Arrays,
    fixed: Arrays,
    linear: Arrays,
    integration: Mapping[str, Any],
    meta: Mapping[str, Any],
    totals: np.ndarray | None = None,
) -> dict[str, Any]:
    """Measure one network.

    Parameters
    ----------
    run
        run.json.
    states, slow, fixed, linear
        Arrays of states.npz, slow_points.npz, fixed_points.npz and linearization.npz.
    integration
        integration.json.
    meta
        meta.json with `dimension_predicted`, which stands in where theory gives no dimension.
    totals
        Summed scores (m, D) of the test sentences of a synthetic task.

    Returns
    -------
    dict
        All numbers as plain values, by the names of RUNS in `tables` and of FILE_ONLY.
    """
    d = meta["dimension_expected"] or meta["dimension_predicted"]
    seen, network = seen_entries(states["readout"]), Network.of(run)
    whole = manifold_points(slow)
    points = None if whole is None else whole[:, seen]
    read = {**states, **{name: states[name][:, seen] for name in ("visited", "final", "readout")}}
    readout = read["readout"]
    numbers = {
        **{name: run[name] for name in RUN_FACTS},
        "imported": "weights" in run["settings"],
        **{name: meta[name] for name in TASK_FACTS},
        "hold_input": str(slow["hold_input"]),
        "analysis_seconds": float(slow["seconds"] + linear["seconds"])
        + integration["integration_seconds"],
        **point_geometry(points, "", meta["classes"]),
        **point_geometry(read["visited"], "_visited", meta["classes"]),
        **point_geometry(read["final"], "_final", meta["classes"]),
        **state_geometry(None if seen.all() else whole, meta["classes"]),
        **search.search_quality(states["visited"], slow, d),
        **search.skeleton(fixed, meta),
        **modes.modes_at_centre(linear, float(slow["min_tau"])),
        **modes.modes_under_cuts(linear, sampled_rows(linear, slow), float(slow["min_tau"])),
        **modes.modes_over_points(slow["slow_modes"][manifold_rows(slow["status"])], d),
        **readouts.readout_geometry(readout, points, d, meta),
        **simplex_geometry(points, readout, meta),
        **random_control(points, readout, d, meta, network.seed_for("random")),
        **surrogates.surrogate_tests(points, readout, d, meta, network.seed_for("surrogates")),
        **scores_on_manifold(read, points, totals, d, meta),
        **readouts.accuracy_cliff(read, d),
        **word_effects.word_geometry(linear, meta),
        **word_effects.linearity(linear),
        **modes.tau_over_manifold(slow, linear, d),
        **{name: value for name, value in integration.items() if name != "integration_seconds"},
    }
    return flat.with_flatness(numbers, states, slow, linear)


def manifold_points(slow: Arrays) -> np.ndarray | None:
    """Return the slow points (m, S) that converged; None where they are too few to be measured.

    Parameters
    ----------
    slow
        Arrays of slow_points.npz.
    """
    rows = converged_rows(slow["status"])
    return slow["points"][rows] if len(rows) else None


def point_geometry(points: np.ndarray | None, suffix: str, classes: int) -> dict[str, Any]:
    """Return linear measures of the dimension of points.

    Parameters
    ----------
    points
        (n, S); None where there are too few: all measures are None.
    suffix
        What the names of the measures end in.
    classes
        Number N of outputs: `components_n` is for N / (N + 1) of the variance.
    """
    if points is None:
        return dict.fromkeys(f"{name}{suffix}" for name in (*LINEAR, "variance_ratio"))
    shares = principal_axes(points)[2]
    return {
        f"participation_ratio{suffix}": participation_ratio(points),
        f"components_90{suffix}": count_components(shares, 0.90),
        f"components_95{suffix}": count_components(shares, 0.95),
        f"components_n{suffix}": count_components(shares, classes / (classes + 1)),
        f"variance_ratio{suffix}": shares[:SHOWN_COMPONENTS].tolist(),
    }


def state_geometry(points: np.ndarray | None, classes: int) -> dict[str, Any]:
    """Return the measures of WHOLE_STATE from slow points (n, S), None where there are none.

    Parameters
    ----------
    points
        In all entries of the state.
    classes
        Number N of outputs.
    """
    found = point_geometry(points, "_state", classes)
    return {name: found[name] for name in WHOLE_STATE}


def simplex_geometry(
    points: np.ndarray | None, readout: np.ndarray, meta: Mapping[str, Any]
) -> dict[str, float | None]:
    """Return the fit of points to a simplex, where theory knows one.

    Parameters
    ----------
    points
        (n, S); None where there are too few.
    readout
        (C, S).
    meta
        meta.json.

    Returns
    -------
    dict
        See `simplex.simplex_fit`; None for every number where theory knows no simplex.
    """
    if points is None or not structure_of(meta).simplex:
        return dict(simplex.NOTHING)
    return simplex_fit(points, readout)


def random_control(
    points: np.ndarray | None,
    readout: np.ndarray,
    d: int | None,
    meta: Mapping[str, Any],
    seed: int,
) -> dict[str, float | None]:
    """Return measures of random points of equal norm: what the network's own must differ from.

    Parameters
    ----------
    points
        Slow points (n, S); None where there are too few.
    readout
        (C, S).
    d
        Expected dimension; None where there is none.
    meta
        meta.json.
    seed
        Of the directions: random in the whole state space; for the simplex, which is looked for
        among the first components only, in those: a ball.

    Returns
    -------
    dict
        By the names of RANDOM.
    """
    if points is None:
        return dict.fromkeys(RANDOM)
    rng = np.random.default_rng(seed)
    anywhere = random_of_equal_norm(points, rng)
    shares = principal_axes(anywhere)[2]
    solid = dict(simplex.NOTHING)
    if meta["classes"] > 2 and min(points.shape) >= meta["classes"]:
        inside, directions = slow_coordinates(points, readout, meta["classes"] - 1)
        solid = simplex_geometry(random_of_equal_norm(inside, rng), directions, meta)
    control = {
        "participation_ratio": participation_ratio(anywhere),
        "components_95": count_components(shares, 0.95),
        "readout_in_subspace": readouts.share_in_subspace(readout, anywhere, d) if d else None,
        **solid,
    }
    return {f"{name}_random": value for name, value in control.items()}


def scores_on_manifold(
    states: Arrays,
    points: np.ndarray | None,
    totals: np.ndarray | None,
    d: int | None,
    meta: Mapping[str, Any],
) -> dict[str, Any]:
    """Return where the final states keep the scores of a synthetic task.

    Parameters
    ----------
    states
        Arrays of states.npz.
    points
        Slow points (n, S); None where there are too few.
    totals
        (m, D) scores of the test sentences; None where they are not known.
    d
        Expected dimension; None where there is none.
    meta
        meta.json.

    Returns
    -------
    dict
        See `scores.score_geometry`; None for every number where the scores are not known.
    """
    if totals is None or points is None or not d:
        return dict(scores.NOTHING)
    final = np.asarray(states["final"], dtype=np.float64)
    logits = final @ states["readout"].T + states["readout_bias"]
    return scores.score_geometry(final, points, totals, logits, d, meta["multi_label"])
