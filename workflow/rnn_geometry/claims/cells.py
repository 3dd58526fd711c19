"""Whether cells differ: an interaction, told apart from chance by exchanging networks."""

from __future__ import annotations

import numpy as np

EXCHANGES = 999


def cells_p(met: np.ndarray, cells: np.ndarray, strata: np.ndarray, seed: int) -> float:
    """Return the p of a permutation test that networks of all cells meet a claim alike.

    Parameters
    ----------
    met
        Whether each network meets the claim (n,).
    cells
        The cell of each (n,).
    strata
        The data seed of each (n,): networks are exchanged among those of the same one.
    seed
        Of the exchanges.

    Returns
    -------
    float
        Share of EXCHANGES, and of what was seen, whose chi-square is that or larger; 1 where all
        networks meet the claim or none does.

    References
    ----------
    Freeman and Halton 1951, Note on an exact treatment of contingency, goodness of fit and other
    problems of significance. Phipson and Smyth 2010, Permutation p-values should never be zero.
    """
    if met.all() or not met.any():
        return 1.0
    rng, places = np.random.default_rng(seed), np.arange(len(met))
    order = np.tile(places, (EXCHANGES, 1))
    for stratum in np.unique(strata):
        mine = np.flatnonzero(strata == stratum)
        order[:, mine] = rng.permuted(np.tile(mine, (EXCHANGES, 1)), axis=1)
    names, place = np.unique(cells, return_inverse=True)
    member = (place[:, None] == np.arange(len(names))).astype(float)
    drawn = _chi_square(met.astype(float)[order], member)
    seen = _chi_square(met.astype(float), member)
    return float((1 + (drawn >= seen - 1e-9).sum()) / (1 + EXCHANGES))


def _chi_square(met: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Return Pearson's statistic of (.., n) by cell (n, k), but for a factor that is constant."""
    sizes = member.sum(axis=0)
    return ((met @ member - sizes * met.mean(axis=-1, keepdims=True)) ** 2 / sizes).sum(axis=-1)
