"""Training a language model, from files to files."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import torch

from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import (
    Classifier,
    build_classifier,
    prepare_device,
    save_classifier,
)
from rnn_geometry.networks.next_word import Fit, evaluate_next_word
from rnn_geometry.networks.next_word_training import train_next_word
from rnn_geometry.networks.training import Recipe, TrainingResult
from rnn_geometry.stages.job import and_terminal
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.train import check_own, checkpoint_file, control_kind, run_seeds
from rnn_geometry.store.artifacts import History
from rnn_geometry.store.hashes import check_prepared, data_hashes, sha256
from rnn_geometry.store.languages import LanguageRecord, SourceMeta, SourceWords
from rnn_geometry.tasks.language.texts import read_texts
from rnn_geometry.tasks.synthetic import word_vectors

SPLITS = ("train", "dev", "test")
PURPOSES = ("initialisation", "batches")  # of seeds
PACKAGES = ("torch", "numpy", "snakemake")
OF_NETWORK = ("cell", "hidden_size", "cell_options", "readout_bias", "readout_scale")
OF_CODE = ("cell_source",)  # of a cell of the user's own


def run(network: NetworkJob) -> None:
    """Train one language model; write its weights, its record and the course of its training."""
    files, title = network.input, str(network.network)
    meta, words = SourceMeta.read(files["meta"]), SourceWords.read(files["vocab"]).words
    check_prepared(meta, files)
    texts = {split: read_texts(files[split]) for split in SPLITS}
    log, tell = and_terminal(network.log, f"training {title}")
    made_of = network_facts(network.own, len(words))
    check_own(made_of)
    seeds = {purpose: run_seeds(network.identity)[purpose] for purpose in PURPOSES}
    where = prepare_device(network.device, network.threads)
    vectors = word_vectors(len(words), None)
    model = build_classifier(made_of, vectors, seed=seeds["initialisation"]).to(where)
    origin = {
        "settings": network.own,
        "network": made_of,
        "seeds": seeds,
        "data_sha256": data_hashes(files),
        "fingerprint": network.fingerprint,
        "device": str(where),
        "threads": network.threads,
    }
    waits = checkpoint_file(network.output)
    checkpoint = Checkpoint(waits, {**origin, "torch": torch.__version__}, log)
    result = train_next_word(
        model,
        texts["train"],
        texts["dev"],
        Recipe.from_settings(network.own),
        batch_seed=seeds["batches"],
        log=log,
        checkpoint=checkpoint,
    )
    found = evaluate_next_word(model, texts["test"])
    tell(
        f"test loss {found.loss:.4f} with the weights of step {result.best_step}; "
        f"{result.seconds:.1f} CPU seconds"
    )
    write(network, model, origin, result, found, control_kind(network.own, meta))
    checkpoint.path.unlink(missing_ok=True)


def network_facts(settings: Mapping[str, Any], words: int) -> dict[str, Any]:
    """Return what `build_classifier` needs to know: its classes are its words.

    Parameters
    ----------
    settings
        Of the model.
    words
        How many the source has.
    """
    known = (*OF_NETWORK, *(key for key in OF_CODE if key in settings))
    sizes = {"words": words, "classes": words, "embedding_size": words, "fixed_embedding": True}
    return {**{key: settings[key] for key in known}, **sizes}


def write(
    network: NetworkJob,
    model: Classifier,
    origin: Mapping[str, Any],
    result: TrainingResult,
    found: Fit,
    control: str | None,
) -> None:
    """Write model.safetensors, history.parquet and run.json.

    Parameters
    ----------
    network
        What is known of the network.
    model
        As it ends.
    origin
        Settings, seeds, data and device of the training.
    result
        Its course.
    found
        Loss and accuracy on the test split.
    control
        Which control it is; None for none.
    """
    output, versions = network.output, {name: version(name) for name in PACKAGES}
    save_classifier(output["model"], model)
    History(**result.history).write(output["history"])
    LanguageRecord(
        **network.network._asdict(),
        cell=origin["settings"]["cell"],
        control=control,
        **origin,
        weights_sha256=sha256(output["model"]),
        best_step=result.best_step,
        test_loss=found.loss,
        test_accuracy=found.accuracy,
        loss_falling=result.loss_falling,
        versions={"python": platform.python_version(), **versions},
        train_seconds=result.seconds,
    ).write(output["run"])
