"""Eigen-analysis: linearised dynamics and effects of words at a sample of slow points."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import torch

from rnn_geometry.dynamics.linearization import linearize, word_effects
from rnn_geometry.dynamics.results import Audit, SlowModes
from rnn_geometry.dynamics.step import budget
from rnn_geometry.dynamics.word_modes import linear_prediction, rollout_error, word_mode_effects
from rnn_geometry.geometry.frame import centre_row, manifold_rows
from rnn_geometry.networks.classifier import analysis_cell, load_classifier, prepare_device
from rnn_geometry.stages.integration import integration_run
from rnn_geometry.stages.network_job import Log, NetworkJob
from rnn_geometry.store import artifacts
from rnn_geometry.tasks.sentences import Sentences, read_sentences

TELLING_COUNT = 5  # occurrences from which the log-odds of a word mean something


def run(network: NetworkJob) -> None:
    """Linearise a network at a sample of its slow points; measure integration and words."""
    files, output, settings = network.input, network.output, network.settings
    where = prepare_device(network.device, network.threads)
    linearize_run(files, output["linearization"], **settings, where=where, log=network.log)
    words = artifacts.Linearization.read(output["linearization"], large=False).word_ids
    integration_run(
        files, output, identity=network.identity, shown_words=words, where=where, log=network.log
    )


def linearize_run(
    files,
    output: str,
    *,
    spectrum_points: int,
    shown_words: int,
    memory_mb: int | None,
    where: torch.device,
    log: Log,
):
    """Linearise at a sample of the manifold's slow points and measure what words do there.

    Parameters
    ----------
    files
        Paths of the network's and its task's files, by stem.
    output
        linearization.npz.
    spectrum_points
        Number of slow points in the sample.
    shown_words
        Number of words of a text whose effects are measured.
    memory_mb
        Budget of the arrays of a chunk, in MB; None for the default.
    where, log
        The device, and what takes one line.
    """
    started = time.process_time()
    classifier = load_classifier(files["model"], files["run"]).to(where)
    slow = artifacts.SlowPoints.read(files["slow_points"])
    index, centre = spectrum_sample(slow.points, slow.status, spectrum_points)
    step = analysis_cell(classifier)
    memory = budget(memory_mb)
    points = torch.from_numpy(slow.points[index]).to(where)
    x = torch.from_numpy(slow.x).to(where)
    result = linearize(step, points, x, memory_mb=memory)
    meta, test = artifacts.Meta.read(files["meta"]), read_sentences(files["test"])
    count = len(artifacts.Vocabulary.read(files["vocab"]).words)
    words = chosen_words(meta, test, count, shown_words)
    vectors = classifier.embedding_matrix().double()[torch.from_numpy(words).to(where)]
    readout = classifier.readout_matrix().double()
    effects, spread, moves = word_effects(step, points, x, vectors, readout)
    modes = read_modes(artifacts.SlowModes.read(files["slow_modes"]), index)
    on_modes = word_mode_effects(step, points, x, vectors, modes, memory_mb=memory)
    predicted = linear_prediction(step, points, x, vectors, readout, memory_mb=memory)
    rollout = rollout_error(
        step, points, x, one_word_kicks(step, points, x, vectors), memory_mb=memory
    )
    artifacts.Linearization(
        index=index,
        centre=centre,
        eigenvalues=result.eigenvalues.astype(np.complex64),
        tau=result.tau,
        right=result.right.astype(np.complex64),
        left=result.left.astype(np.complex64),
        input_jacobian=result.input_jacobian.astype(np.float32),
        word_ids=words,
        word_effects=effects,
        word_effects_std=spread,
        word_moves=moves,
        word_mode_effects=on_modes.effects.astype(np.complex64),
        word_along=on_modes.along,
        word_across=on_modes.across,
        linear_error=predicted.relative_error,
        linear_r2=float(predicted.r2),
        rollout_steps=rollout.steps,
        rollout_error=rollout.relative_error,
        rollout_drift=rollout.drift,
        seconds=time.process_time() - started,
    ).write(output)
    log(
        f"longest time constants at the centre: "
        f"{', '.join(f'{tau:.4g}' for tau in result.tau[centre][:5])} words"
    )


def spectrum_sample(points: np.ndarray, status: np.ndarray, size: int) -> tuple[np.ndarray, int]:
    """Return a sample of the slow points that stand for the manifold, spread over their order.

    Parameters
    ----------
    points
        Slow points (n, S).
    status
        What became of each, (n,); see `geometry.frame.manifold_rows`.
    size
        Number of them to take; the centre of the manifold comes on top if it is not among them.

    Returns
    -------
    ndarray
        Rows of the points.
    int
        The place of the centre, see `geometry.frame.centre_row`, among these rows.
    """
    rows, centre = manifold_rows(status), centre_row(points, status)
    spread = rows[np.linspace(0, len(rows) - 1, min(size, len(rows))).astype(int)]
    index = np.unique(np.append(spread, centre))
    return index, int(np.searchsorted(index, centre))


def read_modes(modes: artifacts.SlowModes, rows: np.ndarray) -> SlowModes:
    """Return the slow modes at some rows of slow_modes.npz, as many as were kept."""
    names = ("count", "eigenvalues", "tau", "right", "left", "error", "gap", "route")
    kept = {name: getattr(modes, name)[rows] for name in names}
    kept["count"] = kept["count"].clip(0, kept["eigenvalues"].shape[1])
    audit = Audit(*(getattr(modes, f"audit_{field.name}") for field in fields(Audit)))
    return SlowModes(**kept, audit=audit)


@torch.no_grad()
def one_word_kicks(
    step, points: torch.Tensor, x: torch.Tensor, vectors: torch.Tensor
) -> torch.Tensor:
    """Return what one word adds to each point, (n, S); the words (W, E) take turns."""
    words = vectors[torch.arange(len(points), device=points.device) % len(vectors)]
    hold = x.expand(len(points), -1)
    return step(points, words) - step(points, hold)


def chosen_words(meta: Mapping[str, Any], test: Sentences, words: int, shown: int) -> np.ndarray:
    """Return ids of the words whose effects are measured: of a synthetic task all.

    Of a text these are the most frequent, and as many of the most telling ones, with the largest
    log-odds of a class among words read at least five times.

    Parameters
    ----------
    meta
        meta.json of the task.
    test
        Its test sentences.
    words
        Number of words of the vocabulary.
    shown
        Number of words of a text to choose.
    """
    if meta["kind"] == "synthetic":
        return np.arange(words)
    labels = np.repeat(test.labels, test.lengths, axis=0)
    if labels.ndim == 1:
        labels = labels[:, None] == np.arange(meta["classes"])
    counts = (
        np.stack([np.bincount(test.tokens, weights=column, minlength=words) for column in labels.T])
        + 0.5
    )
    total = np.bincount(test.tokens, minlength=words)
    share = counts / counts.sum(axis=1, keepdims=True)
    odds = np.abs(np.log(share / share.mean(axis=0))).max(axis=0)
    frequent = np.argsort(-total[2:], kind="stable")[: (shown + 1) // 2] + 2
    rest = np.setdiff1d(np.flatnonzero(total >= TELLING_COUNT), np.append(frequent, [0, 1]))
    telling = rest[np.argsort(-odds[rest], kind="stable")[: shown // 2]]
    return np.sort(np.append(frequent, telling))
