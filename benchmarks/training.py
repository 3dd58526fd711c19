"""Speed of the cells, of training steps on text and of tokenising, each beside other ways.

    OMP_NUM_THREADS=1 python benchmarks/training.py [cells] [steps] [together] [tokenise]

Forward and backward pass of every cell stand beside a plain Python loop and torch's own kernel, on
equal weights; whole training steps on text beside the same network made of torch's modules. Prints,
per size and cell, thousands of words per second (median of several rounds, the routes in turn, so
that drift of the machine's speed hits all alike) and the ratio of the project's route to each other
one. A step on text: word vectors of 27,000 words (E 128), 64 texts of 160 words, H 256, loss,
gradient clipping, Adam. Cells that torch does not have are set beside the loop that a reader of the
paper would write, gate by gate and word by word. `together` sets whole steps of 1 to 16 networks in
one batch beside the same networks one by one through their cell's own way over a text (torch's
kernel, where it has one), with the recipes of config.yaml, and of one network on text likewise.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import torch
from torch import nn

from rnn_geometry.networks._batches import Batch, Batches
from rnn_geometry.networks._learner import Learner
from rnn_geometry.networks._trainer import Trainer
from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.classifier import Classifier, build_classifier
from rnn_geometry.networks.make import make_cell
from rnn_geometry.networks.training import Recipe
from rnn_geometry.networks.unrolled import has_unrolled
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.synthetic import build_task
from rnn_geometry.tasks.text.prepare import prepare_text

CELLS = ("vanilla", "gru", "lstm", "ugrnn", "gru_reset_before")
ROUNDS = 7
SIZES = {
    "synthetic: T 25, B 64, E 5, H 64": (25, 64, 5, 64),
    "text: T 40, B 64, E 128, H 128": (40, 64, 128, 128),
}
KERNELS = {"vanilla": torch._VF.rnn_tanh, "gru": torch._VF.gru}


def routes(name: str, cell: Cell) -> dict[str, Callable[[torch.Tensor], torch.Tensor]]:
    """Return ways of turning word vectors (B, T, E) into outputs (B, T, H) by name.

    The project's comes first.
    """
    found = {"project": cell.outputs, "plain loop": lambda x: cell.output(Cell.unroll(cell, x))}
    if name in KERNELS:
        found["torch kernel"] = lambda x: cell._kernel(
            KERNELS[name], x, cell.initial_state(x)[None]
        )[0]
    return found


def seconds(route: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, repeats: int) -> float:
    """Return the CPU seconds of one forward and backward pass."""
    started = time.process_time()
    for _ in range(repeats):
        route(x)[:, -1].square().sum().backward()
    return (time.process_time() - started) / repeats


def compare_cells() -> None:
    """Print forward and backward passes of the cells alone."""
    for title, (steps, size, inputs, hidden) in SIZES.items():
        print(title)
        x, words = torch.randn(size, steps, inputs), steps * size
        for name in CELLS:
            cell = make_cell(name, inputs, hidden)
            cell.reset_parameters(torch.Generator().manual_seed(0))
            ways = {
                way: partial(seconds, route, x, 10) for way, route in routes(name, cell).items()
            }
            report(name, ways, words, ROUNDS)


def report(name: str, ways: dict[str, Callable[[], float]], words: int, rounds: int) -> None:
    """Time the ways in turn; print words a second of each and their ratios to the first."""
    times = {way: [] for way in ways}
    for _ in range(rounds):
        for way, measure in ways.items():
            times[way].append(measure())
    median = {way: statistics.median(values) for way, values in times.items()}
    speeds = "  ".join(
        f"{way} {words / value / 1e3:6.1f}k words/s" for way, value in median.items()
    )
    ratios = ", ".join(f"{median[way] / median['project']:.2f} x {way}" for way in list(ways)[1:])
    print(f"  {name:18s}{speeds}   = {ratios}", flush=True)


# Whole steps on text

VOCABULARY, EMBEDDING, LENGTH, HIDDEN, BATCH, CLASSES = 27_000, 128, 160, 256, 64, 4
RECIPE = Recipe(learning_rate=2e-3, l2=3e-4, epochs=1, l2_on="text", clip=5.0)
MODULES = {"vanilla": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class PlainLoop(nn.Module):
    """A cell written gate by gate, read word by word."""

    def __init__(self, gates: int):
        super().__init__()
        self.recurrent = nn.ModuleList(nn.Linear(HIDDEN, HIDDEN, bias=False) for _ in range(gates))
        self.input = nn.ModuleList(nn.Linear(EMBEDDING, HIDDEN) for _ in range(gates))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
        h, states = x.new_zeros(len(x), HIDDEN), []
        for t in range(x.shape[1]):
            h = self.step(h, x[:, t])
            states.append(h)
        return (torch.stack(states, 1),)


class PlainUGRNN(PlainLoop):
    def __init__(self):
        super().__init__(2)

    def step(self, h: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        u = torch.sigmoid(self.recurrent[0](h) + self.input[0](x))
        return u * h + (1 - u) * torch.tanh(self.recurrent[1](h) + self.input[1](x))


class PlainGRUResetBefore(PlainLoop):
    def __init__(self):
        super().__init__(3)

    def step(self, h: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        reset, hold = (torch.sigmoid(self.recurrent[i](h) + self.input[i](x)) for i in (0, 1))
        return hold * h + (1 - hold) * torch.tanh(self.recurrent[2](reset * h) + self.input[2](x))


PLAIN = {"ugrnn": PlainUGRNN, "gru_reset_before": PlainGRUResetBefore}


class OtherNetwork(nn.Module):
    """The same network of torch's own modules, or with a plain loop."""

    def __init__(self, rnn: nn.Module):
        super().__init__()
        self.words, self.readout = (
            nn.Embedding(VOCABULARY, EMBEDDING),
            nn.Linear(HIDDEN, CLASSES, bias=False),
        )
        self.rnn = rnn

    def forward(self, tokens: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        outputs = self.rnn(self.words(tokens))[0]
        return self.readout(outputs[torch.arange(len(tokens)), lengths - 1])


def torch_step(network: nn.Module, penalised: list[torch.Tensor]) -> Callable:
    """Return one training step of a module with torch.optim.Adam."""
    optimizer = torch.optim.Adam(network.parameters(), 2e-3, RECIPE.betas, fused=True)

    def step(number: int, batch: Batch) -> None:
        tokens, lengths, labels, _ = (part[0] for part in batch)
        loss = nn.functional.cross_entropy(network(tokens, lengths), labels)
        (loss + RECIPE.l2 * sum(weight.square().sum() for weight in penalised)).backward()
        nn.utils.clip_grad_norm_(network.parameters(), RECIPE.clip)
        optimizer.step()
        optimizer.zero_grad()

    return step


def step_routes(name: str) -> dict[str, Callable]:
    """Return training steps of equal networks by name; the project's comes first."""
    network = {
        "cell": name,
        "hidden_size": HIDDEN,
        "embedding_size": EMBEDDING,
        "cell_options": {},
        "classes": CLASSES,
    }
    network |= {"readout_bias": False, "readout_scale": 0.1, "words": VOCABULARY}
    learner = Learner(build_classifier(network, None, seed=0), RECIPE, 1000)
    found = {"project": Trainer([learner], 1000).step}
    if name in MODULES:
        kind, rnn = "torch", MODULES[name](EMBEDDING, HIDDEN, batch_first=True)
    else:
        kind, rnn = "plain loop", PLAIN[name]()
    other = OtherNetwork(rnn)
    penalised = [weight for weight in [*rnn.parameters(), other.readout.weight] if weight.ndim > 1]
    return {**found, kind: torch_step(other, penalised)}


def texts(batches: int, length: int) -> Batches:
    """Return text-like sentences of one length: words by Zipf's law."""
    generator = np.random.default_rng(0)
    tokens = (VOCABULARY ** generator.random(BATCH * length * batches)).astype(np.int32)
    offsets = np.arange(batches * BATCH + 1, dtype=np.int64) * length
    labels = generator.integers(0, CLASSES, batches * BATCH)
    return Batches(Sentences(tokens, offsets, labels), BATCH)


def drawn(batches: Batches, networks: int, count: int = 3) -> list[Batch]:
    """Return batches for some networks."""
    generator = np.random.default_rng(1)
    rows = range(networks)
    return [
        batches.draw([generator.permutation(len(batches.sentences))[:BATCH] for _ in rows])
        for _ in range(count)
    ]


def compare_steps() -> None:
    """Print whole training steps on text-like sentences."""
    parts = drawn(texts(8, LENGTH), 1)
    print(
        f"training steps on text: V {VOCABULARY}, E {EMBEDDING}, T {LENGTH}, H {HIDDEN}, B {BATCH}"
    )
    for name in CELLS:
        ways = {way: partial(step_seconds, step, parts) for way, step in step_routes(name).items()}
        report(name, ways, BATCH * LENGTH, 5)


def step_seconds(step: Callable, batches: list[Batch]) -> float:
    """Return the CPU seconds of one training step."""
    started = time.process_time()
    for i, part in enumerate(batches, start=1):
        step(i, part)
    return (time.process_time() - started) / len(batches)


# Several networks at once

RECIPES = {
    "vanilla": {"learning_rate": 2e-3, "l2": 1e-3, "clip": 1.0},
    "ugrnn": {"learning_rate": 1e-2, "l2": 5e-4},
}
GATED = {"learning_rate": 1e-2, "l2": 3e-4}
TOGETHER = (1, 2, 4, 8, 16)


def trainer_of(name: str, networks: int, hidden: int, words: np.ndarray | None, own: bool):
    """Return a trainer of some networks; `own`: of one, through its cell's own way over a text."""
    facts = {"cell": name, "hidden_size": hidden, "embedding_size": hidden, "cell_options": {}}
    facts |= {"readout_bias": False, "readout_scale": 1.0, "words": VOCABULARY, "classes": CLASSES}
    recipe = Recipe(
        **RECIPES.get(name, GATED), steps=1000, l2_on="text" if words is None else "all"
    )
    made = [build_classifier(facts, words, seed=seed) for seed in range(networks)]
    trainer = Trainer([Learner(network, recipe, 1000) for network in made], 1000)
    if own:
        trainer.unrolled, trainer.leaves = False, trainer.learners[0].parameters
        made[0].forward = partial(own_way, made[0])
    return trainer


def own_way(
    network: Classifier, tokens: torch.Tensor, lengths: torch.Tensor, table: torch.Tensor
) -> torch.Tensor:
    """Return logits as `Classifier.forward` does of a cell without the kernel for several."""
    outputs = network.cell.outputs(network.words(tokens, table))
    return network.readout(outputs[torch.arange(len(tokens)), lengths - 1])


def compare_together() -> None:
    """Print milliseconds of a step and network for networks one by one and together."""
    task = build_task("categorical", classes=CLASSES, length=25)
    sentences = Batches(task.sample(32_000, 0), BATCH)
    cases = {
        "synthetic: T 25, B 64, E 5": (sentences, task.word_vectors(), (64, 128), TOGETHER),
        "text: T 40, B 64, E 128, V 27,000": (texts(8, 40), None, (128,), (1,)),
    }
    for title, (batches, words, sizes, networks) in cases.items():
        for hidden in sizes:
            print(f"{title}, H {hidden}: milliseconds of a step and network")
            for name in CELLS:
                compare_numbers(name, batches, words, hidden, networks)


def compare_numbers(
    name: str, batches: Batches, words: np.ndarray | None, hidden: int, networks: Iterable[int]
) -> None:
    """Print one cell: its own way, and batches of some numbers of networks."""
    ways = {"own way": (1, trainer_of(name, 1, hidden, words, own=True))}
    for number in networks if has_unrolled(make_cell(name, 1, 1)) else ():
        ways[f"{number} together"] = (number, trainer_of(name, number, hidden, words, own=False))
    parts = {number: drawn(batches, number) for number, _ in ways.values()}
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, (number, trainer) in ways.items():
            times[way].append(step_seconds(trainer.step, parts[number]) / number)
    median = {way: 1e3 * statistics.median(values) for way, values in times.items()}
    line = "".join(f"  {way} {value:.2f}" for way, value in median.items())
    gains = ", ".join(f"{median['own way'] / median[way]:.2f}" for way in list(ways)[1:])
    print(f"  {name:18s}{line}   = {gains or 'no kernel'}", flush=True)


def time_tokenising(texts: int = 100_000, words: int = 50) -> None:
    """Print the CPU seconds from a JSON-lines file of English-like texts to word ids."""
    generator = np.random.default_rng(0)
    drawn = (30_000 ** generator.random(texts * words)).astype(int).reshape(texts, words)
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in (("train", drawn), ("test", drawn[:1000])):
            with open(f"{folder}/{name}.jsonl", "w", encoding="utf-8") as handle:
                for i, row in enumerate(rows.tolist()):
                    text = " ".join(
                        f"Word{word}," if word % 7 == 0 else f"word{word}" for word in row
                    )
                    handle.write(json.dumps({"text": text, "label": i % 4}) + "\n")
        started = time.process_time()
        prepared = prepare_text({"source": {"folder": "."}}, folder, 0)
    spent = time.process_time() - started
    print(
        f"tokenising {texts} texts of {words} words: {spent:.1f} CPU s, vocabulary "
        f"{len(prepared.vocabulary)}"
    )


PARTS = {
    "cells": compare_cells,
    "steps": compare_steps,
    "together": compare_together,
    "tokenise": time_tokenising,
}


def main() -> None:
    """Print the parts that the command line names, all by default."""
    torch.set_num_threads(1)
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
