"""Training a translator, with the steps, recipes and checkpoints of classifiers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from torch import Tensor

from rnn_geometry.networks._alone import OwnCourse, OwnTrainer, of_untrained, train_alone
from rnn_geometry.networks._course import TrainingResult
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
        found = evaluate_pairs(translator, dev)
        return of_untrained(found.loss, found.word_accuracy, recipe.learning_rate)
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


class _Trainer(OwnTrainer):
    """One translator, a step at a time."""

    def loss_of(self, network: Any, batch: Any) -> tuple[Tensor, Tensor]:
        loss = batch_loss(network, batch)
        return loss, loss


class _Course(OwnCourse):
    """The course of a training whose evaluations are of pairs."""

    def measured(self, network: Any) -> tuple[float, float, str]:
        found = evaluate_pairs(network, cast(Any, self.dev))
        told = (
            f"dev loss {found.loss:.4f}  words {found.word_accuracy:.4f}  phrases "
            f"{found.phrase_accuracy:.4f}"
        )
        return found.loss, found.word_accuracy, told
