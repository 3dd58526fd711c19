"""Words that change the meaning of words after them: do they act, and through states that pass (ICML 2020)?

Maheswaranathan & Sussillo, ICML 2020 (arXiv 2004.08013): a modifier leaves the running score alone, throws the state
off the line attractor into fast directions, in which the next words have other effects, and is forgotten within a few
words.
Shapes: n points, S entries of a state, E of a word vector, W words, d directions of the slow manifold.
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
    """Return by which factor a modifier (E,) changes the effects of words (W, E) right after it.

    The effect of a word after the modifier, less that of the modifier alone, against its own effect, seen along the
    readout (k, S): sum of <e(m w) - e(m), e(w)> over sum of <e(w), e(w)>, over points and words. 1: no change, -1:
    turned round, 2: doubled.
    """
    pairs = torch.stack([modifier.expand_as(words), words], dim=1)
    alone = sequence_effects(step, points, x, words[:, None], readout)
    after = sequence_effects(step, points, x, pairs, readout)
    own = sequence_effects(step, points, x, modifier[None, None], readout)
    return float(((after - own) * alone).sum() / (alone**2).sum())


@torch.no_grad()
def lasting_share(step: Step, points: Tensor, x: Tensor, words: Tensor) -> float:
    """Return how much of what words (W, E) change in the state is left after PASSED words of x*: ratio of lengths."""
    now, later = (_kicks(step, points, x, words, passed) for passed in (0, PASSED))
    return float(later.norm(dim=-1).mean() / now.norm(dim=-1).mean())


@torch.no_grad()
def share_along(step: Step, points: Tensor, x: Tensor, words: Tensor, axes: Tensor) -> float:
    """Return the share of the change of the state by words (W, E) that lies along the slow manifold, axes (d, S).

    Ratio of summed squared lengths, 0 to 1.
    """
    kicks = _kicks(step, points, x, words, 0)
    return float(((kicks @ axes.T) ** 2).sum() / (kicks**2).sum())


def _kicks(step: Step, points: Tensor, x: Tensor, words: Tensor, passed: int) -> Tensor:
    """Return what each word changes at each point against x*, `passed` words of x* later, (W, n, S)."""
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
    """Return all measures for a word that turns signs (E,), one that doubles (E,), and evidence words (W, E)."""
    both = torch.stack([flip, double])
    return {
        "flip_gain": modifier_gain(step, points, x, flip, evidence, readout),
        "double_gain": modifier_gain(step, points, x, double, evidence, readout),
        "modifier_lasting": lasting_share(step, points, x, both),
        "evidence_lasting": lasting_share(step, points, x, evidence),
        "modifier_along": share_along(step, points, x, both, axes),
        "evidence_along": share_along(step, points, x, evidence, axes),
    }
