"""Texts read place by place by a language model without a step, or one beside it with a step."""

from __future__ import annotations

import numpy as np

from rnn_geometry.geometry.language import followed
from rnn_geometry.networks.classifier import load_classifier, prepare_device
from rnn_geometry.networks.next_word_exchanged import said_after_exchange
from rnn_geometry.networks.next_word_said import said_after
from rnn_geometry.networks.whole_texts import FEWEST
from rnn_geometry.stages.language_geometry import MOST_TEXTS
from rnn_geometry.stages.language_numbers import READ_ON, Visits
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.places_read import Seen, cuts_of, places_read
from rnn_geometry.store.hashes import check_prepared
from rnn_geometry.store.languages import SourceMeta
from rnn_geometry.store.readings import PlacesRead
from rnn_geometry.tasks.language.families import source_of_task
from rnn_geometry.tasks.language.texts import read_texts


def run(network: NetworkJob) -> None:
    """Write places_read.npz of one network."""
    files, mine = network.input, network.network
    meta = SourceMeta.read(files["meta"])
    check_prepared(meta, files)
    prepare_device("cpu", network.threads)
    model = load_classifier(files["model"], files["run"])
    texts = read_texts(files["test"]).padded()[:MOST_TEXTS]
    visits = Visits(model, source_of_task(meta["settings"]), texts)
    found = beliefs_read(visits, np.random.default_rng(mine.seed_for("exchange")))
    found.write(network.output["places_read"])
    network.log(f"{mine}: {len(found.words)} texts read place by place")


def beliefs_read(visits: Visits, rng: np.random.Generator) -> PlacesRead:
    """Return what a language model makes of texts, place by place.

    Parameters
    ----------
    visits
        Of the network, with a step or without.
    rng
        Draws which text is exchanged with which, words that are read on, and places on the map.
    """
    (count, length), network = visits.words.shape, visits.network
    states = visits.seen.reshape(count, length, -1)
    known = visits.beliefs.reshape(count, length, -1)
    said = said_after(network, visits.states, np.zeros((count * length, 0), np.int64))
    cuts = cuts_of(max(1, length - READ_ON))
    carried = np.array([followed_at(visits, int(cut), rng) for cut in cuts])
    source = visits.source.next_words(known)
    seen = Seen(visits.words, states, known, known)
    return places_read(seen, said.reshape(count, length, -1), source, cuts, carried, rng)


def followed_at(visits: Visits, cut: int, rng: np.random.Generator) -> tuple[float, float, float]:
    """Return how predictions follow all places so far, the last one, and all others.

    As `transformer_lm_numbers.exchanged`, by which claims are judged half-way through a text.

    Parameters
    ----------
    visits
        Of the network.
    cut
        Words after which places become those of another text; three words are read on.
    rng
        Draws pairs of texts, and the words.
    """
    (count, length), source = visits.words.shape, visits.source
    here = np.flatnonzero(np.isin(np.arange(count) * length + cut - 1, visits.waiting))
    if len(here) < FEWEST:
        return np.nan, np.nan, np.nan
    one, other = rng.permutation(here), rng.permutation(here)
    words = rng.choice(visits.held_words(), (len(here), READ_ON))
    place = visits.beliefs.reshape(count, length, -1)[:, cut - 1]
    known, wanted = (
        source.next_words(source.beliefs(words, place[texts])[:, -1]) for texts in (one, other)
    )
    possible = np.isfinite(wanted - known).all(1)
    said = said_after_exchange(visits.network, visits.words[:, :cut], one, other, words)
    before, expected = said.nothing[possible], (wanted - known)[possible]
    parts = (said.all_places, said.one_place, said.other_places)
    all_places, last, others = (followed(part[possible] - before, expected) for part in parts)
    return all_places, last, others
