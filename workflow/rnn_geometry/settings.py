"""Check the configuration against its schema and resolve what one job needs.

Light on purpose: it runs while the Snakefile is parsed, so it imports neither torch nor pandas nor datasets.
"""

from __future__ import annotations

import copy
import difflib
import importlib.util
import json
import re
from collections.abc import Mapping
from typing import Any

from rnn_geometry.design import Design
from rnn_geometry.errors import UserError

# rnn_geometry.cells.CELLS without importing torch; a test holds the two equal.
BUILT_IN_CELLS = ("vanilla", "gru", "gru_reset_before", "lstm", "ugrnn")
# Keys by which a task chooses networks of its own; they are no part of its data.
GRID_KEYS = ("cells", "seeds", "l2")


def resolve(config: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checked configuration with every default filled in.

    Raises UserError with one sentence that names the key.
    """
    check_schema(config, schema)
    settings = with_defaults(config, schema, schema)
    settings["asked"] = copy.deepcopy(settings)  # what follows takes keys out of tasks and adds tasks of sweeps
    _check_names([task["name"] for task in settings["tasks"]], "tasks[].name")
    settings["grid"] = _grid(settings)
    settings["tasks"] = [_named_set(task, settings["text_sets"]) for task in settings["tasks"]]
    for name, model in settings["models"].items():
        _check_model(name, model)
    settings["tasks"] = [_task_with_defaults(task, settings["synthetic"]) for task in settings["tasks"]]
    _check_names([sweep["name"] for sweep in settings["sweeps"]], "sweeps[].name")
    settings["sweeps"] = [_sweep_with_task(i, sweep, settings, schema) for i, sweep in enumerate(settings["sweeps"])]
    settings["model_keys"] = [key for key in schema["$defs"]["model"]["properties"] if key not in ("cell", "l2")]
    settings["design"] = Design(settings)
    settings["tasks"] = list(settings["design"].tasks.values())
    for name in set(settings["design"].models) - set(settings["models"]):
        _check_varied(name, settings["design"].models[name], schema)
    _check_explorer(settings["explorer"], settings["design"].tasks)
    return settings


def _check_explorer(explorer: Mapping[str, Any], tasks: Mapping[str, Any]) -> None:
    for name in explorer["sentences"]:
        if name not in tasks:
            raise UserError(f"config key explorer.sentences.{name}: unknown task; {_accepted(name, tasks)}.")


def _grid(settings: Mapping[str, Any]) -> dict[str, dict[str, list]]:
    """Return for every task the models, seeds and L2 strengths of its networks, and take those keys out of the task."""
    grid = {}
    for i, task in enumerate(settings["tasks"]):
        own = {key: task.pop(key) for key in GRID_KEYS if key in task}
        grid[task["name"]] = {key: own.get(key, settings[key]) for key in GRID_KEYS}
        for name in grid[task["name"]]["cells"]:
            if name not in settings["models"]:
                key = f"tasks[{i}].cells" if "cells" in own else "cells"
                raise UserError(f"config key {key}: unknown cell '{name}'; {_accepted(name, settings['models'])}.")
    return grid


def _sweep_with_task(
    place: int, sweep: Mapping[str, Any], settings: Mapping[str, Any], schema: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a sweep; a task of its own is checked and filled in like those of `tasks`."""
    if isinstance(sweep["task"], str):
        return dict(sweep)
    task_schema = {**schema["$defs"]["task"], "$defs": schema["$defs"]}
    check_schema(sweep["task"], task_schema, f"sweeps[{place}].task")
    task = _named_set(with_defaults(sweep["task"], task_schema, schema), settings["text_sets"])
    return {**sweep, "task": _task_with_defaults(task, settings["synthetic"])}


def _check_varied(name: str, model: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Hold a model that a sweep made against the schema: the swept values were not seen before."""
    check_schema(model, {**schema["$defs"]["model"], "$defs": schema["$defs"]}, f"models.{name}")
    _check_model(name, model)


def _named_set(task: Mapping[str, Any], sets: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a text task with the options of the data set that its key `data` names, its own options laid over them."""
    if "data" not in task:
        return dict(task)
    if task["family"] != "text":
        raise UserError(f"config task '{task['name']}': data is accepted for tasks of the family text only.")
    if task["data"] not in sets:
        raise UserError(
            f"config task '{task['name']}': unknown data set '{task['data']}'; {_accepted(task['data'], sets)}."
        )
    return {**sets[task["data"]], **{key: value for key, value in task.items() if key != "data"}}


def check_schema(config: Mapping[str, Any], schema: Mapping[str, Any], name: str = "") -> None:
    """Raise UserError for the first key that the schema refuses; `name` is the key that holds `config`."""
    from jsonschema import Draft202012Validator

    errors = sorted(Draft202012Validator(schema).iter_errors(config), key=lambda error: list(map(str, error.path)))
    if errors:
        raise UserError(_sentence(errors[0], name))


def _sentence(error, name: str) -> str:
    """Turn a jsonschema error into one sentence for a person."""
    key = _join(name, _dotted(error.absolute_path)).rstrip(".")
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = next(name for name in error.instance if name not in known)
        return f"config key {_join(key, unknown)}: unknown key; {_accepted(unknown, known)}."
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"config key {_join(key, missing)}: missing; it must be given."
    return f"config key {key or '(top level)'}: {_reason(error)}."


REASONS = {
    "type": "{value} is not of type {words}{hint}",
    "enum": "{value} is not accepted; accepted are {words}",
    "minimum": "{value} is less than {limit}, the smallest accepted value",
    "maximum": "{value} is more than {limit}, the largest accepted value",
    "exclusiveMinimum": "{value} is not accepted, it must be more than {limit}",
    "exclusiveMaximum": "{value} is not accepted, it must be less than {limit}",
    "minItems": "{value} is too short; at least {limit} entries are needed",
    "maxItems": "{value} is too long; at most {limit} entries are accepted",
    "uniqueItems": "{value} names an entry twice",
    "minLength": "an empty text is not accepted",
    "pattern": "{value} is not accepted; {pattern}",
}


def _reason(error) -> str:
    """Say what is wrong with a value and what is accepted."""
    limit, value = error.validator_value, error.instance
    number = isinstance(value, str) and re.fullmatch(r"[0-9.]+e[+-]?[0-9]+", value)
    hint = f" (YAML reads {value} as text; write it with a point, as 1.0e-3)" if number else ""
    words = _words(limit) if isinstance(limit, (str, list)) else ""
    template = REASONS.get(error.validator, error.message.rstrip(".").replace("{", "{{").replace("}", "}}"))
    value = json.dumps(value, default=str)
    return template.format(value=value, limit=limit, words=words, hint=hint, pattern=_pattern_words(limit))


def _pattern_words(pattern: Any) -> str:
    if "A-Za-z0-9" in str(pattern):
        return "a name is made of letters, digits, '.', '_' and '-' and begins with a letter or digit"
    if str(pattern).startswith("^(zero"):
        return "accepted are zero, mean, padding and word:<a word of the vocabulary>"
    return "it must be a quoted decimal number such as '3e-4'"


def _words(values: Any) -> str:
    values = [values] if isinstance(values, str) else list(values)
    return ", ".join(map(str, values[:-1])) + (" or " if len(values) > 1 else "") + str(values[-1])


def _dotted(path) -> str:
    text = ""
    for part in path:
        text = f"{text}[{part}]" if isinstance(part, int) else _join(text, part)
    return text


def _join(parent: str, child: str) -> str:
    return f"{parent}.{child}" if parent else str(child)


def _accepted(name: str, known) -> str:
    """Name the nearest known key, or all of them."""
    close = difflib.get_close_matches(str(name), list(known), n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return (
        f"{hint}Accepted: {', '.join(sorted(known))}" if not close else f"{hint}(accepted: {', '.join(sorted(known))})"
    )


def with_defaults(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """Return a copy of `value` in which every missing property has the default that the schema states."""
    schema = _follow(schema, root)
    if isinstance(value, Mapping):
        filled = {key: _fill(key, item, schema, root) for key, item in value.items()}
        for key, sub in schema.get("properties", {}).items():
            sub = {**_follow(sub, root), **sub}
            if key not in filled and "default" in sub:
                filled[key] = with_defaults(sub["default"], sub, root)
        return filled
    if isinstance(value, list):
        return [with_defaults(item, schema.get("items", {}), root) for item in value]
    return value


def _fill(key: str, item: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    extra = schema.get("additionalProperties")
    sub = schema.get("properties", {}).get(key, extra if isinstance(extra, Mapping) else {})
    return with_defaults(item, sub, root)


def _follow(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    return root["$defs"][reference.rsplit("/", 1)[1]] if reference else schema


def _check_names(names: list[str], key: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UserError(f"config key {key}: '{twice[0]}' is used twice; every entry needs a name of its own.")


def _check_model(name: str, model: Mapping[str, Any]) -> None:
    cell = model["cell"]
    module, _, attribute = cell.partition(":")
    if cell not in BUILT_IN_CELLS and not attribute:
        raise UserError(
            f"config key models.{name}.cell: unknown cell '{cell}'; accepted are {_words(BUILT_IN_CELLS)}, "
            "or a class of your own as package.module:ClassName."
        )
    if attribute and not _importable(module):
        raise UserError(f"config key models.{name}.cell: the module '{module}' of '{cell}' cannot be found.")
    if (model["steps"] is None) == (model["epochs"] is None):
        raise UserError(f"config key models.{name}: give either steps or epochs, one of the two.")


def _importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ModuleNotFoundError, ValueError):
        return False


def _task_with_defaults(task: Mapping[str, Any], synthetic: Mapping[str, Any]) -> dict[str, Any]:
    return dict(task) if task["family"] == "text" else {**synthetic, **task}


def plain(value: Any) -> Any:
    """Return `value` with all mappings sorted by key, so that equal settings are equal Snakemake params."""
    if isinstance(value, Mapping):
        return {key: plain(value[key]) for key in sorted(value)}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value
