"""Linearisation of a step at given points: J_rec = R Lambda L, time constants, effects of words.

Notation and method: Sussillo & Barak (2013); Maheswaranathan et al. (2019); Aitken et al. (2021).
"""

from __future__ import annotations

import torch
from torch import Tensor

from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics._tensors import real_tensor
from rnn_geometry.dynamics.results import Linearization, WordEffects
from rnn_geometry.dynamics.spectrum import decompose, time_constants
from rnn_geometry.dynamics.step import Array, Step

ROWS_AT_ONCE = 8192  # states that read a word in one call of the step


@isolated()
def linearize(step: Step, points: Array, x: Array, *, memory_mb: float = 512) -> Linearization:
    """Linearise a step at given points: both Jacobians, all eigenvalues and eigenvectors.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        States.
    x : (E,) or (n, E)
        The input that is held.
    memory_mb : float
        Bound on the workspace, in MB, not on the result.

    Returns
    -------
    Linearization
        Row i belongs to point i.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, and for a Jacobian that is not finite.

    References
    ----------
    Sussillo & Barak 2013; Maheswaranathan et al. 2019; Aitken et al. 2021.

    Examples
    --------
    >>> found = linearize(lambda h, x: 0.5 * torch.tanh(h) + x, torch.zeros(1, 2), torch.zeros(2))
    >>> found.eigenvalues.real.tolist(), found.tau.round(2).tolist()
    ([[0.5, 0.5]], [[1.44, 1.44]])
    """
    system, h = System.of(step, points, x, memory_mb)
    recurrent, inputs = (part.cpu().numpy() for part in system.all_jacobians(h))
    modes = decompose(recurrent)
    taus = time_constants(modes.eigenvalues)
    return Linearization(h.cpu().numpy(), recurrent, inputs, *modes[:3], taus, modes.condition)


@isolated()
def word_effects(
    step: Step, points: Array, x_hold: Array, word_vectors: Array, readout: Array
) -> WordEffects:
    """Return what reading one word changes, against the hold input: readout (F(h, x_w) - F(h, x*)).

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        States h at which a word is read.
    x_hold : (E,) or (n, E)
        The hold input x*.
    word_vectors : (W, E)
        Inputs x_w.
    readout : (C, S)
        Takes a state to logits.

    Returns
    -------
    WordEffects
        Effects and their spread in logits, moves |F(h, x_w) - h| in units of the state.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, and for word vectors or a readout that do not fit.

    Examples
    --------
    >>> effects = word_effects(
    ...     lambda h, x: 0.9 * h + x, torch.zeros(3, 2), torch.zeros(2), torch.eye(2), torch.eye(2)
    ... )
    >>> effects.effects.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    system, h = System.of(step, points, x_hold, gradients=False)
    shape = "W", system.x.shape[1]
    words = real_tensor("word_vectors", word_vectors, shape, device=h.device)
    readout = real_tensor("readout", readout, ("C", h.shape[1]), device=h.device)
    rest = system(h)
    parts = [
        _effects_of(system.step, h, rest, some, readout)
        for some in words.split(max(1, ROWS_AT_ONCE // len(h)))
    ]
    return WordEffects(*(torch.cat(part).cpu().numpy() for part in zip(*parts)))


def _effects_of(
    step: Step, h: Tensor, rest: Tensor, words: Tensor, readout: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return effects, their spread, and moves for some of the words."""
    count = len(words)
    after = step(h.repeat(count, 1), words.repeat_interleave(len(h), 0)).view(count, *h.shape)
    change = (after - rest) @ readout.T
    spread = (change - change.mean(1, keepdim=True)).square().mean(1).sqrt()
    return change.mean(1), spread, torch.linalg.vector_norm(after - h, dim=2).mean(1)
