"""The geometry of one trained network, from its arrays: dimension, readouts, subspaces, cliff, modes, word effects.

Symbols: r_i rows of the readout R (C, S); d the expected dimension; tau time constants in words (Aitken et al.,
ICLR 2021). A value that is not defined is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_geometry.geometry.dimension import (
    LINKAGE_RADIUS,
    count_components,
    cover,
    distinct_points,
    participation_ratio,
    principal_axes,
    rms_radius,
)
from rnn_geometry.geometry.readouts import (
    SHOWN_COMPONENTS,
    Arrays,
    accuracy_cliff,
    readout_geometry,
    share_in_subspace,
)
from rnn_geometry.geometry.scores import NOTHING as NO_SCORES
from rnn_geometry.geometry.scores import score_geometry
from rnn_geometry.geometry.simplex import NOTHING as NO_SIMPLEX
from rnn_geometry.geometry.simplex import random_of_equal_norm, simplex_fit, slow_coordinates
from rnn_geometry.identity import derive_seed

SHOWN_MODES = 8

# Codes of slow_points.Status, which this layer does not import since that would import torch.
CONVERGED, OFF_MANIFOLD, NO_GAP, GHOST = 0, 1, 3, 4

RUN_FACTS = (
    "task",
    "model",
    "cell",
    "l2",
    "seed",
    "control",
    "test_accuracy",
    "shuffled_accuracy",
    "train_seconds",
)
TASK_FACTS = ("classes", "dimension_expected", "dimension_predicted")

IDENTITY = ("task", "model", "l2", "seed")
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
    """Return all numbers of one network as one flat dictionary of plain values.

    run: run.json; states, slow, fixed, linear: the arrays of states.npz, slow_points.npz, fixed_points.npz and
    linearization.npz; integration: integration.json. meta: meta.json with `dimension_predicted`, which stands in where
    theory gives no dimension. totals (m, D): the summed scores of the test sentences of a synthetic task.
    """
    d = meta["dimension_expected"] or meta["dimension_predicted"]
    readout, points = states["readout"], slow["points"]
    return {
        **{name: run[name] for name in RUN_FACTS},
        **{name: meta[name] for name in TASK_FACTS},
        "hold_input": str(slow["hold_input"]),
        "analysis_seconds": float(slow["seconds"] + linear["seconds"])
        + integration["integration_seconds"],
        **point_geometry(points, "", meta["classes"]),
        **point_geometry(states["visited"], "_visited", meta["classes"]),
        **point_geometry(states["final"], "_final", meta["classes"]),
        **search_quality(states["visited"], slow, d),
        **skeleton(fixed),
        **modes_at_centre(linear, meta["mean_length"] / 2),
        **modes_over_points(slow["slow_modes"], d),
        **readout_geometry(readout, points, d, meta),
        **simplex_geometry(points, readout, meta),
        **random_control(
            points, readout, d, meta, derive_seed("random", *(run[name] for name in IDENTITY))
        ),
        **scores_on_manifold(states, points, totals, d, meta),
        **accuracy_cliff(states, d),
        **word_geometry(linear, meta),
        **linearity(linear),
        **tau_over_manifold(points, linear, d),
        **{name: value for name, value in integration.items() if name != "integration_seconds"},
    }


def point_geometry(points: np.ndarray, suffix: str, classes: int) -> dict[str, Any]:
    """Return linear measures of the dimension of points (n, S); `components_n` is for N / (N + 1) of the variance."""
    shares = principal_axes(points)[2]
    return {
        f"participation_ratio{suffix}": participation_ratio(points),
        f"components_90{suffix}": count_components(shares, 0.90),
        f"components_95{suffix}": count_components(shares, 0.95),
        f"components_n{suffix}": count_components(shares, classes / (classes + 1)),
        f"variance_ratio{suffix}": shares[:SHOWN_COMPONENTS].tolist(),
    }


def search_quality(starts: np.ndarray, slow: Arrays, d: int | None) -> dict[str, Any]:
    """Return whether the search kept the manifold: cover and number of distinct points, and how slow the points are."""
    return {
        "cover": cover(starts, slow["points"], d) if d else None,
        "distinct_points": len(
            distinct_points(slow["points"], LINKAGE_RADIUS * rms_radius(starts))
        ),
        "q_median": float(np.median(slow["q"])),
        "fast_q_median": _finite_median(slow["fast_q"]),
        "displacement_median": float(np.median(slow["displacement"])),
        "slow_converged": float((slow["status"] == CONVERGED).mean()),
        "slow_off_manifold": float((slow["status"] == OFF_MANIFOLD).mean()),
        "slow_no_gap": float((slow["status"] == NO_GAP).mean()),
        "gap_median": _finite_median(slow["gap"]),
    }


def _finite_median(values: np.ndarray) -> float | None:
    values = values[np.isfinite(values)]
    return float(np.median(values)) if len(values) else None


def skeleton(fixed: Arrays) -> dict[str, Any]:
    """Return the number of distinct exact fixed points, of stable ones, of starts that ended at a ghost, and the
    estimated probability that one more start finds a new fixed point.
    """
    unseen = float(fixed["unseen"])
    return {
        "fixed_points": len(fixed["stability"]),
        "fixed_points_stable": int((fixed["stability"] == 0).sum()),
        "ghosts": int((fixed["status"] == GHOST).sum()),
        "fixed_points_unseen": unseen if np.isfinite(unseen) else None,
    }


def modes_at_centre(linear: Arrays, min_tau: float) -> dict[str, Any]:
    """Return the longest time constants at the centre of the manifold, in words, and the number of integration modes.

    A mode integrates when tau > min_tau or |lambda| >= 1; tau_gap is the ratio of the last integrating time constant to
    the first that does not.
    """
    integrates = (linear["tau"] > min_tau) | (np.abs(linear["eigenvalues"]) >= 1)
    counts = integrates.sum(axis=1)
    tau = np.sort(linear["tau"][int(linear["centre"])])[::-1]
    count = int(counts[int(linear["centre"])])
    gap = float(tau[count - 1] / tau[count]) if 0 < count < len(tau) and tau[count] > 0 else None
    longest = {f"tau_{i + 1}": float(tau[i]) if i < len(tau) else None for i in range(SHOWN_MODES)}
    return {"integration_modes": count, "tau_gap": gap, **longest}


def modes_over_points(slow_modes: np.ndarray, d: int | None) -> dict[str, Any]:
    """Return mean, least and largest number of slow modes over all slow points, and the share of points with d."""
    counts = slow_modes[slow_modes >= 0]
    if not len(counts):
        return {"modes_mean": None, "modes_min": None, "modes_max": None, "modes_equal_d": None}
    return {
        "modes_mean": float(counts.mean()),
        "modes_min": int(counts.min()),
        "modes_max": int(counts.max()),
        "modes_equal_d": float((counts == d).mean()) if d else None,
    }


def tau_over_manifold(points: np.ndarray, linear: Arrays, d: int | None) -> dict[str, Any]:
    """Return the median of the d longest time constants at the third of the sampled slow points nearest the mean slow
    point, and at the third farthest from it (the edges of the manifold), in words.
    """
    if not d:
        return {"tau_centre": None, "tau_edge": None}
    place = points[linear["index"]]
    order = np.argsort(((place - points.mean(axis=0)) ** 2).sum(axis=1), kind="stable")
    longest = np.sort(linear["tau"], axis=1)[:, ::-1][:, :d]
    third = max(1, len(order) // 3)
    return {
        "tau_centre": float(np.median(longest[order[:third]])),
        "tau_edge": float(np.median(longest[order[-third:]])),
    }


def simplex_geometry(
    points: np.ndarray, readout: np.ndarray, meta: Mapping[str, Any]
) -> dict[str, float | None]:
    """Return `simplex.simplex_fit` for unordered classes; for other tasks None, since theory knows no simplex there."""
    unordered = not meta["multi_label"] and meta["readout_angle_expected"] is not None
    return simplex_fit(points, readout) if unordered else dict(NO_SIMPLEX)


def random_control(
    points: np.ndarray, readout: np.ndarray, d: int | None, meta: Mapping[str, Any], seed: int
) -> dict[str, float | None]:
    """Return measures of random points of equal norm, `..._random`: what the network's own must differ from.

    Directions are random in the whole state space; for the simplex, which is looked for among the first components
    only, in those: a ball.
    """
    rng = np.random.default_rng(seed)
    anywhere = random_of_equal_norm(points, rng)
    shares = principal_axes(anywhere)[2]
    simplex = dict(NO_SIMPLEX)
    if meta["classes"] > 2 and min(points.shape) >= meta["classes"]:
        inside, directions = slow_coordinates(points, readout, meta["classes"] - 1)
        simplex = simplex_geometry(random_of_equal_norm(inside, rng), directions, meta)
    control = {
        "participation_ratio": participation_ratio(anywhere),
        "components_95": count_components(shares, 0.95),
        "readout_in_subspace": share_in_subspace(readout, anywhere, d) if d else None,
        **simplex,
    }
    return {f"{name}_random": value for name, value in control.items()}


def scores_on_manifold(
    states: Arrays,
    points: np.ndarray,
    totals: np.ndarray | None,
    d: int | None,
    meta: Mapping[str, Any],
) -> dict[str, Any]:
    """Return `scores.score_geometry` of the final states; None for every number where the scores are not known."""
    if totals is None or not d:
        return dict(NO_SCORES)
    final = np.asarray(states["final"], dtype=np.float64)
    logits = final @ states["readout"].T + states["readout_bias"]
    return score_geometry(final, points, totals, logits, d, meta["multi_label"])


def word_geometry(linear: Arrays, meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return what words do at the slow points.

    neutral_effect: mean move of the state by the neutral word over its mean move by evidence words;
    own_readout_cosine: mean cosine between the effect of an evidence word on the logits and its score vector, both
    relative to their mean over classes where one class is chosen (single-label tasks).
    """
    evidence = meta.get("evidence")
    if not evidence or meta["kind"] != "synthetic":
        return {"neutral_effect": None, "own_readout_cosine": None}
    row_of = {int(word): row for row, word in enumerate(linear["word_ids"])}
    rows = [row_of[word] for word in evidence]
    moves, neutral = linear["word_moves"], row_of.get(meta["neutral"])
    typical = moves[rows].mean()
    scores = np.asarray(meta["scores"], dtype=np.float64)[evidence]
    effects = linear["word_effects"][rows]
    return {
        "neutral_effect": float(moves[neutral] / typical)
        if neutral is not None and typical > 0
        else None,
        "own_readout_cosine": _mean_cosine(effects, scores, meta["multi_label"])
        if scores.shape == effects.shape
        else None,
    }


def linearity(linear: Arrays) -> dict[str, Any]:
    """Return how far the linearisation at the slow points can be trusted.

    linear_r2: share of the state changes by one word that J_inp predicts; rollout_error_10: distance of the linear
    dynamics from the true ones ten steps after a one-word kick, over its length, median over points.
    """
    r2, at = float(linear["linear_r2"]), np.flatnonzero(linear["rollout_steps"] == 10)
    error = float(linear["rollout_error"][at[0]]) if len(at) else np.nan
    return {
        "linear_r2": r2 if np.isfinite(r2) else None,
        "rollout_error_10": error if np.isfinite(error) else None,
    }


def _mean_cosine(effects: np.ndarray, scores: np.ndarray, multi_label: bool) -> float:
    if not multi_label:
        effects, scores = (rows - rows.mean(axis=1, keepdims=True) for rows in (effects, scores))
    lengths = np.linalg.norm(effects, axis=1) * np.linalg.norm(scores, axis=1)
    return float(
        ((effects * scores).sum(axis=1) / np.maximum(lengths, np.finfo(float).tiny)).mean()
    )
