"""The dynamics at x* over the plane of slow points, and what words do there: what figures draw.

Symbols: F one step, x* the hold input. Shapes: n points, S entries of a state, E of a word vector,
g grid points a side, w words, C outputs.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics.step import Step

GRID = 33  # points a side
BULK = 0.995  # of the slow points lie within the radius that sets the size of the grid
# Of the radius of the slow points: figures turn the plane, and its corners must be there, too.
REACH = 1.5
KICK_POINTS = 100
# Of a synthetic task; a text has KICKS_PER_CLASS of every class and as many neutral ones.
KICK_WORDS = 12
KICKS_PER_CLASS = 2


@torch.no_grad()
def plane_flow(
    step: Step, origin: Tensor, axes: Tensor, seen: Tensor, x: Tensor
) -> dict[str, np.ndarray]:
    """Return the flow under x* on a square grid over a plane of states.

    Parameters
    ----------
    step : Step
        In the precision of the states.
    origin : (S,)
        Centre of the grid.
    axes : (k, S)
        Orthonormal; the first two span the plane.
    seen : (n, S)
        Points that the grid covers, but for a few strays.
    x : (E,)
        The hold input x*.

    Returns
    -------
    dict of arrays
        grid_x, grid_y (g,): coordinates in units of the state; velocity (g, g, 2): the part of
        F(h, x*) - h in the plane at (grid_y[i], grid_x[j]), per word; speed (g, g): the length of
        the whole of it.
    """
    # A few points far from all others would leave the rest a handful of cells.
    half = REACH * float(((seen - origin) @ axes[:2].T).norm(dim=1).quantile(BULK).clamp(min=1e-6))
    side = torch.linspace(-half, half, GRID)
    grid_y, grid_x = torch.meshgrid(side, side, indexing="ij")
    places = torch.stack([grid_x.ravel(), grid_y.ravel()], dim=1).to(origin)
    states = origin + places @ axes[:2]
    move = step(states, x.expand(len(states), -1)) - states
    shape = (GRID, GRID)
    return {
        "grid_x": side.numpy(),
        "grid_y": side.numpy(),
        "velocity": (move @ axes[:2].T).reshape(*shape, 2).float().cpu().numpy(),
        "speed": move.norm(dim=1).reshape(shape).float().cpu().numpy(),
    }


@torch.no_grad()
def word_kicks(step: Step, points: Tensor, x: Tensor, vectors: Tensor, axes: Tensor) -> np.ndarray:
    """Return what each word adds, at each point, to a step under x*.

    Parameters
    ----------
    step : Step
        In the precision of the points.
    points : (n, S)
        States h.
    x : (E,)
        The hold input x*.
    vectors : (w, E)
        Inputs x_w of the words.
    axes : (k, S)
        Orthonormal.

    Returns
    -------
    (n, w, k) float32
        F(h, x_w) - F(h, x*) along the axes, in units of the state.
    """
    rest = step(points, x.expand(len(points), -1))
    moves = [step(points, vector.expand(len(points), -1)) - rest for vector in vectors]
    return (torch.stack(moves, dim=1) @ axes.T).float().cpu().numpy()


def spread_rows(count: int, shown: int = KICK_POINTS) -> np.ndarray:
    """Return evenly spaced rows.

    Parameters
    ----------
    count : int
        Rows there are.
    shown : int
        Most rows that are returned.

    Returns
    -------
    (m,) int64
        Rising indices, the first and the last row among them.

    Examples
    --------
    >>> spread_rows(9, shown=3).tolist()
    [0, 4, 8]
    """
    return np.unique(np.linspace(0, count - 1, min(shown, count)).astype(np.int64))


def telling_words(
    ids: np.ndarray, effects: np.ndarray, multi_label: bool, synthetic: bool
) -> np.ndarray:
    """Return the words whose kicks are drawn.

    All words of a synthetic task if they are few; else the strongest of every class and those of
    the smallest effects.

    Parameters
    ----------
    ids : (W,)
        Ids of the words whose effects were measured.
    effects : (W, C)
        Changes of the logits by them.
    multi_label : bool
        Whether every output is judged by itself: no mean over outputs is taken off then.
    synthetic : bool
        Whether the task is synthetic.

    Returns
    -------
    (w,)
        Some of `ids`.

    Examples
    --------
    >>> telling_words(np.array([4, 7]), np.eye(2), multi_label=False, synthetic=True).tolist()
    [4, 7]
    """
    if synthetic and len(ids) <= KICK_WORDS:
        return ids
    centred = effects if multi_label else effects - effects.mean(axis=1, keepdims=True)
    strongest = np.argsort(-centred, axis=0, kind="stable")[:KICKS_PER_CLASS]
    weakest = np.argsort(np.abs(centred).max(axis=1), kind="stable")[:KICKS_PER_CLASS]
    return ids[np.unique(np.concatenate([strongest.ravel(), weakest]))]
