"""What a language model of a known source holds, and where: numbers that need no step.

All of it on the CPU: networks are small, and only test texts are read.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_geometry.geometry.beliefs import linear_reading
from rnn_geometry.geometry.language import followed
from rnn_geometry.geometry.transformers import places
from rnn_geometry.geometry.transformers_language import LM_WITHOUT_STEP
from rnn_geometry.networks.classifier import load_classifier, prepare_device
from rnn_geometry.networks.next_word_exchanged import said_after_exchange
from rnn_geometry.stages.language_geometry import MOST_TEXTS, facts, quality
from rnn_geometry.stages.language_numbers import READ_ON, Visits, held_numbers
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.transformer_numbers import defined, shape
from rnn_geometry.store.columns import check_numbers
from rnn_geometry.store.hashes import check_prepared
from rnn_geometry.store.languages import LanguageRecord, SourceMeta
from rnn_geometry.store.transformers import TransformerNumbers
from rnn_geometry.tasks.language.families import source_of_task
from rnn_geometry.tasks.language.texts import read_texts


def run(network: NetworkJob) -> None:
    """Write transformer.json of one network."""
    files, mine = network.input, network.network
    record, meta = LanguageRecord.read(files["run"]), SourceMeta.read(files["meta"])
    check_prepared(meta, files)
    prepare_device("cpu", network.threads)
    model = load_classifier(files["model"], files["run"])
    texts = read_texts(files["test"]).padded()[:MOST_TEXTS]
    visits = Visits(model, source_of_task(meta["settings"]), texts)
    numbers = {
        **facts(record, meta),
        **shape(model, record.cell),
        **meta["expected"],
        **quality(record, meta["expected"]),
        "loss_falling": None if record.loss_falling is None else int(record.loss_falling),
        **held_numbers(visits, np.random.default_rng(mine.seed_for("beliefs"))),
        **beliefs_by_place(visits),
        **exchanged(visits, np.random.default_rng(mine.seed_for("exchange"))),
        "train_seconds": record.train_seconds,
    }
    numbers = {name: defined(value) for name, value in numbers.items()}
    check_numbers(f"transformer.json of {mine}", numbers, LM_WITHOUT_STEP)
    ordered = {name: numbers[name] for name in LM_WITHOUT_STEP}
    TransformerNumbers(facts=ordered).write(network.output["transformer"])
    told = ("perplexity_ratio", "belief_r2", "followed_one_place")
    network.log(f"{mine}: {', '.join(f'{name} {numbers[name]}' for name in told)}")


def beliefs_by_place(visits: Visits) -> dict[str, float]:
    """Return how well beliefs are read at some places, each by a map of its own.

    Parameters
    ----------
    visits
        Of the network.
    """
    count, length = visits.words.shape
    found = {}
    for name, words in places(length).items():
        states, beliefs = (part[words - 1 :: length] for part in (visits.states, visits.beliefs))
        found[f"belief_r2_{name}"] = linear_reading(states, beliefs, np.arange(count)).r2
    return found


def exchanged(visits: Visits, rng: np.random.Generator) -> dict[str, Any]:
    """Return how predictions follow where what stands at some places is that of another text.

    Half-way through a text; words that change no hidden state are read on from there.

    Parameters
    ----------
    visits
        Of the network.
    rng
        Draws pairs of texts, and the words.

    Returns
    -------
    dict
        By the names of `geometry.transformers_language.FOLLOWED`; None where no text may be
        exchanged.
    """
    (count, length), source = visits.words.shape, visits.source
    cut = places(length)["half"]
    here = np.flatnonzero(np.isin(np.arange(count) * length + cut - 1, visits.waiting))
    one, other = rng.permutation(here), rng.permutation(here)
    words = rng.choice(visits.held_words(), (len(here), READ_ON))
    place = visits.beliefs.reshape(count, length, -1)[:, cut - 1]
    known, wanted = (
        source.next_words(source.beliefs(words, place[texts])[:, -1]) for texts in (one, other)
    )
    possible = np.isfinite(wanted - known).all(1)
    said = said_after_exchange(visits.network, visits.words[:, :cut], one, other, words)
    before, expected = said.nothing[possible], (wanted - known)[possible]
    shares = {
        f"followed_{name}": followed(chances[possible] - before, expected)
        if possible.any()
        else None
        for name, chances in said._asdict().items()
        if name != "nothing"
    }
    return {**shares, "followed_pairs": int(possible.sum())}
