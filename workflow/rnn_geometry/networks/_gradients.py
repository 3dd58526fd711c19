"""Whether the gradients of a cell are those of its step: along paths, near points, of weights."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from rnn_geometry.networks._trial import Trial, broken
from rnn_geometry.networks.cells import Cell

PATHS, DIRECTIONS = 4, 8
PLACES = (64, 1024)  # a path; more where few do not do, as under a norm that is steep at zero
NEAR = 1e-6  # of a finite difference; float32 inside the step errs there by a tenth
ALONG_PATHS, AT_POINTS, OF_WEIGHTS = 0.02, 1e-3, 1e-2  # relative errors that are accepted
NOTHING = 1e-12
FORMULA = 1e-6  # error of a Jacobian that a cell gives itself, of its largest entry


def check_gradients(trial: Trial) -> None:
    """Hold the gradients of the step against its differences, at two sets of weights.

    Parameters
    ----------
    trial
        The cell; `double` is used.
    """
    _check_origin(trial)
    for cell in (trial.double, _moved(trial)):
        for part in ("h", "x"):
            _check_paths(trial, cell, part)
            _check_points(trial, cell, part)


def _check_origin(trial: Trial) -> None:
    """Refuse a step without a finite slope where texts begin, and under the word vector zero."""
    h, x = trial.states(PATHS), trial.words(PATHS)
    begin = trial.double.initial_state(x)
    for where, places in {
        "the initial state": [begin, x],
        "x = 0": [h, torch.zeros_like(x)],
        "the initial state and x = 0": [begin, torch.zeros_like(x)],
    }.items():
        for part in (0, 1):
            found = _backward(trial, trial.double, places, part)
            if not all(bool(torch.isfinite(gradient).all()) for gradient in found):
                raise broken(
                    trial,
                    f"forward or its gradient is not finite at {where}",
                    "divide by no norm that can be zero, and take no root of zero",
                )


def _moved(trial: Trial) -> Cell:
    """Return the cell with other weights: at the first ones some have no effect yet."""
    cell = copy.deepcopy(trial.double)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for weight in cell.parameters():
            noise = torch.randn(weight.shape, generator=generator, dtype=weight.dtype)
            weight.add_(0.1 * noise * (weight.abs() + 0.1))
        after = trial.calls("forward fails", cell, trial.states(PATHS), trial.words(PATHS))
    return cell if bool(torch.isfinite(after).all()) else trial.double


def _check_paths(trial: Trial, cell: Cell, part: str) -> None:
    """Compare what the step changes along straight paths with its gradients summed over them."""
    ends = _ends(trial, part)
    with torch.no_grad():
        change = cell(ends["h"] + ends["dh"], ends["x"] + ends["dx"]) - cell(ends["h"], ends["x"])
    expected = change @ _directions(change.shape[1])
    for count in PLACES:
        summed = _mean_slopes(trial, cell, ends, part, count)
        if not _differ(summed, expected, ALONG_PATHS):
            break
    else:
        fault = "is zero" if float(summed.abs().max()) < NOTHING else "is not that of its result"
        raise broken(
            trial,
            f"the gradient of forward with respect to {part} {fault}",
            "leave out detach, .data, rounding and steps, and backward functions of your own",
        )


def _mean_slopes(
    trial: Trial, cell: Cell, ends: dict[str, Tensor], part: str, count: int
) -> Tensor:
    """Return the slope (PATHS, DIRECTIONS) when a part moves, the mean of places of each path."""
    share = ((torch.arange(count) + 0.5) / count).double()[None, :, None]
    places = [
        (ends[name][:, None] + share * ends[f"d{name}"][:, None]).flatten(0, 1) for name in "hx"
    ]
    along = ends[f"d{part}"].repeat_interleave(count, 0)
    slopes = _slopes(trial, cell, places, part, along)
    return slopes.unflatten(0, (PATHS, count)).mean(1)


def _ends(trial: Trial, part: str) -> dict[str, Tensor]:
    """Return where paths begin and how far they go, of which one part alone moves."""
    h, x = trial.states(PATHS, seed=3), trial.words(PATHS, seed=4)
    moves = {"dh": trial.states(PATHS, seed=5), "dx": trial.words(PATHS, seed=6)}
    other = "dx" if part == "h" else "dh"
    return {"h": h, "x": x, **moves, other: torch.zeros_like(moves[other])}


def _directions(size: int) -> Tensor:
    """Return random directions (S, DIRECTIONS) in which results are compared."""
    generator = torch.Generator().manual_seed(7)
    return torch.randn(size, DIRECTIONS, generator=generator, dtype=torch.float64)


def _slopes(trial: Trial, cell: Cell, places: list[Tensor], part: str, along: Tensor) -> Tensor:
    """Return the slope (n, DIRECTIONS) of the step at places (n, ...) when a part moves along."""
    gradients = _backward(trial, cell, places, "hx".index(part))
    return torch.stack([(gradient * along).sum(1) for gradient in gradients], 1)


def _backward(trial: Trial, cell: Cell, places: list[Tensor], part: int) -> list[Tensor]:
    """Return for every direction its gradient (n, ...) with respect to a part."""
    active = [place.clone().requires_grad_() for place in places]
    after = trial.calls("forward fails where h and x need gradients", cell, *active)
    if not after.requires_grad:
        return [torch.zeros_like(places[part])] * DIRECTIONS
    found = []
    for direction in _directions(after.shape[1]).T:
        (gradient,) = trial.calls(
            "its gradient cannot be computed",
            lambda value: torch.autograd.grad(
                value, active[part], retain_graph=True, allow_unused=True
            ),
            (after @ direction).sum(),
        )
        found.append(torch.zeros_like(places[part]) if gradient is None else gradient)
    return found


def _differ(found: Tensor, expected: Tensor, accepted: float) -> bool:
    size = float(expected.norm()) + float(found.norm())
    return size > NOTHING and not float((found - expected).norm()) <= accepted * size


def _check_points(trial: Trial, cell: Cell, part: str) -> None:
    """Compare gradients with differences so small that float32 would drown them."""
    ends = _ends(trial, part)
    along = ends[f"d{part}"]
    with torch.no_grad():
        near = [
            cell(ends["h"] + s * NEAR * ends["dh"], ends["x"] + s * NEAR * ends["dx"])
            for s in (1, -1)
        ]
    difference = (near[0] - near[1]) / (2 * NEAR) @ _directions(near[0].shape[1])
    if _differ(_slopes(trial, cell, [ends["h"], ends["x"]], part, along), difference, AT_POINTS):
        raise broken(
            trial,
            f"forward is not smooth in {part}, or computes in less than double precision",
            "keep the dtype of h and x, without float(), half() or rounding",
        )


def check_jacobians(trial: Trial) -> None:
    """Hold the Jacobians that a cell gives itself against differentiation.

    Parameters
    ----------
    trial
        The cell; `double` is used.
    """
    own = getattr(trial.double, "jacobians", None)
    if own is None:
        return
    cell = _moved(trial)
    places = [trial.states(PATHS, seed=3), trial.words(PATHS, seed=4)]
    with torch.no_grad():
        given = trial.calls("jacobians fails", cell.jacobians, *places)  # type: ignore
    size = cell.state_size
    shapes = [(PATHS, size, size), (PATHS, size, trial.input_size)]
    remedy = "correct it, or leave it out: the step is then differentiated"
    if not _are_tensors(given, shapes):
        raise broken(trial, f"jacobians must return tensors {shapes[0]} and {shapes[1]}", remedy)
    for part, matrix in enumerate(given):
        expected = torch.stack(_backward(trial, cell, places, part), 1)
        found = _directions(size).T @ matrix
        scale = float(expected.abs().max().clamp(min=1))
        if not float((found - expected).abs().max()) <= FORMULA * scale:
            raise broken(
                trial,
                f"jacobians returns a wrong dF/d{'hx'[part]} (its result no. {part + 1})",
                remedy,
            )


def _are_tensors(given: object, shapes: list[tuple[int, ...]]) -> bool:
    return (
        isinstance(given, (tuple, list))
        and len(given) == len(shapes)
        and all(isinstance(matrix, Tensor) for matrix in given)
        and all(matrix.dtype == torch.float64 for matrix in given)
        and [tuple(matrix.shape) for matrix in given] == shapes
    )


def check_training(trial: Trial) -> None:
    """Hold the gradients of all weights, through a whole text, against those of the step.

    Parameters
    ----------
    trial
        The cell; `single` and `double` are used.
    """
    _reaches_weights(trial)
    x = trial.words(PATHS, 5)
    weights = torch.linspace(0.5, 1.5, trial.hidden_size, dtype=torch.float64)

    def loss(cell: Cell, outputs: Callable[[Tensor], Tensor]) -> Tensor:
        return (outputs(x) @ weights).sum()

    cell = copy.deepcopy(trial.double).requires_grad_(True)
    known = dict(cell.named_parameters())
    if not known:
        return
    by_step = _of_weights(loss(cell, lambda x: cell.output(Cell.unroll(cell, x))), known)
    by_text = _of_weights(loss(cell, cell.outputs), known)
    for key, expected in by_step.items():
        difference = _difference(cell, known[key], lambda: loss(cell, cell.outputs))
        slope = (by_text[key] * _move(known[key])).sum()
        if _differ(by_text[key], expected, AT_POINTS) or _differ(slope, difference, OF_WEIGHTS):
            raise broken(
                trial,
                f"the gradient of its weight {key} is not that of its result",
                "leave detach and .data out of forward, unroll and outputs",
            )


def _reaches_weights(trial: Trial) -> None:
    """Refuse weights without a gradient: the optimiser needs one for each."""
    cell = copy.deepcopy(trial.single).train()
    outputs = trial.calls("outputs fails", cell.outputs, trial.words(3, 4, dtype=torch.float32))
    if outputs.requires_grad:
        trial.calls("its gradient cannot be computed", outputs.sum().backward)
    for key, weight in cell.named_parameters():
        if weight.grad is None:
            raise broken(
                trial,
                f"its weight {key} has no gradient: it is not used, or detached",
                "use it in forward or leave it out",
            )
        if not bool(torch.isfinite(weight.grad).all()):
            raise broken(trial, f"the gradient of its weight {key} is not finite", "mend forward")


def _of_weights(loss: Tensor, known: Mapping[str, Tensor]) -> dict[str, Tensor]:
    found = torch.autograd.grad(loss, list(known.values()), allow_unused=True)
    return {
        key: torch.zeros_like(weight) if gradient is None else gradient
        for (key, weight), gradient in zip(known.items(), found, strict=True)
    }


def _move(weight: Tensor) -> Tensor:
    generator = torch.Generator().manual_seed(8)
    return torch.randn(weight.shape, generator=generator, dtype=weight.dtype)


@torch.no_grad()
def _difference(cell: Cell, weight: Tensor, loss: Callable[[], Tensor]) -> Tensor:
    """Return how much a loss changes when one weight moves, from both sides."""
    move, kept = NEAR * _move(weight), weight.clone()
    found = []
    for sign in (1, -1):
        weight.copy_(kept + sign * move)
        found.append(loss())
    weight.copy_(kept)
    return (found[0] - found[1]) / (2 * NEAR)
