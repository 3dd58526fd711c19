"""What theory expects of a task, as its family or its options state it."""

from math import acos, degrees

import pytest

from rnn_geometry.tasks.structures import STRUCTURES
from rnn_geometry.tasks.synthetic import FAMILIES, build_task
from rnn_geometry.tasks.theory import expected_geometry, structure, structure_of


@pytest.mark.parametrize(
    ("classes", "multi_label", "ordered", "name", "dimension", "angle"),
    [
        (4, False, False, "unordered", 3, degrees(acos(-1 / 3))),
        (2, False, False, "unordered", 1, 180.0),
        (5, False, True, "plane", 2, None),
        (3, False, True, "plane", 2, None),
        (2, False, True, "binary", 1, 180.0),
        (3, True, False, "labels", 3, 90.0),
        (1, True, False, "labels", 1, None),
    ],
)
def test_text_tasks_state_their_structure_by_their_options(
    classes, multi_label, ordered, name, dimension, angle
):
    meta = {"classes": classes, "multi_label": multi_label, "ordered": ordered}
    found = expected_geometry(meta)
    assert structure(meta) == name
    assert found["dimension_expected"] == dimension
    assert found["readout_angle_expected"] == (angle if angle is None else pytest.approx(angle))


@pytest.mark.parametrize(
    ("family", "options", "name", "dimension", "angle"),
    [
        ("categorical", {"classes": 5}, "unordered", 4, degrees(acos(-1 / 4))),
        ("ordered", {"classes": 5}, "line", 1, None),
        ("ordered", {"classes": 2}, "binary", 1, 180.0),
        ("ordered2d", {}, "plane", 2, None),
        ("multilabel", {"labels": 3}, "labels", 3, 90.0),
        ("multilabel", {"labels": 1}, "labels", 1, None),
        ("context", {}, "context", 1, 180.0),
    ],
)
def test_a_synthetic_task_has_what_its_structure_expects(family, options, name, dimension, angle):
    task = build_task(family, **options)
    assert structure(task.meta()) == name
    assert (task.dimension_expected, task.readout_angle_expected) == (dimension, angle)


def test_every_family_states_a_structure_that_pages_know():
    for family in FAMILIES:
        assert structure_of(build_task(family).meta()) in STRUCTURES.values()


@pytest.mark.parametrize(
    ("family", "classes", "shape"),
    [
        ("categorical", 2, "a line between the two classes"),
        ("categorical", 3, "a triangle with one corner per class"),
        ("categorical", 4, "a tetrahedron with one corner per class"),
        ("categorical", 7, "a simplex of 6 dimensions with one corner per class"),
        ("ordered", 2, "a line between the two classes"),
        ("ordered", 5, "a line along which the classes follow in their order"),
        ("ordered2d", 5, "a plane with sentiment along one direction and its intensity along"),
        ("multilabel", 1, "a line with one direction per label"),
        ("multilabel", 3, "a cube with one direction per label"),
        ("context", 2, "a line of evidence that"),
    ],
)
def test_the_shape_is_told(family, classes, shape):
    meta = {"family": family, "classes": classes}
    assert structure_of(meta).shape(classes).startswith(shape)
