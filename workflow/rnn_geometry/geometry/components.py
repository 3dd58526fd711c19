"""States of a phrase as three parts: mu of the place, chi of the word, delta of all else.

    mu_t = mean of h_t,  chi(x) = mean of h_t - mu_t over all t with x_t = x,  delta = h - mu - chi

Means are estimated on some phrases and the parts measured on others: what is left over of phrases
that took part in the means is too small. Shapes: n phrases, T places, V words, H units.

References
----------
Aitken et al., NeurIPS 2021 (arXiv 2110.15253).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PARTS = ("mu", "chi", "delta")


@dataclass(frozen=True)
class Components:
    """Means of states by place and by word.

    Attributes
    ----------
    by_place : (T, H)
        mu; at places where no phrase has a word the mean of all states.
    by_word : (V, H)
        chi; zero for words that were not met.
    places : (T,)
        Phrases behind each mean by place.
    words : (V,)
        States behind each mean by word.
    """

    by_place: np.ndarray
    by_word: np.ndarray
    places: np.ndarray
    words: np.ndarray

    def known(self, words: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Tell where both means are known.

        Parameters
        ----------
        words : (n, T)
            Ids.
        lengths : (n,)
            Words of each phrase.

        Returns
        -------
        (n, T)
            bool, false past the end of a phrase.
        """
        columns = np.arange(words.shape[1])
        place = np.zeros(words.shape[1], dtype=bool)
        shared = min(len(place), len(self.places))
        place[:shared] = self.places[:shared] > 0
        return (columns < lengths[:, None]) & place & (self.words[words] > 0)

    def split(self, states: np.ndarray, words: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Return the parts of states, which sum to them.

        Parameters
        ----------
        states : (n, T, H)
            What stands past the end of a phrase does not matter.
        words, lengths : (n, T), (n,)
            See `known`.

        Returns
        -------
        (3, n, T, H)
            mu, chi, delta; zero where a mean is not known.
        """
        known = self.known(words, lengths)
        parts = np.zeros((3, *states.shape))
        rows, places = np.nonzero(known)
        ids = words[rows, places]
        parts[0, rows, places] = self.by_place[places]
        parts[1, rows, places] = self.by_word[ids]
        parts[2, rows, places] = states[rows, places] - self.by_place[places] - self.by_word[ids]
        return parts


def estimate(
    states: np.ndarray, words: np.ndarray, lengths: np.ndarray, vocabulary: int
) -> Components:
    """Estimate the means of states.

    Parameters
    ----------
    states : (n, T, H)
        Of one side of a translator; what stands past the end of a phrase does not matter.
    words : (n, T)
        Ids of input words, below `vocabulary`.
    lengths : (n,)
        Words of each phrase.
    vocabulary : int
        Ids V.

    Returns
    -------
    Components
        The means.

    Raises
    ------
    ValueError
        Where no phrase has a word, or the shapes differ.

    Examples
    --------
    >>> words = np.array([[0, 1], [1, 0]])
    >>> states = np.array([[[1.0], [5.0]], [[3.0], [3.0]]])
    >>> found = estimate(states, words, np.array([2, 2]), 2)
    >>> found.by_place.tolist(), found.by_word.tolist()
    ([[2.0], [4.0]], [[-1.0], [1.0]])
    """
    if states.shape[:2] != words.shape or len(lengths) != len(words):
        raise ValueError(
            f"states {states.shape}, words {words.shape} and lengths {lengths.shape} do not fit"
        )
    inside = np.arange(words.shape[1]) < lengths[:, None]
    if not inside.any():
        raise ValueError("no phrase has a word")
    rows, columns = np.nonzero(inside)
    found = states[rows, columns].astype(np.float64)
    by_place, places = _means(found, columns, words.shape[1])
    by_place[places == 0] = found.mean(0)
    by_word, met = _means(found - by_place[columns], words[rows, columns], vocabulary)
    return Components(by_place, by_word, places, met)


def _means(values: np.ndarray, groups: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean (count, H) of values (m, H) by group, zero for none, and group sizes."""
    sizes = np.bincount(groups, minlength=count)
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, groups, values)
    return sums / np.maximum(sizes, 1)[:, None], sizes


def explained(parts: np.ndarray, known: np.ndarray) -> float:
    """Return how much of states their places and words explain.

    Parameters
    ----------
    parts : (3, n, T, H)
        mu, chi, delta.
    known : (n, T)
        Which states count.

    Returns
    -------
    float
        1 - sum |delta|^2 / sum |h - mean h|^2; NaN where all states are the same.
    """
    mu, chi, delta = (part[known] for part in parts)
    return _explained(delta, mu + chi + delta)


def explained_by_word(parts: np.ndarray, known: np.ndarray) -> float:
    """Return how much of what the place leaves over the word explains.

    Parameters
    ----------
    parts, known
        See `explained`.

    Returns
    -------
    float
        R^2 of h - mu by chi; NaN where h - mu is constant.
    """
    _, chi, delta = (part[known] for part in parts)
    return _explained(delta, chi + delta)


def explained_by_path(by_place: np.ndarray, path: np.ndarray) -> float:
    """Return how well another path predicts the means by place, nothing fitted.

    Parameters
    ----------
    by_place : (T, H)
        mu.
    path : (T, H)
        Such as the states of an encoder that reads x* alone.

    Returns
    -------
    float
        R^2; below 0 where the mean of mu is better.
    """
    return _explained(by_place - path, by_place)


def _explained(rest: np.ndarray, values: np.ndarray) -> float:
    total = ((values - values.mean(0)) ** 2).sum()
    return float(1 - (rest**2).sum() / total) if total > 0 else float("nan")
