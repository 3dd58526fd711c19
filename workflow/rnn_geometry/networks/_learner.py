"""One network while it learns: its weights in one row, so that those of several make a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.networks._row_adam import RowAdam
from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.networks.recipe import Recipe

# Entries: vector instructions treat what lies at multiples of this alike, whatever lies before.
ALIGNED = 64
KINDS = ("weights", "means", "squares")


class Place(NamedTuple):
    """Where a weight lies in a row."""

    start: int
    shape: torch.Size

    def of(self, rows: Tensor) -> Tensor:
        """Return the weight (..., *shape) of rows (..., P), as a view."""
        part = rows[..., self.start : self.start + self.shape.numel()]
        return part.unflatten(-1, self.shape) if len(self.shape) else part.squeeze(-1)


class Learner:
    """A network, the moments of its weights, and what it has learned since it was last asked.

    `rows` (P,) hold weights and moments of Adam; the classifier's own parameters are views of them.
    Word vectors that a batch moves one by one have a table of their own, see RowAdam.
    """

    def __init__(self, classifier: Classifier, recipe: Recipe, steps: int):
        self.classifier, self.recipe = classifier, recipe
        penalised = {id(weight) for weight in penalised_weights(classifier, recipe.l2_on)}
        table, by_row = classifier.embedding, moves_by_row(classifier, recipe)
        self.words = RowAdam(table.detach(), recipe.betas, recipe.eps, steps) if by_row else None
        self.parameters = {
            name: weight
            for name, weight in learned_weights(classifier, recipe).items()
            if not (by_row and weight is table)
        }
        self.places, size = _places(self.parameters)
        first = next(iter(self.parameters.values()))
        self.rows = {
            kind: torch.zeros(size, dtype=first.dtype, device=first.device) for kind in KINDS
        }
        # Twice the L2 strength where a weight is under it: the penalty's gradient over the weight.
        self.pull = torch.zeros_like(self.rows["weights"])
        for name, weight in self.parameters.items():
            self.places[name].of(self.rows["weights"]).copy_(weight.detach())
            if id(weight) in penalised:
                self.places[name].of(self.pull).fill_(2 * recipe.l2)
        self.move_to(self.rows)
        self.losses: list[float] = []
        self.norms: list[float] = []

    def move_to(self, rows: Mapping[str, Tensor]) -> None:
        """Let the network live in rows (P,) that hold what its own did."""
        self.rows = dict(rows)
        for name, weight in self.parameters.items():
            weight.data = self.places[name].of(rows["weights"])

    def tensors(self) -> dict[str, Tensor]:
        """Return all tensors on which the next step depends, by name, to be used in place."""
        named = {f"weight.{name}": tensor for name, tensor in self.classifier.state_dict().items()}
        named |= {f"adam.{kind}": self.rows[kind] for kind in KINDS[1:]}
        if self.words is not None:
            named |= {f"rows.{kind}": getattr(self.words, kind) for kind in RowAdam.TENSORS}
        return named

    def resume(self, step: int, losses: list[float], norms: list[float]) -> None:
        """Go on after `step`, once `tensors` hold what they held then.

        losses, norms: those since the last evaluation.
        """
        self.losses, self.norms = losses, norms
        if self.words is not None:
            self.words.count = step

    def settle(self) -> None:
        """Bring all word vectors up to the present step, before the network is used."""
        if self.words is not None:
            self.words.settle()

    def snapshot(self) -> dict[str, Tensor]:
        """Return copies of the weights that learn, by name, on the CPU; nothing is changed."""
        weights: dict[str, Tensor] = dict(self.parameters)
        if self.words is not None:
            weights["embedding"] = self.words.settled()
        return self.of_learned(weights)

    def of_learned(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return copies of those among some weights that learn, by name, on the CPU."""
        names = [*self.parameters, *(["embedding"] if self.words is not None else [])]
        return {name: weights[name].detach().to("cpu", copy=True) for name in names}

    def release(self) -> None:
        """Give the network weights of its own again."""
        for weight in self.parameters.values():
            weight.data, weight.grad = weight.data.clone(), None

    def summary(self) -> dict[str, float]:
        """Return the means since the last call."""
        row = {
            "train_loss": float(np.mean(self.losses)),
            "gradient_norm": float(np.mean(self.norms)),
        }
        self.losses, self.norms = [], []
        return row


def _places(weights: Mapping[str, Tensor]) -> tuple[dict[str, Place], int]:
    """Return where each weight lies in a row, and how long the row is."""
    places, end = {}, 0
    for name, weight in weights.items():
        places[name] = Place(end, weight.shape)
        end += math.ceil(weight.numel() / ALIGNED) * ALIGNED
    return places, end


def moves_by_row(classifier: Classifier, recipe: Recipe) -> bool:
    """Tell whether a batch moves just the words that it reads.

    A penalty moves every word at every step. With beta1^2 >= beta2 Adam's moves without gradient
    grow, up to a limit that only dense Adam knows (eps).
    """
    table = classifier.embedding
    free = not any(weight is table for weight in penalised_weights(classifier, recipe.l2_on))
    learned = table.requires_grad and recipe.trained == "all"
    return learned and free and recipe.betas[0] ** 2 < recipe.betas[1]


def learned_weights(classifier: Classifier, recipe: Recipe) -> dict[str, Tensor]:
    """Return the weights that training changes, by name."""
    chosen = classifier if recipe.trained == "all" else classifier.readout
    kept = {id(weight) for weight in chosen.parameters()}
    return {name: w for name, w in classifier.named_parameters() if id(w) in kept}


def penalised_weights(classifier: Classifier, l2_on: str) -> list[Tensor]:
    """Return the weights under L2: `all`, or (`text`) the matrices of cell and readout."""
    if l2_on == "all":
        return list(classifier.parameters())
    return [
        weight
        for weight in [*classifier.cell.parameters(), classifier.readout.weight]
        if weight.ndim > 1
    ]
