"""Training: Adam with a schedule, L2, gradient clipping, length-bucketed batches, early stopping, best weights kept."""

from __future__ import annotations

import copy
import itertools
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnn_geometry.errors import UserError
from rnn_geometry.networks._row_adam import Adam, RowAdam
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.tasks.sentences import Sentences

EVALUATIONS = 10  # evaluations on the dev split when the length is given in steps
BUCKET_BATCHES = 50  # batches whose sentences are sorted by length together


class Diverged(UserError):
    """A training whose loss or gradient is not finite."""


@dataclass(frozen=True)
class Recipe:
    """How one network is trained; config/README.md explains each field. Exactly one of steps and epochs is set."""

    learning_rate: float
    l2: float
    steps: int | None = None
    epochs: int | None = None
    l2_on: str = "all"
    batch_size: int = 64
    betas: tuple[float, float] = (0.9, 0.99)
    eps: float = 1e-8
    schedule: str = "cosine"
    decay: float = 0.9997
    clip: float = 10.0
    patience: int | None = None
    keep_weights: str = "best"

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Recipe:
        """Take the recipe out of a model's settings; the L2 strength is text there and becomes a number here."""
        chosen = {field.name: settings[field.name] for field in fields(cls)}
        return cls(**{**chosen, "l2": float(settings["l2"]), "betas": tuple(settings["betas"])})


@dataclass(frozen=True)
class TrainingResult:
    """history: one list per column; best_step: the step whose weights were kept; seconds: CPU seconds."""

    history: dict[str, list]
    best_step: int
    seconds: float


def train(
    classifier: Classifier,
    train: Sentences,
    dev: Sentences,
    recipe: Recipe,
    *,
    batch_seed: int,
    log: Callable[[str], None] = lambda line: None,
    checkpoint: Checkpoint | None = None,
) -> TrainingResult:
    """Train in place; the weights with the lowest dev loss, or the last ones (recipe.keep_weights), are kept.
    No step at all keeps the initial weights.

    checkpoint: where the state is saved now and then, and from which a training that was cut off goes on; the weights
    at the end are the same to the bit. Raises Diverged when the loss or the gradient is not finite, with step, learning
    rate and norm.
    """
    if recipe.steps == 0:
        return TrainingResult(_untrained_history(classifier, dev, recipe), 0, 0.0)
    steps, every = _rhythm(recipe, len(train))
    trainer = Trainer(classifier, recipe, steps)
    progress = _resumed(trainer, checkpoint, log) or Progress()
    started = time.process_time() - progress.seconds
    batches = batch_stream(
        train, recipe.batch_size, np.random.default_rng(batch_seed), skip=progress.step
    )
    while not progress.done:
        progress.step += 1
        trainer.step(progress.step, *next(batches))
        progress.done = progress.step == steps
        if progress.step % every == 0 or progress.done:
            _evaluate(trainer, dev, progress, log)
        progress.seconds = time.process_time() - started
        if checkpoint is not None and (progress.done or checkpoint.is_due()):
            checkpoint.save(
                trainer.tensors(),
                {**vars(progress), "losses": trainer.losses, "norms": trainer.norms},
            )
    if progress.best_weights is None:
        raise Diverged(
            f"training stopped: no dev loss up to step {progress.step} is finite (learning rate {trainer.rate:.3g}, "
            f"last gradient norm {progress.history['gradient_norm'][-1]:.3g}); lower the learning rate."
        )
    if recipe.keep_weights == "last":
        return TrainingResult(progress.history, progress.step, progress.seconds)
    classifier.load_state_dict(progress.best_weights)
    return TrainingResult(progress.history, progress.best_step, progress.seconds)


