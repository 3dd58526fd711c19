"""Ways to choose words of synthetic tasks, to sum and label their scores, to redraw for balance.

Everything works on padded ids, tokens (n, T) int16 with the words of sentence i in its first
lengths[i] columns; what stands behind them is PADDING, which is no word. No function loops over
sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

PADDING = -1
# Words drawn at a time: bounds the memory whatever n is, and keeps the arrays near the processor's
# cache.
WORDS_AT_A_TIME = 2**21
TIE = -1
# Scores closer than this are equal: sums of a correlation such as 0.1 carry rounding errors of
# about 1e-14.
_EQUAL = 1e-9
_FLIPPED_WORDS = 4  # reach of `not`


class RareClassError(Exception):
    """Class `index` comes up too rarely: `seen` times among the sentences `drawn`."""

    def __init__(self, index: int, seen: int, drawn: int):
        super().__init__(f"class {index} came up {seen} times in {drawn} sentences")
        self.index, self.seen, self.drawn = index, seen, drawn


def inside(lengths: np.ndarray, columns: int) -> np.ndarray:
    """Return (n, columns) bool, true where a sentence of lengths (n,) has a word."""
    return np.arange(columns) < np.asarray(lengths)[:, None]


def uniform_words(rng: np.random.Generator, lengths: np.ndarray, words: int) -> np.ndarray:
    """Return tokens (n, T), words uniform over ids below `words`; T is the largest length."""
    columns = int(lengths.max(initial=0))
    tokens = rng.integers(0, words, size=(len(lengths), columns), dtype=np.int16)
    tokens[~inside(lengths, columns)] = PADDING
    return tokens


def uniform_compositions(rng: np.random.Generator, lengths: np.ndarray, words: int) -> np.ndarray:
    """Return tokens (n, T) whose counts are uniform over all (words,) that sum to the length.

    Polya's urn: a word is one of the `words` ids or a copy of any earlier word, all equally likely.
    This makes all counts equally likely, and given the counts all orders, at every length.
    """
    columns = int(lengths.max(initial=0))
    choice = rng.integers(0, words + np.arange(columns), size=(len(lengths), columns))
    tokens, rows = choice.astype(np.int16), np.arange(len(lengths))
    for t in range(columns):
        earlier = choice[:, t] - words
        tokens[:, t] = np.where(earlier >= 0, tokens[rows, np.maximum(earlier, 0)], choice[:, t])
    tokens[~inside(lengths, columns)] = PADDING
    return tokens


def uniform_sums(
    rng: np.random.Generator, lengths: np.ndarray, values: tuple[int, ...]
) -> np.ndarray:
    """Return tokens (n, T) whose words' values have sums uniform over the attainable range.

    values: the integer value of every word, such that every whole sum between lowest and highest is
    attainable. Given its sum, every sequence of words is equally likely: a word is drawn in
    proportion to the number of ways in which the words that are still to come reach what is left of
    the sum.
    """
    steps = np.array(values) - min(values)
    columns = int(lengths.max(initial=0))
    ways = _log_ways(tuple(steps.tolist()), columns)
    left = rng.integers(
        0, steps.max() * lengths + 1
    )  # the sum still to come, counted from its lowest value
    tokens = np.full((len(lengths), columns), PADDING, np.int16)
    for remaining in range(columns, 0, -1):
        rows = np.flatnonzero(lengths >= remaining)
        cumulative = _next_word(ways[remaining - 1], ways[remaining], steps)[left[rows]]
        word = (rng.random(len(rows))[:, None] >= cumulative[:, :-1]).sum(axis=1)
        tokens[rows, lengths[rows] - remaining] = word
        left[rows] -= steps[word]
    return tokens


@lru_cache(maxsize=8)
def _log_ways(steps: tuple[int, ...], columns: int) -> list[np.ndarray]:
    """Return log numbers of sequences of r = 0 .. columns words for each sum 0 .. r max(steps)."""
    # Logarithms, because 5^length overflows a float above 440 words.
    ways = [np.zeros(1)]
    for _ in range(columns):
        ways.append(np.logaddexp.reduce(_shifted(ways[-1], np.array(steps)), axis=1))
    return ways


def _shifted(ways: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return (sums, words): log ways to reach sum - step with one word less; -inf for none."""
    span = steps.max()
    padded = np.pad(ways, span, constant_values=-np.inf)
    return padded[np.arange(len(ways) + span)[:, None] + span - steps]


