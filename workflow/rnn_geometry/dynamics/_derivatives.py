"""Jacobians of a step at checked float64 states and inputs: in closed form, else differentiated.

J_rec alone goes by the structure of the step where it has one (`_structure`).
"""

from __future__ import annotations

from contextlib import suppress

import torch
from torch import Tensor

from rnn_geometry.dynamics._calls import PrivateStep, gradients_of
from rnn_geometry.dynamics._structure import Structure, look
from rnn_geometry.dynamics.step import Step

CACHE_BYTES = 2**21
MOST_LOOKS = 3  # for a structure, where the one that was found does not hold elsewhere
ROWS_AT_ONCE = 256  # of a backward pass, where there are fewer points


def both_jacobians(step: Step, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return J_rec (n, S, S) and J_inp (n, S, E)."""
    closed_form = getattr(step, "jacobians", None)
    if closed_form is None:
        recurrent, inputs = _differentiate(step, h, x, (True, True))
        return recurrent, inputs
    return closed_form(h, x)


def recurrent_jacobian(step: Step, h: Tensor, x: Tensor) -> Tensor:
    """Return J_rec (n, S, S) alone."""
    size = h.shape[1]
    if len(h) == 0:
        return h.new_zeros(0, size, size)
    if getattr(step, "jacobians", None) is None:
        return _by_structure(step, h, x)
    result = h.new_empty(len(h), size, size)
    # Closed forms are sums of products that are limited by memory: three times faster while they
    # fit the cache.
    length = len(h) if h.is_cuda else max(1, CACHE_BYTES // (8 * size * (size + x.shape[1])))
    for start in range(0, len(h), length):
        rows = slice(start, start + length)
        result[rows] = both_jacobians(step, h[rows], x[rows])[0]
    return result


def _by_structure(step: Step, h: Tensor, x: Tensor) -> Tensor:
    """Return J_rec (n, S, S) by the structure of a step, entry by entry where it has none."""
    structure = _structure(step, h, x) if isinstance(step, PrivateStep) else None
    if structure is None:
        return _differentiate(step, h, x, (True, False))[0]
    result, right = structure.jacobian(step, h, x)
    if not right.all():
        result[~right] = _differentiate(step, h[~right], x[~right], (True, False))[0]
    if 2 * right.sum() < len(right):
        step.structure = None
    return result


def _structure(step: PrivateStep, h: Tensor, x: Tensor) -> Structure | None:
    """Return the structure of a step, which is looked for where there is hope."""
    if step.structure is None and step.looks < MOST_LOOKS:
        step.looks += 1
        # What is wrong with a step is said where it is differentiated.
        with suppress(Exception):
            step.structure = look(step, h, x)
        if step.structure is None:
            step.looks = MOST_LOOKS
    return step.structure


def _differentiate(step: Step, h: Tensor, x: Tensor, wanted: tuple[bool, bool]) -> list[Tensor]:
    """Return the Jacobians with respect to h and x that are wanted."""
    # One backward pass per entry of the state serves all points, because rows do not depend on each
    # other; of few points it serves several entries, by repeating the points. Up to ten times
    # faster than vmap(jacrev), takes kernels that vmap has no rule for, and does not import
    # torch._dynamo.
    count, size = h.shape
    entries = min(size, max(1, ROWS_AT_ONCE // max(1, count)))
    pairs = zip((h, x), wanted)
    variables = [value.detach().repeat(entries, 1).requires_grad_(want) for value, want in pairs]
    with torch.enable_grad():
        result = step(*variables)
    active = [variable for variable, want in zip(variables, wanted) if want]
    matrices = [h.new_zeros(count, size, variable.shape[1]) for variable in active]
    for first in range(0, size, entries):
        last = min(first + entries, size)
        weights = h.new_zeros(entries, count, size)
        weights[:, :, first:last].diagonal(dim1=0, dim2=2).fill_(1)
        gradients = gradients_of(result, active, weights.view_as(result), again=last < size)
        for matrix, gradient in zip(matrices, gradients):
            if gradient is not None:
                parts = gradient.reshape(entries, count, -1)[: last - first]
                matrix[:, first:last] = parts.transpose(0, 1)
    return matrices
