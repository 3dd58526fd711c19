"""The searches that benchmarks/peers.py sets side by side, each from one GRU of torch and states.

A tool is made of its own package and numpy alone, at the settings that it has by itself or that its
own example uses, so that it runs in an environment without this project.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

WEIGHTS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
MIN_TAU = 12.5  # half a sentence of 25 words


class Problem(NamedTuple):
    """The GRU and where to search: weights by torch's names, starts (n, S), x (E,)."""

    weights: dict[str, np.ndarray]
    starts: np.ndarray
    x: np.ndarray


class Tool(NamedTuple):
    """A tool's own map (n, S) -> (n, S), and its search: points (m, S), rows of their starts."""

    step: Callable[[np.ndarray], np.ndarray]
    search: Callable[[], tuple[np.ndarray, np.ndarray]]
    dtype: str


# Ours, through the README's own lines


def layer(problem: Problem, dtype: str = "float32"):
    """Return the GRU as the user has it."""
    import torch

    size, inputs = problem.starts.shape[1], len(problem.x)
    gru = torch.nn.GRU(inputs, size, batch_first=True)
    gru.load_state_dict({name: torch.from_numpy(w) for name, w in problem.weights.items()})
    return gru.to(getattr(torch, dtype))


def ours(problem: Problem, search: Callable) -> Tool:
    """Return a search of this project; making the step is part of its cost."""
    import torch

    from rnn_geometry import torch_step

    gru, x = layer(problem), torch.from_numpy(problem.x)
    starts = torch.from_numpy(problem.starts)
    step = torch_step(layer(problem, "float64"))
    held = x.expand(len(starts), -1)

    def run() -> tuple[np.ndarray, np.ndarray]:
        found = search(torch_step(gru), starts, x)
        return np.asarray(found.points), np.arange(len(found.points))

    return Tool(
        lambda h: step(torch.from_numpy(h), held[: len(h)]).detach().numpy(), run, "float64"
    )


def manifold(problem: Problem) -> Tool:
    """Return the slow manifold alone."""
    from rnn_geometry import project_to_slow_manifold as project

    return ours(problem, lambda *task: project(*task, min_tau=MIN_TAU, modes=False))


def manifold_with_modes(problem: Problem) -> Tool:
    """Return the slow manifold with proven slow modes at all points, which is the default."""
    from rnn_geometry import project_to_slow_manifold as project

    return ours(problem, lambda *task: project(*task, min_tau=MIN_TAU))


def roots(problem: Problem) -> Tool:
    """Return exact fixed points."""
    from rnn_geometry import find_fixed_points

    return ours(problem, find_fixed_points)


def iterate(problem: Problem, words: int = 10) -> Tool:
    """Return no tool at all: the network reads x a few times."""
    import torch

    gru = layer(problem)
    held = torch.from_numpy(problem.x).float().expand(len(problem.starts), words, -1)
    starts = torch.from_numpy(problem.starts).float()

    def step(h: np.ndarray, count: int = 1) -> np.ndarray:
        with torch.no_grad():
            return gru(held[: len(h), :count], torch.from_numpy(h).float()[None])[1][0].numpy()

    return Tool(step, lambda: (step(starts.numpy(), words), np.arange(len(starts))), "float32")


# Of JAX


def jax_step(problem: Problem, dtype: str) -> Callable:
    """Return the map of one state (S,) -> (S,)."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", dtype == "float64")
    w_in, w, b_in, b = (jnp.asarray(problem.weights[name], dtype) for name in WEIGHTS)
    drive = w_in @ jnp.asarray(problem.x, dtype) + b_in

    def step(h):
        (reset, update, new), (h_reset, h_update, h_new) = (
            jnp.split(drive, 3),
            jnp.split(w @ h + b, 3),
        )
        r, z = jax.nn.sigmoid(reset + h_reset), jax.nn.sigmoid(update + h_update)
        n = jnp.tanh(new + r * h_new)
        return (1 - z) * n + z * h

    return step


def of_jax(problem: Problem, dtype: str, search: Callable) -> Tool:
    """Return a tool from `search(step, starts)`, which returns points and rows."""
    import jax
    import jax.numpy as jnp

    step = jax_step(problem, dtype)
    starts = jnp.asarray(problem.starts, dtype)
    batched = jax.vmap(step)

    def run() -> tuple[np.ndarray, np.ndarray]:
        points, rows = search(step, starts)
        return np.asarray(points), np.asarray(rows)

    return Tool(lambda h: np.asarray(batched(jnp.asarray(h, dtype))), run, dtype)


def brainpy_search(problem: Problem, method: str) -> Tool:
    """Return brainpy's SlowPointFinder with its own settings and filters."""
    from brainpy.analysis import SlowPointFinder

    def search(step, starts):
        finder = SlowPointFinder(f_cell=step, f_type="discrete", verbose=False)
        getattr(finder, method)(starts)
        finder.filter_loss()
        finder.exclude_outliers()
        return finder.fixed_points, finder.selected_ids

    return of_jax(problem, "float32", search)


