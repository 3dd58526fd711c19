"""Models without a step in a configuration: transformers, in the place of a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_geometry.config.schema import _accepted, _shown
from rnn_geometry.errors import UserError
from rnn_geometry.networks.registry import Limit

# Architectures: of classifiers, and of language models of sources that are known.
TRANSFORMER, TRANSFORMER_LM = "transformer", "transformer-lm"
ARCHITECTURES = (TRANSFORMER, TRANSFORMER_LM)
CELL = "rnn_geometry.networks.transformer:CausalTransformer"  # what stands in the place of a cell
OPTIONS = {"layers": Limit(1, 1, 12, whole=True), "heads": Limit(4, 1, 64, whole=True)}


def has_no_step(model: Mapping[str, Any]) -> bool:
    """Tell whether a model is a transformer.

    Parameters
    ----------
    model
        Its settings, with defaults or without.
    """
    return model.get("architecture") in ARCHITECTURES


def with_cell(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model with what stands in the place of a cell where it names none.

    Parameters
    ----------
    model
        Its settings, with defaults or without.

    Examples
    --------
    >>> with_cell({"architecture": "transformer"})["cell"].rpartition(":")[2]
    'CausalTransformer'
    """
    return {"cell": CELL, **model} if has_no_step(model) else dict(model)


def check_without_step(name: str, model: Mapping[str, Any]) -> None:
    """Refuse a transformer with a cell, or with sizes of which none can be made.

    Parameters
    ----------
    name
        Of the model in `models` of a configuration.
    model
        Its settings, with defaults.

    Raises
    ------
    UserError
        With the key, and what is accepted.
    """
    key = f"config key models.{name}"
    if not has_no_step(model):
        if model["cell"] == CELL:
            raise UserError(
                f"{key}.cell: a transformer has no step and is no cell; write architecture: "
                f"{' or '.join(ARCHITECTURES)} in its place."
            )
        return
    if model["cell"] != CELL:
        raise UserError(
            f"{key}.cell: {_shown(model['cell'])} means nothing to a transformer (architecture: "
            f"{model['architecture']}), which has none; leave it out."
        )
    options = model["cell_options"]
    for option, value in options.items():
        if option not in OPTIONS:
            raise UserError(
                f"{key}.cell_options.{option}: unknown key; {_accepted(option, OPTIONS)}."
            )
        limit = OPTIONS[option]
        if type(value) is not int or not limit.accepts(value):
            raise UserError(
                f"{key}.cell_options.{option}: {_shown(value)} is not accepted; accepted is "
                f"{limit.words()}."
            )
    heads, units = options.get("heads", OPTIONS["heads"].default), model["hidden_size"]
    if units % heads:
        raise UserError(
            f"{key}.cell_options.heads: {heads} heads do not share out the {units} units of "
            "hidden_size evenly; give a number that divides it."
        )
