"""Words that change the meaning of words after them: do they act, and through states that pass?

Maheswaranathan & Sussillo, ICML 2020 (arXiv 2004.08013): a modifier leaves the running score alone,
throws the state off the line attractor into fast directions, in which the next words have other
effects, and is forgotten within a few words. Shapes: n points, S entries of a state, E of a word
vector, W words, d directions of the slow manifold.
"""

from __future__ import annotations

import torch
from torch import Tensor

from rnn_geometry.dynamics.integration import hold, sequence_effects
from rnn_geometry.dynamics.step import Step

PASSED = 10  # words of x* after which a modifier must be forgotten; `not` reaches over 4


@torch.no_grad()
def modifier_gain(
    step: Step, points: Tensor, x: Tensor, modifier: Tensor, words: Tensor, readout: Tensor
) -> float:
    """Return by which factor a modifier changes the effects of words right after it.

    The effect of a word after the modifier, less that of the modifier alone, against its own
    effect: sum of <e(m w) - e(m), e(w)> over sum of <e(w), e(w)>, over points and words.

    Parameters
    ----------
    step : Step
        In the precision of the points.
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

    References
    ----------
    Maheswaranathan & Sussillo, ICML 2020.
    """
    pairs = torch.stack([modifier.expand_as(words), words], dim=1)
    alone = sequence_effects(step, points, x, words[:, None], readout)
    after = sequence_effects(step, points, x, pairs, readout)
    own = sequence_effects(step, points, x, modifier[None, None], readout)
    return float(((after - own) * alone).sum() / (alone**2).sum())


@torch.no_grad()
def lasting_share(step: Step, points: Tensor, x: Tensor, words: Tensor) -> float:
    """Return how much of what words change in the state is left after ten words of x*.

    Parameters
    ----------
    step : Step
        In the precision of the points.
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

    Examples
    --------
    >>> halving, one = (lambda h, x: h / 2 + x), torch.ones(1, 1)
    >>> lasting_share(halving, torch.zeros(1, 1), torch.zeros(1), one) == 0.5**10
    True
    """
    now, later = (_kicks(step, points, x, words, passed) for passed in (0, PASSED))
    return float(later.norm(dim=-1).mean() / now.norm(dim=-1).mean())


@torch.no_grad()
def share_along(step: Step, points: Tensor, x: Tensor, words: Tensor, axes: Tensor) -> float:
    """Return the share of the change of the state by words that lies along the slow manifold.

    Parameters
    ----------
    step : Step
        In the precision of the points.
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
    """
    kicks = _kicks(step, points, x, words, 0)
    return float(((kicks @ axes.T) ** 2).sum() / (kicks**2).sum())


def _kicks(step: Step, points: Tensor, x: Tensor, words: Tensor, passed: int) -> Tensor:
    """Return what words change at points against x*, `passed` words later, (W, n, S)."""
    held = x.expand(len(points), -1)
    rest = hold(step, step(points, held), x, passed)
    return torch.stack(
        [hold(step, step(points, word.expand_as(held)), x, passed) - rest for word in words]
    )


def modifier_numbers(
    step: Step,
    points: Tensor,
    x: Tensor,
    flip: Tensor,
    double: Tensor,
    evidence: Tensor,
    axes: Tensor,
    readout: Tensor,
) -> dict[str, float]:
    """Return all measures of modifiers.

    Parameters
    ----------
    step : Step
        In the precision of the points.
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
    """
    both = torch.stack([flip, double])
    return {
        "flip_gain": modifier_gain(step, points, x, flip, evidence, readout),
        "double_gain": modifier_gain(step, points, x, double, evidence, readout),
        "modifier_lasting": lasting_share(step, points, x, both),
        "evidence_lasting": lasting_share(step, points, x, evidence),
        "modifier_along": share_along(step, points, x, both, axes),
        "evidence_along": share_along(step, points, x, evidence, axes),
    }
