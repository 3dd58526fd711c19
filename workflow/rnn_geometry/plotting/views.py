"""Planes and spaces in which networks are drawn, turned so that classes face alike in every network
of a task.

Symbols: S entries of a state, C outputs, d expected dimension; k components of the slow points, p
drawn directions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.gallery import layout
from rnn_geometry.tasks.theory import structure_of


@dataclass(frozen=True)
class View:
    """Two directions inside the first k components of a network's slow points, as orthonormal
    columns (k, 2).

    labels: names of the directions; note: which components they mix, if they do; depth: the
    direction (k,) towards the reader of a view in three dimensions.
    """

    network: NetworkArrays
    basis: np.ndarray
    labels: tuple[str, str]
    note: str = ""
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


def facing(vectors: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return orthonormal columns (k, p) that bring vectors (C, k) nearest `wanted` (C, p).

    Orthogonal Procrustes.
    """
    left, _, right = np.linalg.svd(vectors.T @ wanted, full_matrices=False)
    return left @ right


def plane_view(network: NetworkArrays, components: int = 2) -> View:
    """Return the plane of components 1 and 2, or a plane within the first few components.

    Ordered classes and two classes have components of different meaning: they keep them. Else
    components of equal variance are turned freely from network to network, so that only their
    common span means anything.
    """
    if is_ordered(network.meta) or len(network.readout) < (2 if network.multi_label else 3):
        return View(network, np.eye(2), ("component 1", "component 2"))
    count = min(components, len(network.components))
    basis = facing(
        network.readout @ network.components[:, :count], layout(network.meta, len(network.readout))
    )
    return View(network, basis, ("direction 1", "direction 2"), f"within components 1–{count}")


def best_plane(network: NetworkArrays) -> View:
    """Return the plane that shows most.

    Within components 1 to 3 where the manifold has three dimensions or more.
    """
    return plane_view(network, 3 if (network.dimension or 2) > 2 else 2)


def space_view(network: NetworkArrays, reference: NetworkArrays) -> View:
    """Return three dimensions seen by CAMERA.

    Tetrahedron, bipyramid or cube upright, other tasks as `reference`.
    """
    classes = len(network.readout)
    wanted = _upright(classes, network.multi_label)
    if is_ordered(network.meta) or wanted is None:
        wanted = reference.readout @ reference.components[:, :3]
    count = min(4 if wanted.shape == (5, 3) and is_simplex(network) else 3, len(network.components))
    basis = facing(network.readout @ network.components[:, :count], wanted)
    spread = network.project(network.points, 3).std(axis=0)
    if spread[-1] < FLAT * spread[0]:
        # A plane may be turned to be seen edge-on: let components 1 and 2 run right and up.
        basis = np.eye(count)[:, [0, 2, 1]]
    return View(
        network,
        basis @ CAMERA[:, :2],
        ("", ""),
        f"within components 1–{count}",
        basis @ CAMERA[:, 2],
    )


def camera(elevation: float, azimuth: float) -> np.ndarray:
    """Return the columns right, up, and towards the reader (3, 3) of a view from two angles in
    degrees."""
    up, turn = np.radians([elevation, azimuth])
    towards = np.array([np.cos(up) * np.cos(turn), np.cos(up) * np.sin(turn), np.sin(up)])
    right = np.array([-np.sin(turn), np.cos(turn), 0.0])
    return np.column_stack([right, np.cross(towards, right), towards])


CAMERA = camera(24, -68)
FLAT = 0.15  # of the spread along component 1: less along component 3 is a plane


def _upright(classes: int, multi_label: bool) -> np.ndarray | None:
    """Return the corners (C, 3) of a tetrahedron or of the bipyramid of five classes, or the axes
    of a cube."""
    if multi_label:
        return np.eye(3) if classes == 3 else None
    # One corner of the base towards the reader, so that all corners lie on the outline.
    turned = np.radians([160, -80, 40])
    triangle = np.column_stack([np.cos(turned), np.sin(turned), np.zeros(3)])
    if classes == 4:
        return np.concatenate([triangle * np.sqrt(8 / 9) - [0, 0, 1 / 3], [[0, 0, 1]]])
    if classes == 5:
        # Of the regular 4-simplex, seen along the line between the centres of three corners and of
        # the other two.
        return np.concatenate(
            [triangle * np.sqrt(5 / 6), np.array([[0, 0, 1], [0, 0, -1]]) * np.sqrt(5 / 8)]
        )
    return None
