"""What does a causal transformer hold of a source of words? Language models without a step.

    OMP_NUM_THREADS=1 python benchmarks/transformers_language.py TABLE

Writes a row of every network that TABLE (docs/data/transformers_language.csv) has not yet: GRUs and
causal transformers of one layer and 32 units, trained and untrained, on the sources of
config/language.yaml with the same batches; 2,000 steps of Adam on 64 texts of 30 words. Seeds 0 and
1, on which no claim is judged. The same command goes on where it was stopped.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rows import write_missing  # beside this file

from rnn_geometry.geometry.beliefs import linear_reading
from rnn_geometry.geometry.dimension import components_for, participation_ratio
from rnn_geometry.geometry.language import followed
from rnn_geometry.networks.classifier import Classifier, build_classifier
from rnn_geometry.networks.next_word import evaluate_next_word
from rnn_geometry.networks.next_word_said import said_after
from rnn_geometry.networks.next_word_training import train_next_word
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.transformer import CausalTransformer
from rnn_geometry.stages.language_numbers import Visits
from rnn_geometry.tasks.language.families import build_source
from rnn_geometry.tasks.language.source import Source
from rnn_geometry.tasks.pairs.pairs import Ragged

LENGTH, UNITS, TEST = 30, 32, 1000
SOURCES = {
    "topics-3": ("topics", {"topics": 3, "own": 0.8}),
    "agreement": ("agreement", {}),
    "depth-3": ("depth", {"most": 3}),
    "quotation": ("quotation", {}),
}
TRANSFORMER = f"{CausalTransformer.__module__}:{CausalTransformer.__name__}"
COMMON = {"l2": 1e-6, "l2_on": "text", "steps": 2000, "clip": 5.0}
NETWORKS = {
    "gru": ("gru", {}, Recipe(learning_rate=1e-2, **COMMON)),
    "transformer-1": (TRANSFORMER, {"layers": 1}, Recipe(learning_rate=2e-3, **COMMON)),
}
SEEDS = (0, 1)
PLACES = (5, 15, 30)  # at which beliefs are read by a map of their own
CUT, READ_ON = 15, 3  # words before an exchange, and words after it that change no hidden state
KEY = ("task", "network", "seed", "trained")
COLUMNS = (
    *KEY, "perplexity_ratio", "belief_together", *(f"belief_place_{place}" for place in PLACES),
    "dimension_expected", "dimension_all", "dimension_all_95",
    "followed_all_places", "followed_one_place", "followed_other_places", "pairs",
)  # fmt: skip


@dataclass(frozen=True)
class Data:
    """A source with its texts."""

    source: Source
    splits: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, name: str) -> Data:
        """Draw the texts of a source; they are the same for all networks."""
        family, options = SOURCES[name]
        source = build_source(family, **options)
        sizes = enumerate((8000, 500, TEST))
        return cls(source, tuple(source.sample(size, LENGTH, seed)[0] for seed, size in sizes))


def network(data: Data, name: str, seed: int, trained: bool) -> Classifier:
    """Return a language model."""
    cell, options, recipe = NETWORKS[name]
    count = len(data.source.words)
    facts = {
        "cell": cell, "hidden_size": UNITS, "classes": count, "readout_bias": True,
        "readout_scale": 1.0, "cell_options": options,
    }  # fmt: skip
    made = build_classifier(facts, np.eye(count), seed=seed)
    if trained:
        texts = (Ragged.of(list(words)) for words in data.splits[:2])
        train_next_word(made, *texts, recipe, batch_seed=seed)
    return made.eval()


def numbers(model: Classifier, data: Data) -> dict[str, Any]:
    """Return what is measured of a network."""
    test = data.splits[2]
    visits = Visits(model, data.source, test)
    loss = evaluate_next_word(model, Ragged.of(list(test))).loss
    by_place = {
        f"belief_place_{place}": linear_reading(
            visits.states[place - 1 :: LENGTH], visits.beliefs[place - 1 :: LENGTH],
            np.arange(len(test)),
        ).r2
        for place in PLACES
    }  # fmt: skip
    return {
        "perplexity_ratio": math.exp(loss - data.source.surprise(test).mean()),
        "belief_together": linear_reading(visits.states, visits.beliefs, visits.texts).r2,
        **by_place,
        "dimension_expected": data.source.rank() - 1,
        "dimension_all": participation_ratio(visits.seen),
        "dimension_all_95": components_for(visits.seen, 0.95),
        **exchanged(visits, np.random.default_rng(0)),
    }


def exchanged(visits: Visits, rng: np.random.Generator) -> dict[str, Any]:
    """Return how predictions follow where what stands at some places is that of another text.

    Half-way through a text; words that change no hidden state are read on from there.
    """
    model, source = visits.network, visits.source
    waits = np.isin(np.arange(len(visits.words)) * LENGTH + CUT - 1, visits.waiting)
    here = np.flatnonzero(waits)
    one, other = rng.permutation(here), rng.permutation(here)
    words = rng.choice(visits.held_words(), (len(here), READ_ON))
    place = visits.beliefs.reshape(len(visits.words), LENGTH, -1)[:, CUT - 1]
    known, wanted = (
        source.next_words(source.beliefs(words, place[texts])[:, -1]) for texts in (one, other)
    )
    possible = np.isfinite(wanted - known).all(1)
    said = said_by(model, visits.words[:, :CUT], one, other, words)
    return {
        **{
            f"followed_{name}": followed((chances - said["nothing"])[possible],
                                         (wanted - known)[possible])
            for name, chances in said.items() if name != "nothing"
        },
        "pairs": int(possible.sum()),
    }  # fmt: skip


@torch.no_grad()
def said_by(
    model: Classifier, texts: np.ndarray, one: np.ndarray, other: np.ndarray, words: np.ndarray
) -> dict[str, np.ndarray]:
    """Return chances of the next word (m, V) after texts and words, by what was exchanged."""
    if not isinstance(model.cell, CausalTransformer):  # its state is all that it carries on
        states = model.states(torch.from_numpy(texts))[:, -1].double().numpy()
        mine, theirs = (said_after(model, states[index], words) for index in (one, other))
        return {
            "nothing": mine, "all_places": theirs, "one_place": theirs, "other_places": mine,
        }  # fmt: skip
    read, given = (
        model.words(torch.from_numpy(np.concatenate([texts[index], words], 1)))
        for index in (one, other)
    )
    streams, place = model.cell.streams(given), torch.arange(read.shape[1])
    last = texts.shape[1] - 1
    where = {
        "nothing": place < 0, "all_places": place <= last, "one_place": place == last,
        "other_places": place < last,
    }  # fmt: skip
    found = {}
    for name, chosen in where.items():
        seen = model.cell.unroll_with(read, streams, chosen.expand(len(read), -1))[:, -1]
        found[name] = model.logits(seen).double().softmax(1).numpy()
    return found


def rows(done: set[tuple[str, ...]]) -> Iterator[dict[str, Any]]:
    """Return a row of every network that is not done, trained and untrained."""
    for task in SOURCES:
        wanted = product([task], NETWORKS, SEEDS, (True, False))
        left = [key for key in wanted if tuple(map(str, key)) not in done]
        data = Data.of(task) if left else None
        for key in left:
            _, name, seed, trained = key
            known = dict(zip(KEY, key, strict=True))
            yield known | numbers(network(data, name, seed, trained), data)


def main() -> None:
    """Write what is missing in the table."""
    torch.set_num_threads(1)
    write_missing(Path(sys.argv[1]), KEY, COLUMNS, rows)


if __name__ == "__main__":
    main()
