"""Options of a text data set and the files they name.

Standard library only: called while a Snakefile is parsed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError, quoted
from rnn_geometry.tasks.text._checks import check_keys, check_values, is_name, or_null, whole
from rnn_geometry.tasks.text._files import SPLITS, find_files, missing_data
from rnn_geometry.tasks.text._plain import plain, written
from rnn_geometry.tasks.text._source_options import resolve_source

LEAVES_OUT = "!"  # before a pattern of `where`

TOO_LONG = TRUNCATE, KEEP_LAST, DROP = "truncate", "keep_last", "drop"
# Not "shuffled": a sweep would name its task like the control of shuffled labels.
ORDERS = WRITTEN, REVERSED, RANDOM = "written", "reversed", "random"
JOINED = ANY, ALIKE = "any", "alike"  # which other text comes after each
BUILT_IN = WORDS, WHITESPACE, CHARACTERS = "words", "whitespace", "characters"  # tokenizers
DEFAULTS: dict[str, Any] = {
    "source": None,
    "text_column": "text",
    "label_column": "label",
    "label_names": None,
    "multi_label": False,
    "first_classes": None,
    "classes": None,
    "merge": None,
    "unlabelled": "drop",
    "empty_texts": "refuse",
    "where": None,
    "label_offset": 0,
    "tokenizer": WORDS,
    "vocabulary": None,
    "minimum_count": 3,
    "vocabulary_size": None,
    "length_limit": None,
    "too_long": TRUNCATE,
    "skip_words": 0,
    "word_order": WRITTEN,
    "joined": None,
    "train_size": None,
    "test_size": None,
    "dev_size": None,
    "balanced": False,
    "ordered": False,
}
DEV_SIZE = 2000  # rows of dev where none are asked for, but at most a share of the training rows
DEV_SHARE = 5


def _is_json_file(value: Any) -> bool:
    return is_name(value) and value.lower().endswith(".json")


def _is_class(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_name(value) or (number and math.isfinite(value))


def _is_condition(value: Any) -> bool:
    values = _several(value)
    named = [one for one in values if not _is_bool(one)]
    return bool(values) and all(map(_is_class, named)) and LEAVES_OUT not in map(written, named)


def _list_of(check: Callable[[Any], bool], least: int) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, (list, tuple)) and len(value) >= least and all(map(check, value))
    )


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


_SIZE = (or_null(whole(1)), "null or an integer of at least 1")
_FLAG = (_is_bool, "true or false")
_ACCEPTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "source": (
        lambda value: isinstance(value, Mapping),
        "a mapping with the keys hub, folder, file, or train and test",
    ),
    "text_column": (is_name, "the name of a column"),
    "label_column": (is_name, "the name of a column"),
    "label_names": (
        or_null(_list_of(_is_class, 2)),
        "null or a list of at least two names (numbers too)",
    ),
    "multi_label": _FLAG,
    "first_classes": (or_null(whole(2)), "null or an integer of at least 2"),
    "classes": (
        or_null(_list_of(_is_class, 2)),
        "null or a list of at least two class ids (0, 1, ..) or names",
    ),
    "merge": (
        or_null(_list_of(_list_of(_is_class, 1), 2)),
        "null or a list of at least two lists of class ids (0, 1, ..) or names",
    ),
    "unlabelled": (lambda value: value in ("drop", "keep"), "drop or keep"),
    "empty_texts": (lambda value: value in ("refuse", "drop"), "refuse or drop"),
    "where": (
        lambda value: value is None or (isinstance(value, Mapping) and all(map(is_name, value))),
        "null or a mapping from names of columns to what is read",
    ),
    "label_offset": (
        lambda value: isinstance(value, int) and not _is_bool(value),
        "an integer, the least label",
    ),
    "tokenizer": (
        lambda value: value in BUILT_IN or _is_json_file(value),
        "words, whitespace, characters or the path of a tokenizer.json",
    ),
    "vocabulary": (
        lambda value: value is None or is_name(value) or isinstance(value, Mapping),
        "null, a path, or a mapping with the keys file, unknown and padding",
    ),
    "minimum_count": (whole(1), "an integer of at least 1"),
    "vocabulary_size": (
        or_null(whole(3)),
        "null or an integer of at least 3 (<pad> and <unk> count)",
    ),
    "length_limit": _SIZE,
    "too_long": (lambda value: value in TOO_LONG, "truncate, keep_last or drop"),
    "skip_words": (whole(0), "an integer of at least 0"),
    "word_order": (lambda value: value in ORDERS, "written, reversed or random"),
    "joined": (or_null(lambda value: value in JOINED), "null, any or alike"),
    "train_size": _SIZE,
    "test_size": _SIZE,
    "dev_size": _SIZE,
    "balanced": (
        lambda value: _is_bool(value) or value == "all",
        "true (training rows), all (every split) or false",
    ),
    "ordered": _FLAG,
}
_CONDITION = (
    _is_condition,
    "a text (pattern), a number, true or false, or a list of these",
)


def check_options(options: Mapping[str, Any]) -> None:
    """Refuse options of a text data set that are not accepted.

    Parameters
    ----------
    options
        Options of a text data set, see DEFAULTS of `options`.

    Raises
    ------
    UserError
        One sentence that names the option and what is accepted.
    """
    resolve_options(options)


def resolve_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checked options with defaults filled in.

    Parameters
    ----------
    options
        Options of a text data set, see `options.DEFAULTS`.
    """
    if not isinstance(options, Mapping):
        raise UserError(f"The options of a text data set must be a mapping, not {quoted(options)}.")
    check_keys("", options, _ACCEPTED)
    resolved = {**DEFAULTS, **options}
    check_values("", resolved, _ACCEPTED)
    conditions = resolved["where"] or {}
    check_values("where.", conditions, dict.fromkeys(conditions, _CONDITION))
    resolved["source"] = resolve_source(resolved["source"])
    resolved = _in_one_form(resolved)
    _check_together(resolved)
    return resolved


