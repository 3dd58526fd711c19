"""The input x* at which a network is analysed."""

from __future__ import annotations

import numpy as np

from rnn_geometry.errors import UserError, listed
from rnn_geometry.tasks.sentences import Sentences


def hold_input(
    name: str, word_vectors: np.ndarray, vocabulary: list[str], sentences: Sentences
) -> np.ndarray:
    """Return x*, the input at which the dynamics are analysed.

    Parameters
    ----------
    name : str
        `zero` (the zero vector), `mean` (mean word vector over the words of `sentences`), `padding`
        (vector of word id 0 of a text vocabulary), `word:<word>` or `vector:<numbers, by commas>`.
    word_vectors : (V, E)
        Of the network.
    vocabulary : list of str
        V words.
    sentences : Sentences
        What the mean is taken over.

    Returns
    -------
    (E,) float64
        x*.

    Raises
    ------
    UserError
        For a word outside the vocabulary, and a vector that is not E finite numbers.

    Examples
    --------
    >>> from rnn_geometry.tasks.synthetic import build_task
    >>> hold_input("word:b", np.eye(2), ["a", "b"], build_task("categorical").sample(1, 0)).tolist()
    [0.0, 1.0]
    """
    if name == "zero":
        return np.zeros(word_vectors.shape[1])
    if name == "mean":
        counts = np.bincount(sentences.tokens, minlength=len(word_vectors))
        return counts @ word_vectors / counts.sum()
    if name == "padding":
        if vocabulary[0] != "<pad>":
            raise UserError(
                "config key analysis.hold_input: padding is accepted for text tasks only; "
                "use zero or word:<word>."
            )
        return np.asarray(word_vectors[0], dtype=np.float64)
    if name.startswith("vector:"):
        return _written_vector(name.partition(":")[2], word_vectors.shape[1])
    word = name.partition(":")[2]
    if word not in vocabulary:
        raise UserError(
            f"config key analysis.hold_input: '{word}' is not a word of the vocabulary "
            f"({len(vocabulary)} words); accepted are {listed(vocabulary)}."
        )
    return np.asarray(word_vectors[vocabulary.index(word)], dtype=np.float64)


def _written_vector(text: str, size: int) -> np.ndarray:
    """Return the vector that `vector:` is followed by."""
    try:
        vector = np.array([float(number) for number in text.split(",")])
    except ValueError:
        raise UserError(
            f"config key analysis.hold_input: 'vector:{text}' must be numbers separated by commas."
        ) from None
    if len(vector) != size or not np.isfinite(vector).all():
        raise UserError(
            f"config key analysis.hold_input: a vector of {size} finite numbers is needed, "
            f"got '{text}'."
        )
    return vector
