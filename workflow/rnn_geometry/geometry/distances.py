"""How far two networks are from each other: in the shape of their states, and in their slow modes.

States of two networks are compared row by row: row i is the state of either after the same word of
the same text. Cells and sizes may differ. How far two networks are in what they do to their outputs
is `dynamics.input_output.io_distance`. Needs numpy and scipy alone.

Shapes: n states, S and R entries of the states of two networks, k slow modes.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.linalg import schur

MOST_MODES = 8  # slow modes that are compared, as many as slow_modes.npz keeps
ALL_SIGNS = 5  # modes up to which all signs of matched axes are starts, 2^5
RANDOM_STARTS = 16
FIRST_STEPS, FINALISTS, STEPS = 20, 4, 300  # of all starts, how many go on, and how far
SETTLED = 1e-10  # of the squared norms: what a step gains when it is the last
TIE = 1e-9  # of a modulus: the two of a conjugate pair are no farther apart


def procrustes_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Return the angle between two shapes, once they are moved, scaled and rotated onto each other.

    Parameters
    ----------
    one : (n, S)
        States of a network.
    other : (n, R)
        States of another one after the same words.

    Returns
    -------
    float
        arccos of the nuclear norm of X'Y, X and Y centred and of norm 1, in radians: 0 for equal
        shapes, at most pi/2. Equal ones give up to 1e-7 by rounding. NaN where all states of a
        network are one.

    Raises
    ------
    ValueError
        For states that are no two matrices of as many rows, or not finite.

    References
    ----------
    Williams, Kunz, Kornblith & Linderman 2021, Generalized shape metrics on neural representations.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(50, 3))
    >>> turned = 2 * x @ np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0] + 5
    >>> round(procrustes_distance(x, turned), 6)
    0.0
    """
    x, y = (_unit(part) for part in _matched(one, other))
    if np.isnan(x).any() or np.isnan(y).any():
        return np.nan
    return float(np.arccos(np.clip(np.linalg.svd(x.T @ y, compute_uv=False).sum(), 0, 1)))


def debiased_cka(one: np.ndarray, other: np.ndarray) -> float:
    """Return the linear centred kernel alignment of states, without the bias of few rows.

    Parameters
    ----------
    one : (n, S)
        States of a network, n at least 4.
    other : (n, R)
        States of another one after the same words.

    Returns
    -------
    float
        HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)) of K = XX', L = YY' by the unbiased estimator: 1
        for states that are rotated and scaled copies, about 0 for independent ones. NaN where all
        states of a network are one.

    Raises
    ------
    ValueError
        As `procrustes_distance` does, and for fewer than 4 rows.

    References
    ----------
    Song et al. 2012, Feature selection via dependence maximization; Murphy et al. 2024, Correcting
    biased centered kernel alignment measures.

    Examples
    --------
    >>> x, y = np.random.default_rng(0).normal(size=(2, 200, 50))
    >>> round(debiased_cka(x, 3 * x), 6), abs(debiased_cka(x, y)) < 0.1
    (1.0, True)
    """
    x, y = (_unit(part) for part in _matched(one, other))
    if len(x) < 4:
        raise ValueError(f"there are {len(x)} states; needed are 4 or more.")
    own = _unbiased_hsic(x, x) * _unbiased_hsic(y, y)
    return float(_unbiased_hsic(x, y) / np.sqrt(own)) if own > 0 else np.nan


