"""What lies under and over the slow points of an explorer: shape, flow, final states, fixed points.

Shapes: n points, S entries of a state, k components shown, C outputs.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from rnn_geometry.pages._explorer_encoding import encoded
from rnn_geometry.plotting import style
from rnn_geometry.store.artifacts import FixedPoints, Flow, States
from rnn_geometry.tasks.structures import Structure

FINAL = 250  # final states of one network on the page
FLOW = 15  # places of the flow along each component
MOST_CORNERS = 8  # a shape of more has edges without end
CORNER_SHARE = 0.05  # of the points decided alike: those that make a corner


def decisions(states: States, points: np.ndarray, multi_label: bool) -> np.ndarray:
    """Return the class decided at points (n, S), or its labels as a number, (n,)."""
    logits = logits_at(states, points)
    return style.class_codes(logits >= 0) if multi_label else logits.argmax(axis=1)


def logits_at(states: States, points: np.ndarray) -> np.ndarray:
    """Return the logits (n, C) at points (n, S)."""
    return points @ states.readout.T + states.readout_bias


def skeleton_of(kind: Structure, classes: int, multi_label: bool) -> dict[str, list[list[int]]]:
    """Return edges and faces between corners, by the codes of what is decided there.

    A simplex for unordered classes, a cube for labels, a chain for classes with an order. Empty
    where there are more than MOST_CORNERS corners.
    """
    if multi_label:
        return _cube(classes) if 2**classes <= MOST_CORNERS else {"edges": [], "faces": []}
    if not kind.simplex:
        return {"edges": [[i, i + 1] for i in range(classes - 1)], "faces": []}
    count = classes if classes <= MOST_CORNERS else 0
    return {
        "edges": [list(pair) for pair in combinations(range(count), 2)],
        "faces": [list(three) for three in combinations(range(count), 3)],
    }


def _cube(labels: int) -> dict[str, list[list[int]]]:
    codes = range(2**labels)
    edges = [[i, i | 1 << bit] for i in codes for bit in range(labels) if not i & 1 << bit]
    faces = []
    for a, b in combinations(range(labels), 2):
        first, second = 1 << a, 1 << b
        lowest = [i for i in codes if not i & (first | second)]
        faces += [[i, i | first, i | first | second, i | second] for i in lowest]
    return {"edges": edges, "faces": faces}


def corners_entry(
    places: np.ndarray, logits: np.ndarray, codes: np.ndarray, multi_label: bool
) -> list[list[float] | None]:
    """Return a corner (k) per code: the mean of the points that decide it most clearly.

    None where no point decides it.

    Parameters
    ----------
    places, logits, codes
        Of the slow points: (n, k), (n, C), and (n,) what is decided.
    multi_label
        Whether outputs are labels.
    """
    if multi_label:
        margin = np.abs(logits).min(axis=1, initial=np.inf)
        count = 2 ** logits.shape[1]
    else:
        best = np.sort(logits, axis=1)
        margin = best[:, -1] - best[:, -2] if logits.shape[1] > 1 else best[:, -1]
        count = logits.shape[1]
    if count > MOST_CORNERS and multi_label:
        return []
    found: list[list[float] | None] = []
    for code in range(count):
        rows = np.flatnonzero(codes == code)
        clearest = rows[np.argsort(-margin[rows])][: max(3, round(CORNER_SHARE * len(rows)))]
        mean = places[clearest].mean(axis=0) if len(rows) else None
        found.append(None if mean is None else [round(float(value), 5) for value in mean])
    return found


def final_entry(states: States, place: Any, multi_label: bool) -> dict[str, Any]:
    """Return some final states, (n, k) and what is decided in each.

    place: from states (n, S) to coordinates (n, k).
    """
    finite = np.flatnonzero(np.isfinite(states.final).all(axis=1))
    rows = finite[np.linspace(0, len(finite) - 1, min(FINAL, len(finite))).astype(int)]
    shown = states.final[rows].astype(np.float64)
    return {
        "places": encoded(place(shown)),
        "decision": decisions(states, shown, multi_label).tolist(),
    }


def fixed_entry(found: FixedPoints | None, place: Any) -> dict[str, Any]:
    """Return fixed points, (n, k), and how many directions leave each; none without a search."""
    if found is None or not len(found.roots):
        return {"places": "", "stability": []}
    return {
        "places": encoded(place(found.roots.astype(np.float64))),
        "stability": np.asarray(found.stability).astype(int).tolist(),
    }


def flow_entry(flow: Flow | None, size: int) -> dict[str, str] | None:
    """Return the flow on the plane of the first two of `size` components k.

    Places and velocities (n, k).
    """
    if flow is None:
        return None
    across = _thinned(len(flow.grid_x))
    down = _thinned(len(flow.grid_y))
    x, y = np.meshgrid(flow.grid_x[across], flow.grid_y[down])
    velocity = flow.velocity[np.ix_(down, across)].reshape(-1, 2)
    plane = np.eye(2, size)
    return {
        "places": encoded(np.stack([x.ravel(), y.ravel()], axis=1) @ plane),
        "velocities": encoded(np.nan_to_num(velocity) @ plane),
    }


def _thinned(count: int) -> np.ndarray:
    return np.unique(np.linspace(0, count - 1, min(FLOW, count)).round().astype(int))


def word_step(states: States) -> float | None:
    """Return the median length of the step of a state at one word, over all its entries."""
    lengths = np.linalg.norm(np.diff(states.trajectories.astype(np.float64), axis=1), axis=2)
    known = lengths[np.isfinite(lengths)]
    return float(f"{np.median(known):.4g}") if len(known) else None
