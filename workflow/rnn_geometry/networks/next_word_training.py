"""Training a language model, with the steps, recipes and checkpoints of classifiers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from torch import Tensor

from rnn_geometry.networks._alone import OwnCourse, OwnTrainer, of_untrained, train_alone
from rnn_geometry.networks._course import TrainingResult
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.networks.next_word import evaluate_next_word, next_word_loss, words_of
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.tasks.pairs.pairs import Ragged


def train_next_word(
    network: Classifier,
    train: Ragged,
    dev: Ragged,
    recipe: Recipe,
    *,
    batch_seed: int,
    log: Callable[[str], None] = lambda line: None,
    checkpoint: Checkpoint | None = None,
) -> TrainingResult:
    """Train a network in place to say the next word.

    Parameters
    ----------
    network : Classifier
        Its classes are the words. Ends with the weights of the lowest dev loss, or the last ones
        (recipe.keep_weights).
    train, dev : Ragged
        Texts that are learned from, and evaluated on.
    recipe, batch_seed, log, checkpoint
        As of `training.train`; the loss is the mean over words.

    Returns
    -------
    TrainingResult
        The course of the training; `dev_loss` is in nats a word, `dev_accuracy` that of the next
        word.

    Raises
    ------
    Diverged
        When the loss or the gradient is not finite.
    ValueError
        For a recipe that trains the readout alone, and a network whose classes are not its words.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_geometry.networks.classifier import build_classifier
    >>> texts = Ragged.of([[0, 1, 2] * 4] * 20)
    >>> facts = dict(cell="gru", hidden_size=8, classes=3, readout_bias=True, readout_scale=1)
    >>> network = build_classifier(facts | {"cell_options": {}}, np.eye(3), seed=0)
    >>> recipe = Recipe(learning_rate=0.03, l2=0.0, steps=60, batch_size=10)
    >>> train_next_word(network, texts, texts, recipe, batch_seed=0).history["dev_accuracy"][-1]
    1.0
    """
    if recipe.trained != "all":
        raise ValueError("a language model is trained as a whole: trained must be 'all'")
    if network.readout.out_features != len(network.embedding):
        raise ValueError(
            f"a network of {network.readout.out_features} classes and {len(network.embedding)} "
            "words says no next word: it needs as many classes as words"
        )
    if recipe.steps == 0:
        return of_untrained(*evaluate_next_word(network, dev), recipe.learning_rate)
    batches = _Batches(train)
    course = _Course(
        network, cast(Any, batches), cast(Any, _Texts(dev)), recipe, batch_seed, log, checkpoint
    )
    trainer = _Trainer([course.learner], course.steps, course.progress.step)
    return train_alone(course, trainer, batches.draw)


class _Texts:
    """Texts as what `Course` knows: the best constant answer to them is how often words come up."""

    def __init__(self, texts: Ragged):
        self.texts, self.labels = texts, texts.values


class _Batches:
    """Texts, ready to be drawn."""

    def __init__(self, texts: Ragged):
        self.sentences, self.lengths = texts, texts.lengths

    def draw(self, indices: Sequence[np.ndarray]) -> Any:
        """Return the texts of one network."""
        (index,) = indices
        return words_of(self.sentences, index)


class _Trainer(OwnTrainer):
    """One language model, a step at a time."""

    def loss_of(self, network: Classifier, batch: Any) -> tuple[Tensor, Tensor]:
        """Return the loss, and the word vectors that were read."""
        tokens, words = self._words(batch.clamp_min(0))
        return next_word_loss(network, batch, (tokens, words[0])), words


class _Course(OwnCourse):
    """The course of a training whose evaluations are of the next word."""

    def measured(self, network: Classifier) -> tuple[float, float, str]:
        found = evaluate_next_word(network, cast(Any, self.dev).texts)
        told = f"dev loss {found.loss:.4f}  next word {found.accuracy:.4f}"
        return found.loss, found.accuracy, told
