"""Damped Gauss-Newton steps on q = 1/2 |h - F(h, x)|^2, with A = I - J_rec."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rnn_geometry.dynamics._system import System


def normal_equations(system: System, h: Tensor, r: Tensor) -> tuple[Tensor, Tensor]:
    """Return A^T A (n, S, S) and the gradient of q, A^T r (n, S)."""
    a = -system.recurrent_jacobian(h)
    a.diagonal(dim1=1, dim2=2).add_(1)
    return a.mT @ a, (a.mT @ r[:, :, None])[:, :, 0]


def damped_step(gram: Tensor, gradient: Tensor, damping: float | Tensor) -> Tensor:
    """Return -(A^T A + damping I)^-1 A^T r, (n, S); NaN where it is not positive definite."""
    damped = gram.clone()
    damped.diagonal(dim1=1, dim2=2).add_(damping)
    factor, failed = torch.linalg.cholesky_ex(damped)
    move = torch.cholesky_solve(-gradient[:, :, None], factor)[:, :, 0]
    return torch.where(failed[:, None] > 0, math.nan, move)
