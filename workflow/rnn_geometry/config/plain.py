"""Values that no configuration may hold, whatever its schema says; paths and keys alike."""

from __future__ import annotations

import math
import os
import posixpath
import re
from collections.abc import Mapping
from typing import Any

from rnn_geometry.config.schema import _join, _shown
from rnn_geometry.errors import UserError

MOST_VALUES, DEEPEST = 100_000, 20  # of a configuration
WHOLE_NUMBERS = 2**63
# Snakemake reads braces as wildcards and angle brackets as variables of paths.
UNFIT_FOR_PATHS = "{}<>\n"
LONGEST_PART, LONGEST_PATH = 200, 1000  # bytes; file systems take 255 and 4,096


def check_plain(config: Mapping[str, Any]) -> None:
    """Refuse values that no key accepts, whatever the schema says of their type.

    These are numbers that are not finite or too large, text with control characters, keys that are
    no text, values that JSON does not know, and aliases of YAML that contain themselves or grow
    without end.

    Parameters
    ----------
    config
        The configuration, or a part of it.

    Raises
    ------
    UserError
        For the first such value.
    """
    _count_values(config, "", {}, ())


def _count_values(value: Any, key: str, counted: dict[int, int], above: tuple[int, ...]) -> int:
    """Check a value and all below it; return how many they are, aliases by identity."""
    if not isinstance(value, (Mapping, list)):
        _check_scalar(value, key)
        return 1
    if id(value) in above or len(above) > DEEPEST:
        raise UserError(
            f"config key {_top(key)}: it contains itself or is nested more than {DEEPEST} deep; "
            "accepted is less."
        )
    if id(value) not in counted:
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        total = 1
        for name, item in items:
            below = (
                f"{key}[{name}]" if isinstance(value, list) else _join(key, _checked_key(name, key))
            )
            total += _count_values(item, below, counted, (*above, id(value)))
        counted[id(value)] = total
    if counted[id(value)] > MOST_VALUES:
        raise UserError(
            f"config key {_top(key)}: it holds more than {MOST_VALUES} values; accepted are fewer."
        )
    return counted[id(value)]


def _top(key: str) -> str:
    """Return the first part of a key: one that contains itself has no end."""
    return re.split(r"[.\[]", key)[0] or "(top level)"


def _checked_key(name: Any, parent: str) -> str:
    if not isinstance(name, str):
        raise UserError(f"config key {_join(parent, name)}: a key must be text; put it in quotes.")
    if not _is_clean(name) or set(name) & set("\n\r\t") or len(name) > LONGEST_PART:
        raise UserError(
            f"config key {_join(parent, _shown(name))}: it holds a control character or is too "
            "long; give another name."
        )
    return name


def _check_scalar(value: Any, key: str) -> None:
    if isinstance(value, str):
        if not _is_clean(value):
            raise UserError(
                f"config key {key}: {_shown(value)} holds a control character or half a "
                "character; take it out."
            )
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise UserError(
                f"config key {key}: {value} is not accepted, it must be a finite number."
            )
    elif isinstance(value, int):
        if not -WHOLE_NUMBERS <= value < WHOLE_NUMBERS:
            raise UserError(
                f"config key {key}: the number is too large; accepted are whole numbers below 2^63."
            )
    elif value is not None:
        raise UserError(
            f"config key {key}: {_shown(value)} is a {type(value).__name__} to YAML; put it in "
            "quotes if it is text."
        )


def _is_clean(text: str) -> bool:
    """Tell whether a text is valid Unicode without control characters but line breaks and tabs."""
    controls = any((ord(char) < 32 and char not in "\n\r\t") or ord(char) == 127 for char in text)
    return not controls and text == text.encode("utf-8", "ignore").decode("utf-8")


def results_folder(text: str) -> str:
    """Return the folder of all results, normalised.

    Parameters
    ----------
    text
        The key `results`. Spaces, quotes and other characters that a shell would read are accepted:
        no shell ever reads the folder's name.

    Raises
    ------
    UserError
        For one that cannot begin Snakemake's paths.
    """
    folder = posixpath.normpath(text)
    folder = (
        "/" + folder.lstrip("/") if folder.startswith("/") else folder
    )  # normpath keeps two slashes
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
    """Refuse a path that Snakemake would take for a pattern of paths.

    Parameters
    ----------
    text
        The path.
    key
        The key that states it, for the sentence.

    Raises
    ------
    UserError
        If it is one.
    """
    if set(text) & set(UNFIT_FOR_PATHS):
        unfit = " ".join(UNFIT_FOR_PATHS).replace("\n", "a line break")
        raise UserError(
            f"config key {key}: {_shown(text)} is not accepted; a path must not hold any of "
            f"{unfit}."
        )


def check_duplicate_keys(path: str | os.PathLike) -> None:
    """Refuse a file that states a key twice in one mapping: YAML keeps the last alone.

    Parameters
    ----------
    path
        The file. One that is not YAML is left to whoever reads it.

    Raises
    ------
    UserError
        For the first key that is stated twice.
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
        nodes += (
            [part for pair in node.value for part in pair]
            if isinstance(node, yaml.MappingNode)
            else node.value
        )
        if isinstance(node, yaml.MappingNode):
            _check_once([key for key, _ in node.value], path)


def _check_once(keys: list[Any], path: str | os.PathLike) -> None:
    first: dict[str, Any] = {}
    for key in keys:
        other = first.setdefault(str(key.value), key)
        if other is not key:
            lines = f"lines {other.start_mark.line + 1} and {key.start_mark.line + 1}"
            raise UserError(
                f"config key {_shown(key.value)}: it is given twice, in {lines} of {path}."
            )


def plain(value: Any) -> Any:
    """Return `value` with mappings sorted by key, so that equal settings are equal params."""
    if isinstance(value, Mapping):
        return {key: plain(value[key]) for key in sorted(value)}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value
