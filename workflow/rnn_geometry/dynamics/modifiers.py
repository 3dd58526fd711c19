"""Words that change the meaning of words after them: do they act, and through states that pass?

Maheswaranathan & Sussillo, ICML 2020 (arXiv 2004.08013): a modifier leaves the running score alone,
throws the state off the line attractor into fast directions, in which the next words have other
effects, and is forgotten within a few words. Shapes: n points, S entries of a state, E of a word
vector, W words, d directions of the slow manifold. All work is done in float64 on a private copy of
the step.
"""

from __future__ import annotations

import torch
from torch import Tensor

from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._places import Place
from rnn_geometry.dynamics.step import Array, Step

PASSED = 10  # words of x* after which a modifier must be forgotten; `not` reaches over 4


@isolated()
def modifier_gain(
    step: Step, points: Array, x: Array, modifier: Array, words: Array, readout: Tensor
) -> float:
    """Return by which factor a modifier changes the effects of words right after it.

    The effect of a word after the modifier, less that of the modifier alone, against its own
    effect: sum of <e(m w) - e(m), e(w)> over sum of <e(w), e(w)>, over points and words.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        Where words are read.
    x : (E,)
        The hold input x*.
    modifier : (E,)
        Its word vector.
    words : (W, E)
        Word vectors.
    readout : (k, S)
        What effects are seen along.

    Returns
    -------
    float
        1: no change, -1: turned round, 2: doubled.

    Raises
    ------
    ValueError
        As `integration.hold` does, and for words or directions that do not fit.

    References
    ----------
    Maheswaranathan & Sussillo, ICML 2020.
    """
    place = Place.of(step, points, x)
    words, readout = place.words("words", words), place.directions("readout", readout)
    return _gain(place, place.word("modifier", modifier), words, readout)


@isolated()
def lasting_share(step: Step, points: Array, x: Array, words: Array) -> float:
    """Return how much of what words change in the state is left after ten words of x*.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        Where words are read.
    x : (E,)
        The hold input x*.
    words : (W, E)
        Word vectors.

    Returns
    -------
    float
        Ratio of mean lengths.

    Raises
    ------
    ValueError
        As `integration.hold` does, and for words or directions that do not fit.

    Examples
    --------
    >>> halving, one = (lambda h, x: h / 2 + x), torch.ones(1, 1)
    >>> lasting_share(halving, torch.zeros(1, 1), torch.zeros(1), one) == 0.5**10
    True
    """
    place = Place.of(step, points, x)
    return _lasting(place, place.words("words", words))


@isolated()
def share_along(step: Step, points: Array, x: Array, words: Array, axes: Array) -> float:
    """Return the share of the change of the state by words that lies along the slow manifold.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        Where words are read.
    x : (E,)
        The hold input x*.
    words : (W, E)
        Word vectors.
    axes : (d, S)
        Orthonormal directions of the manifold.

    Returns
    -------
    float
        Ratio of summed squared lengths, 0 to 1.

    Raises
    ------
    ValueError
        As `integration.hold` does, and for words or directions that do not fit.
    """
    place = Place.of(step, points, x)
    return _along(place, place.words("words", words), place.axes("axes", axes))


def _gain(place: Place, modifier: Tensor, words: Tensor, readout: Tensor) -> float:
    """Return the gain of a modifier (E,); see `modifier_gain`."""
    pairs = torch.stack([modifier.expand_as(words), words], dim=1)
    alone, after = place.effects(words[:, None], readout), place.effects(pairs, readout)
    own = place.effects(modifier[None, None], readout)
    return float(((after - own) * alone).sum() / (alone**2).sum())


def _lasting(place: Place, words: Tensor) -> float:
    """Return what is left of kicks; see `lasting_share`."""
    now, later = (place.kicks(words, passed) for passed in (0, PASSED))
    return float(later.norm(dim=-1).mean() / now.norm(dim=-1).mean())


def _along(place: Place, words: Tensor, axes: Tensor) -> float:
    """Return the share of kicks along axes; see `share_along`."""
    kicks = place.kicks(words, 0)
    return float(((kicks @ axes.T) ** 2).sum() / (kicks**2).sum())


@isolated()
def modifier_numbers(
    step: Step,
    points: Array,
    x: Array,
    flip: Array,
    double: Array,
    evidence: Array,
    axes: Array,
    readout: Array,
) -> dict[str, float]:
    """Return all measures of modifiers.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        Where words are read.
    x : (E,)
        The hold input x*.
    flip, double : (E,)
        Vectors of a word that turns signs, and of one that doubles.
    evidence : (W, E)
        Vectors of words with an effect of their own.
    axes : (d, S)
        Orthonormal directions of the slow manifold.
    readout : (k, S)
        What effects are seen along.

    Returns
    -------
    dict of float
        flip_gain, double_gain (`modifier_gain`); modifier_lasting, evidence_lasting
        (`lasting_share`); modifier_along, evidence_along (`share_along`).

    Raises
    ------
    ValueError
        As `integration.hold` does, and for words or directions that do not fit.
    """
    place = Place.of(step, points, x)
    one, two = place.word("flip", flip), place.word("double", double)
    words, both = place.words("evidence", evidence), torch.stack([one, two])
    along, seen = place.axes("axes", axes), place.directions("readout", readout)
    return {
        "flip_gain": _gain(place, one, words, seen),
        "double_gain": _gain(place, two, words, seen),
        "modifier_lasting": _lasting(place, both),
        "evidence_lasting": _lasting(place, words),
        "modifier_along": _along(place, both, along),
        "evidence_along": _along(place, words, along),
    }
