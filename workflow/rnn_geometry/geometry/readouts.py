"""Readout vectors: their angles, their place in the slow subspace, and the accuracy cliff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_geometry.geometry.dimension import principal_axes
from rnn_geometry.store.columns import Column, columns

SHOWN_COMPONENTS = 10

CLIFF_KEEPS, CLIFF_DROPS = 0.9, 0.02
# A drop x has a standard error of at most sqrt(x / n), and is beyond 2.33 of them from 2.33^2 / n.
CLIFF_SENTENCES = 2.33**2

COLUMNS = columns(
    Column(
        "readout_angle_mean",
        "mean angle between pairs of readout vectors; near theory for any readouts without a common"
        " part, so see the worst pair, `readout_angle_error`",
        "degrees",
    ),
    Column(
        "readout_angle_expected",
        "by theory: arccos(-1/(N-1)), 90 for labels; empty for more than two ordered classes",
        "degrees",
    ),
    Column(
        "readout_angle_error",
        "the worst pair: largest distance of an angle between two readouts from"
        " `readout_angle_expected`",
        "degrees",
    ),
    Column(
        "readout_in_subspace",
        "mean of abs(P r) / abs(r) over readouts r; P projects on the first d components of the"
        " slow points",
    ),
)
CLIFF = columns(
    Column(
        "accuracy_at_d",
        "test accuracy when final states are projected on their first d principal components (mean"
        " added back, the original readout applied)",
    ),
    Column("accuracy_below_d", "the same with d - 1 components"),
    Column(
        "cliff",
        "1 when `accuracy_at_d` >= .9 test accuracy and `accuracy_below_d` < `accuracy_at_d` - .02;"
        " on fewer than 272 test sentences the drop must be beyond chance: 5.43 over their number",
        kind="flag",
    ),
)
FILE_ONLY = columns(
    Column("readout_angles", "angle of every pair of readouts", "degrees", "list"),
    Column("readout_singular_values", "singular values of the readout", kind="list"),
    Column("accuracy_by_components", "test accuracy by number of components kept", kind="list"),
)

Arrays = Mapping[str, np.ndarray]


def readout_geometry(
    readout: np.ndarray, points: np.ndarray | None, d: int | None, meta: Mapping[str, Any]
) -> dict[str, Any]:
    """Return angles between readouts and their share inside the slow subspace.

    Parameters
    ----------
    readout
        (C, S).
    points
        Slow points (n, S); None where there are too few.
    d
        Expected dimension; None where there is none.
    meta
        meta.json.

    Returns
    -------
    dict
        By the names of COLUMNS and FILE_ONLY; angles in degrees. The mean angle is None where
        theory fixes none (more than two ordered classes).
    """
    angles = pairwise_angles(readout)
    expected = meta["readout_angle_expected"]
    return {
        "readout_angles": angles.tolist(),
        "readout_angle_error": float(worst_angle(readout, expected))
        if expected is not None and len(angles)
        else None,
        "readout_angle_mean": float(angles.mean())
        if expected is not None and len(angles)
        else None,
        "readout_angle_expected": expected,
        "readout_singular_values": np.linalg.svd(readout, compute_uv=False).tolist(),
        "readout_in_subspace": share_in_subspace(readout, points, d)
        if d and points is not None
        else None,
    }


def pairwise_angles(vectors: np.ndarray) -> np.ndarray:
    """Return the angles between all pairs of vectors.

    Parameters
    ----------
    vectors
        (..., C, S).

    Returns
    -------
    numpy.ndarray
        (..., C (C - 1) / 2) in degrees.

    Examples
    --------
    >>> pairwise_angles(np.eye(3)).round(6).tolist()
    [90.0, 90.0, 90.0]
    """
    unit = vectors / np.maximum(
        np.linalg.norm(vectors, axis=-1, keepdims=True), np.finfo(float).tiny
    )
    one, other = np.triu_indices(vectors.shape[-2], 1)
    cosines = (unit @ unit.swapaxes(-1, -2))[..., one, other]
    return np.degrees(np.arccos(np.clip(cosines, -1, 1)))


def worst_angle(vectors: np.ndarray, expected: float) -> np.ndarray:
    """Return the largest distance of an angle between two vectors from the one expected.

    Parameters
    ----------
    vectors
        (..., C, S), two vectors at least.
    expected
        In degrees.

    Returns
    -------
    numpy.ndarray
        (...,) in degrees.
    """
    return np.abs(pairwise_angles(vectors) - expected).max(axis=-1)


def share_in_subspace(readout: np.ndarray, points: np.ndarray, d: int) -> float | None:
    """Return how much of the readouts lies in the subspace of the slow points.

    Parameters
    ----------
    readout
        (C, S).
    points
        (n, S).
    d
        Size of the subspace; components without variance are no part of it.

    Returns
    -------
    float or None
        Mean of |P r_i| / |r_i|, P the projection on the first d components of the points; None
        where there is none at all, or no readout.
    """
    _, axes, shares = principal_axes(points)
    if not shares.any() or not readout.any():
        return None
    axes = axes[:d][shares[:d] > 0]
    lengths = np.maximum(np.linalg.norm(readout, axis=1), np.finfo(float).tiny)
    return float((np.linalg.norm(readout @ axes.T, axis=1) / lengths).mean())


def accuracy_cliff(states: Arrays, d: int | None) -> dict[str, Any]:
    """Return the accuracy when final states keep their first 1, 2, ... principal components.

    Parameters
    ----------
    states
        Arrays of states.npz.
    d
        Expected dimension; None where there is none.

    Returns
    -------
    dict
        cliff: the first d components keep 90 % of the accuracy and the first d - 1 lose at
        least two points of it, more on fewer than 272 sentences.
    """
    final = np.asarray(states["final"], dtype=np.float64)
    mean, axes, _ = principal_axes(final)
    largest = min(max(SHOWN_COMPONENTS, d or 0), len(axes))
    accuracies = [
        _accuracy(mean + (final - mean) @ axes[:k].T @ axes[:k], states) for k in range(largest + 1)
    ]
    full = _accuracy(final, states)
    at_d, below = (accuracies[d], accuracies[d - 1]) if d and d <= largest else (None, None)
    cliff = None
    if at_d is not None and below is not None:
        drop = max(CLIFF_DROPS, CLIFF_SENTENCES / len(final))
        cliff = bool(at_d >= CLIFF_KEEPS * full and below < at_d - drop)
    return {
        "accuracy_by_components": accuracies[1:],
        "accuracy_at_d": at_d,
        "accuracy_below_d": below,
        "cliff": cliff,
    }


def _accuracy(final: np.ndarray, states: Arrays) -> float:
    logits = final @ states["readout"].T + states["readout_bias"]
    labels = states["final_labels"]
    if labels.ndim == 1:
        return float((logits.argmax(axis=1) == labels).mean())
    return float(((logits >= 0) == (labels > 0)).all(axis=1).mean())
