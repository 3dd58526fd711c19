"""Private copies of steps, and settings of the caller's torch that must not reach an analysis."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import torch
from torch import nn
from torch.jit import ScriptModule
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map

from rnn_geometry.errors import one_line

Kind = TypeVar("Kind", bound=nn.Module)
CALLED = {"forward", "__call__", "_call_impl", "_wrapped_call_impl"}  # names of calling a module
OF_TORCH = set(vars(nn.Module()))  # attributes that torch copies and converts


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


def wrapped(step: Any) -> Iterator[Any]:
    """Yield a step, then what it calls and nothing else, from outside in.

    Wrappers of torch (compiled modules, DataParallel, averaged models), partial functions that set
    nothing, and the bound `forward` of a module.
    """
    while step is not None:
        yield step
        step = _inner(step)


def _inner(step: Any) -> Any:
    """Return what a step merely calls, None where it is more than that."""
    if isinstance(step, functools.partial):
        return None if step.args or step.keywords else step.func
    owner = getattr(step, "__self__", None)
    if isinstance(owner, nn.Module):
        return owner if getattr(step, "__name__", "") in CALLED else None
    if not isinstance(step, nn.Module):
        return None
    of_torch = type(step).__module__.startswith("torch.")
    parts = dict(step.named_children()) if of_torch and not isinstance(step, ScriptModule) else {}
    return parts.get("_orig_mod", parts.get("module"))


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
    for part in module.modules():
        for name in set(vars(part)) - OF_TORCH:
            for tensor in _tensors(vars(part)[name]):
                memo[id(tensor)] = tensor.detach().clone()
    try:
        found = copy.deepcopy(module, memo).eval()
        for weight in found.parameters():
            weight.requires_grad_(False)
        return found
    except Exception as error:
        raise ValueError(
            one_line(
                f"{type(module).__name__} cannot be copied ({error}); "
                "pass a function step(h, x) that calls it."
            )
        ) from error


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    """Yield the plain tensors that an attribute holds; parameters are none."""
    if isinstance(value, torch.Tensor) and not isinstance(value, nn.Parameter):
        yield value
    elif type(value) in (list, tuple, dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _tensors(part)


def private_double(module: Kind) -> Kind:
    """Return a private copy in float64, complex numbers in complex128."""
    found = private_module(module)
    for part in found.modules():
        for name in set(vars(part)) - OF_TORCH:
            if any(_wider(tensor) is not tensor for tensor in _tensors(vars(part)[name])):
                vars(part)[name] = _widened(vars(part)[name])
    found = found.double()
    for tensor in (*found.parameters(), *found.buffers()):
        if tensor.is_complex():
            tensor.data = _wider(tensor.data)
    return found


def _widened(value: Any) -> Any:
    """Return an attribute with its plain tensors in double precision."""
    if isinstance(value, torch.Tensor):
        return value if isinstance(value, nn.Parameter) else _wider(value)
    if type(value) is dict:
        return {key: _widened(part) for key, part in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_widened(part) for part in value)
    return value


def _wider(value: torch.Tensor) -> torch.Tensor:
    """Return a tensor in double precision, itself where it holds no real or complex numbers."""
    if value.is_complex():
        return value.to(torch.complex128)
    return value.double() if value.is_floating_point() else value
