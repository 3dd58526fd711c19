"""What of a running score is left without a step: numbers of one classifier, with one or without.

All of it on the CPU: networks are small, and only test sentences are read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from rnn_geometry.dynamics.additivity import additivity_r2, additivity_r2_fitted
from rnn_geometry.geometry.dimension import components_for, participation_ratio
from rnn_geometry.geometry.frame import seen_entries
from rnn_geometry.geometry.running_score import running_score
from rnn_geometry.geometry.transformers import (
    CARRIED,
    SCORE,
    TRANSFORMER_CELL,
    WITHOUT_STEP,
    WORDS_ADD,
    places,
    relative_scores,
)
from rnn_geometry.networks.classifier import Classifier, load_classifier, prepare_device
from rnn_geometry.networks.states import visit
from rnn_geometry.networks.transformer import has_no_step
from rnn_geometry.networks.whole_texts import carried, word_kicks
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store.artifacts import Meta, Record
from rnn_geometry.store.columns import check_numbers
from rnn_geometry.store.hashes import check_prepared
from rnn_geometry.store.transformers import TransformerNumbers
from rnn_geometry.tasks.sentences import Sentences, read_sentences
from rnn_geometry.tasks.synthetic import Task, build_task

MOST = 1000  # test sentences
MEASURED = (*("task", "model", "l2", "seed", "control"), "test_accuracy", "train_seconds")


def run(network: NetworkJob) -> None:
    """Write transformer.json of one network."""
    files, mine = network.input, network.network
    record, meta = Record.read(files["run"]), Meta.read(files["meta"])
    check_prepared(meta, files)
    prepare_device("cpu", network.threads)
    classifier = load_classifier(files["model"], files["run"])
    test = read_sentences(files["test"])
    first = test.subset(np.arange(min(MOST, len(test))))
    numbers = {
        **{name: getattr(record, name) for name in MEASURED},
        "loss_falling": None if record.loss_falling is None else int(record.loss_falling),
        **{name: meta[name] for name in ("classes", "dimension_expected")},
        **shape(classifier, record.cell),
        **dimensions(classifier, test, network.settings, mine.seed_for("states")),
        **score_numbers(classifier, meta, first, mine.seed_for("exchange")),
    }
    numbers = {name: defined(value) for name, value in numbers.items()}
    check_numbers(f"transformer.json of {mine}", numbers, WITHOUT_STEP)
    ordered = {name: numbers[name] for name in WITHOUT_STEP}
    TransformerNumbers(facts=ordered).write(network.output["transformer"])
    told = ("score_read_together", "carried_one_place", "word_additivity_fitted")
    network.log(f"{mine}: {', '.join(f'{name} {numbers[name]}' for name in told)}")


def shape(model: Classifier, cell: str) -> dict[str, Any]:
    """Return the columns `cell` and `hidden_size` of a network.

    Parameters
    ----------
    model
        The network.
    cell
        What its run.json names.
    """
    shown = TRANSFORMER_CELL if has_no_step(model.cell) else cell
    return {"cell": shown, "hidden_size": model.cell.hidden_size}


def dimensions(
    classifier: Classifier, test: Sentences, settings: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """Return the dimension of what the readout sees, at places that are drawn and at the last word.

    Of the places of states.npz, so that a network with a step has the numbers of runs.csv.

    Parameters
    ----------
    classifier
        The network.
    test
        Test sentences.
    settings
        Of the analysis: visited_states, trajectories.
    seed
        Draws the places.
    """
    drawn = {"visited": settings["visited_states"], "trajectories": settings["trajectories"]}
    states = visit(classifier, test, **drawn, seed=seed)
    seen, found = seen_entries(states["readout"]), {}
    for name in ("visited", "final"):
        points = states[name][:, seen]
        found[f"participation_ratio_{name}"] = participation_ratio(points)
        found[f"components_95_{name}"] = components_for(points, 0.95)
    return found


@torch.no_grad()
def score_numbers(
    classifier: Classifier, meta: Mapping[str, Any], test: Sentences, seed: int
) -> dict[str, Any]:
    """Return how sums so far are read, whether words add, and by which places they are carried.

    Parameters
    ----------
    classifier
        The network.
    meta
        meta.json of its task.
    test
        Test sentences.
    seed
        Draws which sentence is exchanged with which.

    Returns
    -------
    dict
        By the names of `SCORE`, `WORDS_ADD` and `CARRIED` of `geometry.transformers`; None where
        sums are not known, of texts, and where sentences differ in length.
    """
    nothing = dict.fromkeys([*SCORE, *WORDS_ADD, *CARRIED])
    if meta["kind"] != "synthetic" or len(set(test.lengths.tolist())) != 1:
        return nothing
    task, length = build_task(meta["family"], **meta["options"]), int(test.lengths[0])
    tokens = torch.from_numpy(test.padded()[0])
    score = running_score(classifier.states(tokens).double().numpy(), sums(task, test))
    kicks = word_kicks(classifier, task.neutral, length).double().numpy()
    logits = classifier(tokens, torch.from_numpy(test.lengths)).double().numpy()
    blank = torch.full((1, length), task.neutral)
    alone = classifier(blank, torch.tensor([length])).double().numpy()
    return {
        **nothing,
        **{f"score_read_{at}": score.by_place[n - 1] for at, n in places(length).items()},
        "score_read_together": score.together,
        "word_additivity": additivity_r2(test, kicks, logits - alone),
        "word_additivity_fitted": additivity_r2_fitted(test, kicks, logits),
        **({} if task.multi_label else _carried(classifier, tokens, seed)),
    }


def _carried(classifier: Classifier, tokens: torch.Tensor, seed: int) -> dict[str, Any]:
    """Return the columns CARRIED; of a network with a step they follow from what a step is."""
    if not has_no_step(classifier.cell):
        return {"carried_one_place": 1.0, "carried_other_places": 0.0}
    found = carried(classifier, tokens, seed=seed)
    return {f"carried_{name}": value for name, value in found._asdict().items()}


def sums(task: Task, sentences: Sentences) -> np.ndarray:
    """Return what the words up to each place sum to.

    Parameters
    ----------
    task
        Of the sentences.
    sentences
        n, all of T words.

    Returns
    -------
    (n, T, D)
        Of classes relative to what all share.
    """
    tokens, lengths = sentences.padded()
    ends = range(1, int(lengths[0]) + 1)
    totals = np.stack([task.totals(tokens, np.full(len(tokens), end)) for end in ends], 1)
    return relative_scores(totals, len(task.class_names), task.multi_label)


def defined(value: Any) -> Any:
    """Return a value of a table; None for a number that is none.

    Parameters
    ----------
    value
        Of any kind.
    """
    return None if isinstance(value, float) and not math.isfinite(value) else value
