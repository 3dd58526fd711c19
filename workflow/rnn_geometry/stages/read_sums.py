"""Sentences read place by place by a classifier without a step, or one beside it with a step."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.networks.classifier import Classifier, load_classifier, prepare_device
from rnn_geometry.networks.decided_exchanged import carried_at
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.places_read import Seen, cuts_of, places_read
from rnn_geometry.stages.transformer_numbers import MOST, sums
from rnn_geometry.store.artifacts import Meta
from rnn_geometry.store.hashes import check_prepared
from rnn_geometry.store.readings import PlacesRead
from rnn_geometry.tasks.sentences import Sentences, read_sentences
from rnn_geometry.tasks.synthetic import Task, build_task

EXCHANGED = 400  # sentences


def run(network: NetworkJob) -> None:
    """Write places_read.npz of one network."""
    files, mine = network.input, network.network
    meta = Meta.read(files["meta"])
    check_prepared(meta, files)
    prepare_device("cpu", network.threads)
    classifier = load_classifier(files["model"], files["run"])
    test = read_sentences(files["test"])
    first = test.subset(np.arange(min(MOST, len(test))))
    task = build_task(meta["family"], **meta["options"])
    found = sums_read(classifier, task, first, mine.seed_for("exchange"))
    found.write(network.output["places_read"])
    network.log(f"{mine}: {len(found.words)} sentences read place by place")


@torch.no_grad()
def sums_read(classifier: Classifier, task: Task, test: Sentences, seed: int) -> PlacesRead:
    """Return what a classifier makes of sentences, place by place.

    Parameters
    ----------
    classifier
        With a step or without.
    task
        Of the sentences, whose scores are known.
    test
        Held-out sentences of one length, two words or more.
    seed
        Draws which sentence is exchanged with which, and places on the map.
    """
    words = test.padded()[0]
    states = classifier.states(torch.from_numpy(words))[..., : classifier.cell.hidden_size]
    said = _chances(classifier.logits(states), task.multi_label).numpy()
    seen = Seen(words, states.double().numpy(), sums(task, test), said)
    cuts = cuts_of(words.shape[1] - 1)
    none = np.full((len(cuts), 3), np.nan)  # labels are no single decision
    tokens = torch.from_numpy(words[:EXCHANGED])
    carried = none if task.multi_label else carried_at(classifier, tokens, cuts, seed=seed)
    rng = np.random.default_rng(seed)
    return places_read(seen, said, right_at(task, words), cuts, carried, rng)


def _chances(logits: Tensor, multi_label: bool) -> Tensor:
    """Return the chances of classes, or of each label, from logits (n, T, C)."""
    return logits.double().sigmoid() if multi_label else logits.double().softmax(-1)


def right_at(task: Task, words: np.ndarray) -> np.ndarray:
    """Return which classes are right for the words up to each place.

    Parameters
    ----------
    task
        Of the sentences.
    words
        (n, T), ids.

    Returns
    -------
    (n, T, C)
        1 for the class, or for labels that hold; 0 for all classes at a tie.
    """
    count, length = words.shape
    ends = (np.full(count, end) for end in range(1, length + 1))
    labels = np.stack([task.labels_of(words, end) for end in ends], 1)
    if task.multi_label:
        return labels
    return (labels[..., None] == np.arange(len(task.class_names))).astype(float)