def _next_word(fewer: np.ndarray, ways: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return (sums, words): cumulative probability of the next word for every sum that is left.

    A word that has no ways must not be drawn: from the last possible word on the cumulative
    probability is exactly 1.
    """
    weights = np.exp(_shifted(fewer, steps) - ways[:, None])
    cumulative = np.cumsum(weights, axis=1)
    return np.where(np.cumsum(weights[:, ::-1], axis=1)[:, ::-1] > weights, cumulative, 1.0)


def word_counts(tokens: np.ndarray, lengths: np.ndarray, words: int) -> np.ndarray:
    """Return (n, words) how often words stand in the first lengths (n,) columns of tokens."""
    ids = np.where(inside(lengths, tokens.shape[1]), tokens, words)
    ids = ids + np.arange(len(tokens))[:, None] * (words + 1)
    counts = np.bincount(ids.ravel(), minlength=len(tokens) * (words + 1))
    return counts.reshape(len(tokens), words + 1)[:, :words]


def sum_of_words(tokens: np.ndarray, lengths: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return (n, D) sums of the scores (V, D) of the words of sentences."""
    return word_counts(tokens, lengths, len(scores)) @ scores


def modified_sum(
    tokens: np.ndarray, lengths: np.ndarray, scores: np.ndarray, flip: int, double: int
) -> np.ndarray:
    """Return (n, D) sums in which `flip` turns the sign of 4 words and `double` doubles the next.

    Modifiers that act on the same word multiply: two flips cancel. They act on scores, not on other
    modifiers.
    """
    real = inside(lengths, tokens.shape[1])
    values = np.where(real[:, :, None], scores[np.where(real, tokens, 0)], 0.0)
    # Number of flips among the 4 words before each place: a difference of running counts.
    before = np.pad(np.cumsum(tokens == flip, axis=1), ((0, 0), (1, 0)))[:, :-1]
    flips = before - np.pad(before, ((0, 0), (_FLIPPED_WORDS, 0)))[:, : tokens.shape[1]]
    factors = 1.0 - 2.0 * (flips % 2)
    factors[:, 1:] *= 1.0 + (tokens[:, :-1] == double)
    return np.einsum("nt,ntd->nd", factors, values)


def largest(totals: np.ndarray) -> np.ndarray:
    """Return the class (n,) with the largest of the totals (n, N), TIE where two are largest."""
    best = totals.argmax(axis=1)
    ties = (totals >= totals.max(axis=1, keepdims=True) - _EQUAL).sum(axis=1) > 1
    return np.where(ties, TIE, best)


def equal_division(totals: np.ndarray, classes: int, longest: int) -> np.ndarray:
    """Return the class (n,) of totals (n, 1): equal parts of -2 longest .. 2 longest.

    A boundary belongs to the class above it; what lies outside, to the class at that end.
    """
    places = (
        np.rint(totals[:, 0]).astype(np.int64) + 2 * longest
    )  # whole numbers, so that boundaries are exact
    return np.clip(places * classes // (4 * longest), 0, classes - 1)


def stars(totals: np.ndarray) -> np.ndarray:
    """Return 0 .. 4 for one .. five stars from totals (n, 2) of sentiment s and neutrality n."""
    sentiment, neutrality = totals.T
    three = (neutrality > 0) & (neutrality >= np.abs(sentiment))
    positive = neutrality > 0
    return np.select(
        [three, positive & (sentiment > 0), positive, sentiment > 0], [2, 3, 1, 4], default=0
    )


def not_negative(totals: np.ndarray) -> np.ndarray:
    """Return (n, k) int8, 1 where a label's total is at least 0."""
    return (totals >= -_EQUAL).astype(np.int8)


def sign(totals: np.ndarray) -> np.ndarray:
    """Return 0 for a negative and 1 for a positive total (n, 1), TIE for 0."""
    return np.where(totals[:, 0] == 0, TIE, totals[:, 0] > 0)


def equal_quotas(rng: np.random.Generator, n: int, classes: int) -> np.ndarray:
    """Return (classes,) numbers that sum to n, differing by at most one; chance takes the rest."""
    quotas = np.full(classes, n // classes)
    quotas[rng.permutation(classes)[: n % classes]] += 1
    return quotas


def quotas_of(n: int, shares: np.ndarray) -> np.ndarray:
    """Return (classes,) numbers that sum to n, in proportion to shares (classes,)."""
    ends = np.cumsum(shares) / np.sum(shares)
    return np.diff(np.rint(n * ends).astype(np.int64), prepend=0)


def redraw(
    draw: Callable[[int], tuple], keys_of: Callable, quotas: np.ndarray, chunk: int
) -> list[np.ndarray]:
    """Draw until quotas[k] rows of every class k are there; return the columns of all rows kept.

    draw(rows) returns a tuple of arrays with `rows` rows each, keys_of of that tuple the classes
    (rows,), -1 for rows to be dropped. At most `chunk` rows are drawn at once. Raises
    RareClassError when a class would take more than about 100 draws per wanted row.
    """
    seen, drawn, kept = np.zeros_like(quotas), 0, [draw(0)]
    budget = 100 * int(quotas.sum()) + 200_000
    while (missing := np.maximum(quotas - seen, 0)).any():
        rows = min(chunk, int(1.1 * len(quotas) * missing.max()) + 64)
        columns = draw(rows)
        keys = keys_of(columns)
        chosen = _first_of_each(keys, missing)
        kept.append(tuple(column[chosen] for column in columns))
        seen = seen + np.bincount(keys[keys >= 0], minlength=len(quotas))
        drawn += rows
        _check_progress(quotas, seen, drawn, budget)
    return [np.concatenate(parts) for parts in zip(*kept)]


def _check_progress(quotas: np.ndarray, seen: np.ndarray, drawn: int, budget: int) -> None:
    """Raise RareClassError if a missing class will not be complete within the budget of draws."""
    # seen + 3 is the rule of three: with none seen in m draws the rate is below 3 / m at 95 %. It
    # also ends the loop, since a missing class has seen < quota and drawn grows.
    hopeless = (seen < quotas) & (quotas * float(drawn) > budget * (seen + 3.0))
    if hopeless.any():
        worst = int(np.argmin(np.where(hopeless, seen / np.maximum(quotas, 1), np.inf)))
        raise RareClassError(worst, int(seen[worst]), drawn)


def _first_of_each(keys: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Return the places of the first limits[k] rows of every class k, in order of the rows."""
    order = np.argsort(keys, kind="stable")
    order = order[keys[order] >= 0]
    sizes = np.bincount(keys[order], minlength=len(limits))
    rank = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.sort(order[rank < np.repeat(limits, sizes)])


def combination(names: Sequence[str], index: int) -> str:
    """Return the name of labels by bits of `index`: `label_0 + label_2`, or `no label`."""
    return " + ".join(name for i, name in enumerate(names) if index >> i & 1) or "no label"
