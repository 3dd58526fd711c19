"""Results of the library, drawn on axes that the caller has or gets."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from rnn_geometry import (
    Skeleton,
    find_fixed_points,
    linearize,
    plot_slow_points,
    plot_spectrum,
    project_to_slow_manifold,
)

RATES = torch.tensor([0.99, 0.97, 0.2, 0.1], dtype=torch.float64)
X = torch.zeros(1)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def found():
    """Return slow points of a linear network with two slow modes."""
    states = torch.randn(40, 4, generator=torch.Generator().manual_seed(0))
    return project_to_slow_manifold(lambda h, x: RATES * h, states, X, min_tau=25)


@pytest.fixture
def roots():
    """Return three roots, one stable, two with one unstable mode."""
    points = np.array([[0.0, 0, 0, 1], [1.0, 0, 0, 0], [0.0, 2, 0, 0]])
    ids = np.zeros(1, int)
    return Skeleton(points, np.array([5, 1, 1]), np.array([0, 1, 1]), ids, 0, 0.0, -1)


def drawn_places(axes):
    return [np.array(part.get_offsets()) for part in axes.collections]


def test_slow_points_lie_where_their_components_say(found):
    axes = plot_slow_points(found)
    (places,) = drawn_places(axes)
    centred = found.points - found.points.mean(0)
    # Two components hold all slow points of this network: distances are kept.
    np.testing.assert_allclose((places**2).sum(1), (centred**2).sum(1), atol=1e-9)
    shares = [float(label.split("(")[1].split(" ")[0]) for label in
              (axes.get_xlabel(), axes.get_ylabel())]  # fmt: skip
    assert sum(shares) == pytest.approx(100, abs=1)


def test_given_axes_come_back_and_two_results_share_a_basis(found, roots):
    axes = plt.figure().add_subplot()
    assert plot_slow_points(found, ax=axes) is axes
    assert plot_slow_points(roots, ax=axes, basis=found) is axes
    _, stable, unstable = drawn_places(axes)
    assert (len(stable), len(unstable)) == (1, 2)
    assert axes.get_legend_handles_labels()[1] == [
        "found",
        "stable",
        "1 unstable mode",
    ]


def test_three_dimensions(found):
    axes = plot_slow_points(found.points, dimensions=3)
    assert axes.name == "3d"
    assert axes.get_zlabel().startswith("component 3")
    assert plot_slow_points(found, ax=plt.figure().add_subplot(projection="3d")).name == "3d"


def test_points_that_were_not_found_are_grey_crosses(found):
    status = found.status.copy()
    status[:3] = 1
    axes = plot_slow_points(replace(found, status=status), colours=found.q)
    assert [len(places) for places in drawn_places(axes)] == [37, 3]
    assert axes.get_legend_handles_labels()[1] == ["found", "not found"]
    np.testing.assert_array_equal(axes.collections[0].get_array(), found.q[3:])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dimensions": 4}, "dimensions must be 2 or 3"),
        ({"basis": np.eye(3)}, "states of 3 entries, found of 4"),
        ({"colours": [1.0, 2.0]}, r"colours must have shape \(40,\)"),
    ],
)
def test_what_cannot_be_drawn_is_refused(found, options, said):
    with pytest.raises(ValueError, match=said):
        plot_slow_points(found, **options)


def test_axes_of_other_dimensions_are_refused(found):
    with pytest.raises(ValueError, match="dimensions is 3, but the axes have 2"):
        plot_slow_points(found, ax=plt.figure().add_subplot(), dimensions=3)
    with pytest.raises(ValueError, match="need 2 points"):
        plot_slow_points(np.zeros((1, 4)))
    with pytest.raises(ValueError, match="found must be numbers, got str"):
        plot_slow_points("states")


# Spectra


def test_all_eigenvalues_of_a_linearization_are_drawn(found):
    spectra = linearize(lambda h, x: RATES * h, found.points[:3], X)
    axes = plot_spectrum(spectra, min_tau=25, label="λ")
    circle, cut, values = axes.lines
    np.testing.assert_allclose(np.sort(values.get_xdata())[::-1][:3], 0.99)
    assert len(values.get_xdata()) == 12
    np.testing.assert_allclose(np.abs(circle.get_xdata() + 1j * circle.get_ydata()), 1)
    np.testing.assert_allclose(np.hypot(*cut.get_data()), np.exp(-1 / 25))
    assert axes.get_legend_handles_labels()[1] == ["τ = 25", "λ"]


def test_slow_modes_are_drawn_without_what_stands_for_none(found):
    modes = found.modes
    values = plot_spectrum(modes).lines[-1].get_xdata()
    assert len(values) == modes.count.sum() == 80
    assert len(plot_spectrum(found).lines[-1].get_xdata()) == 80
    assert min(values) > 0.9


def test_points_without_modes_and_texts_have_no_spectrum():
    fixed = find_fixed_points(lambda h, x: 0.5 * h, torch.zeros(2, 2), X)
    with pytest.raises(ValueError, match="the points have no modes"):
        plot_spectrum(fixed)
    with pytest.raises(ValueError, match="modes must be a result or eigenvalues"):
        plot_spectrum(["a"])
    with pytest.raises(ValueError, match="min_tau must be above 0"):
        plot_spectrum([0.5], min_tau=0)
