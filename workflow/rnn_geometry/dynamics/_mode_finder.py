"""The search for slow modes of Jacobians: iterative where it proves its result, dense elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from rnn_geometry.dynamics import _subspaces as sub
from rnn_geometry.dynamics._mode_batch import (
    ModeBatch,
    dense_modes,
    dense_subspace,
    is_slow_tensor,
    keep_slow,
    norm,
    tau_of,
)
from rnn_geometry.dynamics._system import System

SAMPLE = 32  # points whose mean Jacobian starts the search, and on which it is tried
# Modes with tau above this share of the cut are followed, so that none slips through near it.
WATCHED = 0.6
DENSE_SIZE = 24  # states up to this size are decomposed densely
MOST_COLUMNS = 12  # points with more modes to follow are decomposed densely
# Bound on the relative error of tau (tau <= 1e4), and on the residuals of the vectors.
PROVEN = 1e-4
CORRECTIONS = 2


class ModeFinder:
    """Finds slow modes of chunks of Jacobians that resemble those it was made with."""

    def __init__(self, sample: Tensor, min_tau: float, min_gap: float | None = None):
        """Start from Jacobians `sample` (m, S, S) at points spread over all; they choose the route.

        no_gap: whether the median gap below the cut at the sample is under `min_gap`, if one is
        asked for.
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
            proven = self._search(sub.Dense(sample), sub.Factors(sample)).proven
            self.dense = bool(proven.double().mean() < 0.5)
        # The iterative route succeeds only where modes below the cut are few.
        self.no_gap = False
        if self.dense and min_gap is not None:
            self.no_gap = bool(dense_modes(sample, min_tau).gap.median() < min_gap)

    @classmethod
    def for_points(
        cls, system: System, h: Tensor, min_tau: float, min_gap: float | None = None
    ) -> ModeFinder:
        """Return a finder for points h (n, S)."""
        count = min(SAMPLE, len(h))
        rows = (
            torch.linspace(0, len(h) - 1, count, dtype=torch.float32, device="cpu").round().long()
        )
        return cls(system.at(rows).recurrent_jacobian(h[rows]), min_tau, min_gap)

    def subspace(self, linear: sub.Dense, factors: sub.Factors) -> sub.Subspace:
        """Return the subspace of the modes that a projection holds at every point, unproven.

        Modes just below the cut (tau above WATCHED of it) are held with the slow ones, so that
        points do not slide off the edge of a manifold, where its modes shorten.
        """
        if self.dense:
            return dense_subspace(linear.dense(), WATCHED * self.min_tau)
        space, _ = sub.slow_subspace(factors, self.blocks, self.watched_modulus)
        return sub.held_part(space, linear, self.watched_modulus)

    def modes(
        self,
        matrices: Tensor,
        factors: sub.Factors | None = None,
        guess: sub.Subspace | None = None,
    ) -> ModeBatch:
        """Return proven slow modes of Jacobians (n, S, S); a `guess` of their span saves work."""
        if self.dense:
            return dense_modes(matrices, self.min_tau)
        factors, linear = factors or sub.Factors(matrices), sub.Dense(matrices)
        if guess is None:
            found = self._search(linear, factors)
        else:
            found = self.proven(linear, factors, guess)
            found = self._redo(
                found, lambda rows: self._search(linear.only(rows), factors.only(rows))
            )
        return self._redo(found, lambda rows: dense_modes(matrices[rows], self.min_tau))

    def proven(self, linear: sub.Linear, factors: sub.Solver, guess: sub.Subspace) -> ModeBatch:
        """Return the slow modes in a subspace, proven as far as they are."""
        return self._prove(linear, factors, guess, torch.ones_like(guess.used[:, 0]))

    def _redo(self, found: ModeBatch, again: Callable[[Tensor], ModeBatch]) -> ModeBatch:
        """Return the modes with those that are not proven found again."""
        rows = found.proven.logical_not().nonzero()[:, 0]
        return found.replace(rows, again(rows)) if len(rows) else found

    def _search(self, linear: sub.Dense, factors: sub.Factors) -> ModeBatch:
        """Return slow modes of Jacobians of which nothing is known."""
        space, agree = sub.slow_subspace(factors, self.blocks, self.watched_modulus)
        return self._prove(linear, factors, space, agree)

    def _prove(
        self, linear: sub.Linear, factors: sub.Solver, space: sub.Subspace, agree: Tensor
    ) -> ModeBatch:
        """Return the slow modes in `space`, corrected until they are proven, as far as they are."""
        remaining = sub.remaining_modulus(linear, space)
        agree = agree & (space.used.sum(1) <= MOST_COLUMNS) & (remaining < self.suspicious)
        found = self._evaluate(linear, space, remaining)
        for _ in range(CORRECTIONS):
            rows = (agree & ~found.proven).nonzero()[:, 0]
            if len(rows) == 0:
                break
            here = linear.only(rows)
            better, _ = sub.correct(here, factors.only(rows), space.only(rows))
            found = found.replace(rows, self._evaluate(here, better, remaining[rows]))
            space = space.put(rows, better)
        found.proven &= agree
        return found

    def _evaluate(self, linear: sub.Linear, space: sub.Subspace, remaining: Tensor) -> ModeBatch:
        """Oblique Rayleigh-Ritz in `space`, with the residuals that prove its result."""
        image, preimage = linear.right(space.right), linear.left(space.left)
        values, vectors = sub.small_eig(space.left @ image)
        inverse = torch.linalg.inv_ex(vectors)[0]
        right, left = space.right.to(vectors) @ vectors, inverse @ space.left.to(vectors)
        length, left_length = norm(right, 1), norm(left, 2)
        error = norm(image.to(vectors) @ vectors - right * values[:, None], 1) / length
        left_residual = inverse @ preimage.to(vectors) - values[:, :, None] * left
        left_error = norm(left_residual, 2) / left_length
        product = error * left_error * length * left_length
        # Unused columns give eigenvalues of zero, at any place. Every mode that is followed must be
        # proven, since one just below the cut might be slow after all.
        followed = values.abs() > self.watched_modulus / 2
        proven = (product * tau_of(values) <= PROVEN) & (error.maximum(left_error) <= PROVEN)
        complete = followed.sum(1) == space.used.sum(1)
        batch = keep_slow(values, right, left, self.min_tau, remaining)
        batch.error = torch.where(is_slow_tensor(values, self.min_tau), product, 0.0).max(1).values
        batch.proven = complete & (proven | ~followed).all(1)
        return batch
