"""Networks that do worse than a bag of words: one sentence a model, with what to do.

Light on purpose: the terminal says it at the end of a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rnn_geometry.claims.judged import BELOW
from rnn_geometry.identity import base_task

POINTS = 0.02  # below is less than this: on 2,000 texts two standard errors of a difference
LONGER = "its loss still falls: train longer (steps or epochs)"
OTHERWISE = (
    "its loss falls no more: give more texts, or the recipe that rnn-geometry describe prints "
    "(docs/own_data.md)"
)


def below_bag_of_words(runs: Iterable[Mapping[Any, Any]]) -> list[str]:
    """Return a sentence for every model of a task with networks below a bag of words.

    Parameters
    ----------
    runs
        Rows of runs.csv, values as text or as numbers; controls are left out.

    Returns
    -------
    list of str
        Nothing where no network is more than two points below.

    Examples
    --------
    >>> row = {"task": "news", "model": "gru", "control": "", "loss_falling": "0"}
    >>> row |= {"test_accuracy": "0.81", "bag_of_words_accuracy": "0.84", "not_judged": ""}
    >>> print(*below_bag_of_words([row]))  # doctest: +ELLIPSIS
    news gru: 1 of 1 network is below a bag of words by up to 0.03; its loss falls no more: ...
    """
    models: dict[tuple[str, str], list[Mapping[Any, Any]]] = {}
    for run in runs:
        if not run["control"]:
            models.setdefault((base_task(run["task"]), run["model"]), []).append(run)
    return [
        _told(*key, rows) for key, rows in models.items() if any(_lag(r) > POINTS for r in rows)
    ]


def _told(task: str, model: str, rows: list[Mapping[Any, Any]]) -> str:
    """Return how many of the networks of a model are below, how far, and what helps."""
    below = [run for run in rows if _lag(run) > POINTS]
    many = "network is" if len(rows) == 1 else "networks are"
    unjudged = sum(BELOW in str(run["not_judged"] or "") for run in below)
    left_out = f" ({unjudged} too far for a verdict)" if unjudged else ""
    falling = any(str(run["loss_falling"]) in ("1", "1.0", "True") for run in below)
    return (
        f"{task} {model}: {len(below)} of {len(rows)} {many} below a bag of words by up to "
        f"{max(map(_lag, below)):.2f}{left_out}; {LONGER if falling else OTHERWISE}"
    )


def _lag(run: Mapping[Any, Any]) -> float:
    bag = run["bag_of_words_accuracy"]
    return 0.0 if bag in (None, "") else float(bag) - float(run["test_accuracy"])
