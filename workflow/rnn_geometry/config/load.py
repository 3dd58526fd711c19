"""From the files that Snakemake was given to checked settings, before the graph is built."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from rnn_geometry.claims.file import checked_claims
from rnn_geometry.config.pipeline import NETWORK_STAGES
from rnn_geometry.config.plain import check_duplicate_keys, check_path
from rnn_geometry.config.schema import check_schema
from rnn_geometry.config.settings import resolve
from rnn_geometry.errors import UserError, quoted, told
from rnn_geometry.identity import family_options
from rnn_geometry.tasks import synthetic
from rnn_geometry.tasks.curation import check_words
from rnn_geometry.tasks.text import prepare as text

SCHEMAS = Path(__file__).parents[2] / "schemas"
DATA_VARIABLE = "RNN_GEOMETRY_DATA"


def load_settings(raw: Mapping[str, Any], files: Iterable[str], root: str) -> dict[str, Any]:
    """Return the checked settings of a run.

    Parameters
    ----------
    raw
        The configuration as Snakemake has put it together.
    files
        The files that it comes from.
    root
        The folder of the project, beside which files of claims are looked for.

    Raises
    ------
    UserError
        With one sentence that names the key.
    """
    for path in files:
        check_duplicate_keys(path)
    raw = dict(raw)
    if raw.get("data_folder") in (None, ""):
        raw["data_folder"] = os.environ.get(DATA_VARIABLE) or None
    settings = resolve(raw, read_schema("config"))
    settings["claims"] = read_claims(settings["claims"], root)
    for task in settings["tasks"]:
        with_task_name(task, check_task, task, settings["data_folder"])
        check_sentences(task, settings["explorer"]["sentences"].get(task["name"], []))
    return settings


def read_schema(name: str) -> dict[str, Any]:
    """Return a schema by name; that of configurations with names that only the code states."""
    schema = yaml.safe_load((SCHEMAS / f"{name}.schema.yaml").read_text(encoding="utf-8"))
    if name == "config":
        schema["$defs"]["task"]["properties"]["family"] = {"enum": [*synthetic.FAMILIES, "text"]}
        stages = {stage: {"$ref": "#/$defs/limits"} for stage in NETWORK_STAGES}
        schema["properties"]["limits"]["properties"] = stages
    return schema


def read_claims(path: str, root: str) -> dict[str, Any]:
    """Return the checked claims of a file.

    Parameters
    ----------
    path
        The file, below the current folder or beside the Snakefile.
    root
        The folder of the project.

    Raises
    ------
    UserError
        If the file is missing, is no YAML or states a claim that nothing can judge.
    """
    found = next((f for f in (path, os.path.join(root, path)) if os.path.isfile(f)), None)
    if found is None:
        raise UserError(
            f"config key claims: there is no file '{path}', neither in this folder nor beside "
            "the Snakefile; name one that exists."
        )
    try:
        claims = yaml.safe_load(Path(found).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(
            f"config key claims: {quoted(path)} is no YAML file ({told(error)}); mend it there."
        ) from error
    check_schema(claims, read_schema("claims"))
    return checked_claims(claims)


def check_task(task: dict[str, Any], data_folder: str | None) -> None:
    """Let the task's family check its own options and files; note its files in the task.

    Parameters
    ----------
    task
        Settings of the task; those of texts gain the key `files`.
    data_folder
        Where data sets lie; None for the hub.

    Raises
    ------
    UserError
        For an option that is not accepted, and for a file that is missing.
    """
    options = family_options(task)
    if task["family"] != "text":
        synthetic.build_task(task["family"], **options)
        return
    text.check_options(options)
    try:
        task["files"] = text.local_files(options, data_folder)
    except (OSError, RuntimeError, ValueError) as error:  # a name too long, a home nobody has
        raise UserError(
            f"source and data_folder make no path ({told(error)}); name a folder and files that "
            "can be."
        ) from error
    for path in task["files"].values():
        check_path(path, "source")


def check_sentences(task: Mapping[str, Any], sentences: Iterable[str]) -> None:
    """Refuse sentences for the explorer without a word, or with one that a task does not have."""
    for sentence in sentences:
        if not sentence.split():
            key = f"explorer.sentences.{task['name']}"
            raise UserError(
                f"config key {key}: {quoted(sentence)} holds no word; give one at least."
            )
    if task["family"] != "text":
        words = synthetic.build_task(task["family"], **family_options(task)).words
        for sentence in sentences:
            check_words(sentence.split(), words, task["name"])


def with_task_name(task: Mapping[str, Any], function: Callable[..., None], *arguments: Any) -> None:
    """Call a function; name the task in the sentence of a UserError."""
    try:
        function(*arguments)
    except UserError as error:
        raise UserError(f"config task '{task['name']}': {error}") from error
