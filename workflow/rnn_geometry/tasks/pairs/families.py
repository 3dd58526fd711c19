"""The families of tasks of pairs: their builders, and their options with what is accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from rnn_geometry.errors import UserError, listed, quoted
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


def _is_whole(value: Any, low: int, high: int) -> bool:
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    return whole and low <= int(value) <= high


def _whole(default: int, low: int, high: int) -> Option:
    accepted = f"a whole number from {low} to {high}"
    return Option(default, lambda value: _is_whole(value, low, high), accepted)


def _between(default: Any, low: int, high: int) -> Option:
    """An option that is a number, or the two ends of a range."""

    def fits(value: Any) -> bool:
        ends = [value, value] if not isinstance(value, (list, tuple)) else list(value)
        return len(ends) == 2 and all(_is_whole(e, low, high) for e in ends) and ends[0] <= ends[1]

    return Option(default, fits, f"a whole number from {low} to {high}, or two in order")


def _flag(default: bool = False) -> Option:
    return Option(default, lambda value: isinstance(value, bool), "true or false")


def _text() -> Option:
    return Option(None, lambda value: isinstance(value, str) and value != "", "text")


def _is_share(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


PAIR_FAMILIES = {
    "one_to_one": PairFamily(
        one_to_one,
        {
            "words": _whole(3, 2, 1000),
            "length": _between(15, 1, LONGEST),
            "reversed": _flag(),
            "prev0": _flag(),
        },
    ),
    "escan": PairFamily(escan, {"length": _between((10, 15), 1, LONGEST), "clean": _flag()}),
    "reordered": PairFamily(
        reordered,
        {
            "words": _whole(3, 2, 1000),
            "length": _between(15, 1, LONGEST),
            "rho": Option(0.3, _is_share, "a number from 0 to 1"),
        },
    ),
    "translation": PairFamily(translation, {"clauses": _between((1, 2), 1, 100)}),
    "parallel": PairFamily(
        parallel,
        {
            "file": _text(),
            "input": _text(),
            "output": _text(),
            "most_words": _whole(5000, 1, MOST),
            "longest": _whole(20, 1, LONGEST),
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
    if not isinstance(family, str) or family not in PAIR_FAMILIES:
        raise UserError(f"family is {quoted(family)}; accepted are {listed(PAIR_FAMILIES)}.")
    build, known = PAIR_FAMILIES[family]
    for name, given in options.items():
        if name not in known:
            raise UserError(
                f"{name} is not an option of {family} tasks; accepted are {listed(known)}."
            )
        if not known[name].check(given):
            raise UserError(f"{name} is {quoted(given)}; accepted is {known[name].accepted}.")
    full = {name: options.get(name, option.default) for name, option in known.items()}
    missing = [name for name, given in full.items() if given is None]
    if missing:
        raise UserError(f"{family} tasks need the option {missing[0]}; give it.")
    for name in RANGES:
        if name in full:
            full[name] = tuple(np.broadcast_to(full[name], 2).tolist())
    return build(family, full)
