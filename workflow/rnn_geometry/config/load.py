"""From the files that Snakemake was given to checked settings, before the graph is built."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from rnn_geometry.claims.extended import read_whole
from rnn_geometry.claims.file import checked_claims
from rnn_geometry.claims.language import checked_language_claims
from rnn_geometry.claims.transformers import checked_transformer_claims
from rnn_geometry.claims.translators import checked_translator_claims
from rnn_geometry.claims.universality import checked_universality_claims
from rnn_geometry.config.found import (
    checked_tokenizer,
    checked_vocabulary,
    found_file,
    found_from,
)
from rnn_geometry.config.imports import find_files, from_here
from rnn_geometry.config.kinds import (
    CLASSIFIER,
    LANGUAGE_MODEL,
    TEXT_MODEL,
    TRANSLATOR,
    WITHOUT_STEP,
    kind_of_task,
)
from rnn_geometry.config.pair_tasks import FILE, PARALLEL, check_pair_options
from rnn_geometry.config.pipeline import NETWORK_STAGES
from rnn_geometry.config.plain import check_duplicate_keys, check_path
from rnn_geometry.config.schema import check_schema
from rnn_geometry.config.settings import resolve
from rnn_geometry.config.source_tasks import check_source_options
from rnn_geometry.errors import UserError, quoted, told
from rnn_geometry.identity import family_options
from rnn_geometry.tasks import synthetic
from rnn_geometry.tasks.curation import check_words
from rnn_geometry.tasks.language.families import SOURCE_FAMILIES
from rnn_geometry.tasks.pairs.families import PAIR_FAMILIES
from rnn_geometry.tasks.running_text import RUNNING_TEXT, TEXT, as_text_task
from rnn_geometry.tasks.text import prepare as text
from rnn_geometry.tasks.text.options import BUILT_IN, WHITESPACE
from rnn_geometry.tasks.text.splitters import Splitter

SCHEMAS = Path(__file__).parents[2] / "schemas"
DEFAULTS = ("text_sets.yaml", "config.yaml")
SHIPPED = ("docs", "data", "claims.csv")  # verdicts of the battery
DATA_VARIABLE = "RNN_GEOMETRY_DATA"
CLAIMS_OF = {  # keys of files of claims beside `claims`, and kinds of networks they are about
    "claims_universality": ({CLASSIFIER}, checked_universality_claims),
    "claims_attention": ({TRANSLATOR}, checked_translator_claims),
    "claims_language": ({LANGUAGE_MODEL}, checked_language_claims),
    "claims_language_text": ({TEXT_MODEL}, checked_language_claims),
    "claims_transformers": ({*WITHOUT_STEP}, checked_transformer_claims),
}


def load_settings(
    raw: Mapping[str, Any], files: Iterable[str], root: str, arguments: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the checked settings of a run.

    A relative `data_folder` or `claims` is looked for below the working folder, beside the files of
    the configuration and in the folder of the project, in this order.

    Parameters
    ----------
    raw
        The configuration as Snakemake, or who uses this workflow as a module, has put it together.
        It is laid over the defaults of the project.
    files
        The files that it comes from.
    root
        The folder of the project.
    arguments
        What was given with `--config`, as `key=value`: Snakemake reads numbers in it as text.

    Raises
    ------
    UserError
        With one sentence that names the key.
    """
    files = [str(path) for path in files]
    for path in files:
        check_duplicate_keys(path)
    beside = [os.path.dirname(path) for path in reversed(files)]
    folders = ["", *beside, root]
    default = raw.get("claims") is None
    schema = read_schema("config")
    raw = laid_over(laid_over(read_defaults(root), raw), typed(arguments, schema))
    data_folder = raw.get("data_folder")
    if data_folder in (None, ""):  # all else is for the schema to accept or refuse
        data_folder = os.environ.get(DATA_VARIABLE) or None
    raw["data_folder"] = found_from(folders, data_folder, os.path.isdir)
    settings = resolve(raw, schema)
    design = settings["design"]
    networks = [network for made in design.networks.values() for network in made]
    find_files(design.models, networks, [*beside, "", root])
    settings["claims"] = read_claims(settings["claims"], *([root] if default else folders))
    kinds = {*map(kind_of_task, settings["tasks"]), *map(design.kind, networks)}
    for key, (about, checked) in CLAIMS_OF.items():
        if about & kinds:
            settings[key] = read_claims(settings[key], *folders, key=key, checked=checked)
    for task in settings["tasks"]:
        with_task_name(task, check_task, task, settings["data_folder"], [*beside, "", root])
        check_sentences(task, settings["explorer"]["sentences"].get(task["name"], []))
    return settings


