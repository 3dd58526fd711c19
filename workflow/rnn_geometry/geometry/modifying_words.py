"""What `not`, `never`, `very` and `but` do to the words beside them, in a network that reads texts.

Effects are given as a function from word ids to what they change for good, see `word_meaning`. A
gain is the factor by which a modifier changes the effect of an adjective right after it. A gain
means little alone: words in a row may always have other effects than a single one. So beside it
stands the gain of control words, which are frequent and say nothing. Shapes: N sequences, k entries
of an effect, A adjectives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rnn_geometry.store.columns import Column, columns

Effects = Callable[[np.ndarray], np.ndarray]  # word ids (N, m) -> effects (N, k)
Words = tuple[str, ...]

# Every way in which a tokenizer may write them; the first that is in the vocabulary counts.
MODIFIERS: dict[str, tuple[Words, ...]] = {
    "not": (("not",),),
    "nt": (("isn't",), ("is", "n't"), ("isn", "'", "t"), ("is", "n", "'", "t"), ("isn", "t")),
    "never": (("never",),),
    "very": (("very",),),
    "but": (("but",),),
}
CONTROLS = ("the", "a")
POSITIVE = (
    *("good", "great", "excellent", "amazing", "wonderful", "perfect", "fantastic", "awesome"),
    *("best", "nice", "fun", "happy", "beautiful", "fresh", "friendly", "clean", "comfortable"),
    *("funny", "strong"),
)
NEGATIVE = (
    *("bad", "terrible", "awful", "horrible", "worst", "poor", "boring", "stupid", "rude"),
    *("dirty", "slow", "cheap", "sad", "angry", "weak"),
)
ADJECTIVES = (*POSITIVE, *NEGATIVE)
FEWEST = 5  # adjectives of which a median is taken
IN_CLAUSES = 8  # adjectives of each sign that are paired
INTERVAL = 0.95
BETWEEN = {"but": "`but` between them", "pair": "nothing between them", "control": "`the` or `a`"}

_SIGNS = "; empty where classes have no order"
_GAIN = "factor by which {} changes the effect of an adjective right after it"
_WORDS = {"nt": "`isn't`", "control": "`the` or `a` (mean of both)"}


def _gains(name: str) -> tuple[Column, ...]:
    """Return the columns of one modifier, or of the control words."""
    gain = f"{name}_gain"
    word = _WORDS.get(name, f"`{name}`")
    return (
        Column(gain, f"text: {_GAIN.format(word)}, median over them: 1 no change, -1 turned round"),
        Column(f"{gain}_low", f"`{gain}`: lower end of its 95 % interval over adjectives"),
        Column(f"{gain}_high", f"`{gain}`: upper end of it"),
        Column(f"{gain}_positive", f"`{gain}` of positive adjectives alone{_SIGNS}"),
        Column(f"{gain}_negative", f"`{gain}` of negative ones{_SIGNS}"),
    )


def _shifts(name: str) -> tuple[Column, ...]:
    """Return the columns of one modifier less the control words."""
    shift = f"{name}_shift"
    return (
        Column(
            shift, f"`{name}_gain` less that of `the` and `a` before the same adjective, median"
        ),
        Column(f"{shift}_low", f"`{shift}`: lower end of its 95 % interval over adjectives"),
        Column(f"{shift}_high", f"`{shift}`: upper end of it"),
    )


COLUMNS = columns(
    Column("adjectives", "text: adjectives of a fixed list in the vocabulary", kind="count"),
    *(column for name in (*MODIFIERS, "control") for column in _gains(name)),
    *(column for name in MODIFIERS for column in _shifts(name)),
    *(
        Column(
            f"{name}_weight_{place}",
            f"text: share of its effect that the {which} of two adjectives of opposite sign keeps,"
            f" {words}{_SIGNS}",
        )
        for name, words in BETWEEN.items()
        for place, which in (("before", "first"), ("after", "second"))
    ),
)


def known_words(words: Sequence[str], index: Mapping[str, int]) -> np.ndarray:
    """Return the ids of those words that are in a vocabulary.

    Parameters
    ----------
    words
        In order.
    index
        From word to id.

    Examples
    --------
    >>> known_words(("good", "bad"), {"bad": 3}).tolist()
    [3]
    """
    return np.array([index[word] for word in words if word in index], dtype=np.int64)


def written(name: str, index: Mapping[str, int]) -> np.ndarray | None:
    """Return the ids (m,) of a modifier in the first way that a vocabulary has, None without one.

    Parameters
    ----------
    name
        One of MODIFIERS.
    index
        From word to id.

    Examples
    --------
    >>> written("nt", {"is": 2, "n't": 3}).tolist()
    [2, 3]
    """
    ways = (way for way in MODIFIERS[name] if all(word in index for word in way))
    return next((known_words(way, index) for way in ways), None)


def gains(
    effects: Effects, modifier: np.ndarray, words: np.ndarray, alone: np.ndarray
) -> np.ndarray:
    """Return the gain of a modifier for each of some words: <e(m w) - e(m), e(w)> / <e(w), e(w)>.

    Parameters
    ----------
    effects
        From word ids (N, m) to their effects (N, k).
    modifier
        Ids (m,).
    words
        Ids (A,).
    alone
        Their own effects (A, k).

    Returns
    -------
    numpy.ndarray
        (A,): 1 if effects just add up, -1 if the modifier flips a word; NaN of a word without any.
    """
    before = np.tile(modifier, (len(words), 1))
    after = effects(np.column_stack([before, words])) - effects(modifier[None])
    size = (alone**2).sum(axis=1)
    return (after * alone).sum(axis=1) / np.where(size > 0, size, np.nan)


def modifier_gains(effects: Effects, index: Mapping[str, int], *, signs: bool) -> dict[str, Any]:
    """Return what modifiers do to the adjectives of a vocabulary.

    Parameters
    ----------
    effects
        From word ids (N, m) to their effects (N, k).
    index
        From word to id.
    signs
        Whether classes have an order, so that adjectives are good or bad.

    Returns
    -------
    dict
        By the names of COLUMNS but the weights; None where the vocabulary lacks the words, or has
        fewer than five adjectives.
    """
    words = known_words(ADJECTIVES, index)
    found: dict[str, Any] = {**dict.fromkeys(COLUMNS), "adjectives": len(words)}
    measured = _measured(effects, index, words) if len(words) >= FEWEST else {}
    good = np.isin(words, known_words(POSITIVE, index))
    for name, values in measured.items():
        found |= _with_interval(f"{name}_gain", values)
        if signs:
            found[f"{name}_gain_positive"] = _median(values[good])
            found[f"{name}_gain_negative"] = _median(values[~good])
        if name in MODIFIERS and "control" in measured:
            found |= _with_interval(f"{name}_shift", values - measured["control"])
    return {name: found[name] for name in COLUMNS if "_weight_" not in name}


def _measured(
    effects: Effects, index: Mapping[str, int], words: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the gains (A,) of control words (mean over them) and of every modifier there is."""
    alone = effects(words[:, None])
    controls = [gains(effects, np.array([i]), words, alone) for i in known_words(CONTROLS, index)]
    ways = {name: written(name, index) for name in MODIFIERS}
    return {
        **({"control": np.mean(controls, axis=0)} if controls else {}),
        **{
            name: gains(effects, modifier, words, alone)
            for name, modifier in ways.items()
            if modifier is not None
        },
    }


