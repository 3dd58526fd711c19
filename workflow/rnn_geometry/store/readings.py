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
