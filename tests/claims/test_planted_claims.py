"""From planted networks to verdicts: manifolds that must pass, and near misses that must fail."""

import math

import numpy as np
import pytest
from test_judge import BAD, EMPTY, GOOD, IDENTITY, ONE, controls, judged, table
from test_network_numbers import categorical, multilabel, rotated

SIMPLEX = (
    "simplex-dimension",
    "simplex-cliff",
    "simplex-modes",
    "simplex-angles",
    "simplex-readouts",
)


def verdicts(numbers, structure="unordered"):
    """Judge ten such networks beside controls that do nothing; verdicts by claim."""
    facts = {name: value for name, value in numbers.items() if name in EMPTY}
    known = {**dict.fromkeys(GOOD, np.nan), **facts, **IDENTITY, "structure": structure}
    known["learned"] = 1
    for name in ("seed", "control", "l2"):
        known.pop(name, None)
    nothing = controls(**{**known, **BAD, "participation_ratio": 9.0})
    return judged(table((ONE, known), *nothing)).xs("gru", level="cell")["verdict"]


@pytest.mark.parametrize("classes", [3, 4, 5])
def test_a_planted_simplex_passes(classes):
    # The planted network has three integration modes, whatever its number of classes.
    names = SIMPLEX if classes == 4 else [name for name in SIMPLEX if name != "simplex-modes"]
    found = verdicts(categorical(classes).numbers())
    assert dict(found[list(names)]) == dict.fromkeys(names, "holds")


def test_a_plane_for_four_classes_fails():
    found = verdicts(categorical(4, held=2).numbers())
    assert found["simplex-dimension"] == found["simplex-cliff"] == "fails"


def test_a_readout_turned_by_20_degrees_within_the_manifold_fails():
    planted = categorical(3)
    inside, turn = planted.basis[:2], math.radians(20)
    first = planted.states["readout"][0] @ inside.T
    turned = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]) @ first
    planted.states["readout"][0] = turned @ inside
    numbers = planted.numbers()
    assert numbers["readout_angle_mean"] == pytest.approx(
        120
    )  # the mean of all pairs does not notice
    assert numbers["readout_angle_error"] == pytest.approx(20)
    assert verdicts(numbers)["simplex-angles"] == "fails"


def test_readouts_turned_out_of_the_manifold():
    planted = categorical(4)
    readout = planted.states["readout"]
    outcome = {}
    for degrees in (20, 40):
        planted.states["readout"] = rotated(readout, planted.basis, degrees)
        outcome[degrees] = verdicts(planted.numbers())["simplex-readouts"]
    # Trained networks lean up to 25 degrees out of the manifold, so that 20 cannot count as a miss.
    assert outcome == {20: "holds", 40: "fails"}


def test_a_simplex_with_one_corner_missing_fails():
    planted = categorical(4)
    points = planted.slow["points"]
    along = (points - points.mean(axis=0)) @ planted.states["readout"][0]
    # The ball has the corners, too.
    assert verdicts(planted.numbers())["simplex-corners-first"] == "uninformative"
    keep = along < 0.2 * along.max()
    planted.slow = {
        name: values[keep] if np.shape(values)[:1] == keep.shape else values
        for name, values in planted.slow.items()
    }
    assert verdicts(planted.numbers())["simplex-corners-first"] == "fails"


def test_labels_that_are_independent_and_labels_that_are_not():
    names = ["labels-dimension", "labels-cliff", "labels-angles-first", "labels-readouts"]
    assert dict(verdicts(multilabel(3).numbers(), "labels")[names]) == dict.fromkeys(names, "holds")
    planted = multilabel(3)
    readout = planted.states["readout"]
    planted.states["readout"] = readout + 0.5 * np.roll(readout, 1, axis=0)
    assert verdicts(planted.numbers(), "labels")["labels-angles-first"] == "fails"
