"""A few texts read word by word by a language model of running text: what its explorer shows."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_array

from rnn_geometry.geometry.by_place import most_moved
from rnn_geometry.geometry.label_probe import label_probe
from rnn_geometry.geometry.maps import LOOKED_AT, SHOWN
from rnn_geometry.geometry.text_models import SLOWEST
from rnn_geometry.networks.classifier import Classifier, load_classifier, prepare_device
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.text_model_numbers import slow_numbers, states_of
from rnn_geometry.store.hashes import check_prepared
from rnn_geometry.store.languages import SourceMeta, SourceWords
from rnn_geometry.store.readings import TextsFollowed
from rnn_geometry.tasks.pairs.pairs import Ragged
from rnn_geometry.tasks.running_text import texts_of
from rnn_geometry.tasks.sentences import read_sentences

LIKELY = 6  # words that are named
CLOUD = 300  # texts on the map


def run(network: NetworkJob) -> None:
    """Write text_read.npz of one network."""
    files = network.input
    check_prepared(SourceMeta.read(files["meta"]), files)
    where = prepare_device(network.device, network.threads)
    model = load_classifier(files["model"], files["run"]).to(where)
    test, words = read_sentences(files["test"]), SourceWords.read(files["vocab"]).words
    # As text_model.json has them: modes are those of its numbers.
    visited = states_of(
        model, texts_of(test), np.random.default_rng(network.network.seed_for("places"))
    )
    _, modes, centre = slow_numbers(model, texts_of(test), visited.some, words, network.settings)
    found = texts_followed(model, texts_of(test), test.labels, visited.last, (modes, centre))
    found.write(network.output["text_read"])
    network.log(f"{network.network}: {len(found.words)} texts read word by word")


def texts_followed(
    model: Classifier,
    texts: Ragged,
    labels: np.ndarray,
    last: np.ndarray,
    slow: tuple[np.ndarray, np.ndarray],
) -> TextsFollowed:
    """Return what a network makes of a few texts.

    Parameters
    ----------
    model
        The network.
    texts, labels
        n held-out texts; those with an odd number are shown, maps are fitted on the others.
    last
        (n, S), states after their last words.
    slow
        The slowest modes (S, K) and the slow point (S,) at which they are.
    """
    probe, counting = label_probe(last, labels), label_probe(counts_of(texts, model), labels)
    modes, centre = independent(slow[0])[:, :SLOWEST], slow[1]
    scale = ((last - centre) @ modes).std(0)
    looked = np.arange(min(LOOKED_AT, len(texts)))
    states = states_after(model, texts, looked)
    told = _by_place(probe.chances, states)
    shown = most_moved(told, SHOWN, len(looked))
    words = texts.padded(shown, fill=-1)
    words = np.pad(words, [(0, 0), (0, states.shape[1] - words.shape[1])], constant_values=-1)
    said, likely = said_next(model, states[shown])
    after = np.concatenate([words[:, 1:], np.full((len(words), 1), -1)], 1)
    comes = np.take_along_axis(said, np.maximum(after, 0)[..., None], 2)[..., 0]
    kept = {
        "cloud": ((last - centre) @ modes / scale)[:CLOUD],
        "shares": probe.chances(last)[:CLOUD],
        "slow": (states[shown] - centre) @ modes / scale,
        "told": told[shown],
        "counted": np.stack([counting.chances(counts_so_far(row, model)) for row in words]),
        "said": np.take_along_axis(said, likely, 2),
        "comes": np.where(after >= 0, comes, np.nan),
    }
    single = {name: value.astype(np.float32) for name, value in kept.items()}
    return TextsFollowed(words=words, labels=labels[shown], likely=likely, **single)


def independent(modes: np.ndarray) -> np.ndarray:
    """Return columns that are no sum of those before them.

    Of two conjugate modes these are the real part, once, and the imaginary one.

    Parameters
    ----------
    modes
        (S, K), real parts, then imaginary ones.

    Examples
    --------
    >>> independent(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 2.0]])).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    kept: list[np.ndarray] = []
    for column in modes.T:
        if np.linalg.matrix_rank(np.stack([*kept, column])) > len(kept):
            kept.append(column)
    return np.stack(kept, 1)


@torch.no_grad()
def states_after(model: Classifier, texts: Ragged, index: np.ndarray) -> np.ndarray:
    """Return states after each word of some texts; behind the end the last one stays.

    Parameters
    ----------
    model
        The network.
    texts
        Of which they are.
    index
        (m,), numbers of texts.

    Returns
    -------
    (m, T, S)
        float64.
    """
    words = torch.from_numpy(texts.padded(index)).to(model.embedding.device)
    states = model.states(words).double().cpu().numpy()
    place = np.minimum(np.arange(states.shape[1]), texts.lengths[index][:, None] - 1)
    return np.take_along_axis(states, place[..., None], 1)


@torch.no_grad()
def said_next(model: Classifier, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the chances of the next word (m, T, V), and the likeliest words (m, T, w).

    Parameters
    ----------
    model
        The network.
    states
        (m, T, S).
    """
    weights = model.readout.weight
    logits = model.logits(torch.from_numpy(states).to(weights))
    said = logits.double().softmax(-1).cpu().numpy()
    return said, np.argsort(-said, axis=-1, kind="stable")[..., :LIKELY]


def counts_of(texts: Ragged, model: Classifier) -> csr_array:
    """Return counts of words by text, (n, V).

    Parameters
    ----------
    texts
        n of them.
    model
        Whose words they are.
    """
    shape = (len(texts), len(model.embedding))
    return csr_array((np.ones(len(texts.values)), texts.values, texts.ends), shape)


def counts_so_far(words: np.ndarray, model: Classifier) -> csr_array:
    """Return counts of the words of one text up to each of its places, (T, V).

    Parameters
    ----------
    words
        (T,), below 0 behind its end.
    model
        Whose words they are.
    """
    single = np.zeros((len(words), len(model.embedding)))
    real = np.flatnonzero(words >= 0)
    single[real, words[real]] = 1
    return csr_array(single.cumsum(0))


def _by_place(function: Any, states: np.ndarray) -> np.ndarray:
    """Return what a function of rows gives at every place, (m, T, ..)."""
    return function(states.reshape(-1, states.shape[-1])).reshape(*states.shape[:2], -1)
