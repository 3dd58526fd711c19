"""States that a trained network visits while it reads held-out text (SCIENCE: h_t = F(h_{t-1}, x_t))."""

from __future__ import annotations

import numpy as np
import torch

from rnn_geometry.errors import UserError
from rnn_geometry.model import Classifier
from rnn_geometry.sentences import Sentences

BATCH = 256


@torch.no_grad()
def visit(classifier: Classifier, sentences: Sentences, *, visited: int, trajectories: int, seed: int) -> dict:
    """Run the network over held-out sentences and return the arrays of states.npz.

    visited (n, S): states at n words drawn at random without replacement from all words of all sentences;
    visited_class (n,) or (n, C): the label of the sentence each of them comes from; final (m, S): the state at each
    sentence's last real word; trajectories (k, T + 1, S), from h_0 on, of the first k sentences of a random order,
    NaN past the last word.
    """
    generator = np.random.default_rng(seed)
    lengths = sentences.lengths
    words = np.sort(generator.permutation(int(lengths.sum()))[:visited])
    sentence_of = np.searchsorted(sentences.offsets, words, side="right") - 1
    position_of = words - sentences.offsets[sentence_of]
    shown = np.sort(generator.permutation(len(sentences))[:trajectories])
    arrays = {"final": [], "visited": [], "trajectories": []}
    for start in range(0, len(sentences), BATCH):
        index = np.arange(start, min(start + BATCH, len(sentences)))
        states = _states(classifier, sentences, index)
        arrays["final"].append(states[np.arange(len(index)), lengths[index] - 1])
        here = (sentence_of >= start) & (sentence_of <= index[-1])
        arrays["visited"].append(states[sentence_of[here] - start, position_of[here]])
        arrays["trajectories"] += [
            states[i - start, : lengths[i]] for i in shown[(shown >= start) & (shown <= index[-1])]
        ]
    readout, bias = classifier.readout_matrix(), classifier.readout_bias()
    return {
        "visited": np.concatenate(arrays["visited"]),
        "visited_class": sentences.labels[sentence_of],
        "final": np.concatenate(arrays["final"]),
        "final_labels": sentences.labels,
        "trajectories": _padded(arrays["trajectories"]),
        "trajectory_tokens": sentences.padded(shown)[0],
        "trajectory_lengths": lengths[shown],
        "trajectory_labels": sentences.labels[shown],
        "readout": readout.double().cpu().numpy(),
        "readout_bias": bias.double().cpu().numpy(),
    }


def _states(classifier: Classifier, sentences: Sentences, index: np.ndarray) -> np.ndarray:
    tokens, _ = sentences.padded(index)
    device = next(classifier.buffers(), next(classifier.parameters())).device
    return classifier.states(torch.from_numpy(tokens).to(device)).float().cpu().numpy()


def _padded(trajectories: list[np.ndarray]) -> np.ndarray:
    longest = max(map(len, trajectories))
    out = np.full((len(trajectories), longest + 1, trajectories[0].shape[1]), np.nan, dtype=np.float32)
    out[:, 0] = 0.0
    for row, states in zip(out, trajectories, strict=True):
        row[1 : len(states) + 1] = states
    return out


def hold_input(name: str, word_vectors: np.ndarray, vocabulary: list[str], sentences: Sentences) -> np.ndarray:
    """Return x*, shape (E,), the input at which the dynamics are analysed.

    name: `zero` (the zero vector), `mean` (mean word vector over the words of `sentences`), `padding` (vector of word
    id 0 of a text vocabulary), `word:<word>` or `vector:<numbers, by commas>`. Raises UserError for a word outside the
    vocabulary and for a vector that is not E finite numbers.
    """
    if name == "zero":
        return np.zeros(word_vectors.shape[1])
    if name == "mean":
        counts = np.bincount(sentences.tokens, minlength=len(word_vectors))
        return counts @ word_vectors / counts.sum()
    if name == "padding":
        if vocabulary[0] != "<pad>":
            raise UserError(
                "config key analysis.hold_input: padding is accepted for text tasks only; use zero or word:<word>."
            )
        return np.asarray(word_vectors[0], dtype=np.float64)
    if name.startswith("vector:"):
        return _written_vector(name.partition(":")[2], word_vectors.shape[1])
    word = name.partition(":")[2]
    if word not in vocabulary:
        raise UserError(
            f"config key analysis.hold_input: '{word}' is not a word of the vocabulary ({len(vocabulary)} words)."
        )
    return np.asarray(word_vectors[vocabulary.index(word)], dtype=np.float64)


def _written_vector(text: str, size: int) -> np.ndarray:
    try:
        vector = np.array([float(number) for number in text.split(",")])
    except ValueError:
        raise UserError(
            f"config key analysis.hold_input: 'vector:{text}' must be numbers separated by commas."
        ) from None
    if len(vector) != size or not np.isfinite(vector).all():
        raise UserError(f"config key analysis.hold_input: a vector of {size} finite numbers is needed, got '{text}'.")
    return vector
