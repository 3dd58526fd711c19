"""What may be passed: every array, number and option of a public function goes through here.

Needs numpy alone; `_tensors` makes tensors of what passes. Tensors are known by their methods.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from rnn_geometry.errors import one_line, quoted


def refusal(sentence: str) -> ValueError:
    """Return an error of one line."""
    return ValueError(one_line(sentence))


def real_array(name: str, value: Any, shape: Sequence[int | str] | None = None) -> np.ndarray:
    """Return a private float64 array of an array, a tensor, a data frame or lists.

    A letter in `shape` stands for any length; without a shape, lengths and finiteness are left to
    the caller.
    """
    numbers = _numbers(name, value, "buif", "real numbers")
    found = np.array(numbers, dtype=np.float64, order="C")
    if shape is not None:
        check_shape(name, found.shape, shape)
        check_finite(name, found)
    return found


def complex_array(name: str, value: Any) -> np.ndarray[Any, Any]:
    """Return an array of real or complex numbers, float64 or complex128, that may be shared."""
    found = _numbers(name, value, "buifc", "numbers")
    return found.astype(complex if found.dtype.kind == "c" else float, copy=False)


def _numbers(name: str, value: Any, kinds: str, wanted: str) -> np.ndarray:
    """Return an array whose dtype is one of the kinds."""
    if isinstance(value, np.ma.MaskedArray) and np.ma.getmaskarray(value).any():
        raise refusal(f"{name} is a masked array; pass the rows that are not masked.")
    kind = type(value).__name__
    try:
        found = np.asarray(_plain(value))
    except Exception as error:
        raise refusal(f"{name} must be {wanted}, got {kind} ({error}).") from error
    if found.dtype.kind == "O":
        found = _of_objects(found)
    if found.dtype.kind not in kinds:
        raise refusal(f"{name} must be {wanted}, got {kind} of {found.dtype}.")
    return found


def _plain(value: Any) -> Any:
    """Return an array of a tensor or a sparse matrix, also within lists."""
    if hasattr(value, "detach"):
        value = value.detach()
        dense = value.to_dense() if getattr(value, "is_sparse", False) else value
        return dense.cpu().resolve_conj().resolve_neg().numpy()
    if hasattr(value, "toarray"):
        return value.toarray()
    return [_plain(part) for part in value] if type(value) in (list, tuple) else value


def _of_objects(found: np.ndarray) -> np.ndarray:
    """Return numbers kept as objects, as of a frame of mixed columns, as float64."""
    flat = found.ravel()
    if all(isinstance(one, Real | np.bool_) for one in flat):
        return np.array([float(one) for one in flat]).reshape(found.shape)
    return found


def check_shape(name: str, shape: Sequence[int], expected: Sequence[int | str]) -> None:
    """Refuse another shape than the expected one, where a letter stands for any length."""
    same = (isinstance(want, str) or want == have for want, have in zip(expected, shape))
    if len(shape) != len(expected) or not all(same):
        raise refusal(f"{name} must have shape {_sizes(expected)}, got {_sizes(shape)}.")


def _sizes(shape: Sequence[int | str]) -> str:
    """Return a shape as Python writes it, with letters for any length."""
    return str(tuple(shape)).replace("'", "")


def check_finite(name: str, values: Any) -> None:
    """Refuse numbers that are NaN or infinite, and name the first row that holds one."""
    finite: Any = np.isfinite(values) if isinstance(values, np.ndarray) else values.isfinite()
    if not finite.all():
        rows = finite.reshape(len(values), -1).all(1).tolist()
        raise refusal(f"{name} must be finite: row {rows.index(False)} holds NaN or infinity.")


def _scalar(value: Any) -> Any:
    """Return a number of Python of an array or tensor without dimensions."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else value


def number(
    name: str,
    value: Any,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    above: float = -math.inf,
) -> float:
    """Return a finite number from `low` to `high` that is more than `above`."""
    found = _scalar(value)
    if not isinstance(found, Real) or isinstance(found, bool):
        raise refusal(f"{name} must be a number{_range(low, high, above)}, got {quoted(value)}.")
    found = float(found)
    if not (math.isfinite(found) and low <= found <= high and found > above):
        raise refusal(f"{name} must be{_range(low, high, above)}, got {found}.")
    return found


def whole(name: str, value: Any, *, low: int = 0, high: int | None = None) -> int:
    """Return a whole number from `low` to `high`."""
    top = math.inf if high is None else high
    found = _scalar(value)
    good = isinstance(found, Integral) and not isinstance(found, bool)
    if not good or not low <= int(found) <= top:
        raise refusal(
            f"{name} must be a whole number,{_range(low, top, -math.inf)}, got {quoted(value)}."
        )
    return int(found)


def _range(low: float, high: float, above: float) -> str:
    """Return a range in words."""
    if above > -math.inf:
        return (
            f" above {above:g} and finite" if high == math.inf else f" above {above:g}, to {high}"
        )
    if low == -math.inf:
        return " and finite"
    return f" {low:g} or more" if high == math.inf else f" {low:g} to {high:g}"


def flag(name: str, value: Any) -> bool:
    """Return True or False."""
    if not isinstance(value, bool | np.bool_):
        raise refusal(f"{name} must be True or False, got {quoted(value)}.")
    return bool(value)


def instance(name: str, value: Any, kind: type, maker: str) -> None:
    """Refuse what is no result of a given class; `maker` says what returns one."""
    if not isinstance(value, kind):
        raise refusal(
            f"{name} must be the {kind.__name__} that {maker} returns, got {type(value).__name__}."
        )


def memory(value: Any) -> float:
    """Return a memory budget in MB."""
    return number("memory_mb", value, above=0)


def cut(value: Any) -> float:
    """Return the cut in words between slow and fast modes."""
    return number("min_tau", value, above=0)
