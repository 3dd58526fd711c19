"""What does a language model hold of running text? GRUs and LSTMs on AG News and Yelp reviews.

    RNN_GEOMETRY_DATA=FOLDER OMP_NUM_THREADS=1 python benchmarks/language_text.py TABLE [SECONDS]

Writes a row of every network that TABLE (docs/data/language_text.csv) has not yet, trained and
untrained: 5,000 words, vectors of 128 entries that are learned, 128 units, a full softmax; three
passes of Adam over 9,600 texts of at most 30 words, which n-grams count, too. Seeds 0 to 3, on
which no claim is judged. After SECONDS of CPU time no further network is begun; the same command
goes on where it was stopped.
"""

from __future__ import annotations

import csv
import math
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.spectrum import integration_modes
from rnn_geometry.geometry.baselines import constant_accuracy
from rnn_geometry.geometry.dimension import participation_ratio
from rnn_geometry.geometry.ngrams import NGrams
from rnn_geometry.geometry.running_text import half_lag, mutual_information, reach
from rnn_geometry.networks.classifier import Classifier, analysis_cell, build_classifier
from rnn_geometry.networks.next_word import evaluate_next_word
from rnn_geometry.networks.next_word_training import train_next_word
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.tasks.pairs.pairs import Ragged
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.text.prepare import PreparedText, prepare_text

SETS = {
    "ag-news-4": {"data": "ag_news", "length_limit": 30},
    "yelp-2": {"data": "yelp_reviews", "length_limit": 30, "merge": [[0, 1], [3, 4]]},
}
SIZES = {"train_size": 9600, "dev_size": 300, "test_size": 3000, "vocabulary_size": 5000}
UNITS, ENTRIES = 128, 128
RECIPE = Recipe(learning_rate=1e-2, l2=1e-6, l2_on="text", epochs=3, batch_size=32, clip=5.0)
CELLS, SEEDS = ("gru", "lstm"), (0, 1, 2, 3)
ORDERS, LAGS, SHOWN_LAGS = (1, 2, 3, 4), 20, (1, 2, 5, 10, 20)
STARTS, SLOWEST = 100, 4  # of the search; modes that are kept
COMMON, NAMED = 1000, 8  # words whose moves are measured; words that are named
KEY = ("task", "cell", "seed", "trained")
COLUMNS = (
    *KEY, "train_words", "unknown", "perplexity", *(f"perplexity_ngram_{n}" for n in ORDERS),
    "constant", "label", "label_mean", "label_bag_of_words", "label_slow", "label_random",
    "half_text", "slow_modes", *(f"tau_{i + 1}" for i in range(SLOWEST)),
    "slow_participation_ratio", *(f"information_{lag}" for lag in SHOWN_LAGS),
    "information_half", "information_reach", "words_up", "words_down", "train_seconds",
)  # fmt: skip


@dataclass(frozen=True)
class Data:
    """A set of texts, as it is prepared for classifiers, and what needs no network."""

    name: str
    prepared: PreparedText

    @classmethod
    def of(cls, name: str, sets: Mapping[str, Any], folder: str) -> Data:
        """Read a set from the folder of data sets."""
        own = {key: value for key, value in SETS[name].items() if key != "data"}
        options = {**sets[SETS[name]["data"]], **own, **SIZES}
        return cls(name, prepare_text(options, folder, seed=0))

    def texts(self, split: str) -> Ragged:
        """Return the words of a split."""
        sentences: Sentences = getattr(self.prepared, split)
        return Ragged(sentences.tokens, sentences.offsets)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What is known of the texts alone: n-grams, information by lag, bag of words."""
        train, test = (self.texts(split).padded(fill=-1) for split in ("train", "test"))
        count, labels = len(self.prepared.vocabulary), self.prepared.test.labels
        grams = {
            f"perplexity_ngram_{n}": math.exp(
                np.nanmean(NGrams(train, count, order=n).surprise(test))
            )
            for n in ORDERS
        }
        lags = range(1, LAGS + 1)
        told, errors = np.array([mutual_information(train, lag, seed=lag) for lag in lags]).T
        rows = self.texts("test")
        ones = csr_array((np.ones(len(rows.values)), rows.values, rows.ends), (len(rows), count))
        return {
            "train_words": len(self.texts("train").values),
            "unknown": float((rows.values == self.prepared.vocabulary.index("<unk>")).mean()),
            **grams,
            "constant": constant_accuracy(labels),
            "label_bag_of_words": told_of(ones, labels),
            "half_text": rows.lengths.mean() / 2,
            **{f"information_{lag}": told[lag - 1] for lag in SHOWN_LAGS},
            "information_half": half_lag(told),
            "information_reach": reach(told, errors),
        }


def told_of(features: Any, labels: np.ndarray) -> float:
    """Return the accuracy of a linear map to labels: fitted to even rows, measured on odd ones."""
    fitted = np.arange(len(labels)) % 2 == 0
    if isinstance(features, np.ndarray):
        spread = features[fitted].std(0)
        features = (features - features[fitted].mean(0)) / np.where(spread > 0, spread, 1)
    found = LogisticRegression(C=0.1, max_iter=300).fit(features[fitted], labels[fitted])
    return float(found.score(features[~fitted], labels[~fitted]))


def network(data: Data, cell: str, seed: int, trained: bool) -> tuple[Classifier, float]:
    """Return a language model, and the CPU seconds of its training."""
    count = len(data.prepared.vocabulary)
    facts = {
        "cell": cell, "hidden_size": UNITS, "embedding_size": ENTRIES, "words": count,
        "classes": count, "readout_bias": True, "readout_scale": 1.0, "cell_options": {},
    }  # fmt: skip
    made = build_classifier(facts, None, seed=seed)
    if not trained:
        return made.eval(), 0.0
    course = train_next_word(
        made, data.texts("train"), data.texts("dev"), RECIPE, batch_seed=seed, log=print
    )
    return made.eval(), course.seconds


@torch.no_grad()
def states_of(model: Classifier, texts: Ragged) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return states at a place drawn for each text, after its last word, and the mean, (n, S)."""
    rng, found = np.random.default_rng(0), []
    for start in range(0, len(texts), 256):
        index = np.arange(start, min(start + 256, len(texts)))
        states = model.states(torch.from_numpy(texts.padded(index))).double().numpy()
        ends, row = texts.lengths[index], np.arange(len(index))
        real = np.arange(states.shape[1]) < ends[:, None]
        mean = (states * real[:, :, None]).sum(1) / ends[:, None]
        found.append((states[row, rng.integers(0, ends)], states[row, ends - 1], mean))
    some, last, mean = (np.concatenate(part) for part in zip(*found, strict=True))
    return some, last, mean


