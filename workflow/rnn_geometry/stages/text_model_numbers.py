"""What a language model holds of running text, and how long: labels it never saw, slow modes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.spectrum import integration_modes
from rnn_geometry.geometry.dimension import participation_ratio
from rnn_geometry.geometry.text_models import LANGUAGE_TEXT, SLOWEST, label_accuracy
from rnn_geometry.networks.classifier import (
    Classifier,
    analysis_cell,
    load_classifier,
    prepare_device,
)
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store.columns import check_numbers
from rnn_geometry.store.hashes import check_prepared
from rnn_geometry.store.languages import LanguageRecord, SourceMeta, SourceWords
from rnn_geometry.store.text_models import TextModelNumbers
from rnn_geometry.tasks.pairs.pairs import Ragged
from rnn_geometry.tasks.running_text import texts_of
from rnn_geometry.tasks.sentences import read_sentences
from rnn_geometry.tasks.text.words import UNKNOWN_ID

BATCH = 256
COMMON, NAMED = 1000, 8  # words whose moves are measured; words that are named
IDENTITY = ("task", "model", "cell", "l2", "seed", "control")


class Visited(NamedTuple):
    """States (n, S) of texts: at a place drawn for each, after its last word, and their mean."""

    some: np.ndarray
    last: np.ndarray
    mean: np.ndarray


def run(network: NetworkJob) -> None:
    """Write text_model.json of one network."""
    files = network.input
    record, meta = LanguageRecord.read(files["run"]), SourceMeta.read(files["meta"])
    check_prepared(meta, files)
    where = prepare_device(network.device, network.threads)
    model = load_classifier(files["model"], files["run"]).to(where)
    test = read_sentences(files["test"])
    texts, rng = texts_of(test), np.random.default_rng(network.network.seed_for("places"))
    visited = states_of(model, texts, rng)
    words = SourceWords.read(files["vocab"]).words
    slow, modes, centre = slow_numbers(model, texts, visited.some, words, network.settings)
    numbers = {
        **{key: getattr(record, key) for key in IDENTITY},
        "data_seed": meta["settings"]["data_seed"],
        "hidden_size": record.network["hidden_size"],
        "steps": record.best_step,
        **meta["expected"],
        "test_loss": record.test_loss,
        "test_accuracy": record.test_accuracy,
        "perplexity": math.exp(record.test_loss),
        **labels_told(visited, test.labels, modes, centre, rng),
        **slow,
        "loss_falling": _flag(record.loss_falling),
        "train_seconds": record.train_seconds,
    }
    numbers = {name: _defined(value) for name, value in numbers.items()}
    check_numbers(f"text_model.json of {network.network}", numbers, LANGUAGE_TEXT)
    ordered = {name: numbers[name] for name in LANGUAGE_TEXT}
    TextModelNumbers(facts=ordered).write(network.output["text_model"])
    network.log(
        f"{network.network}: perplexity {numbers['perplexity']:.1f}, label {numbers['label']:.3f}"
    )


@torch.no_grad()
def states_of(model: Classifier, texts: Ragged, rng: np.random.Generator) -> Visited:
    """Return where a network goes on texts.

    Parameters
    ----------
    model
        The network.
    texts
        n of them.
    rng
        Draws the places.
    """
    found, where = [], model.embedding.device
    for start in range(0, len(texts), BATCH):
        index = np.arange(start, min(start + BATCH, len(texts)))
        words = torch.from_numpy(texts.padded(index)).to(where)
        states = model.states(words).double().cpu().numpy()
        ends, row = texts.lengths[index], np.arange(len(index))
        real = np.arange(states.shape[1]) < ends[:, None]
        mean = (states * real[:, :, None]).sum(1) / ends[:, None]
        found.append((states[row, rng.integers(0, ends)], states[row, ends - 1], mean))
    return Visited(*(np.concatenate(part) for part in zip(*found, strict=True)))


def slow_numbers(
    model: Classifier,
    texts: Ragged,
    starts: np.ndarray,
    words: list[str],
    settings: Mapping[str, Any],
) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """Return what lasts under the mean word: slow points and modes, and words that move along them.

    Parameters
    ----------
    model
        The network.
    texts
        Whose words are held, as often as they come up.
    starts
        (n, S), visited states; the first `visited_states` of them are taken.
    words
        By id.
    settings
        Of the analysis: min_tau, visited_states, memory_mb.

    Returns
    -------
    numbers : dict
        By the names of `geometry.text_models.SLOW`.
    modes : (S, K)
        Left eigenvectors of the slowest, real and imaginary parts.
    centre : (S,)
        The slow point nearest to the mean one, at which they are.
    """
    vectors = model.embedding_matrix().double()
    step, x = analysis_cell(model), vectors[torch.from_numpy(texts.values).long()].mean(0)
    min_tau = settings["min_tau"] or float(texts.lengths.mean() / 2)
    memory_mb, some = settings["memory_mb"], starts[: settings["visited_states"]]
    held = torch.from_numpy(some).to(x)
    slow = project_to_slow_manifold(step, held, x, min_tau=min_tau, memory_mb=memory_mb)
    points = slow.points
    centre = points[np.argmin(np.linalg.norm(points - points.mean(0), axis=1))]
    found = linearize(step, torch.from_numpy(centre[None]).to(x), x)
    left, tau = found.left[0, :SLOWEST], found.tau[0]
    frequent = most_frequent(texts, len(words))
    real, imaginary = np.real(left), np.imag(left)
    modes = np.concatenate([real, imaginary[np.abs(imaginary).max(1) > 0]]).T
    numbers = {
        "slow_modes": int(integration_modes(found.eigenvalues, min_tau)[0]),
        **{f"tau_{i + 1}": float(tau[i]) if i < len(tau) else None for i in range(SLOWEST)},
        "slow_participation_ratio": participation_ratio(points[:, : model.cell.hidden_size]),
        **movers(step, vectors[frequent], centre, x, real[0], [words[i] for i in frequent]),
    }
    return numbers, modes, centre


def labels_told(
    visited: Visited,
    labels: np.ndarray,
    modes: np.ndarray,
    centre: np.ndarray,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return how well states tell labels that no network has seen.

    Parameters
    ----------
    visited
        States of n texts.
    labels
        (n,).
    modes, centre
        As `slow_numbers` gives them.
    rng
        Draws as many random directions as there are modes.

    Returns
    -------
    dict
        By the names of `geometry.text_models.HELD`.
    """
    chance = rng.normal(size=modes.shape)
    features = {
        "label": visited.last,
        "label_mean": visited.mean,
        "label_slow": (visited.last - centre) @ modes,
        "label_random": (visited.last - centre) @ chance,
    }
    return {name: label_accuracy(rows, labels) for name, rows in features.items()}


