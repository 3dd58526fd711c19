"""Training one network, from files to files.

Apart from the analysis, so that a changed formula there trains nothing again.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rnn_geometry.identity import SHUFFLED_LABELS, UNTRAINED, Network
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import build_classifier, prepare_device, save_classifier
from rnn_geometry.networks.sources import is_own
from rnn_geometry.networks.training import Recipe, evaluate, train
from rnn_geometry.stages.job import and_terminal
from rnn_geometry.stages.network_job import Log, NetworkJob
from rnn_geometry.store.artifacts import History, Meta, Record, Vocabulary
from rnn_geometry.store.hashes import check_prepared, data_hashes, sha256
from rnn_geometry.tasks.sentences import Sentences, read_sentences
from rnn_geometry.tasks.synthetic import word_vectors

STILL_FALLING = (
    "the loss on the dev split was still falling at the end, so that no verdict counts this "
    "network; train longer: raise steps or epochs, or give min_steps."
)
PACKAGES = ("torch", "numpy", "snakemake", "datasets", "tokenizers")


def run(network: NetworkJob) -> None:
    """Train one network; a checkpoint waits beside its files until it is done.

    Raises
    ------
    Diverged
        Where the loss explodes.
    """
    train_run(
        network.input,
        network.output,
        identity=network.identity,
        settings=dict(network.own),
        device=network.device,
        threads=network.threads,
        fingerprint=network.fingerprint,
        log=network.log,
    )
    checkpoint_file(network.output).unlink(missing_ok=True)


def checkpoint_file(output: Mapping[str, str]) -> Path:
    """Return the file in which the state of a training lies until its job is done."""
    return Path(output["model"]).with_name("checkpoint.safetensors")


def train_run(
    files,
    output,
    *,
    identity: Mapping[str, str],
    settings: dict,
    device: str,
    threads: int,
    fingerprint: str,
    log: Log,
):
    """Train one network and write model.safetensors, run.json and history.parquet.

    Parameters
    ----------
    files, output
        Paths by stem.
    identity
        Keys of the network, as text.
    settings
        Settings of its model.
    device, threads
        Where to compute.
    fingerprint
        Hash of the code of the stage, kept in run.json.
    log
        Takes one line.
    """
    log, tell = and_terminal(log, "training {task} {model} L2 {l2} seed {seed}".format(**identity))
    where = prepare_device(device, threads)
    splits = {name: read_sentences(files[name]) for name in ("train", "dev", "test")}
    words, meta = len(Vocabulary.read(files["vocab"]).words), Meta.read(files["meta"])
    check_prepared(meta, files)
    seeds = run_seeds(identity)
    network = network_settings(settings, meta, words)
    check_own(network)
    classifier = build_classifier(
        network, fixed_word_vectors(meta, words), seed=seeds["initialisation"]
    ).to(where)
    recipe = Recipe.from_settings(settings)
    versions = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    origin = {
        "settings": settings,
        "network": network,
        "seeds": seeds,
        "data_sha256": data_hashes(files),
    }
    origin |= {"fingerprint": fingerprint, "device": str(where), "threads": threads}
    checkpoint = Checkpoint(checkpoint_file(output), {**origin, "torch": torch.__version__}, log)
    options = {"batch_seed": seeds["batches"], "log": log, "checkpoint": checkpoint}
    result = train(classifier, splits["train"], splits["dev"], recipe, **options)
    _, accuracy = evaluate(classifier, splits["test"])
    _, shuffled = evaluate(classifier, shuffled_words(splits["test"], seeds["shuffling"]))
    tell(
        f"test accuracy {accuracy:.4f} with the weights of step {result.best_step}; "
        f"{result.seconds:.1f} CPU seconds"
    )
    log(f"test accuracy with the words of every text shuffled {shuffled:.4f}")
    if result.loss_falling:
        tell(STILL_FALLING)
    save_classifier(output["model"], classifier)
    record = Record(
        **Network.of(identity)._replace(seed=int(identity["seed"]))._asdict(),
        cell=settings["cell"],
        control=control_kind(settings, meta),
        **origin,
        weights_sha256=sha256(output["model"]),
        best_step=result.best_step,
        test_accuracy=accuracy,
        shuffled_accuracy=shuffled,
        loss_falling=result.loss_falling,
        versions=versions,
        train_seconds=result.seconds,
    )
    History(**result.history).write(output["history"])
    record.write(output["run"])


def check_own(network: Mapping[str, Any]) -> None:
    """Refuse a broken cell of a user's own, whoever started the job; no result depends on it."""
    if is_own(network["cell"]):
        # Not imported above: a better check must not train anything again.
        check_cell = import_module("rnn_geometry.networks.check").check_cell
        check_cell(network["cell"], hidden_size=network["hidden_size"], **network["cell_options"])


def control_kind(settings: Mapping[str, Any], meta: Mapping[str, Any]) -> str | None:
    """Return which control a network is by what makes it one, not by its name; None for none."""
    if settings["steps"] == 0:
        return UNTRAINED
    return SHUFFLED_LABELS if meta["settings"].get("shuffled_labels") else None


def run_seeds(identity: Mapping[str, str]) -> dict[str, int]:
    """Return a network's own seeds for weights, batch order and shuffled texts."""
    network = Network.of(identity)
    return {
        purpose: network.seed_for(purpose) for purpose in ("initialisation", "batches", "shuffling")
    }


def shuffled_words(sentences: Sentences, seed: int) -> Sentences:
    """Return the sentences with the words of each in a random order: a bag of words is left."""
    order = np.random.default_rng(seed).random(len(sentences.tokens))
    sentence_of = np.repeat(np.arange(len(sentences)), sentences.lengths)
    return Sentences(
        sentences.tokens[np.lexsort((order, sentence_of))], sentences.offsets, sentences.labels
    )


def network_settings(
    settings: Mapping[str, Any], meta: Mapping[str, Any], words: int
) -> dict[str, Any]:
    """Return what `build_classifier` needs to know: cell, sizes, options of cell and readout."""
    return {
        "cell": settings["cell"],
        "hidden_size": settings["hidden_size"],
        "embedding_size": settings["embedding_size"] or settings["hidden_size"],
        "cell_options": dict(settings["cell_options"]),
        "readout_bias": settings["readout_bias"],
        "readout_scale": settings["readout_scale"],
        "words": words,
        "classes": meta["classes"],
        "fixed_embedding": meta["kind"] == "synthetic",
    } | {key: settings[key] for key in ("cell_source",) if key in settings}


def fixed_word_vectors(meta: Mapping[str, Any], words: int) -> np.ndarray | None:
    """Return the one-hot word vectors (V, E) of a synthetic task; None for a text."""
    return word_vectors(words, meta["zero_word"]) if meta["kind"] == "synthetic" else None
