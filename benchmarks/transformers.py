"""Which part of a running score is left in a transformer? Classifiers with a step and without.

    OMP_NUM_THREADS=1 python benchmarks/transformers.py TABLE

Writes a row of every network that TABLE (docs/data/transformers.csv) has not yet: GRUs and causal
transformers of one and two layers, trained and untrained, of 64 units, on the same sentences of 25
words with the same batches; 600 steps of Adam on 64 sentences. Seeds 0 to 3, on which no claim is
judged. Fifteen CPU minutes; the same command goes on where it was stopped.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch
from rows import write_missing  # beside this file

from rnn_geometry.dynamics.additivity import additivity_r2, additivity_r2_fitted
from rnn_geometry.geometry.dimension import components_for, participation_ratio
from rnn_geometry.geometry.running_score import running_score
from rnn_geometry.networks.classifier import Classifier, build_classifier
from rnn_geometry.networks.evaluation import evaluate
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.training import train
from rnn_geometry.networks.transformer import CausalTransformer
from rnn_geometry.networks.whole_texts import carried, word_kicks
from rnn_geometry.tasks.synthetic import Task, build_task

LENGTH, UNITS, TEST = 25, 64, 1000
TASKS = {
    "categorical-3": {"family": "categorical", "classes": 3},
    "categorical-5": {"family": "categorical", "classes": 5},
    "ordered2d-5": {"family": "ordered2d"},
}
TRANSFORMER = f"{CausalTransformer.__module__}:{CausalTransformer.__name__}"
NETWORKS = {
    "gru": ("gru", {}, Recipe(learning_rate=1e-2, l2=3e-4, steps=600)),
    "transformer-1": (TRANSFORMER, {"layers": 1}, Recipe(learning_rate=2e-3, l2=1e-5, steps=600)),
    "transformer-2": (TRANSFORMER, {"layers": 2}, Recipe(learning_rate=2e-3, l2=1e-5, steps=600)),
}
SEEDS = (0, 1, 2, 3)
KEY = ("task", "network", "seed", "trained")
COLUMNS = (
    *KEY, "test_accuracy", "dimension_expected",
    "dimension_last", "dimension_last_95", "dimension_all", "dimension_all_95",
    "score_place_5", "score_place_12", "score_place_25", "score_together",
    "additivity", "additivity_fitted", "carried_one_place", "carried_other_places", "pairs",
)  # fmt: skip


@dataclass(frozen=True)
class Data:
    """A task with its sentences."""

    name: str
    task: Task
    splits: tuple

    @classmethod
    def of(cls, name: str, seed: int) -> Data:
        """Draw the sentences of a seed."""
        task = build_task(**TASKS[name], length=LENGTH)
        sizes = enumerate((16000, 500, TEST))
        return cls(name, task, tuple(task.sample(size, 10 * seed + part) for part, size in sizes))

    def sums(self, tokens: np.ndarray) -> np.ndarray:
        """Return what the words up to each place sum to, (n, T, D), without what all share."""
        lengths = np.arange(1, LENGTH + 1)
        found = [self.task.totals(tokens, np.full(len(tokens), end)) for end in lengths]
        totals = np.stack(found, 1)
        return totals - totals.mean(-1, keepdims=True) if totals.shape[-1] > 2 else totals


def network(data: Data, name: str, seed: int, trained: bool) -> Classifier:
    """Return a network."""
    cell, options, recipe = NETWORKS[name]
    facts = {
        "cell": cell, "hidden_size": UNITS, "classes": len(data.task.class_names),
        "readout_bias": False, "readout_scale": 1.0, "cell_options": options,
    }  # fmt: skip
    made = build_classifier(facts, data.task.word_vectors(), seed=seed)
    if trained:
        train(made, *data.splits[:2], recipe, batch_seed=seed)
    return made.eval()


@torch.no_grad()
def numbers(classifier: Classifier, data: Data) -> dict[str, float | int | None]:
    """Return what is measured of a network."""
    test = data.splits[2]
    tokens, lengths = (torch.from_numpy(np.asarray(part)) for part in test.padded())
    states = classifier.states(tokens).double().numpy()
    score = running_score(states, data.sums(tokens.numpy()))
    kicks = word_kicks(classifier, data.task.neutral, LENGTH).double().numpy()
    blank = torch.full((1, LENGTH), data.task.neutral)
    logits = classifier(tokens, lengths).double().numpy()
    moves = logits - classifier(blank, torch.tensor([LENGTH])).double().numpy()
    attends = isinstance(classifier.cell, CausalTransformer)
    found = carried(classifier, tokens, seed=0) if attends else (1.0, 0.0, "")
    last, every = states[:, -1], states.reshape(-1, states.shape[-1])
    return {
        "test_accuracy": evaluate(classifier, test)[1],
        "dimension_last": participation_ratio(last),
        "dimension_last_95": components_for(last, 0.95),
        "dimension_all": participation_ratio(every),
        "dimension_all_95": components_for(every, 0.95),
        **{f"score_place_{place}": score.by_place[place - 1] for place in (5, 12, 25)},
        "score_together": score.together,
        "additivity": additivity_r2(test, kicks, moves),
        "additivity_fitted": additivity_r2_fitted(test, kicks, logits),
        **dict(zip(COLUMNS[-3:], found, strict=True)),
    }


def rows(done: set[tuple[str, ...]]) -> Iterator[dict[str, object]]:
    """Return a row of every network that is not done, trained and untrained."""
    for task, seed in product(TASKS, SEEDS):
        wanted = product([task], NETWORKS, [seed], (True, False))
        left = [key for key in wanted if tuple(map(str, key)) not in done]
        data = Data.of(task, seed) if left else None
        for key in left:
            _, name, _, trained = key
            known = dict(zip(KEY, key, strict=True))
            known["dimension_expected"] = data.task.dimension_expected
            yield known | numbers(network(data, name, seed, trained), data)


def main() -> None:
    """Write what is missing in the table."""
    torch.set_num_threads(1)
    write_missing(Path(sys.argv[1]), KEY, COLUMNS, rows)


if __name__ == "__main__":
    main()
