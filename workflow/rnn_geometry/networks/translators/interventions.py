"""What alignments are made of, by causes: time moved on in them, or parts of states taken out.

Components of states are given as arrays: means by place (T, H) and by word (V, H). Only alignments
see the change; the context, the recurrence and the readout have the states as they are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.networks.translators.evaluation import batches_of, fed_back
from rnn_geometry.networks.translators.translator import Edit, Translator
from rnn_geometry.tasks.pairs.pairs import Pairs

Means = tuple[np.ndarray, np.ndarray]


def moved_in_time(by_place: np.ndarray, places: int) -> Edit:
    """Return the edit after which each word looks as if it stood where another one stands.

    The mean mu_t in the key of place t is replaced by mu_{t - k}, in a circle within the phrase:
    attention that follows time alone moves by k places. What chi and delta say of the word, and of
    those before it, stays where it was.

    Parameters
    ----------
    by_place : (T, H)
        Means mu of the encoder by place.
    places : int
        k.

    Returns
    -------
    Edit
        Of keys alone.
    """

    def keys(states: Tensor, words: Tensor, lengths: Tensor) -> Tensor:
        mu = _like(by_place, states)
        at = torch.arange(states.shape[1], device=states.device)
        other = torch.remainder(at - places, lengths[:, None])
        return states + mu[other.clamp(max=len(mu) - 1)] - mu[at.clamp(max=len(mu) - 1)]

    return Edit(keys=keys)


def without_rest(encoder: Means, decoder: Means) -> Edit:
    """Return the edit that leaves the means by place and word alone in alignments, no delta.

    Parameters
    ----------
    encoder, decoder : pair of (T, H), (V, H)
        Means by place, and by input word.

    Returns
    -------
    Edit
        Of keys and queries.
    """

    def queries(states: Tensor, words: Tensor, places: Tensor) -> Tensor:
        return _sum_of_means(decoder, states, words, places)

    def keys(states: Tensor, words: Tensor, lengths: Tensor) -> Tensor:
        return _sum_of_means(
            encoder, states, words, torch.arange(states.shape[1], device=states.device)
        )

    return Edit(keys, queries)


def _sum_of_means(means: Means, states: Tensor, words: Tensor, places: Tensor) -> Tensor:
    by_place, by_word = (_like(part, states) for part in means)
    return by_place[places.clamp(max=len(by_place) - 1)] + by_word[words]


def _like(array: np.ndarray, states: Tensor) -> Tensor:
    return torch.as_tensor(array, dtype=states.dtype, device=states.device)


@torch.no_grad()
def share_moved(
    translator: Translator,
    pairs: Pairs,
    edit_of: Callable[[int], Edit],
    places: int,
    *,
    within: int = 0,
) -> float:
    """Return the share of said words whose attention moves by k places under an edit.

    Parameters
    ----------
    translator : Translator
        One that attends.
    pairs : Pairs
        n of them.
    edit_of : callable
        From k to an edit, such as `moved_in_time` of some means.
    places : int
        k, not 0.
    within : int
        How many places beside the aim count as it; fewer than |k|, so that attention which stays
        where it was does not count.

    Returns
    -------
    float
        Of the words whose most attended place has another one k places on; NaN for none. The
        decoder reads the same words with and without the edit.

    Raises
    ------
    ValueError
        For a translator that does not attend, and `within` that is not below |k|.
    """
    if not translator.attends:
        raise ValueError("a translator of the architecture ved has no attention")
    if within >= abs(places):
        raise ValueError(f"within is {within}; accepted is a number below |places|, {abs(places)}")
    moved = counted = 0
    for _, batch in batches_of(translator, pairs):
        reading, words = translator.read(batch.words, batch.lengths), fed_back(translator, batch)
        before, after = (
            _most_attended(translator.say(reading, words, edit).alignments)
            for edit in (Edit(), edit_of(places))
        )
        aim = before + places
        inside = (aim >= 0) & (aim < batch.lengths[:, None]) & (batch.targets != 0)
        counted += int(inside.sum())
        moved += int((inside & ((after - aim).abs() <= within)).sum())
    return moved / counted if counted else float("nan")


def _most_attended(alignments: Tensor | None) -> Tensor:
    """Return the place (B, S) of the largest alignment."""
    if alignments is None:
        raise ValueError("there are no alignments")
    return alignments.argmax(-1)
