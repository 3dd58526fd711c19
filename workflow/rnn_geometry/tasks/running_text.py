"""Running text: the texts of a data set, to be continued word by word; labels are for probes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_geometry.errors import UserError
from rnn_geometry.tasks.pairs.pairs import Ragged
from rnn_geometry.tasks.sentences import Sentences

RUNNING_TEXT, TEXT = "running_text", "text"  # families of tasks
MULTI_LABEL = "multi_label"


def as_text_task(task: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task of running text as the one of the family text that reads the same rows.

    Parameters
    ----------
    task
        Its settings.

    Raises
    ------
    UserError
        Where texts have several labels each: a probe asks for one.

    Examples
    --------
    >>> as_text_task({"name": "news", "family": "running_text", "data_seed": 0})
    {'name': 'news', 'family': 'text', 'data_seed': 0}
    """
    if task.get(MULTI_LABEL):
        raise UserError(
            f"{MULTI_LABEL} is true; accepted is false: of running text one label a text is probed."
        )
    return {**task, "family": TEXT}


def texts_of(sentences: Sentences) -> Ragged:
    """Return labelled texts as texts to be continued.

    Parameters
    ----------
    sentences
        Labels are left out.
    """
    return Ragged(sentences.tokens, sentences.offsets)
