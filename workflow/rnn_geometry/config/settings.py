"""Check the configuration against its schema and resolve what one job needs.

Light on purpose: it runs while the Snakefile is parsed, so it imports neither torch nor pandas nor
datasets.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from rnn_geometry.config.cell_options import check_cell_options
from rnn_geometry.config.design import DATA_SEED, HOLD_INPUT, Design
from rnn_geometry.config.followed import check_snapshots
from rnn_geometry.config.imports import (
    KEYS,
    check_stated,
    give_vocabularies,
    is_imported,
    without_training,
)
from rnn_geometry.config.kinds import (
    LANGUAGE_MODEL,
    TEXT_MODEL,
    TRANSLATOR,
    check_met,
    fitting,
    kind_of_task,
    with_own_keys,
)
from rnn_geometry.config.names import check_name
from rnn_geometry.config.pair_tasks import with_sizes
from rnn_geometry.config.plain import check_path, check_plain, results_folder
from rnn_geometry.config.pooling import with_pooling
from rnn_geometry.config.schema import _accepted, _words, check_schema, with_defaults
from rnn_geometry.config.source_tasks import with_length
from rnn_geometry.config.without_step import check_without_step, with_cell
from rnn_geometry.errors import UserError
from rnn_geometry.networks.more_cells.entries import code_of_cell
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.networks.sources import added_cells, find_source, is_own
from rnn_geometry.tasks.running_text import RUNNING_TEXT, TEXT

# Keys by which a task chooses networks of its own; they are no part of its data.
GRID_KEYS = ("cells", "seeds", "l2")
# No defaults of the schema: no page shows them.
CLAIMS = {
    "claims_universality": "config/claims_universality.yaml",
    "claims_attention": "config/claims_attention.yaml",
    "claims_language": "config/claims_language.yaml",
    "claims_language_text": "config/claims_language_text.yaml",
    "claims_transformers": "config/claims_transformers.yaml",
}


def resolve(config: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checked configuration with every default filled in.

    Parameters
    ----------
    config
        The configuration as it is written.
    schema
        Its JSON schema.

    Raises
    ------
    UserError
        With one sentence that names the key.
    """
    check_plain(config)
    check_schema(config, schema)
    _check_data_seeds(config)
    check_stated(config.get("models", {}))
    settings = with_defaults(config, schema, schema)
    settings["asked"] = copy.deepcopy(
        settings
    )  # what follows takes keys out of tasks and adds tasks of sweeps
    settings = {**CLAIMS, **settings}
    settings["results"] = results_folder(settings["results"])
    check_path(settings["data_folder"] or "", "data_folder")
    _check_names([task["name"] for task in settings["tasks"]], "tasks[].name")
    settings["grid"] = _grid(settings)
    settings["tasks"] = [_named_set(task, settings["text_sets"]) for task in settings["tasks"]]
    for name, model in settings["models"].items():
        if is_imported(model):
            settings["models"][name] = without_training(model)
        else:
            settings["models"][name] = _checked_model(name, with_cell(model))
    give_vocabularies(settings["tasks"], settings["grid"], settings["models"])
    settings["tasks"] = [
        _task_with_defaults(task, settings["synthetic"]) for task in settings["tasks"]
    ]
    _check_names([sweep["name"] for sweep in settings["sweeps"]], "sweeps[].name")
    settings["sweeps"] = [
        _sweep_with_task(i, sweep, settings, schema) for i, sweep in enumerate(settings["sweeps"])
    ]
    _check_all_met(settings)
    settings["model_keys"] = [
        key for key in schema["$defs"]["model"]["properties"] if key not in ("cell", "l2", *KEYS)
    ]
    settings["design"] = Design(settings)
    settings["tasks"] = list(settings["design"].tasks.values())
    for name, model in settings["design"].models.items():
        if name not in settings["models"]:
            check_schema(
                model, {**schema["$defs"]["model"], "$defs": schema["$defs"]}, f"models.{name}"
            )
            settings["design"].models[name] = model = _checked_model(name, model)
        source = None if is_imported(model) else _source_of(name, model["cell"])
        if source is not None:  # networks depend on its code as on any other setting
            model["cell_source"] = source
    for task in settings["tasks"]:  # a data set and a sweep set options that were not seen before
        check_schema(
            task, {**schema["$defs"]["task"], "$defs": schema["$defs"]}, f"tasks.{task['name']}"
        )
    _check_explorer(settings["explorer"], settings["design"].configured)
    check_snapshots(settings["training"]["snapshots"])
    return settings


def _check_data_seeds(config: Mapping[str, Any]) -> None:
    """Refuse tasks with a data seed of their own beside data seeds of all."""
    for task in config["tasks"] if config.get("data_seeds") else []:
        if DATA_SEED in task:
            raise UserError(
                f"config task '{task['name']}': data_seed beside the key data_seeds, which gives "
                "every task its seeds; leave one of them out."
            )


