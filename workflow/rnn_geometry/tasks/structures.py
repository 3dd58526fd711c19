"""What theory expects of a kind of task: title, dimension, angle between readouts, shape.

After Aitken et al., ICLR 2021 (arXiv 2010.15114), and for CONTEXT Maheswaranathan & Sussillo, ICML
2020 (arXiv 2004.08013). A family of tasks names its structure; claims choose their tasks by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import acos, degrees

NUMBERS = ("", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
_SIMPLICES = {2: "a line between the two classes", 3: "a triangle", 4: "a tetrahedron"}
_CUBES = {1: "a line", 2: "a square", 3: "a cube"}


@dataclass(frozen=True)
class Structure:
    """A kind of task; C is the number of its outputs.

    Attributes
    ----------
    name, title
        What files of claims and tables call it, and what a person reads.
    noun
        What its outputs are called after their number; empty where the title says it all.
    dimension
        From C to the dimension of the manifold of slow points.
    angle
        From C to the angle between readout vectors in degrees, None where theory fixes none.
    shape
        From C to the shape of the manifold, in a few words.
    simplex
        Whether the manifold is a simplex with one corner per class.
    ordered
        Whether the classes have an order.
    """

    name: str
    title: str
    dimension: Callable[[int], int]
    angle: Callable[[int], float | None]
    shape: Callable[[int], str]
    simplex: bool = False
    ordered: bool = False
    noun: str = ""

    def called(self, count: int) -> str:
        """Return what a reader calls a task with so many outputs.

        Parameters
        ----------
        count
            Classes or labels.

        Returns
        -------
        str
            The number in words up to ten, and the noun; the title where there is no noun.

        Examples
        --------
        >>> UNORDERED.called(3), PLANE.called(14), LABELS.called(1), BINARY.called(2)
        ('Three unordered classes', '14 ordered classes', 'One label', 'Binary sentiment')
        """
        if not self.noun:
            return self.title
        number = NUMBERS[count] if 0 < count < len(NUMBERS) else str(count)
        return f"{number} {self.noun.removesuffix('s') if count == 1 else self.noun}"


def simplex_angle(classes: int) -> float:
    """Return the angle between directions to two corners of a regular simplex.

    Parameters
    ----------
    classes
        Number of corners, at least two.

    Returns
    -------
    float
        arccos(-1 / (N - 1)) in degrees.

    Examples
    --------
    >>> round(simplex_angle(3), 6)
    120.0
    """
    return degrees(acos(-1 / (classes - 1)))


def _simplex(classes: int) -> str:
    if classes == 2:
        return _SIMPLICES[2]
    solid = _SIMPLICES.get(classes, f"a simplex of {classes - 1} dimensions")
    return f"{solid} with one corner per class"


def _cube(labels: int) -> str:
    solid = _CUBES.get(labels, f"a cube of {labels} dimensions")
    return f"{solid} with one direction per label"


UNORDERED = Structure(
    "unordered",
    "Unordered classes",
    noun="unordered classes",
    dimension=lambda classes: classes - 1,
    angle=simplex_angle,
    shape=_simplex,
    simplex=True,
)
PLANE = Structure(
    "plane",
    "Ordered classes in two dimensions",
    noun="ordered classes",
    dimension=lambda classes: 2,
    angle=lambda classes: None,
    shape=lambda classes: (
        "a plane with sentiment along one direction and its intensity along another"
    ),
    ordered=True,
)
LINE = Structure(
    "line",
    "Ordered classes in one dimension",
    noun="ordered classes, one axis",
    dimension=lambda classes: 1,
    angle=lambda classes: None,
    shape=lambda classes: "a line along which the classes follow in their order",
    ordered=True,
)
LABELS = Structure(
    "labels",
    "Independent labels",
    noun="labels",
    dimension=lambda labels: labels,
    angle=lambda labels: 90.0 if labels > 1 else None,
    shape=_cube,
)
BINARY = Structure(
    "binary",
    "Binary sentiment",
    dimension=lambda classes: 1,
    angle=lambda classes: 180.0,
    shape=lambda classes: _SIMPLICES[2],
    ordered=True,
)
CONTEXT = Structure(
    "context",
    "Words that change other words",
    dimension=lambda classes: 1,
    angle=lambda classes: 180.0,
    shape=lambda classes: (
        "a line of evidence that words which change other words leave for a moment"
    ),
    ordered=True,
)
# In the order in which pages show them.
STRUCTURES = {one.name: one for one in (UNORDERED, PLANE, LINE, LABELS, BINARY, CONTEXT)}


def text_structure(classes: int, *, multi_label: bool, ordered: bool) -> Structure:
    """Return the structure of a text task, from its options.

    Parameters
    ----------
    classes
        Number of classes or labels.
    multi_label, ordered
        Options of the data set.
    """
    if multi_label:
        return LABELS
    if ordered:
        return PLANE if classes > 2 else BINARY
    return UNORDERED
