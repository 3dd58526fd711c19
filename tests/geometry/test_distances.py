"""Distances between networks whose relation is known."""

import numpy as np
import pytest

from rnn_geometry.geometry.distances import (
    block_distance,
    cka_distance,
    debiased_cka,
    procrustes_distance,
    slow_block,
)


def rng_of(seed):
    return np.random.default_rng(seed)


def turn_of(size, seed=0):
    return np.linalg.qr(rng_of(seed).normal(size=(size, size)))[0]


def cloud(n=300, size=5, seed=1):
    return rng_of(seed).normal(size=(n, size)) * np.arange(1, size + 1)


@pytest.mark.parametrize("distance", [procrustes_distance, cka_distance])
def test_a_copy_turned_moved_scaled_and_in_more_entries_is_at_zero(distance):
    x = cloud()
    wide = np.pad(3 * x @ turn_of(5), ((0, 0), (0, 7))) @ turn_of(12) + 4
    assert distance(x, wide) == pytest.approx(0, abs=1e-6)
    assert distance(x, x[::-1]) > 0.5  # other rows are other words


@pytest.mark.parametrize("distance", [procrustes_distance, cka_distance])
def test_more_noise_is_farther(distance):
    x, noise = cloud(), cloud(seed=2)
    found = [distance(x, x + sigma * noise) for sigma in (0, 0.1, 0.3, 1, 3)]
    assert (np.diff(found) > 0.01).all()


def test_the_shape_of_points_on_a_line_and_on_a_circle_is_the_one_computed_by_hand():
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    # |X'Y|_* of a circle and its first coordinate is sqrt(1/2).
    assert procrustes_distance(circle, circle[:, :1]) == pytest.approx(np.pi / 4)


def test_shapes_keep_the_triangle_inequality():
    a, b, c = (cloud(40, 3, seed) for seed in range(3))
    assert procrustes_distance(a, c) <= procrustes_distance(a, b) + procrustes_distance(b, c)


def test_the_alignment_is_that_of_the_explicit_estimator():
    x, y = cloud(12, 3, seed=3), cloud(12, 4, seed=4)
    n = 12

    def hsic(k, m):
        """Song et al. 2012, equation 5, as it is written."""
        k, m = (part - np.diag(np.diag(part)) for part in (k, m))
        one = np.ones(n)
        second = (one @ k @ one) * (one @ m @ one) / ((n - 1) * (n - 2))
        return (np.trace(k @ m) + second - 2 / (n - 2) * (one @ k @ m @ one)) / (n * (n - 3))

    k, m = x @ x.T, y @ y.T
    expected = hsic(k, m) / np.sqrt(hsic(k, k) * hsic(m, m))
    assert debiased_cka(x, y) == pytest.approx(expected, abs=1e-10)


def test_independent_states_of_many_entries_and_few_rows_are_not_alike():
    """The plain estimator gives .8 here."""
    found = [debiased_cka(*rng_of(seed).normal(size=(2, 30, 100))) for seed in range(100)]
    assert abs(np.mean(found)) < 0.03


@pytest.mark.parametrize("distance", [procrustes_distance, cka_distance])
def test_states_that_do_not_move_have_no_shape(distance):
    assert np.isnan(distance(np.ones((10, 3)), cloud(10, 3)))


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (np.ones((4, 2)), np.ones((5, 2)), r"\(4, 2\) and \(5, 2\)"),
        (np.ones(4), np.ones((4, 1)), r"\(n, S\)"),
        (np.full((5, 2), np.nan), np.ones((5, 2)), "NaN"),
    ],
)
def test_what_is_not_matched_is_refused(one, other, told):
    with pytest.raises(ValueError, match=told):
        procrustes_distance(one, other)


def test_three_rows_are_too_few_for_the_alignment():
    with pytest.raises(ValueError, match="4 or more"):
        debiased_cka(cloud(3), cloud(3))


# Slow blocks


def jacobian(values, size=8, seed=0):
    """Return a matrix that is not normal, with given eigenvalues (re, im pairs) and fast ones."""
    blocks, at = np.zeros((size, size)), 0
    for value in values:
        if np.iscomplex(value):
            blocks[at : at + 2, at : at + 2] = [[value.real, value.imag], [-value.imag, value.real]]
            at += 2
        else:
            blocks[at, at], at = value.real, at + 1
    blocks[range(at, size), range(at, size)] = np.linspace(0.1, 0.5, size - at)
    basis = rng_of(seed).normal(size=(size, size))
    return basis @ blocks @ np.linalg.inv(basis)


