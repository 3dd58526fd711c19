"""Options of families of tasks: which values are accepted, and what a family is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.tasks.synthetic import Option


class HasOptions(Protocol):
    """A family: whatever has options by name."""

    @property
    def options(self) -> Mapping[str, Option]: ...


def is_whole(value: Any, low: int, high: int) -> bool:
    """Tell whether a value is a whole number of a range; true and false are none.

    Parameters
    ----------
    value
        Any.
    low, high
        The ends, accepted themselves.
    """
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    return whole and low <= int(value) <= high


def whole(default: int, low: int, high: int) -> Option:
    """Return an option that is a whole number.

    Parameters
    ----------
    default
        Its default.
    low, high
        The ends of what is accepted.
    """
    accepted = f"a whole number from {low} to {high}"
    return Option(default, lambda value: is_whole(value, low, high), accepted)


def number(default: float, low: float, high: float) -> Option:
    """Return an option that is any number of a range.

    Parameters
    ----------
    default
        Its default.
    low, high
        The ends of what is accepted.
    """

    def fits(value: Any) -> bool:
        return (
            isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
        )

    return Option(default, fits, f"a number from {low:g} to {high:g}")


def asked_options(
    families: Mapping[str, HasOptions], family: str, given: Mapping[str, Any], noun: str
) -> dict[str, Any]:
    """Return all options of a family: those given, and the defaults of the others.

    Parameters
    ----------
    families
        By name.
    family
        The one that is asked for.
    given
        Values by name.
    noun
        What the family makes, for the sentence: tasks, sources.

    Raises
    ------
    UserError
        For an unknown family or option, and for a value that is not accepted.
    """
    if not isinstance(family, str) or family not in families:
        raise UserError(f"family is {quoted(family)}; accepted are {listed(families)}.")
    known = families[family].options
    for name, value in given.items():
        if name not in known:
            raise UserError(
                f"{name} is not an option of {family} {noun}; accepted are {listed(known)}."
            )
        if not known[name].check(value):
            raise UserError(f"{name} is {quoted(value)}; accepted is {known[name].accepted}.")
    return {name: given.get(name, option.default) for name, option in known.items()}
