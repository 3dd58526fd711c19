"""Slow modes of a batch of Jacobians as tensors, padded to one width."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics import _subspaces as sub
from rnn_geometry.dynamics.results import Route
from rnn_geometry.dynamics.spectrum import decompose, is_slow

ILL = 1e8  # entries of left vectors from which eigenvectors count as nearly dependent


@dataclass
class ModeBatch:
    """Modes of one chunk of points, as in SlowModes; proven (n,): they need no recomputation."""

    count: Tensor
    eigenvalues: Tensor
    right: Tensor
    left: Tensor
    error: Tensor
    gap: Tensor
    route: Tensor
    proven: Tensor

    def fast_part(self, vectors: Tensor) -> Tensor:
        """Return the part of vectors (n, S) outside the slow modes."""
        slow = self.right @ (self.left @ vectors[:, :, None].to(self.left))
        return vectors - slow[:, :, 0].real

    def replace(self, rows: Tensor, other: ModeBatch) -> ModeBatch:
        """Return the batch with the points `rows` (m,) taken from `other`."""
        width = max(self.right.shape[2], other.right.shape[2])
        parts = []
        for field in fields(self):
            mine, theirs = (
                padded(getattr(batch, field.name), field.name, width) for batch in (self, other)
            )
            mine = mine.clone()
            mine[rows] = theirs
            parts.append(mine)
        return ModeBatch(*parts)

    def take(self, rows: Tensor) -> ModeBatch:
        """Return some of the points, in the order of `rows`."""
        return ModeBatch(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def concatenate(cls, batches: list[ModeBatch]) -> ModeBatch:
        """Return the points of all batches as one."""
        width = max(batch.right.shape[2] for batch in batches)
        names = [field.name for field in fields(cls)]
        return cls(
            *(
                torch.cat([padded(getattr(batch, name), name, width) for batch in batches])
                for name in names
            )
        )


def padded(value: Tensor, name: str, width: int) -> Tensor:
    """Return the tensor of a ModeBatch field with zeros up to `width` modes."""
    if name not in ("eigenvalues", "right", "left"):
        return value
    missing = width - value.shape[2 if name == "right" else 1]
    return torch.nn.functional.pad(value, (0, 0, 0, missing) if name == "left" else (0, missing))


def norm(values: Tensor, dim: int) -> Tensor:
    """Return lengths along `dim`, above zero so that they can be divided by."""
    return torch.linalg.vector_norm(values, dim=dim).clamp_min(sub.TINY)


def tau_of(values: Tensor, cap: float = 1e4) -> Tensor:
    """Return time constants in words, at most `cap`; `linearization.time_constants` for tensors."""
    return (1 / values.abs().log()).abs().clamp(max=cap)


def is_slow_tensor(values: Tensor, min_tau: float) -> Tensor:
    """Say of each eigenvalue whether it is slow; `linearization.is_slow` for tensors."""
    return (tau_of(values, torch.inf) > min_tau) | (values.abs() >= 1)


def keep_slow(
    values: Tensor, right: Tensor, left: Tensor, min_tau: float, remaining: Tensor
) -> ModeBatch:
    """Return the slow ones of modes (n, m), by falling |lambda|, of fixed scale and phase."""
    slow = is_slow_tensor(values, min_tau)
    count = slow.sum(1)
    order = torch.where(slow, values.abs(), -1.0).argsort(dim=1, descending=True, stable=True)
    order = order[:, : max(1, int(count.max()))]
    used, size = slow.gather(1, order), right.shape[1]
    below = torch.where(slow, 0.0, values.abs()).max(1).values.maximum(remaining)
    slowest_fast = tau_of(below).clamp_min(1e-3)
    fastest = torch.where(slow, tau_of(values), torch.inf).min(1).values
    gap = torch.where(count > 0, fastest, min_tau) / slowest_fast
    right = right.gather(2, order[:, None, :].expand(-1, size, -1))
    left = left.gather(1, order[:, :, None].expand(-1, -1, size))
    largest = right.gather(1, right.abs().argmax(1, keepdim=True))
    scale = norm(right, 1)[:, None] * largest / largest.abs().clamp_min(sub.TINY)
    right = torch.where(used[:, None], right / scale, 0)
    left = torch.where(used[:, :, None], left * scale.mT, 0)
    nothing = torch.zeros_like(gap)
    route, proven = torch.zeros_like(count, dtype=torch.int8), torch.ones_like(used[:, 0])
    return ModeBatch(
        count,
        torch.where(used, values.gather(1, order), 0),
        right,
        left,
        nothing,
        gap,
        route,
        proven,
    )


def dense_modes(matrices: Tensor, min_tau: float) -> ModeBatch:
    """Return the slow modes of Jacobians (n, S, S) from their full spectra."""
    full = _leading(matrices.cpu().numpy(), min_tau)
    values, right, left = (torch.from_numpy(part).to(matrices.device) for part in full)
    batch = keep_slow(values, right, left, min_tau, matrices.new_zeros(len(values)))
    batch.route += Route.DENSE
    return batch


def _leading(matrices: np.ndarray, min_tau: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the slow modes of all, and one more: eigenvalues (n, k), right and left vectors.

    As `decompose` does, but left vectors of no other modes, and no condition numbers: those two
    take a third of the time.
    """
    finite = bool(np.isfinite(matrices).all())
    if finite:
        found = np.linalg.eig(matrices)
        values, right = found.eigenvalues.astype(complex), found.eigenvectors.astype(complex)
        order = np.lexsort((-np.imag(values), -np.real(values), -np.abs(values)))
        slow = is_slow(values, min_tau).sum(axis=1).max()
        order = order[:, : slow + 1]
        wanted = np.zeros((*values.shape, order.shape[1]), complex)
        np.put_along_axis(wanted, order[:, None], 1, axis=1)
        try:
            left = np.linalg.solve(right.swapaxes(1, 2), wanted).swapaxes(1, 2)
        except np.linalg.LinAlgError:
            left = np.full((1, 1, 1), np.inf)
        if np.abs(left).max() < ILL:
            right = np.take_along_axis(right, order[:, None], axis=2)
            return np.take_along_axis(values, order, axis=1), right, left
    full = decompose(matrices)  # by pseudo-inverses, and it says what is not finite
    return full.eigenvalues, full.right, full.left


def dense_subspace(matrices: Tensor, min_tau: float) -> sub.Subspace:
    """Return the subspaces of the slow modes of Jacobians (n, S, S) from their full spectra."""
    batch = dense_modes(matrices, min_tau)
    upper = batch.eigenvalues.imag >= 0
    right = torch.where(upper[:, None], batch.right.real, batch.right.imag)
    left = torch.where(upper[:, :, None], batch.left.real, batch.left.imag)
    used = torch.arange(upper.shape[1], device=upper.device) < batch.count[:, None]
    return sub.Subspace(right, sub.dual(left, right, used), used)