@pytest.mark.parametrize(
    "values", [[0.99], [1.01, 0.98], [-0.99, 0.97], [0.98 + 0.1j], [1.0, 0.97 + 0.05j], []]
)
def test_a_block_has_the_slow_eigenvalues_and_no_others(values):
    block = slow_block(jacobian(values), min_tau=12)
    expected = [v for value in values for v in ({value, np.conj(value)})]
    found = np.sort_complex(np.linalg.eigvals(block)) if len(block) else np.zeros(0)
    np.testing.assert_allclose(found, np.sort_complex(np.array(expected, complex)), atol=1e-9)


def test_of_more_modes_the_largest_stay_and_no_pair_is_cut():
    matrix = jacobian([1.0, 0.97 + 0.05j, 0.95])
    moduli = [np.abs(np.linalg.eigvals(slow_block(matrix, 12, most=k))) for k in (1, 2, 3, 4)]
    assert [len(one) for one in moduli] == [1, 1, 3, 4]


@pytest.mark.parametrize("matrix", [np.ones((2, 3)), np.full((2, 2), np.nan), np.ones(4)])
def test_what_is_no_jacobian_is_refused(matrix):
    with pytest.raises(ValueError, match=r"Jacobian"):
        slow_block(matrix, 12)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
def test_a_turned_or_mirrored_block_is_at_zero(size):
    block, turn = rng_of(size).normal(size=(size, size)), turn_of(size, 9)
    for one in (turn, turn * np.where(np.arange(size) == 0, -1, 1)):
        found = block_distance(block, one @ block @ one.T, seed=0)
        assert found.distance == pytest.approx(0, abs=1e-4)
        assert found.bound == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_two_by_two_is_the_least_over_all_turns(seed):
    a, b = rng_of(seed).normal(size=(2, 2, 2))
    angles = np.linspace(0, 2 * np.pi, 20001)
    cos, sin = np.cos(angles), np.sin(angles)
    turns = np.stack([[cos, -sin], [sin, cos]]).transpose(2, 0, 1)
    every = np.concatenate([turns, turns * [1, -1]])
    least = np.linalg.norm(a - every @ b @ every.transpose(0, 2, 1), axis=(1, 2)).min()
    found = block_distance(a, b, seed=0)
    assert found.bound - 1e-9 <= found.distance == pytest.approx(least, abs=1e-4)


def test_normal_blocks_are_as_far_as_their_eigenvalues():
    """Hoffman and Wielandt: of symmetric blocks the sorted eigenvalues are all that counts."""
    one, other = np.diag([1.0, 0.9, 0.7]), turn_of(3) @ np.diag([0.95, 0.8, 0.6]) @ turn_of(3).T
    found = block_distance(one, other, seed=0)
    assert found.distance == pytest.approx(np.sqrt(0.05**2 + 0.1**2 + 0.1**2), abs=1e-6)
    assert found.bound == pytest.approx(found.distance, abs=1e-6)


def test_a_rotation_of_other_speed_is_as_far_as_its_angle():
    def spin(angle):
        return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    found = block_distance(spin(0.1), spin(-0.3), seed=0)  # mirrored: only speeds differ
    assert found.distance == pytest.approx(np.sqrt(2) * abs(np.exp(0.1j) - np.exp(0.3j)), abs=1e-6)


def test_a_mode_that_only_one_has_counts_whole():
    assert block_distance(np.diag([1.0, 0.9]), np.eye(1), seed=0).distance == pytest.approx(0.9)
    assert block_distance(np.zeros((0, 0)), np.eye(2), seed=0).distance == pytest.approx(2**0.5)
    assert block_distance(np.zeros((0, 0)), np.zeros((0, 0)), seed=0) == (0, 0)


def test_the_way_round_does_not_matter():
    a, b = rng_of(5).normal(size=(2, 4, 4))
    one, other = block_distance(a, b, seed=0), block_distance(b, a, seed=0)
    assert one.distance == pytest.approx(other.distance, rel=1e-3)
