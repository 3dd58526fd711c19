"""Training networks whose readout looks back, from files to files.

A stage of its own, so that networks which read their last state depend on none of its code. It
leaves in model.safetensors what analyses know: word vectors, cell and readout. What is known of the
step and of the directions R holds for both readouts; accuracies in run.json are of the pooled one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rnn_geometry.networks.classifier import save_classifier
from rnn_geometry.networks.pooled import build_pooled, without_query, write_query
from rnn_geometry.networks.pooled_training import train_pooled
from rnn_geometry.networks.pooling import ATTENTION, POOLING
from rnn_geometry.networks.training import Recipe
from rnn_geometry.stages.network_job import NetworkJob, tried
from rnn_geometry.stages.train import TaskData, Training, fixed_word_vectors
from rnn_geometry.store.artifacts import Record


def run_together(networks: Sequence[NetworkJob]) -> Iterator[tuple[NetworkJob, Exception | None]]:
    """Train networks one by one; those of one task read its files once.

    Parameters
    ----------
    networks
        What is known of each; beside what `train` writes, `output` has `pooling`: the query.

    Yields
    ------
    tuple
        A network as soon as its files are written, or it has failed, and then why.
    """
    by_files: dict[tuple, list[NetworkJob]] = {}
    for network in networks:
        by_files.setdefault(tuple(sorted(network.input.items())), []).append(network)
    for group in by_files.values():
        data, error = tried(TaskData, group[0].input)
        for network in group:
            yield network, error if data is None else tried(_train, network, data)[1]


def _train(network: NetworkJob, data: TaskData) -> None:
    training = PooledTraining(network, data, named=False)
    result = train_pooled(
        training.classifier,
        data.splits["train"],
        data.splits["dev"],
        Recipe.from_settings(training.settings),
        batch_seed=training.seeds["batches"],
        log=training.log,
        checkpoint=training.checkpoint,
    )
    training.finish(result)


class PooledTraining(Training):
    """One network before and after its training.

    Parameters
    ----------
    network
        What is known of it.
    data
        Its task.
    named
        Whether lines of the log name it, since others write between them.
    """

    def __init__(self, network: NetworkJob, data: TaskData, *, named: bool):
        super().__init__(network, data, named=named)
        where = self.classifier.embedding.device
        made_of = self.origin["network"]
        vectors = fixed_word_vectors(data.meta, data.words)
        pooled = build_pooled(made_of, vectors, seed=self.seeds["initialisation"])
        self.classifier = pooled.to(where)
        self.origin["network"] = {**made_of, POOLING: ATTENTION}

    def _record(self, result: Any, found: Mapping[str, Any]) -> Record:
        """Return what run.json holds, once the query has a file of its own."""
        write_query(self.network.output[POOLING], self.classifier)
        save_classifier(Path(self.network.output["model"]), without_query(self.classifier))
        return super()._record(result, found)
