"""Models that were trained elsewhere: what a configuration says of them, and where their files lie.

Light on purpose, like `settings`. A weights file whose name holds `{seed}` stands for one network
of every seed; any other is one network, under the first seed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from rnn_geometry.config.plain import check_path
from rnn_geometry.config.without_step import with_cell
from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.identity import Network
from rnn_geometry.networks.sources import find_source
from rnn_geometry.store.hashes import sha256
from rnn_geometry.tasks.text.vocabulary import stated

KEYS = ("weights", "module", "module_options", "vocabulary")
SEED = "{seed}"  # in the name of a weights file
IMPORTED = "imported"  # stands for the cell until its weights were read


def is_imported(model: Mapping[str, Any]) -> bool:
    """Tell whether a model was trained elsewhere.

    Parameters
    ----------
    model
        Settings of a model.
    """
    return "weights" in model


def check_stated(models: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse keys that do not go together.

    Parameters
    ----------
    models
        As they are written, without defaults.

    Raises
    ------
    UserError
        For a model without a cell, one with code and no weights, and a key of trainings beside
        weights.
    """
    for name, model in models.items():
        key = f"config key models.{name}"
        if not is_imported(model):
            alone = next((one for one in KEYS if one in model), None)
            if alone is not None:
                raise UserError(
                    f"{key}.{alone}: it goes with weights, which say that the network was trained "
                    "elsewhere; give weights, too, or leave it out."
                )
            if "cell" not in with_cell(model):
                raise UserError(f"{key}.cell: missing; it must be given.")
            continue
        other = next((one for one in model if one not in (*KEYS, "cell")), None)
        if other is not None:
            raise UserError(
                f"{key}.{other}: the model has weights and is not trained here; accepted beside "
                f"them are {listed(('cell', *KEYS[1:]))}. Leave {other} out, or give the model "
                "another name if it is one of the defaults."
            )


def without_training(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of an imported model: no step, no penalty.

    Parameters
    ----------
    model
        With every default filled in.
    """
    nothing = {"steps": 0, "epochs": None, "min_steps": None, "l2": "0"}
    return {"cell": IMPORTED, **model, **nothing}


def give_vocabularies(
    tasks: Iterable[dict[str, Any]],
    grid: Mapping[str, Mapping[str, list]],
    models: Mapping[str, Mapping[str, Any]],
) -> None:
    """Give tasks the words of the imported networks that read them.

    Parameters
    ----------
    tasks
        Settings; changed.
    grid
        Models by the name of a task, under `cells`.
    models
        Settings by name.

    Raises
    ------
    UserError
        For two vocabularies on one task, and an imported network on made-up sentences.
    """
    for task in tasks:
        for name in grid[task["name"]]["cells"]:
            if is_imported(models[name]):
                _give(task, name, models[name])


def _give(task: dict[str, Any], name: str, model: Mapping[str, Any]) -> None:
    if task["family"] != "text":
        raise UserError(
            f"config task '{task['name']}': '{name}' was trained elsewhere and reads texts of its "
            "own words; write the sentences into a file and make it a task of the family text."
        )
    own = model.get("vocabulary")
    if own is None:
        raise UserError(
            f"config key models.{name}.vocabulary: missing; name the file of the words that the "
            "network was trained with."
        )
    if stated(task.setdefault("vocabulary", own)) != stated(own):
        raise UserError(
            f"config task '{task['name']}': its vocabulary is {quoted(task['vocabulary'])}, and "
            f"that of '{name}' {quoted(own)}; a task has the words of one network: make a second "
            "task of the same data."
        )


def find_files(
    models: Mapping[str, dict[str, Any]], networks: Iterable[Network], folders: list[str]
) -> None:
    """Note where the files of imported models lie, and their hashes, on which results depend.

    Parameters
    ----------
    models
        Settings by name; imported ones gain `files`, `sha256` and `module_source`.
    networks
        Those that are asked for; models of none are left out.
    folders
        Where files are looked for, in turn.

    Raises
    ------
    UserError
        For a file that is nowhere.
    """
    seeds: dict[str, dict[int, None]] = {}
    for network in networks:
        if is_imported(models[network.model]):
            seeds.setdefault(network.model, {})[network.seed] = None
    for name, own in seeds.items():
        _find(f"config key models.{name}", models[name], own, folders)


def _find(key: str, model: dict[str, Any], seeds: Iterable[int], folders: list[str]) -> None:
    files = {
        _of_seed(seed): _found(model["weights"].replace(SEED, str(seed)), f"{key}.weights", folders)
        for seed in seeds
    }
    if "vocabulary" in model:
        files["vocabulary"] = _found(
            stated(model["vocabulary"])["file"], f"{key}.vocabulary", folders
        )
    model["files"] = files
    model["sha256"] = {what: sha256(file) for what, file in files.items()}
    if "module" in model:
        try:
            model["module_source"] = find_source(model["module"]).digest()
        except UserError as error:
            told = str(error).replace("ClassName", "build")
            raise UserError(f"{key}.module: {told}") from error


def _of_seed(seed: int) -> str:
    return f"weights-{seed}"


def _found(path: str, key: str, folders: list[str]) -> str:
    """Return where a file lies."""
    check_path(path, key)
    places = [path] if os.path.isabs(path) else [os.path.join(folder, path) for folder in folders]
    found = next((place for place in places if os.path.isfile(place)), None)
    if found is None:
        raise UserError(
            f"{key}: there is no file {quoted(path)}; put it below the working folder, beside the "
            "configuration or into the folder of the workflow."
        )
    return from_here(found)


def from_here(path: str) -> str:
    """Return a path as seen from the working folder, if it lies below: that may be moved.

    Parameters
    ----------
    path
        The path.
    """
    seen = os.path.relpath(path)
    return path if seen.startswith(os.pardir) else seen


def of_network(model: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return the settings of an imported model for one of its networks, with its own files.

    Parameters
    ----------
    model
        Settings, as `find_files` leaves them.
    seed
        Of the network.
    """
    chosen = {"weights": _of_seed(seed), "vocabulary": "vocabulary"}
    return {
        **model,
        **{
            kind: {key: model[kind][name] for key, name in chosen.items() if name in model[kind]}
            for kind in ("files", "sha256")
        },
    }
