"""Why integration modes grow: small networks trained in many ways, and edits of their steps.

    OMP_NUM_THREADS=1 python benchmarks/growth.py TABLE [EXPERIMENT ...]

Writes a row per network and condition to TABLE (docs/data/growth.csv holds those of all
experiments); docs/growth.md says what was expected before, and what came out. All are GRUs of 64
units on three unordered classes, but where the condition names another cell; 600 steps of Adam on
64 sentences, L2 3e-4; seeds 0 to 3 of those whose steps are edited, 0 and 1 of the others. About
ten CPU minutes.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnn_geometry.dynamics.fixed_points import find_fixed_points, skeleton
from rnn_geometry.dynamics.integration import sequence_effects
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.geometry.dimension import LINKAGE_RADIUS, principal_axes, rms_radius
from rnn_geometry.geometry.primacy import primacy
from rnn_geometry.identity import derive_seed
from rnn_geometry.networks.classifier import Classifier, analysis_cell, build_classifier
from rnn_geometry.networks.states import visit
from rnn_geometry.stages.growth import growth_numbers
from rnn_geometry.stages.linearize import spectrum_sample
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.synthetic import Task, build_task

EDITED = ("default", "cell")
CLASSES, UNITS, BATCH, RATE = 3, 64, 64, 1e-2
COURSE = (10, 20, 40, 60, 80, 100, 150, 200, 300, 400, 600)
TEST, VISITED = 2000, 400
NUMBERS: tuple[str, ...] = (
    "growing_modes", "growth_1", "growth_2", "rate_centre", "rate_edge", "rate_slope",
    "growing_share_centre", "growing_share_edge", "kick_growth_centre", "kick_growth_edge",
)  # fmt: skip
COLUMNS: tuple[str, ...] = (
    "experiment", "value", "cell", "seed", "step", "length", "test_accuracy", "near_ties",
    "late_noise_accuracy", "state_noise_accuracy", "long_accuracy", "loss", "scaled_loss",
    "logit_gap", "primacy", *NUMBERS, "stable", "roots",
)  # fmt: skip

Loss = Callable[[Tensor, Tensor], Tensor]
Step = Callable[[Tensor, Tensor], Tensor]


# Ways to train


@dataclass(frozen=True)
class Way:
    """How a network is trained: what a condition changes."""

    experiment: str
    value: str
    cell: str = "gru"
    l2: float = 3e-4
    steps: int = 600
    length: Any = 25
    loss: Loss = nn.functional.cross_entropy
    state_noise: float = 0.0
    word_noise: float = 0.0
    shuffled: bool = False
    scores: bool = False
    course: tuple[int, ...] = ()

    @property
    def seeds(self) -> range:
        """Which networks are trained."""
        return range(4 if self.experiment in EDITED else 2)


def smoothed(share: float) -> Loss:
    """Return cross-entropy with smoothed labels."""
    return nn.CrossEntropyLoss(label_smoothing=share)


def hinge(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the margin loss of classes: nothing is gained beyond a margin of 1."""
    return nn.functional.multi_margin_loss(logits, labels)


