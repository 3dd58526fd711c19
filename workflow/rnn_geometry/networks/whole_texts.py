"""What any network that reads a text does with its words, whether it has a step or not.

Shapes: n texts of T words, V words of the vocabulary, C outputs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.networks.transformer import CausalTransformer

FEWEST = 10  # pairs of texts on which a share is told


class Carried(NamedTuple):
    """By what the first half of a text reaches the decision.

    Attributes
    ----------
    one_place : float
        Share of decisions that follow the text from which the streams of the last place of the
        first half come. 1 for a recurrent network: its state there is all that is carried on.
    other_places : float
        The same for the streams of all places before that one. 0 for a recurrent network.
    pairs : int
        Of texts, in which all of them together change the decision; shares are of these.
    """

    one_place: float
    other_places: float
    pairs: int


@torch.no_grad()
def carried(classifier: Classifier, tokens: Tensor, *, seed: int) -> Carried:
    """Exchange streams of a transformer half-way through pairs of texts.

    What `dynamics.interventions.interchange` does with the state of a step. In a text B the streams
    of some places become those of another text A, in every layer; the rest of B is read on. If they
    are all places of the first half, the decision is that of a text spliced from both.

    Parameters
    ----------
    classifier : Classifier
        Its cell is a CausalTransformer.
    tokens : (n, T)
        Word ids of texts of one length, at least two words each.
    seed : int
        Draws which text is A of which.

    Returns
    -------
    Carried
        NaN with fewer than FEWEST pairs that tell something.

    Raises
    ------
    ValueError
        For a network with a step, and texts of one word.
    """
    reader = classifier.cell
    if not isinstance(reader, CausalTransformer):
        raise ValueError("the network has a step: all that it carries on is its state")
    if tokens.shape[1] < 2:
        raise ValueError("texts of one word have no first half")
    vectors, cut = classifier.words(tokens), tokens.shape[1] // 2
    order = np.random.default_rng(seed).permutation(len(tokens))
    donors = torch.from_numpy(order[np.argsort(order) - 1])  # never itself
    given, place = reader.streams(vectors)[donors], torch.arange(tokens.shape[1])

    def decided(where: Tensor) -> Tensor:
        seen = reader.unroll_with(vectors, given, where.expand(len(tokens), -1))
        return _decisions(classifier.logits(seen[:, -1]))

    target, alone = decided(place < cut), decided(place < 0)
    telling = (target != alone).any(1)
    pairs = int(telling.sum())
    if pairs < FEWEST:
        return Carried(float("nan"), float("nan"), pairs)
    one, others = decided(place == cut - 1), decided(place < cut - 1)
    shares = [(found == target).all(1)[telling].double().mean().item() for found in (one, others)]
    return Carried(*shares, pairs)


def _decisions(logits: Tensor) -> Tensor:
    """Return the classes decided for, (n, 1)."""
    return logits.argmax(-1, keepdim=True)


@torch.no_grad()
def word_kicks(classifier: Classifier, neutral: int, length: int) -> Tensor:
    """Return what each word alone does to the logits at the end of a text.

    Parameters
    ----------
    classifier : Classifier
        Any; not changed.
    neutral : int
        The word of which all else of the text consists.
    length : int
        Words of the text.

    Returns
    -------
    (V, C)
        Change of the logits, the mean over all places of the word.
    """
    words = len(classifier.embedding)
    blank = torch.full((length, length), neutral)
    place = torch.arange(length)
    nothing = classifier(blank[:1], torch.tensor([length]))
    changes = []
    for word in range(words):
        texts = blank.clone()
        texts[place, place] = word
        found = classifier(texts, torch.full((length,), length))
        changes.append((found - nothing).mean(0))
    return torch.stack(changes)
