"""Are scores of a synthetic task read off the slow manifold, and apart from each other?

A synthetic sentence has scores, the sums over its words: one per class, sentiment and neutrality,
or one per label (Aitken et al., ICLR 2021, sections 3 and 4). Shapes: m sentences, D scores, d
coordinates, C outputs.
"""

from __future__ import annotations

import numpy as np

from rnn_geometry.geometry.dimension import principal_axes
from rnn_geometry.store.columns import Column, columns

COLUMNS = columns(
    Column(
        "score_r2",
        "synthetic tasks: R^2 with which the scores of a sentence (for classes relative to their"
        " mean) are read linearly off the first d coordinates of its final state, the worst score;"
        " fitted on every other sentence, judged on the rest",
    ),
    Column(
        "score_angle",
        "two scores that are not one per class: angle between the directions in which they grow,"
        " 0 to 90",
        "degrees",
    ),
    Column(
        "label_crosstalk",
        "labels: the largest covariance of what a label's own score leaves over of its logit (after"
        " a cubic) with the score of another label",
        "spread of the logit",
    ),
)
FILE_ONLY = columns(Column("score_r2_all", "`score_r2` of every score", kind="list"))
NOTHING = dict.fromkeys((*COLUMNS, *FILE_ONLY))
DEGREE = 3  # of the polynomial in a label's own score, which allows its logit to saturate


def score_geometry(
    final: np.ndarray,
    points: np.ndarray,
    totals: np.ndarray,
    logits: np.ndarray,
    d: int,
    multi_label: bool,
) -> dict[str, float | list[float | None] | None]:
    """Return how the scores of sentences lie on the manifold.

    Parameters
    ----------
    final
        (m, S) final states.
    points
        (n, S) slow points.
    totals
        (m, D) scores of the sentences.
    logits
        (m, C).
    d
        Expected dimension.
    multi_label
        Whether a sentence may have several labels.

    Returns
    -------
    dict
        score_r2: R^2 of the worst score, read linearly off the first d coordinates of the final
        states on the slow manifold, fitted on every other sentence and judged on the rest;
        score_r2_all: of each. score_angle: for two scores, the angle between the directions in
        which they grow, in degrees, 0 to 90. label_crosstalk: see `label_crosstalk`.
    """
    one_per_class = not multi_label and totals.shape == logits.shape
    # Only differences between the scores of classes choose, so their mean need not be kept.
    targets = totals - totals.mean(axis=1, keepdims=True) if one_per_class else totals
    mean, axes, _ = principal_axes(points)
    inputs = np.column_stack([(final - mean) @ axes[:d].T, np.ones(len(final))])
    slopes = np.linalg.lstsq(inputs[::2], targets[::2], rcond=None)[0]
    quality = column_r2(targets[1::2], inputs[1::2] @ slopes)
    known = [value for value in quality if value is not None]
    return {
        "score_r2": min(known) if len(known) == len(quality) else None,
        "score_r2_all": quality,
        "score_angle": _angle(*slopes[:-1].T) if targets.shape[1] == 2 and d > 1 else None,
        "label_crosstalk": label_crosstalk(logits, totals)
        if multi_label and totals.shape[1] > 1
        else None,
    }


def column_r2(true: np.ndarray, predicted: np.ndarray) -> list[float | None]:
    """Return R^2 of every column.

    Parameters
    ----------
    true
        (n, D).
    predicted
        (n, D).

    Returns
    -------
    list
        1 - squared misses / squared distances from the mean; None for a column that does not
        vary.
    """
    spread = ((true - true.mean(axis=0)) ** 2).sum(axis=0)
    missed = ((true - predicted) ** 2).sum(axis=0)
    return [
        float(1 - miss / whole) if whole > 0 else None
        for miss, whole in zip(missed, spread, strict=True)
    ]


def _angle(one: np.ndarray, other: np.ndarray) -> float | None:
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return (
        float(np.degrees(np.arccos(min(1.0, abs(one @ other) / lengths)))) if lengths > 0 else None
    )


def label_crosstalk(logits: np.ndarray, totals: np.ndarray) -> float | None:
    """Return how much other labels' scores move a label's logit.

    Parameters
    ----------
    logits
        (m, k).
    totals
        (m, k).

    Returns
    -------
    float or None
        The logit of label i is fitted by a polynomial in score i; what is left over is held
        against every other score j. The largest |covariance| in units of the spread of the
        logit, so that a tiny rest that happens to correlate counts for nothing. None where a
        logit or a score does not vary.
    """
    worst = []
    for i in range(totals.shape[1]):
        logit, own = logits[:, i], totals[:, i]
        if logit.std() == 0 or own.std() == 0:
            return None
        rest = logit - np.polyval(np.polyfit(own / own.std(), logit, DEGREE), own / own.std())
        others = np.delete(totals, i, axis=1)
        others = (others - others.mean(axis=0)) / np.maximum(
            others.std(axis=0), np.finfo(float).tiny
        )
        worst.append(np.abs(others.T @ (rest - rest.mean()) / len(rest)).max() / logit.std())
    return float(max(worst))
