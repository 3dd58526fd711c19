"""States that a trained network visits while it reads held-out text: h_t = F(h_{t-1}, x_t)."""

from __future__ import annotations

import numpy as np
import torch

from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.tasks.sentences import Sentences

BATCH = 256


@torch.no_grad()
def visit(
    classifier: Classifier, sentences: Sentences, *, visited: int, trajectories: int, seed: int
) -> dict:
    """Run a network over held-out sentences.

    Parameters
    ----------
    classifier : Classifier
        Trained.
    sentences : Sentences
        m, held out.
    visited : int
        Words n at which states are kept, drawn without replacement from all words of all sentences.
    trajectories : int
        Sentences k, the first of a random order, of which all states are kept.
    seed : int
        Draws both.

    Returns
    -------
    dict of arrays
        Those of states.npz. visited (n, S); visited_class (n,) or (n, C): the label of the sentence
        each comes from; final (m, S): the state at each sentence's last real word; trajectories
        (k, T + 1, S), from h_0 on, NaN past the last word; final_labels; trajectory_tokens,
        trajectory_lengths, trajectory_labels; readout (C, S), readout_bias (C,).
    """
    generator = np.random.default_rng(seed)
    lengths = sentences.lengths
    words = np.sort(generator.permutation(int(lengths.sum()))[:visited])
    sentence_of = np.searchsorted(sentences.offsets, words, side="right") - 1
    position_of = words - sentences.offsets[sentence_of]
    shown = np.sort(generator.permutation(len(sentences))[:trajectories])
    final, met = (
        np.empty((rows, classifier.cell.state_size), dtype=np.float32)
        for rows in (len(sentences), len(words))
    )
    paths: dict[int, np.ndarray] = {}
    # Near lengths together: in the order of the file most of a batch of texts is padding.
    order = np.argsort(lengths, kind="stable")
    for index in np.split(order, range(BATCH, len(order), BATCH)):
        states = _states(classifier, sentences, index)
        row = np.full(len(sentences), -1)
        row[index] = np.arange(len(index))
        final[index] = states[row[index], lengths[index] - 1]
        here = row[sentence_of] >= 0
        met[here] = states[row[sentence_of[here]], position_of[here]]
        paths |= {i: states[row[i], : lengths[i]].copy() for i in shown if row[i] >= 0}
    readout, bias = classifier.readout_matrix(), classifier.readout_bias()
    return {
        "visited": met,
        "visited_class": sentences.labels[sentence_of],
        "final": final,
        "final_labels": sentences.labels,
        "trajectories": _padded([paths[i] for i in shown]),
        "trajectory_tokens": sentences.padded(shown)[0],
        "trajectory_lengths": lengths[shown],
        "trajectory_labels": sentences.labels[shown],
        "readout": readout.double().cpu().numpy(),
        "readout_bias": bias.double().cpu().numpy(),
    }


def _states(classifier: Classifier, sentences: Sentences, index: np.ndarray) -> np.ndarray:
    """Return the states (B, T, S) after each word of some sentences."""
    tokens, _ = sentences.padded(index)
    device = next(classifier.buffers(), next(classifier.parameters())).device
    return classifier.states(torch.from_numpy(tokens).to(device)).float().cpu().numpy()


def _padded(trajectories: list[np.ndarray]) -> np.ndarray:
    """Return trajectories (k, T + 1, S), h_0 = 0 first, NaN past the last word."""
    longest = max(map(len, trajectories))
    out = np.full(
        (len(trajectories), longest + 1, trajectories[0].shape[1]), np.nan, dtype=np.float32
    )
    out[:, 0] = 0.0
    for row, states in zip(out, trajectories, strict=True):
        row[1 : len(states) + 1] = states
    return out
