"""Alignments as nine terms, and how much each of them decides where a decoder looks.

With h = mu + chi + delta on both sides, a_st = h^D_s . h^E_t is the sum of I^D_s . J^E_t over I and
J in {mu, chi, delta}. Shapes: n phrases, S words said, T words read, H units; of the first two axes
of terms and shares one is I, of the decoder, and one is J, of the encoder.

References
----------
Aitken et al., NeurIPS 2021 (arXiv 2110.15253).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FEWEST_NETWORKS = 3


def terms(
    decoder: np.ndarray, encoder: np.ndarray, bilinear: np.ndarray | None = None
) -> np.ndarray:
    """Return the nine terms of alignments; their sum is the alignment of what the parts sum to.

    Parameters
    ----------
    decoder : (3, n, S, H)
        Parts mu, chi, delta, see `components.Components.split`.
    encoder : (3, n, T, H)
        Those of the encoder.
    bilinear : (H, H) or None
        M of a learned alignment h^D M h^E; None: the plain one.

    Returns
    -------
    (3, 3, n, S, T)
        The terms.
    """
    queries = decoder if bilinear is None else decoder @ bilinear
    return np.einsum("insh,jnth->ijnst", queries, encoder, optimize=True)


def signed_shares(
    found: np.ndarray, said: np.ndarray, read: np.ndarray, attention: np.ndarray | None = None
) -> np.ndarray:
    """Return how much of what differs between places each term brings, with its sign.

    What a term adds to all places of a phrase alike changes no attention, and counts as nothing.
    Where all places count alike most of the variance lies at places that nothing is read from;
    where they count by attention, it is that which decides between the places attended.

    Parameters
    ----------
    found : (3, 3, n, S, T)
        Terms.
    said, read : (n, S), (n, T)
        Which words of decoder and encoder count.
    attention : (n, S, T) or None
        Weights of places; None: all alike.

    Returns
    -------
    (3, 3)
        cov_t(a^IJ, a) / var_t(a), both summed over words said. Their sum is 1; a term that works
        against the others is negative, and one above 1 is worked against. NaN where no alignment
        differs between places.
    """
    alike = np.ones(found.shape[2:]) if attention is None else np.nan_to_num(attention)
    weights = alike * read[:, None, :]
    centred = _centred(found, weights)
    total = centred.sum((0, 1))
    products = np.einsum(
        "ijnst,nst,nst,ns->ij", centred, total, weights, said.astype(float), optimize=True
    )
    variance = products.sum()
    return products / variance if variance > 0 else np.full((3, 3), np.nan)


def _centred(found: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return terms less their weighted mean over places; zero at places without weight."""
    sums = weights.sum(-1, keepdims=True)
    mean = (found * weights).sum(-1, keepdims=True) / np.where(sums > 0, sums, 1)
    return (found - mean) * (weights > 0)


def share_led(
    found: np.ndarray, said: np.ndarray, read: np.ndarray, places: int, leading: np.ndarray
) -> float:
    """Return the share of words whose attention moves by k places when some terms do.

    The means by place in keys moved on are the terms (I, mu); others tell what must move with them
    until attention follows.

    Parameters
    ----------
    found, said, read
        See `signed_shares`.
    places : int
        k.
    leading : (3, 3)
        bool: which terms see, at place t, what stood at place t - k, in a circle.

    Returns
    -------
    float
        Of the words said whose most attended place has another one k places on; NaN for none.
    """
    there = np.arange(read.shape[1])
    ends = np.where(read.any(1), read.shape[1] - read[:, ::-1].argmax(1), 1)[:, None]
    origin = np.where(there < ends, (there - places) % ends, there)
    origin = np.broadcast_to(origin[:, None], found.shape[2:])[None, None]
    moved = np.take_along_axis(found, np.broadcast_to(origin, found.shape), -1)
    moved = np.where(leading[:, :, None, None, None], moved, found)
    before, after = (
        np.where(read[:, None], terms_of.sum((0, 1)), -np.inf).argmax(-1)
        for terms_of in (found, moved)
    )
    aim = before + places
    counted = (aim >= 0) & (aim < ends) & said
    return float((after == aim)[counted].mean()) if counted.any() else float("nan")


def absolute_shares(found: np.ndarray, said: np.ndarray, read: np.ndarray) -> np.ndarray:
    """Return the shares of the terms' sizes at the place that is attended most.

    Unlike `signed_shares` this changes with what is added to all places alike.

    Parameters
    ----------
    found, said, read
        See `signed_shares`.

    Returns
    -------
    (3, 3)
        sum |a^IJ| over sum of all |a^IJ|; NaN where all are zero.
    """
    total = np.where(read[:, None, :], found.sum((0, 1)), -np.inf)
    place = np.expand_dims(total.argmax(-1), (0, 1, 4))
    sizes = np.abs(np.take_along_axis(found, place, -1)[..., 0])
    sums = (sizes * (said & read.any(axis=1, keepdims=True))).sum((2, 3))
    return sums / sums.sum() if sums.sum() > 0 else np.full((3, 3), np.nan)


def likeness_to_average(attention: np.ndarray) -> float:
    """Return how much attention in one phrase is like the average over phrases.

    Parameters
    ----------
    attention : (n, S, T)
        Rows of weights; NaN past the end of a phrase.

    Returns
    -------
    float
        Mean over words said of the cosine between a row and the mean of the rows of its place; NaN
        where there is no row.
    """
    rows = ~np.isnan(attention).all(-1)
    filled = np.nan_to_num(attention)
    counts = np.maximum(rows.sum(0), 1)[:, None]
    average = filled.sum(0) / counts
    inner = np.einsum("nst,st->ns", filled, average)
    lengths = np.linalg.norm(filled, axis=-1) * np.linalg.norm(average, axis=-1)
    cosines = inner / np.where(lengths > 0, lengths, 1)
    return float(cosines[rows].mean()) if rows.any() else float("nan")


def rank_agreement(one: Sequence[float | None], other: Sequence[float | None]) -> float | None:
    """Return the rank correlation of two numbers over networks, as along the dial of claim S3.

    Parameters
    ----------
    one, other : sequences of m
        Of the same networks, in order; pairs with a number that is not defined are left out.

    Returns
    -------
    float or None
        Spearman's; None for fewer than three pairs, or where one of the two is the same for all.

    Examples
    --------
    >>> rank_agreement([0.2, 0.5, 0.9, None], [1, 2, 3, 4])
    1.0
    """
    pairs = np.array(
        [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    )
    if len(pairs) < FEWEST_NETWORKS or (np.ptp(pairs, axis=0) == 0).any():
        return None
    from scipy import stats  # a configuration is read without it

    return float(np.corrcoef(stats.rankdata(pairs, axis=0).T)[0, 1])