def _check_explorer(explorer: Mapping[str, Any], tasks: Mapping[str, Any]) -> None:
    for name in explorer["sentences"]:
        if name not in tasks:
            raise UserError(
                f"config key explorer.sentences.{name}: unknown task; {_accepted(name, tasks)}."
            )


def _grid(settings: Mapping[str, Any]) -> dict[str, dict[str, list]]:
    """Take models, seeds and L2 strengths out of every task; return them by task."""
    grid = {}
    for i, task in enumerate(settings["tasks"]):
        own = {key: task.pop(key) for key in GRID_KEYS if key in task}
        grid[task["name"]] = {key: own.get(key, settings[key]) for key in GRID_KEYS}
        for name in grid[task["name"]]["cells"]:
            if name not in settings["models"]:
                key = f"tasks[{i}].cells" if "cells" in own else "cells"
                raise UserError(
                    f"config key {key}: unknown cell '{name}'; "
                    f"{_accepted(name, settings['models'])}."
                )
        grid[task["name"]]["cells"] = fitting(
            task, own.get("cells"), settings["cells"], settings["models"], f"tasks[{i}].cells"
        )
    return grid


def _check_all_met(settings: Mapping[str, Any]) -> None:
    """Refuse models of the whole configuration of which no task, nor that of a sweep, makes use."""
    swept = [sweep["task"] for sweep in settings["sweeps"] if isinstance(sweep["task"], Mapping)]
    check_met(settings["cells"], [*settings["tasks"], *swept], settings["models"])


def _sweep_with_task(
    place: int, sweep: Mapping[str, Any], settings: Mapping[str, Any], schema: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a sweep; a task of its own is checked and filled in like those of `tasks`."""
    if sweep["over"] == HOLD_INPUT:
        items = {"properties": {"values": {"items": schema["$defs"]["hold_input"]}}}
        check_schema(sweep, items, f"sweeps[{place}]")
    if isinstance(sweep["task"], str):
        return dict(sweep)
    task_schema = {**schema["$defs"]["task"], "$defs": schema["$defs"]}
    check_schema(sweep["task"], task_schema, f"sweeps[{place}].task")
    task = _named_set(with_defaults(sweep["task"], task_schema, schema), settings["text_sets"])
    return {**sweep, "task": _task_with_defaults(task, settings["synthetic"])}


def _named_set(task: Mapping[str, Any], sets: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a text task with the options of the set that its key `data` names below its own."""
    if "data" not in task:
        return dict(task)
    if task["family"] not in (TEXT, RUNNING_TEXT):
        raise UserError(
            f"config task '{task['name']}': data is accepted for tasks of the family text only, "
            f"and of {RUNNING_TEXT}."
        )
    if task["data"] not in sets:
        raise UserError(
            f"config task '{task['name']}': unknown data set '{task['data']}'; "
            f"{_accepted(task['data'], sets)}."
        )
    return {**sets[task["data"]], **{key: value for key, value in task.items() if key != "data"}}


def _check_names(names: list[str], key: str) -> None:
    for name in names:
        check_name(name, key)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UserError(
            f"config key {key}: '{twice[0]}' is used twice; every entry needs a name of its own."
        )


def _checked_model(name: str, model: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model that is trained here with the keys of its kind."""
    cell = model["cell"]
    added_cells()  # a name that is taken twice is told before it means anything
    if cell not in CELLS and not is_own(cell):
        raise UserError(
            f"config key models.{name}.cell: unknown cell '{cell}'; accepted are "
            f"{_words([*CELLS, *added_cells()])}, "
            "or a class of your own as folder/file.py:ClassName or package.module:ClassName."
        )
    if is_own(cell):
        _source_of(name, cell)
    check_without_step(name, model)
    check_cell_options(name, model)
    if (model["steps"] is None) == (model["epochs"] is None):
        raise UserError(f"config key models.{name}: give either steps or epochs, one of the two.")
    if model["min_steps"] is not None and model["epochs"] is None:
        raise UserError(
            f"config key models.{name}.min_steps: it goes with epochs, and only with them; here "
            f"steps says how long the training is. Write `steps: {model['min_steps']}` alone, or "
            "epochs beside min_steps."
        )
    return with_pooling(name, with_own_keys(name, model))


def _source_of(name: str, cell: str) -> str | None:
    """Return the hash of the code of a cell that stages do not reach; none of it is run."""
    if not is_own(cell):
        return code_of_cell(cell)
    try:
        return find_source(cell).digest()
    except UserError as error:
        raise UserError(f"config key models.{name}.cell: {error}") from error


def _task_with_defaults(task: Mapping[str, Any], synthetic: Mapping[str, Any]) -> dict[str, Any]:
    if kind_of_task(task) == TRANSLATOR:
        return with_sizes(task, synthetic)
    if kind_of_task(task) == LANGUAGE_MODEL:
        return with_length(task, synthetic)
    if kind_of_task(task) == TEXT_MODEL or task["family"] == TEXT:
        return dict(task)
    return {**synthetic, **task}