def squared(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the squared distance of logits from one-hot labels: too large is as bad."""
    return (logits - nn.functional.one_hot(labels, logits.shape[1])).square().sum(1).mean()


def distance(logits: Tensor, scores: Tensor) -> Tensor:
    """Return the squared distance of logits from scores: no decision is asked for."""
    return (logits - scores).square().sum(1).mean()


def ways() -> list[Way]:
    """Return all conditions; that of the default carries the course of training."""
    return [
        Way("default", "default", course=COURSE),
        *(Way("cell", cell, cell=cell, steps=s) for cell, s in (("ugrnn", 800), ("lstm", 600))),
        *(Way("l2", f"{l2:g}", l2=l2) for l2 in (0, 3e-5, 1e-3, 3e-3)),
        *(Way("length", str(n), length=n) for n in (10, 50)),
        Way("length", "5 to 45", length=(5, 45)),
        *(Way("loss", f"smoothing {s}", loss=smoothed(s)) for s in (0.1, 0.3)),
        Way("loss", "hinge", loss=hinge),
        Way("loss", "squared", loss=squared),
        Way("scores", "regression", loss=distance, scores=True),
        *(Way("state noise", f"{s:g}", state_noise=s) for s in (0.05, 0.2)),
        Way("word noise", "0.2", word_noise=0.2),
        Way("control", "shuffled labels", shuffled=True),
        Way("control", "untrained", steps=0),
        Way("long training", "2400 steps", steps=2400),
    ]  # fmt: skip


def seed_of(*names: Any) -> int:
    """Return a seed below 2^32 from names."""
    return derive_seed("growth", *map(str, names)) % 2**32


def new_network(way: Way, task: Task, seed: int) -> Classifier:
    """Return an untrained network."""
    facts = {"cell": way.cell, "hidden_size": UNITS, "classes": CLASSES, "cell_options": {}}
    facts |= {"readout_bias": False, "readout_scale": 1}
    return build_classifier(facts, task.word_vectors(), seed=seed_of("weights", seed))


def logits_of(network: Classifier, tokens: Tensor, noise: float, draw: torch.Generator) -> Tensor:
    """Return logits at the last word, with Gaussian noise added to the state after every word."""
    if not noise:
        return network(tokens, torch.full((len(tokens),), tokens.shape[1]))
    state = torch.zeros(len(tokens), network.cell.state_size, dtype=network.readout.weight.dtype)
    for word in network.words(tokens).unbind(1):
        state = network.cell(state, word)
        state = state + noise * torch.randn(state.shape, generator=draw, dtype=state.dtype)
    return network.logits(state)


def train(way: Way, task: Task, seed: int) -> Iterator[tuple[int, Classifier]]:
    """Train a network; yield it at the steps of the course and at the end."""
    network = new_network(way, task, seed)
    draw = torch.Generator().manual_seed(seed_of("batches", seed))
    texts = task.sample(32000, seed_of("train"))
    tokens, lengths = map(torch.from_numpy, texts.padded())
    labels = torch.from_numpy(np.asarray(texts.labels))
    if way.scores:
        totals = torch.from_numpy(task.totals(*texts.padded())[:, :CLASSES]).float()
        labels = (totals - totals.mean(1, keepdim=True)) / 5
    if way.shuffled:
        labels = labels[torch.randperm(len(labels), generator=draw)]
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE, betas=(0.9, 0.99))
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(way.steps, 1))
    for step in range(1, way.steps + 1):
        rows = torch.randint(len(labels), (BATCH,), generator=draw)
        loss = batch_loss(way, network, tokens[rows], lengths[rows], labels[rows], draw)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
        cosine.step()
        if step in way.course and step < way.steps:
            yield step, network.eval()
    yield way.steps, network.eval()


def batch_loss(way: Way, network, tokens, lengths, labels, draw) -> Tensor:
    """Return the loss of a batch and the L2 penalty."""
    if way.word_noise:
        other = torch.randint(int(tokens.max()) + 1, tokens.shape, generator=draw)
        flip = torch.rand(tokens.shape, generator=draw) < way.word_noise
        tokens = torch.where(flip, other, tokens)
    if way.state_noise:
        logits = logits_of(network, tokens, way.state_noise, draw)
    else:
        logits = network(tokens, lengths)
    penalty = sum(weight.square().sum() for weight in network.parameters())
    return way.loss(logits, labels) + way.l2 * penalty


# What is measured


@dataclass(frozen=True)
class Manifold:
    """Slow points of a network with its axes, and the step they belong to."""

    step: Step
    found: Any
    x: Tensor
    axes: Tensor
    centre: Tensor


def manifold_of(network: Classifier, texts: Sentences, length: int) -> tuple[Manifold, dict]:
    """Return the slow manifold at the zero vector, the neutral word, and the visited states."""
    states = visit(network, texts, visited=VISITED, trajectories=1, seed=0)
    step = analysis_cell(network)
    x = torch.zeros(network.embedding.shape[1], dtype=torch.float64)
    found = project_to_slow_manifold(step, states["visited"], x, min_tau=length / 2, audit=0)
    axes = torch.from_numpy(principal_axes(found.points)[1][: CLASSES - 1].copy())
    near = ((found.points - found.points.mean(0)) ** 2).sum(1).argmin()
    centre = torch.from_numpy(found.points[[near]])
    return Manifold(step, found, x, axes, centre), states


def geometry(manifold: Manifold, states: Mapping[str, Any], length: int) -> dict[str, Any]:
    """Return signed rates, kicks and the skeleton."""
    found = manifold.found
    index, centre = spectrum_sample(found.points, 24)
    linear = linearize(manifold.step, found.points[index], manifold.x)
    sample: Any = SimpleNamespace(
        index=index, centre=centre, eigenvalues=linear.eigenvalues, right=linear.right
    )
    slow: Any = SimpleNamespace(
        points=found.points, status=found.status, min_tau=length / 2, x=manifold.x.numpy()
    )
    numbers = growth_numbers(manifold.step, slow, found.modes, sample, CLASSES - 1, length)
    exact = find_fixed_points(manifold.step, states["visited"][:100], manifold.x)
    radius = LINKAGE_RADIUS * rms_radius(states["visited"])
    bones = skeleton(manifold.step, exact, manifold.x, radius=radius)
    counts = {"stable": int((bones.unstable == 0).sum()), "roots": len(bones.roots)}
    return {name: numbers[name] for name in NUMBERS} | counts


@dataclass(frozen=True)
class Answers:
    """Texts of a fixed length, and what a network with some step answers to them."""

    network: Classifier
    step: Step
    task: Task
    texts: Sentences

    @classmethod
    def of(cls, network: Classifier, step: Step, length: int) -> Answers:
        """Draw the texts."""
        task = build_task("categorical", classes=CLASSES, length=length)
        return cls(network, step, task, task.sample(TEST, seed_of("test")))

    @property
    def tokens(self) -> np.ndarray:
        """Word ids (m, L)."""
        return self.texts.padded()[0]

    @property
    def labels(self) -> Tensor:
        """Classes, (m,)."""
        return torch.from_numpy(np.asarray(self.texts.labels))

    @property
    def close(self) -> Tensor:
        """Which texts are one word from a tie."""
        totals = self.task.totals(self.tokens, self.texts.lengths)[:, :CLASSES]
        scores = np.sort(totals, axis=1)
        return torch.from_numpy(scores[:, -1] - scores[:, -2] <= 1)

    def logits(self, tokens: np.ndarray, noise: float = 0.0) -> Tensor:
        """Return logits (m, C), with noise on the state after every word."""
        state = self.final(tokens, noise)
        return state @ self.network.readout_matrix().double().T + self.network.readout_bias()

    def final(self, tokens: np.ndarray, noise: float = 0.0) -> Tensor:
        """Return final states (m, S)."""
        draw = torch.Generator().manual_seed(0)
        state = torch.zeros(len(tokens), self.network.cell.state_size, dtype=torch.float64)
        vectors = self.network.embedding_matrix().double()
        for word in vectors[torch.from_numpy(tokens)].unbind(1):
            state = self.step(state, word)
            if noise:
                state = state + noise * torch.randn(state.shape, generator=draw).double()
        return state


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """Return the share of right answers."""
    return float((logits.argmax(1) == labels).double().mean())


def behaviour(network: Classifier, step: Step, manifold: Manifold, length: int) -> dict[str, Any]:
    """Return what a network, or an edit of it, answers to texts of one length."""
    answers = Answers.of(network, step, length)
    logits, labels, close = answers.logits(answers.tokens), answers.labels, answers.close
    top = torch.sort(logits, 1).values
    return {
        "test_accuracy": accuracy(logits, labels),
        "near_ties": accuracy(logits[close], labels[close]),
        "loss": float(nn.functional.cross_entropy(logits, labels)),
        "scaled_loss": scaled_loss(logits, labels),
        "logit_gap": float((top[:, -1] - top[:, -2]).median()),
        "primacy": primacy_of(answers, manifold, logits),
        **under_noise(answers),
    }


def under_noise(answers: Answers) -> dict[str, float]:
    """Return accuracies with random words behind the text, with noisy states, on longer texts."""
    tokens, labels = answers.tokens, answers.labels
    length = tokens.shape[1]
    late = np.concatenate([tokens, noise_words(len(tokens), length // 5)], axis=1)
    state = answers.final(tokens)
    spread = float((state - state.mean(0)).square().mean().sqrt())
    task = build_task("categorical", classes=CLASSES, length=4 * length)
    long = task.sample(TEST // 4, seed_of("long"))
    return {
        "late_noise_accuracy": accuracy(answers.logits(late), labels),
        "state_noise_accuracy": accuracy(answers.logits(tokens, 0.3 * spread), labels),
        "long_accuracy": accuracy(
            answers.logits(long.padded()[0]), torch.from_numpy(np.asarray(long.labels))
        ),
    }


def primacy_of(answers: Answers, manifold: Manifold, logits: Tensor) -> float | None:
    """Return the weight of the first fifth of the words over that of the last."""
    readout = answers.network.readout_matrix().double()
    words = answers.network.embedding_matrix().double()[:, None]
    kicks = sequence_effects(
        answers.step, manifold.centre, manifold.x, words, readout - readout.mean(0)
    )
    centred = (logits - logits.mean(1, keepdim=True)).numpy()
    return primacy(answers.texts, kicks[:, 0].numpy(), centred)


def noise_words(count: int, words: int) -> np.ndarray:
    """Return random words of evidence (count, words) to stand behind texts that are over."""
    return np.random.default_rng(seed_of("noise")).integers(0, CLASSES, size=(count, words))


def scaled_loss(logits: Tensor, labels: Tensor) -> float:
    """Return the cross-entropy under the best common factor of all logits."""
    factors = torch.logspace(-2, 2, 81, dtype=torch.float64)
    losses = [float(nn.functional.cross_entropy(f * logits, labels)) for f in factors]
    return min(losses)


# Edits


def edited(manifold: Manifold, cancel: str) -> Step:
    """Return the step without its own motion along the manifold: `outward`, `inward` or `all`.

    What the neutral word would change along the d axes is taken back at every word, so that the
    first leaves decay alone, the second growth alone, and the third neither.
    """
    axes, x = manifold.axes, manifold.x
    projector = axes.T @ axes

    def step(h: Tensor, word: Tensor) -> Tensor:
        drift = (manifold.step(h, x.expand(len(h), -1)) - h) @ projector
        outward = (drift * ((h - manifold.centre) @ projector)).sum(1, keepdim=True) > 0
        kept = {"outward": outward, "inward": ~outward, "all": torch.ones_like(outward)}[cancel]
        return manifold.step(h, word) - drift * kept

    return step


# The table


def rows_of(way: Way, seed: int) -> Iterator[dict[str, Any]]:
    """Train and measure one network; of the default and of other cells also its edits."""
    task = build_task("categorical", classes=CLASSES, length=way.length)
    length = int(np.mean(task.options["length"]))
    texts = task.sample(TEST, seed_of("test"))
    known = {"experiment": way.experiment, "value": way.value, "cell": way.cell, "seed": seed}
    for step, network in train(way, task, seed):
        with torch.no_grad():
            manifold, states = manifold_of(network, texts, length)
            told = known | {"step": step, "length": length}
            if step < way.steps:
                told |= {"experiment": "course", "value": str(step)}
            yield (
                told
                | behaviour(network, manifold.step, manifold, length)
                | geometry(manifold, states, length)
            )
            if step == way.steps and way.experiment in EDITED:
                for cancel in ("outward", "inward", "all"):
                    told |= {"experiment": "edit", "value": f"without {cancel}"}
                    yield told | behaviour(network, edited(manifold, cancel), manifold, length)


def main(path: Path, experiments: Sequence[str]) -> None:
    """Write the table, a condition after the other."""
    torch.set_num_threads(1)
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        for way in ways():
            if experiments and way.experiment not in experiments:
                continue
            for seed in way.seeds:
                table.writerows(
                    {k: _short(v) for k, v in row.items()} for row in rows_of(way, seed)
                )
                file.flush()
            print(way.experiment, way.value, flush=True)


def _short(value: Any) -> Any:
    return f"{value:.5g}" if isinstance(value, float) else value


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
