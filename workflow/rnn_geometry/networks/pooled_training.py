"""Training a pooled classifier, with the steps, recipes and checkpoints of other classifiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from rnn_geometry.networks._alone import train_alone
from rnn_geometry.networks._batches import Batches
from rnn_geometry.networks._course import Course, TrainingResult, untrained
from rnn_geometry.networks._trainer import Trainer
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.pooled import PooledClassifier
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.tasks.sentences import Sentences


def train_pooled(
    classifier: PooledClassifier,
    train: Sentences,
    dev: Sentences,
    recipe: Recipe,
    *,
    batch_seed: int,
    log: Callable[[str], None] = lambda line: None,
    checkpoint: Checkpoint | None = None,
) -> TrainingResult:
    """Train a pooled classifier in place.

    Parameters
    ----------
    classifier : PooledClassifier
        Ends with the weights of the lowest dev loss, or the last ones (recipe.keep_weights).
    train, dev, recipe, batch_seed, log, checkpoint
        As of `training.train`.

    Returns
    -------
    TrainingResult
        The course of the training.

    Raises
    ------
    Diverged
        When the loss or the gradient is not finite.
    ValueError
        For a recipe that trains the readout alone.
    """
    if recipe.trained != "all":
        raise ValueError("a pooled classifier is trained as a whole: trained must be 'all'")
    if recipe.steps == 0:
        return untrained(classifier, dev, recipe)
    batches = Batches(train, recipe.batch_size)
    course = Course(classifier, batches, dev, recipe, batch_seed, log, checkpoint)
    trainer = _Trainer([course.learner], course.steps, course.progress.step)
    return train_alone(course, trainer, batches.draw)


class _Trainer(Trainer):
    """One network, called as a whole: the kernel that takes several keeps last states alone."""

    def _leaves(self) -> Mapping[str, Tensor]:
        self.unrolled = False
        return super()._leaves()
