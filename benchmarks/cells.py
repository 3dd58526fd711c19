"""Every built-in cell beside the GRU: what it learns, its cost, and ways to read a text with it.

    python benchmarks/cells.py train docs/data/cells.csv
    python benchmarks/cells.py read docs/data/cells_reading.csv

`train` trains the models of `config/config.yaml` on seeds 0 to 3 of three unordered classes and 0
and 1 of the other families; CPU seconds of one thread. Words that change other words take longer:
there every model has the steps and the weak penalty of `gru-long` in `config/battery.yaml`. A file
that is there is gone on with.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor

from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.more_cells.diagonal import recurrence
from rnn_geometry.networks.training import Recipe, evaluate, train
from rnn_geometry.tasks.synthetic import Task, build_task

HIDDEN, LENGTH = 64, 25
TASKS = {
    "categorical-3": ("categorical", {"classes": 3}, (0, 1, 2, 3)),
    "ordered2d-5": ("ordered2d", {}, (0, 1)),
    "multilabel-2": ("multilabel", {"labels": 2}, (0, 1)),
    "ordered-5": ("ordered", {"classes": 5}, (0, 1)),
    "context": ("context", {}, (0, 1)),
}
LONGEST_STEPS, WEAKEST_L2 = 3000, "1e-4"  # where words change other words
MODELS = (
    *("gru", "leaky", "relu", "mingru", "lru", "rg_lru", "lstm_norm", "slstm", "mamba"),
    *("mlstm", "gru-2-layers", "lstm-2-layers"),
)
CONFIG = Path(__file__).parents[1] / "config" / "config.yaml"
BATCH, ROUNDS = 64, 15


def trained(model: dict[str, Any], task: Task, parts: list, seed: int) -> tuple[float, float]:
    """Return the accuracy on test and the CPU seconds of the training of one network."""
    facts = {
        "cell": model["cell"],
        "cell_options": model.get("cell_options", {}),
        "hidden_size": model.get("hidden_size", HIDDEN),
        "classes": len(task.class_names),
        "readout_bias": False,
        "readout_scale": 1.0,
    }
    network = build_classifier(facts, task.word_vectors(), seed=seed)
    recipe = Recipe.from_settings({"betas": (0.9, 0.99), **model})
    started = time.process_time()
    train(network, parts[0], parts[1], recipe, batch_seed=seed)
    return evaluate(network, parts[2])[1], time.process_time() - started


def longer(model: dict[str, Any]) -> dict[str, Any]:
    """Return a recipe with as many steps and as weak a penalty as `gru-long` has."""
    l2 = min(model["l2"], WEAKEST_L2, key=float)
    return {**model, "l2": l2, "steps": max(model["steps"], LONGEST_STEPS)}


def rows_of_training(done: set[tuple[str, ...]]) -> Iterator[dict[str, Any]]:
    """Yield a row per network that is not done yet."""
    models = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["models"]
    for name, (family, options, seeds) in TASKS.items():
        task = build_task(family, length=LENGTH, balanced=True, **options)
        parts = [task.sample(32000, 1), task.sample(1000, 2), task.sample(2000, 3)]
        for model in MODELS:
            for seed in seeds:
                if (name, model, str(seed)) in done:
                    continue
                recipe = longer(models[model]) if name == "context" else models[model]
                accuracy, seconds = trained(recipe, task, parts, seed)
                numbers = {"accuracy": f"{accuracy:.4f}", "seconds": f"{seconds:.1f}"}
                yield {"task": name, "model": model, "seed": seed, **numbers}


def plain_loop(keep: Tensor, drive: Tensor, h0: Tensor) -> Tensor:
    """Return the states (B, T, H) of h' = keep h + drive, which torch differentiates."""
    h, states = h0, []
    for kept, driven in zip(keep.unbind(1), drive.unbind(1), strict=True):
        h = torch.addcmul(driven, kept, h)
        states.append(h)
    return torch.stack(states, 1)


def parallel_scan(keep: Tensor, drive: Tensor, h0: Tensor) -> Tensor:
    """Return the same by doubling: in round k each word takes in what ends 2^k words before."""
    drive = torch.cat([torch.addcmul(drive[:, :1], keep[:, :1], h0[:, None]), drive[:, 1:]], 1)
    reach = 1
    while reach < drive.shape[1]:
        summed = torch.addcmul(drive[:, reach:], keep[:, reach:], drive[:, :-reach])
        drive = torch.cat([drive[:, :reach], summed], 1)
        keep = torch.cat([keep[:, :reach], keep[:, reach:] * keep[:, :-reach]], 1)
        reach *= 2
    return drive


WAYS: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "loop, gradient by hand": recurrence,
    "loop": plain_loop,
    "parallel scan": parallel_scan,
}


def rows_of_reading(done: set[tuple[str, ...]]) -> Iterator[dict[str, Any]]:
    """Yield milliseconds forth and back, the least of some rounds, a row per way and length."""
    for length in (25, 200):
        for dtype in (torch.float32, torch.complex64):
            keep, drive, h0 = (
                torch.rand(*shape).to(dtype).requires_grad_()
                for shape in ((BATCH, length, HIDDEN), (BATCH, length, HIDDEN), (BATCH, HIDDEN))
            )
            kind = str(dtype).removeprefix("torch.")
            for name, way in WAYS.items():
                if (name, str(length), kind) not in done:
                    spent = min(one_reading(way, keep, drive, h0) for _ in range(ROUNDS))
                    numbers = {"milliseconds": f"{1e3 * spent:.2f}"}
                    yield {"way": name, "words": length, "dtype": kind, **numbers}


def one_reading(way: Callable, keep: Tensor, drive: Tensor, h0: Tensor) -> float:
    """Return the CPU seconds of reading some texts, and of the way back from their last words."""
    started = time.process_time()
    way(keep, drive, h0)[:, -1].abs().sum().backward()
    return time.process_time() - started


PARTS = {
    "train": (rows_of_training, ["task", "model", "seed", "accuracy", "seconds"]),
    "read": (rows_of_reading, ["way", "words", "dtype", "milliseconds"]),
}


def main() -> None:
    """Add rows to the file that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    rows, columns = PARTS[given.part]
    done: set[tuple[str, ...]] = set()
    if given.file.exists():
        with given.file.open(encoding="utf-8", newline="") as handle:
            done = {tuple(row[key] for key in columns[:3]) for row in csv.DictReader(handle)}
    with given.file.open("a", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n")
        if not done:
            writer.writeheader()
        for row in rows(done):
            writer.writerow(row)
            handle.flush()
            print(*row.values(), flush=True)


if __name__ == "__main__":
    main()
