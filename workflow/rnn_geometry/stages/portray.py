"""Flow, kicks and traces of networks, for figures and the explorer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from rnn_geometry.dynamics.flow import plane_flow, spread_rows, telling_words, word_kicks
from rnn_geometry.geometry.frame import slow_frame
from rnn_geometry.identity import derive_seed
from rnn_geometry.networks.classifier import (
    Classifier,
    analysis_cell,
    load_classifier,
    prepare_device,
)
from rnn_geometry.networks.traces import trace_sentences
from rnn_geometry.store import formats
from rnn_geometry.store.artifacts import (
    Flow,
    Linearization,
    Meta,
    Portrait,
    SlowPoints,
    Traces,
    Vocabulary,
    write_portraits,
)
from rnn_geometry.store.hashes import check_same_data, data_hashes
from rnn_geometry.tasks.curation import shown_sentences
from rnn_geometry.tasks.sentences import read_sentences


def run(files, output, params, log) -> None:
    """Portray the networks of one task that figures and the explorer show."""
    portray_task(
        {name: files[name] for name in ("model", "run", "slow_points", "linearization")},
        output[0],
        names=params.names,
        task_files={
            name: path
            for name, path in files.items()
            if name in ("test", "vocab", "meta", "tokenizer")
        },
        held_out=params.held_out,
        sentences=params.sentences,
        where=prepare_device(params.device, params.threads),
        log=log,
    )


def portray_task(
    files: Mapping[str, Sequence[str]],
    output: str,
    *,
    names: Sequence[str],
    task_files: Mapping[str, str],
    held_out: int,
    sentences: Sequence[str],
    where: torch.device,
    log,
) -> None:
    """Write the portraits of some networks of one task.

    Parameters
    ----------
    files
        Lists of model, run, slow_points and linearization, one file a network.
    output
        The portrait file.
    names
        `Network.name` of each, such as `gru/l2-3e-4/seed-10`.
    task_files
        Paths of the task's files, by stem.
    held_out
        Number of test sentences to trace.
    sentences
        The user's own, to trace as well.
    where, log
        The device, and what takes one line.
    """
    meta, vocabulary = Meta.read(task_files["meta"]), Vocabulary.read(task_files["vocab"]).words
    # The same sentences for all networks of a task.
    seed = derive_seed("explorer", meta["name"]) % 2**32
    test = read_sentences(task_files["test"])
    shown = shown_sentences(
        meta,
        vocabulary,
        test,
        held_out=held_out,
        configured=sentences,
        seed=seed,
        tokenizer_file=task_files.get("tokenizer"),
    )
    slow = [SlowPoints.read(path) for path in files["slow_points"]]
    linear = [Linearization.read(path, large=False) for path in files["linearization"]]
    words = words_of_task(linear, meta)
    portraits, hashes = {}, data_hashes(task_files)
    for name, model, run, found in zip(names, files["model"], files["run"], slow, strict=True):
        check_same_data(formats.read_json(run), {**task_files, "run": run}, hashes)
        classifier = load_classifier(model, run).to(where)
        readout = classifier.readout_matrix().double().cpu().numpy()
        origin, axes = slow_frame(found.points, readout)
        flow = flow_of(classifier, found, words, origin, axes)
        traces = Traces(**trace_sentences(classifier, shown, origin, axes, seed))
        portraits[name] = Portrait(flow, traces)
        log(name)
    write_portraits(output, portraits)
    log(f"{len(shown.kind)} sentences read word by word in three orders")


def words_of_task(linear: Sequence[Linearization], meta: Mapping[str, Any]) -> np.ndarray:
    """Return the ids (w,) of the words whose kicks are drawn, the same for all networks of a task.

    Parameters
    ----------
    linear
        Of the networks; one with large logits counts no more than others.
    meta
        meta.json of the task.
    """
    effects = [one.word_effects for one in linear]
    mean = np.mean([one / max(one.std(), np.finfo(float).tiny) for one in effects], axis=0)
    return telling_words(linear[0].word_ids, mean, meta["multi_label"], meta["kind"] == "synthetic")


def flow_of(
    classifier: Classifier,
    slow: SlowPoints,
    words: np.ndarray,
    origin: np.ndarray,
    axes: np.ndarray,
) -> Flow:
    """Return the flow over the plane, and kicks of single words (w,) at finite slow points."""
    step, vectors = analysis_cell(classifier), classifier.embedding_matrix().double()
    points = slow.points[np.isfinite(slow.points).all(axis=1)]
    on_device = [
        torch.from_numpy(np.asarray(part)).double().to(vectors.device)
        for part in (points, origin, axes)
    ]
    seen, middle, directions = on_device
    x = torch.from_numpy(slow.x).double().to(vectors.device)
    rows = spread_rows(len(points))
    kicks = word_kicks(
        step, seen[rows], x, vectors[torch.from_numpy(words).to(vectors.device)], directions
    )
    flow = plane_flow(step, middle, directions, seen, x)
    return Flow(**flow, rows=rows, kick_words=words, kicks=kicks)
