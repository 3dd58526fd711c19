"""What a language model says: after its state was changed, and when nobody else speaks."""

from __future__ import annotations

import numpy as np
import torch

from rnn_geometry.networks.classifier import Classifier


@torch.no_grad()
def said_after(network: Classifier, states: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return the chances of the next word, from given states and some words read after these.

    Parameters
    ----------
    network : Classifier
        Its classes are the words.
    states : (n, S)
        States, visited or changed.
    words : (n, k)
        Ids of words that are read from there; k may be 0.

    Returns
    -------
    (n, V)
        P(next word), float64.

    Examples
    --------
    >>> from rnn_geometry.networks.classifier import build_classifier
    >>> facts = dict(cell="gru", hidden_size=4, classes=3, readout_bias=True, readout_scale=1)
    >>> network = build_classifier(facts | {"cell_options": {}}, np.eye(3), seed=0)
    >>> said_after(network, np.zeros((2, 4)), np.zeros((2, 1), int)).sum(1).round(6).tolist()
    [1.0, 1.0]
    """
    weights = network.readout.weight
    state = torch.from_numpy(np.asarray(states)).to(weights)
    for column in torch.from_numpy(np.asarray(words)).to(weights.device).T:
        state = network.cell(state, network.words(column[:, None])[:, 0])
    return network.logits(state).double().softmax(1).cpu().numpy()


@torch.no_grad()
def own_texts(network: Classifier, n: int, length: int, seed: int) -> np.ndarray:
    """Return texts that a network says by itself: each word is drawn, and read, in turn.

    Parameters
    ----------
    network : Classifier
        Its classes are the words.
    n : int
        How many.
    length : int
        T, words of each.
    seed : int
        Of the draw.

    Returns
    -------
    (n, T)
        int64, ids.
    """
    rng = np.random.default_rng(seed)
    weights = network.readout.weight
    state = weights.new_zeros(n, network.cell.state_size)
    words = np.empty((n, length), np.int64)
    for t in range(length):
        chances = network.logits(state).double().softmax(1).cumsum(1).cpu().numpy()
        uniform = rng.random(n)[:, None] * chances[:, -1:]
        words[:, t] = (chances <= uniform).sum(1)
        said = torch.from_numpy(words[:, t : t + 1]).to(weights.device)
        state = network.cell(state, network.words(said)[:, 0])
    return words
