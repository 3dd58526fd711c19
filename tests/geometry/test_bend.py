"""A sheet that bends is told from one that scatters."""

import numpy as np
import pytest

from rnn_geometry.geometry.bend import bend_of


def sheet(height, scatter=0.0, size=12, count=1000):
    """Return points (count, size) over a disc at a height over it, turned in space."""
    drawn = np.random.default_rng(0)
    x, y = drawn.uniform(-1, 1, (2, count))
    flat = np.zeros((count, size))
    flat[:, :3] = np.stack([2 * x, 2 * y, height(x, y)], axis=1)
    flat[:, 3:] = scatter * drawn.normal(size=(count, size - 3))
    return flat @ np.linalg.qr(drawn.normal(size=(size, size)))[0] + 5


@pytest.mark.parametrize("height", [lambda x, y: x**2 + y**2, lambda x, y: x**3 - 0.6 * x - y * x])
def test_a_bent_sheet_is_bent_whatever_its_place_and_its_axes(height):
    off, bent = bend_of(sheet(height))
    assert bent > 0.97
    x, y = np.random.default_rng(0).uniform(-1, 1, (2, 1000))
    assert off == pytest.approx(np.var(height(x, y)) / (8 / 3 + np.var(height(x, y))), rel=0.15)


def test_scatter_is_no_bend():
    off, bent = bend_of(sheet(lambda x, y: 0 * x, scatter=0.2))
    assert bent < 0.05
    assert off == pytest.approx(9 * 0.04 / (9 * 0.04 + 8 / 3), rel=0.1)


def test_half_of_each_is_half_a_bend():
    assert bend_of(sheet(lambda x, y: x**2 + y**2, scatter=0.14)).bent == pytest.approx(
        0.5, abs=0.1
    )


def test_a_plane_and_a_handful_of_points_have_none():
    assert bend_of(sheet(lambda x, y: 0 * x)) is None
    assert bend_of(sheet(lambda x, y: x**2, count=99)) is None
