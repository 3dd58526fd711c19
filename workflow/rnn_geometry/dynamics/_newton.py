"""Damped Gauss-Newton steps on q = 1/2 |h - F(h, x)|^2, with A = I - J_rec.

On a CPU numpy multiplies and factors the batches: its BLAS takes two thirds of the time of torch's
for products of a matrix with itself, and half for solving.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics._system import System


def normal_equations(system: System, h: Tensor, r: Tensor) -> tuple[Tensor, Tensor]:
    """Return A^T A (n, S, S) and the gradient of q, A^T r (n, S)."""
    a = system.recurrent_jacobian(h).neg_()
    a.diagonal(dim1=1, dim2=2).add_(1)
    return _gram(a), (r[:, None] @ a)[:, 0]


def _gram(a: Tensor) -> Tensor:
    """Return a^T a (n, S, S)."""
    if a.is_cuda:
        return a.mT @ a
    rows = a.numpy()
    with np.errstate(all="ignore"):  # what is not finite is judged where it is used
        return torch.from_numpy(np.matmul(rows.swapaxes(1, 2), rows))


def damped_step(gram: Tensor, gradient: Tensor, damping: float | Tensor) -> Tensor:
    """Return -(A^T A + damping I)^-1 A^T r, (n, S); NaN where that does not exist."""
    diagonal = gram.diagonal(dim1=1, dim2=2)
    kept = diagonal.clone()
    diagonal.add_(damping)
    move = _solved(gram, -gradient)
    diagonal.copy_(kept)
    return move


def _solved(matrices: Tensor, vectors: Tensor) -> Tensor:
    """Return M^-1 v, (n, S), for symmetric matrices."""
    if not matrices.is_cuda:
        try:
            with np.errstate(all="ignore"):
                found = np.linalg.solve(matrices.numpy(), vectors.numpy()[:, :, None])
            return torch.from_numpy(found)[:, :, 0]
        except np.linalg.LinAlgError:  # of all, where one is singular
            pass
    factor, failed = torch.linalg.cholesky_ex(matrices)
    found = torch.cholesky_solve(vectors[:, :, None], factor)[:, :, 0]
    return torch.where(failed[:, None] > 0, math.nan, found)
