"""Check the configuration against its schema and resolve what one job needs.

Light on purpose: it runs while the Snakefile is parsed, so it imports neither torch nor pandas nor datasets.
"""

from __future__ import annotations

import copy
import difflib
import functools
import importlib.util
import json
import math
import os
import posixpath
import re
from collections.abc import Mapping
from typing import Any

from rnn_geometry.design import HOLD_INPUT, Design, check_name
from rnn_geometry.errors import UserError

# rnn_geometry.cells.CELLS without importing torch; a test holds the two equal.
BUILT_IN_CELLS = ("vanilla", "gru", "gru_reset_before", "lstm", "ugrnn")
# Options of their initialisation; the same test holds them equal to those of `reset_parameters`.
CELL_OPTIONS = {
    "vanilla": ("recurrent_identity", "input_scale"),
    **dict.fromkeys(("gru", "gru_reset_before", "lstm", "ugrnn"), ("hold_bias",)),
}
# Keys by which a task chooses networks of its own; they are no part of its data.
GRID_KEYS = ("cells", "seeds", "l2")


def resolve(config: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checked configuration with every default filled in.

    Raises UserError with one sentence that names the key.
    """
    check_plain(config)
    check_schema(config, schema)
    settings = with_defaults(config, schema, schema)
    settings["asked"] = copy.deepcopy(settings)  # what follows takes keys out of tasks and adds tasks of sweeps
    settings["results"] = results_folder(settings["results"])
    check_path(settings["data_folder"] or "", "data_folder")
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
    for name, model in settings["design"].models.items():
        if name not in settings["models"]:
            _check_varied(name, model, schema)
    for task in settings["tasks"]:  # a data set and a sweep set options that were not seen before
        check_schema(task, {**schema["$defs"]["task"], "$defs": schema["$defs"]}, f"tasks.{task['name']}")
    _check_explorer(settings["explorer"], settings["design"].tasks)
    return settings


MOST_VALUES, DEEPEST = 100_000, 20  # of a configuration
WHOLE_NUMBERS = 2**63
# Snakemake reads braces as wildcards and angle brackets as variables of paths.
UNFIT_FOR_PATHS = "{}<>\n"
LONGEST_PART, LONGEST_PATH = 200, 1000  # bytes; file systems take 255 and 4,096


def check_plain(config: Mapping[str, Any]) -> None:
    """Raise UserError for values that no key accepts, whatever the schema says of their type.

    These are numbers that are not finite or too large, text with control characters, keys that are no text, values
    that JSON does not know, and aliases of YAML that contain themselves or grow without end.
    """
    _count_values(config, "", {}, ())


def _count_values(value: Any, key: str, counted: dict[int, int], above: tuple[int, ...]) -> int:
    """Check a value and all below it; return how many they are. counted: by identity, since aliases share values."""
    if not isinstance(value, (Mapping, list)):
        _check_scalar(value, key)
        return 1
    if id(value) in above or len(above) > DEEPEST:
        raise UserError(f"config key {_top(key)}: it contains itself or is nested more than {DEEPEST} deep.")
    if id(value) not in counted:
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        total = 1
        for name, item in items:
            below = f"{key}[{name}]" if isinstance(value, list) else _join(key, _checked_key(name, key))
            total += _count_values(item, below, counted, (*above, id(value)))
        counted[id(value)] = total
    if counted[id(value)] > MOST_VALUES:
        raise UserError(f"config key {_top(key)}: it holds more than {MOST_VALUES} values.")
    return counted[id(value)]


def _top(key: str) -> str:
    """Return the first part of a key: one that contains itself has no end."""
    return re.split(r"[.\[]", key)[0] or "(top level)"


def _checked_key(name: Any, parent: str) -> str:
    if not isinstance(name, str):
        raise UserError(f"config key {_join(parent, name)}: a key must be text; put it in quotes.")
    if not _is_clean(name) or set(name) & set("\n\r\t") or len(name) > LONGEST_PART:
        raise UserError(f"config key {_join(parent, _shown(name))}: it holds a control character or is too long.")
    return name


def _check_scalar(value: Any, key: str) -> None:
    if isinstance(value, str):
        if not _is_clean(value):
            raise UserError(f"config key {key}: {_shown(value)} holds a control character or half a character.")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise UserError(f"config key {key}: {value} is not accepted, it must be a finite number.")
    elif isinstance(value, int):
        if not -WHOLE_NUMBERS <= value < WHOLE_NUMBERS:
            raise UserError(f"config key {key}: the number is too large; accepted are whole numbers below 2^63.")
    elif value is not None:
        raise UserError(
            f"config key {key}: {_shown(value)} is a {type(value).__name__} to YAML; put it in quotes if it is text."
        )


def _is_clean(text: str) -> bool:
    """Tell whether a text is valid Unicode and holds no control character but line breaks and tabs."""
    controls = any((ord(char) < 32 and char not in "\n\r\t") or ord(char) == 127 for char in text)
    return not controls and text == text.encode("utf-8", "ignore").decode("utf-8")


def results_folder(text: str) -> str:
    """Return the folder of all results, normalised. Raises UserError for one that cannot begin Snakemake's paths.

    Spaces, quotes and other characters that a shell would read are accepted: no shell ever reads the folder's name.
    """
    folder = posixpath.normpath(text)
    folder = "/" + folder.lstrip("/") if folder.startswith("/") else folder  # normpath keeps two slashes
    check_path(text, "results")
    long = len(os.fsencode(folder)) > LONGEST_PATH
    long = long or any(len(os.fsencode(part)) > LONGEST_PART for part in folder.split("/"))
    reasons = (
        (text != text.strip(), "it must not begin or end with a space"),
        (folder[0] in "~-", "write the folder in full, it must not begin with '~' or '-'"),
        ("://" in text, "it must be a folder of this machine"),
        (folder in (".", "/"), "it must be a folder of its own"),
        (long, f"it may have {LONGEST_PATH} bytes, and each of its parts {LONGEST_PART}"),
    )
    for refused, reason in reasons:
        if refused:
            raise UserError(f"config key results: {_shown(text)} is not accepted; {reason}.")
    return folder


def check_path(text: str, key: str) -> None:
    """Raise UserError for a path that Snakemake would take for a pattern of paths."""
    if set(text) & set(UNFIT_FOR_PATHS):
        unfit = " ".join(UNFIT_FOR_PATHS).replace("\n", "a line break")
        raise UserError(f"config key {key}: {_shown(text)} is not accepted; a path must not hold any of {unfit}.")


def check_duplicate_keys(path: str | os.PathLike) -> None:
    """Raise UserError where a file states a key twice in one mapping: YAML takes the last and drops the others.

    A file that is not YAML is left to whoever reads it.
    """
    import yaml

    try:
        with open(path, encoding="utf-8") as handle:
            root = yaml.compose(handle, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return
    nodes, known = [root], set()
    while nodes:
        node = nodes.pop()
        if id(node) in known or not isinstance(node, yaml.CollectionNode):
            continue
        known.add(id(node))  # an alias is the node that it names
        nodes += [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
        if isinstance(node, yaml.MappingNode):
            _check_once([key for key, _ in node.value], path)


def _check_once(keys: list[Any], path: str | os.PathLike) -> None:
    first: dict[str, Any] = {}
    for key in keys:
        other = first.setdefault(str(key.value), key)
        if other is not key:
            lines = f"lines {other.start_mark.line + 1} and {key.start_mark.line + 1}"
            raise UserError(f"config key {_shown(key.value)}: it is given twice, in {lines} of {path}.")


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
    if sweep["over"] == HOLD_INPUT:
        items = {"properties": {"values": {"items": schema["$defs"]["hold_input"]}}}
        check_schema(sweep, items, f"sweeps[{place}]")
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
    errors = sorted(_validator()(schema).iter_errors(config), key=lambda error: list(map(str, error.path)))
    if errors:
        raise UserError(_sentence(errors[0], name))


@functools.cache
def _validator():
    """Return the class of a validator to which 1.0 is no integer: seeds are parts of file names, and sizes count."""
    from jsonschema import Draft202012Validator, validators

    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    return validators.extend(Draft202012Validator, type_checker=types)


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
    "maxLength": "{value} is too long; at most {limit} characters are accepted",
    "pattern": "{value} is not accepted; {pattern}",
}


def _reason(error) -> str:
    """Say what is wrong with a value and what is accepted."""
    limit, value = error.validator_value, error.instance
    number = isinstance(value, str) and re.fullmatch(r"[0-9.]+e[+-]?[0-9]+", value)
    hint = f" (YAML reads {value} as text; write it with a point, as 1.0e-3)" if number else ""
    words = _words(limit) if isinstance(limit, (str, list)) else ""
    template = REASONS.get(error.validator, error.message.rstrip(".").replace("{", "{{").replace("}", "}}"))
    return template.format(value=_shown(value), limit=limit, words=words, hint=hint, pattern=_pattern_words(limit))


def _shown(value: Any) -> str:
    """Return a value on one line, in part if it is long."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _pattern_words(pattern: Any) -> str:
    if "A-Za-z0-9" in str(pattern):
        return "a name is made of letters, digits, '.', '_' and '-' and begins with a letter or digit"
    if str(pattern).startswith("^(zero"):
        return "accepted are zero, mean, padding, word:<a word of the vocabulary> and vector:<numbers, by commas>"
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
    for name in names:
        check_name(name, key)
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
    if attribute and not (attribute.isidentifier() and _importable(module)):
        raise UserError(f"config key models.{name}.cell: the module '{module}' of '{cell}' cannot be found.")
    _check_cell_options(name, model)
    if (model["steps"] is None) == (model["epochs"] is None):
        raise UserError(f"config key models.{name}: give either steps or epochs, one of the two.")


def _check_cell_options(name: str, model: Mapping[str, Any]) -> None:
    """Check the options of a built-in cell; those of your own are known to your class alone."""
    known = CELL_OPTIONS.get(model["cell"])
    for option, value in model["cell_options"].items():
        key = f"config key models.{name}.cell_options.{option}"
        if known is not None and option not in known:
            raise UserError(f"{key}: unknown key; {_accepted(option, known)}.")
        if known is not None and type(value) not in (int, float):
            raise UserError(f"{key}: {_shown(value)} is not of type number.")


def _importable(module: str) -> bool:
    """Tell whether Python finds a module; it runs the packages above it, which may fail in any way."""
    try:
        return importlib.util.find_spec(module) is not None
    except Exception:
        return False


def _task_with_defaults(task: Mapping[str, Any], synthetic: Mapping[str, Any]) -> dict[str, Any]:
    return dict(task) if task["family"] == "text" else {**synthetic, **task}


def plain(value: Any) -> Any:
    """Return `value` with all mappings sorted by key, so that equal settings are equal Snakemake params."""
    if isinstance(value, Mapping):
        return {key: plain(value[key]) for key in sorted(value)}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value
