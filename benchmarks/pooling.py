"""Does the slow manifold survive a readout that looks back? GRUs with and without attention.

    OMP_NUM_THREADS=1 python benchmarks/pooling.py TABLE [TASK ...]

Writes a row per network to TABLE (docs/data/pooling.csv). Each task and seed has three networks of
the same initial weights and batches: one that reads its last state, one that reads the mean of all
states by attention (`networks/pooled`), and one that is not trained. 64 units, 600 steps of Adam on
64 sentences of 25 words, L2 3e-4, as in the default configuration. About two CPU minutes.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from rnn_geometry.dynamics.integration import (
    SETTLE,
    delayed_independence,
    hold_r2,
    sequence_effects,
)
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.results import SlowPoints, Status
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.geometry.dimension import components_for, participation_ratio, principal_axes
from rnn_geometry.geometry.frame import centre_row, manifold_rows
from rnn_geometry.networks.classifier import Classifier, analysis_cell, build_classifier
from rnn_geometry.networks.evaluation import evaluate
from rnn_geometry.networks.pooled import PooledClassifier, build_pooled
from rnn_geometry.networks.pooled_training import train_pooled
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.states import visit
from rnn_geometry.networks.training import train
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.synthetic import Task, build_task

LENGTH, UNITS, VISITED, TEST, PLACES = 25, 64, 300, 1000, 16
TASKS = {
    "categorical-3": {"family": "categorical", "classes": 3},
    "ordered2d-5": {"family": "ordered2d"},
}
SEEDS = (0, 1, 2)
POOLINGS = ("last", "attention", "untrained")
RECIPE = Recipe(learning_rate=1e-2, l2=3e-4, steps=600)
COLUMNS: tuple[str, ...] = (
    "task", "pooling", "seed", "test_accuracy", "last_state_accuracy", "words_attended",
    "last_word_attended", "on_manifold", "dimension", "dimension_95", "integration_modes",
    "tau", "hold_r2", "hold_r2_words_5", "word_effects",
)  # fmt: skip


@dataclass(frozen=True)
class Data:
    """A task with its sentences."""

    name: str
    task: Task
    train: Sentences
    dev: Sentences
    test: Sentences

    @classmethod
    def of(cls, name: str, seed: int) -> Data:
        """Draw the sentences of a seed."""
        task = build_task(**TASKS[name], length=LENGTH)
        sizes = (16000, 500, TEST)
        splits = (task.sample(size, 10 * seed + part) for part, size in enumerate(sizes))
        return cls(name, task, *splits)


def network(data: Data, pooling: str, seed: int) -> Classifier:
    """Return a network, trained but for the control."""
    facts = {
        "cell": "gru", "hidden_size": UNITS, "classes": len(data.task.class_names),
        "readout_bias": False, "readout_scale": 1.0, "cell_options": {},
    }  # fmt: skip
    vectors = data.task.word_vectors()
    if pooling == "attention":
        pooled = build_pooled(facts, vectors, seed=seed)
        train_pooled(pooled, data.train, data.dev, RECIPE, batch_seed=seed)
        return pooled.eval()
    plain = build_classifier(facts, vectors, seed=seed)
    if pooling == "last":
        train(plain, data.train, data.dev, RECIPE, batch_seed=seed)
    return plain.eval()


@torch.no_grad()
def looking_back(classifier: Classifier, test: Sentences) -> dict[str, float | None]:
    """Return what a pooled network attends to, and how well its last state alone would do."""
    if not isinstance(classifier, PooledClassifier):
        return dict.fromkeys(("last_state_accuracy", "words_attended", "last_word_attended"))
    tokens, lengths = (torch.from_numpy(np.asarray(part)) for part in test.padded())
    weights = classifier.attention(tokens, lengths).numpy()
    entropy = -(weights * np.log(weights + 1e-30)).sum(1)
    logits = classifier.logits(classifier.states(tokens)[:, -1]).numpy()
    right = logits.argmax(1) == test.labels
    return {
        "last_state_accuracy": float(right.mean()),
        "words_attended": float(np.exp(entropy).mean()),
        "last_word_attended": float(weights[:, -1].mean()),
    }


def manifold(found: SlowPoints) -> np.ndarray:
    """Return the slow points that stand for the manifold."""
    return found.points[manifold_rows(found.status)]


def dynamics(classifier: Classifier, data: Data) -> dict[str, float | int | None]:
    """Return what is known of the step: its slow points, their modes, what it holds."""
    seen = visit(classifier, data.test, visited=VISITED, trajectories=1, seed=0)
    x = torch.zeros(classifier.embedding_matrix().shape[1], dtype=torch.float64)
    step, starts = analysis_cell(classifier), torch.from_numpy(seen["visited"]).double()
    found = project_to_slow_manifold(step, starts, x, min_tau=LENGTH / 2)
    points = manifold(found)
    d, (_, axes, _) = data.task.dimension_expected, principal_axes(points)
    centre = linearize(step, torch.as_tensor(points[[centre_row(points)]]), x)
    final = torch.from_numpy(seen["final"]).double()
    held = {words: hold_r2(step, final, x, axes[:d], words) for words in (LENGTH, SETTLE)}
    return {
        "on_manifold": float((found.status == Status.CONVERGED).mean()),
        "dimension": participation_ratio(points),
        "dimension_95": components_for(points, 0.95),
        "integration_modes": float(np.median(found.slow_modes)),
        "tau": float(centre.tau[0].max()),
        "hold_r2": held[LENGTH],
        "hold_r2_words_5": held[SETTLE],
        "word_effects": word_effects(classifier, points, x),
    }


def word_effects(classifier: Classifier, points: np.ndarray, x: torch.Tensor) -> float | None:
    """Return how much of what words do to logits is left, and alike everywhere, a text later."""
    rows = np.linspace(0, len(points) - 1, PLACES).astype(int)
    readout = classifier.readout_matrix().double()
    words = classifier.embedding_matrix().double()[:, None]
    at_once, later = (
        sequence_effects(
            analysis_cell(classifier), points[rows], x, words, readout - readout.mean(0),
            settle=settle,
        ).numpy()
        for settle in (0, LENGTH)
    )  # fmt: skip
    return delayed_independence(at_once, later)


def rows(tasks: Iterable[str]) -> Iterator[dict[str, object]]:
    """Yield a row per network."""
    for name in tasks:
        for seed in SEEDS:
            data = Data.of(name, seed)
            for pooling in POOLINGS:
                classifier = network(data, pooling, seed)
                yield {
                    "task": name,
                    "pooling": pooling,
                    "seed": seed,
                    "test_accuracy": evaluate(classifier, data.test)[1],
                    **looking_back(classifier, data.test),
                    **dynamics(classifier, data),
                }


def main(path: str, tasks: list[str]) -> None:
    """Write the table."""
    torch.set_num_threads(1)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows(tasks or TASKS):
            shown = {k: f"{v:.4g}" if isinstance(v, float) else v for k, v in row.items()}
            writer.writerow(shown)
            file.flush()
            print(", ".join(f"{key} {value}" for key, value in shown.items()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
