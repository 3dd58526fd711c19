"""Slow modes at many points: eigenvalues, right and left eigenvectors, found iteratively, proven or recomputed densely.

A mode is slow when its time constant tau exceeds a stated cut, or |lambda| >= 1. The full spectrum of every Jacobian
costs ten times more and is not needed (method: see `subspaces`); a random share of the points is audited with it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics import _subspaces as sub
from rnn_geometry.dynamics import jacobians as jac
from rnn_geometry.dynamics._mode_batch import (
    ModeBatch,
    dense_modes,
    dense_subspace,
    is_slow_tensor,
    keep_slow,
    norm,
    tau_of,
)
from rnn_geometry.dynamics.results import Audit, SlowModes
from rnn_geometry.dynamics.spectrum import is_slow, time_constants
from rnn_geometry.dynamics.step import Array, Step, budget, checked_inputs, chunks, private_copy

SAMPLE = 32  # points whose mean Jacobian starts the search, and on which it is tried
WATCHED = 0.6  # modes with tau above this share of the cut are followed, so that none slips through near it
DENSE_SIZE = 24  # states up to this size are decomposed densely
MOST_COLUMNS = 12  # points with more modes to follow are decomposed densely
PROVEN = (
    1e-4  # bound on the relative error of tau (tau <= 1e4), and on the residuals of the vectors
)
CORRECTIONS = 2
AUDIT_ERROR = 0.01  # relative error of tau that the audit accepts


@torch.no_grad()
def slow_modes(
    step: Step,
    points: Array,
    x: Array,
    *,
    min_tau: float = 25.0,
    audit: float = 0.02,
    seed: int = 0,
    memory_mb: float | None = None,
) -> SlowModes:
    """Return the modes with tau > `min_tau` words or |lambda| >= 1 of `step` at points (n, S) under x, (E,) or (n, E).

    A share `audit` of the points (at least one; none for 0), drawn with `seed`, is compared with its dense spectrum; a
    missed or spurious mode or an error of tau above 1 % sends all points through the dense route. `memory_mb` bounds
    the workspace. Raises ValueError as `jacobians.jacobians` does, and for a Jacobian that is not finite.
    """
    check_min_tau(min_tau)
    step, memory_mb = private_copy(step), budget(step, memory_mb)
    h, x = checked_inputs(step, points, x)
    finder = ModeFinder.for_points(step, h, x, min_tau)
    batches = []
    for rows in chunks(h, x, memory_mb):
        matrices = jac.recurrent_jacobian(step, h[rows], x[rows])
        batches.append(finder.modes(matrices))
    return finish(step, h, x, ModeBatch.concatenate(batches), min_tau, audit, seed, memory_mb)


def check_min_tau(min_tau: float) -> None:
    """Refuse a cut that is no positive number of words."""
    if not min_tau > 0:
        raise ValueError(f"min_tau must be above 0 words, got {min_tau}.")


class ModeFinder:
    """Finds slow modes of chunks of Jacobians that resemble those it was made with."""

    def __init__(self, sample: Tensor, min_tau: float, min_gap: float = 1.0):
        """sample (m, S, S): Jacobians at points spread over all; they start the search and decide on its route.

        no_gap: whether the median gap below the cut at the sample is under `min_gap`.
        """
        if not sample.isfinite().all():
            raise ValueError("The Jacobian holds NaN or infinity.")
        self.min_tau, self.min_modulus = min_tau, sub.min_modulus_of(min_tau)
        self.watched_modulus = sub.min_modulus_of(WATCHED * min_tau)
        # Halfway between the modes that are followed and those that must not be missed.
        self.suspicious = (self.min_modulus + self.watched_modulus) / 2
        self.dense = sample.shape[1] <= DENSE_SIZE
        if not self.dense:
            self.blocks = sub.start_blocks(sample.mean(0))
            proven = self._search(sample, sub.Factors(sample)).proven
            self.dense = bool(proven.double().mean() < 0.5)
        # The iterative route succeeds only where modes below the cut are few.
        self.no_gap = self.dense and bool(dense_modes(sample, min_tau).gap.median() < min_gap)

    @classmethod
    def for_points(
        cls, step: Step, h: Tensor, x: Tensor, min_tau: float, min_gap: float = 1.0
    ) -> ModeFinder:
        """Return a finder for points h (n, S) under x (n, E)."""
        rows = torch.linspace(0, len(h) - 1, min(SAMPLE, len(h))).round().long()
        return cls(jac.recurrent_jacobian(step, h[rows], x[rows]), min_tau, min_gap)

    def subspace(self, matrices: Tensor, factors: sub.Factors) -> sub.Subspace:
        """Return the subspace of the modes that a projection holds at every point, unproven.

        Modes just below the cut (tau above WATCHED of it) are held with the slow ones, so that points do not slide off
        the edge of a manifold, where its modes shorten.
        """
        if self.dense:
            return dense_subspace(matrices, WATCHED * self.min_tau)
        space, _ = sub.slow_subspace(factors, self.blocks, self.watched_modulus)
        return sub.held_part(space, matrices, self.watched_modulus)

    def modes(
        self,
        matrices: Tensor,
        factors: sub.Factors | None = None,
        guess: sub.Subspace | None = None,
    ) -> ModeBatch:
        """Return proven slow modes of Jacobians (n, S, S); a `guess` of their subspaces saves most of the work."""
        if self.dense:
            return dense_modes(matrices, self.min_tau)
        factors = factors or sub.Factors(matrices)
        if guess is None:
            found = self._search(matrices, factors)
        else:
            found = self._prove(matrices, factors, guess, torch.ones_like(guess.used[:, 0]))
            found = self._redo(found, lambda rows: self._search(matrices[rows], factors.only(rows)))
        return self._redo(found, lambda rows: dense_modes(matrices[rows], self.min_tau))

    def _redo(self, found: ModeBatch, again: Callable[[Tensor], ModeBatch]) -> ModeBatch:
        rows = found.proven.logical_not().nonzero()[:, 0]
        return found.replace(rows, again(rows)) if len(rows) else found

    def _search(self, matrices: Tensor, factors: sub.Factors) -> ModeBatch:
        space, agree = sub.slow_subspace(factors, self.blocks, self.watched_modulus)
        return self._prove(matrices, factors, space, agree)

    def _prove(
        self, matrices: Tensor, factors: sub.Factors, space: sub.Subspace, agree: Tensor
    ) -> ModeBatch:
        """Return the slow modes in `space`, corrected until they are proven, and say where they are."""
        remaining = sub.remaining_modulus(factors, space)
        agree = agree & (space.used.sum(1) <= MOST_COLUMNS) & (remaining < self.suspicious)
        found = self._evaluate(matrices, space, remaining)
        for _ in range(CORRECTIONS):
            rows = (agree & ~found.proven).nonzero()[:, 0]
            if len(rows) == 0:
                break
            better, _ = sub.correct(matrices[rows], factors.only(rows), space.only(rows))
            found = found.replace(rows, self._evaluate(matrices[rows], better, remaining[rows]))
            space = space.put(rows, better)
        found.proven &= agree
        return found

    def _evaluate(self, matrices: Tensor, space: sub.Subspace, remaining: Tensor) -> ModeBatch:
        """Oblique Rayleigh-Ritz in `space`, with the residuals that prove its result."""
        image, preimage = matrices @ space.right, space.left @ matrices
        values, vectors = sub.small_eig(space.left @ image)
        inverse = torch.linalg.inv_ex(vectors)[0]
        right, left = space.right.to(vectors) @ vectors, inverse @ space.left.to(vectors)
        length, left_length = norm(right, 1), norm(left, 2)
        error = norm(image.to(vectors) @ vectors - right * values[:, None], 1) / length
        left_error = (
            norm(inverse @ preimage.to(vectors) - values[:, :, None] * left, 2) / left_length
        )
        product = error * left_error * length * left_length
        # Unused columns give eigenvalues of zero, at any place. Every mode that is followed must be proven, since one
        # just below the cut might be slow after all.
        followed = values.abs() > self.watched_modulus / 2
        proven = (product * tau_of(values) <= PROVEN) & (error.maximum(left_error) <= PROVEN)
        complete = followed.sum(1) == space.used.sum(1)
        batch = keep_slow(values, right, left, self.min_tau, remaining)
        batch.error = torch.where(is_slow_tensor(values, self.min_tau), product, 0.0).max(1).values
        batch.proven = complete & (proven | ~followed).all(1)
        return batch


def audited(
    step: Step, h: Tensor, x: Tensor, found: ModeBatch, min_tau: float, share: float, seed: int
) -> Audit:
    """Compare a random share of the points with their dense spectra."""
    size = max(1, round(share * len(h))) if share > 0 else 0
    rows = torch.from_numpy(np.random.default_rng(seed).permutation(len(h))[:size].copy())
    missed = spurious = 0
    worst = 0.0
    for row in rows.tolist():
        one = slice(row, row + 1)
        full = np.linalg.eigvals(jac.recurrent_jacobian(step, h[one], x[one])[0].cpu().numpy())
        mine = found.eigenvalues[row, : int(found.count[row])].cpu().numpy()
        lost, extra, error = compare_modes(mine, full, min_tau)
        missed, spurious, worst = missed + lost, spurious + extra, max(worst, error)
    return Audit(size, missed, spurious, worst, bool(missed or spurious or worst > AUDIT_ERROR))


def compare_modes(found: np.ndarray, full: np.ndarray, min_tau: float) -> tuple[int, int, float]:
    """Match slow eigenvalues with a full spectrum; return numbers of missed and of spurious ones, and the error of tau.

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


def finish(
    step: Step,
    h: Tensor,
    x: Tensor,
    found: ModeBatch,
    min_tau: float,
    share: float,
    seed: int,
    memory_mb: float,
) -> SlowModes:
    """Audit the modes found at points h (n, S), recompute all of them densely if that fails, return numpy arrays."""
    audit = audited(step, h, x, found, min_tau, share, seed)
    if audit.failed:
        parts = [
            dense_modes(jac.recurrent_jacobian(step, h[rows], x[rows]), min_tau)
            for rows in chunks(h, x, memory_mb)
        ]
        found = ModeBatch.concatenate(parts)
    arrays = {
        name: getattr(found, name).cpu().numpy()
        for name in ("count", "eigenvalues", "right", "left", "error", "gap", "route")
    }
    used = np.arange(arrays["eigenvalues"].shape[1]) < arrays["count"][:, None]
    tau = np.where(used, time_constants(np.where(used, arrays["eigenvalues"], 0.5)), 0.0)
    return SlowModes(**arrays, tau=tau, audit=audit)
