"""Sentences that ask more than the test split, drawn anew for whoever needs them.

Most word counts of short synthetic test sentences occur in training, so that a network might have
learned them by heart. An integrator keeps its accuracy on all of these, and memory does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.identity import derive_seed, original_task
from rnn_geometry.tasks._sampling import quotas_of, uniform_compositions
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.synthetic import Task, build_task

# Kinds, and what they are in words.
HARDER = {
    "longer": "on longer sentences",
    "unbalanced": "under another balance of classes",
    "new_counts": "on word counts that training does not have",
}
SIZE = 1000  # sentences of each kind
TIMES = 2  # as long
FEWEST = 100  # different word counts among them
CLOSE = 5  # kinds of close calls, see `closeness`


def harder_sentences(
    meta: Mapping[str, Any], train: Sentences, test: Sentences
) -> dict[str, Sentences | None]:
    """Return sentences of each kind.

    Parameters
    ----------
    meta
        meta.json of the task. Shuffled labels have the sentences of the task that they are made of.
    train, test
        Its splits.

    Returns
    -------
    dict
        By the names of HARDER. Of a synthetic task 1,000 sentences: `longer` are twice as long,
        with the boundaries of the task; `unbalanced` has half of its sentences in one class, a
        fourth in the next, and so on, in an order drawn by chance; the word counts of `new_counts`
        are those of no training sentence, drawn from all counts with equal chances (if too few are
        found, as the task draws), and as close calls as test sentences. None where they cannot be
        drawn. Of texts `longer` alone: the test texts longer than the median.
    """
    if meta["kind"] != "synthetic":
        chosen = np.flatnonzero(test.lengths > np.median(test.lengths))
        longer = test.subset(chosen) if len(chosen) else None
        return {**dict.fromkeys(HARDER), "longer": longer}
    task = build_task(meta["family"], **meta["options"])
    name, data_seed = original_task(meta["name"]), meta["settings"]["data_seed"]
    seeds = {kind: derive_seed(kind, name, data_seed) for kind in HARDER}
    makers = {"longer": _longer, "unbalanced": _unbalanced}
    found = {kind: _or_none(make, task, seeds[kind]) for kind, make in makers.items()}
    # The words of a task come in counts that training has: first with all counts equally likely.
    equally = partial(uniform_compositions, words=len(task.words))
    for draw in (equally, None):
        new = _or_none(_new_counts, task, seeds["new_counts"], train, test, draw)
        if new is not None:
            break
    return {**found, "new_counts": new}


def _or_none(make: Callable[..., Sentences], *arguments: Any) -> Sentences | None:
    """Return sentences; None where there are too few of that kind to be found by chance."""
    try:
        return make(*arguments)
    except UserError:
        return None


def _longer(task: Task, seed: int) -> Sentences:
    return task.of_length(TIMES).sample(SIZE, seed)


def _unbalanced(task: Task, seed: int) -> Sentences:
    """Return half of the sentences in one class, a fourth in the next, and so on."""
    order = np.random.default_rng(seed).permutation(task.groups)
    return task.sample_of(quotas_of(SIZE, 0.5**order), seed)


def _new_counts(
    task: Task,
    seed: int,
    train: Sentences,
    test: Sentences,
    draw: Callable[..., np.ndarray] | None,
) -> Sentences:
    """Return word counts that training lacks, in as many close calls as the test split."""
    known = np.unique(count_keys(train))

    def group_of(tokens: np.ndarray, lengths: np.ndarray, labels: np.ndarray) -> np.ndarray:
        new = ~np.isin(count_keys(Sentences.from_padded(tokens, lengths, labels)), known)
        found = np.full(len(lengths), -1)
        found[new] = closeness(task, task.totals(tokens[new], lengths[new]), labels[new])
        return found

    close = np.bincount(closeness(task, task.totals(*test.padded()), test.labels), minlength=CLOSE)
    found = task.sample_of(quotas_of(SIZE, close), seed, group_of, draw)
    if len(np.unique(count_keys(found))) < FEWEST:
        raise UserError(f"fewer than {FEWEST} word counts are new.")
    return found


def closeness(task: Task, totals: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return how close a call each sentence is, in words.

    Parameters
    ----------
    task
        The task.
    totals, labels
        Summed scores (n, D), and labels (n,) or (n, C).

    Returns
    -------
    numpy.ndarray
        (n,) the fewest copies of one word that would change the label, less one; CLOSE - 1 at most.
    """
    found = np.full(len(totals), CLOSE - 1)
    scores = np.unique(task.scores[list(task.evidence)], axis=0)
    for copies in range(CLOSE - 1, 0, -1):
        for score in scores:
            changed = task.labels_of_totals(totals + copies * score) != labels
            found[changed.reshape(len(totals), -1).any(axis=1)] = copies - 1
    return found


def count_keys(sentences: Sentences) -> np.ndarray:
    """Return a number (n,) for the word counts of each sentence: equal where these are equal.

    Parameters
    ----------
    sentences
        n of them.

    Examples
    --------
    >>> keys = count_keys(Sentences.from_lists([[1, 2, 2], [2, 1, 2], [1, 1, 2]], np.zeros(3)))
    >>> keys[0] == keys[1], keys[0] == keys[2]
    (True, False)
    """
    # Sums of random numbers, a word each, modulo 2^64.
    words = 1 + int(sentences.tokens.max(initial=0))
    of_word = np.random.default_rng(0).integers(0, 2**64, words, dtype=np.uint64)
    sums = np.concatenate([[np.uint64(0)], np.cumsum(of_word[sentences.tokens])])
    return sums[sentences.offsets[1:]] - sums[sentences.offsets[:-1]]


def seen_counts_share(train: Sentences, test: Sentences) -> float:
    """Return the share of test sentences whose word counts a training sentence has.

    Parameters
    ----------
    train, test
        The splits.
    """
    return float(np.isin(count_keys(test), count_keys(train)).mean())
