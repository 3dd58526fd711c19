"""The weights that a user brings: safetensors, or a state dict that torch saved; tensors alone."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rnn_geometry.errors import UserError, imported, listed, quoted, told

OF_TORCH = (".pt", ".pth", ".bin", ".ckpt")
SAVE = "save it by safetensors.torch.save_file(model.state_dict(), path)"
# What wrappers of torch write before every name.
WRAPPED = ("module.", "_orig_mod.")


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """Return the weights of a file by name, on the CPU, floating ones in float32.

    Raises UserError where it is no file of tensors alone, or holds NaN or infinity.
    """
    path = Path(path)
    if path.suffix == ".safetensors":
        found: Any = _read_safetensors(path)
    elif path.suffix in OF_TORCH:
        found = _read_state_dict(path)
    else:
        raise UserError(
            f"weights: {path} is no file of weights; accepted are .safetensors and state dicts in "
            f"{', '.join(OF_TORCH)}."
        )
    weights = {name: _in_single(tensor) for name, tensor in _unwrapped(found).items()}
    for name, tensor in weights.items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise UserError(
                f"weights: {path} holds NaN or infinity in {quoted(name)}; give weights of a "
                "training that has not diverged."
            )
    return weights


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    refused = imported("safetensors", "workflow").SafetensorError
    load_file = imported("safetensors.torch", "workflow").load_file

    try:
        return load_file(path)
    except (refused, OSError) as error:
        raise UserError(
            f"weights: {path} is no safetensors file ({told(error, 80)}); {SAVE}."
        ) from error


def _read_state_dict(path: Path) -> dict[str, Tensor]:
    """Read a state dict; a pickle that could run code is not opened."""
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise UserError(
            f"weights: {path} holds more than tensors, or is damaged; what else a pickle holds "
            f"could run code and is not opened: {SAVE}."
        ) from error
    if not isinstance(found, Mapping):
        raise UserError(f"weights: {path} holds {_kind(found)} and no state dict; {SAVE}.")
    other = next((key for key, value in found.items() if not isinstance(value, Tensor)), None)
    if other is not None:
        raise UserError(
            f"weights: {path} holds {_kind(found[other])} under {quoted(other)} and no state dict "
            f"of tensors alone (its keys: {listed(found)}); {SAVE}."
        )
    return dict(found)


def _kind(value: Any) -> str:
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"


def _in_single(tensor: Tensor) -> Tensor:
    """Return a weight in float32 and in memory of its own; counters stay whole numbers."""
    tensor = tensor.detach().clone()
    return tensor.float() if tensor.is_floating_point() else tensor


def _unwrapped(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Take off what DataParallel and torch.compile write before every name."""
    for prefix in WRAPPED:
        if weights and all(name.startswith(prefix) for name in weights):
            return {name.removeprefix(prefix): tensor for name, tensor in weights.items()}
    return dict(weights)
