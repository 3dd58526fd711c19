"""Tasks of pairs of phrases in a configuration: their sizes and options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.identity import SYNTHETIC_SIZES, family_options
from rnn_geometry.tasks.pairs.families import PAIR_FAMILIES, build_pair_task

PARALLEL = "parallel"
FILE = "file"  # the option of a parallel corpus that names it, and its key among a task's files


def with_sizes(task: Mapping[str, Any], synthetic: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task of pairs with the numbers of pairs of each split.

    Parameters
    ----------
    task
        Its settings.
    synthetic
        Defaults of synthetic tasks, of which sizes alone mean something here.
    """
    return {**{key: synthetic[key] for key in SYNTHETIC_SIZES}, **task}


def check_pair_options(task: Mapping[str, Any]) -> None:
    """Let the family of a task of pairs check its options.

    A corpus is not read for it: it may be large, and every job would read it.

    Parameters
    ----------
    task
        Its settings.

    Raises
    ------
    UserError
        For an option that is unknown, missing, or not accepted.
    """
    options = family_options(task)
    if task["family"] != PARALLEL:
        build_pair_task(task["family"], **options)
        return
    known = PAIR_FAMILIES[PARALLEL].options
    for name, given in options.items():
        if name not in known:
            raise UserError(
                f"{name} is not an option of {PARALLEL} tasks; accepted are {listed(known)}."
            )
        if not known[name].check(given):
            raise UserError(f"{name} is {quoted(given)}; accepted is {known[name].accepted}.")
    for name, option in known.items():
        if option.default is None and name not in options:
            raise UserError(f"{PARALLEL} tasks need the option {name}; give it.")
