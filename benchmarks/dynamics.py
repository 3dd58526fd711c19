"""Slow manifold, slow modes and fixed points beside the dense route and the usual search.

    OMP_NUM_THREADS=1 python benchmarks/dynamics.py            # speed: 10 minutes with training
    OMP_NUM_THREADS=1 python benchmarks/dynamics.py --methods  # what each does to 20 manifolds

Networks are trained once and kept in --networks. Times are CPU seconds for 1,000 visited states,
medians of --repeats; the dense route of wide networks is timed on fewer points and scaled up, which
its row says. Peak memory is that of the process so far, as the system counts it.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from networks import Network, trained

from rnn_geometry.dynamics.descent import adam_search, damped_gauss_newton, relax
from rnn_geometry.dynamics.fixed_points import find_fixed_points
from rnn_geometry.dynamics.jacobians import jacobians
from rnn_geometry.dynamics.results import SlowPoints, Status
from rnn_geometry.dynamics.slow_modes import slow_modes
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.spectrum import decompose, is_slow
from rnn_geometry.geometry.dimension import cover, participation_ratio

MIN_TAU = 12.5  # half a sentence of 25 words
DENSE_POINTS = {128: 1000, 256: 100, 512: 20}
METHODS_TASKS = [
    ("categorical", {"classes": 3}),
    ("categorical", {"classes": 4}),
    ("categorical", {"classes": 5}),
    ("ordered2d", {}),
    ("multilabel", {"labels": 2}),
]
CELLS = ("vanilla", "gru", "lstm", "ugrnn")


def cpu_seconds(work: Callable, repeats: int) -> tuple[float, object]:
    """Return the median CPU seconds of `work()` and its last result."""
    times = []
    for _ in range(repeats):
        started = time.process_time()
        result = work()
        times.append(time.process_time() - started)
    return statistics.median(times), result


def report(
    title: str,
    seconds: float,
    base: float | None = None,
    note: str = "",
    limit: float | None = None,
) -> None:
    """Print one row; the ratio is that of `seconds` to the project's `base`."""
    ratio = "" if base is None else f"{seconds / base:7.1f} x"
    target = "" if limit is None else f"(limit {limit:g}) "
    print(f"  {title:42s}{seconds:9.2f} s {ratio:>10s}  {target}{note}", flush=True)


def quality(network: Network, found: SlowPoints) -> str:
    """Say what a search did to the manifold."""
    kept = cover(network.starts, found.points, network.dimension)
    fast = describe_fast(network, found.points)
    return f"median q {np.median(found.q):.1e}, cover {kept:.3f}, {fast}"


def describe_fast(network: Network, points: np.ndarray) -> str:
    """Return the median q of the fast modes (tau <= MIN_TAU), by full spectra at 60 points."""
    rows = np.linspace(0, len(points) - 1, 60).astype(int)
    values, _ = dense_fast(network, torch.from_numpy(points[rows]))
    return f"fast q {np.median(values):.1e}"


def dense_fast(
    network: Network, h: torch.Tensor, min_tau: float = MIN_TAU
) -> tuple[np.ndarray, np.ndarray]:
    """Return 1/2 |fast part of r|^2 (n,) and the fast Newton step (n, S) at h, by full spectra."""
    x = torch.zeros(len(h), len(network.x), dtype=torch.float64)
    with torch.no_grad():
        r = (h - network.cell(h, x)).numpy()
        modes = decompose(jacobians(network.cell, h, x)[0].numpy())
    fast = ~is_slow(modes.eigenvalues, min_tau)
    amplitude = (modes.left @ r[:, :, None])[:, :, 0] * fast
    part = (modes.right @ amplitude[:, :, None])[:, :, 0].real
    step = -(modes.right @ (amplitude / np.where(fast, 1 - modes.eigenvalues, 1))[:, :, None])[
        :, :, 0
    ].real
    return (part**2).sum(1) / 2, step


