"""Training a translator, from files to files."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from rnn_geometry.identity import SHUFFLED_LABELS, UNTRAINED, Network
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import prepare_device
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.sources import is_own
from rnn_geometry.networks.translators.build import build_translator, save_translator
from rnn_geometry.networks.translators.evaluation import Quality, evaluate_pairs
from rnn_geometry.networks.translators.training import TrainingResult, train_translator
from rnn_geometry.networks.translators.translator import Translator
from rnn_geometry.stages.job import and_terminal
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store.artifacts import History
from rnn_geometry.store.hashes import check_prepared, data_hashes, sha256
from rnn_geometry.store.translations import PairMeta, PairWords, TranslatorRecord
from rnn_geometry.tasks.pairs.pairs import read_pairs

SPLITS = ("train", "dev", "test")
PACKAGES = ("torch", "numpy", "snakemake")
OF_NETWORK = (
    *("cell", "architecture", "alignment", "feedback", "positions"),
    *("hidden_size", "cell_options", "readout_scale"),
)


def run(network: NetworkJob) -> None:
    """Train one translator; write its weights, its record and the course of its training."""
    files, title = network.input, str(network.network)
    meta, words = PairMeta.read(files["meta"]), PairWords.read(files["vocab"])
    check_prepared(meta, files)
    pairs = {split: read_pairs(files[split]) for split in SPLITS}
    log, tell = and_terminal(network.log, f"training {title}")
    settings = trained_with(network.own, meta)
    made_of = network_facts(settings, words)
    check_own(made_of)
    seeds = translator_seeds(network.network)
    where = prepare_device(network.device, network.threads)
    translator = build_translator(made_of, seed=seeds["initialisation"]).to(where)
    origin = {
        "settings": settings,
        "network": made_of,
        "seeds": seeds,
        "data_sha256": data_hashes(files),
        "fingerprint": network.fingerprint,
        "device": str(where),
        "threads": network.threads,
    }
    waits = Path(network.output["model"]).with_name("checkpoint.safetensors")
    checkpoint = Checkpoint(waits, {**origin, "torch": torch.__version__}, log)
    result = train_translator(
        translator,
        pairs["train"],
        pairs["dev"],
        Recipe.from_settings(settings),
        batch_seed=seeds["batches"],
        log=log,
        checkpoint=checkpoint,
    )
    found = evaluate_pairs(translator, pairs["test"])
    tell(
        f"test words {found.word_accuracy:.4f}, phrases {found.phrase_accuracy:.4f} with the "
        f"weights of step {result.best_step}; {result.seconds:.1f} CPU seconds"
    )
    write(network, translator, origin, result, found, control_kind(settings, meta))
    checkpoint.path.unlink(missing_ok=True)


def check_own(network: Mapping[str, Any]) -> None:
    """Refuse a broken cell of a user's own; no result depends on the check."""
    if is_own(network["cell"]):
        check_cell = import_module("rnn_geometry.networks.check").check_cell
        check_cell(network["cell"], hidden_size=network["hidden_size"], **network["cell_options"])


def trained_with(own: Mapping[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a training: those of the model; on permuted targets to the last step.

    Parameters
    ----------
    own
        Settings of the model.
    meta
        Facts of the task.
    """
    to_the_end = {"patience": None, "keep_weights": "last"}
    return {**own, **(to_the_end if meta["settings"].get("shuffled_labels") else {})}


def control_kind(settings: Mapping[str, Any], meta: Mapping[str, Any]) -> str | None:
    """Return which control a translator is by what makes it one; None for none.

    Parameters
    ----------
    settings
        Of the training.
    meta
        Facts of the task.
    """
    if settings["steps"] == 0:
        return UNTRAINED
    return SHUFFLED_LABELS if meta["settings"].get("shuffled_labels") else None


def translator_seeds(network: Network) -> dict[str, int]:
    """Return a translator's seeds for weights and batch order; a control has those of its twin.

    Parameters
    ----------
    network
        The network.
    """
    return {purpose: network.seed_for(purpose) for purpose in ("initialisation", "batches")}


def network_facts(settings: Mapping[str, Any], words: PairWords) -> dict[str, Any]:
    """Return what `build_translator` needs to know.

    Parameters
    ----------
    settings
        Of the model.
    words
        Of the task.
    """
    facts = {key: settings[key] for key in OF_NETWORK}
    return {**facts, "words_in": len(words.words_in), "words_out": len(words.words_out)}


def write(
    network: NetworkJob,
    translator: Translator,
    origin: Mapping[str, Any],
    result: TrainingResult,
    found: Quality,
    control: str | None,
) -> None:
    """Write model.safetensors, history.parquet and run.json.

    Parameters
    ----------
    network
        What is known of the network.
    translator
        As it ends.
    origin
        Settings, seeds, data and device of the training.
    result
        Its course.
    found
        Loss and accuracies on the test split.
    control
        Which control it is; None for none.
    """
    output, versions = network.output, {name: version(name) for name in PACKAGES}
    save_translator(output["model"], translator)
    History(**result.history).write(output["history"])
    TranslatorRecord(
        **network.network._asdict(),
        cell=origin["settings"]["cell"],
        architecture=origin["settings"]["architecture"],
        control=control,
        **origin,
        weights_sha256=sha256(output["model"]),
        best_step=result.best_step,
        word_accuracy=found.word_accuracy,
        phrase_accuracy=found.phrase_accuracy,
        loss_falling=result.loss_falling,
        versions={"python": platform.python_version(), **versions},
        train_seconds=result.seconds,
    ).write(output["run"])