def optimistix_search(problem: Problem, solver: str) -> Tool:
    """Return a solver of optimistix, over all states at once."""
    import jax
    import jax.numpy as jnp
    import optimistix

    find = optimistix.root_find if solver == "Newton" else optimistix.least_squares
    method = getattr(optimistix, solver)(rtol=1e-8, atol=1e-8)

    def search(step, starts):
        @jax.jit
        @jax.vmap
        def solve(start):
            found = find(lambda h, _: h - step(h), method, start, throw=False)
            return found.value, found.result == optimistix.RESULTS.successful

        points, good = solve(starts)
        rows = jnp.flatnonzero(good)
        return points[rows], rows

    return of_jax(problem, "float64", search)


def jaxopt_search(problem: Problem) -> Tool:
    """Return Levenberg-Marquardt of jaxopt, over all states at once."""
    import jax
    import jaxopt

    def search(step, starts):
        solver = jaxopt.LevenbergMarquardt(lambda h: h - step(h), tol=1e-9, maxiter=200)
        found = jax.jit(jax.vmap(solver.run))(starts)
        return found.params, np.arange(len(starts))

    return of_jax(problem, "float64", search)


def renn_search(problem: Problem, folder: str) -> Tool:
    """Return the search of the paper's authors as their notebook calls it."""
    # Only the two modules that it is made of: others ask for what JAX no longer has.
    for name in ("renn", "renn.rnn"):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [str(Path(folder, *name.split(".")))]
    fixed_points = importlib.import_module("renn.rnn.fixed_points")
    import jax
    from jax.example_libraries import optimizers

    def search(step, starts):
        cell = types.SimpleNamespace(batch_apply=lambda params, x, h: jax.vmap(step)(h))
        loss = fixed_points.build_fixed_point_loss(cell, None)
        points, _, _ = fixed_points.find_fixed_points(
            loss, starts, None, optimizers.adam(0.01), tolerance=5e-5
        )
        return points, np.arange(len(points))

    return of_jax(problem, "float32", search)


# Of torch


def finder_search(problem: Problem, folder: str, **options: float) -> Tool:
    """Return FixedPointFinder in torch; the Jacobians that it adds are left out."""
    sys.path.insert(0, folder)
    import torch

    finder_of = importlib.import_module("FixedPointFinderTorch").FixedPointFinderTorch
    gru = layer(problem)
    starts = problem.starts.astype(np.float32)
    x = problem.x.astype(np.float32)[None]

    def step(h: np.ndarray) -> np.ndarray:
        held = torch.from_numpy(np.repeat(x, len(h), 0))[:, None]
        with torch.no_grad():
            return gru(held, torch.from_numpy(h).float()[None])[1][0].numpy()

    def search() -> tuple[np.ndarray, np.ndarray]:
        finder = finder_of(gru, do_compute_jacobians=False, verbose=False, **options)
        kept, every = finder.find_fixed_points(starts.copy(), x)  # it writes into them
        apart = np.abs(every.xstar[:, None] - kept.xstar[None]).max(2).min(1, initial=np.inf)
        rows = np.flatnonzero(apart <= finder.tol_unique)
        return every.xstar[rows], rows

    return Tool(step, search, "float32")


# Of scipy


def scipy_search(problem: Problem, closed_form: bool) -> Tool:
    """Return Powell's hybrid method of MINPACK, state by state, by formula or differences."""
    from scipy.optimize import root
    from scipy.special import expit

    w_in, w, b_in, b = (problem.weights[name].astype(float) for name in WEIGHTS)
    drive = np.split(w_in @ problem.x + b_in, 3)

    def gates(h):
        a = np.split(h @ w.T + b, 3, axis=-1)
        r, z = expit(drive[0] + a[0]), expit(drive[1] + a[1])
        return r, z, np.tanh(drive[2] + r * a[2]), a[2]

    def step(h):
        _, z, n, _ = gates(h)
        return (1 - z) * n + z * h

    w_r, w_z, w_n = np.split(w, 3)
    eye = np.eye(w.shape[1])

    def jacobian(h):
        r, z, n, a = gates(h)
        of_n = ((1 - z) * (1 - n**2))[:, None]
        return (
            eye * (1 - z)[:, None]
            - of_n * ((a * r * (1 - r))[:, None] * w_r + r[:, None] * w_n)
            - ((h - n) * z * (1 - z))[:, None] * w_z
        )

    def search() -> tuple[np.ndarray, np.ndarray]:
        jac = jacobian if closed_form else None
        found = [root(lambda h: h - step(h), h, jac=jac, tol=1e-9) for h in problem.starts]
        rows = np.flatnonzero([each.success for each in found])
        return np.array([found[i].x for i in rows]).reshape(len(rows), len(eye)), rows

    return Tool(step, search, "float64")
