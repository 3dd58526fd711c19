"""Planes and spaces in which networks are drawn.

Every network has one frame of axes: the principal components of its slow points, in their order and
with their signs, see `geometry.frame`; figures and pages look along these. Slices through the mean
slow point, in which decisions are drawn, are named by the classes that they hold.

Symbols: S entries of a state, C outputs, d expected dimension; k components of the slow points, p
drawn directions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.text import cut_names
from rnn_geometry.tasks.theory import structure_of


@dataclass(frozen=True)
class View:
    """Two directions inside the first k components of a network's slow points, as orthonormal
    columns (k, 2).

    labels: names of the directions; name: of the view, where a figure has several; depth: the
    direction (k,) towards the reader of a view in three dimensions.
    """

    network: NetworkArrays
    basis: np.ndarray
    labels: tuple[str, str]
    name: str = ""
    depth: np.ndarray | None = None

    def states(self, states: np.ndarray) -> np.ndarray:
        """Return where states (..., S) are drawn, (..., 2)."""
        return self.network.project(states, len(self.basis)) @ self.basis

    def along(self, coordinates: np.ndarray) -> np.ndarray:
        """Return where coordinates (..., at least k) along the components are drawn, (..., 2)."""
        return np.asarray(coordinates, dtype=np.float64)[..., : len(self.basis)] @ self.basis

    def vectors(self, vectors: np.ndarray) -> np.ndarray:
        """Return the drawn part (..., 2) of directions (..., S)."""
        return np.asarray(vectors) @ self.network.components[:, : len(self.basis)] @ self.basis

    @property
    def slow_points(self) -> np.ndarray:
        """Where the slow points are drawn, (n, 2)."""
        return self.states(self.network.points)

    @property
    def readouts(self) -> np.ndarray:
        """Drawn parts of the readouts, (C, 2)."""
        return self.vectors(self.network.readout)


def is_ordered(meta: Mapping) -> bool:
    """Tell whether classes have an order."""
    return structure_of(meta).ordered


def is_simplex(network: NetworkArrays) -> bool:
    """Tell whether theory expects a simplex of three corners or more.

    Unordered classes, d = C - 1.
    """
    classes = len(network.readout)
    return (
        classes > 2
        and not network.multi_label
        and not is_ordered(network.meta)
        and network.dimension == classes - 1
    )


def plane_view(network: NetworkArrays, first: int = 0) -> View:
    """Return the plane of two components of the slow points that follow each other.

    Parameters
    ----------
    network
        The network.
    first
        The first of them, from 0.
    """
    count = first + 2
    labels = (f"component {first + 1}", f"component {count}")
    return View(network, np.eye(count)[:, first:], labels, f"components {first + 1}, {count}")


def space_view(network: NetworkArrays) -> View:
    """Return components 1 to 3 of the slow points, seen by CAMERA: 3 is upright."""
    return View(network, CAMERA[:, :2], ("", ""), "components 1 to 3", CAMERA[:, 2])


def slices(network: NetworkArrays) -> list[View]:
    """Return the planes in which decisions of a network are drawn.

    Up to two dimensions the plane of components 1 and 2. Above that a slice per pair of classes or
    labels, so many that each has one: to the right the decision is for the first of them, to the
    left for the second, and upward are both against the others.
    """
    if (network.dimension or 2) < 3:
        return [plane_view(network)]
    count, classes = min(network.dimension or 2, len(network.components)), len(network.readout)
    pairs = [(i, (i + 1) % classes) for i in range(0, classes, 2)][:MOST_SLICES]
    return [_slice(network, count, *pair) for pair in pairs]


def _slice(network: NetworkArrays, count: int, i: int, j: int) -> View:
    readout = network.readout @ network.components[:, :count]
    centred = readout - (0 if network.multi_label else readout.mean(axis=0))
    along = centred[i] - centred[j]
    along /= max(float(np.linalg.norm(along)), 1e-12)
    up = centred[i] + centred[j]
    up = up - (up @ along) * along
    up /= max(float(np.linalg.norm(up)), 1e-12)
    first, second = cut_names([network.class_names[k] for k in (i, j)], SLICE_NAME)
    return View(
        network,
        np.column_stack([along, up]),
        (f"{second} – {first}", "both"),
        f"{first}, {second}",
    )


def near_slice(view: View) -> np.ndarray:
    """Tell which slow points (n,) lie near the plane of a view.

    Nearer than NEAR times the root mean square of their distances from the mean. The distance is
    that in the space of states.
    """
    centred = view.network.points - view.network.points.mean(axis=0)
    squares = (centred**2).sum(axis=1)
    off = np.maximum(squares - (view.slow_points**2).sum(axis=1), 0)
    return off <= NEAR**2 * max(float(squares.mean()), 1e-24)


def camera(elevation: float, azimuth: float) -> np.ndarray:
    """Return the columns right, up, and towards the reader (3, 3) of a view from two angles in
    degrees."""
    up, turn = np.radians([elevation, azimuth])
    towards = np.array([np.cos(up) * np.cos(turn), np.cos(up) * np.sin(turn), np.sin(up)])
    right = np.array([-np.sin(turn), np.cos(turn), 0.0])
    return np.column_stack([right, np.cross(towards, right), towards])


CAMERA = camera(24, -68)
MOST_SLICES = 4  # of a network
NEAR = 0.3  # of the spread of the slow points
SLICE_NAME = 14  # letters of a class
