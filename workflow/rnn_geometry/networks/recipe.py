"""The recipe of a training: how long, with which steps, which weights are kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

EVALUATIONS = 10  # evaluations on the dev split when the length is a number of steps
FIRST_SNAPSHOT = 0.01  # of the training: hardly anything has changed before


@dataclass(frozen=True)
class Recipe:
    """How one network is trained; config/README.md explains each field.

    Attributes
    ----------
    learning_rate : float
        At the first step.
    l2 : float
        Factor of the sum of squares of the weights in the loss.
    steps, epochs : int or None
        Length; exactly one of them is set. No step at all keeps the initial weights.
    min_steps : int or None
        Beside epochs: at least so many steps, however few the sentences.
    trained : str
        `all` weights, or the `readout` alone: cell and word vectors stay as they begin.
    l2_on : str
        `all` weights, or (`text`) the matrices of cell and readout.
    batch_size : int
        Sentences a step.
    betas, eps : (float, float), float
        Of Adam.
    schedule, decay : str, float
        Of the learning rate: `cosine`, `constant`, or `exponential` by `decay` a step.
    clip : float
        Longest gradient.
    patience : int or None
        Evaluations without a better dev loss after which training stops.
    keep_weights : str
        Of the `best` evaluation or the `last` step.
    snapshots : int
        How many steps the weights are noted at besides, see `noted_at`; 0: none.
    """

    learning_rate: float
    l2: float
    steps: int | None = None
    epochs: int | None = None
    min_steps: int | None = None
    trained: str = "all"
    l2_on: str = "all"
    batch_size: int = 64
    betas: tuple[float, float] = (0.9, 0.99)
    eps: float = 1e-8
    schedule: str = "cosine"
    decay: float = 0.9997
    clip: float = 10.0
    patience: int | None = None
    keep_weights: str = "best"
    snapshots: int = 0

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Recipe:
        """Take the recipe out of a model's settings, where the L2 strength is text."""
        given = [field.name for field in fields(cls) if field.name in settings]
        chosen = {name: settings[name] for name in given}
        return cls(**{**chosen, "l2": float(settings["l2"]), "betas": tuple(settings["betas"])})

    def rhythm(self, sentences: int) -> tuple[int, int]:
        """Return the number of steps on some sentences, and how many lie between evaluations."""
        if self.steps:
            return self.steps, max(1, self.steps // EVALUATIONS)
        if self.epochs is None:
            raise ValueError("a recipe needs steps or epochs")
        every = math.ceil(sentences / self.batch_size)
        if self.min_steps is not None and self.min_steps > self.epochs * every:
            return self.min_steps, max(1, self.min_steps // EVALUATIONS)
        return self.epochs * every, every

    def noted_at(self, steps: int) -> frozenset[int]:
        """Return the steps at which weights are noted: the first (0), the last, others in between.

        These are evenly apart on a logarithmic scale; fewer where steps are few.
        """
        if not self.snapshots:
            return frozenset()
        between = max(self.snapshots - 2, 0)
        first = min(max(1.0, FIRST_SNAPSHOT * steps), float(steps))
        ratio = (steps / first) ** (1 / max(between, 1))
        return frozenset({0, steps, *(round(first * ratio**i) for i in range(between))})

    def rate_at(self, steps: int) -> Callable[[int], float]:
        """Return the learning rate as a function of the step (from 1 on)."""
        rate = self.learning_rate
        shapes = {
            "cosine": lambda step: rate * 0.5 * (1 + math.cos(math.pi * (step - 1) / steps)),
            "exponential": lambda step: rate * self.decay ** (step - 1),
            "constant": lambda step: rate,
        }
        return shapes[self.schedule]
