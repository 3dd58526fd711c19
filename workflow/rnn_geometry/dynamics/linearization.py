"""Linearisation of a step at given points: J_rec = R Lambda L, time constants, and what one word does to the logits.

Notation and method: Sussillo & Barak (2013); Maheswaranathan et al. (2019); Aitken et al. (2021).
"""

from __future__ import annotations

import torch

from rnn_geometry.dynamics.jacobians import jacobians
from rnn_geometry.dynamics.results import Linearization, WordEffects
from rnn_geometry.dynamics.spectrum import decompose, time_constants
from rnn_geometry.dynamics.step import Array, Step, checked_inputs, private_copy

ROWS_AT_ONCE = 8192  # states that read a word in one call of the step


def linearize(step: Step, points: Array, x: Array, *, memory_mb: float = 512) -> Linearization:
    """Linearise `step` at points (n, S) under input x, (E,) or (n, E); see Linearization.

    `memory_mb` bounds the workspace, not the result. Raises ValueError as `jacobians.jacobians` does, and for a
    Jacobian that is not finite.
    """
    recurrent, inputs = (
        part.cpu().numpy() for part in jacobians(step, points, x, memory_mb=memory_mb)
    )
    modes = decompose(recurrent)
    points = torch.as_tensor(points).detach().cpu().double().numpy().copy()
    return Linearization(
        points, recurrent, inputs, *modes[:3], time_constants(modes.eigenvalues), modes.condition
    )


@torch.no_grad()
def word_effects(
    step: Step, points: Array, x_hold: Array, word_vectors: Array, readout: Array
) -> WordEffects:
    """Return what reading one word changes, against the hold input, at points (n, S); see WordEffects.

    x_hold (E,), word_vectors (W, E), readout (C, S). The effect of word w is readout @ (F(h, x_w) - F(h, x_hold)), in
    logits; its move is |F(h, x_w) - h|. Raises ValueError for shapes that do not fit.
    """
    step = private_copy(step)
    h, hold = checked_inputs(step, points, x_hold)
    words, readout = (torch.as_tensor(value).detach().to(h) for value in (word_vectors, readout))
    if (
        words.ndim != 2
        or words.shape[1] != hold.shape[1]
        or readout.ndim != 2
        or readout.shape[1] != h.shape[1]
    ):
        raise ValueError(
            f"word_vectors must be (W, {hold.shape[1]}) and readout (C, {h.shape[1]}), "
            f"got {tuple(words.shape)} and {tuple(readout.shape)}."
        )
    rest = step(h, hold)
    parts = [
        _effects_of(step, h, rest, some, readout)
        for some in words.split(max(1, ROWS_AT_ONCE // len(h)))
    ]
    return WordEffects(*(torch.cat(part).cpu().numpy() for part in zip(*parts)))


def _effects_of(
    step: Step, h: torch.Tensor, rest: torch.Tensor, words: torch.Tensor, readout: torch.Tensor
) -> tuple:
    count = len(words)
    after = step(h.repeat(count, 1), words.repeat_interleave(len(h), 0)).view(count, *h.shape)
    change = (after - rest) @ readout.T
    spread = (change - change.mean(1, keepdim=True)).square().mean(1).sqrt()
    return change.mean(1), spread, torch.linalg.vector_norm(after - h, dim=2).mean(1)