def read_schema(name: str) -> dict[str, Any]:
    """Return a schema by name; that of configurations with names that only the code states."""
    schema = yaml.safe_load((SCHEMAS / f"{name}.schema.yaml").read_text(encoding="utf-8"))
    if name == "config":
        sentences, others = list(synthetic.families()), [*PAIR_FAMILIES, *SOURCE_FAMILIES]
        task = schema["$defs"]["task"]
        task["properties"]["family"] = {"enum": [*sentences, TEXT, *others, RUNNING_TEXT]}
        task["if"]["properties"]["family"] = {"enum": [*sentences, *others]}
        stages = {stage: {"$ref": "#/$defs/limits"} for stage in NETWORK_STAGES}
        schema["properties"]["limits"]["properties"] = stages
    return schema


def default_files(root: str) -> list[str]:
    """Return the files that lie below every configuration, in the order in which they are read."""
    return [os.path.join(root, "config", name) for name in DEFAULTS]


def read_defaults(root: str) -> dict[str, Any]:
    """Return the configuration that lies below every other: data sets by name, and the default.

    Parameters
    ----------
    root
        The folder of the project: never the working folder, which may be anywhere.
    """
    below: dict[str, Any] = {}
    for path in default_files(root):
        check_duplicate_keys(path)
        try:
            below = laid_over(below, yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {})
        except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError) as error:
            raise UserError(
                f"{path}: the file is missing or no YAML mapping ({told(error)}); put back that of "
                "the project."
            ) from error
    return below


def laid_over(below: Any, above: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration laid over another: mappings key by key, all else as a whole.

    Parameters
    ----------
    below, above
        The two; neither is changed.

    Examples
    --------
    >>> laid_over({"models": {"gru": 1}, "seeds": [1, 2]}, {"models": {"lstm": 2}, "seeds": [3]})
    {'models': {'gru': 1, 'lstm': 2}, 'seeds': [3]}
    """
    merged = dict(below) if isinstance(below, Mapping) else {}
    for key, value in above.items():
        merged[key] = laid_over(merged.get(key), value) if isinstance(value, Mapping) else value
    return merged


def said(raw: Mapping[str, Any], arguments: Iterable[str]) -> dict[str, Any]:
    """Return a configuration in which what `--config` says has the types of a file.

    Parameters
    ----------
    raw
        The configuration as Snakemake has put it together: numbers of `--config` are text in it.
    arguments
        Each `key=value` of `--config`.
    """
    return laid_over(raw, typed(arguments, read_schema("config")))


def typed(arguments: Iterable[str], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `--config` says, its values read as those of a file: numbers, null, true.

    Parameters
    ----------
    arguments
        Each `key=value`. What is no YAML stays what Snakemake makes of it.
    schema
        Of the configuration: the value of a key that takes text stays as it is written.

    Examples
    --------
    >>> typed(["seeds=[1, 2]", "results=2024", "data_folder=null"], read_schema("config"))
    {'seeds': [1, 2], 'results': '2024', 'data_folder': None}
    """
    read: dict[str, Any] = {}
    for argument in arguments:
        key, _, text = argument.partition("=")
        try:
            value = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError):
            continue
        of_text = "string" in schema["properties"].get(key, {}).get("type", ())
        plain_value = value is None or isinstance(value, (str, list, Mapping))
        read = laid_over(read, {key: text if of_text and not plain_value else value})
    return read


def shipped_file(root: str) -> list[str]:
    """Return the file of the battery's verdicts and its hash; nothing where it is not there.

    Parameters
    ----------
    root
        The folder of the workflow.
    """
    path = os.path.join(root, *SHIPPED)
    if not os.path.isfile(path):
        return []
    return [os.path.relpath(path), hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]]


