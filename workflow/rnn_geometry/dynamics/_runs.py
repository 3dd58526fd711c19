"""Runs of a system from points: words of the hold input, and short sequences before them."""

from __future__ import annotations

import torch
from torch import Tensor

from rnn_geometry.dynamics._system import System

ROWS_AT_ONCE = 8192  # states that read a word in one call of the step


def held(system: System, states: Tensor, words: int) -> Tensor:
    """Return the states (n, S) after some words of the hold input."""
    for _ in range(words):
        states = system(states)
    return states


def after_sequences(
    system: System, points: Tensor, sequences: Tensor, directions: Tensor, settle: int
) -> Tensor:
    """Return what sequences (W, m, E) change along directions (k, S) for good, (W, n, k)."""
    rest = held(system, points, sequences.shape[1] + settle) @ directions.T
    blocks = sequences.split(max(1, ROWS_AT_ONCE // len(points)))
    return torch.cat([_read(system, points, block, directions, settle) - rest for block in blocks])


def _read(
    system: System, points: Tensor, sequences: Tensor, directions: Tensor, settle: int
) -> Tensor:
    """Return directions @ state, (W, n, k), after sequences and `settle` words of x*."""
    count = len(sequences)
    states = points.repeat(count, 1)
    for word in sequences.unbind(1):
        states = system.step(states, word.repeat_interleave(len(points), 0))
    there = System(system.step, system.x.repeat(count, 1), system.memory_mb)
    return (held(there, states, settle) @ directions.T).view(count, len(points), -1)


def kicks(system: System, points: Tensor, words: Tensor, passed: int) -> Tensor:
    """Return what words (W, E) change at points against x*, `passed` words later, (W, n, S)."""
    rest = held(system, points, 1 + passed)
    read = (system.step(points, word.expand(len(points), -1)) for word in words)
    return torch.stack([held(system, states, passed) - rest for states in read])
