"""Is the manifold of a network real? Hyperbolicity, drift, and weight noise, from its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from rnn_geometry.dynamics.drift import slow_velocity
from rnn_geometry.dynamics.integration import hold, hold_r2
from rnn_geometry.dynamics.results import Status
from rnn_geometry.dynamics.robustness import follow_roots, with_noise
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.geometry import manifold_quality as quality
from rnn_geometry.geometry.dimension import participation_ratio
from rnn_geometry.geometry.frame import manifold_rows, seen_entries
from rnn_geometry.geometry.growth import sampled_rows
from rnn_geometry.identity import derive_seed
from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.classifier import analysis_cell
from rnn_geometry.store.artifacts import FixedPoints, Linearization, SlowModes, SlowPoints

if TYPE_CHECKING:
    from rnn_geometry.stages.integration import Probe

AGAIN = 24  # slow points that are found again under noise
HELD = 200  # final states whose hold test is repeated


def manifold_quality(
    probe: Probe,
    files: Mapping[str, str],
    linearization: str,
    meta: Mapping[str, Any],
    identity: Mapping[str, str],
) -> dict[str, Any]:
    """Return hyperbolicity, drift and robustness of a network.

    Parameters
    ----------
    probe
        The network.
    files, linearization
        Paths by stem, and linearization.npz.
    meta
        meta.json.
    identity
        Keys of the network, as text.

    Returns
    -------
    dict
        By the names of `geometry.manifold_quality.COLUMNS`.
    """
    slow, linear = (
        SlowPoints.read(files["slow_points"]),
        Linearization.read(linearization, large=False),
    )
    manifold = Manifold.of(probe, slow, round(meta["mean_length"]))
    sampled = linear.eigenvalues[sampled_rows(linear.arrays(), slow.arrays())]
    fixed = FixedPoints.read(files["fixed_points"])
    seed = derive_seed("weight noise", *identity.values())
    found = {
        "hyperbolicity": quality.hyperbolicity(sampled, len(probe.axes)),
        **drift(manifold, SlowModes.read(files["slow_modes"])),
    }
    undisturbed = across(manifold.step, manifold)
    for suffix, sigma in quality.SIGMAS.items():
        noisy = with_noise(manifold.step, sigma, seed)
        numbers = under_noise(manifold, noisy, undisturbed, fixed.roots, fixed.stability)
        found |= {f"{name}{suffix}": value for name, value in numbers.items()}
    return found


@dataclass(frozen=True)
class Manifold:
    """Slow points of a network that are measured, and what measures them.

    Attributes
    ----------
    step
        h' = F(h, x).
    rows
        Which of the slow points are measured, (m,).
    points, x
        These points (m, S) and the hold input (E,).
    seen
        Which entries of the state the readout sees, (S,).
    scale
        Diameter of the points, in these entries.
    final, differences
        Final states (f, S), and the readout (C, S) that tells classes apart.
    min_tau
        Time constant from which a mode is slow.
    length
        Words L over which something is held.
    """

    step: Cell
    rows: np.ndarray
    points: np.ndarray
    x: torch.Tensor
    seen: np.ndarray
    scale: float
    final: torch.Tensor
    differences: torch.Tensor
    min_tau: float
    length: int

    @classmethod
    def of(cls, probe: Probe, slow: SlowPoints, length: int) -> Manifold:
        """Take the points of a network that are measured."""
        rows = manifold_rows(slow.status)
        points, readout = slow.points[rows], probe.classifier.readout_matrix().cpu().numpy()
        seen = seen_entries(readout)
        return cls(
            analysis_cell(probe.classifier),
            rows,
            points,
            probe.x,
            seen,
            quality.diameter(points[:, seen]),
            probe.final[spread(len(probe.final), HELD)],
            probe.differences,
            float(slow.min_tau),
            length,
        )


def drift(manifold: Manifold, modes: SlowModes) -> dict[str, Any]:
    """Return how fast slow points drift, see `geometry.manifold_quality.drift_numbers`."""
    step, points, x = manifold.step, manifold.points, manifold.x
    kept = (modes.right, modes.left, modes.count)
    right, left, count = (np.asarray(part)[manifold.rows] for part in kept)
    velocity = slow_velocity(step, points, x, right, left, count).cpu().numpy()
    move = hold(step, points, x, manifold.length).cpu().numpy() - points
    seen = manifold.seen
    return quality.drift_numbers(velocity[:, seen], move[:, seen], manifold.scale, manifold.length)


def under_noise(
    manifold: Manifold,
    noisy: torch.nn.Module,
    undisturbed: np.ndarray,
    roots: np.ndarray,
    unstable: np.ndarray,
) -> dict[str, Any]:
    """Return what is left of a manifold and of its r roots in a disturbed network.

    Parameters
    ----------
    manifold
        Of the network as it is.
    noisy
        Its step with other weights.
    undisturbed
        Some of its points, by `across` with its own step, (p, S).
    roots, unstable
        Exact fixed points (r, S) as they were, and how many modes of each are unstable, (r,).

    Returns
    -------
    dict
        By the names of `geometry.manifold_quality.NOISE` without ending.
    """
    seen, scale, x = manifold.seen, manifold.scale, manifold.x
    points = across(noisy, manifold)
    again = np.isfinite(points + undisturbed).all(axis=1)
    shift = np.linalg.norm((points - undisturbed)[:, seen][again], axis=1)
    useful = again.sum() > 1 and quality.is_scale(scale)
    after, now = follow_roots(noisy, roots, x) if len(roots) else (roots, unstable)
    return {
        "noise_manifold_shift": float(shift.mean() / scale) if useful else None,
        "noise_found": float(again.mean()),
        "noise_dimension": participation_ratio(points[again][:, seen]) if useful else None,
        "noise_hold_r2": hold_r2(noisy, manifold.final, x, manifold.differences, manifold.length),
        **quality.roots_kept(roots[:, seen], unstable, after[:, seen], now, scale),
    }


def across(step: torch.nn.Module, manifold: Manifold) -> np.ndarray:
    """Return some points of a manifold, moved onto the manifold of a step and not along it.

    Parameters
    ----------
    step
        The one with other weights, or its own: points of a network without a gap still move.
    manifold
        Of the network as it is.

    Returns
    -------
    numpy.ndarray
        (p, S), not a number where a point is not found again.
    """
    starts = manifold.points[spread(len(manifold.points), AGAIN)]
    options = {"min_tau": manifold.min_tau, "relax_steps": 0, "modes": False}
    found = project_to_slow_manifold(step, starts, manifold.x, **options)
    again = np.isin(found.status, (Status.CONVERGED, Status.NO_GAP))
    return np.where(again[:, None], found.points, np.nan)


def spread(count: int, most: int) -> np.ndarray:
    """Return rows spread evenly over `count` rows, `most` at most."""
    return np.linspace(0, count - 1, min(most, count)).astype(int)
