"""What a language model holds of its source, where it comes to rest, what follows from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_geometry.geometry.defined import defined
from rnn_geometry.geometry.language import gap_closed
from rnn_geometry.geometry.language_tables import LANGUAGE, ORDERS, why_not_judged
from rnn_geometry.networks.classifier import load_classifier, prepare_device
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.stages.language_numbers import (
    Rest,
    Visits,
    at_rest,
    held_numbers,
    patch_numbers,
    rest_numbers,
    said_numbers,
)
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store.columns import check_numbers
from rnn_geometry.store.hashes import check_prepared
from rnn_geometry.store.languages import (
    BeliefStates,
    LanguageNumbers,
    LanguageRecord,
    SourceMeta,
)
from rnn_geometry.tasks.language.families import source_of_task
from rnn_geometry.tasks.language.texts import read_texts

MOST_TEXTS = 500  # held-out texts that states are visited on


def run(network: NetworkJob) -> None:
    """Write beliefs.npz and language.json of one network."""
    files = network.input
    record, meta = LanguageRecord.read(files["run"]), SourceMeta.read(files["meta"])
    check_prepared(meta, files)
    where = prepare_device(network.device, network.threads)
    model = load_classifier(files["model"], files["run"]).to(where)
    texts = read_texts(files["test"]).padded()[:MOST_TEXTS]
    visits = Visits(model, source_of_task(meta["settings"]), texts)
    rng = np.random.default_rng(network.network.seed_for("beliefs"))
    cell, expected = CELLS.get(record.cell), meta["expected"]
    rest = at_rest(visits, network.settings, rng, bounded=cell is not None and cell.bounded)
    numbers = {
        **facts(record, meta),
        **expected,
        **quality(record, expected),
        **held_numbers(visits, rng),
        **said_numbers(visits, expected, meta["texts_counted"], network.network.seed_for("said")),
        **rest_numbers(visits, rest, network.settings),
        **patch_numbers(visits, rng),
        "train_seconds": record.train_seconds,
    }
    numbers["not_judged"] = why_not_judged(numbers, record.loss_falling)
    numbers = defined(numbers)
    check_numbers(f"language.json of {network.network}", numbers, LANGUAGE)
    states_of(visits, rest).write(network.output["beliefs"])
    ordered = {name: numbers[name] for name in LANGUAGE}
    LanguageNumbers(facts=ordered).write(network.output["language"])
    network.log(
        f"{network.network}: perplexity {numbers['perplexity_ratio']:.4f} of the source's, beliefs "
        f"read with R^2 {numbers['belief_r2']:.3f}"
    )


def facts(record: LanguageRecord, meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of a network beside its numbers.

    Parameters
    ----------
    record
        Its run.json.
    meta
        Facts of its source.
    """
    return {
        **{key: getattr(record, key) for key in ("task", "model", "cell", "l2", "seed", "control")},
        "family": meta["family"],
        "data_seed": meta["settings"]["data_seed"],
        "hidden_size": record.network["hidden_size"],
        "steps": record.best_step,
    }


def quality(record: LanguageRecord, expected: Mapping[str, Any]) -> dict[str, Any]:
    """Return how well a network says the next word, beside n-grams and its source.

    Parameters
    ----------
    record
        Its run.json.
    expected
        Of its source, by the names of `language_tables.EXPECTED`.
    """
    grams = {n: math.log(expected[n]) for n in (f"perplexity_ngram_{i}" for i in ORDERS)}
    perplexity = math.exp(record.test_loss)
    return {
        "test_loss": record.test_loss,
        "test_accuracy": record.test_accuracy,
        "perplexity": perplexity,
        "perplexity_ratio": perplexity / expected["perplexity_source"],
        "gap_closed": gap_closed(record.test_loss, math.log(expected["perplexity_source"]), grams),
    }


def states_of(visits: Visits, rest: Rest) -> BeliefStates:
    """Return what figures show of a network.

    Parameters
    ----------
    visits
        Its states on texts.
    rest
        Where it comes to rest.
    """
    return BeliefStates(
        x=rest.x,
        states=visits.states[rest.starts].astype(np.float32),
        beliefs=visits.beliefs[rest.starts],
        slow_points=rest.slow.points,
        status=rest.slow.status,
        roots=rest.bones.roots,
        unstable=rest.bones.unstable,
    )
