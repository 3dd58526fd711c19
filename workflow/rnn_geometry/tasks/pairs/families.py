"""The families of tasks of pairs: their builders, and their options with what is accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.tasks.options import asked_options, is_whole, number, whole
from rnn_geometry.tasks.pairs.escan import escan
from rnn_geometry.tasks.pairs.french import translation
from rnn_geometry.tasks.pairs.one_to_one import one_to_one, reordered
from rnn_geometry.tasks.pairs.pairs import PairTask
from rnn_geometry.tasks.pairs.parallel import parallel
from rnn_geometry.tasks.synthetic import Option

LONGEST, MOST = 1000, 1_000_000
RANGES = ("length", "clauses")  # options of which one number means both ends


class PairFamily(NamedTuple):
    """A family of tasks of pairs.

    Attributes
    ----------
    build
        From (family, options) to a PairTask.
    options
        Its options.
    """

    build: Callable[[str, Mapping[str, Any]], PairTask]
    options: Mapping[str, Option]


def _between(default: Any, low: int, high: int) -> Option:
    """An option that is a number, or the two ends of a range."""

    def fits(value: Any) -> bool:
        ends = [value, value] if not isinstance(value, (list, tuple)) else list(value)
        return len(ends) == 2 and all(is_whole(e, low, high) for e in ends) and ends[0] <= ends[1]

    return Option(default, fits, f"a whole number from {low} to {high}, or two in order")


def _flag(default: bool = False) -> Option:
    return Option(default, lambda value: isinstance(value, bool), "true or false")


def _text() -> Option:
    return Option(None, lambda value: isinstance(value, str) and value != "", "text")


PAIR_FAMILIES = {
    "one_to_one": PairFamily(
        one_to_one,
        {
            "words": whole(3, 2, 1000),
            "length": _between(15, 1, LONGEST),
            "reversed": _flag(),
            "prev0": _flag(),
        },
    ),
    "escan": PairFamily(escan, {"length": _between((10, 15), 1, LONGEST), "clean": _flag()}),
    "reordered": PairFamily(
        reordered,
        {
            "words": whole(3, 2, 1000),
            "length": _between(15, 1, LONGEST),
            "rho": number(0.3, 0, 1),
        },
    ),
    "translation": PairFamily(translation, {"clauses": _between((1, 2), 1, 100)}),
    "parallel": PairFamily(
        parallel,
        {
            "file": _text(),
            "input": _text(),
            "output": _text(),
            "most_words": whole(5000, 1, MOST),
            "longest": whole(20, 1, LONGEST),
        },
    ),
}


def build_pair_task(family: str, **options: Any) -> PairTask:
    """Return a task of pairs.

    Parameters
    ----------
    family
        A name in PAIR_FAMILIES.
    **options
        Those that are left out have the family's defaults.

    Raises
    ------
    UserError
        For an unknown family or option, and for a value that is not accepted.

    Examples
    --------
    >>> task = build_pair_task("one_to_one", words=2, length=3)
    >>> pairs = task.sample(4, seed=0)
    >>> bool((pairs.inputs.padded() == pairs.targets.padded()).all()), task.words_in
    (True, ('<pad>', '<end>', 'in_0', 'in_1'))
    """
    full = asked_options(PAIR_FAMILIES, family, options, "tasks")
    missing = [name for name, given in full.items() if given is None]
    if missing:
        raise UserError(f"{family} tasks need the option {missing[0]}; give it.")
    for name in RANGES:
        if name in full:
            full[name] = tuple(np.broadcast_to(full[name], 2).tolist())
    return PAIR_FAMILIES[family].build(family, full)
