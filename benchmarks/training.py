"""Forward and backward pass of every cell beside a plain Python loop and torch's own kernel, on equal weights.

    OMP_NUM_THREADS=1 python benchmarks/training.py

prints, per size and cell, thousands of words per second (median of several rounds, the routes in turn, so that drift of
the machine's speed hits all alike) and the ratio of the project's route to each other one.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch

from rnn_geometry.cells import CELLS, Cell, make_cell

ROUNDS = 7
SIZES = {
    "synthetic: T 25, B 64, E 5, H 64": (25, 64, 5, 64),
    "text: T 40, B 64, E 128, H 128": (40, 64, 128, 128),
}
KERNELS = {"vanilla": torch._VF.rnn_tanh, "gru": torch._VF.gru}


def routes(name: str, cell: Cell) -> dict[str, Callable[[torch.Tensor], torch.Tensor]]:
    """Return ways of turning word vectors (B, T, E) into outputs (B, T, H) by name; the project's comes first."""
    found = {"project": cell.outputs, "plain loop": lambda x: cell.output(Cell.unroll(cell, x))}
    if name in KERNELS:
        found["torch kernel"] = lambda x: cell._kernel(KERNELS[name], x, cell.initial_state(x)[None])[0]
    return found


def seconds(route: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, repeats: int) -> float:
    """Return the CPU seconds of one forward and backward pass."""
    started = time.process_time()
    for _ in range(repeats):
        route(x)[:, -1].square().sum().backward()
    return (time.process_time() - started) / repeats


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    for title, (steps, batch, inputs, size) in SIZES.items():
        print(title)
        x, words = torch.randn(batch, steps, inputs), steps * batch
        for name in CELLS:
            cell = make_cell(name, inputs, size)
            cell.reset_parameters(torch.Generator().manual_seed(0))
            ways = routes(name, cell)
            times = {way: [] for way in ways}
            for _ in range(ROUNDS):
                for way, route in ways.items():
                    times[way].append(seconds(route, x, 10))
            median = {way: statistics.median(values) for way, values in times.items()}
            speeds = "  ".join(f"{way} {words / value / 1e3:6.0f}k words/s" for way, value in median.items())
            ratios = ", ".join(f"{median[way] / median['project']:.2f} x {way}" for way in list(ways)[1:])
            print(f"  {name:18s}{speeds}   = {ratios}")


if __name__ == "__main__":
    main()
