"""How many dimensions carry inputs to outputs: numbers from singular values of Hankel matrices.

`stages/input_output.py` measures the values with the step of a network, at the centre of its
manifold and at places on it. Nothing here needs a gap between time constants, so that networks
without one, untrained ones among them, are judged as all others.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_geometry.store.columns import Column, columns

CUT = 0.1  # of the largest singular value
LARGEST_GAP = 1e6  # beyond it the smaller value is rounding
SHOWN_VALUES = 8

_NUMBERS = columns(
    Column(
        "io_dimension",
        "singular values above .1 of the largest, of the Hankel matrix of the network linearised at"
        " the centre: what inputs of L + 1 words, each word weighted by how often it occurs in"
        " training, do to outputs of L + 1 words, L the mean sentence length; needs no gap",
        kind="count",
    ),
    Column(
        "io_participation",
        "(sum of s^2)^2 / sum of s^4 of these singular values s",
    ),
    Column("io_gap", "s_d / s_(d + 1) there, at most 1e6, d the expected dimension"),
    Column("io_gain", "s_1 there: what the network makes of its inputs", "logits"),
    Column(
        "io_dimension_places",
        "median of the same number as `io_dimension` over nine places spread over the slow points:"
        " the centre may not stand for the manifold",
    ),
    Column("io_participation_places", "the same median of `io_participation`"),
    Column("io_gap_places", "the same median of `io_gap`"),
    Column("io_gain_places", "the same median of `io_gain`", "logits"),
    Column("io_equal_d", "share of these places with as many as the expected dimension"),
)
_INITIAL = "of the network with its initial weights, at visited states relaxed by two steps"
COLUMNS = columns(
    *(part for one in _NUMBERS.values() for part in (one, one.again("_untrained", _INITIAL))),
    *(
        Column(
            f"io_value_{i}",
            f"singular value number {i} over the first, the median over the places"
            if i == 2
            else f"the same of number {i}",
        )
        for i in range(2, SHOWN_VALUES + 1)
    ),
)


def response_numbers(values: np.ndarray, d: int | None) -> dict[str, Any]:
    """Return how many dimensions carry inputs to outputs, at the centre and over places.

    Parameters
    ----------
    values
        Singular values (1 + p, r), the largest first: at the centre, then at p >= 1 places.
    d
        Expected dimension; None where there is none.

    Returns
    -------
    dict
        By the names of columns without `_untrained` and `io_value`; None where not defined.
    """
    each = [_of_point(row, d) for row in values]
    places = {f"{name}_places": _median([one[name] for one in each[1:]]) for name in each[0]}
    counts = [one["io_dimension"] for one in each[1:] if one["io_dimension"] is not None]
    share = float(np.mean([count == d for count in counts])) if d and counts else None
    return {**each[0], **places, "io_equal_d": share}


def shown_values(values: np.ndarray) -> dict[str, float | None]:
    """Return medians over places of singular values over the first.

    Parameters
    ----------
    values
        (1 + p, r), see `response_numbers`.

    Returns
    -------
    dict
        io_value_2 to io_value_8; None where there are fewer, or all are zero.
    """
    known = [row / row[0] for row in values[1:] if np.isfinite(row).all() and row[0] > 0]
    median = np.median(known, axis=0) if known else np.zeros(0)
    return {
        f"io_value_{i}": float(median[i - 1]) if i <= len(median) else None
        for i in range(2, SHOWN_VALUES + 1)
    }


def effective_dimension(values: np.ndarray, cut: float = CUT) -> int | None:
    """Return how many singular values are above a share of the largest.

    Parameters
    ----------
    values
        (r,), the largest first.
    cut
        The share.

    Returns
    -------
    int or None
        0 where all are 0; None where one is not finite.

    Examples
    --------
    >>> effective_dimension(np.array([5.0, 2.0, 0.1]))
    2
    """
    return int((values > cut * values[0]).sum()) if np.isfinite(values).all() else None


def _of_point(values: np.ndarray, d: int | None) -> dict[str, Any]:
    """Return the numbers of one point."""
    names = ("io_dimension", "io_participation", "io_gap", "io_gain")
    count = effective_dimension(values)
    if not count:
        return dict(zip(names, (count, None, None, count)))
    shares = (values / values[0]) ** 2  # of the largest: squares of squares may overflow
    participation = float(shares.sum() ** 2 / (shares**2).sum())
    return dict(zip(names, (count, participation, _gap(values, d), float(values[0]))))


def _gap(values: np.ndarray, d: int | None) -> float | None:
    """Return s_d / s_(d + 1), at most LARGEST_GAP; None without a d, or fewer than d values."""
    if not d or d > len(values) or values[d - 1] == 0:
        return None
    below = values[d] if d < len(values) else 0.0
    return float(values[d - 1] / max(below, values[d - 1] / LARGEST_GAP))


def _median(values: list[float | None]) -> float | None:
    """Return the median of those that are known."""
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None
