"""Points of a system at which words are read, and what is checked of words and directions."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from rnn_geometry.dynamics import _runs as runs
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics._tensors import orthonormal, real_tensor
from rnn_geometry.dynamics.integration import SETTLE
from rnn_geometry.dynamics.step import Array, Step


class Place(NamedTuple):
    """Points (n, S) of a system at which words are read."""

    system: System
    points: Tensor

    @classmethod
    def of(cls, step: Step, points: Array, x: Array) -> Place:
        """Return checked private copies."""
        return cls(*System.of(step, points, x, gradients=False))

    def word(self, name: str, value: Array) -> Tensor:
        """Return a word vector (E,)."""
        return real_tensor(name, value, (self.system.x.shape[1],), device=self.points.device)

    def words(self, name: str, value: Array) -> Tensor:
        """Return word vectors (W, E)."""
        return real_tensor(name, value, ("W", self.system.x.shape[1]), device=self.points.device)

    def directions(self, name: str, value: Array) -> Tensor:
        """Return directions (k, S)."""
        return real_tensor(name, value, ("k", self.points.shape[1]), device=self.points.device)

    def axes(self, name: str, value: Array) -> Tensor:
        """Return orthonormal directions (d, S)."""
        return orthonormal(name, value, self.points.shape[1], device=self.points.device)

    def effects(self, sequences: Tensor, readout: Tensor) -> Tensor:
        """Return what sequences (W, m, E) change for good, (W, n, k)."""
        return runs.after_sequences(self.system, self.points, sequences, readout, SETTLE)

    def kicks(self, words: Tensor, passed: int) -> Tensor:
        """Return what words (W, E) change, `passed` words later, (W, n, S)."""
        return runs.kicks(self.system, self.points, words, passed)