def _median(values: np.ndarray) -> float | None:
    """Return the median of those that are finite, None of fewer than five."""
    values = values[np.isfinite(values)]
    return float(np.median(values)) if len(values) >= FEWEST else None


def _with_interval(name: str, values: np.ndarray) -> dict[str, float | None]:
    """Return a median with its interval, which order statistics give without any assumption."""
    from scipy import stats

    middle = _median(values)
    ends: tuple[float | None, ...] = (None, None)
    if middle is not None:
        test = stats.quantile_test(values[np.isfinite(values)], p=0.5)
        interval = test.confidence_interval(INTERVAL)
        ends = tuple(float(end) if np.isfinite(end) else None for end in interval)
    return {name: middle, f"{name}_low": ends[0], f"{name}_high": ends[1]}


def clause_weights(effects: Effects, index: Mapping[str, int]) -> dict[str, float | None]:
    """Return how much two adjectives of opposite sign count, by what stands between them.

    Parameters
    ----------
    effects
        From word ids (N, m) to their effects (N, k).
    index
        From word to id.

    Returns
    -------
    dict
        {but,pair,control}_weight_{before,after}: a and b of e(A m B) - e(m) = a e(A) + b e(B), by
        least squares over pairs A, B. 1 and 1 if effects just add up; a small and b large where
        the clause after `but` decides. None where words are missing.
    """
    good, bad = (known_words(w, index)[:IN_CLAUSES] for w in (POSITIVE, NEGATIVE))
    between: dict[str, list[np.ndarray]] = {"pair": [np.array([], dtype=np.int64)]}
    between["control"] = [np.array([i]) for i in known_words(CONTROLS, index)]
    between["but"] = [way for way in (written("but", index),) if way is not None]
    enough = min(len(good), len(bad)) >= FEWEST
    found: dict[str, float | None] = {}
    for name in BETWEEN:
        ways = [_weights(effects, good, bad, way) for way in between[name]] if enough else []
        both = np.mean(ways, axis=0).tolist() if ways else (None, None)
        found |= {f"{name}_weight_before": both[0], f"{name}_weight_after": both[1]}
    return found


def _weights(
    effects: Effects, good: np.ndarray, bad: np.ndarray, between: np.ndarray
) -> np.ndarray:
    """Return the weights (2,) of the first and the second adjective around some words."""
    pairs = np.array([(g, b) for g in good for b in bad])
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    middle = np.tile(between, (len(pairs), 1))
    both = effects(np.column_stack([pairs[:, :1], middle, pairs[:, 1:]]))
    both = both - effects(between[None]) if len(between) else both
    alone = [effects(pairs[:, [i]]).ravel() for i in (0, 1)]
    return np.linalg.lstsq(np.stack(alone, axis=1), both.ravel(), rcond=None)[0]
