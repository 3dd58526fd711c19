"""Where modifiers act: directions across the slow manifold that pass, and what is left without.

Maheswaranathan & Sussillo, ICML 2020 (arXiv 2004.08013): a modifier throws the state into a few
directions off the manifold, and words that are read there have other effects. So when its change in
these directions is taken away, the words after it must have their own effects again. A change along
the manifold is evidence, and is kept. Shapes: n points, S entries of a state, E of a word vector, W
words, d directions of the slow manifold, m of the modifier subspace. All work is done in float64 on
a private copy of the step.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics import _runs as runs
from rnn_geometry.dynamics._checks import whole
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._places import Place
from rnn_geometry.dynamics.integration import SETTLE
from rnn_geometry.dynamics.step import Array, Step

SHARE = 0.9  # of the squared change across the manifold, which the subspace holds
NOTHING = 1e-6  # of the length of a change: what lies across is rounding
LONGEST = 50  # words of x* for which a modifier is followed
DRAWS = 10  # random subspaces


@isolated()
def modifier_subspace(
    step: Step, points: Array, x: Array, modifiers: Array, axes: Array, share: float = SHARE
) -> Tensor:
    """Return the leading directions of what modifiers change across the slow manifold.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        Where words are read.
    x : (E,)
        The hold input x*.
    modifiers : (W, E)
        Their word vectors.
    axes : (d, S)
        Orthonormal directions of the manifold.
    share : float
        Of the squared change across the manifold, in which all modifiers count as much, that the
        directions hold.

    Returns
    -------
    (m, S) float64
        Orthonormal, and to `axes`; none where modifiers change nothing across the manifold.

    Raises
    ------
    ValueError
        As `integration.hold` does, and for words or directions that do not fit.

    References
    ----------
    Maheswaranathan & Sussillo, ICML 2020.
    """
    place = Place.of(step, points, x)
    return _subspace(place, place.words("modifiers", modifiers), place.axes("axes", axes), share)


@isolated()
def words_until_gone(
    step: Step, points: Array, x: Array, modifiers: Array, subspace: Array
) -> float | None:
    """Return after how many words of x* the change by modifiers has 1/e of its length.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        Where words are read.
    x : (E,)
        The hold input x*.
    modifiers : (W, E)
        Their word vectors.
    subspace : (m, S)
        Orthonormal directions in which the change is seen.

    Returns
    -------
    float or None
        Between words as an exponential goes; 50 where it takes longer, None without a change.

    Raises
    ------
    ValueError
        As `integration.hold` does, and for words or directions that do not fit.

    Examples
    --------
    >>> halving, one = (lambda h, x: h / 2 + x), torch.ones(1, 1)
    >>> found = words_until_gone(halving, 0 * one, 0 * one[0], one, one)
    >>> round(float(found * np.log(2)), 6)
    1.0
    """
    place = Place.of(step, points, x)
    return _until(place, place.words("modifiers", modifiers), place.axes("subspace", subspace))


@isolated()
def gain_without(
    step: Step,
    points: Array,
    x: Array,
    modifier: Array,
    words: Array,
    readout: Array,
    subspace: Array,
    turned: Array | None = None,
) -> float:
    """Return `modifiers.modifier_gain` after the modifier's change in a subspace is taken away.

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
    subspace : (m, S)
        Orthonormal directions. Right after the modifier, the difference of the state from where
        x* leads instead loses its part in them.
    turned : (m, S), optional
        Orthonormal directions along which as much is taken away instead: a control.

    Returns
    -------
    float
        1 where the modifier acted through the subspace alone.

    Raises
    ------
    ValueError
        As `integration.hold` does, and for words or directions that do not fit.
    """
    place = Place.of(step, points, x)
    words, readout = place.words("words", words), place.directions("readout", readout)
    modifier, subspace = place.word("modifier", modifier), place.axes("subspace", subspace)
    away = subspace if turned is None else place.axes("turned", turned)
    alone = place.effects(words[:, None], readout)
    return _gain_without(place, modifier, words, readout, alone, subspace, away)


@isolated()
def subspace_numbers(
    step: Step,
    points: Array,
    x: Array,
    flip: Array,
    double: Array,
    evidence: Array,
    axes: Array,
    readout: Array,
    *,
    seed: int,
) -> dict[str, float | None]:
    """Return all measures of the modifier subspace.

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
    seed : int
        Of the random subspaces.

    Returns
    -------
    dict of float
        modifier_dimension; modifier_words (`words_until_gone`); {flip,double}_gain_cut and, with
        as long a change in random subspaces across the manifold, {flip,double}_gain_random
        (`gain_without`).

    Raises
    ------
    ValueError
        As `integration.hold` does, and for words or directions that do not fit.
    """
    place = Place.of(step, points, x)
    both = {"flip": place.word("flip", flip), "double": place.word("double", double)}
    words, seen = place.words("evidence", evidence), place.directions("readout", readout)
    along, modifiers = place.axes("axes", axes), torch.stack(list(both.values()))
    inside = _subspace(place, modifiers, along, SHARE)
    elsewhere = _random_subspaces(along, len(inside), whole("seed", seed))
    found: dict[str, float | None] = {
        "modifier_dimension": len(inside),
        "modifier_words": _until(place, modifiers, inside),
    }
    alone = place.effects(words[:, None], seen)
    for name, word in both.items():
        known = (place, word, words, seen, alone, inside)
        others = [_gain_without(*known, other) for other in elsewhere]
        found[f"{name}_gain_cut"] = _gain_without(*known, inside)
        found[f"{name}_gain_random"] = float(np.mean(others))
    return found


def _subspace(place: Place, modifiers: Tensor, axes: Tensor, share: float) -> Tensor:
    """Return the directions (m, S); see `modifier_subspace`."""
    kicks = place.kicks(modifiers, 0)
    across = kicks - (kicks @ axes.T) @ axes
    size, whole_size = (part.flatten(1).norm(dim=1) for part in (across, kicks))
    moves = size > NOTHING * whole_size
    # Each modifier counts as much, however far it goes.
    stacked = (across[moves] / size[moves, None, None]).flatten(0, 1)
    lengths, directions = torch.linalg.svd(stacked, full_matrices=False)[1:]
    held = lengths.square().cumsum(0) / max(int(moves.sum()), 1)
    return directions[: int((held < share).sum()) + 1] if moves.any() else directions[:0]


def _until(place: Place, modifiers: Tensor, subspace: Tensor) -> float | None:
    """Return words until 1/e is left; see `words_until_gone`."""
    rest = place.system(place.points)
    reading = [place.system.step(place.points, w.expand(len(rest), -1)) for w in modifiers]
    lengths = []
    for _ in range(LONGEST + 1):
        changes = (torch.stack(reading) - rest) @ subspace.T
        lengths.append(float(changes.norm(dim=-1).mean()))
        rest, reading = place.system(rest), [place.system(states) for states in reading]
    return _passing(np.array(lengths))


def _passing(lengths: np.ndarray) -> float | None:
    """Return where lengths, one a word, pass 1/e of the first, as an exponential goes."""
    if not lengths[0]:
        return None
    left = np.log(np.maximum(lengths / lengths[0], np.finfo(float).tiny))
    gone = np.flatnonzero(left <= -1)
    if not len(gone):
        return float(LONGEST)
    before, after = left[gone[0] - 1], left[gone[0]]
    return float(gone[0] - 1 + (before + 1) / (before - after))


def _gain_without(
    place: Place,
    modifier: Tensor,
    words: Tensor,
    readout: Tensor,
    alone: Tensor,
    inside: Tensor,
    away: Tensor,
) -> float:
    """Return the gain at states without a part of the modifier's change; see `gain_without`.

    alone: effects (W, n, k) of the words.
    """
    read = place.system.step(place.points, modifier.expand(len(place.points), -1))
    left = read - ((read - place.system(place.points)) @ inside.T) @ away
    after = Place(place.system, left).effects(words[:, None], readout)
    # As `modifier_gain` counts: what modifier and word change, less what the modifier changes.
    own = _drift(place, left, readout, SETTLE) - _drift(place, place.points, readout, 1 + SETTLE)
    return float(((after + own) * alone).sum() / (alone**2).sum())


def _drift(place: Place, states: Tensor, readout: Tensor, words: int) -> Tensor:
    """Return how far readouts go with one more word of x* after some, (n, k)."""
    states = runs.held(place.system, states, words)
    return (place.system(states) - states) @ readout.T


def _random_subspaces(axes: Tensor, dimensions: int, seed: int) -> list[Tensor]:
    """Return random orthonormal directions (m, S) across some axes (d, S), several times."""
    generator, (d, size) = np.random.default_rng(seed), axes.shape
    found = []
    for _ in range(DRAWS):
        drawn = torch.from_numpy(generator.normal(size=(dimensions, size))).to(axes.device)
        basis = torch.linalg.qr(torch.cat([axes, drawn]).T)[0].T
        found.append(basis[d:])
    return found
