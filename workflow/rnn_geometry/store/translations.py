"""Files of a network that translates, and of its task: their names, and what is in them.

Apart from `artifacts`, which every classifier depends on.

Letters of shapes: T places of the longest input, S of the longest target, P and Q those of the half
of the pairs that means are estimated on, H units, V and W words of input and output, n pairs that
are shown.
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
class PairMeta(Facts):
    """meta.json: facts of a task of pairs."""

    FILE = "meta.json"
    NEEDED = ("kind", "name", "family", "settings", "learned_above", "sha256")
    facts: Mapping[str, Any] = value("facts by name")


@artifact
class PairWords(JsonArtifact):
    """pairs/vocab.json: the words of either side of a task of pairs."""

    FILE = "pairs/vocab.json"
    words_in: list[str] = value("words that are read, by id")
    words_out: list[str] = value("words that are said, by id")


@artifact
class TranslatorRecord(JsonArtifact):
    """run.json: which network it is, how it was trained, and what came of it."""

    FILE = "run.json"
    task: str = _as_of_classifiers("task")
    model: str = _as_of_classifiers("model")
    cell: str = value("cell of encoder and decoder")
    architecture: str = value("`ved`, `aed` or `ao`")
    l2: str = _as_of_classifiers("l2")
    seed: int = _as_of_classifiers("seed")
    control: str | None = _as_of_classifiers("control")
    settings: dict[str, Any] = _as_of_classifiers("settings")
    network: dict[str, Any] = value("what `build_translator` needs to know")
    seeds: dict[str, int] = value("seeds of weights and batches")
    data_sha256: dict[str, str] = _as_of_classifiers("data_sha256")
    weights_sha256: str = _as_of_classifiers("weights_sha256")
    fingerprint: str = _as_of_classifiers("fingerprint")
    device: str = _as_of_classifiers("device")
    threads: int = _as_of_classifiers("threads")
    best_step: int = _as_of_classifiers("best_step")
    word_accuracy: float = value("share of test words that it says right, own words fed back")
    phrase_accuracy: float = value("share of test phrases that it says right as a whole")
    loss_falling: bool | None = value("whether the dev loss was still falling at the end")
    versions: dict[str, str] = _as_of_classifiers("versions")
    train_seconds: float = value("CPU time of training, in seconds")

    def facts(self) -> dict[str, Any]:
        """Return the contents of the file."""
        return self._contents()


@artifact
class TranslatorComponents(ArrayArtifact):
    """components.npz: means of states by place and word, attention, and some phrases in whole.

    NaN stands past the end of phrases, and everywhere in the attention of a network without any.
    """

    FILE = "components.npz"
    encoder_places: np.ndarray = array("P H", "mu of the encoder, by place")
    decoder_places: np.ndarray = array("Q H", "mu of the decoder, by place")
    encoder_words: np.ndarray = array("V H", "chi of the encoder, by word")
    decoder_words: np.ndarray = array("F H", "chi of the decoder, by input word; first the start")
    encoder_counts: np.ndarray = array("P", "pairs behind each mu of the encoder")
    decoder_counts: np.ndarray = array("Q", "pairs behind each mu of the decoder")
    temporal: np.ndarray = array("Q P", "alignment of mu with mu, less its mean over places")
    attention: np.ndarray = array("S T", "mean attention over pairs")
    offset: np.ndarray = array("S", "mean place attended, less the place of the word said")
    known_offset: np.ndarray = array("S", "the same of the sources that the task knows")
    shares: np.ndarray = array("3 3", "signed shares of the nine terms, decoder by encoder")
    sizes: np.ndarray = array("3 3", "shares of their sizes at the place attended most")
    inputs: np.ndarray = array("n T", "words read of the pairs shown")
    targets: np.ndarray = array("n S", "words to be said")
    said: np.ndarray = array("n S", "words that it said, each fed back")
    sources: np.ndarray = array("n S", "places that the words to be said come from; -1: not known")
    attention_shown: np.ndarray = array("n S T", "attention on the pairs shown")
    terms_shown: np.ndarray = array("n 3 3 S T", "the nine terms of their alignments")


@artifact
class Translation(Facts):
    """translation.json: all numbers of the network, beside which network it is."""

    FILE = "translation.json"
    NEEDED = ("task", "model", "l2", "seed", "word_accuracy")
    facts: Mapping[str, Any] = value("numbers by name, see `geometry.translator_tables`")