def cka_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Return the angle of `debiased_cka`, in radians: 0 for copies, about pi/2 for nothing shared.

    Parameters
    ----------
    one, other : (n, S), (n, R)
        As of `debiased_cka`.

    Returns
    -------
    float
        arccos of it; an estimate beyond -1 or 1 counts as these.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(30, 4))
    >>> round(cka_distance(x, -x), 6)
    0.0
    """
    return float(np.arccos(np.clip(debiased_cka(one, other), -1, 1)))


def _matched(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = (np.asarray(part, dtype=np.float64) for part in (one, other))
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y):
        raise ValueError(f"states of {x.shape} and {y.shape}; needed are (n, S) and (n, R).")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("a state holds NaN or infinity.")
    return x, y


def _unit(states: np.ndarray) -> np.ndarray:
    """Return states centred, all together of norm 1; NaN where all are one."""
    centred = states - states.mean(axis=0)
    norm = np.linalg.norm(centred)
    return centred / norm if norm > 0 else np.full_like(centred, np.nan)


def _unbiased_hsic(x: np.ndarray, y: np.ndarray) -> float:
    """Return the estimator of Song et al. of XX' and YY' without making these, (n, S), (n, R)."""
    n = len(x)
    (own_x, rows_x), (own_y, rows_y) = (_diagonal_and_rows(part) for part in (x, y))
    trace = float(np.linalg.norm(x.T @ y) ** 2 - own_x @ own_y)
    sums = rows_x.sum() * rows_y.sum() / ((n - 1) * (n - 2))
    return (trace + sums - 2 * (rows_x @ rows_y) / (n - 2)) / (n * (n - 3))


def _diagonal_and_rows(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the diagonal of XX' and the sums of its rows without the diagonal, each (n,)."""
    diagonal = (x**2).sum(axis=1)
    return diagonal, x @ x.sum(axis=0) - diagonal


def slow_block(jacobian: np.ndarray, min_tau: float, most: int = MOST_MODES) -> np.ndarray:
    """Return the dynamics within the slow modes, in an orthonormal basis of what these span.

    It is exact: the slow modes span an invariant subspace, found by a sorted real Schur
    decomposition, so that the block has the slow eigenvalues and no others. Another orthonormal
    basis turns it, which `block_distance` does not see.

    Parameters
    ----------
    jacobian : (S, S)
        J_rec at a point.
    min_tau
        Time constant from which a mode is slow, in words; |lambda| >= 1 is slow as well.
    most
        Of more slow modes those of largest |lambda|; no conjugate pair is cut in two.

    Returns
    -------
    (k, k)
        Without entries where no mode is slow.

    Raises
    ------
    ValueError
        For a Jacobian that is no square matrix, or not finite.

    Examples
    --------
    >>> slow_block(np.diag([0.1, 0.99, 0.5]), min_tau=10.0)
    array([[0.99]])
    """
    jacobian = np.asarray(jacobian, dtype=np.float64)
    if jacobian.ndim != 2 or jacobian.shape[0] != jacobian.shape[1]:
        raise ValueError(f"a Jacobian of {jacobian.shape}; needed is (S, S).")
    if not np.isfinite(jacobian).all():
        raise ValueError("the Jacobian holds NaN or infinity.")
    least = np.exp(-1 / min_tau)
    moduli = np.sort(np.abs(np.linalg.eigvals(jacobian)))[::-1]
    if len(moduli) > most:
        least = max(least, moduli[most] * (1 + TIE))
    found = schur(jacobian, output="real", sort=lambda re, im: np.hypot(re, im) > least)
    block, k = found[0], int(found[-1])
    return block[:k, :k]


class BlockDistance(NamedTuple):
    """How far two blocks of slow modes are.

    Attributes
    ----------
    distance : float
        The least |A - C B C'| that was found, C orthogonal; per word.
    bound : float
        What it cannot be below, by the spectra alone.
    """

    distance: float
    bound: float


