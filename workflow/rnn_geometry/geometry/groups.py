"""Do distances between things tell which group each belongs to? And a map of them.

Shapes: n things, g groups of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

PERMUTATIONS = 999
ROUNDING = 1e-9  # of a value: permutations that give the same do so to rounding


class Permanova(NamedTuple):
    """How much farther apart groups are than their members.

    Attributes
    ----------
    pseudo_f : float
        Variance between groups over that within, each by its degrees of freedom; NaN where there
        is one group, or no group has two members; infinite where members are one to rounding.
    p : float
        (1 + permutations of the groups with as large a value) / (1 + permutations); NaN as well.
    """

    pseudo_f: float
    p: float


class Neighbours(NamedTuple):
    """How often the nearest other thing is of the same group.

    Attributes
    ----------
    accuracy : float
        Share of the things; of several equally near ones the share of those counts.
    chance : float
        Its mean over all permutations of the groups.
    p : float
        (1 + permutations with as large an accuracy) / (1 + permutations).
    """

    accuracy: float
    chance: float
    p: float


def permanova(
    distances: np.ndarray, groups: np.ndarray, *, seed: int, permutations: int = PERMUTATIONS
) -> Permanova:
    """Return the pseudo-F of groups among distances, and its p by permutation.

    Parameters
    ----------
    distances : (n, n)
        Symmetric, zero on the diagonal.
    groups : (n,)
        Which group each thing belongs to.
    seed
        Draws the permutations.
    permutations
        How many.

    Returns
    -------
    Permanova
        As scikit-bio's `permanova` computes it.

    Raises
    ------
    ValueError
        For distances that are no such matrix, or groups that do not fit.

    References
    ----------
    Anderson 2001, A new method for non-parametric multivariate analysis of variance.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 10.0, 12.0])
    >>> found = permanova(np.abs(x[:, None] - x), np.array(["a", "a", "b", "b"]), seed=0)
    >>> round(found.pseudo_f, 1), round(found.p, 1)
    (88.2, 0.3)
    """
    distances, codes = _checked(distances, groups)
    orders = _orders(codes, seed, permutations)
    n, sizes = len(codes), np.bincount(codes)
    if len(sizes) < 2 or len(sizes) == n:
        return Permanova(np.nan, np.nan)
    squares = distances**2
    within = (_sums_within(squares, orders) / (2 * sizes)).sum(axis=1)
    total = squares.sum() / (2 * n)
    within = np.where(within > ROUNDING * total, within, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = ((total - within) / (len(sizes) - 1)) / (within / (n - len(sizes)))
    return Permanova(float(values[0]), _share_as_large(values))


def nearest_neighbours(
    distances: np.ndarray, groups: np.ndarray, *, seed: int, permutations: int = PERMUTATIONS
) -> Neighbours:
    """Return how often the nearest other thing is of the same group, and its p by permutation.

    Parameters
    ----------
    distances, groups, seed, permutations
        As of `permanova`.

    Returns
    -------
    Neighbours
        NaN where there are fewer than two things.

    Raises
    ------
    ValueError
        As `permanova` does.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 10.0, 12.0])
    >>> found = nearest_neighbours(np.abs(x[:, None] - x), np.array(list("aabb")), seed=0)
    >>> found.accuracy, round(found.chance, 3)
    (1.0, 0.333)
    """
    distances, codes = _checked(distances, groups)
    n, sizes = len(codes), np.bincount(codes)
    if n < 2:
        return Neighbours(np.nan, np.nan, np.nan)
    orders = _orders(codes, seed, permutations)
    values = _sums_within(nearest_shares(distances), orders).sum(axis=1) / n
    chance = float((sizes * (sizes - 1)).sum() / (n * (n - 1)))
    return Neighbours(float(values[0]), chance, _share_as_large(values))


def nearest_shares(distances: np.ndarray) -> np.ndarray:
    """Return which other thing is nearest to each.

    Parameters
    ----------
    distances : (n, n)
        Symmetric.

    Returns
    -------
    (n, n)
        1 for the nearest, of several equally near ones a share each; rows sum to 1.

    Examples
    --------
    >>> nearest_shares(np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 2.0], [1.0, 2.0, 0.0]])).tolist()
    [[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    others = np.where(np.eye(len(distances), dtype=bool), np.inf, distances)
    least = others.min(axis=1, keepdims=True)
    near = others <= least * (1 + ROUNDING)
    return near / near.sum(axis=1, keepdims=True)


class Map(NamedTuple):
    """Places of things whose distances are about those given.

    Attributes
    ----------
    places : (n, k)
        Along axes of falling variance; centred.
    shares : (k,)
        Of the sum of all eigenvalues without their signs: what each axis shows.
    """

    places: np.ndarray
    shares: np.ndarray


def classical_map(distances: np.ndarray, dimensions: int = 2) -> Map:
    """Return a map of things by classical scaling.

    Parameters
    ----------
    distances : (n, n)
        Symmetric, zero on the diagonal.
    dimensions
        k, axes of the map.

    Returns
    -------
    Map
        Each axis has its largest place on the positive side. Axes beyond what the distances need
        are zero.

    Raises
    ------
    ValueError
        As `permanova` does.

    References
    ----------
    Torgerson 1952, Multidimensional scaling: theory and method.

    Examples
    --------
    >>> x = np.array([0.0, 2.0, 7.0])
    >>> classical_map(np.abs(x[:, None] - x), 1).places.ravel().round(6).tolist()
    [-3.0, -1.0, 4.0]
    """
    distances, _ = _checked(distances, np.zeros(len(distances)))
    centre = np.eye(len(distances)) - 1 / len(distances)
    values, axes = np.linalg.eigh(-0.5 * centre @ distances**2 @ centre)
    values, axes = values[::-1], axes[:, ::-1]
    places = np.zeros((len(distances), dimensions))
    kept = min(dimensions, len(values))
    places[:, :kept] = axes[:, :kept] * np.sqrt(values[:kept].clip(0))
    # By rounding two sides may be equally far: then the later thing is on the positive one.
    outermost = np.abs(places) >= np.abs(places).max(axis=0) * (1 - ROUNDING)
    last = len(places) - 1 - outermost[::-1].argmax(axis=0)
    places *= np.where(places[last, range(dimensions)] < 0, -1, 1)
    shares = np.zeros(dimensions)
    shares[:kept] = values[:kept].clip(0) / max(np.abs(values).sum(), np.finfo(float).tiny)
    return Map(places, shares)


def _checked(distances: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return distances and the groups as codes from 0 on."""
    distances, groups = np.asarray(distances, dtype=float), np.asarray(groups)
    if distances.ndim != 2 or distances.shape != (len(groups),) * 2:
        raise ValueError(
            f"distances of {distances.shape} between {len(groups)} things; needed is (n, n)."
        )
    if not np.isfinite(distances).all() or not np.allclose(distances, distances.T):
        raise ValueError("distances must be finite, and the same both ways.")
    if np.diagonal(distances).any():
        raise ValueError("a thing is not at distance 0 from itself.")
    return distances, np.unique(groups, return_inverse=True)[1].ravel()


def _orders(codes: np.ndarray, seed: int, permutations: int) -> np.ndarray:
    """Return the groups as they are, then in random orders, (1 + m, n)."""
    rng = np.random.default_rng(seed)
    return np.stack([codes, *(rng.permutation(codes) for _ in range(permutations))])


def _sums_within(matrix: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Return the sum of a matrix (n, n) over pairs of each group, (1 + m, g)."""
    members = (orders[..., None] == np.arange(orders.max() + 1)).astype(float)  # (1 + m, n, g)
    return np.einsum("mig,mig->mg", matrix @ members, members)


def _share_as_large(values: np.ndarray) -> float:
    """Return p of the first value among all; it is one of them."""
    if np.isnan(values[0]):
        return np.nan
    # A product, since a difference of infinite values is none; no value is below 0.
    return float((values >= values[0] * (1 - ROUNDING)).mean())
