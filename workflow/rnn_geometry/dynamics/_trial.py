"""What is tried of a step before it is analysed, on three rows: a dozen calls, a few milliseconds.

That it takes (states, inputs) in this order to new float64 states, says the same twice, works on
every row by itself, and has the derivatives that its values have.
"""

from __future__ import annotations

import inspect
import random
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnn_geometry.dynamics import _derivatives as derivatives
from rnn_geometry.dynamics._calls import gradients_of
from rnn_geometry.dynamics._checks import refusal
from rnn_geometry.dynamics._copies import wrapped
from rnn_geometry.dynamics.step import Step

OWN = "pass your own step(h, x)"
LAYERS = (nn.RNNCellBase, nn.RNNBase)
INPUT_NAMES = {"x", "input", "inputs", "inp", "xs", "x_t", "word", "words", "token", "tokens"}
STATE_NAMES = {"h", "hx", "hidden", "hiddens", "state", "states", "h_t", "mem", "h_prev"}
# Shares of the largest entry. Rows alone and in a batch differ by rounding; twice the same call may
# where threads add in any order.
SAME, ALONE = 1e-9, 1e-6
# Differences over DIFFERENCE of the state judge derivatives where they agree with each other.
DIFFERENCE, WRONG, AGREE = 1e-5, 0.05, 0.02
# Moves of the states at which rows and derivatives are compared, as shares of 1 + |h|.
SMALL, LARGE = 1e-3, 0.1


def check_order(step: Any) -> None:
    """Refuse what is no step, and what plainly takes its input before its state."""
    chain = list(wrapped(step))
    name = next((type(part).__name__ for part in chain if isinstance(part, LAYERS)), None)
    if name is not None:
        raise refusal(
            f"{name} takes (input, state) and is no step(h, x); pass torch_step(module) "
            "of rnn_geometry, or a function of your own."
        )
    if not callable(step) or isinstance(step, type):
        raise refusal(f"step must be a function step(h, x) or a module, got {_name(step)}.")
    first, second = (*_parameters(chain[-1]), "", "")[:2]
    if first.strip("_").lower() in INPUT_NAMES and second.strip("_").lower() in STATE_NAMES:
        raise refusal(
            f"{_name(step)} takes ({first}, {second}); a step takes the state first: "
            "pass lambda h, x: step(x, h)."
        )


def _name(step: Any) -> str:
    """Return how a sentence calls a step."""
    return getattr(step, "__name__", None) or type(step).__name__


def _parameters(step: Any) -> list[str]:
    """Return the names of what a step takes, as far as they are known."""
    try:
        return list(inspect.signature(getattr(step, "forward", step)).parameters)
    except (TypeError, ValueError):
        return []


def trial(step: Step, h: Tensor, x: Tensor, *, gradients: bool) -> None:
    """Refuse a step whose result on a few rows of h (n, S), x (n, E) is not what is assumed."""
    h, x = torch.cat([h[:2], h[:1] + SMALL * _wave(h[:1])]), torch.cat([x[:2], x[:1]])
    first, last = step(h, x), _alone(step, h[-1:], x[-1:])
    if not _equal(step(h, x), first, h, SAME):
        raise refusal(_why_not_twice(step, h, x))
    turned = step(h.flip(0), x.flip(0)).flip(0)
    if not (_equal(last, first[-1:], h, ALONE) and _equal(turned, first, h, ALONE)):
        raise refusal(
            "The rows of the step depend on each other: a row alone gives another result than in "
            "a batch, as with batch norm in training or a mean over rows."
        )
    if gradients:
        check_derivatives(step, h, x)


def _wave(values: Tensor) -> Tensor:
    """Return positive moves (n, k) of about the size of the values, another for every entry."""
    count = torch.arange(values.numel(), dtype=values.dtype, device=values.device)
    return (1 + values.abs()) * (1.5 + torch.cos(count)).view(values.shape)


def _equal(one: Tensor, other: Tensor, h: Tensor, share: float) -> bool:
    """Say whether results agree up to a share of their size, and are finite at the same places."""
    finite = one.isfinite()
    if not torch.equal(finite, other.isfinite()):
        return False
    one, other, h = (torch.where(part.isfinite(), part, 0.0) for part in (one, other, h))
    return bool((one - other).abs().amax() <= share * other.abs().amax().maximum(h.abs().amax()))


