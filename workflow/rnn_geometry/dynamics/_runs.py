"""Runs of a system from points: words of the hold input, and short sequences before them."""

from __future__ import annotations

from collections.abc import Sequence

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
    return effects_at(system, points, sequences, directions, [settle])[0]


def effects_at(
    system: System, points: Tensor, sequences: Tensor, directions: Tensor, times: Sequence[int]
) -> Tensor:
    """Return what sequences (W, m, E) change, some words of x* later, (T, W, n, k)."""
    rest = held(system, points, sequences.shape[1])
    without = _over_time(system, rest, directions, times)[:, None]
    blocks = sequences.split(max(1, ROWS_AT_ONCE // len(points)))
    read = [_read(system, points, block, directions, times) - without for block in blocks]
    return torch.cat(read, dim=1)


def _read(
    system: System, points: Tensor, sequences: Tensor, directions: Tensor, times: Sequence[int]
) -> Tensor:
    """Return directions @ state, (T, W, n, k), some words of x* after sequences."""
    count = len(sequences)
    states = points.repeat(count, 1)
    for word in sequences.unbind(1):
        states = system.step(states, word.repeat_interleave(len(points), 0))
    there = System(system.step, system.x.repeat(count, 1), system.memory_mb)
    seen = _over_time(there, states, directions, times)
    return seen.view(len(times), count, len(points), -1)


def _over_time(system: System, states: Tensor, directions: Tensor, times: Sequence[int]) -> Tensor:
    """Return directions @ state, (T, n, k), after rising numbers of words of x*."""
    seen, passed = [], 0
    for time in times:
        states, passed = held(system, states, time - passed), time
        seen.append(states @ directions.T)
    return torch.stack(seen)


def kicks(system: System, points: Tensor, words: Tensor, passed: int) -> Tensor:
    """Return what words (W, E) change at points against x*, `passed` words later, (W, n, S)."""
    rest = held(system, points, 1 + passed)
    read = (system.step(points, word.expand(len(points), -1)) for word in words)
    return torch.stack([held(system, states, passed) - rest for states in read])
