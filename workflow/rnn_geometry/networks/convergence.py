"""Whether a training was over when it ended, from its history alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

LAST = 0.2  # of a training, by the sum of its learning rates
FALLING = 0.15  # of all that was gained over a constant answer
NOISE = 0.01  # of the loss of a constant answer: less is no fall


def loss_falling(history: Mapping[str, Sequence[float]], rate: float, constant: float) -> bool:
    """Tell whether the loss on the dev split was still falling at the end of a training.

    It was where the last fifth of the training brought more than 15 % of all that was gained over
    a constant answer, and more than 1 % of the loss of that. The last fifth is one of the sum of
    the learning rates: under a cosine the last fifth of the steps hardly moves a weight, and every
    loss looks flat there. What counts is the lowest loss so far, between evaluations on a line.

    Parameters
    ----------
    history
        `step`, `learning_rate` and `dev_loss`, a row per evaluation.
    rate
        Learning rate at the first step.
    constant
        Loss of the best constant answer, see `constant_loss`.

    Returns
    -------
    bool
        False for a network that was not trained.

    Examples
    --------
    >>> rates = {"step": [10, 20, 30, 40, 50], "learning_rate": [0.1] * 5}
    >>> loss_falling({**rates, "dev_loss": [1.0, 0.8, 0.6, 0.4, 0.2]}, 0.1, 1.2)
    True
    >>> loss_falling({**rates, "dev_loss": [0.5, 0.3, 0.22, 0.2, 0.2]}, 0.1, 1.2)
    False
    """
    steps = np.array([0, *history["step"]], dtype=np.float64)
    rates = np.array([rate, *history["learning_rate"]], dtype=np.float64)
    moved = np.cumsum([0, *(np.diff(steps) * (rates[1:] + rates[:-1]) / 2)])
    if not moved[-1] > 0:
        return False
    losses = np.array([constant, *history["dev_loss"]], dtype=np.float64)
    lowest = np.minimum.accumulate(np.where(np.isfinite(losses), losses, np.inf))
    fell = np.interp((1 - LAST) * moved[-1], moved, lowest) - lowest[-1]
    return bool(fell > max(FALLING * (lowest[0] - lowest[-1]), NOISE * constant))


def constant_loss(labels: np.ndarray) -> float:
    """Return the lowest mean cross-entropy that one answer to all sentences has, in nats.

    Parameters
    ----------
    labels
        Class ids (n,), or zeros and ones (n, C), each judged by itself.

    Returns
    -------
    float
        That of the shares of the classes.

    Examples
    --------
    >>> round(constant_loss(np.array([0, 1, 0, 1])), 3)
    0.693
    """
    if labels.ndim == 1:
        shares = np.unique(labels, return_counts=True)[1] / len(labels)
        return float(-(shares * np.log(shares)).sum())
    ones = labels.mean(axis=0)
    shares = np.stack([ones, 1 - ones])
    return float(
        -(shares * np.log(shares, where=shares > 0, out=np.zeros_like(shares))).sum(0).mean()
    )
