"""Could chance, or a plainer shape, give what a network shows? Surrogates without any training.

A surrogate shares with the network what its geometry alone can fake, and is drawn DRAWS times.
p = (1 + surrogates at least as extreme) / (1 + DRAWS): the smaller, the less chance explains.
Shapes: n points, S entries of a state that the readout sees, C readouts, N unordered classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rnn_geometry.geometry import readouts, simplex
from rnn_geometry.geometry.dimension import principal_axes
from rnn_geometry.store.columns import Column, columns
from rnn_geometry.tasks.theory import structure_of

DRAWS = 999
POINTS = 300  # of the slow points, evenly chosen: what a surrogate has, and what is held against it
ROUNDING = 1e-5  # of shares and of angles in degrees: values that are closer are equal
CHUNK = 50_000  # points drawn at once, whose arrays fit a cache

_FLAT = (
    "999 sets of 300 points of the same covariance in the first N - 1 components, uniform in a ball"
    " or Gaussian, the larger p of the two; the network shows 300 of its points, too"
)
COLUMNS = columns(
    Column(
        "corner_miss_p",
        f"unordered classes: p of a `corner_miss` as small as the network's, by {_FLAT}. A round"
        " ball has the corners of a simplex, too: large p says that corners prove nothing",
    ),
    Column("simplex_shape_p", f"p of a `simplex_shape` as large, by {_FLAT}"),
    Column(
        "readout_in_subspace_p",
        "p of a `readout_in_subspace` as large, when the readouts are turned at random in the"
        " entries that they see (999 rotations)",
    ),
    Column(
        "readout_angle_p",
        "p of a `readout_angle_error` as small among 999 random readouts: rows of as many entries,"
        " uniform as initial weights are, without their mean over classes (as softmax with L2"
        " leaves them; labels: with it); empty for two classes, whose readouts are opposite by"
        " that",
    ),
)


def surrogate_tests(
    points: np.ndarray | None,
    readout: np.ndarray,
    d: int | None,
    meta: Mapping[str, Any],
    seed: int,
    draws: int = DRAWS,
) -> dict[str, float | None]:
    """Return how rare what a network shows is among its surrogates.

    Parameters
    ----------
    points
        Slow points (n, S) that converged; None where they are too few.
    readout
        (C, S).
    d
        Expected dimension; None where there is none.
    meta
        meta.json.
    seed
        Of all draws.
    draws
        Number of surrogates of each kind.

    Returns
    -------
    dict
        By the names of COLUMNS; None where the measure itself is not defined.
    """
    rng = np.random.default_rng(seed)
    found: dict[str, float | None] = dict.fromkeys(COLUMNS)
    if points is not None and structure_of(meta).simplex:
        found |= simplex_p(points, readout, rng, draws)
    if points is not None and d:
        found["readout_in_subspace_p"] = subspace_p(readout, points, d, rng, draws)
    expected = meta["readout_angle_expected"]
    centred = not meta["multi_label"]
    if expected is not None and len(readout) > (2 if centred else 1):
        found["readout_angle_p"] = angle_p(readout, expected, centred, rng, draws)
    return found


def share_as_extreme(observed: float, drawn: np.ndarray, larger: bool) -> float:
    """Return p of an observed value among surrogates.

    Parameters
    ----------
    observed
        What the network shows.
    drawn
        Values of the surrogates (m,); NaN counts as extreme.
    larger
        Whether large values are the telling ones, or small ones.

    Examples
    --------
    >>> share_as_extreme(3.0, np.array([1.0, 2.0, 4.0]), larger=True)
    0.5
    """
    less = drawn < observed - ROUNDING if larger else drawn > observed + ROUNDING
    return float(1 + (~less).sum()) / (1 + len(drawn))


def simplex_p(
    points: np.ndarray, readout: np.ndarray, rng: np.random.Generator, draws: int = DRAWS
) -> dict[str, float | None]:
    """Return p of corners and shape of a simplex among balls and Gaussians of equal covariance.

    Parameters
    ----------
    points
        (n, S).
    readout
        (N, S).
    rng
        Draws the surrogates.
    draws
        How many of each kind.

    Returns
    -------
    dict
        corner_miss_p and simplex_shape_p, the larger of two each; None without a shape.
    """
    coordinates = simplex.readout_coordinates(points, readout)
    if coordinates is None:
        return {"corner_miss_p": None, "simplex_shape_p": None}
    cloud, directions = coordinates
    cloud = cloud[np.linspace(0, len(cloud) - 1, min(len(cloud), POINTS)).astype(int)]
    of_shape = simplex_tests(cloud, directions, rng, draws).values()
    return {f"{name}_p": _larger([found[name] for found in of_shape]) for name in LARGE_TELLS}


# Of the measures of a simplex: whether large values tell one, or small ones.
LARGE_TELLS = {"corner_miss": False, "simplex_shape": True}


def _larger(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return max(known, default=None)


def simplex_tests(
    points: np.ndarray, directions: np.ndarray, rng: np.random.Generator, draws: int
) -> dict[str, dict[str, float | None]]:
    """Return p of the measures of a simplex for every kind of surrogate.

    Parameters
    ----------
    points
        In the components in which a simplex is looked for, (n, N - 1).
    directions
        Readouts there, (N, N - 1).
    rng
        Draws the surrogates.
    draws
        How many of each kind.

    Returns
    -------
    dict
        For `ball` and `gaussian` p of corner_miss and simplex_shape; None where not defined.
    """
    observed = simplex.measures(points, directions)
    drawn: dict[str, list[dict[str, np.ndarray]]] = {}
    for portion in of_equal_covariance(points, rng, draws):
        for shape, clouds in portion.items():
            drawn.setdefault(shape, []).append(simplex.measures(clouds, directions))

    def p(parts: list[dict[str, np.ndarray]], name: str) -> float | None:
        if np.isnan(observed[name]):
            return None
        values = np.concatenate([part[name] for part in parts])
        return share_as_extreme(float(observed[name]), values, LARGE_TELLS[name])

    return {shape: {name: p(parts, name) for name in LARGE_TELLS} for shape, parts in drawn.items()}


def of_equal_covariance(
    points: np.ndarray, rng: np.random.Generator, draws: int
) -> Iterator[dict[str, np.ndarray]]:
    """Draw points that share nothing with the given ones but their number, mean and covariance.

    These are shared to rounding, as measured and not only in the mean over draws: else surrogates
    of a round cloud would be less round than it, and p of a Gaussian cloud too small.

    Parameters
    ----------
    points
        (n, d).
    rng
        Draws them.
    draws
        How many sets of each kind.

    Yields
    ------
    dict of numpy.ndarray
        `ball` and `gaussian`, some of the sets at a time, (m, n, d): uniform in a ball and
        Gaussian, both stretched to the covariance. Points in fewer than d directions stay there.
    """
    n, d = points.shape
    mean = points.mean(axis=0)
    _, values, axes = np.linalg.svd(points - mean, full_matrices=False)
    stretch = values[:, None] * axes
    for count in _portions(draws, n):
        # The first d of d + 2 coordinates of a point uniform on a sphere are uniform in a ball.
        normal = rng.standard_normal((count, n, d + 2))
        inside = normal[..., :d]
        ball = inside / np.sqrt((normal**2).sum(axis=-1, keepdims=True))
        shapes = {"ball": ball, "gaussian": inside}
        yield {name: mean + _sphered(cloud) @ stretch for name, cloud in shapes.items()}


def _sphered(clouds: np.ndarray) -> np.ndarray:
    """Return clouds (m, n, d) brought to mean zero and covariances of exactly one over n."""
    return np.linalg.qr(clouds - clouds.mean(axis=1, keepdims=True))[0]


def _portions(draws: int, size: int) -> Iterator[int]:
    """Yield how many draws of a size to make at once, until there are enough."""
    most = max(1, CHUNK // size)
    for done in range(0, draws, most):
        yield min(most, draws - done)


def subspace_p(
    readout: np.ndarray,
    points: np.ndarray,
    d: int,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> float | None:
    """Return p of readouts inside the slow subspace, among readouts turned at random.

    A rotation keeps their lengths and the angles between them.

    Parameters
    ----------
    readout
        (C, S).
    points
        (n, S).
    d
        Size of the subspace.
    rng
        Draws the rotations.
    draws
        How many.

    Returns
    -------
    float or None
        None where the share itself is not defined.
    """
    observed = readouts.share_in_subspace(readout, points, d)
    if observed is None:
        return None
    size = int((principal_axes(points)[2][:d] > 0).sum())
    lengths = np.maximum(np.linalg.norm(readout, axis=1, keepdims=True), np.finfo(float).tiny)
    left, values, _ = np.linalg.svd(readout / lengths, full_matrices=False)
    width = readout.shape[1]
    drawn = []
    for count in _portions(draws, width * size):
        # To turn the readouts, or to turn the subspace: all that counts is their product, of which
        # the orthonormal rows of the readouts see as many rows of a random frame.
        frames = np.linalg.qr(rng.standard_normal((count, width, size)))[0][:, : len(values)]
        drawn.append(np.linalg.norm((left * values) @ frames, axis=-1).mean(axis=-1))
    return share_as_extreme(observed, np.concatenate(drawn), larger=True)


def angle_p(
    readout: np.ndarray,
    expected: float,
    centred: bool,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> float:
    """Return p of the worst angle between readouts, among random readouts.

    Parameters
    ----------
    readout
        (C, S).
    expected
        Angle by theory, in degrees.
    centred
        Whether the mean over readouts is taken from the random ones.
    rng
        Draws the readouts.
    draws
        How many sets.
    """
    observed = readouts.worst_angle(readout, expected)
    drawn = []
    for count in _portions(draws, len(readout) * max(readout.shape)):
        rows = rng.uniform(-1, 1, (count, *readout.shape))
        rows = rows - rows.mean(axis=1, keepdims=True) if centred else rows
        drawn.append(readouts.worst_angle(rows, expected))
    return share_as_extreme(float(observed), np.concatenate(drawn), larger=False)
