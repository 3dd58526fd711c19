"""What is kept of texts that are read place by place: the same of classifiers and language models.

Shapes: n texts of T words, H units, K targets, M shares, V words or classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_geometry.geometry.by_place import most_moved, read_by_place
from rnn_geometry.geometry.maps import LOOKED_AT, SHOWN, components
from rnn_geometry.store.readings import PlacesRead

CLOUD = 400  # places on the map
CUTS = 12  # places after which texts are exchanged


@dataclass(frozen=True)
class Seen:
    """What a network sees at every place of texts, and what is so there.

    Attributes
    ----------
    words
        (n, T), ids.
    states
        (n, T, H), what the readout sees.
    known
        (n, T, K), what is read from it.
    shares
        (n, T, M), by which places are coloured and texts are chosen.
    """

    words: np.ndarray
    states: np.ndarray
    known: np.ndarray
    shares: np.ndarray


def cuts_of(last: int) -> np.ndarray:
    """Return numbers of words after which texts are exchanged, the first and the last among them.

    Parameters
    ----------
    last
        The last of them, 1 or more.

    Examples
    --------
    >>> cuts_of(5).tolist(), cuts_of(24).tolist()
    ([1, 2, 3, 4, 5], [1, 3, 5, 7, 9, 11, 14, 16, 18, 20, 22, 24])
    """
    return np.unique(np.linspace(1, last, min(CUTS, last)).round().astype(int))


def places_read(
    seen: Seen,
    said: np.ndarray,
    source: np.ndarray,
    cuts: np.ndarray,
    carried: np.ndarray,
    rng: np.random.Generator,
) -> PlacesRead:
    """Return what is kept of a network.

    Parameters
    ----------
    seen
        On held-out texts.
    said, source
        (n, T, V), what the network says at every place, and one who knows all.
    cuts, carried
        (c,) and (c, 3), see `store.readings.PlacesRead`.
    rng
        Draws the places on the map.
    """
    flat = seen.states.reshape(-1, seen.states.shape[-1])
    center, axes = components(flat)
    read = read_by_place(seen.states, seen.known)
    shown = most_moved(seen.shares, SHOWN, LOOKED_AT)
    drawn = rng.permutation(len(flat))[:CLOUD]
    kept = {
        "cloud": ((flat - center) @ axes.T)[drawn],
        "shares": seen.shares.reshape(len(flat), -1)[drawn],
        "places": ((seen.states - center) @ axes.T)[shown],
        "mixed": seen.shares[shown],
        "known": seen.known[shown],
        "together": read.together[shown],
        "own": read.own[shown],
        "said": said[shown],
        "source": source[shown],
    }
    single = {name: value.astype(np.float32) for name, value in kept.items()}
    told = {"r2": read.r2, "cuts": cuts, "carried": carried}
    return PlacesRead(words=seen.words[shown], **single, **told)
