"""Layer normalisation and its derivative; sums over gates.

Shapes: n points, m entries that are normed, k directions.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

EPSILON = 1e-5  # torch's


def normed(value: Tensor) -> Tensor:
    """Return values without their mean, divided by their standard deviation.

    Parameters
    ----------
    value : (..., m)
        Normed over the last dimension.

    Returns
    -------
    (..., m)
        Zero where all are alike.

    Examples
    --------
    >>> normed(torch.tensor([1.0, 3.0]))
    tensor([-1.0000,  1.0000])
    """
    return nn.functional.layer_norm(value, value.shape[-1:], eps=EPSILON)


def normed_change(value: Tensor, change: Tensor) -> Tensor:
    """Return how normed values change, to first order.

    Parameters
    ----------
    value : (n, m)
        What is normed.
    change : (n, m, k)
        Its change along some directions.

    Returns
    -------
    (n, m, k)
        The change of `normed(value)`.
    """
    spread = (value.var(1, correction=0) + EPSILON).rsqrt()[:, None, None]
    direction = normed(value)[:, :, None]
    along = (direction * change).mean(1, keepdim=True)
    return spread * (change - change.mean(1, keepdim=True) - direction * along)


def weighted(slopes: Sequence[Tensor], parts: Sequence[Tensor]) -> Tensor:
    """Return the sum of the parts of gates, each scaled by a slope per point and unit.

    Parameters
    ----------
    slopes : sequence of (n, m)
        One a gate; parts beyond them are left out.
    parts : sequence of (m, k) or (n, m, k)
        What each gate's drive changes by.

    Returns
    -------
    (n, m, k)
        The sum.
    """
    return torch.stack([slope[:, :, None] * part for slope, part in zip(slopes, parts)]).sum(0)