def read_claims(
    path: str,
    *folders: str,
    key: str = "claims",
    checked: Callable[[Mapping[str, Any]], dict[str, Any]] = checked_claims,
) -> dict[str, Any]:
    """Return the checked claims of a file.

    Parameters
    ----------
    path
        The file.
    folders
        Where it is looked for, in turn.
    key
        The key that names it, for the sentence.
    checked
        Checks what it holds.

    Raises
    ------
    UserError
        If the file is missing, is no YAML or states a claim that nothing can judge.
    """
    found = found_from(folders, path, os.path.isfile)
    if not os.path.isfile(found):
        raise UserError(
            f"config key {key}: there is no file {quoted(path)}; put it below the "
            "working folder, beside the configuration or into the folder of the workflow."
        )
    try:
        claims = read_whole(found)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(
            f"config key {key}: {quoted(path)} is no YAML file ({told(error)}); mend it there."
        ) from error
    check_schema(claims, read_schema("claims"))
    return checked(claims)


def check_task(
    task: dict[str, Any], data_folder: str | None, folders: Iterable[str] = ("",)
) -> None:
    """Let the task's family check its own options; note its files, or its code, in the task.

    Parameters
    ----------
    task
        Settings of the task; those of texts gain the key `files`, those of a family that another
        package adds the key `family_source`.
    data_folder
        Where data sets lie; None for the hub.
    folders
        Where a tokenizer.json is looked for, in turn.

    Raises
    ------
    UserError
        For an option that is not accepted, and for a file that is missing.
    """
    if kind_of_task(task) == TRANSLATOR:
        check_pair_options(task)
        if task["family"] == PARALLEL:
            task["files"] = {FILE: from_here(found_file(FILE, task[FILE], folders))}
        return
    if kind_of_task(task) == LANGUAGE_MODEL:
        check_source_options(task)
        return
    if kind_of_task(task) == TEXT_MODEL:
        read = as_text_task(task)
        files = _files_of_text(read, data_folder, folders)
        task |= {**read, "family": RUNNING_TEXT, "files": files}
        return
    if task["family"] != TEXT:
        synthetic.build_task(task["family"], **family_options(task))
        added = synthetic.added_families().get(task["family"])
        if added is not None:  # its code is a setting of the task
            task["family_source"] = added.digest()
        return
    task["files"] = _files_of_text(task, data_folder, folders)


def _files_of_text(
    task: dict[str, Any], data_folder: str | None, folders: Iterable[str]
) -> dict[str, str]:
    """Return the files by name that a task of texts reads, once its options are checked.

    A vocabulary that is a tokenizer.json becomes its tokenizer.
    """
    options = family_options(task)
    text.check_options(options)
    vocabulary = options.get("vocabulary") and checked_vocabulary(task, folders)
    try:
        files = text.local_files(options, data_folder)
    except (OSError, RuntimeError, ValueError) as error:  # a name too long, a home nobody has
        raise UserError(
            f"source and data_folder make no path ({told(error)}); name a folder and files that "
            "can be."
        ) from error
    for path in files.values():
        check_path(path, "source")
    if task.get("tokenizer") is not None and task["tokenizer"] not in BUILT_IN:
        files |= {"tokenizer": checked_tokenizer(task["tokenizer"], folders)}
    return files | ({"vocabulary": vocabulary} if vocabulary else {})


def check_sentences(task: Mapping[str, Any], sentences: Iterable[str]) -> None:
    """Refuse sentences for the explorer without a word, or with one that a task does not have."""
    for sentence in sentences:
        if not Splitter(WHITESPACE).normalise([sentence])[0]:
            key = f"explorer.sentences.{task['name']}"
            raise UserError(
                f"config key {key}: {quoted(sentence)} holds no word; give one at least."
            )
    if kind_of_task(task) != CLASSIFIER:
        return  # it has no explorer of sentences: a sentence is refused by the plan
    if task["family"] != TEXT:
        words = synthetic.build_task(task["family"], **family_options(task)).words
        for sentence in sentences:
            check_words(sentence.split(), words, task["name"])


def with_task_name(task: Mapping[str, Any], function: Callable[..., None], *arguments: Any) -> None:
    """Call a function; name the task in the sentence of a UserError."""
    try:
        function(*arguments)
    except UserError as error:
        raise UserError(f"config task '{task['name']}': {error}") from error
