"""Options of a text data set and the files they name.

Standard library only: called while a Snakefile is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError

SUFFIXES = (".parquet", ".csv", ".jsonl", ".json")
SPLITS = ("train", "test", "dev")
WORDS, WHITESPACE, CHARACTERS = "words", "whitespace", "characters"  # kinds of tokenizers
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
    "label_offset": 0,
    "tokenizer": WORDS,
    "minimum_count": 3,
    "vocabulary_size": None,
    "length_limit": None,
    "too_long": "truncate",
    "train_size": None,
    "test_size": None,
    "dev_size": 2000,
    "balanced": False,
    "ordered": False,
}


def _whole(least: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_json_file(value: Any) -> bool:
    return _is_name(value) and value.lower().endswith(".json")


def _is_class(value: Any) -> bool:
    return _is_name(value) or _whole(0)(value)


def _list_of(check: Callable[[Any], bool], least: int) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, (list, tuple)) and len(value) >= least and all(map(check, value))
    )


def _or_null(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


_SIZE = (_or_null(_whole(1)), "null or an integer of at least 1")
_FLAG = (_is_bool, "true or false")
_ACCEPTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "source": (
        lambda value: isinstance(value, Mapping),
        "a mapping with the keys hub, folder, or train and test",
    ),
    "text_column": (_is_name, "the name of a column"),
    "label_column": (_is_name, "the name of a column"),
    "label_names": (_or_null(_list_of(_is_name, 2)), "null or a list of at least two names"),
    "multi_label": _FLAG,
    "first_classes": (_or_null(_whole(2)), "null or an integer of at least 2"),
    "classes": (
        _or_null(_list_of(_is_class, 2)),
        "null or a list of at least two class ids (0, 1, ..) or names",
    ),
    "merge": (
        _or_null(_list_of(_list_of(_is_class, 1), 2)),
        "null or a list of at least two lists of class ids (0, 1, ..) or names",
    ),
    "unlabelled": (lambda value: value in ("drop", "keep"), "drop or keep"),
    "empty_texts": (lambda value: value in ("refuse", "drop"), "refuse or drop"),
    "label_offset": (_whole(0), "an integer of at least 0"),
    "tokenizer": (
        lambda value: value in (WORDS, WHITESPACE, CHARACTERS) or _is_json_file(value),
        "words, whitespace, characters or the path of a tokenizer.json",
    ),
    "minimum_count": (_whole(1), "an integer of at least 1"),
    "vocabulary_size": (
        _or_null(_whole(3)),
        "null or an integer of at least 3 (<pad> and <unk> count)",
    ),
    "length_limit": _SIZE,
    "too_long": (lambda value: value in ("truncate", "drop"), "truncate or drop"),
    "train_size": _SIZE,
    "test_size": _SIZE,
    "dev_size": (_whole(1), "an integer of at least 1"),
    "balanced": (
        lambda value: _is_bool(value) or value == "all",
        "true (training rows), all (every split) or false",
    ),
    "ordered": _FLAG,
}
_PATH = (_is_name, "a path")
_SOURCE_ACCEPTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "hub": (_is_name, "a HuggingFace data set such as fancyzhx/ag_news"),
    "revision": (_or_null(_is_name), "null or a branch, tag or commit"),
    "config": (_or_null(_is_name), "null or the name of a configuration"),
    "splits": (
        lambda value: isinstance(value, Mapping),
        "a mapping from train, test and dev to splits of the hub",
    ),
    "hub_columns": (
        lambda value: isinstance(value, Mapping),
        "a mapping from text and label to columns of the hub",
    ),
    "folder": _PATH,
    "train": _PATH,
    "test": _PATH,
    "dev": (_or_null(_is_name), "null or a path"),
    "sha256": (
        lambda value: isinstance(value, Mapping),
        "a mapping from train, test and dev to SHA-256 hashes",
    ),
}
_HASH = (
    lambda value: isinstance(value, str) and bool(re.fullmatch("[0-9a-fA-F]{64}", value)),
    "a SHA-256 hash: 64 hexadecimal digits in quotes",
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
        raise UserError(f"The options of a text data set must be a mapping, not {options!r}.")
    _check_keys("", options, _ACCEPTED)
    resolved = {**DEFAULTS, **options}
    _check_values("", resolved, _ACCEPTED)
    resolved["source"] = _resolve_source(resolved["source"])
    _check_together(resolved)
    return resolved


def _check_keys(prefix: str, given: Mapping, known: Mapping) -> None:
    for key in given:
        if key not in known:
            raise UserError(
                f"{prefix}{key} is not an option of a text data set; known are {', '.join(known)}."
            )


def _check_values(prefix: str, given: Mapping, accepted: Mapping) -> None:
    for key, value in given.items():
        check, sentence = accepted[key]
        if not check(value):
            raise UserError(f"{prefix}{key} is {value!r}; accepted is {sentence}.")


def _resolve_source(source: Mapping[str, Any]) -> dict[str, Any]:
    _check_keys("source.", source, _SOURCE_ACCEPTED)
    _check_values("source.", source, _SOURCE_ACCEPTED)
    splits = {"train": "train", "test": "test", **source.get("splits", {})}
    accepted = dict.fromkeys(SPLITS, (_or_null(_is_name), "the name of a split"))
    _check_keys("source.splits.", splits, accepted)
    _check_values("source.splits.", splits, accepted)
    if not splits["train"] or not splits["test"]:
        raise UserError("source.splits must name a train and a test split.")
    columns = source.get("hub_columns", {})
    named = dict.fromkeys(("text", "label"), (_is_name, "the name of a column"))
    _check_keys("source.hub_columns.", columns, named)
    _check_values("source.hub_columns.", columns, named)
    hashes = source.get("sha256", {})
    _check_keys("source.sha256.", hashes, dict.fromkeys(SPLITS))
    _check_values("source.sha256.", hashes, dict.fromkeys(SPLITS, _HASH))
    files = [name for name in ("train", "test") if name in source]
    if "folder" in source and (files or source.get("dev")):
        raise UserError(
            "source has both folder and files; give either folder, or train and test (and dev)."
        )
    if len(files) == 1 or (source.get("dev") and not files):
        raise UserError(
            "source names only some of its files; give both train and test (dev may be left out)."
        )
    if "hub" not in source and "folder" not in source and not files:
        raise UserError("source names no data; give hub, folder, or train and test.")
    if hashes and "folder" not in source and not files:
        raise UserError(
            "source.sha256 is for local files and source names none; source.revision pins a data "
            "set of the hub."
        )
    return {**source, "splits": {name: split for name, split in splits.items() if split}}


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
            raise UserError(f"{name} names {repeated[0]!r} twice; everything is accepted once.")
    if options["multi_label"] and options["ordered"]:
        raise UserError(
            "multi_label and ordered exclude each other: only the classes of a single-label set "
            "have an order."
        )
    if options["text_column"] == options["label_column"]:
        raise UserError(
            f"text_column and label_column are both {options['text_column']!r}; they must differ."
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
        Paths of "train", "test" and, where there is one, "dev"; empty for the hub.

    Raises
    ------
    UserError
        Where a file is missing, of an unknown type, or where neither way is open.
    """
    source = resolve_options(options)["source"]
    if not _reads_files(source, data_folder):
        return {}
    # Without a folder only absolute paths are left, and the join keeps an absolute path as it is.
    base = Path(data_folder or "/").expanduser()
    if "folder" in source:
        found = {name: _find_by_name(source, base / source["folder"], name) for name in SPLITS}
    else:
        found = {
            name: _explicit(source, base / source[name]) for name in SPLITS if source.get(name)
        }
    found = {name: str(path) for name, path in found.items() if path is not None}
    without = [name for name in source.get("sha256", {}) if name not in found]
    if without:
        raise UserError(
            f"source.sha256.{without[0]} has no file; those of the data set are {', '.join(found)}."
        )
    return found