def block_distance(one: np.ndarray, other: np.ndarray, *, seed: int) -> BlockDistance:
    """Return how far two linear dynamics are, once one is turned or mirrored onto the other.

    The smaller block is filled up with zeros: a mode that a network does not have forgets at once.
    |A - C B C'| is least where f(C) = <A, C B C'> is largest. With a multiple of |C|^2 added, which
    is constant on orthogonal matrices, f is convex, so that C <- polar factor of its gradient never
    makes it smaller (Journee et al. 2010). Starts match the axes of the symmetric parts in order of
    their eigenvalues, with all signs (of more than 5 modes with 32 random ones), and 16 are random.
    All go 20 steps, the best four go on for 300 or until none gains.

    The bound takes the symmetric and the skew parts apart, each with the best order of its
    eigenvalues (Hoffman & Wielandt 1953), or the singular values (Mirsky 1960), the larger of both.

    Parameters
    ----------
    one, other : (k, k), (l, l)
        Of `slow_block`.
    seed
        Draws the random starts.

    Returns
    -------
    BlockDistance
        Frobenius norms; both 0 where both blocks have no entry.

    References
    ----------
    Ostrow, Eisen, Kozachkov & Fiete 2023, Beyond geometry: comparing the temporal structure of
    computation in neural circuits with dynamical similarity analysis. There blocks are fitted to
    states and compared by angle.

    Examples
    --------
    >>> turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    >>> block = np.random.default_rng(1).normal(size=(3, 3))
    >>> round(block_distance(block, turn @ block @ turn.T, seed=0).distance, 4)
    0.0
    >>> round(block_distance(np.eye(2), np.eye(1), seed=0).distance, 4)
    1.0
    """
    size = max(len(one), len(other))
    if not size:
        return BlockDistance(0.0, 0.0)
    a, b = (np.pad(part, (0, size - len(part))) for part in (one, other))
    bound = _bound(a, b)
    # What both have of the identity changes no distance, and slows the search down.
    shared = (np.trace(a) + np.trace(b)) / (2 * size) * np.eye(size)
    return BlockDistance(max(_least(a - shared, b - shared, seed), bound), bound)


def _bound(a: np.ndarray, b: np.ndarray) -> float:
    """Return what |A - C B C'| cannot be below."""
    (own_a, skew_a), (own_b, skew_b) = (_eigenvalues(part) for part in (a, b))
    parts = np.hypot(np.linalg.norm(own_a - own_b), np.linalg.norm(skew_a - skew_b))
    singular_a, singular_b = (np.linalg.svd(part, compute_uv=False) for part in (a, b))
    return float(max(parts, np.linalg.norm(singular_a - singular_b)))


def _eigenvalues(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sorted eigenvalues of the symmetric part, and of the skew part over i."""
    return np.linalg.eigvalsh((a + a.T) / 2), np.linalg.eigvalsh((a - a.T) / 2j)


def _least(a: np.ndarray, b: np.ndarray, seed: int) -> float:
    """Return the least |A - C B C'| from all starts."""
    turns, overlaps = _climbed(a, b, _starts(a, b, np.random.default_rng(seed)), FIRST_STEPS)
    best = np.argsort(-overlaps, kind="stable")[:FINALISTS]
    turns, overlaps = _climbed(a, b, turns[best], STEPS)
    # Of the difference itself: |A|^2 + |B|^2 - 2 f loses half of the digits where it is small.
    turn = turns[np.argmax(overlaps)]
    return float(np.linalg.norm(a - turn @ b @ turn.T))


def _climbed(
    a: np.ndarray, b: np.ndarray, turns: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return C (m, k, k) after some steps and f(C) = <A, C B C'> (m,), or once none gains."""
    shift = 2 * np.linalg.norm(a, 2) * np.linalg.norm(b, 2)
    least = SETTLED * float((a**2).sum() + (b**2).sum())
    found = np.full(len(turns), -np.inf)
    for _ in range(steps):
        gradient = a @ turns @ b.T + a.T @ turns @ b
        before, found = found, (gradient * turns).sum(axis=(1, 2)) / 2
        if (found - before).max() <= least:
            break
        left, _, right = np.linalg.svd(gradient + shift * turns)
        turns = left @ right
    return turns, (a @ turns * (turns @ b)).sum(axis=(1, 2))


def _starts(a: np.ndarray, b: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return orthogonal matrices (m, k, k) from which to search."""
    size = len(a)
    axes_a, axes_b = (np.linalg.eigh((part + part.T) / 2)[1] for part in (a, b))
    if size <= ALL_SIGNS:
        signs = np.array(list(product((1.0, -1.0), repeat=size)))
    else:
        signs = rng.choice((1.0, -1.0), size=(2**ALL_SIGNS, size))
    matched = (axes_a * signs[:, None, :]) @ axes_b.T
    return np.concatenate([matched, np.linalg.qr(rng.normal(size=(RANDOM_STARTS, size, size)))[0]])
