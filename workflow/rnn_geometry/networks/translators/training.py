"""Training a translator, with the steps, recipes and checkpoints of classifiers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from rnn_geometry.networks._alone import train_alone
from rnn_geometry.networks._course import HISTORY, Course, TrainingResult
from rnn_geometry.networks._trainer import Diverged, Trainer
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.translators.evaluation import (
    PairBatch,
    batch_loss,
    evaluate_pairs,
    pair_batch,
)
from rnn_geometry.networks.translators.translator import Translator
from rnn_geometry.tasks.pairs.pairs import Pairs


def train_translator(
    translator: Translator,
    train: Pairs,
    dev: Pairs,
    recipe: Recipe,
    *,
    batch_seed: int,
    log: Callable[[str], None] = lambda line: None,
    checkpoint: Checkpoint | None = None,
) -> TrainingResult:
    """Train a translator in place.

    Parameters
    ----------
    translator : Translator
        Ends with the weights of the lowest dev loss, or the last ones (recipe.keep_weights).
    train, dev : Pairs
        What is learned from, and what is evaluated on.
    recipe : Recipe
        How.
    batch_seed : int
        Draws the order of the pairs.
    log : callable
        Takes a line at every evaluation.
    checkpoint : Checkpoint or None
        Where the state is saved, and from which a training that was cut off goes on.

    Returns
    -------
    TrainingResult
        The course of the training; `dev_accuracy` is that of words.

    Raises
    ------
    Diverged
        When the loss or the gradient is not finite.
    ValueError
        For a recipe that trains the readout alone.
    """
    if recipe.trained != "all":
        raise ValueError("a translator is trained as a whole: trained must be 'all'")
    if recipe.steps == 0:
        return _untrained(translator, dev, recipe)
    batches = _Batches(train, recipe.batch_size)
    # What it needs of a classifier a translator has: embedding, cell, readout.
    course = _Course(cast(Any, translator), cast(Any, batches), cast(Any, dev), recipe, batch_seed,
                     log, checkpoint)  # fmt: skip
    trainer = _Trainer([course.learner], course.steps, course.progress.step)
    return train_alone(course, trainer, batches.draw)


class _Batches:
    """Pairs, ready to be drawn."""

    def __init__(self, pairs: Pairs, size: int):
        self.sentences, self.lengths, self.size = pairs, pairs.lengths, size

    def draw(self, indices: Sequence[np.ndarray]) -> PairBatch:
        """Return the pairs of one network."""
        (index,) = indices
        return pair_batch(self.sentences, index)


class _Trainer(Trainer):
    """One translator, a step at a time."""

    def step(self, step: int, batch: Any) -> list[Diverged | None]:
        """Take one step; return what became of it."""
        self.rate = self.rate_at(step)
        (learner,) = self.learners
        loss = batch_loss(cast(Any, learner.classifier), batch.to(self.weights.device))
        (norm,) = self._change(self._backward(loss, loss))
        learner.losses.append(loss.item())
        learner.norms.append(norm)
        return [self._diverged(learner, step)]


class _Course(Course):
    """The course of a training whose evaluations are of pairs."""

    def _evaluate(self, rate: float) -> None:
        """Evaluate on the dev split, keep better weights, stop when patience is at its end."""
        progress, network = self.progress, self.learner.classifier
        found = evaluate_pairs(cast(Any, network), cast(Any, self.dev))
        row = {"epoch": len(progress.history["step"]) + 1, "step": progress.step}
        row |= {**self.learner.summary(), "learning_rate": rate}
        row |= {"dev_loss": found.loss, "dev_accuracy": found.word_accuracy}
        for name in HISTORY:
            progress.history[name].append(row[name])
        self.log(
            f"step {progress.step:6d}  train loss {row['train_loss']:.4f}  dev loss "
            f"{found.loss:.4f}  words {found.word_accuracy:.4f}  phrases "
            f"{found.phrase_accuracy:.4f}  gradient norm {row['gradient_norm']:.3g}"
        )
        progress.waited += 1
        if found.loss < progress.best_loss:
            progress.best_loss, progress.best_step, progress.waited = found.loss, progress.step, 0
            progress.best_weights = {n: w.detach().clone() for n, w in network.state_dict().items()}
        self._lose_patience()


def _untrained(translator: Translator, dev: Pairs, recipe: Recipe) -> TrainingResult:
    """Return what there is to tell of a translator that keeps its initial weights."""
    found = evaluate_pairs(translator, dev)
    row = dict.fromkeys(HISTORY, 0) | {
        "train_loss": math.nan,
        "gradient_norm": math.nan,
        "dev_loss": found.loss,
        "dev_accuracy": found.word_accuracy,
        "learning_rate": recipe.learning_rate,
    }
    return TrainingResult({name: [row[name]] for name in HISTORY}, 0, 0.0)
