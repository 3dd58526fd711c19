"""Sentences read word by word: where the state goes on the slow manifold, and the logits.

Shapes: s sentences, m traces (a sentence in one order of its words), T words of a trace, S entries
of a state, C outputs.
"""

from __future__ import annotations

import numpy as np
import torch

from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.tasks.curation import ShownSentences, orders_of
from rnn_geometry.tasks.sentences import Sentences

BATCH = 64


def trace_sentences(
    classifier: Classifier, shown: ShownSentences, origin: np.ndarray, axes: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """Read every sentence as written, reversed and shuffled.

    Parameters
    ----------
    classifier : Classifier
        Trained.
    shown : ShownSentences
        s sentences, with what they show.
    origin : (S,)
        Where coordinates are counted from.
    axes : (3, S)
        Orthonormal.
    seed : int
        Shuffles.

    Returns
    -------
    dict of arrays
        Those of traces.npz (docs/architecture.md). h_0 comes first, so that trace i has T_i + 1
        rows of coordinates and logits.
    """
    sentences = shown.sentences
    variants, sentence, order = [], [], []
    for i in range(len(sentences)):
        ids = sentences.tokens[sentences.offsets[i] : sentences.offsets[i + 1]]
        for kind, words in enumerate(orders_of(ids, seed + i)):
            variants.append(words)
            sentence.append(i)
            order.append(kind)
    traces = Sentences.from_lists(variants, np.zeros(len(variants), dtype=np.int64))
    coordinates, logits = _read(classifier, traces, origin, axes)
    return {
        "origin": origin,
        "axes": axes,
        "tokens": traces.tokens,
        "offsets": traces.offsets,
        "sentence": np.array(sentence),
        "order": np.array(order, dtype=np.int8),
        "kind": shown.kind,
        "name": shown.name,
        "labels": sentences.labels,
        "coordinates": coordinates,
        "logits": logits,
    }


@torch.no_grad()
def _read(classifier: Classifier, traces: Sentences, origin: np.ndarray, axes: np.ndarray):
    """Return coordinates (rows, 3) and logits (rows, C) at h_0 .. h_T of all traces."""
    device = next(classifier.buffers(), next(classifier.parameters())).device
    readout = classifier.readout_matrix().double().cpu().numpy()
    bias = classifier.readout_bias().double().cpu().numpy()
    rows = []
    for start in range(0, len(traces), BATCH):
        tokens, lengths = traces.padded(np.arange(start, min(start + BATCH, len(traces))))
        states = classifier.states(torch.from_numpy(tokens).to(device)).double().cpu().numpy()
        for read, length in zip(states, lengths, strict=True):
            rows += [np.zeros((1, states.shape[2])), read[:length]]
    states = np.concatenate(rows)
    return ((states - origin) @ axes.T).astype(np.float32), (states @ readout.T + bias).astype(
        np.float32
    )
