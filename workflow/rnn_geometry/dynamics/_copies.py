"""Private copies of steps, and settings of the caller's torch that must not reach an analysis."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map

from rnn_geometry.errors import one_line

Kind = TypeVar("Kind", bound=nn.Module)


@contextmanager
def isolated() -> Iterator[None]:
    """Leave the caller's inference mode, gradient mode and autocast; a decorator, too.

    Default dtype and device are not touched, since steps may rely on them: all that is made here
    states its own.
    """
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(mode=False))
        stack.enter_context(torch.no_grad())
        for device in ("cpu", "cuda"):
            if torch.is_autocast_enabled(device):
                stack.enter_context(torch.autocast(device, enabled=False))
        yield


class OutOfInference(TorchFunctionMode):
    """Replaces tensors that were made in inference mode, which take part in no gradient."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        """Call a function of torch with copies of such tensors."""
        return func(*tree_map(_normal, args), **tree_map(_normal, kwargs or {}))


def _normal(value: Any) -> Any:
    """Return a tensor that may take part in gradients, anything else as it is."""
    made = isinstance(value, torch.Tensor) and value.is_inference()
    return value.detach().clone() if made else value


def private_module(module: Kind) -> Kind:
    """Return a copy in evaluation mode that needs no gradients; ValueError if there is none.

    Pruning and weight norm keep the weight that they compute as a plain tensor, which can neither
    be copied nor converted as others are: such tensors are copied here.
    """
    memo: dict[int, Any] = {}
    for value in (value for part in module.modules() for value in vars(part).values()):
        for tensor in value if isinstance(value, list | tuple) else (value,):
            if isinstance(tensor, torch.Tensor) and not isinstance(tensor, nn.Parameter):
                memo[id(tensor)] = tensor.detach().clone()
    try:
        return copy.deepcopy(module, memo).eval().requires_grad_(False)
    except Exception as error:
        raise ValueError(
            one_line(
                f"{type(module).__name__} cannot be copied ({error}); "
                "pass a function step(h, x) that calls it."
            )
        ) from error


def private_double(module: Kind) -> Kind:
    """Return a private copy in float64."""
    found = private_module(module)
    for part in found.modules():
        for name, value in list(vars(part).items()):
            if isinstance(value, torch.Tensor) and value.is_floating_point():
                vars(part)[name] = value.double()
    return found.double()
