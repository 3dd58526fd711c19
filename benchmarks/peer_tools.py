"""One search in a process of its own, for benchmarks/peers.py: `peer_tools.py NAME PROBLEM RESULT`.

PROBLEM.npz holds the weights of a GRU of torch, starts (n, S), the input x (E,), and what the map
makes of some states, which the tool's own map must reproduce before it searches. RESULT.json says
what the search cost, RESULT.npz what it found.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import peer_searches as searches
from peer_searches import WEIGHTS, Problem, Tool

AGREE = {"float32": 1e-5, "float64": 1e-10}  # of the largest entry
ENOUGH_SECONDS = 30  # of CPU, after which a search is not repeated once more
# Options for where a tool lies that has no package.
FINDER, RENN = "fixed_point_finder", "renn"


class Row(NamedTuple):
    """A row of the table: what the tool asks for, and what it needs beside this project."""

    title: str
    exact: bool
    make: Callable[..., Tool]
    options: Mapping[str, object] = MappingProxyType({})
    package: str | None = None
    folder: str | None = None


ROWS = {
    "manifold": Row("ours: slow manifold", False, searches.manifold),
    "modes": Row("ours: the same with proven modes", False, searches.manifold_with_modes),
    "iterate": Row("no tool: F(h, x*) 10 times", False, searches.iterate),
    "brainpy-adam": Row(
        "brainpy, Adam",
        False,
        searches.brainpy_search,
        {"method": "find_fps_with_gd_method"},
        "brainpy",
    ),
    "brainpy-bfgs": Row(
        "brainpy, BFGS",
        False,
        searches.brainpy_search,
        {"method": "find_fps_with_opt_solver"},
        "brainpy",
    ),
    "renn": Row("renn, the authors' notebook", False, searches.renn_search, {}, "jax", RENN),
    "finder-loose": Row(
        "FixedPointFinder, step .01, q < 1e-4",
        False,
        searches.finder_search,
        {"lr_init": 0.01, "tol_q": 1e-4},
        "torch",
        FINDER,
    ),
    "roots": Row("ours: exact fixed points", True, searches.roots),
    "finder": Row("FixedPointFinder, defaults", True, searches.finder_search, {}, "torch", FINDER),
    "finder-slower": Row(
        "FixedPointFinder, step .01",
        True,
        searches.finder_search,
        {"lr_init": 0.01},
        "torch",
        FINDER,
    ),
    "optimistix-lm": Row(
        "optimistix, Levenberg-Marquardt",
        True,
        searches.optimistix_search,
        {"solver": "LevenbergMarquardt"},
        "optimistix",
    ),
    "optimistix-dogleg": Row(
        "optimistix, dogleg", True, searches.optimistix_search, {"solver": "Dogleg"}, "optimistix"
    ),
    "optimistix-newton": Row(
        "optimistix, Newton", True, searches.optimistix_search, {"solver": "Newton"}, "optimistix"
    ),
    "jaxopt": Row("jaxopt, Levenberg-Marquardt", True, searches.jaxopt_search, {}, "jaxopt"),
    "scipy": Row("scipy hybr, by differences", True, searches.scipy_search, {"closed_form": False}),
    "scipy-jacobian": Row(
        "scipy hybr, Jacobian by hand", True, searches.scipy_search, {"closed_form": True}
    ),
}


def check_map(tool: Tool, states: np.ndarray, expected: np.ndarray) -> float:
    """Return how far the tool's map is from ours, relative to the largest entry."""
    error = float(np.abs(tool.step(states) - expected).max() / np.abs(expected).max())
    if not error <= AGREE[tool.dtype]:
        raise SystemExit(f"its map differs from ours by {error:.1e}: not the same network")
    return error


def timed(search: Callable, repeats: int) -> tuple[list[float], tuple[np.ndarray, np.ndarray]]:
    """Return CPU seconds of every call, the first one apart, and what the last one found."""
    seconds: list[float] = []
    while len(seconds) < 2 or (len(seconds) <= repeats and sum(seconds) < ENOUGH_SECONDS):
        started = time.process_time()
        found = search()
        seconds.append(time.process_time() - started)
    return seconds, found


def peak() -> float:
    """Return the most memory that this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def measure(row: Row, arrays: dict[str, np.ndarray], folder: str | None, repeats: int):
    """Return costs by name, points (m, S) and the rows of their starts (m,)."""
    problem = Problem({name: arrays[name] for name in WEIGHTS}, arrays["starts"], arrays["x"])
    tool = row.make(problem, **({"folder": folder} if row.folder else {}), **row.options)
    error = check_map(tool, arrays["states"], arrays["expected"])
    before = peak()
    seconds, (points, rows) = timed(tool.search, repeats)
    later = statistics.median(seconds[1:])
    costs = {
        "cpu": later,
        "first": max(seconds[0] - later, 0.0),
        "mb": peak() - before,
        "map_error": error,
    }
    return costs, points, rows


def main() -> None:
    """Run one search and write down what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=ROWS)
    parser.add_argument("problem", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--folder")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # thread pools count the cores that they may use
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with np.load(options.problem) as file:
        arrays = dict(file)
    try:
        costs, points, rows = measure(ROWS[options.name], arrays, options.folder, options.repeats)
    except ModuleNotFoundError as error:
        raise SystemExit(f"not installed: {error.name}") from None
    np.savez(options.result, points=points, rows=rows)
    options.result.with_suffix(".json").write_text(json.dumps(costs))


if __name__ == "__main__":
    main()
