"""Training one network that no kernel knows which takes several."""

from __future__ import annotations

import math
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from rnn_geometry.networks._course import HISTORY, Course, TrainingResult
from rnn_geometry.networks._trainer import Diverged, Trainer


def train_alone(
    course: Course, trainer: Trainer, draw: Callable[[Sequence[np.ndarray]], Any]
) -> TrainingResult:
    """Take a training to its end.

    Parameters
    ----------
    course : Course
        Of the network.
    trainer : Trainer
        Of the same network alone, at the step of the course.
    draw : callable
        From the numbers of examples, a sequence of one array, to a batch.

    Returns
    -------
    TrainingResult
        The course of the training.

    Raises
    ------
    Diverged
        When the loss or the gradient is not finite.
    """
    while course.going:
        mark = time.process_time()
        (error,) = trainer.step(course.progress.step + 1, draw([next(course.indices)]))
        course.advance(trainer.rate, error)
        course.progress.seconds += time.process_time() - mark
        if course.is_due():
            course.save(1)
    result = course.end()
    if isinstance(result, Diverged):
        raise result
    return result


class OwnTrainer(Trainer):
    """One network whose loss is not that of classifiers."""

    def _leaves(self) -> Mapping[str, Tensor]:
        self.unrolled = False
        return super()._leaves()

    @abstractmethod
    def loss_of(self, network: Any, batch: Any) -> tuple[Tensor, Tensor]:
        """Return the loss of a batch, and the word vectors (1, U, E) that it reads, or the loss."""

    def step(self, step: int, batch: Any) -> list[Diverged | None]:
        """Take one step; return what became of it."""
        self.rate = self.rate_at(step)
        (learner,) = self.learners
        loss, words = self.loss_of(learner.classifier, batch.to(self.weights.device))
        (norm,) = self._change(self._backward(loss, words))
        learner.losses.append(loss.item())
        learner.norms.append(norm)
        return [self._diverged(learner, step)]


class OwnCourse(Course):
    """The course of a training whose evaluations are not those of classifiers."""

    @abstractmethod
    def measured(self, network: Any) -> tuple[float, float, str]:
        """Return loss and accuracy on the dev split, and what the log tells of them."""

    def _evaluate(self, rate: float) -> None:
        """Evaluate on the dev split, keep better weights, stop when patience is at its end."""
        progress, network = self.progress, self.learner.classifier
        self.learner.settle()
        loss, accuracy, told = self.measured(network)
        row = {"epoch": len(progress.history["step"]) + 1, "step": progress.step}
        row |= {**self.learner.summary(), "learning_rate": rate}
        row |= {"dev_loss": loss, "dev_accuracy": accuracy}
        for name in HISTORY:
            progress.history[name].append(row[name])
        self.log(
            f"step {progress.step:6d}  train loss {row['train_loss']:.4f}  {told}  gradient norm "
            f"{row['gradient_norm']:.3g}"
        )
        progress.waited += 1
        if loss < progress.best_loss:
            progress.best_loss, progress.best_step, progress.waited = loss, progress.step, 0
            progress.best_weights = {n: w.detach().clone() for n, w in network.state_dict().items()}
        self._lose_patience()


def of_untrained(loss: float, accuracy: float, rate: float) -> TrainingResult:
    """Return what there is to tell of a network that keeps its initial weights.

    Parameters
    ----------
    loss, accuracy : float
        On the dev split.
    rate : float
        Learning rate of the recipe.
    """
    row = dict.fromkeys(HISTORY, 0) | {
        "train_loss": math.nan,
        "gradient_norm": math.nan,
        "dev_loss": loss,
        "dev_accuracy": accuracy,
        "learning_rate": rate,
    }
    return TrainingResult({name: [row[name]] for name in HISTORY}, 0, 0.0)
