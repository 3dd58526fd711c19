"""Private float64 tensors of what was passed as an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from rnn_geometry.dynamics._checks import check_finite, check_shape, real_array, refusal


def real_tensor(
    name: str, value: Any, shape: Sequence[int | str] | None = None, *, device: Any = "cpu"
) -> Tensor:
    """Return a private float64 tensor of an array of real numbers; see `_checks.real_array`."""
    if isinstance(value, nn.Module):
        raise refusal(f"{name} must be an array, got {type(value).__name__}; pass its weight.")
    if isinstance(value, Tensor):
        found = _dense(name, value.detach()).to(device, torch.float64, copy=True)
    else:
        found = torch.from_numpy(real_array(name, value)).to(device)
    if shape is not None:
        check_shape(name, found.shape, shape)
        check_finite(name, found)
    return found


def _dense(name: str, value: Tensor) -> Tensor:
    """Return a dense real tensor."""
    if value.is_complex():
        raise refusal(f"{name} must be real numbers, got {value.dtype}; pass .real if you mean it.")
    if value.is_nested or value.is_quantized or value.is_meta:
        raise refusal(f"{name} must hold numbers; got a nested, quantized or meta tensor.")
    return value.to_dense() if value.layout != torch.strided else value


def device_of(*values: Any) -> torch.device:
    """Return where the first tensor lies, the CPU where there is none."""
    return next(
        (value.device for value in values if isinstance(value, Tensor)), torch.device("cpu")
    )
