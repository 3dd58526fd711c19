"""Positional encoding: sines and cosines of the place, turned by one fixed random rotation."""

from __future__ import annotations

import torch
from torch import Tensor

PERIOD, AMPLITUDE = 100.0, 1.0


def random_rotation(size: int, generator: torch.Generator) -> Tensor:
    """Return an orthogonal matrix.

    Parameters
    ----------
    size : int
        Rows d.
    generator : torch.Generator
        Draws it.

    Returns
    -------
    (d, d)
        Uniform over orthogonal matrices.
    """
    drawn = torch.randn(size, size, generator=generator, dtype=torch.float64)
    found, upper = torch.linalg.qr(drawn)
    # Without the signs the distribution would depend on the library's convention.
    return (found * torch.sign(torch.diagonal(upper))).float()


def encoding(places: Tensor, rotation: Tensor) -> Tensor:
    """Return p[t, 2i], p[t, 2i+1] = A sin, A cos (t / tau^(2i/d)), rotated.

    Parameters
    ----------
    places : (T,)
        t, from 1 on.
    rotation : (d, d)
        See `random_rotation`.

    Returns
    -------
    (T, d)
        tau is 100 places, A is 1.

    Examples
    --------
    >>> encoding(torch.arange(1, 4), torch.eye(2))[0].round(decimals=4)
    tensor([0.8415, 0.5403])
    """
    size = len(rotation)
    even = torch.arange(0, size, 2, device=rotation.device, dtype=rotation.dtype)
    angles = places.to(rotation.dtype)[:, None] / PERIOD ** (even / size)
    waves = torch.stack([torch.sin(angles), torch.cos(angles)], -1).flatten(1)[:, :size]
    return AMPLITUDE * waves @ rotation.mT