def numbers(model: Classifier, data: Data) -> dict[str, Any]:
    """Return what is measured of a network."""
    texts, labels = data.texts("test"), data.prepared.test.labels
    some, last, mean = states_of(model, texts)
    vectors = model.embedding_matrix().double()
    step, x = analysis_cell(model), vectors[torch.from_numpy(texts.values).long()].mean(0)
    min_tau = float(texts.lengths.mean() / 2)
    slow = project_to_slow_manifold(step, torch.from_numpy(some[:STARTS]), x, min_tau=min_tau)
    centre = slow.points[np.argmin(np.linalg.norm(slow.points - slow.points.mean(0), axis=1))]
    found = linearize(step, torch.from_numpy(centre[None]), x)
    modes = int(integration_modes(found.eigenvalues, min_tau)[0])
    left = found.left[0, :SLOWEST]
    slowest = np.concatenate([left.real, left.imag[np.abs(left.imag).max(1) > 0]]).T
    chance = np.random.default_rng(0).normal(size=slowest.shape)
    return {
        "perplexity": math.exp(evaluate_next_word(model, texts).loss),
        "label": told_of(last, labels),
        "label_mean": told_of(mean, labels),
        "label_slow": told_of((last - centre) @ slowest, labels),
        "label_random": told_of((last - centre) @ chance, labels),
        "slow_modes": modes,
        **{f"tau_{i + 1}": found.tau[0, i] for i in range(SLOWEST)},
        "slow_participation_ratio": participation_ratio(slow.points[:, :UNITS]),
        **movers(step, vectors, centre, x, left[0].real, data.prepared.vocabulary),
    }


@torch.no_grad()
def movers(
    step: Any,
    vectors: torch.Tensor,
    centre: np.ndarray,
    x: torch.Tensor,
    left: np.ndarray,
    words: list[str],
) -> dict[str, str]:
    """Return the words that move most along the slowest mode, both ways; of the common ones."""
    few = vectors[2 : COMMON + 2]  # the first two are no words
    at = torch.from_numpy(centre).expand(len(few), -1)
    moves = (step(at, few) - step(at, x.expand(len(few), -1))).numpy() @ left
    order = np.argsort(moves)
    named = {"words_up": order[::-1][:NAMED], "words_down": order[:NAMED]}
    return {key: " ".join(words[2 + i] for i in index) for key, index in named.items()}


def rows(done: set[tuple[str, ...]], seconds: float) -> Iterator[dict[str, Any]]:
    """Return a row of every network that is not done, for so many CPU seconds."""
    file = Path(__file__).parents[1] / "config/text_sets.yaml"
    sets = yaml.safe_load(file.read_text(encoding="utf-8"))["text_sets"]
    read: dict[str, Data] = {}
    for seed, cell, task, trained in product(SEEDS, CELLS, SETS, (True, False)):
        key = (task, cell, seed, trained)
        if tuple(map(str, key)) in done or time.process_time() > seconds:
            continue
        if task not in read:
            read[task] = Data.of(task, sets, os.environ["RNN_GEOMETRY_DATA"])
        model, spent = network(read[task], cell, seed, trained)
        known = dict(zip(KEY, key, strict=True)) | read[task].facts
        yield known | numbers(model, read[task]) | {"train_seconds": spent}


def main() -> None:
    """Write what is missing in the table."""
    torch.set_num_threads(1)
    path, seconds = Path(sys.argv[1]), float((sys.argv[2:] or ["inf"])[0])
    known = list(csv.DictReader(path.open(encoding="utf-8"))) if path.is_file() else []
    with path.open("a", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS)
        if not known:
            table.writeheader()
        for row in rows({tuple(row[name] for name in KEY) for row in known}, seconds):
            shown = {k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}
            table.writerow(shown)
            file.flush()
            print(*(f"{key}={shown[key]}" for key in COLUMNS), flush=True)


if __name__ == "__main__":
    main()
