"""All numbers of one encoder-decoder network: quality, components, attention, causes, clock.

No stage of the graph as yet: what a stage of translators is to call.
"""

from __future__ import annotations

import copy
from functools import partial

import numpy as np
import torch

from rnn_geometry.dynamics.passage import FEWEST, passage
from rnn_geometry.dynamics.relaxation import Relaxation, relaxation
from rnn_geometry.dynamics.step import Step
from rnn_geometry.geometry.components import Components, estimate, explained_by_path
from rnn_geometry.geometry.decoding import LastStates
from rnn_geometry.geometry.translators import (
    ALIGNMENTS,
    ATTENTION,
    CAUSES,
    CLOCK,
    PASSAGE,
    SWAP_PLACES,
    Numbers,
    SideParts,
    alignment_numbers,
    attention_numbers,
    carried_numbers,
    defined,
    state_numbers,
    time_numbers,
)
from rnn_geometry.networks.translators.evaluation import evaluate_pairs
from rnn_geometry.networks.translators.interventions import (
    moved_in_time,
    share_moved,
    without_rest,
)
from rnn_geometry.networks.translators.states import Side, visit_pairs
from rnn_geometry.networks.translators.translator import Translator
from rnn_geometry.tasks.pairs.pairs import UNKNOWN_SOURCE, Pairs

CARRIED = 0.9  # share of a path that its modes are counted for
STRAIGHT = 1e-6  # radians; a mode that turns less does not turn


def translator_numbers(translator: Translator, first: Pairs, second: Pairs) -> Numbers:
    """Return all numbers of a translator.

    Parameters
    ----------
    translator : Translator
        Trained or not.
    first, second : Pairs
        Held-out pairs: means are estimated on the first, all else is measured on the second.

    Returns
    -------
    dict
        By the names of `geometry.translators.COLUMNS`; None for what an architecture does not have.
    """
    means_of, visited = visit_pairs(translator, first), visit_pairs(translator, second)
    vocabulary = {
        "encoder": len(translator.embedding),
        "decoder": len(translator.decoder_words),
    }
    means = {
        side: estimate(*getattr(means_of, side), vocabulary=size)
        for side, size in vocabulary.items()
    }
    sides = {side: SideParts.of(of, *getattr(visited, side)) for side, of in means.items()}
    found: Numbers = {**evaluate_pairs(translator, second)._asdict(), **state_numbers(sides)}
    found |= carried_numbers(sides, _last(means_of.encoder), _last(visited.encoder))
    found |= dict.fromkeys([*ALIGNMENTS, *ATTENTION, *CAUSES])
    if visited.attention is not None:
        matrix = translator.bilinear()
        bilinear = None if matrix is None else matrix.detach().double().cpu().numpy()
        found |= alignment_numbers(sides, bilinear, visited.attention)
        sources = second.sources.padded(fill=UNKNOWN_SOURCE)
        found |= attention_numbers(visited.attention, sources)
        found |= _causes(translator, second, means)
    return found | _clock(translator, first, means["encoder"]) | time_numbers(means["encoder"])


def _last(side: Side) -> LastStates:
    """Return phrases of an encoder with the states in which they end."""
    states = side.states[np.arange(len(side.lengths)), side.lengths - 1]
    return LastStates(states, side.words, side.lengths)


def _causes(translator: Translator, pairs: Pairs, means: dict[str, Components]) -> Numbers:
    """Return what changes in alignments do."""
    by_place = means["encoder"].by_place
    moved, near = (
        share_moved(translator, pairs, partial(moved_in_time, by_place), SWAP_PLACES, within=within)
        for within in (0, 1)
    )
    rest = without_rest(*((of.by_place, of.by_word) for of in means.values()))
    whole, without = (
        evaluate_pairs(translator, pairs, *edit).word_accuracy for edit in ((), (rest,))
    )
    return {
        "swap_moved": defined(moved),
        "swap_near": defined(near),
        "rest_accuracy_lost": whole - without,
    }


def mean_input(translator: Translator, pairs: Pairs) -> np.ndarray:
    """Return x* of an encoder: the mean of the word vectors that it reads.

    Parameters
    ----------
    translator : Translator
        Has the vectors.
    pairs : Pairs
        Have the words.

    Returns
    -------
    (E,)
        float64, without positional encoding.
    """
    vectors = translator.embedding.double().cpu().numpy()
    counts = np.bincount(pairs.inputs.values, minlength=len(vectors))
    return counts @ vectors / counts.sum()


def _clock(translator: Translator, pairs: Pairs, means: Components) -> Numbers:
    """Return how the encoder tells the time by its recurrence alone."""
    if translator.architecture == "ao":
        return dict.fromkeys([*CLOCK, *PASSAGE])
    x, cell = mean_input(translator, pairs), copy.deepcopy(translator.encoder).double()
    start = cell.initial_state(torch.as_tensor(x)[None])[0]
    found = relaxation(cell, start, x, words=len(means.by_place))
    path = cell.output(torch.as_tensor(found.path[1:])).numpy()
    numbers: Numbers = {"clock_r2": defined(explained_by_path(means.by_place, path))}
    return numbers | _modes(found) | _passage(cell, found.path[1:], x)


def _passage(step: Step, path: np.ndarray, x: np.ndarray) -> Numbers:
    """Return how the linearised step carries an encoder along its path."""
    if len(path) < FEWEST:
        return dict.fromkeys(PASSAGE)
    found = passage(step, path, x)
    return {
        "clock_carried_r2": defined(found.r2()),
        "clock_misplaced_r2": defined(found.misplaced_r2()),
        "clock_gain": defined(float(np.median(found.gains))),
        "clock_turn": defined(float(np.median(found.turns))),
    }


def _modes(found: Relaxation) -> Numbers:
    carrying = found.carrying(CARRIED)
    return {
        "clock_residual": found.residual,
        "clock_linear_r2": defined(found.linear_r2()),
        "clock_modes": len(carrying),
        "clock_turning": int((found.angles[carrying] > STRAIGHT).sum()),
        "clock_modulus": float(np.abs(found.eigenvalues[carrying[0]])),
        "clock_angle": float(found.angles[carrying[0]]),
    }
