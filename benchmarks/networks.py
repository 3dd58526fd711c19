"""Trained networks for benchmarks/dynamics.py: made once, kept on disk, the same on every call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.classifier import (
    Classifier,
    analysis_cell,
    build_classifier,
    load_classifier,
    save_classifier,
)
from rnn_geometry.networks.states import visit
from rnn_geometry.networks.training import Recipe, evaluate, train
from rnn_geometry.store import formats
from rnn_geometry.store.hashes import sha256
from rnn_geometry.tasks.synthetic import build_task, word_vectors

LENGTH = 25
# Learning rate, L2, steps of config.yaml; wider networks learn with smaller steps of the same
# relative size.
RECIPES = {
    "vanilla": {"learning_rate": 2e-3, "l2": 1e-3, "steps": 2000, "clip": 1.0},
    "gru": {"learning_rate": 1e-2, "l2": 3e-4, "steps": 600},
    "lstm": {"learning_rate": 1e-2, "l2": 3e-4, "steps": 600},
    "ugrnn": {"learning_rate": 1e-2, "l2": 5e-4, "steps": 800},
}


@dataclass(frozen=True)
class Network:
    """A trained step with what a search needs.

    Starts (n, S) float64, x (E,), the expected dimension d, accuracy.
    """

    name: str
    cell: Cell
    starts: np.ndarray
    x: np.ndarray
    dimension: int
    accuracy: float


def trained(
    folder: Path,
    cell: str,
    hidden: int,
    family: str = "categorical",
    *,
    seed: int = 0,
    starts: int = 1000,
    **options,
) -> Network:
    """Return a network of a synthetic task, trained once and then read from `folder`."""
    task = build_task(family, length=LENGTH, balanced=True, **options)
    size = "".join(f"-{value}" for value in options.values())
    name = f"{family}{size}-{cell}-{hidden}-seed-{seed}"
    model_file, run_file = folder / f"{name}.safetensors", folder / f"{name}.json"
    try:
        classifier = load_classifier(model_file, run_file)
    except (UserError, FileNotFoundError):
        classifier = _train(task, cell, hidden, seed, model_file, run_file)
    test = task.sample(2000, 3)
    states = visit(classifier, test, visited=starts, trajectories=1, seed=seed)
    accuracy = evaluate(classifier, test)[1]
    x = np.zeros(classifier.cell.input_size)
    visited = states["visited"].astype(np.float64)
    return Network(name, analysis_cell(classifier), visited, x, task.dimension_expected, accuracy)


def _train(task, cell: str, hidden: int, seed: int, model_file: Path, run_file: Path) -> Classifier:
    words = len(task.words)
    network = {
        "cell": cell,
        "hidden_size": hidden,
        "embedding_size": hidden,
        "cell_options": {},
        "readout_bias": False,
        "readout_scale": 1.0,
        "words": words,
        "classes": len(task.class_names),
        "fixed_embedding": True,
    }
    classifier = build_classifier(network, word_vectors(words, task.zero_word), seed=seed)
    recipe = dict(RECIPES[cell])
    recipe["learning_rate"] *= min(1.0, 64 / hidden)
    print(f"training {model_file.stem}", flush=True)
    train(
        classifier, task.sample(32000, 1), task.sample(1000, 2), Recipe(**recipe), batch_seed=seed
    )
    model_file.parent.mkdir(parents=True, exist_ok=True)
    save_classifier(model_file, classifier)
    formats.write_json(run_file, {"network": network, "weights_sha256": sha256(model_file)})
    return classifier
