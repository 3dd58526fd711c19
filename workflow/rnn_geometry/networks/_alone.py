"""Training one network that no kernel knows which takes several."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn_geometry.networks._course import Course, TrainingResult
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
