"""Where a decoder looks, in the mean over phrases, and what the means by place make of it."""

from __future__ import annotations

import numpy as np


def temporal(
    encoder: np.ndarray, decoder: np.ndarray, bilinear: np.ndarray | None, attends: bool
) -> np.ndarray:
    """Return the alignment of mu with mu (S, T), less its mean over places read.

    Parameters
    ----------
    encoder, decoder : (T, H), (S, H)
        mu of either side.
    bilinear : (H, H) or None
        Of a learned alignment.
    attends
        Whether the architecture has alignments; NaN where not.
    """
    if not attends:
        return np.full((len(decoder), len(encoder)), np.nan)
    queries = decoder if bilinear is None else decoder @ bilinear
    found = queries @ encoder.T
    return found - found.mean(1, keepdims=True)


def mean_without_nan(values: np.ndarray) -> np.ndarray:
    """Return the mean over the first axis of what is defined; NaN where nothing is.

    Parameters
    ----------
    values : (n, ...)
        With NaN for what is not defined.
    """
    counts = (~np.isnan(values)).sum(0)
    sums = np.nansum(values, axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def offset(attention: np.ndarray) -> np.ndarray:
    """Return by place said how far ahead of it attention lies in the mean, (S,).

    Parameters
    ----------
    attention : (n, S, T)
        NaN past the end of phrases, and everywhere where there is none.
    """
    _, spoken, read = attention.shape
    rows = ~np.isnan(attention).all(-1)
    place = np.where(rows, np.nan_to_num(attention) @ np.arange(read), np.nan)
    return mean_without_nan(place) - np.arange(spoken)