def _in_one_form(options: dict[str, Any]) -> dict[str, Any]:
    """Return options whose names are as `plain` makes them; what looks alike is alike."""
    formed: dict[str, Any] = {key: plain(options[key]) for key in ("text_column", "label_column")}
    formed["where"] = {
        plain(column): [plain(one) if isinstance(one, str) else one for one in _several(value)]
        for column, value in (options["where"] or {}).items()
    }
    if options["label_names"] is not None:
        formed["label_names"] = [written(name) for name in options["label_names"]]
    if options["classes"] is not None:
        formed["classes"] = [_class_or_id(value) for value in options["classes"]]
    if options["merge"] is not None:
        formed["merge"] = [[_class_or_id(value) for value in group] for group in options["merge"]]
    return {**options, **formed}


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _class_or_id(value: Any) -> int | str:
    return value if isinstance(value, int) else written(value)


def _check_together(options: Mapping[str, Any]) -> None:
    chosen = [name for name in ("first_classes", "classes", "merge") if options[name] is not None]
    if len(chosen) > 1:
        raise UserError(
            f"{' and '.join(chosen)} exclude each other; give one of first_classes, classes and "
            "merge."
        )
    for name in ("label_names", "classes", "merge"):
        flat = options[name] or []
        flat = [value for group in flat for value in group] if name == "merge" else flat
        repeated = [value for i, value in enumerate(flat) if value in flat[:i]]
        if repeated:
            raise UserError(
                f"{name} names {quoted(repeated[0])} twice; everything is accepted once."
            )
    if options["multi_label"] and options["ordered"]:
        raise UserError(
            "multi_label and ordered exclude each other: only the classes of a single-label set "
            "have an order."
        )
    if options["joined"] == ANY and not options["multi_label"]:
        raise UserError(
            "joined: any makes texts of two classes and multi_label is false; set multi_label: "
            "true, or joined: alike, which joins texts of one class."
        )
    if options["unlabelled"] == "keep" and not options["multi_label"]:
        raise UserError(
            "unlabelled: keep is for rows of several labels and multi_label is false; set "
            "multi_label: true, or leave unlabelled out."
        )
    if options["vocabulary"] is not None and options["vocabulary_size"] is not None:
        raise UserError(
            "vocabulary and vocabulary_size exclude each other: a file of words says how many "
            "there are; leave vocabulary_size out."
        )
    if options["text_column"] == options["label_column"]:
        raise UserError(
            f"text_column and label_column are both {quoted(options['text_column'])}; they must "
            "differ."
        )


def local_files(options: Mapping[str, Any], data_folder: str | Path | None) -> dict[str, str]:
    """Return the local files of a data set.

    Parameters
    ----------
    options
        Options of a text data set, see `options.DEFAULTS`.
    data_folder
        Folder of local data sets; None means the hub.

    Returns
    -------
    dict
        Paths of "train", "test" and, where there is one, "dev"; of a single file that of "train"
        alone; empty for the hub.

    Raises
    ------
    UserError
        Where a file is missing, of an unknown type, one of two of a split, or where neither way is
        open.
    """
    source = resolve_options(options)["source"]
    if not _reads_files(source, data_folder):
        return {}
    # Without a folder only absolute paths are left, and the join keeps an absolute path as it is.
    found = find_files(source, Path(data_folder or "/").expanduser())
    without = [name for name in source.get("sha256", {}) if name not in found]
    if without:
        raise UserError(
            f"source.sha256.{without[0]} has no file; those of the data set are {', '.join(found)}."
        )
    return found


def _reads_files(source: Mapping[str, Any], data_folder: str | Path | None) -> bool:
    paths = [source[name] for name in ("folder", "file", *SPLITS) if source.get(name)]
    if "hub" in source and (data_folder is None or not paths):
        return False
    if data_folder is None and not all(Path(path).is_absolute() for path in paths):
        raise missing_data(source, "data_folder is null and source names no hub data set")
    return True
