"""Controls that claims ask for and a configuration does not train, told before they are missed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rnn_geometry.errors import listed
from rnn_geometry.identity import (
    ENDINGS,
    RESERVOIR,
    SHUFFLED_LABELS,
    UNTRAINED,
    Network,
    base_task,
)

TRAINED_FOR = (UNTRAINED, SHUFFLED_LABELS, RESERVOIR)  # `random` needs no networks
Group = tuple[str, str]  # a task without data seed, and a model


def controls_lacking(
    judged: Iterable[Network], models: Mapping[str, Mapping[str, Any]], claims: Mapping[str, Any]
) -> str | None:
    """Say which controls a run lacks without which claims on it stay undecided.

    Parameters
    ----------
    judged
        Networks that claims are about, controls among them.
    models
        Entries of the configuration by name; `cell` is read.
    claims
        A checked file of claims.

    Returns
    -------
    str or None
        None where nothing is lacking, and where no task and cell has so many networks that count
        that a verdict could be had.

    Examples
    --------
    >>> ten = [Network("categorical-3", "gru", "3e-4", seed) for seed in range(200, 210)]
    >>> asked = {"name": "modes", "structures": ["unordered"], "controls": ["untrained"]}
    >>> claims = {"judged_from": 200, "looks": [{"networks": 10}], "claims": [asked]}
    >>> print(controls_lacking(ten, {"gru": {"cell": "gru"}}, claims))
    config key controls: claims on gru stay undecided, since they ask for controls that this run \
has not (untrained); add them to the key where you want verdicts.
    """
    judged = [network for network in judged if "cell" in models[network.model]]
    trained = _decided(judged, claims)
    found = {
        kind: sorted({model for task, model in trained - _with(kind, judged)})
        for kind in TRAINED_FOR
    }
    lacking = {
        kind: [model for model in names if _asked(kind, models[model]["cell"], claims)]
        for kind, names in found.items()
    }
    kinds = [kind for kind, names in lacking.items() if names]
    if not kinds:
        return None
    names = dict.fromkeys(model for kind in kinds for model in lacking[kind])
    return (
        f"config key controls: claims on {listed(names)} stay undecided, since they ask for "
        f"controls that this run has not ({listed(kinds)}); add them to the key where you want "
        "verdicts."
    )


def _decided(judged: Iterable[Network], claims: Mapping[str, Any]) -> set[Group]:
    """Return tasks and models with as many networks as the first look asks for."""
    counted: dict[Group, int] = {}
    for network in judged:
        if not network.is_control and network.seed >= claims["judged_from"]:
            key = base_task(network.task), network.model
            counted[key] = counted.get(key, 0) + 1
    least = min(look["networks"] for look in claims["looks"])
    return {group for group, number in counted.items() if number >= least}


def _with(kind: str, judged: Iterable[Network]) -> set[Group]:
    """Return tasks and models that have controls of a kind."""
    return {
        (base_task(network.task), network.original.model)
        for network in judged
        if (network.task if kind == SHUFFLED_LABELS else network.model).endswith(ENDINGS[kind])
    }


def _asked(kind: str, cell: str, claims: Mapping[str, Any]) -> bool:
    """Tell whether a claim on networks of a cell is held against a control."""
    return any(
        kind in claim["controls"] and cell in claim.get("cells", [cell])
        for claim in claims["claims"]
        if "structures" in claim
    )
