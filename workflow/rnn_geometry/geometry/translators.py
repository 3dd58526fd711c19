"""All numbers of an encoder-decoder network, by name: columns, and those that arrays give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnn_geometry.geometry import alignment
from rnn_geometry.geometry.components import PARTS, Components, explained, explained_by_word
from rnn_geometry.geometry.decoding import LastStates, words_told
from rnn_geometry.geometry.dimension import components_for, participation_ratio
from rnn_geometry.geometry.time_course import time_course
from rnn_geometry.store.columns import Column, Columns, columns

SIDES = ("encoder", "decoder")
# Attention is one or two places wide: three places on, staying and coming near are told apart.
SWAP_PLACES = 3
Numbers = dict[str, float | int | None]


def _pairs_of_parts() -> list[tuple[str, int, int]]:
    """Return the nine pairs of parts: their name, place of the decoder's, of the encoder's."""
    return [
        (f"{one}_{other}", i, j) for i, one in enumerate(PARTS) for j, other in enumerate(PARTS)
    ]


QUALITY: Columns = columns(
    Column("loss", "cross-entropy of held-out words, fed back as in training", "nats"),
    Column("word_accuracy", "share of held-out words said right, own words fed back"),
    Column("phrase_accuracy", "share of held-out phrases with all words right"),
)
STATES: Columns = columns(
    *(
        Column(f"{name}_{side}", f"{meaning} of the {side}, means of the other half")
        for side in SIDES
        for name, meaning in (
            ("explained", "share of the variance of states that place and word explain,"),
            ("word_r2", "R2 of states less their mean by place, by the mean of the word,"),
            ("states_known", "share of words whose place and word the means know,"),
        )
    )
)
ALIGNMENTS: Columns = columns(
    *(
        Column(f"share_{name}", f"signed share of the term {name} (decoder, encoder) of alignments")
        for name, *_ in _pairs_of_parts()
    ),
    *(
        Column(
            f"attended_share_{name}",
            f"signed share of the term {name} (decoder, encoder) between places attended",
        )
        for name, *_ in _pairs_of_parts()
    ),
    *(
        Column(f"size_share_{name}", f"share of |{name}| at the place attended most")
        for name, *_ in _pairs_of_parts()
    ),
)
ATTENTION: Columns = columns(
    Column("likeness_to_average", "cosine of attention in a phrase with its average over phrases"),
    Column("attended_source", "share of words, of those with a known source, that attend to it"),
)
CAUSES: Columns = columns(
    Column(
        "swap_moved",
        f"share of words whose attention moves with the mean by place, {SWAP_PLACES} places on",
    ),
    Column("swap_near", "share of them whose attention comes to that place or one beside it"),
    Column("swap_with_words", "the same as swap_moved where chi.chi and chi.delta move, too"),
    Column("rest_accuracy_lost", "word accuracy lost without delta in alignments"),
)
CLOCK: Columns = columns(
    Column("clock_r2", "R2 of the encoder's means by place, by its path under x* alone"),
    Column("clock_residual", "how far the encoder moves in a word at the end of that path"),
    Column("clock_linear_r2", "R2 of that path by the modes at its end"),
    Column("clock_modes", "modes that bear 90 % of that path", kind="count"),
    Column("clock_turning", "those of them that turn", kind="count"),
    Column("clock_modulus", "|lambda| of the heaviest mode"),
    Column("clock_angle", "turn of the heaviest mode", "radians a word"),
)
PASSAGE: Columns = columns(
    Column(
        "clock_carried_r2",
        "R2 of each move of the encoder under x*, by the linearised step on the move before",
    ),
    Column("clock_misplaced_r2", "the same with the linearised step of another place, mean"),
    Column("clock_gain", "median length of such a move over that of the one before"),
    Column("clock_turn", "median angle between a move and the one before", "radians a word"),
)
TIME: Columns = columns(
    Column(
        "time_dimension", "principal components that bear 95 % of the encoder's mu", kind="count"
    ),
    Column("time_r2", "R2 of steps of mu by a linear map fitted to the other steps"),
    Column("time_r2_shuffled", "the same of places in random order, median"),
    Column("time_turning", "modes of that map that turn", kind="count"),
    Column("time_modulus", "|lambda| of its heaviest mode"),
    Column("time_angle", "turn of its heaviest mode", "radians a word"),
)
CARRIED: Columns = columns(
    *(
        Column(f"dimension_{side}", f"dimension of states of the {side} (participation ratio)")
        for side in SIDES
    ),
    *(
        Column(
            f"dimension_95_{side}",
            f"principal components that bear 95 % of states of the {side}",
            kind="count",
        )
        for side in SIDES
    ),
    Column("last_decodes", "words of a phrase that its last encoder state tells, share, held out"),
    Column("last_decodes_chance", "the same of a guess: the most frequent word of each place"),
)
COLUMNS = columns(QUALITY, STATES, CARRIED, ALIGNMENTS, ATTENTION, CAUSES, CLOCK, PASSAGE, TIME)


@dataclass(frozen=True)
class SideParts:
    """The parts of the states of one side.

    Attributes
    ----------
    parts : (3, n, T, H)
        mu, chi, delta, with means of other phrases.
    known : (n, T)
        Which of them count.
    words : int
        All words of these phrases.
    """

    parts: np.ndarray
    known: np.ndarray
    words: int

    @classmethod
    def of(
        cls, means: Components, states: np.ndarray, words: np.ndarray, lengths: np.ndarray
    ) -> SideParts:
        """Split the states of one side.

        Parameters
        ----------
        means
            Of other phrases.
        states, words, lengths : (n, T, H), (n, T), (n,)
            See `Components.split`.
        """
        known = means.known(words, lengths)
        return cls(means.split(states, words, lengths), known, int(lengths.sum()))


def state_numbers(sides: Mapping[str, SideParts]) -> Numbers:
    """Return how much of states places and words explain.

    Parameters
    ----------
    sides
        By the names of SIDES.

    Returns
    -------
    dict
        By the names of STATES; None for what is not defined.
    """
    found: Numbers = {}
    for side, of in sides.items():
        found[f"explained_{side}"] = defined(explained(of.parts, of.known))
        found[f"word_r2_{side}"] = defined(explained_by_word(of.parts, of.known))
        found[f"states_known_{side}"] = float(of.known.sum() / of.words)
    return found


def carried_numbers(
    sides: Mapping[str, SideParts], first: LastStates, second: LastStates
) -> Numbers:
    """Return in how many dimensions states lie, and how much of a phrase the last one tells.

    Parameters
    ----------
    sides
        By the names of SIDES.
    first, second
        What a linear reading is fitted to, and what it is measured on.

    Returns
    -------
    dict
        By the names of CARRIED; None for what is not defined.
    """
    found: Numbers = {}
    states = {side: of.parts.sum(0)[of.known] for side, of in sides.items()}
    found |= {f"dimension_{side}": participation_ratio(of) for side, of in states.items()}
    found |= {f"dimension_95_{side}": components_for(of, 0.95) for side, of in states.items()}
    told = words_told(first, second)
    return found | {
        "last_decodes": defined(told.accuracy.mean()),
        "last_decodes_chance": defined(told.chance.mean()),
    }


def alignment_numbers(
    sides: Mapping[str, SideParts], bilinear: np.ndarray | None, attention: np.ndarray
) -> Numbers:
    """Return the shares of the nine terms of alignments, and whom attention follows with time.

    Parameters
    ----------
    sides
        By the names of SIDES.
    bilinear : (H, H) or None
        Of a learned alignment.
    attention : (n, S, T)
        NaN past the end of a phrase.

    Returns
    -------
    dict
        By the names of ALIGNMENTS, and swap_with_words; None for what is not defined.
    """
    encoder, decoder = (sides[side] for side in SIDES)
    terms = alignment.terms(decoder.parts, encoder.parts, bilinear)
    counted = decoder.known, encoder.known
    shares = {
        "share": alignment.signed_shares(terms, *counted),
        "attended_share": alignment.signed_shares(terms, *counted, attention),
        "size_share": alignment.absolute_shares(terms, *counted),
    }
    found: Numbers = {
        f"{kind}_{name}": defined(of[i, j])
        for kind, of in shares.items()
        for name, i, j in _pairs_of_parts()
    }
    leading = np.zeros((3, 3), dtype=bool)
    leading[:, PARTS.index("mu")] = leading[PARTS.index("chi"), 1:] = True
    led = alignment.share_led(terms, *counted, SWAP_PLACES, leading)
    return found | {"swap_with_words": defined(led)}


def attention_numbers(attention: np.ndarray, sources: np.ndarray) -> Numbers:
    """Return what attention looks at.

    Parameters
    ----------
    attention : (n, S, T)
        NaN past the end of a phrase.
    sources : (n, S)
        Places that words said come from; -1 where they are not known.

    Returns
    -------
    dict
        By the names of ATTENTION; None for what is not defined.
    """
    known = (sources >= 0) & ~np.isnan(attention).all(-1)
    place = np.nan_to_num(attention, nan=-1.0).argmax(-1)
    on_source = float((place == sources)[known].mean()) if known.any() else None
    likeness = defined(alignment.likeness_to_average(attention))
    return {"likeness_to_average": likeness, "attended_source": on_source}


def time_numbers(means: Components) -> Numbers:
    """Return by what modes the means of an encoder move from place to place.

    Parameters
    ----------
    means
        Of the encoder.

    Returns
    -------
    dict
        By the names of TIME; None where places are too few, or all means the same.
    """
    found = time_course(means.by_place[means.places > 0])
    if found is None:
        return dict.fromkeys(TIME)
    return {
        "time_dimension": found.dimension,
        "time_r2": found.r2,
        "time_r2_shuffled": found.shuffled_r2,
        "time_turning": found.turning,
        "time_modulus": float(np.abs(found.eigenvalues[0])),
        "time_angle": float(found.angles[0]),
    }


def defined(number: float) -> float | None:
    """Return a number as a plain one, None for NaN.

    Parameters
    ----------
    number
        Any.
    """
    return None if np.isnan(number) else float(number)
