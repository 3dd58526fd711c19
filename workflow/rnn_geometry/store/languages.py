"""Files of a language model and of its source: their names, and what is in them.

Apart from `artifacts`, which every classifier depends on.

Letters of shapes: n places of texts, S entries of a state, K hidden states of the source, r roots.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_geometry.store._artifact import (
    ArrayArtifact,
    Facts,
    JsonArtifact,
    array,
    artifact,
    parts_of,
    value,
)
from rnn_geometry.store.artifacts import Record

_OF_CLASSIFIERS = {part.name: part.metadata["meaning"] for part in parts_of(Record)}


def _as_of_classifiers(name: str) -> Any:
    """Declare a value that means what it means in the record of a classifier."""
    return value(_OF_CLASSIFIERS[name])


@artifact
class SourceMeta(Facts):
    """meta.json: facts of a source, and what theory expects of its networks."""

    FILE = "meta.json"
    NEEDED = ("kind", "name", "family", "settings", "expected", "sha256")
    facts: Mapping[str, Any] = value("facts by name")


@artifact
class SourceWords(JsonArtifact):
    """texts/vocab.json: the words of a source."""

    FILE = "texts/vocab.json"
    words: list[str] = value("words by id")


@artifact
class LanguageRecord(JsonArtifact):
    """run.json: which network it is, how it was trained, and what came of it."""

    FILE = "run.json"
    task: str = _as_of_classifiers("task")
    model: str = _as_of_classifiers("model")
    cell: str = _as_of_classifiers("cell")
    l2: str = _as_of_classifiers("l2")
    seed: int = _as_of_classifiers("seed")
    control: str | None = _as_of_classifiers("control")
    settings: dict[str, Any] = _as_of_classifiers("settings")
    network: dict[str, Any] = _as_of_classifiers("network")
    seeds: dict[str, int] = value("seeds of weights and batches")
    data_sha256: dict[str, str] = _as_of_classifiers("data_sha256")
    weights_sha256: str = _as_of_classifiers("weights_sha256")
    fingerprint: str = _as_of_classifiers("fingerprint")
    device: str = _as_of_classifiers("device")
    threads: int = _as_of_classifiers("threads")
    best_step: int = _as_of_classifiers("best_step")
    test_loss: float = value("-log P of the next word on the test split, mean, in nats")
    test_accuracy: float = value("share of test words that are the most likely ones")
    loss_falling: bool | None = value("whether the dev loss was still falling at the end")
    versions: dict[str, str] = _as_of_classifiers("versions")
    train_seconds: float = value("CPU time of training, in seconds")

    def facts(self) -> dict[str, Any]:
        """Return the contents of the file."""
        return self._contents()


@artifact
class BeliefStates(ArrayArtifact):
    """beliefs.npz: states at places of held-out texts, what can be known there, where states rest.

    All under one input that is held.
    """

    FILE = "beliefs.npz"
    x: np.ndarray = array("E", "input that is held: the mean of the words that change nothing")
    states: np.ndarray = array("n S", "states after a word, single precision")
    beliefs: np.ndarray = array("n K", "chances of the hidden states, given the words up to there")
    slow_points: np.ndarray = array("n S", "where the states lie on the slow manifold")
    status: np.ndarray = array("n", "codes of `dynamics.results.Status`")
    roots: np.ndarray = array("r S", "exact fixed points")
    unstable: np.ndarray = array("r", "modes of each with |lambda| > 1; 0: stable")


@artifact
class LanguageNumbers(Facts):
    """language.json: all numbers of the network, beside which network it is."""

    FILE = "language.json"
    NEEDED = ("task", "model", "l2", "seed", "test_loss")
    facts: Mapping[str, Any] = value("numbers by name, see `geometry.language_tables`")
