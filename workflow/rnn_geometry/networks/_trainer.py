"""One step of training at a time: loss, L2, clipping, Adam, of several networks at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from rnn_geometry.errors import UserError
from rnn_geometry.networks._batches import Batch
from rnn_geometry.networks._learner import KINDS, Learner
from rnn_geometry.networks._row_adam import Adam
from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.networks.evaluation import sentence_losses
from rnn_geometry.networks.unrolled import ALIGNED, has_unrolled, last_outputs, padded


class Diverged(UserError):
    """A training whose loss or gradient is not finite."""


class Trainer:
    """K networks at the same step; those of a kind that `unrolled` does not know come alone.

    Their weights lie in one table, a row a network, at places that do not depend on the others: no
    bit of a network does.
    """

    def __init__(self, learners: Sequence[Learner], steps: int, step: int = 0):
        self.learners, first = list(learners), learners[0]
        recipe = self.recipe = first.recipe
        self.unrolled = recipe.trained == "all" and is_unrolled(first.classifier)
        rows = {kind: torch.stack([learner.rows[kind] for learner in learners]) for kind in KINDS}
        for i, learner in enumerate(learners):
            learner.move_to({kind: rows[kind][i] for kind in KINDS})
        self.weights, self.gradient = rows["weights"], torch.zeros_like(rows["weights"])
        self.pulls = torch.stack([learner.pull for learner in learners])
        self.optimizer = Adam(
            self.weights, (rows["means"], rows["squares"]), recipe.betas, recipe.eps, step
        )
        self.leaves = self._leaves()
        self.rate_at = recipe.rate_at(steps)
        self.rate = self.rate_at(step) if step else recipe.learning_rate

    def _leaves(self) -> Mapping[str, Tensor]:
        """Return the weights by name: (K, ...), or those of one classifier that steps itself."""
        first = self.learners[0]
        if not self.unrolled:
            return first.parameters
        return {
            name: place.of(self.weights).requires_grad_() for name, place in first.places.items()
        }

    def step(self, step: int, batch: Batch) -> list[Diverged | None]:
        """Take one step on a batch of each network; return what became of each."""
        self.rate = self.rate_at(step)
        batch = batch.to(self.weights.device)
        tokens, words = self._words(batch.tokens)
        logits = self._logits(tokens, batch.lengths, words)
        losses = (sentence_losses(logits, batch.labels) * batch.shares).sum(1)
        norms = self._change(self._backward(losses.sum(), words))
        for learner, loss, norm in zip(self.learners, losses.tolist(), norms, strict=True):
            learner.losses.append(loss)
            learner.norms.append(norm)
        return [self._diverged(learner, step) for learner in self.learners]

    def _backward(self, loss: Tensor, words: Tensor) -> Tensor | None:
        """Write gradients into their table; return that of word vectors which move by row."""
        by_row = self.learners[0].words is not None
        inputs = [*self.leaves.values(), *([words] if by_row else [])]
        found = torch.autograd.grad(loss, inputs, allow_unused=True)
        for place, gradient in zip(self.learners[0].places.values(), found, strict=False):
            part = place.of(self.gradient if self.unrolled else self.gradient[0])
            part.zero_() if gradient is None else part.copy_(gradient)
        return found[-1] if by_row else None

    def _words(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Return tokens renumbered within the U words of a batch, and their vectors (1, U, E)."""
        classifier, rows = self.learners[0].classifier, self.learners[0].words
        if not classifier.embedding.requires_grad:
            return tokens, classifier.embedding[None]
        used, tokens = torch.unique(tokens, return_inverse=True)
        if rows is not None:
            return tokens, rows.take(used).detach()[None].requires_grad_()
        table = self.leaves["embedding"]
        return tokens, (table[:, used] if self.unrolled else table[None, used])

    def _logits(self, tokens: Tensor, lengths: Tensor, words: Tensor) -> Tensor:
        """Return the logits (K, B, C) after the last word of each sentence."""
        classifier = self.learners[0].classifier
        if not self.unrolled:
            return classifier(tokens[0], lengths[0], words[0])[None]
        cell = {name: self.leaves[f"cell.{name}"] for name in ("weight_ih", "weight_hh", "bias")}
        outputs = last_outputs(classifier.cell, cell, words, tokens, lengths)
        return _read_out(outputs, self.leaves["readout.weight"], self.leaves.get("readout.bias"))

    @torch.no_grad()
    def _change(self, of_words: Tensor | None) -> list[float]:
        """Add L2, clip, and change all weights; return the lengths of the gradients before.

        of_words: (1, U, E), gradient of word vectors that move by row.
        """
        self.gradient.addcmul_(self.weights, self.pulls)
        norms = torch.linalg.vector_norm(self.gradient, dim=1)
        if of_words is not None:
            norms = torch.hypot(norms, torch.linalg.vector_norm(of_words))
        factor = (self.recipe.clip / (norms + 1e-6)).clamp(max=1)
        self.optimizer.step(self.gradient.mul_(factor[:, None]), self.rate)
        rows = self.learners[0].words
        if rows is not None and of_words is not None:
            rows.step(of_words[0].mul_(factor), self.rate)
        return norms.tolist()

    def _diverged(self, learner: Learner, step: int) -> Diverged | None:
        """Return the sentence on a gradient that is not finite."""
        loss, norm = learner.losses[-1], learner.norms[-1]
        if math.isfinite(norm):
            return None
        return Diverged(
            f"training stopped: loss ({loss:.4g}) or gradient is not finite at step {step}, "
            f"learning rate {self.rate:.3g}, gradient norm {norm:.3g}; lower learning_rate or clip."
        )


def _read_out(outputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return the logits (K, B, C) of outputs (K, B, H), each network's as if it were alone."""
    (texts, size), classes = outputs.shape[1:], weight.shape[1]
    more, room = -size % ALIGNED, ALIGNED - classes % ALIGNED
    if not more and texts % (2 * ALIGNED) == 0 and classes > 1:
        room = 0
    # Elsewhere products depend on where a network's part of the memory begins, and so does a loss
    # where the logits of all networks are one piece, which is cut into vectors without regard to
    # them: there is room for a class at least.
    weight, outputs = padded(weight, 0, more, 0, room), padded(outputs, 0, more)
    if bias is None:
        return torch.bmm(outputs, weight.mT)[..., :classes]
    return torch.baddbmm(padded(bias, 0, room)[:, None], outputs, weight.mT)[..., :classes]


class ReadoutTrainer(Trainer):
    """One network whose readout alone learns, on what it sees at the end of each sentence."""

    def _words(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        return tokens, tokens

    def _logits(self, tokens: Tensor, lengths: Tensor, words: Tensor) -> Tensor:
        return self.learners[0].classifier.readout(tokens[0])[None]


def is_unrolled(classifier: Classifier) -> bool:
    """Tell whether a network is trained by the kernel that takes several, not by its own step."""
    return has_unrolled(classifier.cell)
