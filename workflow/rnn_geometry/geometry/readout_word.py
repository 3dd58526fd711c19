"""What one more word without meaning, read at the end of a text, changes in the answer.

`benchmarks/readout_word.py` measures it. Where what is read depends on the word that is read, as in
Mamba and mLSTM, the last word of a text decides how its sum is shown; a read-out word decides it
for all texts alike. Shapes: m texts, C outputs, V words.
"""

from __future__ import annotations

import numpy as np

from rnn_geometry.geometry.network import IDENTITY
from rnn_geometry.store.columns import Column, columns

FIT = 0.5  # share of the texts that word counts are fitted on; the others are predicted
EMPTY = 1e-6  # share of variance left over below which a ratio of two is not defined

READOUT_WORD = columns(
    IDENTITY,
    Column(
        "decisions_kept",
        "share of test texts whose answer is the same after one more word x* at their end",
    ),
    Column("accuracy_last", "accuracy as the texts are"),
    Column("accuracy_read", "accuracy after one more word x*"),
    Column(
        "counts_r2_last",
        "share of the variance of the logits, relative to their mean over classes, that a linear"
        " map of word counts predicts: fitted on half of the test texts, for the other half",
    ),
    Column("counts_r2_read", "the same after one more word x*"),
    Column(
        "counts_missed_ratio",
        "what word counts do not predict after one more word x*, over that before: below 1 a"
        " read-out word makes the logits a plainer function of what was read",
    ),
)


def counts_r2(counts: np.ndarray, logits: np.ndarray) -> float:
    """Return the share of the variance of logits that a linear map of word counts predicts.

    Parameters
    ----------
    counts
        How often each word stands in each text, (m, V).
    logits
        At the end of the texts, (m, C).

    Returns
    -------
    float
        Of the second half of the texts, from a map with a constant fitted on the first; NaN where
        logits of the second half do not vary.

    Examples
    --------
    >>> counts = np.random.default_rng(0).integers(0, 9, (40, 3))
    >>> round(counts_r2(counts, counts @ np.array([[1.0, -1.0], [0.0, 2.0], [3.0, 0.0]])), 6)
    1.0
    """
    known = np.column_stack([counts, np.ones(len(counts))])
    half = round(FIT * len(counts))
    fitted = np.linalg.lstsq(known[:half], logits[:half], rcond=None)[0]
    rest = logits[half:]
    spread = ((rest - rest.mean(axis=0)) ** 2).sum()
    return float(1 - ((rest - known[half:] @ fitted) ** 2).sum() / spread) if spread else np.nan


def readout_word_numbers(
    counts: np.ndarray, last: np.ndarray, read: np.ndarray, labels: np.ndarray
) -> dict[str, float | None]:
    """Return what one more word x* changes in the answers of a network that tells classes.

    Parameters
    ----------
    counts
        How often each word stands in each text, (m, V).
    last, read
        Logits (m, C) as the texts are, and after one more word x*.
    labels
        True classes, (m,).

    Returns
    -------
    dict
        Of the columns of READOUT_WORD that are no names; None where not defined.
    """
    answers, after = last.argmax(axis=1), read.argmax(axis=1)
    explained = [counts_r2(counts, own - own.mean(axis=1, keepdims=True)) for own in (last, read)]
    missed = [1 - share for share in explained]
    ratio = missed[1] / missed[0] if missed[0] > EMPTY else np.nan
    found = {
        "decisions_kept": (answers == after).mean(),
        "accuracy_last": (answers == labels).mean(),
        "accuracy_read": (after == labels).mean(),
        "counts_r2_last": explained[0],
        "counts_r2_read": explained[1],
        "counts_missed_ratio": ratio,
    }
    return {name: float(value) if np.isfinite(value) else None for name, value in found.items()}
