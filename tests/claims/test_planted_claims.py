"""From planted networks to verdicts: manifolds that must pass, and near misses that must fail."""

import math

import numpy as np
import pandas as pd
import pytest
from test_judge import BAD, CLAIMS, EMPTY, IDENTITY, SWEEPS
from test_network_numbers import categorical, multilabel, rotated

from rnn_geometry.claims import judge as claims

SIMPLEX = (
    "simplex-dimension",
    "simplex-cliff",
    "simplex-modes",
    "simplex-angles",
    "simplex-readouts",
)


def verdicts(numbers, structure="unordered"):
    """Judge five such networks beside three untrained ones that do nothing; verdicts by claim."""
    facts = {name: value for name, value in numbers.items() if name in EMPTY}
    known = {**EMPTY, **IDENTITY, "structure": structure, "mean_length": 24.0}
    trained = [{**known, **facts, "control": np.nan, "seed": 100 + i} for i in range(5)]
    controls = [
        {
            **known,
            **facts,
            **BAD,
            "participation_ratio": 9.0,
            "control": "untrained",
            "seed": 100 + i,
        }
        for i in range(3)
    ]
    table = pd.DataFrame([*trained, *controls]).assign(task="t", model="gru", l2="3e-4")
    table = table.assign(**{f"file_{name}": table[name] for name in claims.KEYS})
    found = claims.claims_table(CLAIMS, table, SWEEPS, table[claims.KEYS].to_numpy().tolist())
    return found.set_index("claim")["verdict"]


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
    assert (
        verdicts(planted.numbers())["simplex-corners"] == "undecided"
    )  # the ball has the corners, too
    keep = along < 0.2 * along.max()
    planted.slow = {
        name: values[keep] if np.shape(values)[:1] == keep.shape else values
        for name, values in planted.slow.items()
    }
    assert verdicts(planted.numbers())["simplex-corners"] == "fails"


def test_labels_that_are_independent_and_labels_that_are_not():
    names = ["labels-dimension", "labels-cliff", "labels-angles", "labels-readouts"]
    assert dict(verdicts(multilabel(3).numbers(), "labels")[names]) == dict.fromkeys(names, "holds")
    planted = multilabel(3)
    readout = planted.states["readout"]
    planted.states["readout"] = readout + 0.5 * np.roll(readout, 1, axis=0)
    assert verdicts(planted.numbers(), "labels")["labels-angles"] == "fails"
