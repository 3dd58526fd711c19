"""Which networks figures and explorers show: the first seeds of every model, and a pair of two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rnn_geometry.identity import Network, family_options, is_control
from rnn_geometry.networks.registry import is_gated
from rnn_geometry.tasks.structures import PLANE, UNORDERED, Structure
from rnn_geometry.tasks.synthetic import build_task, families, family_of

Portrayed = Mapping[str, list[Network]]
Settings = Mapping[str, Mapping[str, Any]]
# Categories of Snakemake's report in the order of reading; it sorts them by letters.
CATEGORIES = {
    name: f"{number} {name}"
    for number, name in enumerate(
        ("Over networks", "Tasks", "Networks", "Claims", "Tables", "Sweeps"), 1
    )
}


def portrayed_networks(networks: Iterable[Network], most: int) -> dict[str, list[Network]]:
    """Return by task the first seeds of every model, at its first L2; controls are left out.

    Parameters
    ----------
    networks
        Those that claims are about, of tasks that pages show.
    most
        Seeds of a model.
    """
    found: dict[str, dict[str, list[Network]]] = {}
    for network in networks:
        mine = found.setdefault(network.task, {}).setdefault(network.model, [])
        if not is_control(network) and network.l2 == (mine or [network])[0].l2:
            mine.append(network)
    chosen = {task: [n for made in of.values() for n in made[:most]] for task, of in found.items()}
    return {task: networks for task, networks in chosen.items() if networks}


def first_of_each(networks: Iterable[Network]) -> list[Network]:
    """Return the first network of every task and model.

    Parameters
    ----------
    networks
        Of any tasks.
    """
    return list({n[:2]: n for n in reversed(list(networks))}.values())[::-1]


def first_of_models(networks: Iterable[Network]) -> list[Network]:
    """Return the first network of every model.

    Parameters
    ----------
    networks
        Of one task.
    """
    return list({n.model: n for n in reversed(list(networks))}.values())[::-1]


def headline_pair(portrayed: Portrayed, tasks: Settings, models: Settings) -> list[Network]:
    """Return two networks of one model, gated if possible: five unordered and five ordered classes.

    Parameters
    ----------
    portrayed
        Of `portrayed_networks`.
    tasks, models
        Settings by name.

    Returns
    -------
    list of Network
        None where there is no such pair.
    """
    unordered, ordered = (_of_structure(portrayed, tasks, kind) for kind in (UNORDERED, PLANE))
    if not unordered or not ordered:
        return []
    by_model = {network.model: network for network in first_of_models(portrayed[ordered[0]])}
    first = first_of_models(portrayed[unordered[0]])
    pairs = [[n, by_model[n.model]] for n in first if n.model in by_model]
    gated = (pair for pair in pairs if is_gated(models[pair[0].model]["cell"]))
    return next(gated, (pairs or [[]])[0])


def _of_structure(portrayed: Portrayed, tasks: Settings, structure: Structure) -> list[str]:
    """Return the synthetic tasks of a structure with five classes."""
    wanted = {name for name in families() if family_of(name).structure(5) is structure}
    return [
        name
        for name in portrayed
        if tasks[name]["family"] in wanted
        and len(build_task(tasks[name]["family"], **family_options(tasks[name])).class_names) == 5
    ]