def most_frequent(texts: Ragged, count: int) -> np.ndarray:
    """Return ids of the most frequent words, those that stand for no single word left out.

    Parameters
    ----------
    texts
        Whose words are counted.
    count
        V of the vocabulary.

    Examples
    --------
    >>> most_frequent(Ragged.of([[2, 3, 3, 1, 1, 1]]), 5).tolist()
    [3, 2]
    """
    counts = np.bincount(texts.values, minlength=count)
    counts[: UNKNOWN_ID + 1] = 0
    order = np.argsort(-counts, kind="stable")[:COMMON]
    return order[counts[order] > 0]


@torch.no_grad()
def movers(
    step: Any, vectors: Tensor, centre: np.ndarray, x: Tensor, left: np.ndarray, words: list[str]
) -> dict[str, str]:
    """Return the words that move most along a mode, both ways.

    Parameters
    ----------
    step
        The network, in float64.
    vectors
        (m, E) of the words that are looked at.
    centre
        (S,), from where words move.
    x
        (E,), beside whose move theirs are held.
    left
        (S,), left eigenvector of the mode, real part.
    words
        Their names.
    """
    at = torch.from_numpy(centre).to(x).expand(len(vectors), -1)
    moves = (step(at, vectors) - step(at, x.expand(len(vectors), -1))).cpu().numpy() @ left
    order = np.argsort(moves, kind="stable")
    named = {"words_up": order[::-1][:NAMED], "words_down": order[:NAMED]}
    return {key: " ".join(words[i] for i in index) for key, index in named.items()}


def _flag(value: bool | None) -> int | None:
    """Return 1 or 0; None where it is not known."""
    return None if value is None else int(value)


def _defined(value: Any) -> Any:
    """Return a number; None where it is not one."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
