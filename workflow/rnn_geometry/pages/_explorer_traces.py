"""Which sentences stand on an explorer's page, what networks made of them, and which opens it.

Shapes: rows are words and one state more of every trace, C outputs, k components.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn_geometry.pages._explorer_encoding import encoded
from rnn_geometry.plotting import style
from rnn_geometry.store.artifacts import Traces

HELD_OUT = 0  # code of `kind` in Traces
KINDS = ("held-out", "curated", "configured")
TELLS = 0.3  # a word counts from this share of the strongest word's effect
EASY_LENGTH = 30  # words; longer sentences are a slow way to begin


def chosen_traces(traces: Traces, networks: int, room: int) -> np.ndarray:
    """Return numbers of the sentences to show: held-out ones come last, while room lasts.

    room: characters for the positions and logits of all networks.
    """
    words = np.diff(traces.offsets) + 1
    rows = np.bincount(traces.sentence, weights=words, minlength=len(traces.kind))
    columns = traces.coordinates.shape[1] + traces.logits.shape[1]
    cost = rows * columns * 4 * 4 / 3 * networks
    held_out = traces.kind == HELD_OUT
    spent = cost[~held_out].sum() + np.cumsum(np.where(held_out, cost, 0))
    kept = ~held_out | (spent <= room)
    kept[0] = True  # a page without any sentence would show nothing
    return np.flatnonzero(kept)


def traces_entry(traces: Traces, sentences: np.ndarray) -> dict[str, str]:
    """Return positions (rows, 3) and logits (rows, C) of chosen sentences, trace after trace."""
    rows = np.concatenate(
        [
            np.arange(int(traces.offsets[i]), int(traces.offsets[i + 1]) + 1) + i
            for i in _traces_of(traces, sentences)
        ]
    )
    return {
        "coordinates": encoded(traces.coordinates[rows]),
        "logits": encoded(traces.logits[rows]),
    }


def sentences_entry(traces: Traces, sentences: np.ndarray) -> dict[str, Any]:
    """Return names and labels of the chosen sentences, and the sentence and order of each trace."""
    kept = _traces_of(traces, sentences)
    labels = traces.labels
    known = np.logical_and.reduce(labels[sentences] >= 0, axis=1)
    return {
        "sentences": [
            {
                "id": int(i),
                "name": str(traces.name[i]),
                "kind": KINDS[traces.kind[i]],
                "label": labels[i].tolist() if told else None,
            }
            for i, told in zip(sentences, known, strict=True)
        ],
        "traceSentence": traces.sentence[kept].tolist(),
        "traceOrder": traces.order[kept].tolist(),
        "lengths": np.diff(traces.offsets)[kept].tolist(),
    }


def words_entry(
    traces: Traces, sentences: np.ndarray, vocabulary: Sequence[str], whole: bool
) -> dict[str, Any]:
    """Return the words and the ids of those read.

    Without weights on the page only words that are read are there.
    """
    parts = [
        traces.tokens[traces.offsets[i] : traces.offsets[i + 1]]
        for i in _traces_of(traces, sentences)
    ]
    tokens = np.concatenate(parts)
    if whole:
        return {"words": list(map(str, vocabulary)), "tokens": encoded(tokens, "<i4")}
    used, renumbered = np.unique(tokens, return_inverse=True)
    return {"words": [str(vocabulary[i]) for i in used], "tokens": encoded(renumbered, "<i4")}


def telling_sentence(traces: Traces, sentences: np.ndarray, multi_label: bool) -> int:
    """Return the sentence to open with.

    A held-out one if there is any, decided as it is labelled, whose words push most different ways
    and change the decision most often.

    Parameters
    ----------
    traces
        Of the network that the page opens with.
    sentences
        Numbers of those on the page.
    multi_label
        Whether outputs are labels.
    """
    held_out = [int(i) for i in sentences if traces.kind[i] == HELD_OUT]
    return max(
        held_out or [int(i) for i in sentences], key=lambda i: _telling(traces, i, multi_label)
    )


def _telling(traces: Traces, sentence: int, multi_label: bool) -> tuple[bool, float]:
    """Return whether it is decided as it is labelled, and how much its words differ."""
    first = np.flatnonzero((traces.sentence == sentence) & (traces.order == 0))
    trace = int(first[0] if len(first) else np.flatnonzero(traces.sentence == sentence)[0])
    logits = traces.logits[traces.offsets[trace] + trace : traces.offsets[trace + 1] + trace + 1]
    effects = np.diff(logits.astype(float), axis=0)
    if not multi_label:
        effects -= effects.mean(axis=1, keepdims=True)
    sizes = np.abs(effects) if multi_label else effects
    told = sizes.max(axis=1, initial=0) >= TELLS * sizes.max(initial=1e-9)
    which = sizes.argmax(axis=1)
    ways = {(int(way), bool(effects[i, way] > 0)) for i, way in enumerate(which) if told[i]}
    codes = style.class_codes(logits >= 0) if multi_label else logits.argmax(axis=1)
    turns = min(np.count_nonzero(np.diff(codes[1:])), 4)
    label = traces.labels[sentence]
    wanted = style.class_codes(label[None] > 0)[0] if multi_label else label.argmax()
    score = len(ways) + 0.5 * turns + told.mean() if len(told) else 0.0
    short = len(effects) <= EASY_LENGTH
    return bool(label.min() >= 0 and codes[-1] == wanted), float(score) * (1 if short else 0.5)


def _traces_of(traces: Traces, sentences: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.isin(traces.sentence, sentences))
