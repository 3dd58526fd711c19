"""Training networks whose readout looks back, from files to files.

A stage of its own, so that networks which read their last state depend on none of its code. It
leaves in model.safetensors what analyses know: word vectors, cell and readout. What is known of the
step and of the directions R holds for both readouts; accuracies in run.json are of the pooled one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from rnn_geometry.networks.classifier import save_classifier
from rnn_geometry.networks.pooled import build_pooled, without_query, write_query
from rnn_geometry.networks.pooled_training import train_pooled
from rnn_geometry.networks.pooling import ATTENTION, POOLING
from rnn_geometry.networks.training import Recipe
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.train import TaskData, Training, fixed_word_vectors
from rnn_geometry.store.artifacts import Record


def run(network: NetworkJob) -> None:
    """Train one network; beside what `train` writes, `output` has `pooling`: the query.

    Parameters
    ----------
    network
        What is known of it.
    """
    data = _data_of(tuple(sorted(network.input.items())))
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


@lru_cache(maxsize=1)
def _data_of(files: tuple[tuple[str, str], ...]) -> TaskData:
    """Return what is read of a task: once for the networks of a job."""
    return TaskData(dict(files))


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