def dense_projection(network: Network, starts: np.ndarray, steps: int = 5) -> np.ndarray:
    """Project by the definition.

    Relax twice, then Newton in the fast eigenspace of full spectra.
    """
    h = torch.from_numpy(starts)
    x = torch.zeros(len(h), len(network.x), dtype=torch.float64)
    with torch.no_grad():
        for _ in range(2):
            h = network.cell(h, x)
    for _ in range(steps):
        h = h + torch.from_numpy(dense_fast(network, h)[1])
    return h.numpy()


def dense_spectra(network: Network, points: np.ndarray):
    """Return full spectra with left and right vectors."""
    x = torch.zeros(len(points), len(network.x), dtype=torch.float64)
    with torch.no_grad():
        return decompose(jacobians(network.cell, points, x)[0].numpy())


def speed(folder: Path, repeats: int) -> None:
    """Print the table of costs."""
    gru = trained(folder, "gru", 128, classes=3)
    points = manifold(gru, repeats)
    modes(gru, points, repeats)
    for cell, size, limit in (
        ("gru", 256, 8),
        ("lstm", 128, 4),
        ("ugrnn", 128, 1.2),
        ("gru", 512, 60),
        ("vanilla", 128, 3),
    ):
        both(trained(folder, cell, size, classes=3), limit, repeats if size < 512 else 1)
    exact(gru, repeats)
    audits(folder)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def manifold(network: Network, repeats: int) -> np.ndarray:
    """Time the projection alone, of built-in and of any step, beside Adam and the dense route.

    Return the points.
    """
    print(f"slow manifold, {network.name}, test accuracy {network.accuracy:.3f}")
    cell, starts, x = network.cell, network.starts, network.x
    options = {"min_tau": MIN_TAU, "modes": False}
    base, found = cpu_seconds(lambda: project_to_slow_manifold(cell, starts, x, **options), repeats)
    report("this project", base, note=quality(network, found), limit=1.2)
    seconds, _ = cpu_seconds(
        lambda: project_to_slow_manifold(lambda h, x: cell(h, x), starts, x, **options), 1
    )
    report("the same for any differentiable step", seconds, base, limit=4)
    seconds, full = cpu_seconds(
        lambda: project_to_slow_manifold(cell, starts, x, min_tau=MIN_TAU), repeats
    )
    report("with slow modes at all points, audited", seconds, base)
    seconds, other = cpu_seconds(lambda: adam_search(cell, starts, x), 1)
    report("Adam, the authors' settings", seconds, base, quality(network, other))
    seconds, dense = cpu_seconds(lambda: dense_projection(network, starts), 1)
    kept = cover(starts, dense, network.dimension)
    report(
        "dense, 5 Newton steps", seconds, base, f"cover {kept:.3f}, {describe_fast(network, dense)}"
    )
    return full.points


def modes(network: Network, points: np.ndarray, repeats: int) -> None:
    """Time slow modes at given points."""
    print(f"slow modes, left and right vectors, {network.name}")
    base, found = cpu_seconds(
        lambda: slow_modes(network.cell, points, network.x, min_tau=MIN_TAU), repeats
    )
    dense = float((found.route == 1).mean())
    report(
        "this project",
        base,
        note=f"{dense:.1%} of points dense, audit {found.audit.points} points",
        limit=1.2,
    )
    seconds, _ = cpu_seconds(lambda: dense_spectra(network, points), 1)
    report("dense", seconds, base)


def both(network: Network, limit: float | None, repeats: int) -> None:
    """Time projection and modes together, beside the dense route on as many points as bearable."""
    print(f"both, {network.name}, test accuracy {network.accuracy:.3f}")
    work = cpu_seconds(
        lambda: project_to_slow_manifold(network.cell, network.starts, network.x, min_tau=MIN_TAU),
        repeats,
    )
    base, found = work
    counts = {
        status.name.lower(): int((found.status == status).sum())
        for status in Status
        if status in found.status
    }
    report("this project", base, note=f"{quality(network, found)}, {counts}", limit=limit)
    count = DENSE_POINTS[network.cell.state_size]
    few = network.starts[:count]
    seconds, _ = cpu_seconds(lambda: dense_spectra(network, dense_projection(network, few)), 1)
    report("dense", seconds * len(network.starts) / count, base, f"measured on {count} points")


