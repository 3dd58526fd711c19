"""Distances between slow dynamics of networks, beside those of dsa-metric on the same networks.

    OMP_NUM_THREADS=1 python benchmarks/distances.py RESULTS TASK TABLE

Needs an environment of its own, with `pip install . dsa-metric safetensors pyarrow`. RESULTS is a
folder of results of the workflow. A row per pair of trained networks of TASK goes to TABLE: ours,
made of Jacobians and of states after the same words, and dsa-metric's, fitted to states of the
same texts by DMD of the rank that theory expects. CPU seconds are of all pairs, without making the
Jacobians or the states; the last lines are rank correlations. docs/data/distances_dsa.csv is of the
default run's five unordered classes.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from DSA import DSA
from scipy.stats import spearmanr

from rnn_geometry.geometry.distances import block_distance, procrustes_distance
from rnn_geometry.networks.classifier import load_classifier
from rnn_geometry.stages.compare_networks import sketches_of
from rnn_geometry.store.artifacts import Meta
from rnn_geometry.tasks.sentences import read_sentences

TEXTS = 100  # that dsa-metric reads the states of
SCORES = ("wasserstein", "angular")  # the first is its default
FILES = {
    "model": "model.safetensors",
    "run": "run.json",
    "states": "states.npz",
    "slow_points": "slow_points.npz",
}
OF_TASK = {name: f"{name}.parquet" for name in ("train", "test")} | {
    name: f"{name}.json" for name in ("vocab", "meta")
}


def files_of(results: Path, task: str) -> dict[str, Any]:
    """Return the files of all networks of a task, and those of the task."""
    folders = sorted(path.parent for path in (results / "runs" / task).rglob("slow_points.npz"))
    found = {name: [str(folder / file) for folder in folders] for name, file in FILES.items()}
    return found | {name: str(results / "data" / task / file) for name, file in OF_TASK.items()}


def trajectories(files: dict[str, Any]) -> list[np.ndarray]:
    """Return states of every network while it reads the same texts, each (texts, words, S)."""
    texts = read_sentences(files["test"])
    tokens = torch.from_numpy(texts.padded(np.arange(min(TEXTS, len(texts))))[0])
    found = []
    for model, run in zip(files["model"], files["run"], strict=True):
        with torch.no_grad():
            found.append(load_classifier(model, run).states(tokens).double().numpy())
    return found


def timed(measure: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a call gives and its CPU seconds."""
    started = time.process_time()
    return measure(), time.process_time() - started


def main(results: str, task: str, table: str) -> None:
    """Write the table, and print the rank correlations of its columns."""
    files = files_of(Path(results), task)
    networks, sketches = sketches_of(files, torch.device("cpu"), lambda line: None)
    states = trajectories(in_order(files, networks))
    rank = Meta.read(files["meta"])["dimension_expected"]
    pairs = list(combinations(range(len(networks)), 2))

    def ours(distance: Callable[[Any, Any], float]) -> list[float]:
        return [distance(sketches[i], sketches[j]) for i, j in pairs]

    def theirs(score: str) -> list[float]:
        whole = DSA(states, rank=rank, n_delays=1, score_method=score).fit_score()
        return [float(whole[i, j]) for i, j in pairs]

    made: dict[str, tuple[list[float], float]] = {
        "slow_modes": timed(
            lambda: ours(lambda a, b: block_distance(a.block, b.block, seed=0).distance)
        ),
        "procrustes": timed(lambda: ours(lambda a, b: procrustes_distance(a.states, b.states))),
        **{f"dsa_{score}": timed(lambda score=score: theirs(score)) for score in SCORES},
    }
    write(Path(table), [SimpleNamespace(**network) for network in networks], pairs, made)
    for name, (values, seconds) in made.items():
        rho = spearmanr(made["slow_modes"][0], values).statistic
        print(f"{name}: {seconds:.2f} CPU s of {len(pairs)} pairs, rho with slow_modes {rho:.2f}")


def in_order(files: dict[str, Any], networks: list[dict]) -> dict[str, Any]:
    """Return the files of networks in the order of these."""
    ends = [f"/{n['model']}/l2-{n['l2']}/seed-{n['seed']}/" for n in networks]
    chosen = {
        name: [next(file for file in files[name] if end in file) for end in ends] for name in FILES
    }
    return files | chosen


def write(path: Path, networks: list, pairs: list, made: dict) -> None:
    """Write a row per pair."""
    with path.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(["cell_a", "seed_a", "cell_b", "seed_b", *made])
        for place, (i, j) in enumerate(pairs):
            a, b = networks[i], networks[j]
            values = [f"{values[place]:.6g}" for values, _ in made.values()]
            writer.writerow([a.cell, a.seed, b.cell, b.seed, *values])


if __name__ == "__main__":
    main(*sys.argv[1:])