def _reads_files(source: Mapping[str, Any], data_folder: str | Path | None) -> bool:
    paths = [source[name] for name in ("folder", *SPLITS) if source.get(name)]
    if "hub" in source and (data_folder is None or not paths):
        return False
    if data_folder is None and not all(Path(path).is_absolute() for path in paths):
        raise missing_data(source, "data_folder is null and source names no hub data set")
    return True


def missing_data(source: Mapping[str, Any], reason: str) -> UserError:
    """Return the one sentence that says which data set is missing and how to get it.

    Parameters
    ----------
    source
        The option `source`.
    reason
        Why it is missing.
    """
    name = source.get("folder") or source.get("train") or source["hub"]
    local = f"set data_folder to the folder that holds {name}"
    if "folder" not in source and "train" not in source:
        local = "name local files (source.folder) and set data_folder to the folder that holds them"
    hub = "name a HuggingFace hub data set (source.hub) and set data_folder to null"
    if "hub" in source:
        hub = f"let the machine reach {source['hub']} on the HuggingFace hub, with data_folder null"
    return UserError(f"The text data set {name} is missing ({reason}): {local}, or {hub}.")


def _find_by_name(source: Mapping[str, Any], folder: Path, name: str) -> Path | None:
    found = [
        folder / f"{name}{suffix}" for suffix in SUFFIXES if (folder / f"{name}{suffix}").is_file()
    ]
    if len(found) > 1:
        raise UserError(
            f"{folder} holds {' and '.join(path.name for path in found)}; keep one file of the "
            f"split {name}."
        )
    if not found and name != "dev":
        raise missing_data(
            source, f"no {name}{', .'.join(SUFFIXES).replace(', ..', ', .')} in {folder}"
        )
    return found[0] if found else None


def _explicit(source: Mapping[str, Any], path: Path) -> Path:
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"{path} is a file of an unknown type; accepted are {', '.join(SUFFIXES)}.")
    if not path.is_file():
        raise missing_data(source, f"no file {path}")
    return path
