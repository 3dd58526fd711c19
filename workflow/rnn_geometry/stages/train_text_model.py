"""Training a language model of running text: its word vectors are learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import build_classifier, prepare_device
from rnn_geometry.networks.next_word import evaluate_next_word
from rnn_geometry.networks.next_word_training import train_next_word
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.stages.job import and_terminal
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.train import check_own, checkpoint_file, control_kind, run_seeds
from rnn_geometry.stages.train_language_model import PURPOSES, SPLITS, network_facts, write
from rnn_geometry.store.hashes import check_prepared, data_hashes
from rnn_geometry.store.languages import SourceMeta, SourceWords
from rnn_geometry.tasks.running_text import texts_of
from rnn_geometry.tasks.sentences import read_sentences


def run(network: NetworkJob) -> None:
    """Train one language model; write its weights, its record and the course of its training."""
    files, meta = network.input, SourceMeta.read(network.input["meta"])
    check_prepared(meta, files)
    made_of = text_model_facts(network.own, len(SourceWords.read(files["vocab"]).words))
    check_own(made_of)
    seeds = {purpose: run_seeds(network.identity)[purpose] for purpose in PURPOSES}
    where = prepare_device(network.device, network.threads)
    origin = {
        "settings": network.own,
        "network": made_of,
        "seeds": seeds,
        "data_sha256": data_hashes(files),
        "fingerprint": network.fingerprint,
        "device": str(where),
        "threads": network.threads,
    }
    log, tell = and_terminal(network.log, f"training {network.network}")
    checkpoint = Checkpoint(
        checkpoint_file(network.output), {**origin, "torch": torch.__version__}, log
    )
    model = build_classifier(made_of, None, seed=seeds["initialisation"]).to(where)
    train, dev, test = (texts_of(read_sentences(files[split])) for split in SPLITS)
    recipe = Recipe.from_settings(network.own)
    told = {"batch_seed": seeds["batches"], "log": log, "checkpoint": checkpoint}
    result = train_next_word(model, train, dev, recipe, **told)
    found = evaluate_next_word(model, test)
    tell(f"test loss {found.loss:.4f}; {result.seconds:.1f} CPU seconds")
    write(network, model, origin, result, found, control_kind(network.own, meta))
    checkpoint.path.unlink(missing_ok=True)


def text_model_facts(settings: Mapping[str, Any], words: int) -> dict[str, Any]:
    """Return what `build_classifier` needs to know: classes are words, vectors are learned.

    Parameters
    ----------
    settings
        Of the model.
    words
        How many the texts have.
    """
    return {
        **network_facts(settings, words),
        "embedding_size": settings["embedding_size"],
        "fixed_embedding": False,
    }
