"""Which networks do their task, so that verdicts count them.

Light on purpose: tables and pages of one network say it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

NOT_LEARNED = "not learned"
BELOW = "below the bag of words"
FALLING = "loss still falling"
BETWEEN = "; "


def not_judged(run: Mapping[str, Any], margin: float) -> str:
    """Return why no verdict counts a network; empty where verdicts count it.

    Parameters
    ----------
    run
        A row of runs.csv, with `learned`, `loss_falling` and the accuracies.
    margin
        How far below the bag of words an accuracy may be.

    Returns
    -------
    str
        All reasons that apply; none for a control, which is not meant to do the task.

    Examples
    --------
    >>> run = {"control": None, "learned": True, "loss_falling": True, "test_accuracy": 0.58}
    >>> not_judged({**run, "bag_of_words_accuracy": 0.83}, margin=0.1)
    'below the bag of words; loss still falling'
    """
    if run["control"]:
        return ""
    lag = run["bag_of_words_accuracy"] - run["test_accuracy"]
    reasons = {
        NOT_LEARNED: run["learned"] is False,
        BELOW: lag > margin,
        FALLING: run["loss_falling"],
    }
    return BETWEEN.join(reason for reason, applies in reasons.items() if applies)


def counted(reasons: Iterable[str]) -> str:
    """Return how many networks each reason leaves out.

    Parameters
    ----------
    reasons
        Of each network left out, as `not_judged` gives them.

    Examples
    --------
    >>> counted(["not learned; below the bag of words", "not learned"])
    '2 not learned, 1 below the bag of words'
    """
    parts = [part for reason in reasons for part in reason.split(BETWEEN)]
    return ", ".join(f"{parts.count(part)} {part}" for part in dict.fromkeys(parts))
