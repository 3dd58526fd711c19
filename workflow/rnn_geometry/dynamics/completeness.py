"""Have all fixed points been found? Starts between the roots, and the degree of the whole set.

Starts that a network visits lead to few of its unstable fixed points. These lie between the stable
ones, in the plainest case at the middles of the segments between them. Where the degree of all that
were found is not 1, a bounded network has more: `completed_skeleton` looks for them.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from rnn_geometry.dynamics._checks import real_array, whole
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics.fixed_points import (
    check_roots,
    distinct_roots,
    find_fixed_points,
    skeleton,
)
from rnn_geometry.dynamics.results import Skeleton, SlowPoints
from rnn_geometry.dynamics.step import Array, Step

# Where a segment is started from: its middle, and, off symmetry, nearer to either end.
PLACES = (0.5, 0.25, 0.75)


@isolated()
def search_between(
    step: Step,
    found: SlowPoints,
    x: Array,
    *,
    radius: float,
    rounds: int = 5,
    most_starts: int = 2000,
    tolerance: float = 1e-14,
    max_iterations: int = 200,
    seed: int = 0,
    memory_mb: float = 128,
) -> SlowPoints:
    """Go on with a search for fixed points, from the segments between the roots found.

    Every round starts at three places of each segment between two roots of which one is new, until
    a round finds no new root. `fixed_points.skeleton` of the result tells by its degree whether
    roots are certainly missing still.

    Parameters
    ----------
    step : Step
        Not changed.
    found : SlowPoints
        What `find_fixed_points` returned.
    x : (E,)
        The input of the search.
    radius : float
        Distance, in units of the state, up to which points are linked to one root.
    rounds : int
        Most rounds.
    most_starts : int
        Most starts of a round; of more, a random choice is taken.
    tolerance, max_iterations : float, int
        See `find_fixed_points`.
    seed : int
        Draws the choice.
    memory_mb : float
        Bound on the workspace, in MB.

    Returns
    -------
    SlowPoints
        The rows of `found`, then a row for every further start.

    Raises
    ------
    ValueError
        As `find_fixed_points` does, and for points that are not of this step.

    Examples
    --------
    >>> import torch
    >>> doubled, x = (lambda h, x: torch.tanh(2 * h)), torch.zeros(1)
    >>> found = find_fixed_points(doubled, torch.tensor([[-1.0], [1.0]]), x)
    >>> found = search_between(doubled, found, x, radius=1e-3)
    >>> sorted({round(float(point), 3) for point in abs(found.points[:, 0])})
    [0.0, 0.958]
    """
    check_roots(found, radius)
    x = real_array("x", x, ("E",))
    most_starts = whole("most_starts", most_starts, low=1)
    draw, known = np.random.default_rng(whole("seed", seed)), 0
    for _ in range(whole("rounds", rounds)):
        roots = distinct_roots(found.points, found.status, radius)[1]
        starts = _between(roots, known)
        if len(starts) == 0:
            break
        known = len(roots)
        if len(starts) > most_starts:
            starts = starts[draw.permutation(len(starts))[:most_starts]]
        more = find_fixed_points(
            step,
            starts,
            x,
            tolerance=tolerance,
            max_iterations=max_iterations,
            memory_mb=memory_mb,
        )
        found = _joined(found, more)
    return found


@isolated()
def completed_skeleton(
    step: Step,
    found: SlowPoints,
    x: Array,
    states: Array,
    *,
    radius: float,
    rounds: int = 8,
    most_starts: int = 60,
    seed: int = 0,
    memory_mb: float = 128,
) -> Skeleton:
    """Return the skeleton of a search that goes on while the degree proves that roots are missing.

    For steps that take a convex body into itself, see `fixed_points.degree`: others have no degree
    to reach. Rounds start from given states and from segments between roots in turn, until the
    degree is 1.

    Parameters
    ----------
    step : Step
        Not changed.
    found : SlowPoints
        What `find_fixed_points` returned.
    x : (E,)
        The input of the search.
    states : (m, S)
        Further starts, as slow points, of which every other round takes some that were not tried.
    radius : float
        Distance, in units of the state, up to which points are linked to one root.
    rounds : int
        Most rounds.
    most_starts : int
        Starts of a round.
    seed : int
        Draws them.
    memory_mb : float
        Bound on the workspace, in MB.

    Returns
    -------
    Skeleton
        `roots`, `unstable` and `degree` of all that were found; basins, ids, ghosts and `unseen`
        are those of the starts of `found`. A root that none of these led to has a basin of 0.

    Raises
    ------
    ValueError
        As `find_fixed_points` does, and for points that are not of this step.

    Examples
    --------
    >>> import torch
    >>> doubled, x = (lambda h, x: torch.tanh(2 * h)), torch.zeros(1)
    >>> found = find_fixed_points(doubled, torch.tensor([[-1.0], [1.0]]), x)
    >>> bones = completed_skeleton(doubled, found, x, torch.tensor([[0.1]]), radius=1e-3)
    >>> bones.degree, bones.basins.tolist(), bones.unstable.tolist()
    (1, [1, 1, 0], [0, 0, 1])
    """
    common: dict[str, Any] = {"radius": radius, "memory_mb": memory_mb}
    first = bones = skeleton(step, found, x, **common)
    draw = np.random.default_rng(whole("seed", seed))
    states = real_array("states", states, ("m", found.points.shape[1]))
    waiting = states[draw.permutation(len(states))]
    most_starts, every = whole("most_starts", most_starts, low=1), found
    for turn in range(whole("rounds", rounds)):
        if bones.degree == 1:
            break
        starts = _between(bones.roots, 0)
        if len(waiting) and (turn % 2 == 0 or not len(starts)):  # one root has no segments
            starts, waiting = waiting[:most_starts], waiting[most_starts:]
        if not len(starts):
            break
        starts = starts[draw.permutation(len(starts))[:most_starts]]
        every = _joined(every, find_fixed_points(step, starts, x, memory_mb=memory_mb))
        bones = skeleton(step, every, x, **common)
    return _of_first_starts(bones, first, len(found.points))


def _of_first_starts(bones: Skeleton, first: Skeleton, count: int) -> Skeleton:
    """Return a skeleton whose basins are those of the first starts alone."""
    ids = bones.ids[:count]
    basins = np.bincount(ids[ids >= 0], minlength=len(bones.roots))
    return replace(bones, ids=ids, basins=basins, ghosts=first.ghosts, unseen=first.unseen)


def _between(roots: np.ndarray, known: int) -> np.ndarray:
    """Return starts (m, S) on the segments between two roots, not both among the first `known`."""
    one, other = np.triu_indices(len(roots), k=1)
    new = other >= known
    one, other = roots[one[new]], roots[other[new]]
    return np.concatenate([(1 - place) * one + place * other for place in PLACES])


def _joined(one: SlowPoints, other: SlowPoints) -> SlowPoints:
    """Return the rows of both, without modes."""
    names = [field.name for field in fields(SlowPoints) if field.name != "modes"]
    parts: dict[str, Any] = {
        name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in names
    }
    return SlowPoints(**parts)
