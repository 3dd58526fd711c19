"""The field's searches for slow points, to compare the projection with.

Relaxation, damped Gauss-Newton and Adam end where a number of steps or a tolerance on q = 1/2 |h -
F(h, x*)|^2 says so. q falls along the manifold as well as towards it, so that a tighter tolerance
slides points along it until a few exact fixed points are left.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from rnn_geometry.dynamics._checks import number, refusal, whole
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._newton import damped_step, normal_equations
from rnn_geometry.dynamics._search import Walk, result, rms_norm
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.results import SlowPoints, Status
from rnn_geometry.dynamics.step import Array, Step
from rnn_geometry.errors import quoted


@isolated()
def relax(
    step: Step, states: Array, x: Array, *, steps: int = 3, memory_mb: float = 128
) -> SlowPoints:
    """Let the network run, h <- F(h, x).

    Parameters
    ----------
    step : Step
        Not changed.
    states : (n, S)
        Starts, not changed.
    x : (E,) or (n, E)
        The input that is held.
    steps : int
        How many, 0 or more.
    memory_mb : float
        Bound on the workspace, in MB.

    Returns
    -------
    SlowPoints
        Status CONVERGED, or DIVERGED where q grew a hundredfold.

    Raises
    ------
    ValueError
        As `slow_points.project_to_slow_manifold` does.

    Examples
    --------
    >>> relax(lambda h, x: h / 2, torch.ones(1, 1), torch.zeros(1), steps=3).points.tolist()
    [[0.125]]
    """
    steps = whole("steps", steps)

    def search(system: System, walk: Walk, scale: float) -> None:
        limit = walk.limit()
        for _ in range(steps):
            walk.advance(system, -walk.r, limit)
            walk.iterations += walk.status != Status.DIVERGED

    return _in_chunks(step, states, x, memory_mb, search, gradients=False)


@isolated()
def damped_gauss_newton(
    step: Step,
    states: Array,
    x: Array,
    *,
    relax_steps: int = 2,
    damping: float = 0.1,
    iterations: int = 2,
    settled: float = 0.1,
    memory_mb: float = 128,
) -> SlowPoints:
    """Relax states, then take Gauss-Newton steps of fixed damping.

    The steps -(A^T A + damping I)^-1 A^T r, A = I - J_rec, move a direction with singular value
    sigma by the share sigma^2 / (sigma^2 + damping): slow directions stay, more or less.

    Parameters
    ----------
    step : Step
        Not changed.
    states : (n, S)
        Starts, not changed.
    x : (E,) or (n, E)
        The input that is held.
    relax_steps : int
        Words of x before the first Gauss-Newton step.
    damping : float
        Above 0.
    iterations : int
        Gauss-Newton steps, 1 or more.
    settled : float
        Longest last step of a point that counts as converged, as a share of the starts'
        root-mean-square norm.
    memory_mb : float
        Bound on the workspace, in MB.

    Returns
    -------
    SlowPoints
        Status CONVERGED, OFF_MANIFOLD (not settled), DIVERGED.

    Raises
    ------
    ValueError
        As `slow_points.project_to_slow_manifold` does.
    """
    relax_steps, iterations = (
        whole("relax_steps", relax_steps),
        whole("iterations", iterations, low=1),
    )
    damping, settled = number("damping", damping, above=0), number("settled", settled, low=0)

    def search(system: System, walk: Walk, scale: float) -> None:
        longest = settled * scale + 1e-8
        limit, move = walk.limit(), walk.r
        for _ in range(relax_steps):
            walk.advance(system, -walk.r, limit)
        for _ in range(iterations):
            move = damped_step(*normal_equations(system, walk.h, walk.r), damping)
            walk.advance(system, move, limit)
            walk.iterations += walk.status != Status.DIVERGED
        moving = torch.linalg.vector_norm(move, dim=1) > longest
        walk.status[moving & (walk.status == Status.CONVERGED)] = Status.OFF_MANIFOLD

    return _in_chunks(step, states, x, memory_mb, search)


@isolated()
def adam_search(
    step: Step,
    states: Array,
    x: Array,
    *,
    learning_rate: float = 0.01,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    tolerance: float = 5e-5,
    max_steps: int = 1000,
    noise: float = 0.0,
    seed: int = 0,
    memory_mb: float = 128,
) -> SlowPoints:
    """Minimise q with Adam.

    The defaults are those of the authors of Aitken et al. (package renn, example notebook on
    sentiment). They stop all points when the mean q is below the tolerance; here each stops by
    itself, so that its result depends on no other.

    Parameters
    ----------
    step : Step
        Not changed.
    states : (n, S)
        Starts, not changed.
    x : (E,) or (n, E)
        The input that is held.
    learning_rate, betas, eps : float, (float, float), float
        Of Adam.
    tolerance : float
        A point stops when its q is below it.
    max_steps : int
        Most steps of a point.
    noise : float
        Standard deviation, in units of the state, of what is added to the starts.
    seed : int
        Draws the noise.
    memory_mb : float
        Bound on the workspace, in MB.

    Returns
    -------
    SlowPoints
        Status CONVERGED (q < tolerance), MAX_ITERATIONS, DIVERGED (not finite; the point is the
        last finite iterate).

    Raises
    ------
    ValueError
        As `slow_points.project_to_slow_manifold` does.

    References
    ----------
    Aitken et al. 2021.
    """
    if not isinstance(betas, list | tuple) or len(betas) != 2:
        raise refusal(f"betas must be two numbers of 0 or more and below 1, got {quoted(betas)}.")
    options = (
        number("learning_rate", learning_rate, above=0),
        (_beta(betas[0]), _beta(betas[1])),
        number("eps", eps, low=0),
        number("tolerance", tolerance, above=0),
        whole("max_steps", max_steps, low=1),
    )
    noise, seed = number("noise", noise, low=0), whole("seed", seed)

    def search(system: System, walk: Walk, scale: float) -> None:
        _adam(system, walk, *options)

    return _in_chunks(step, states, x, memory_mb, search, noise=noise, seed=seed)


def _beta(value: float) -> float:
    """Return a share of the past that Adam keeps."""
    return number("betas", value, low=0, high=1 - 1e-12)


def _adam(
    system: System,
    walk: Walk,
    rate: float,
    betas: tuple[float, float],
    eps: float,
    tolerance: float,
    most: int,
) -> None:
    """Move the points of `walk` until their q is below the tolerance."""
    first, second = torch.zeros_like(walk.h), torch.zeros_like(walk.h)
    active = ((walk.q >= tolerance) & walk.q.isfinite()).nonzero()[:, 0]
    for count in range(1, most + 1):
        if len(active) == 0:
            break
        here = system.at(active)
        gradient = _gradient(here, walk.h[active])
        first[active] = betas[0] * first[active] + (1 - betas[0]) * gradient
        second[active] = betas[1] * second[active] + (1 - betas[1]) * gradient.square()
        mean = first[active] / (1 - betas[0] ** count)
        square = second[active] / (1 - betas[1] ** count)
        h = walk.h[active] - rate * mean / (square.sqrt() + eps)
        r, q = here.residual(h)
        finite = q.isfinite()
        walk.status[active[~finite]] = Status.DIVERGED
        active, h, r, q = active[finite], h[finite], r[finite], q[finite]
        walk.h[active], walk.r[active], walk.q[active] = h, r, q
        walk.iterations[active] += 1
        active = active[q >= tolerance]
    walk.status[active] = Status.MAX_ITERATIONS


def _gradient(system: System, h: torch.Tensor) -> torch.Tensor:
    """Return the gradient of q with respect to every state, (n, S)."""
    with torch.enable_grad():
        h = h.detach().requires_grad_()
        # Rows do not depend on each other: the gradient of a sum is that of every term.
        return torch.autograd.grad((h - system(h)).square().sum() / 2, h)[0]


def _in_chunks(
    step: Step,
    states: Array,
    x: Array,
    memory_mb: float,
    search: Callable[[System, Walk, float], None],
    *,
    noise: float = 0.0,
    seed: int = 0,
    gradients: bool = True,
) -> SlowPoints:
    """Search from all starts, in chunks; `search` gets their root-mean-square norm, too."""
    system, starts = System.of(step, states, x, memory_mb, gradients=gradients)
    scale = rms_norm(starts)
    shaken = starts
    if noise:
        draw = np.random.default_rng(seed).normal(size=tuple(starts.shape))
        shaken = starts + noise * torch.from_numpy(draw).to(starts)
    walks = []
    for rows in system.chunks(starts):
        walk = Walk.start(system.at(rows), shaken[rows])
        search(system.at(rows), walk, scale)
        walks.append(walk)
    return result(Walk.concatenate(walks), starts)
