"""Distances between all networks of a task, trained and with their initial weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import torch

from rnn_geometry.dynamics.input_output import io_distance, linear_response
from rnn_geometry.geometry.distances import (
    block_distance,
    cka_distance,
    procrustes_distance,
    slow_block,
)
from rnn_geometry.geometry.frame import seen_entries
from rnn_geometry.geometry.network import IDENTITY
from rnn_geometry.geometry.universality import MEASURES, TABLES
from rnn_geometry.identity import derive_seed, network_of
from rnn_geometry.networks.classifier import analysis_cell, prepare_device
from rnn_geometry.networks.states import visit
from rnn_geometry.stages.integration import Probe, probes
from rnn_geometry.stages.linearize import chosen_words
from rnn_geometry.stages.tabulate import order, table_of
from rnn_geometry.store import formats
from rnn_geometry.store.artifacts import Meta, Record, SlowPoints, Vocabulary
from rnn_geometry.tasks.sentences import Sentences, read_sentences

TEXTS = 250  # test texts that all networks read
STATES = 1000  # words of these after which states are compared
WORDS = 200  # words of a text task whose responses are compared; of a synthetic one all
OF_NETWORK = ("model", "run", "states", "slow_points")
OF_TASK = ("train", "test", "vocab", "meta")


class Sketch(NamedTuple):
    """What is compared of a network.

    Attributes
    ----------
    states : (n, S)
        After the same words of the same texts as those of all others, in the entries that the
        readout sees.
    response : (L + 1, C, W) or None
        Markov parameters at the centre of the manifold; None where they overflow.
    block : (k, k)
        The dynamics within the slow modes there.
    """

    states: np.ndarray
    response: np.ndarray | None
    block: np.ndarray


class Shared(NamedTuple):
    """What all networks of a task are compared by.

    Attributes
    ----------
    texts
        Test texts.
    words, counts
        Ids (W,) of words and how often each stands in training, at least once.
    horizon
        L, the mean words of a text.
    seed
        Draws the words after which states are compared.
    """

    texts: Sentences
    words: np.ndarray
    counts: np.ndarray
    horizon: int
    seed: int

    @classmethod
    def of(cls, files) -> Shared:
        """Read the files of a task."""
        meta, size = Meta.read(files["meta"]), len(Vocabulary.read(files["vocab"]).words)
        test, train = (read_sentences(files[split]) for split in ("test", "train"))
        words = chosen_words(meta, test, size, WORDS)
        counts = np.bincount(train.tokens, minlength=size)[words].clip(1)
        texts = test.subset(np.arange(min(TEXTS, len(test))))
        seed = derive_seed("compared states", meta["name"])
        return cls(texts, words, counts, round(meta["mean_length"]), seed)


def sketch(probe: Probe, shared: Shared, min_tau: float) -> Sketch:
    """Return what is compared of a network.

    Parameters
    ----------
    probe
        The network, and its manifold.
    shared
        What all are compared by.
    min_tau
        Time constant from which a mode is slow, in words.
    """
    found = visit(probe.classifier, shared.texts, visited=STATES, trajectories=1, seed=shared.seed)
    vectors = probe.vectors[torch.from_numpy(shared.words).to(probe.x.device)]
    step = analysis_cell(probe.classifier)
    response = linear_response(
        step, probe.centre, probe.x, vectors, shared.counts, probe.differences
    )
    markov = response.markov(shared.horizon + 1)[0]
    return Sketch(
        found["visited"][:, seen_entries(found["readout"])].astype(np.float64),
        markov if np.isfinite(markov).all() else None,
        slow_block(response.recurrent[0].cpu().numpy(), min_tau),
    )


def distance_matrices(sketches: Sequence[Sketch], seed: int) -> dict[str, np.ndarray]:
    """Return the distances between networks by every measure.

    Parameters
    ----------
    sketches
        Of n networks.
    seed
        Of the search between slow blocks.

    Returns
    -------
    dict of numpy.ndarray
        By the names of MEASURES, (n, n), NaN where not defined.
    """
    between: dict[str, Callable[[Sketch, Sketch], float]] = {
        "procrustes": lambda a, b: procrustes_distance(a.states, b.states),
        "cka": lambda a, b: cka_distance(a.states, b.states),
        "slow_modes": lambda a, b: block_distance(a.block, b.block, seed=seed).distance,
        "io": _io_distance,
        "io_angle": _io_angle,
    }
    found = {name: np.zeros((len(sketches),) * 2) for name in MEASURES}
    for i, j in combinations(range(len(sketches)), 2):
        for name, matrix in found.items():
            matrix[i, j] = matrix[j, i] = between[name](sketches[i], sketches[j])
    return found


def _io_distance(one: Sketch, other: Sketch) -> float:
    if one.response is None or other.response is None:
        return np.nan
    return io_distance(one.response, other.response)


def _io_angle(one: Sketch, other: Sketch) -> float:
    """Return the angle between responses: |G - G'| of norm 1 is 2 sin of half of it."""
    if one.response is None or other.response is None:
        return np.nan
    if not (one.response.any() and other.response.any()):
        return np.nan
    unit = (each / np.linalg.norm(each) for each in (one.response, other.response))
    return float(2 * np.arcsin(min(io_distance(*unit) / 2, 1.0)))


def sketches_of(
    files, where: torch.device, log: Callable[[str], None]
) -> tuple[list[dict], list[Sketch]]:
    """Return the networks of a task in order, and what is compared of each.

    Parameters
    ----------
    files
        Lists of model, run, states and slow_points, one file a network; the files of the task.
    where
        The device.
    log
        Takes a line per network.

    Returns
    -------
    networks
        n, by the names of IDENTITY.
    sketches
        Of the n networks, then of the same ones with their initial weights.
    """
    shared, of_task = Shared.of(files), {name: files[name] for name in OF_TASK}
    paths = [dict(zip(OF_NETWORK, own)) for own in zip(*(files[name] for name in OF_NETWORK))]
    known = []
    for own in paths:
        network = network_of(own["run"])
        names = {**network._asdict(), "cell": Record.read(own["run"]).cell}
        known.append(({name: names[name] for name in IDENTITY}, network, own))
    known.sort(key=lambda one: order(one[0]))
    after, before = [], []
    for _, network, own in known:
        identity = {name: str(value) for name, value in network._asdict().items()}
        min_tau = SlowPoints.read(own["slow_points"]).min_tau
        trained, control, _ = probes({**own, **of_task}, identity, where)
        after.append(sketch(trained, shared, min_tau))
        before.append(sketch(control, shared, min_tau))
        log(str(network))
    return [names for names, _, _ in known], [*after, *before]


def run(files, output, params, log) -> None:
    """Write the distances between the networks of one task, and what they tell of cells."""
    networks, sketches = sketches_of(files, prepare_device(params.device, params.threads), log)
    task = networks[0]["task"]
    matrices = distance_matrices(sketches, derive_seed("slow blocks", task))
    for name, (rows_of, declared) in TABLES.items():
        formats.write_table(output[name], table_of(rows_of(matrices, networks), declared))
