"""The table of dimensions: which points, and which entries of the state."""

import numpy as np
import pytest
from drawn import drawn

from rnn_geometry.dynamics.results import Status
from rnn_geometry.geometry.dimension import ESTIMATORS, LINEAR
from rnn_geometry.stages.intrinsic_dimension import dimension_table
from rnn_geometry.store import artifacts

SEEN, HIDDEN = 6, 6


def written(folder, status):
    """Write a network whose h is a plane beside a c of five dimensions; unconverged points fly."""
    rng = np.random.default_rng(0)
    plane = np.concatenate([rng.uniform(size=(200, 2)), np.zeros((200, SEEN - 2))], axis=1)
    states = np.concatenate([plane, 9 * rng.uniform(size=(200, HIDDEN))], axis=1)
    points = np.where(status[:, None] == Status.CONVERGED, states, rng.normal(size=states.shape))
    readout = np.pad(rng.normal(size=(3, SEEN)), ((0, 0), (0, HIDDEN)))
    sets = ("", "_visited", "_final")
    linear = {f"{name}{suffix}": None for name in LINEAR for suffix in sets}
    names = {"task": "t", "model": "m", "cell": "m", "l2": "0", "seed": 1}
    kinds = [
        artifacts.Geometry(facts={**names, **linear}),
        drawn(artifacts.States, visited=states, final=states, readout=readout),
        drawn(artifacts.SlowPoints, points=points, status=status),
    ]
    for one in kinds:
        one.write(folder / one.FILE)
    return ([str(folder / one.FILE)] for one in kinds)


def test_a_plane_that_the_readout_sees_is_found_beside_what_it_does_not(tmp_path):
    status = np.zeros(200, np.int8)
    status[::2] = Status.OFF_MANIFOLD
    table = dimension_table(*written(tmp_path, status), log=lambda line: None)
    assert table["points"] == ["final", "slow", "visited"]
    assert table["id_local_pca"] == pytest.approx([2] * 3, abs=0.1)


def test_too_few_points_have_no_dimension(tmp_path):
    status = np.full(200, Status.NO_GAP, np.int8)
    status[:40] = Status.CONVERGED
    table = dimension_table(*written(tmp_path, status), log=lambda line: None)
    slow = table["points"].index("slow")
    assert {table[name][slow] for name in ESTIMATORS} == {None}
