"""The key `pooling` of a model: what the readout of a classifier sees.

`last`: the last state, as always; such a model says nothing of it, so that what its results depend
on is what it was. `attention`: the mean of all states by attention.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.networks.pooling import ATTENTION, LAST, POOLING, POOLINGS


def pooling_of(model: Mapping[str, Any]) -> str:
    """Return what the readout of a model sees.

    Parameters
    ----------
    model
        Its settings.
    """
    return model.get(POOLING, LAST)


def is_pooled(model: Mapping[str, Any]) -> bool:
    """Tell whether the readout of a model looks back.

    Parameters
    ----------
    model
        Its settings.
    """
    return pooling_of(model) == ATTENTION


def with_pooling(name: str, model: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a model that says `pooling` only where its readout looks back.

    Parameters
    ----------
    name
        Of the model, for the sentence.
    model
        Its settings.

    Raises
    ------
    UserError
        For a value that is not accepted, and for a readout that is trained alone.

    Examples
    --------
    >>> with_pooling("gru", {"cell": "gru", "pooling": "last"})
    {'cell': 'gru'}
    """
    key = f"config key models.{name}.{POOLING}"
    chosen = pooling_of(model)
    if chosen not in POOLINGS:
        raise UserError(
            f"{key}: {quoted(chosen)} is not accepted; accepted are {listed(POOLINGS)}."
        )
    if chosen == ATTENTION and model.get("trained", "all") != "all":
        raise UserError(
            f"{key}: a readout that is trained alone (trained: {model['trained']}) has no query to "
            "learn; write trained: all, or leave pooling out."
        )
    rest = {option: value for option, value in model.items() if option != POOLING}
    return {**rest, POOLING: ATTENTION} if chosen == ATTENTION else rest
