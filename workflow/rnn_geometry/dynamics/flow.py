"""The zero-input dynamics over the plane of slow points, and what single words do there: what figures draw.

Symbols (SCIENCE): F one step, x* the hold input. Shapes: n points, S entries of a state, E of a word vector, g grid
points a side, w words, C outputs.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics.step import Step

GRID = 33  # points a side
BULK = 0.995  # of the slow points lie within the radius that sets the size of the grid
REACH = 1.5  # of the radius of the slow points: figures turn the plane, and its corners must be there, too
KICK_POINTS = 100
KICK_WORDS = (
    12  # of a synthetic task; a text has KICKS_PER_CLASS of every class and as many neutral ones
)
KICKS_PER_CLASS = 2


@torch.no_grad()
def plane_flow(
    step: Step, origin: Tensor, axes: Tensor, seen: Tensor, x: Tensor
) -> dict[str, np.ndarray]:
    """Return the flow under x* (E,) on a grid over the plane of the first two axes (k, S) through origin (S,).

    The grid is a square about the origin that covers the points seen (n, S) but for a few strays. grid_x, grid_y (g,):
    coordinates; velocity (g, g, 2): the part of F(h, x*) - h in the plane at (grid_y[i], grid_x[j]), per word; speed
    (g, g): the length of the whole of it.
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
    """Return what each word (w, E) adds at each point (n, S) to a step under x*, along the axes (k, S): (n, w, k)."""
    rest = step(points, x.expand(len(points), -1))
    moves = [step(points, vector.expand(len(points), -1)) - rest for vector in vectors]
    return (torch.stack(moves, dim=1) @ axes.T).float().cpu().numpy()


def spread_rows(count: int, shown: int = KICK_POINTS) -> np.ndarray:
    """Return at most `shown` evenly spaced rows of `count`."""
    return np.unique(np.linspace(0, count - 1, min(shown, count)).astype(np.int64))


def telling_words(
    ids: np.ndarray, effects: np.ndarray, multi_label: bool, synthetic: bool
) -> np.ndarray:
    """Return the ids (w,) of the words whose kicks are drawn, of those with measured effects (W, C) on the logits.

    All words of a synthetic task if they are few; else the strongest of every class and those of the smallest effects.
    """
    if synthetic and len(ids) <= KICK_WORDS:
        return ids
    centred = effects if multi_label else effects - effects.mean(axis=1, keepdims=True)
    strongest = np.argsort(-centred, axis=0, kind="stable")[:KICKS_PER_CLASS]
    weakest = np.argsort(np.abs(centred).max(axis=1), kind="stable")[:KICKS_PER_CLASS]
    return ids[np.unique(np.concatenate([strongest.ravel(), weakest]))]
