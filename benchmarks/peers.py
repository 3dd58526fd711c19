"""Slow points and fixed points of one GRU, by this project and by the tools that people use.

    OMP_NUM_THREADS=1 python benchmarks/peers.py --python PEERS/bin/python \\
        --fixed-point-finder A --renn B        # 10 minutes on an idle machine

All search the same 1,000 visited states of the same GRU of torch, 128 units, trained here by plain
torch and kept in --networks; x* = 0, the neutral word. Every tool runs in a process of its own on
one core and one thread, at its own settings, and first shows that its map is ours. CPU seconds are
the median of calls after the first; what the first one costs more is compiling (for JAX: later
calls read their programs from its cache). Scores are computed here, in float64, alike for all.

PEERS is any environment into which `pip install '.[peers]'` went. Two tools have no package: A and
B are clones of github.com/mattgolub/fixed-point-finder and of
github.com/google-research/reverse-engineering-neural-networks. What is missing is a row that says
so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import peer_searches
import peer_tools
import torch
from dynamics import dense_fast
from networks import Network
from peer_searches import WEIGHTS
from peer_tools import FINDER, RENN, ROWS, Row

from rnn_geometry.dynamics.step import torch_step
from rnn_geometry.geometry.dimension import LINKAGE_RADIUS, cover, distinct_points, rms_radius
from rnn_geometry.tasks.synthetic import build_task, word_vectors

CLASSES, LENGTH = 3, 25
BATCH, RATE, L2, CLIP = 64, 5e-3, 3e-4, 10.0
FAST_TAU = 10.0  # words: what dies out faster is off the manifold
SPECTRA = 100  # points whose full spectra tell the fast part of q
ROOT = 1e-12  # q of an exact fixed point, in float64
LOST_COVER, LOST_ROOTS, TIMES_FAST_Q = 0.02, 0.01, 10.0  # what still counts as equal quality
SINGLE = {
    "OMP_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}
# Columns: title, key, how it is written, and which end is first where a table asks for it.
COLUMNS = (
    ("CPU s", "cpu", "{:.2f}", min),
    ("first call, more", "first", "{:.1f}", min),
    ("MB", "mb", "{:.0f}", min),
    ("q", "q", "{:.0e}", min),
    ("fast q", "fast_q", "{:.0e}", min),
    ("moved", "displacement", "{:.2f}", min),
    ("distinct", "distinct", "{:.0f}", max),
    ("cover", "cover", "{:.2f}", max),
    ("at a root", "roots", "{:.2f}", max),
    ("returned", "returned", "{:.2f}", max),
)


# The network, as somebody else would have trained it


def trained_elsewhere(units: int, steps: int, seed: int = 0) -> tuple[torch.nn.GRU, float]:
    """Return a GRU trained by plain torch on three-class sentences, and its test accuracy."""
    task = build_task("categorical", classes=CLASSES, length=LENGTH, balanced=True)
    vectors = torch.from_numpy(word_vectors(len(task.words), task.zero_word))
    torch.manual_seed(seed)
    gru = torch.nn.GRU(vectors.shape[1], units, batch_first=True)
    readout = torch.nn.Linear(units, CLASSES)
    weights = [*gru.parameters(), *readout.parameters()]
    adam = torch.optim.Adam(weights, lr=RATE)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    for words, labels in batches(task.sample(BATCH * steps, 1), vectors):
        logits = readout(gru(words)[0][:, -1])
        loss = torch.nn.functional.cross_entropy(logits, labels)
        loss = loss + L2 * sum(weight.square().sum() for weight in weights)
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, CLIP)
        adam.step()
        decay.step()
    with torch.no_grad():
        right = [
            (readout(gru(words)[0][:, -1]).argmax(1) == labels).float().mean().item()
            for words, labels in batches(task.sample(32 * BATCH, 3), vectors)
        ]
    return gru.requires_grad_(False), float(np.mean(right))


def batches(sentences, vectors: torch.Tensor) -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
    """Yield word vectors (BATCH, T, E) and labels (BATCH,)."""
    tokens, _ = sentences.padded()
    for i in range(0, len(sentences), BATCH):
        labels = torch.from_numpy(sentences.labels[i : i + BATCH])
        yield vectors[torch.from_numpy(tokens[i : i + BATCH])], labels


def visited(gru: torch.nn.GRU, count: int, seed: int = 0) -> np.ndarray:
    """Return states (count, S) float64 that the GRU visits on test sentences."""
    task = build_task("categorical", classes=CLASSES, length=LENGTH, balanced=True)
    vectors = torch.from_numpy(word_vectors(len(task.words), task.zero_word))
    words = torch.cat([words for words, _ in batches(task.sample(8 * BATCH, 4), vectors)])
    states = gru(words)[0].flatten(0, 1).double().numpy()
    return states[np.random.default_rng(seed).choice(len(states), count, replace=False)]


def problem(folder: Path, units: int, steps: int, count: int) -> tuple[Path, Network]:
    """Return the file that every tool reads, made once, and the network for scores."""
    path = folder / f"peers-gru-{units}-{steps}-{count}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        gru, accuracy = trained_elsewhere(units, steps)
        starts = visited(gru, count)
        x = np.zeros(gru.input_size)
        weights = {name: gru.state_dict()[name].numpy() for name in WEIGHTS}
        states = starts[:10]
        expected = step_of(weights, x)(*map(torch.from_numpy, (states, x[None].repeat(10, 0))))
        np.savez(
            path, **weights, starts=starts, x=x, accuracy=accuracy, states=states, expected=expected
        )
    with np.load(path) as file:
        arrays = dict(file)
    step = step_of({name: arrays[name] for name in WEIGHTS}, arrays["x"])
    title = f"GRU of {units} units, {CLASSES} classes"
    network = Network(
        title, step, arrays["starts"], arrays["x"], CLASSES - 1, float(arrays["accuracy"])
    )
    return path, network


def step_of(weights: dict[str, np.ndarray], x: np.ndarray):
    """Return the GRU in float64 as a step of this project, without gradients."""
    start = np.zeros((1, weights["weight_hh_l0"].shape[1]))
    gru = peer_searches.layer(peer_searches.Problem(weights, start, x), "float64")
    return torch_step(gru.requires_grad_(False))


# One row


def run(name: str, path: Path, options: argparse.Namespace) -> dict[str, object] | str:
    """Return costs, points and rows of a tool, or the sentence that says why there are none."""
    row = ROWS[name]
    folder = getattr(options, row.folder) if row.folder else None
    if row.folder and folder is None:
        return f"not at hand: pass --{row.folder.replace('_', '-')} FOLDER, a clone of it"
    with tempfile.TemporaryDirectory() as scratch:
        result = Path(scratch, "result.npz")
        command = [options.python if row.package else sys.executable, peer_tools.__file__, name]
        command += [path.resolve(), result, "--repeats", options.repeats]
        command += ["--folder", folder.resolve()] if folder else []
        done = subprocess.run(
            [str(part) for part in command],
            env=os.environ | SINGLE | {"JAX_COMPILATION_CACHE_DIR": str(Path(scratch, "jax"))},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            return why(done.stderr, row)
        with np.load(result) as file:
            return dict(file) | json.loads(result.with_suffix(".json").read_text())


def why(printed: str, row: Row) -> str:
    """Return the last line that a tool printed, and what to do where a package is missing."""
    last = (printed.strip().splitlines() or ["it ended without a word"])[-1]
    if last.startswith("not installed") and row.package:
        last += "; pip install '.[peers]' into the environment whose --python you pass"
    return last


def score(network: Network, found: dict[str, object]) -> dict[str, float]:
    """Return the numbers of a row."""
    points = np.asarray(found["points"], dtype=np.float64)
    kept = np.asarray(found["rows"])
    costs = {key: float(found[key]) for key in ("cpu", "first", "mb")}
    returned = len(kept) / len(network.starts)
    if not len(kept):
        return costs | {"returned": returned}
    x = torch.zeros(len(points), len(network.x), dtype=torch.float64)
    residual = points - network.cell(torch.from_numpy(points), x).numpy()
    q = (residual**2).sum(1) / 2
    some = np.linspace(0, len(points) - 1, min(SPECTRA, len(points))).astype(int)
    fast, _ = dense_fast(network, torch.from_numpy(points[some]), FAST_TAU)
    return costs | {
        "q": float(np.median(q)),
        "fast_q": float(np.median(fast)),
        "displacement": float(np.median(np.linalg.norm(points - network.starts[kept], axis=1))),
        "distinct": len(distinct_points(points, LINKAGE_RADIUS * rms_radius(network.starts))),
        "cover": cover(network.starts, points, network.dimension),
        "roots": (q < ROOT).sum() / len(network.starts),
        "returned": returned,
    }


# The table


def head(title: str) -> str:
    """Return the first lines of a table in Markdown."""
    titles = " | ".join(column[0] for column in COLUMNS)
    return f"\n{title}\n\n| tool | {titles} |\n{'|---' * (len(COLUMNS) + 1)}|"


def line(name: str, found: dict[str, float] | str) -> str:
    """Return a row of a table."""
    cells = [found] if isinstance(found, str) else written(found)
    return f"| {ROWS[name].title} | {' | '.join(cells)} |"


def written(numbers: dict[str, float]) -> list[str]:
    """Return the cells of a row."""
    return [
        form.format(numbers[key]) if numbers.get(key) is not None else ""
        for _, key, form, _ in COLUMNS
    ]


def verdicts(rows: dict[str, dict[str, float] | str], kind: Table) -> Iterable[str]:
    """Yield who is first in each column, and who is cheapest at the quality of ours."""
    numbers = {name: found for name, found in rows.items() if not isinstance(found, str)}
    for title, key, form, first in COLUMNS:
        known = {name: found[key] for name, found in numbers.items() if found.get(key) is not None}
        if key in kind.judged and known:
            best = form.format(first(known.values()))
            names = [
                ROWS[name].title for name, value in known.items() if form.format(value) == best
            ]
            yield f"- First in {title} ({best}): {', '.join(names)}."
    if kind.ours in numbers:
        ours = numbers[kind.ours]
        alike = {name: found["cpu"] for name, found in numbers.items() if kind.same(found, ours)}
        best = min(alike, key=alike.__getitem__)
        yield (
            f"- {len(alike)} of {len(numbers)} have {kind.quality}; the cheapest of them: "
            f"{ROWS[best].title} ({alike[best]:.2f} CPU s)."
        )


def on_manifold(found: dict[str, float], ours: dict[str, float]) -> bool:
    """Return whether points are as near the manifold, and as much of it is left, as with ours."""
    if found.get("cover") is None:
        return False
    near = found["fast_q"] <= TIMES_FAST_Q * ours["fast_q"]
    return near and found["cover"] >= ours["cover"] - LOST_COVER


def at_roots(found: dict[str, float], ours: dict[str, float]) -> bool:
    """Return whether as many starts end at a root as with ours."""
    return found.get("roots", 0.0) >= ours["roots"] - LOST_ROOTS


class Table(NamedTuple):
    """What a table holds, and by which columns and which quality its tools are compared."""

    title: str
    exact: bool
    ours: str
    judged: tuple[str, ...]
    same: Callable[[dict[str, float], dict[str, float]], bool]
    quality: str


TABLES = (
    Table(
        "Slow points",
        False,
        "manifold",
        ("cpu", "first", "mb", "fast_q", "cover", "returned"),
        on_manifold,
        f"at most {TIMES_FAST_Q:g} times our fast q and our cover within {LOST_COVER:g}",
    ),
    Table(
        "Exact fixed points",
        True,
        "roots",
        ("cpu", "first", "mb", "roots"),
        at_roots,
        f"as many starts at a root (q < {ROOT:g}) as ours within {LOST_ROOTS:g}",
    ),
)


def main() -> None:
    """Run every tool and print the tables."""
    options = arguments()
    torch.set_num_threads(1)
    path, network = problem(options.networks, options.units, options.steps, options.states)
    print(
        f"{network.name}, test accuracy {network.accuracy:.3f}, {len(network.starts)} states, "
        f"fast: tau <= {FAST_TAU:g} words"
    )
    for kind in TABLES:
        names = [name for name in options.tools if ROWS[name].exact == kind.exact]
        if names:
            print(head(kind.title), flush=True)
            rows = {name: shown(name, path, network, options) for name in names}
            print("\n".join(["", *verdicts(rows, kind)]), flush=True)


def shown(
    name: str, path: Path, network: Network, options: argparse.Namespace
) -> dict[str, float] | str:
    """Run a tool and print its row; return its numbers."""
    found = run(name, path, options)
    numbers = found if isinstance(found, str) else score(network, found)
    print(line(name, numbers), flush=True)
    return numbers


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default=sys.executable, help="of the peers")
    for folder in (FINDER, RENN):
        parser.add_argument(f"--{folder.replace('_', '-')}", type=Path, help="a clone of it")
    parser.add_argument("--networks", type=Path, default=Path("results/benchmarks-dynamics"))
    parser.add_argument("--tools", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--units", type=int, default=128)
    parser.add_argument("--steps", type=int, default=600, help="of training")
    parser.add_argument("--states", type=int, default=1000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
