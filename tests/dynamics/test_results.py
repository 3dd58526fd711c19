"""Results of the library: data frames, and files that hold them whole."""

import pickle
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
import torch

from rnn_geometry import (
    Linearization,
    Skeleton,
    SlowModes,
    SlowPoints,
    UserError,
    find_fixed_points,
    linearize,
    project_to_slow_manifold,
)
from rnn_geometry.dynamics.fixed_points import skeleton

RATES = torch.tensor([0.99, 0.97, 0.2], dtype=torch.float64)
X = torch.zeros(1)
STARTS = torch.tensor([[1.0, 0.5, 0.3], [-2.0, 0.1, 0.2]], dtype=torch.float64)


def leaky(h, x):
    return RATES * h


def doubled(h, x):
    return torch.tanh(2 * h)


@pytest.fixture(scope="module")
def made():
    """Return a result of every kind, by its name."""
    slow = project_to_slow_manifold(leaky, STARTS, X, min_tau=25)
    fixed = find_fixed_points(doubled, torch.linspace(-2, 2, 8)[:, None], X)
    return {
        "SlowPoints": slow,
        "SlowModes": slow.modes,
        "Linearization": linearize(leaky, slow.points, X),
        "Skeleton": skeleton(doubled, fixed, X, radius=1e-3),
        "FixedPoints": fixed,
    }


@pytest.mark.parametrize("name", ["SlowPoints", "SlowModes", "Linearization", "Skeleton"])
def test_a_result_is_printed_by_shapes_however_large_it_is(made, name):
    shown = repr(made[name])
    assert shown.startswith(f"{name}(")
    assert len(shown) < 600
    assert "array" not in shown
    assert all(part.name in shown for part in fields(made[name]))


def test_of_statuses_is_printed_how_many_points_have_each(made):
    assert "points (2, 3), " in repr(made["SlowPoints"])
    assert "status 2 CONVERGED, " in repr(made["SlowPoints"])
    assert "modes=SlowModes(count (2,), " in repr(made["SlowPoints"])
    assert "degree=" in repr(made["Skeleton"])


def check_same(one, other):
    """Hold two results against each other, field by field, dtypes and kinds included."""
    assert type(one) is type(other)
    for part in fields(one):
        a, b = getattr(one, part.name), getattr(other, part.name)
        if is_dataclass(a):
            check_same(a, b)
        elif isinstance(a, np.ndarray):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)
        else:
            assert a == b
            assert type(a) is type(b)


@pytest.mark.parametrize(
    "name", ["SlowPoints", "SlowModes", "Linearization", "Skeleton", "FixedPoints"]
)
def test_what_is_saved_is_what_is_loaded(made, name, tmp_path):
    made[name].save(tmp_path / "found.npz")
    check_same(made[name], type(made[name]).load(str(tmp_path / "found.npz")))
    assert [file.name for file in tmp_path.iterdir()] == ["found.npz"]


def test_a_file_of_another_kind_is_refused(made, tmp_path):
    made["SlowModes"].save(tmp_path / "modes.npz")
    with pytest.raises(UserError, match=r"modes.npz: holds SlowModes, not .*use SlowModes\.load"):
        SlowPoints.load(tmp_path / "modes.npz")


def test_other_files_are_refused(made, tmp_path):
    np.savez(tmp_path / "arrays.npz", points=np.zeros(3))
    with pytest.raises(UserError, match="no file that `save` of a result wrote"):
        SlowPoints.load(tmp_path / "arrays.npz")
    np.save(tmp_path / "array.npy", np.zeros(3))
    (tmp_path / "pickled.npz").write_bytes(pickle.dumps({"points": 1}))
    made["SlowPoints"].save(tmp_path / "cut.npz")
    (tmp_path / "cut.npz").write_bytes((tmp_path / "cut.npz").read_bytes()[:500])
    for name in ("array.npy", "pickled.npz", "cut.npz"):
        with pytest.raises(UserError, match=f"{name}: cannot be read"):
            SlowPoints.load(tmp_path / name)
    with pytest.raises(UserError, match="there is no such file"):
        Skeleton.load(tmp_path / "nothing.npz")
    with pytest.raises(UserError, match="accepted is a path"):
        Skeleton.load(3)
    with pytest.raises(UserError, match="cannot be written"):
        made["SlowPoints"].save(tmp_path / "no folder" / "found.npz")


def test_a_later_format_and_a_missing_array_are_named(made, tmp_path):
    made["Skeleton"].save(tmp_path / "found.npz")
    with np.load(tmp_path / "found.npz") as stored:
        arrays = dict(stored)
    np.savez(tmp_path / "later.npz", **{**arrays, "rnn_geometry_format": np.array(99)})
    with pytest.raises(UserError, match="has format 99, and this version knows 1"):
        Skeleton.load(tmp_path / "later.npz")
    del arrays["roots"]
    np.savez(tmp_path / "less.npz", **arrays)
    with pytest.raises(UserError, match="the array 'roots' is missing"):
        Skeleton.load(tmp_path / "less.npz")


# Data frames


def test_a_row_for_every_slow_point(made):
    frame = made["SlowPoints"].to_frame()
    assert frame["status"].tolist() == ["CONVERGED", "CONVERGED"]
    assert frame["slow_modes"].tolist() == [2, 2]
    np.testing.assert_array_equal(frame[["h_1", "h_2", "h_3"]], made["SlowPoints"].points)


def test_a_row_for_every_mode(made):
    frame = made["SlowModes"].to_frame()
    assert frame[["point", "mode"]].to_numpy().tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]
    np.testing.assert_allclose(frame["real"], [0.99, 0.97] * 2, atol=1e-6)
    frame = made["Linearization"].to_frame()
    assert len(frame) == 6
    np.testing.assert_allclose(frame["modulus"], [0.99, 0.97, 0.2] * 2)
    np.testing.assert_allclose(frame["tau"][0], 99.5, atol=0.01)


def test_a_row_for_every_root(made):
    frame = made["Skeleton"].to_frame()
    assert frame["unstable"].tolist() == [0, 1, 0]
    assert frame["basin"].sum() == 8
    np.testing.assert_allclose(frame["h_1"], [-0.9575, 0, 0.9575], atol=1e-4)


def test_points_without_modes_have_a_frame_and_a_file(made, tmp_path):
    assert made["FixedPoints"].modes is None
    made["FixedPoints"].save(tmp_path / "fixed.npz")
    assert SlowPoints.load(tmp_path / "fixed.npz").modes is None
    assert len(made["FixedPoints"].to_frame()) == 8


def test_the_audit_of_modes_is_a_frame(made):
    assert made["SlowModes"].audit.to_frame()["missed"].tolist() == [0]


def test_classes_are_public():
    assert {kind.__module__ for kind in (Linearization, Skeleton, SlowModes, SlowPoints)} == {
        "rnn_geometry.dynamics.results"
    }