def _rhythm(recipe: Recipe, sentences: int) -> tuple[int, int]:
    """Return the number of steps, and how many lie between two evaluations."""
    if recipe.steps:
        return recipe.steps, max(1, recipe.steps // EVALUATIONS)
    if recipe.epochs is None:
        raise ValueError("a recipe needs steps or epochs")
    every = math.ceil(sentences / recipe.batch_size)
    return recipe.epochs * every, every


@dataclass
class Progress:
    """How far a training has come: steps, evaluations, the best weights so far, and evaluations since then."""

    step: int = 0
    history: dict[str, list] = field(default_factory=lambda: {name: [] for name in HISTORY})
    best_loss: float = math.inf
    best_step: int = 0
    best_weights: dict[str, Tensor] | None = None
    waited: int = 0
    seconds: float = 0.0
    done: bool = False


def _resumed(
    trainer: Trainer, checkpoint: Checkpoint | None, log: Callable[[str], None]
) -> Progress | None:
    """Put a trainer into the state of a checkpoint; None where there is none to be used."""
    facts = checkpoint.load(trainer.tensors()) if checkpoint is not None else None
    if facts is None:
        return None
    losses, norms = facts.pop("losses"), facts.pop("norms")
    progress = Progress(**facts)
    trainer.resume(progress.step, losses, norms)
    log(f"goes on from the checkpoint of step {progress.step}")
    return progress


def _evaluate(
    trainer: Trainer, dev: Sentences, progress: Progress, log: Callable[[str], None]
) -> None:
    """Evaluate on the dev split, keep weights that are better than before, and stop when patience is at its end."""
    trainer.settle()
    row = {"epoch": len(progress.history["step"]) + 1, "step": progress.step, **trainer.summary()}
    row["dev_loss"], row["dev_accuracy"] = evaluate(trainer.classifier, dev)
    _record(progress.history, row, log)
    progress.waited += 1
    if row["dev_loss"] < progress.best_loss:
        progress.best_loss, progress.best_step, progress.waited = row["dev_loss"], progress.step, 0
        progress.best_weights = copy.deepcopy(trainer.classifier.state_dict())
    patience = trainer.recipe.patience
    if patience is not None and progress.waited >= patience:
        log(f"stopped at step {progress.step}: no better dev loss in {progress.waited} evaluations")
        progress.done = True


HISTORY = (
    "epoch",
    "step",
    "train_loss",
    "dev_loss",
    "dev_accuracy",
    "learning_rate",
    "gradient_norm",
)


def _untrained_history(classifier: Classifier, dev: Sentences, recipe: Recipe) -> dict[str, list]:
    """Return the one row of a network that keeps its initial weights, a control."""
    loss, accuracy = evaluate(classifier, dev)
    row = {
        "epoch": 0,
        "step": 0,
        "train_loss": math.nan,
        "dev_loss": loss,
        "dev_accuracy": accuracy,
    }
    return {
        name: [{**row, "learning_rate": recipe.learning_rate, "gradient_norm": math.nan}[name]]
        for name in HISTORY
    }


def _record(history: dict[str, list], row: Mapping[str, float], log: Callable[[str], None]) -> None:
    for name in HISTORY:
        history[name].append(row[name])
    log(
        f"epoch {row['epoch']:3d}  step {row['step']:6d}  train loss {row['train_loss']:.4f}  dev loss "
        f"{row['dev_loss']:.4f}  dev accuracy {row['dev_accuracy']:.4f}  gradient norm {row['gradient_norm']:.3g}"
    )


class Trainer:
    """One optimiser step at a time."""

    def __init__(self, classifier: Classifier, recipe: Recipe, steps: int):
        self.classifier, self.recipe = classifier, recipe
        self.penalised = penalised_weights(classifier, recipe.l2_on)
        # A penalty moves every word at every step; without one a batch moves just the words that it reads. With
        # beta1^2 >= beta2 Adam's moves without gradient grow, up to a limit that only dense Adam knows (eps).
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
                f"training stopped: loss ({float(loss.detach()):.4g}) or gradient is not finite at step "
                f"{step}, learning rate {self.rate:.3g}, gradient norm {norm:.3g}; lower learning_rate or clip."
            )
        self.optimizer.step(self.rate)
        if self.row_optimizer is not None and words is not None and words.grad is not None:
            self.row_optimizer.step(words.grad, self.rate)
        self.losses.append(float(loss.detach()))
        self.norms.append(norm)

    def _used_words(self, tokens: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return tokens renumbered within the words (U,) of a batch, and those words' vectors (U, E)."""
        if self.row_optimizer is None:
            return tokens, None
        rows, tokens = torch.unique(tokens, return_inverse=True)
        return tokens, self.row_optimizer.take(rows).detach().requires_grad_()

    def tensors(self) -> dict[str, Tensor]:
        """Return all tensors on which the next step depends, by name, to be read or written in place."""
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
        """Go on after `step`, once `tensors` hold what they held then; losses and norms since the last evaluation."""
        self.losses, self.norms = losses, norms
        if self.row_optimizer is not None:
            self.row_optimizer.count = step

    def settle(self) -> None:
        """Bring all word vectors up to the present step; to be called before the network is used."""
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
    """Return the weights under L2: `all`, or (`text`) matrices of cell and readout, no embedding and no bias."""
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
    """Return cross-entropy for class ids (B,), binary cross-entropy per label for label vectors (B, C)."""
    if labels.ndim == 1:
        return nn.functional.cross_entropy(logits, labels)
    return nn.functional.binary_cross_entropy_with_logits(logits, labels.to(logits.dtype))


def batch_stream(
    sentences: Sentences, size: int, generator: np.random.Generator, skip: int = 0
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield (tokens, lengths, labels) for ever: every epoch a new order, in batches of nearly equal length.

    skip: batches that are left out at the beginning; their random numbers are drawn all the same.
    """
    epochs = (bucketed_order(sentences.lengths, size, generator) for _ in itertools.count())
    for index in itertools.islice(itertools.chain.from_iterable(epochs), skip, None):
        yield batch(sentences, index)


def batch(sentences: Sentences, index: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
    """Return padded word ids (B, T), lengths (B,) and labels of some sentences as tensors."""
    tokens, lengths = sentences.padded(index)
    return (
        torch.from_numpy(tokens),
        torch.from_numpy(lengths),
        torch.from_numpy(sentences.labels[index]),
    )


def bucketed_order(
    lengths: np.ndarray, size: int, generator: np.random.Generator
) -> list[np.ndarray]:
    """Return the rows of each batch of one epoch: shuffled, sorted by length within buckets, batches shuffled."""
    order = generator.permutation(len(lengths))
    buckets = np.split(order, range(BUCKET_BATCHES * size, len(order), BUCKET_BATCHES * size))
    rows = [bucket[np.argsort(lengths[bucket], kind="stable")] for bucket in buckets]
    batches = [part for bucket in rows for part in np.split(bucket, range(size, len(bucket), size))]
    return [batches[i] for i in generator.permutation(len(batches))]


@torch.no_grad()
def evaluate(
    classifier: Classifier, sentences: Sentences, batch_size: int = 512
) -> tuple[float, float]:
    """Return mean loss and accuracy. A multi-label sentence is right when all of its labels are."""
    order = np.argsort(sentences.lengths, kind="stable")
    device = next(classifier.parameters()).device
    loss, right = 0.0, 0
    for index in np.split(order, range(batch_size, len(order), batch_size)):
        tokens, lengths, labels = (part.to(device) for part in batch(sentences, index))
        logits = classifier(tokens, lengths)
        loss += float(classification_loss(logits, labels)) * len(index)
        correct = (
            logits.argmax(1) == labels
            if labels.ndim == 1
            else ((logits >= 0) == (labels > 0)).all(1)
        )
        right += int(correct.sum())
    return loss / len(sentences), right / len(sentences)
