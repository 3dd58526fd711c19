"""What encoder-decoder networks do: trials on seeds that no claim is judged by.

    OMP_NUM_THREADS=1 python benchmarks/attention.py FOLDER [NAME ...]

Trains the networks of NETWORKS whose weights are not in FOLDER yet, and writes a row for each that
is there to FOLDER/attention.csv, with all numbers of a translator (docs/data/attention.csv). GRUs,
batches of 128, Adam along a cosine from 2e-3 unless a network says otherwise, clipped at 5, L2
1e-5. Seven to forty CPU seconds each; eSCAN takes one to two and a half minutes.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from rnn_geometry.geometry.translators import COLUMNS
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.translators.build import (
    build_translator,
    load_translator,
    save_translator,
)
from rnn_geometry.networks.translators.training import train_translator
from rnn_geometry.networks.translators.translator import Translator
from rnn_geometry.stages.translator_numbers import translator_numbers
from rnn_geometry.tasks.pairs.families import build_pair_task
from rnn_geometry.tasks.pairs.pairs import PairTask

SIZES = {"train": 20000, "dev": 500, "first": 1000, "second": 600}
SEEDS = {"train": 0, "dev": 1, "first": 3, "second": 4}  # beside a hundred times the network's
FACTS = (
    "name", "family", "rho", "architecture", "feedback", "words", "length", "hidden_size", "steps",
    "clean", "learning_rate",
)  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """A network: its task, its settings, how long it is trained, its seed."""

    family: str
    options: Mapping[str, Any]
    steps: int
    seed: int = 0
    network: Mapping[str, Any] = field(default_factory=dict)
    rate: float = 2e-3

    @property
    def task(self) -> PairTask:
        """The task, made anew."""
        return build_pair_task(self.family, **self.options)

    @property
    def facts(self) -> dict[str, Any]:
        """What the network is built of."""
        task = self.task
        sizes = {"words_in": len(task.words_in), "words_out": len(task.words_out)}
        return {"cell": "gru", "hidden_size": 64, **sizes, **self.network}

    def sample(self, part: str) -> Any:
        """Draw the pairs of a part."""
        return self.task.sample(SIZES[part], 100 * self.seed + SEEDS[part])

    def row(self, name: str) -> dict[str, Any]:
        """Return what tells it apart."""
        told = {"architecture": "aed", "feedback": "own", "hidden_size": 64, **self.network}
        asked = {option: self.options.get(option) for option in ("words", "length", "rho", "clean")}
        known = {"name": name, "family": self.family, "steps": self.steps, **told, **asked}
        known["learning_rate"] = self.rate
        return {fact: known[fact] for fact in FACTS} | {"seed": self.seed}


def _one_to_one(
    steps: int, seed: int = 0, words: int = 3, length: int = 15, rate: float = 2e-3, **network: Any
) -> Trial:
    return Trial("one_to_one", {"words": words, "length": length}, steps, seed, network, rate)


def _dial(rho: float, steps: int) -> Trial:
    return Trial("reordered", {"words": 3, "length": 15, "rho": rho}, steps, seed=1, rate=FAST)


def _escan(steps: int, rate: float, clean: bool = True, **network: Any) -> Trial:
    return Trial("escan", {"clean": clean}, steps, 1, {"hidden_size": 128, **network}, rate)


FAST = 4e-3
RHOS = (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
NETWORKS = {
    "o3-s0": _one_to_one(1500),
    "o3-s1": _one_to_one(1500, seed=1),
    "o3none-s0": _one_to_one(1500, feedback="none"),
    "o10-s0": _one_to_one(1500, words=10),
    "ved3-s0": _one_to_one(2500, architecture="ved"),
    "ved3short-s0": _one_to_one(1200, length=6, architecture="ved"),
    "o3short-s0": _one_to_one(600, length=6),
    **{
        f"dial{rho}-s0": Trial("reordered", {"words": 3, "length": 15, "rho": rho}, 1200)
        for rho in RHOS
    },
    "escan-s0": Trial("escan", {}, 4000, network={"hidden_size": 128}),
    "escan-s1": _escan(3600, FAST, clean=False),
    "commands-slow-s1": _escan(2400, 2e-3),
    "commands-s1": _escan(3600, FAST),
    "commands-ved-s1": _escan(3000, FAST, architecture="ved"),
    "commands-ao-s1": _escan(2400, FAST, architecture="ao"),
    "o3-s3": _one_to_one(1500, seed=3, rate=FAST),
    "ao3-s1": _one_to_one(1500, seed=1, rate=FAST, architecture="ao"),
    "ao10-s3": _one_to_one(1000, seed=3, words=10, rate=FAST, architecture="ao"),
    "o9-s1": _one_to_one(900, seed=1, length=9),
    "ved9-s1": _one_to_one(2000, seed=1, length=9, architecture="ved"),
    "o9-s2": _one_to_one(1000, seed=2, length=9, rate=FAST),
    "ved9-s2": _one_to_one(2500, seed=2, length=9, rate=FAST, architecture="ved"),
    **{f"dial{rho}-s1": _dial(rho, 1500) for rho in (0.1, 0.2, 0.4)},
    "dial0.7-s1": _dial(0.7, 2500),
    "french-s0": Trial("translation", {}, 1000, network={"hidden_size": 128}),
}


def trained(name: str, folder: Path) -> Translator:
    """Return a network, from its file if it is there."""
    trial, path = NETWORKS[name], folder / f"{name}.safetensors"
    if path.exists():
        return load_translator(path, trial.facts)
    translator = build_translator(trial.facts, seed=trial.seed)
    recipe = Recipe(learning_rate=trial.rate, l2=1e-5, steps=trial.steps, batch_size=128, clip=5.0)
    started = time.process_time()
    train_translator(
        translator, trial.sample("train"), trial.sample("dev"), recipe, batch_seed=trial.seed,
        log=lambda line: print(name, line, flush=True),
    )  # fmt: skip
    print(name, f"{time.process_time() - started:.1f} CPU seconds", flush=True)
    save_translator(path, translator)
    return translator


def rows(names: list[str], folder: Path) -> Iterator[dict[str, Any]]:
    """Yield a row per network that is there, and one of a network that is not trained."""
    for name in names:
        trained(name, folder)
    for name in NETWORKS:
        if (folder / f"{name}.safetensors").exists():
            trial = NETWORKS[name]
            yield trial.row(name) | _numbers(trained(name, folder), trial)
    untrained = Trial("one_to_one", {"words": 3, "length": 15}, 0)
    network = build_translator(untrained.facts, seed=0)
    yield untrained.row("untrained-s0") | _numbers(network, untrained)


def _numbers(translator: Translator, trial: Trial) -> dict[str, Any]:
    found = translator_numbers(translator, trial.sample("first"), trial.sample("second"))
    return {k: f"{v:.4g}" if isinstance(v, float) else v for k, v in found.items()}


def main(folder: Path, names: list[str]) -> None:
    """Train what is missing, and write the table."""
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    found = list(rows(names or list(NETWORKS), folder))
    with open(folder / "attention.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*FACTS, "seed", *COLUMNS], lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
