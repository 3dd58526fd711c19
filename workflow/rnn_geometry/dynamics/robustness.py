"""What becomes of a manifold and of exact fixed points when weights are disturbed.

Almost no network keeps a line of exact fixed points when its weights change a little, however well
it integrates (the fine-tuning problem of line attractors). A slow manifold that attracts faster
than anything moves along it does persist (Fenichel 1971; Sagodi et al. 2024): roots on it come and
go. So both are followed: points by the projection on the manifold of the disturbed step, roots by
Newton's method.

Shapes: n points or roots, S entries of a state.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from rnn_geometry.dynamics._checks import number, whole
from rnn_geometry.dynamics._copies import isolated, private_double
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.spectrum import stability
from rnn_geometry.dynamics.step import Array, Step

ROOT = 1e-14  # q = 1/2 |h - F(h, x)|^2 of a fixed point
Module = TypeVar("Module", bound=nn.Module)


class Followed(NamedTuple):
    """Where roots of one step lead in another.

    Attributes
    ----------
    roots : (n, S) float64
        Roots of the other step; not a number where none was found.
    unstable : (n,) int
        Unstable modes there; -1 where none was found.
    """

    roots: np.ndarray
    unstable: np.ndarray


def with_noise(step: Module, sigma: float, seed: int) -> Module:
    """Return a step whose weights are W + sigma N(0, 1) |W|, each disturbed by a share of itself.

    Parameters
    ----------
    step : Module
        Not changed.
    sigma : float
        Share of each weight.
    seed : int
        Draws the noise, the same for every sigma.

    Returns
    -------
    Module
        A copy in float64; weights that are zero stay zero.

    Raises
    ------
    ValueError
        For a module that cannot be copied, and a sigma below 0.

    Examples
    --------
    >>> noisy = with_noise(torch.nn.Linear(2, 2), 0.1, seed=0)
    >>> noisy.weight.dtype
    torch.float64
    """
    sigma, noisy = number("sigma", sigma, low=0), private_double(step)
    generator = torch.Generator().manual_seed(seed)
    for weight in noisy.parameters():
        noise = torch.randn(weight.shape, generator=generator, dtype=torch.float64)
        weight.data *= 1 + sigma * noise.to(weight.device)
    return noisy


@isolated()
def follow_roots(step: Step, roots: Array, x: Array, *, rounds: int = 12) -> Followed:
    """Return the roots of a step to which Newton's method leads from roots of another one.

    Parameters
    ----------
    step : Step
        The disturbed one, not changed.
    roots : (n, S)
        Exact fixed points of the other step.
    x : (E,)
        The hold input x*.
    rounds : int
        Newton steps.

    Returns
    -------
    Followed
        Row i began at root i; two may end at the same root.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, and for options out of their range.

    Examples
    --------
    >>> found = follow_roots(lambda h, x: 0.5 * h + 0.1, np.zeros((1, 1)), torch.zeros(1))
    >>> found.roots.round(3).tolist(), found.unstable.tolist()
    ([[0.2]], [0])
    """
    system, h = System.of(step, roots, x)
    q = system.residual(h)[1]
    for _ in range(whole("rounds", rounds, low=1)):
        # Points that have arrived stay: on a line of roots I - J is singular.
        moving = (h.isfinite().all(1) & (q >= ROOT)).nonzero()[:, 0]
        if not len(moving):
            break
        part = system.at(moving)
        h[moving] -= _newton(part, h[moving])
        q[moving] = part.residual(h[moving])[1]
    good = h.isfinite().all(1) & (q < ROOT)
    unstable = np.full(len(h), -1)
    if good.any():
        at = system.at(good).recurrent_jacobian(h[good]).cpu().numpy()
        unstable[good.cpu().numpy()] = stability(np.linalg.eigvals(at))
    return Followed(torch.where(good[:, None], h, torch.nan).cpu().numpy(), unstable)


def _newton(system: System, h: Tensor) -> Tensor:
    """Return (I - J)^-1 r, (n, S); not finite where the matrix is singular."""
    eye = torch.eye(h.shape[1], dtype=h.dtype, device=h.device)
    matrix = eye - system.recurrent_jacobian(h)
    lost = ~matrix.isfinite().flatten(1).all(1)
    move, failed = torch.linalg.solve_ex(
        matrix.masked_fill(lost[:, None, None], 0), system.residual(h)[0]
    )
    return move.masked_fill((lost | (failed > 0))[:, None], torch.nan)
