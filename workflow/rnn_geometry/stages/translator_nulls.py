"""Numbers of a translator where places are shuffled or words permuted: what chance alone gives."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import torch

from rnn_geometry.dynamics.relaxation import relaxation
from rnn_geometry.geometry import alignment
from rnn_geometry.geometry.component_nulls import places_shuffled, words_permuted
from rnn_geometry.geometry.components import (
    PARTS,
    Components,
    estimate,
    explained,
    explained_by_path,
    explained_by_word,
)
from rnn_geometry.geometry.translator_tables import NULLS
from rnn_geometry.geometry.translators import Numbers, SideParts, defined
from rnn_geometry.networks.translators.evaluation import evaluate_pairs
from rnn_geometry.networks.translators.interventions import without_rest
from rnn_geometry.networks.translators.states import Side, Visited
from rnn_geometry.networks.translators.translator import Translator
from rnn_geometry.stages.translator_numbers import mean_input
from rnn_geometry.tasks.pairs.pairs import Pairs

DRAWS = 20  # orders of places of a path
MU = PARTS.index("mu")


def null_numbers(
    translator: Translator,
    halves: Sequence[Pairs],
    visits: Sequence[Visited],
    rng: np.random.Generator,
) -> Numbers:
    """Return what is left of a network's numbers by chance.

    Parameters
    ----------
    translator
        The network.
    halves, visits
        Held-out pairs and their states: means are of the first, measures of the second.
    rng
        Draws orders of places and words.

    Returns
    -------
    dict
        By the names of `translator_tables.NULLS`; None for what an architecture does not have.
    """
    found: Numbers = dict.fromkeys(NULLS)
    encoders = [visited.encoder for visited in visits]
    size = len(translator.embedding)
    by_chance = [both_at_random(side, rng) for side in encoders]
    parts = parts_of(by_chance, size)
    found["explained_encoder_random"] = defined(explained(parts.parts, parts.known))
    permuted = [
        side._replace(words=words_permuted(side.words, side.lengths, rng)) for side in encoders
    ]
    parts = parts_of(permuted, size)
    found["word_r2_encoder_random"] = defined(explained_by_word(parts.parts, parts.known))
    if translator.attends:
        shuffled = [Side(*places_shuffled(*side, rng)) for side in encoders]
        found["share_mu_mu_random"] = _share(translator, visits, shuffled)
        found["rest_accuracy_lost_random"] = _lost(translator, halves[1], visits[0], by_chance[0])
    if translator.architecture != "ao":
        means = estimate(*encoders[0], vocabulary=size)
        found["clock_r2_random"] = _clock(translator, halves[0], means, rng)
    return found


def matrix_of(translator: Translator) -> np.ndarray | None:
    """Return the matrix M (H, H) of a learned alignment; None for the plain one.

    Parameters
    ----------
    translator
        The network.
    """
    matrix = translator.bilinear()
    return None if matrix is None else matrix.detach().double().cpu().numpy()


def both_at_random(side: Side, rng: np.random.Generator) -> Side:
    """Return a side with its places shuffled and its words permuted.

    Parameters
    ----------
    side
        Of some phrases.
    rng
        Draws both.
    """
    moved = Side(*places_shuffled(*side, rng))
    return moved._replace(words=words_permuted(moved.words, moved.lengths, rng))


def parts_of(sides: Sequence[Side], words: int) -> SideParts:
    """Return the parts of the states of a side, with means of other phrases.

    Parameters
    ----------
    sides
        The same side of either half: means are of the first.
    words
        Ids of its input words.
    """
    first, second = sides
    return SideParts.of(estimate(*first, vocabulary=words), *second)


def _share(
    translator: Translator, visits: Sequence[Visited], shuffled: Sequence[Side]
) -> float | None:
    encoder = parts_of(shuffled, len(translator.embedding))
    decoder = parts_of([v.decoder for v in visits], len(translator.decoder_words))
    terms = alignment.terms(decoder.parts, encoder.parts, matrix_of(translator))
    return defined(alignment.signed_shares(terms, decoder.known, encoder.known)[MU, MU])


def _lost(translator: Translator, pairs: Pairs, visited: Visited, encoder: Side) -> float:
    """Return the accuracy lost where means of the encoder say nothing in alignments."""
    decoder = estimate(*visited.decoder, vocabulary=len(translator.decoder_words))
    means = (estimate(*encoder, vocabulary=len(translator.embedding)), decoder)
    rest = without_rest(*((of.by_place, of.by_word) for of in means))
    whole, without = (
        evaluate_pairs(translator, pairs, *edit).word_accuracy for edit in ((), (rest,))
    )
    return whole - without


def _clock(
    translator: Translator, pairs: Pairs, means: Components, rng: np.random.Generator
) -> float | None:
    """Return the mean R2 of means by place, by the path under x* in random orders."""
    x, cell = mean_input(translator, pairs), copy.deepcopy(translator.encoder).double()
    start = cell.initial_state(torch.as_tensor(x)[None])[0]
    found = relaxation(cell, start, x, words=len(means.by_place), most_words=1)
    path = cell.output(torch.as_tensor(found.path[1:])).numpy()
    orders = (rng.permutation(path) for _ in range(DRAWS))
    return defined(float(np.mean([explained_by_path(means.by_place, order) for order in orders])))
