"""What a language model makes of a few texts, word by word: apart from what verdicts depend on.

Letters of shapes: m texts of T words, V words, K hidden states of the source, S entries of a state,
a axes of a map, p pairs of places.
"""

from __future__ import annotations

import numpy as np

from rnn_geometry.store._artifact import ArrayArtifact, array, artifact


@artifact
class TextsRead(ArrayArtifact):
    """reading.npz: held-out texts read word by word, and predictions after exchanged beliefs.

    Places are those before the first word and after each word.
    """

    FILE = "reading.npz"
    center: np.ndarray = array("S", "mean of visited states")
    axes: np.ndarray = array("a S", "their principal components, the widest first")
    words: np.ndarray = array("m T", "ids of the words of each text")
    places: np.ndarray = array("m T+1 a", "states along the axes")
    known: np.ndarray = array("m T+1 K", "chances of the hidden states, given the words so far")
    told: np.ndarray = array("m T+1 K", "the same, read from the state by a linear map")
    said: np.ndarray = array("m T+1 V", "chances of the next word, as the network says")
    source: np.ndarray = array("m T+1 V", "as one who knows the source says")
    changes: np.ndarray = array("p V", "how predictions change where a belief is exchanged")
    expected: np.ndarray = array("p V", "how they change for one who knows the source")


@artifact
class PlacesRead(ArrayArtifact):
    """places_read.npz: what is read at each place of held-out texts, with a step or without one.

    Letters beside those above: n places of all texts, c cuts. V are words or classes, K hidden
    states or sums of scores, M hidden states or classes.
    """

    FILE = "places_read.npz"
    cloud: np.ndarray = array("n a", "what the readout sees, along its principal components")
    shares: np.ndarray = array("n M", "there: chances of hidden states, known, or of classes, said")
    words: np.ndarray = array("m T", "ids of the words of each text")
    places: np.ndarray = array("m T a", "what the readout sees after each word, as `cloud`")
    mixed: np.ndarray = array("m T M", "there: as `shares`")
    known: np.ndarray = array("m T K", "there: chances of hidden states, or sums so far")
    together: np.ndarray = array("m T K", "the same, read by one linear map for all places")
    own: np.ndarray = array("m T K", "the same, read by a linear map of each place's own")
    said: np.ndarray = array("m T V", "chances of the next word, or of classes, of the network")
    source: np.ndarray = array("m T V", "chances of the next word, or the class, of who knows all")
    r2: np.ndarray = array("T 2", "R^2 of both maps at each place, on texts without part in them")
    cuts: np.ndarray = array("c", "words of texts after which places are exchanged")
    carried: np.ndarray = array("c 3", "there: share that follows all places, the last one, others")


@artifact
class TextsFollowed(ArrayArtifact):
    """text_read.npz: held-out texts of running text, read word by word.

    Letters beside those above: n texts, C labels, k slow modes, w words that are likely.
    """

    FILE = "text_read.npz"
    cloud: np.ndarray = array("n k", "states after the last word of texts, along the slowest modes")
    shares: np.ndarray = array("n C", "there: chances of labels, by a linear map from the state")
    words: np.ndarray = array("m T", "ids of the words of each text, below 0 behind its end")
    labels: np.ndarray = array("m", "of each text")
    slow: np.ndarray = array("m T k", "after each word: the state along the slowest modes")
    told: np.ndarray = array("m T C", "there: chances of labels, by the same map")
    counted: np.ndarray = array("m T C", "there: chances of labels, by counts of the words so far")
    likely: np.ndarray = array("m T w", "there: ids of the words that the network expects most")
    said: np.ndarray = array("m T w", "there: their chances")
    comes: np.ndarray = array("m T", "there: the chance of the word that comes; none at the last")
