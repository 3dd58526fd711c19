"""The dynamics at x* over the plane of slow points, and what words do there: what figures draw.

Symbols: F one step, x* the hold input. Shapes: n points, S entries of a state, E of a word vector,
g grid points a side, w words, C outputs.
"""

from __future__ import annotations

import numpy as np
import torch

from rnn_geometry.dynamics._checks import check_shape, flag, real_array, refusal, whole
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics._tensors import device_of, real_tensor
from rnn_geometry.dynamics.step import Array, Step

GRID = 33  # points a side
BULK = 0.995  # of the slow points lie within the radius that sets the size of the grid
# Of the radius of the slow points: figures turn the plane, and its corners must be there, too.
REACH = 1.5
KICK_POINTS = 100
# Of a synthetic task; a text has KICKS_PER_CLASS of every class and as many neutral ones.
KICK_WORDS = 12
KICKS_PER_CLASS = 2


@isolated()
def plane_flow(
    step: Step, origin: Array, axes: Array, seen: Array, x: Array
) -> dict[str, np.ndarray]:
    """Return the flow under x* on a square grid over a plane of states.

    Parameters
    ----------
    step : Step
        Not changed.
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

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, and for axes or points that do not fit.
    """
    device = device_of(origin, axes, seen)
    seen = real_tensor("seen", seen, ("n", "S"), device=device)
    axes = real_tensor("axes", axes, ("k", seen.shape[1]), device=device)
    origin = real_tensor("origin", origin, (seen.shape[1],), device=device)
    if len(axes) < 2 or not len(seen):
        raise refusal(f"A plane needs two axes and a point, got {len(axes)} and {len(seen)}.")
    # A few points far from all others would leave the rest a handful of cells.
    half = REACH * float(((seen - origin) @ axes[:2].T).norm(dim=1).quantile(BULK).clamp(min=1e-6))
    side = torch.linspace(-half, half, GRID, dtype=torch.float32, device="cpu")
    grid_y, grid_x = torch.meshgrid(side, side, indexing="ij")
    places = torch.stack([grid_x.ravel(), grid_y.ravel()], dim=1).to(origin)
    states = origin + places @ axes[:2]
    system, states = System.of(step, states, x, gradients=False)
    axes, move = axes.to(states), system(states) - states
    shape = (GRID, GRID)
    return {
        "grid_x": side.numpy(),
        "grid_y": side.numpy(),
        "velocity": (move @ axes[:2].T).reshape(*shape, 2).float().cpu().numpy(),
        "speed": move.norm(dim=1).reshape(shape).float().cpu().numpy(),
    }


@isolated()
def word_kicks(step: Step, points: Array, x: Array, vectors: Array, axes: Array) -> np.ndarray:
    """Return what each word adds, at each point, to a step under x*.

    Parameters
    ----------
    step : Step
        Not changed.
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

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, and for words or axes that do not fit.
    """
    system, h = System.of(step, points, x, gradients=False)
    axes = real_tensor("axes", axes, ("k", h.shape[1]), device=h.device)
    vectors = real_tensor("vectors", vectors, ("w", system.x.shape[1]), device=h.device)
    rest = system(h)
    moves = [system.step(h, vector.expand(len(h), -1)) - rest for vector in vectors]
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

    Raises
    ------
    ValueError
        For counts that are no whole numbers of rows.

    Examples
    --------
    >>> spread_rows(9, shown=3).tolist()
    [0, 4, 8]
    """
    count, shown = whole("count", count), whole("shown", shown)
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

    Raises
    ------
    ValueError
        For effects that are not one row a word.

    Examples
    --------
    >>> telling_words(np.array([4, 7]), np.eye(2), multi_label=False, synthetic=True).tolist()
    [4, 7]
    """
    ids = np.asarray(ids)
    effects = real_array("effects", effects, ("W", "C"))
    check_shape("ids", ids.shape, (len(effects),))
    multi_label, synthetic = flag("multi_label", multi_label), flag("synthetic", synthetic)
    if synthetic and len(ids) <= KICK_WORDS:
        return ids
    centred = effects if multi_label else effects - effects.mean(axis=1, keepdims=True)
    strongest = np.argsort(-centred, axis=0, kind="stable")[:KICKS_PER_CLASS]
    weakest = np.argsort(np.abs(centred).max(axis=1), kind="stable")[:KICKS_PER_CLASS]
    return ids[np.unique(np.concatenate([strongest.ravel(), weakest]))]
