"""Slow modes compared with dense spectra at a random share of points, and turned into arrays."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics._mode_batch import ModeBatch, dense_modes
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.results import Audit, SlowModes
from rnn_geometry.dynamics.spectrum import is_slow, time_constants

AUDIT_ERROR = 0.01  # relative error of tau that the audit accepts


def finish(
    system: System, h: Tensor, found: ModeBatch, min_tau: float, share: float, seed: int
) -> SlowModes:
    """Audit the modes found at points h (n, S), redo all densely if that fails; return arrays."""
    audit = _audited(system, h, found, min_tau, share, seed)
    if audit.failed:
        parts = [
            dense_modes(system.at(rows).recurrent_jacobian(h[rows]), min_tau)
            for rows in system.chunks(h)
        ]
        found = ModeBatch.concatenate(parts)
    arrays = {
        name: getattr(found, name).cpu().numpy()
        for name in ("count", "eigenvalues", "right", "left", "error", "gap", "route")
    }
    used = np.arange(arrays["eigenvalues"].shape[1]) < arrays["count"][:, None]
    tau = np.where(used, time_constants(np.where(used, arrays["eigenvalues"], 0.5)), 0.0)
    return SlowModes(**arrays, tau=tau, audit=audit)


def _audited(
    system: System, h: Tensor, found: ModeBatch, min_tau: float, share: float, seed: int
) -> Audit:
    """Compare a random share of the points with their dense spectra."""
    size = max(1, round(share * len(h))) if share > 0 else 0
    rows = torch.from_numpy(np.random.default_rng(seed).permutation(len(h))[:size].copy())
    missed = spurious = 0
    worst = 0.0
    for row in rows.tolist():
        one = slice(row, row + 1)
        full = np.linalg.eigvals(system.at(one).recurrent_jacobian(h[one])[0].cpu().numpy())
        mine = found.eigenvalues[row, : int(found.count[row])].cpu().numpy()
        lost, extra, error = compare_modes(mine, full, min_tau)
        missed, spurious, worst = missed + lost, spurious + extra, max(worst, error)
    return Audit(size, missed, spurious, worst, bool(missed or spurious or worst > AUDIT_ERROR))


def compare_modes(found: np.ndarray, full: np.ndarray, min_tau: float) -> tuple[int, int, float]:
    """Match slow eigenvalues with a full spectrum; return missed ones, spurious ones, error of tau.

    A mode whose tau is within AUDIT_ERROR of the cut may be counted on either side.
    """
    left = list(np.flatnonzero(is_slow(full, min_tau * (1 - AUDIT_ERROR))))
    spurious, worst = 0, 0.0
    for value in found:
        if not left:
            spurious += 1
            continue
        nearest = min(left, key=lambda i: abs(full[i] - value))
        true, mine = time_constants(np.array([full[nearest], value]), 1e4)
        error = float(abs(mine - true) / true)
        if error > 10 * AUDIT_ERROR:
            spurious += 1
            continue
        worst = max(worst, error)
        left.remove(nearest)
    return int(is_slow(full[left], min_tau * (1 + AUDIT_ERROR)).sum()), spurious, worst
