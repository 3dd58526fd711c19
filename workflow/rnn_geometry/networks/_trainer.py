"""One step of training at a time: loss, L2, clipping, Adam, and what the next step depends on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from rnn_geometry.errors import UserError
from rnn_geometry.networks._row_adam import Adam, RowAdam
from rnn_geometry.networks.classifier import Classifier

if TYPE_CHECKING:
    from rnn_geometry.networks.training import Recipe


class Diverged(UserError):
    """A training whose loss or gradient is not finite."""


class Trainer:
    """One optimiser step at a time."""

    def __init__(self, classifier: Classifier, recipe: Recipe, steps: int):
        self.classifier, self.recipe = classifier, recipe
        self.penalised = penalised_weights(classifier, recipe.l2_on)
        # A penalty moves every word at every step; without one a batch moves just the words that it
        # reads. With beta1^2 >= beta2 Adam's moves without gradient grow, up to a limit that only
        # dense Adam knows (eps).
        table = classifier.embedding
        free = table.requires_grad and not any(weight is table for weight in self.penalised)
        by_row = free and recipe.betas[0] ** 2 < recipe.betas[1]
        self.weights = [
            weight for weight in classifier.parameters() if not (by_row and weight is table)
        ]
        self.optimizer = Adam(self.weights, recipe.betas, recipe.eps)
        self.row_optimizer = (
            RowAdam(table.detach(), recipe.betas, recipe.eps, steps) if by_row else None
        )
        self.rate_at = schedule(recipe, steps)
        self.rate, self.losses, self.norms = recipe.learning_rate, [], []

    def step(self, step: int, tokens: Tensor, lengths: Tensor, labels: Tensor) -> None:
        """Take one step on a batch."""
        self.rate = self.rate_at(step)
        device = self.weights[0].device
        tokens, words = self._used_words(tokens.to(device))
        logits = self.classifier(tokens, lengths.to(device), words)
        loss = classification_loss(logits, labels.to(device))
        penalty = sum(weight.square().sum() for weight in self.penalised)
        (loss + self.recipe.l2 * penalty).backward()
        changed = self.weights if words is None else [*self.weights, words]
        norm = float(nn.utils.clip_grad_norm_(changed, self.recipe.clip, foreach=True))
        if not math.isfinite(norm):
            raise Diverged(
                f"training stopped: loss ({float(loss.detach()):.4g}) or gradient is not finite "
                f"at step {step}, learning rate {self.rate:.3g}, gradient norm {norm:.3g}; "
                "lower learning_rate or clip."
            )
        self.optimizer.step(self.rate)
        if self.row_optimizer is not None and words is not None and words.grad is not None:
            self.row_optimizer.step(words.grad, self.rate)
        self.losses.append(float(loss.detach()))
        self.norms.append(norm)

    def _used_words(self, tokens: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return tokens renumbered within the U words of a batch, and their vectors (U, E)."""
        if self.row_optimizer is None:
            return tokens, None
        rows, tokens = torch.unique(tokens, return_inverse=True)
        return tokens, self.row_optimizer.take(rows).detach().requires_grad_()

    def tensors(self) -> dict[str, Tensor]:
        """Return all tensors on which the next step depends, by name, to be used in place."""
        named = {f"weight.{name}": tensor for name, tensor in self.classifier.state_dict().items()}
        for kind in ("means", "squares", "counts"):
            named |= {
                f"adam.{kind}.{i}": tensor for i, tensor in enumerate(getattr(self.optimizer, kind))
            }
        rows = self.row_optimizer
        if rows is not None:
            named |= {f"rows.{kind}": getattr(rows, kind) for kind in RowAdam.TENSORS}
        return named

    def resume(self, step: int, losses: list[float], norms: list[float]) -> None:
        """Go on after `step`, once `tensors` hold what they held then.

        losses, norms: those since the last evaluation.
        """
        self.losses, self.norms = losses, norms
        if self.row_optimizer is not None:
            self.row_optimizer.count = step

    def settle(self) -> None:
        """Bring all word vectors up to the present step, before the network is used."""
        if self.row_optimizer is not None:
            self.row_optimizer.settle()

    def summary(self) -> dict[str, float]:
        """Return the means since the last call."""
        row = {
            "train_loss": float(np.mean(self.losses)),
            "gradient_norm": float(np.mean(self.norms)),
        }
        self.losses, self.norms = [], []
        return {**row, "learning_rate": self.rate}


def penalised_weights(classifier: Classifier, l2_on: str) -> list[Tensor]:
    """Return the weights under L2: `all`, or (`text`) the matrices of cell and readout."""
    if l2_on == "all":
        return list(classifier.parameters())
    return [
        weight
        for weight in [*classifier.cell.parameters(), classifier.readout.weight]
        if weight.ndim > 1
    ]


def schedule(recipe: Recipe, steps: int) -> Callable[[int], float]:
    """Return the learning rate as a function of the step (from 1 on)."""
    rate = recipe.learning_rate
    shapes = {
        "cosine": lambda step: rate * 0.5 * (1 + math.cos(math.pi * (step - 1) / steps)),
        "exponential": lambda step: rate * recipe.decay ** (step - 1),
        "constant": lambda step: rate,
    }
    return shapes[recipe.schedule]


def classification_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return cross-entropy for class ids (B,), binary cross-entropy for label vectors (B, C)."""
    if labels.ndim == 1:
        return nn.functional.cross_entropy(logits, labels)
    return nn.functional.binary_cross_entropy_with_logits(logits, labels.to(logits.dtype))
