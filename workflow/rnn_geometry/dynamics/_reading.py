"""Texts of different lengths that a step reads, from and to any of their words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics._checks import refusal
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics._tensors import real_tensor
from rnn_geometry.dynamics.additivity import Texts
from rnn_geometry.dynamics.step import Array, Step


@dataclass(frozen=True)
class Reading:
    """Texts as padded word ids (n, T), with what reads them."""

    system: System
    vectors: Tensor
    start: Tensor
    tokens: Tensor
    lengths: Tensor

    @classmethod
    def of(cls, step: Step, texts: Texts, vectors: Array, start: np.ndarray, device) -> Reading:
        """Check the texts; one word is enough to try the step with."""
        vectors = real_tensor("vectors", vectors, ("V", "E"), device=device)
        tokens, offsets = np.asarray(texts.tokens), np.asarray(texts.offsets)
        if len(tokens) and not 0 <= tokens.min() <= tokens.max() < len(vectors):
            raise refusal(f"texts.tokens must be rows of vectors, from 0 below {len(vectors)}.")
        lengths = np.diff(offsets)
        places = np.arange(int(lengths.max(initial=0)))
        padded = np.zeros((len(lengths), len(places)), np.int64)
        padded[places < lengths[:, None]] = tokens[offsets[0] : offsets[-1]]
        system, _ = System.of(step, start[None], vectors[0], gradients=False)
        known = torch.from_numpy(padded), torch.from_numpy(lengths)
        begin = torch.from_numpy(start).to(device)
        return cls(system, vectors, begin, *(part.to(device) for part in known))

    def read(self, states: Tensor, begin: Tensor, end: Tensor) -> Tensor:
        """Return states (k n, S) after words begin to end (n,) of the texts, k times in turn."""
        times = len(states) // len(self.lengths)
        for place in range(int((end - begin).max())):
            at = begin + place
            reads = (at < end).repeat(times)
            at = at.clamp(max=self.tokens.shape[1] - 1)
            words = self.vectors[self.tokens.gather(1, at[:, None])[:, 0]].repeat(times, 1)
            states = torch.where(reads[:, None], self.system.step(states, words), states)
        return states
