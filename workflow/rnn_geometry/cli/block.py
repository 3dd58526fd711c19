"""The configuration of a task as YAML to paste, and what its run would cost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from rnn_geometry.cli.facts import Facts

WIDTH = 96
CELLS = ("gru", "vanilla")  # one that integrates, and one that does so less
SEEDS = 5  # networks of a cell: so many decide (`looks` of claims_text.yaml)
CONTROLS = ("untrained", "shuffled_labels")
BATCH = 64  # where a recipe names none
# Measured with GRUs and vanilla networks of 128 units, see docs/own_data.md.
WORDS_A_SECOND = {16: 50_000, BATCH: 100_000}  # by batch: read and learned by one core
NETWORK_SECONDS = 20  # its analysis, figures, and start-up of its jobs
RUN_SECONDS = 60  # tables, pages, Snakemake itself
# A vanilla network in small batches, by `benchmarks/recipes.py`: without a gate, words must come in
# at full size and be learned slowly.
LONGER, SLOWEST = 3, 5e-4  # times the epochs of a gated one; a rate


class _Short(yaml.SafeDumper):
    """Writes lists and small mappings on one line."""


def _mapping(dumper: _Short, value: Mapping[str, Any]) -> yaml.Node:
    plain = not any(isinstance(held, (dict, list)) for held in value.values())
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=plain)


def _list(dumper: _Short, value: list[Any]) -> yaml.Node:
    plain = not any(isinstance(held, dict) for held in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=plain)


def _text(dumper: _Short, value: str) -> yaml.Node:
    """Quote what other readers of YAML take for a number, such as 3e-4."""
    style = '"' if re.fullmatch(r"[-+]?[0-9.]+e[-+]?[0-9]+", value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Short.add_representer(str, _text)
_Short.add_representer(dict, _mapping)
_Short.add_representer(list, _list)


def as_yaml(value: Any) -> str:
    """Return a value as YAML with short lists and mappings on one line.

    Parameters
    ----------
    value
        Plain: mappings, lists, texts, numbers.

    Examples
    --------
    >>> print(as_yaml({"seeds": [1, 2], "l2": "3e-4"}), end="")
    seeds: [1, 2]
    l2: "3e-4"
    """
    return yaml.dump(value, Dumper=_Short, sort_keys=False, allow_unicode=True, width=WIDTH)


def model_names(task: str) -> dict[str, str]:
    """Return the cell of every model of a task by the model's name."""
    return {f"{cell}-{task}": cell for cell in CELLS}


def configuration(facts: Facts, data_folder: str | None, first_seed: int) -> dict[str, Any]:
    """Return a configuration that trains networks on a task, analyses and judges them.

    Parameters
    ----------
    facts
        Of the task.
    data_folder
        Where its data lie.
    first_seed
        From which on verdicts count networks.
    """
    models = {
        name: model(cell, facts.recipe) for name, cell in model_names(facts.task["name"]).items()
    }
    return {
        "results": "results",
        "data_folder": data_folder,
        "claims": "config/claims_text.yaml",
        "tasks": [facts.task],
        "cells": list(models),
        "seeds": list(range(first_seed, first_seed + SEEDS)),
        "controls": {control: {} for control in CONTROLS},
        "models": models,
    }


def model(cell: str, recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry of `models`; a vanilla network has no gate and wants smaller steps.

    Parameters
    ----------
    cell
        One of CELLS.
    recipe
        Of a gated one, see `recipe_by_size`.
    """
    if cell != "vanilla":
        return {"cell": cell, **recipe}
    own = {**recipe, "cell_options": {}, "learning_rate": recipe["learning_rate"] / 2, "clip": 1.0}
    if "batch_size" in recipe:
        own |= {key: LONGER * recipe[key] for key in ("epochs", "min_steps") if key in recipe}
        own["learning_rate"] = max(recipe["learning_rate"] / 10, SLOWEST)
        own["cell_options"] = {"input_scale": 1.0}
    return {"cell": cell, **own}


def first_look(config: Mapping[str, Any]) -> list[str]:
    """Return what `--config` is given for one network and its controls, the shortest way to pages.

    Parameters
    ----------
    config
        Of `configuration`.

    Examples
    --------
    >>> first_look({"seeds": [200, 201], "cells": ["gru-news", "vanilla-news"]})
    ['seeds=[200]', 'cells=[gru-news]']
    """
    return [f"seeds=[{config['seeds'][0]}]", f"cells=[{config['cells'][0]}]"]


def seconds_of(facts: Facts) -> dict[str, float]:
    """Return about how many CPU seconds a network, a `first_look` and a whole run take."""
    reading = {cell: _training_seconds(model(cell, facts.recipe), facts) for cell in CELLS}
    return {
        "network": max(reading.values()) + NETWORK_SECONDS,
        "first look": _run_seconds(1, reading[CELLS[0]]),
        "run": _run_seconds(SEEDS, *reading.values()),
    }


def _run_seconds(seeds: int, *reading: float) -> float:
    """Return the seconds of a run of some seeds of cells that are trained for so long each."""
    trained = seeds * (1 + CONTROLS.count("shuffled_labels"))
    networks = seeds * len(reading) * (1 + len(CONTROLS))
    return trained * sum(reading) + networks * NETWORK_SECONDS + RUN_SECONDS


def _training_seconds(recipe: Mapping[str, Any], facts: Facts) -> float:
    batch, texts = recipe.get("batch_size", BATCH), facts.meta["splits"]["train"]["used"]
    read = max(recipe["epochs"] * texts, recipe.get("min_steps", 0) * batch)
    return read * facts.mean_words / WORDS_A_SECOND[batch]
