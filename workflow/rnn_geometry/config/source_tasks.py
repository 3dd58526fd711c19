"""Tasks that are sources of words in a configuration: their sizes and options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_geometry.config.pair_tasks import with_sizes
from rnn_geometry.errors import UserError, quoted
from rnn_geometry.tasks.language.families import source_of_task
from rnn_geometry.tasks.options import whole

LENGTH = "length"
LENGTHS = whole(30, 20, 1000)  # words of a text; the spectrum of past and future needs more than 16


def with_length(task: Mapping[str, Any], synthetic: Mapping[str, Any]) -> dict[str, Any]:
    """Return a source with the numbers of texts of each split, and the words of a text.

    Parameters
    ----------
    task
        Its settings.
    synthetic
        Defaults of synthetic tasks, of which sizes alone mean something here.

    Examples
    --------
    >>> sizes = {"train_size": 3, "dev_size": 2, "test_size": 2, "length": 25}
    >>> with_length({"name": "two", "family": "topics"}, sizes)["length"]
    30
    """
    return {LENGTH: LENGTHS.default, **with_sizes(task, synthetic)}


def check_source_options(task: Mapping[str, Any]) -> None:
    """Refuse options that a source does not have, and a length that is not accepted.

    Parameters
    ----------
    task
        Its settings.

    Raises
    ------
    UserError
        For the first of them.
    """
    if not LENGTHS.check(task[LENGTH]):
        raise UserError(f"{LENGTH} is {quoted(task[LENGTH])}; accepted is {LENGTHS.accepted}.")
    source_of_task(task)
