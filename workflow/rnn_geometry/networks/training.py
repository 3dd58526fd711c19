"""Training: how long, early stopping, which weights are kept; goes on after it was cut off."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.networks._batches import batch, batch_stream
from rnn_geometry.networks._trainer import Diverged, Trainer, classification_loss
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.networks.convergence import constant_loss, loss_falling
from rnn_geometry.tasks.sentences import Sentences

EVALUATIONS = 10  # evaluations on the dev split when the length is a number of steps


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
    """

    learning_rate: float
    l2: float
    steps: int | None = None
    epochs: int | None = None
    min_steps: int | None = None
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
        """Take the recipe out of a model's settings, where the L2 strength is text."""
        given = [field.name for field in fields(cls) if field.name in settings]
        chosen = {name: settings[name] for name in given}
        return cls(**{**chosen, "l2": float(settings["l2"]), "betas": tuple(settings["betas"])})


@dataclass(frozen=True)
class TrainingResult:
    """What a training leaves beside the weights.

    Attributes
    ----------
    history : dict of lists
        One list per column of HISTORY, a row per evaluation.
    best_step : int
        The step whose weights were kept.
    seconds : float
        CPU seconds.
    loss_falling : bool
        Whether the dev loss was still falling at the end, see `convergence.loss_falling`.
    """

    history: dict[str, list]
    best_step: int
    seconds: float
    loss_falling: bool = False


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
    """Train a network in place.

    Parameters
    ----------
    classifier : Classifier
        Ends with the weights of the lowest dev loss, or the last ones (recipe.keep_weights).
    train, dev : Sentences
        What is learned from, and what is evaluated on.
    recipe : Recipe
        How.
    batch_seed : int
        Draws the order of the sentences.
    log : callable
        Takes a line at every evaluation.
    checkpoint : Checkpoint or None
        Where the state is saved now and then, and from which a training that was cut off goes on;
        the weights at the end are the same to the bit.

    Returns
    -------
    TrainingResult
        The course of the training.

    Raises
    ------
    Diverged
        When the loss or the gradient is not finite, with step, learning rate and norm.

    Examples
    --------
    >>> from rnn_geometry.networks.classifier import build_classifier
    >>> from rnn_geometry.tasks.synthetic import build_task
    >>> task = build_task("categorical", classes=3, length=5)
    >>> facts = dict(cell="gru", hidden_size=4, classes=3, readout_bias=True, readout_scale=1)
    >>> network = build_classifier(facts | {"cell_options": {}}, task.word_vectors(), seed=0)
    >>> recipe = Recipe(learning_rate=0.01, l2=0.0, steps=20)
    >>> result = train(network, task.sample(64, 0), task.sample(64, 1), recipe, batch_seed=0)
    >>> result.history["step"]
    [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
    """
    if recipe.steps == 0:
        return TrainingResult(_untrained_history(classifier, dev, recipe), 0, 0.0)
    steps, every = _rhythm(recipe, len(train))
    trainer = Trainer(classifier, recipe, steps)
    progress = _resumed(trainer, checkpoint, log) or _Progress()
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
            f"training stopped: no dev loss up to step {progress.step} is finite (learning rate "
            f"{trainer.rate:.3g}, last gradient norm {progress.history['gradient_norm'][-1]:.3g}); "
            "lower the learning rate."
        )
    falling = loss_falling(progress.history, recipe.learning_rate, constant_loss(dev.labels))
    if recipe.keep_weights == "last":
        return TrainingResult(progress.history, progress.step, progress.seconds, falling)
    classifier.load_state_dict(progress.best_weights)
    return TrainingResult(progress.history, progress.best_step, progress.seconds, falling)


def _rhythm(recipe: Recipe, sentences: int) -> tuple[int, int]:
    """Return the number of steps, and how many lie between two evaluations."""
    if recipe.steps:
        return recipe.steps, max(1, recipe.steps // EVALUATIONS)
    if recipe.epochs is None:
        raise ValueError("a recipe needs steps or epochs")
    every = math.ceil(sentences / recipe.batch_size)
    if recipe.min_steps is not None and recipe.min_steps > recipe.epochs * every:
        return recipe.min_steps, max(1, recipe.min_steps // EVALUATIONS)
    return recipe.epochs * every, every


@dataclass
class _Progress:
    """How far a training has come: steps, evaluations, best weights, and evaluations since then."""

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
) -> _Progress | None:
    """Put a trainer into the state of a checkpoint; None where there is none to be used."""
    facts = checkpoint.load(trainer.tensors()) if checkpoint is not None else None
    if facts is None:
        return None
    losses, norms = facts.pop("losses"), facts.pop("norms")
    progress = _Progress(**facts)
    trainer.resume(progress.step, losses, norms)
    log(f"goes on from the checkpoint of step {progress.step}")
    return progress


def _evaluate(
    trainer: Trainer, dev: Sentences, progress: _Progress, log: Callable[[str], None]
) -> None:
    """Evaluate on the dev split, keep better weights, and stop when patience is at its end."""
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
    """Add an evaluation to the history, and a line to the log."""
    for name in HISTORY:
        history[name].append(row[name])
    log(
        f"epoch {row['epoch']:3d}  step {row['step']:6d}  train loss {row['train_loss']:.4f}  "
        f"dev loss {row['dev_loss']:.4f}  dev accuracy {row['dev_accuracy']:.4f}  "
        f"gradient norm {row['gradient_norm']:.3g}"
    )


@torch.no_grad()
def evaluate(
    classifier: Classifier, sentences: Sentences, batch_size: int = 512
) -> tuple[float, float]:
    """Return loss and accuracy on some sentences.

    Parameters
    ----------
    classifier : Classifier
        Trained or not.
    sentences : Sentences
        With labels.
    batch_size : int
        Sentences that are read at once.

    Returns
    -------
    loss : float
        Mean cross-entropy in nats.
    accuracy : float
        Share of sentences that are right: all labels of it, where there are several.
    """
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
