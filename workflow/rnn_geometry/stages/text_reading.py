"""A few held-out texts, read word by word by a language model: what pages and figures show."""

from __future__ import annotations

import numpy as np

from rnn_geometry.geometry.beliefs import linear_reading
from rnn_geometry.geometry.language import encoding
from rnn_geometry.geometry.maps import LOOKED_AT, SHOWN, components
from rnn_geometry.networks.classifier import load_classifier, prepare_device
from rnn_geometry.networks.next_word_said import said_after
from rnn_geometry.stages.language_geometry import MOST_TEXTS
from rnn_geometry.stages.language_numbers import READ_ON, Visits
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store.hashes import check_prepared
from rnn_geometry.store.languages import SourceMeta
from rnn_geometry.store.readings import TextsRead
from rnn_geometry.tasks.language.families import source_of_task
from rnn_geometry.tasks.language.texts import read_texts

PAIRS = 60  # of places whose beliefs are exchanged


def run(network: NetworkJob) -> None:
    """Write reading.npz of one network."""
    files = network.input
    meta = SourceMeta.read(files["meta"])
    check_prepared(meta, files)
    where = prepare_device(network.device, network.threads)
    model = load_classifier(files["model"], files["run"]).to(where)
    texts = read_texts(files["test"]).padded()[:MOST_TEXTS]
    visits = Visits(model, source_of_task(meta["settings"]), texts)
    rng = np.random.default_rng(network.network.seed_for("texts read"))
    found = texts_read(visits, rng)
    found.write(network.output["reading"])
    network.log(f"{network.network}: {len(found.words)} texts read word by word")


def texts_read(visits: Visits, rng: np.random.Generator) -> TextsRead:
    """Return what a network makes of a few texts.

    Parameters
    ----------
    visits
        Its states on held-out texts.
    rng
        Draws the pairs of places whose beliefs are exchanged, and the words read after it.

    Returns
    -------
    TextsRead
        Of texts that the reading was not fitted to.
    """
    center, axes = components(visits.states)
    chosen = most_told(visits)
    words, known = visits.words[chosen], visits.source.beliefs(visits.words[chosen])
    states = visits.states.reshape(*visits.words.shape, -1)[chosen]
    states = np.concatenate([np.zeros_like(states[:, :1]), states], 1)
    flat = states.reshape(-1, states.shape[-1])
    reading = linear_reading(visits.states, visits.beliefs, visits.texts)
    said = said_after(visits.network, flat, np.zeros((len(flat), 0), np.int64))
    changes, expected = exchanged(visits, rng)
    return TextsRead(
        center=center,
        axes=axes,
        words=words,
        places=((states - center) @ axes.T).astype(np.float32),
        known=known,
        told=reading.told(states),
        said=said.reshape(*states.shape[:2], -1).astype(np.float32),
        source=visits.source.next_words(known).astype(np.float32),
        changes=changes,
        expected=expected,
    )


def most_told(visits: Visits) -> np.ndarray:
    """Return numbers of texts in which beliefs change most, of those that no reading is fitted to.

    Parameters
    ----------
    visits
        Of the network.

    Returns
    -------
    (m,)
        Odd numbers, rising.
    """
    odd = np.arange(1, min(LOOKED_AT, len(visits.words)), 2)
    beliefs = visits.source.beliefs(visits.words[odd])
    moved = np.abs(np.diff(beliefs, axis=1)).sum((1, 2))
    return np.sort(odd[np.argsort(-moved, kind="stable")[:SHOWN]])


def exchanged(visits: Visits, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return what follows where the belief in one state is replaced by that of another text.

    Parameters
    ----------
    visits
        Of the network; states move with beliefs as on its even texts, those of odd ones are moved.
    rng
        Draws places and the neutral words that are read before anything is said.

    Returns
    -------
    changes, expected : (p, V)
        Of the chances of the next word, in the network and for one who knows the source.
    """
    fitted = visits.texts % 2 == 0
    moves = encoding(visits.states[fitted], visits.beliefs[fitted])
    places = visits.waiting[~fitted[visits.waiting]]
    one, other = (rng.permutation(places)[:PAIRS] for _ in range(2))
    words = rng.choice(visits.held_words(), (len(one), READ_ON))
    states, beliefs = visits.states[one], visits.beliefs
    moved = states + (beliefs[other] - beliefs[one]) @ moves
    changes = said_after(visits.network, moved, words) - said_after(visits.network, states, words)
    known = [visits.source.beliefs(words, beliefs[at])[:, -1] for at in (other, one)]
    expected = visits.source.next_words(known[0]) - visits.source.next_words(known[1])
    possible = np.isfinite(expected).all(1)  # what cannot be said has no theory
    return changes[possible], expected[possible]
