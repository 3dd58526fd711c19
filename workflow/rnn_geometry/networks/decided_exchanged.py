"""By which places decisions are carried on, from any place of a text: exchanges at many cuts.

`whole_texts.carried` is the same half-way through a text, by which claims are judged.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.networks.transformer import CausalTransformer
from rnn_geometry.networks.whole_texts import FEWEST


@torch.no_grad()
def carried_at(
    classifier: Classifier, tokens: Tensor, cuts: np.ndarray, *, seed: int
) -> np.ndarray:
    """Return by which places what was read so far reaches the decision, cut by cut.

    Parameters
    ----------
    classifier : Classifier
        With a step or without.
    tokens : (n, T)
        Word ids of texts of one length.
    cuts : (c,)
        Numbers of words, each below T, after which places become those of another text.
    seed : int
        Draws which text is exchanged with which.

    Returns
    -------
    (c, 3)
        Share of decisions that follow all places so far, the last of them alone, all others; of
        pairs of texts whose decision all of them change. 1, 1 and 0 with a step, whose state is
        all that it carries on; NaN where fewer than FEWEST pairs tell something.
    """
    reader = classifier.cell
    if not isinstance(reader, CausalTransformer):
        return np.tile([1.0, 1.0, 0.0], (len(cuts), 1))
    order = np.random.default_rng(seed).permutation(len(tokens))
    donors = torch.from_numpy(order[np.argsort(order) - 1])  # never itself
    vectors, place = classifier.words(tokens), torch.arange(tokens.shape[1])
    given = reader.streams(vectors)[donors]

    def decided(where: Tensor) -> Tensor:
        seen = reader.unroll_with(vectors, given, where.expand(len(tokens), -1))
        return classifier.logits(seen[:, -1]).argmax(-1)

    alone, found = decided(place < 0), np.full((len(cuts), 3), np.nan)
    for row, cut in zip(found, cuts.tolist(), strict=True):
        target = decided(place < cut)
        telling = target != alone
        if int(telling.sum()) >= FEWEST:
            parts = (target, decided(place == cut - 1), decided(place < cut - 1))
            row[:] = [(part == target)[telling].double().mean().item() for part in parts]
    return found