def exact(network: Network, repeats: int) -> None:
    """Time the search for exact fixed points."""
    print(f"exact fixed points, q < 1e-14, {network.name}")
    base, found = cpu_seconds(
        lambda: find_fixed_points(network.cell, network.starts, network.x), repeats
    )
    kinds = np.bincount(found.status, minlength=6)
    roots, ghosts = kinds[Status.CONVERGED], kinds[Status.GHOST]
    report(
        "this project",
        base,
        note=f"{roots} of {len(found.q)} at a root, {ghosts} at a ghost",
        limit=3,
    )
    options = {"tolerance": 1e-12, "max_steps": 10_000}
    seconds, found = cpu_seconds(
        lambda: adam_search(network.cell, network.starts, network.x, **options), 1
    )
    report(
        "Adam to q < 1e-12, at most 10,000 steps",
        seconds,
        base,
        f"{(found.q < 1e-12).mean():.1%} of points reach it",
    )


def audits(folder: Path) -> None:
    """Compare every point of every cell with its dense spectrum."""
    print("audit of slow modes at all 1,000 slow points against full spectra")
    for cell in CELLS:
        network = trained(folder, cell, 128, classes=3)
        points = project_to_slow_manifold(
            network.cell, network.starts, network.x, min_tau=MIN_TAU, modes=False
        ).points
        audit = slow_modes(network.cell, points, network.x, min_tau=MIN_TAU, audit=1.0).audit
        print(
            f"  {cell:10s}{audit.points} points: {audit.missed} missed, {audit.spurious} spurious, "
            f"tau within {audit.tau_error:.1e}",
            flush=True,
        )


def methods(folder: Path) -> None:
    """Print, as Markdown, what each method does to the manifold of trained networks."""
    searches = {
        "ours": lambda *task: project_to_slow_manifold(*task, min_tau=MIN_TAU, modes=False),
        "relaxed 3 times": lambda *task: relax(*task, steps=3),
        "fixed damping": damped_gauss_newton,
        "Adam q < 1e-4": lambda *task: adam_search(*task, tolerance=1e-4),
        "Adam q < 1e-6": lambda *task: adam_search(*task, tolerance=1e-6),
        "Adam q < 1e-8": lambda *task: adam_search(*task, tolerance=1e-8),
    }
    print(
        "| task | d | cell | method | fast q | q | cover | PR | slow modes, mean (share with d) | "
        "CPU s |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for family, options in METHODS_TASKS:
        for cell in CELLS:
            network = trained(folder, cell, 64, family, **options)
            for name, search in searches.items():
                task = network.cell, network.starts, network.x
                seconds, found = cpu_seconds(partial(search, *task), 1)
                print(method_row(network, name, found, seconds), flush=True)


def method_row(network: Network, name: str, found: SlowPoints, seconds: float) -> str:
    """Return one row of the table of methods; spectra at 60 points, by the cut at MIN_TAU."""
    rows = np.linspace(0, len(found.points) - 1, 60).astype(int)
    fast, _ = dense_fast(network, torch.from_numpy(found.points[rows]))
    counts = is_slow(dense_spectra(network, found.points[rows]).eigenvalues, MIN_TAU).sum(axis=1)
    task = network.name.split(f"-{cell_of(network)}-")[0]
    cells = (
        f"{task} | {network.dimension} | {cell_of(network)} | {name} | "
        f"{np.median(fast):.0e} | {np.median(found.q):.0e} | "
        f"{cover(network.starts, found.points, network.dimension):.2f} | "
        f"{participation_ratio(found.points):.2f} | "
        f"{counts.mean():.1f} ({(counts == network.dimension).mean():.2f}) | {seconds:.1f}"
    )
    return f"| {cells} |"


def cell_of(network: Network) -> str:
    """Return the cell's name out of the network's."""
    return next(cell for cell in CELLS if f"-{cell}-" in network.name)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", type=Path, default=Path("results/benchmarks-dynamics"))
    parser.add_argument(
        "--methods", action="store_true", help="what each method does to the manifold, not its cost"
    )
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.methods:
        methods(options.networks)
    else:
        speed(options.networks, options.repeats)


if __name__ == "__main__":
    main()
