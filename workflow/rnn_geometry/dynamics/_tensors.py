"""Private float64 tensors of what was passed as an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from rnn_geometry.dynamics._checks import (
    check_finite,
    check_orthonormal,
    check_shape,
    real_array,
    refusal,
)


def real_tensor(
    name: str, value: Any, shape: Sequence[int | str] | None = None, *, device: Any = "cpu"
) -> Tensor:
    """Return a private float64 tensor of an array of real numbers; see `_checks.real_array`."""
    if isinstance(value, nn.Module):
        raise refusal(f"{name} must be an array, got {type(value).__name__}; pass its weight.")
    if isinstance(value, Tensor):
        if _within_transform(value):
            raise refusal(
                f"{name} is a tensor inside a transform of torch.func (vmap, grad, jacrev); "
                "call this outside of it: it takes many points at once."
            )
        found = _dense(name, value.detach()).to(device, torch.float64, copy=True)
    else:
        found = torch.from_numpy(real_array(name, value)).to(device)
    if shape is not None:
        check_shape(name, found.shape, shape)
        check_finite(name, found)
    return found


def _within_transform(value: Tensor) -> bool:
    """Say whether a tensor stands for others, as inside vmap, as far as torch tells."""
    functorch = getattr(torch._C, "_functorch", None)
    return bool(functorch and functorch.is_functorch_wrapped_tensor(value))


def _dense(name: str, value: Tensor) -> Tensor:
    """Return a dense real tensor."""
    if value.is_complex():
        raise refusal(f"{name} must be real numbers, got {value.dtype}; pass .real if you mean it.")
    if value.is_nested or value.is_quantized or value.is_meta:
        raise refusal(f"{name} must hold numbers; got a nested, quantized or meta tensor.")
    return value.to_dense() if value.layout != torch.strided else value


def orthonormal(name: str, value: Any, size: int, *, device: Any = "cpu") -> Tensor:
    """Return private orthonormal axes (k, S)."""
    axes = real_tensor(name, value, ("k", size), device=device)
    check_orthonormal(name, axes.cpu().numpy())
    return axes


def device_of(*values: Any) -> torch.device:
    """Return where the first tensor lies, the CPU where there is none."""
    return next(
        (value.device for value in values if isinstance(value, Tensor)), torch.device("cpu")
    )