def _alone(step: Step, h: Tensor, x: Tensor) -> Tensor:
    """Return what becomes of one row by itself."""
    try:
        return step(h, x)
    except ValueError as error:
        raise refusal(
            f"The step takes several rows and not one alone; rows must not depend on each other: "
            f"{error}"
        ) from error


def _why_not_twice(step: Step, h: Tensor, x: Tensor) -> str:
    """Say why a step gives two results for the same states and inputs."""
    kept, python = np.random.get_state(), random.getstate()  # noqa: NPY002
    results = []
    with torch.random.fork_rng([h.device] if h.is_cuda else []):
        for count in (1, 2):
            step(h[:count], x[:count])  # so that what is kept differs
            torch.manual_seed(0)
            np.random.seed(0)  # noqa: NPY002
            random.seed(0)
            results.append(step(h, x))
    np.random.set_state(kept)  # noqa: NPY002
    random.setstate(python)
    if _equal(results[0], results[1], h, SAME):
        return (
            "The step is noisy: the same call gives two results; switch off dropout and noise, "
            "or draw the noise once and keep it."
        )
    return (
        "The step keeps a state between calls (a counter, a buffer, a generator of its own): the "
        "same call gives two results; its whole state must be in h."
    )


def check_derivatives(step: Step, h: Tensor, x: Tensor) -> None:
    """Refuse derivatives that are not those of the values, at two rows or more, and a lack of them.

    Judged at moved states, and only where differences agree with each other: not across kinks and
    jumps, in single precision, or where the step does not take the moved states.
    """
    there = h + LARGE * _wave(h), x + LARGE * _wave(x)
    moves, weights = _directions(h, x)
    size = DIFFERENCE * (1 + there[0].abs().amax(1, keepdim=True))  # rows may differ widely
    try:
        slope = _slope(step, *there, moves, weights)
        wide, near = (_differences(step, *there, moves, weights, eps) for eps in (size, size / 2))
    except Exception:
        _slope(step, h, x, moves, weights)  # says what is wrong at the states themselves
        return
    (ahead, behind), wide, near = near, wide.mean(0), near.mean(0)
    miss = (slope - near).abs()
    wrong = miss > WRONG * (slope.abs() + near.abs()) + 1e-6
    # Across a kink the sides differ by twice the miss, and sums of both may agree all the same.
    told = ((wide - near).abs() < AGREE * miss) & ((ahead - behind).abs() < miss)
    if (wrong & told).sum() >= 2:
        raise refusal(
            "The derivatives of the step are not those of its values: a part of it is detached or "
            "rounded, or its method `jacobians` belongs to another formula."
        )


def _directions(h: Tensor, x: Tensor) -> tuple[tuple[Tensor, Tensor], Tensor]:
    """Return moves (n, S), (n, E) along which results are compared, and their weights (n, S)."""
    count = h.numel() + x.numel()
    waves = torch.cos(torch.arange(2 * count, dtype=h.dtype, device=h.device) ** 1.5)
    weights, moves, across = waves.split([h.numel(), h.numel(), 2 * count - 2 * h.numel()])
    moves = moves.view(h.shape), across[: x.numel()].view(x.shape)
    return moves, weights.view(h.shape)


def _slope(
    step: Step, h: Tensor, x: Tensor, moves: tuple[Tensor, Tensor], weights: Tensor
) -> Tensor:
    """Return the derivative (n,) of weighted results along moves."""
    if getattr(step, "jacobians", None) is not None:
        matrices = derivatives.both_jacobians(step, h, x)
        changes = [matrix @ move[:, :, None] for matrix, move in zip(matrices, moves)]
        return ((changes[0] + changes[1])[:, :, 0] * weights).sum(1)
    h, x = (value.detach().clone().requires_grad_() for value in (h, x))
    with torch.enable_grad():
        gradients = gradients_of(step(h, x), [h, x], weights)
    total = torch.zeros_like(h[:, 0])
    for part, move in zip(gradients, moves):
        total = total if part is None else total + (part * move).sum(1)
    return total.detach()


def _differences(
    step: Step, h: Tensor, x: Tensor, moves: tuple[Tensor, Tensor], weights: Tensor, eps: Tensor
) -> Tensor:
    """Return the same (2, n) as differences ahead and behind, over a share eps (n, 1) of moves."""
    up, down = (step(h + sign * moves[0], x + sign * moves[1]) for sign in (eps, -eps))
    here = step(h, x)
    return torch.stack([up - here, here - down]).div(eps).mul(weights).sum(2)
