"""Limits that a cluster enforces: ten times what was measured, or more; twice that in a retry.

What needs no more than 1 GB and ten minutes asks for nothing: the profiles' `default-resources`
hold these.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from rnn_geometry.config.followed import FOLLOWED, POOLED, TRAIN
from rnn_geometry.config.pipeline import TEXTS
from rnn_geometry.config.plan import Plan
from rnn_geometry.config.stage_blocks import StageBlock
from rnn_geometry.identity import Network

Limit = Callable[[Any, int], int]  # of wildcards and the number of the attempt
DRIVER_MB = 2000  # of a GPU, in the memory of the machine
BATCH_MB = 350  # that networks trained as one batch keep between the ways forth and back
MANY_WORDS = 30_000  # taken for a vocabulary that is not limited
PAIR_WORDS = 40  # taken for a phrase of a task that does not say how long phrases are
HUB_MB = 350  # taken for a set on the hub, whose size is not known before it is read


def doubled(value: float) -> Limit:
    """Return a limit that doubles with every retry.

    Parameters
    ----------
    value
        The limit of the first try, in MB or minutes.
    """
    return lambda wildcards, attempt: int(value) * 2 ** (attempt - 1)


def short_mb(network: Network) -> float:
    """Return the memory of what reads the arrays of a network."""
    return 1000


def short_minutes(network: Network) -> float:
    """Return the time of what takes seconds a network."""
    return 10


class Limits:
    """Memory in MB and run time in minutes of the jobs of a plan."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.driver_mb = 0 if plan.settings["device"] == "cpu" else DRIVER_MB
        self.gpu = int(plan.settings["device"] != "cpu")

    def source_mb(self, task: str) -> float:
        """Return the size of the files that a task is read from; 0 for synthetic ones."""
        if not self._is_text(task):
            return 0
        files = self.plan.tasks[task].get("files", {}).values()
        return sum(os.path.getsize(file) for file in files) / 1e6 or HUB_MB

    def _is_text(self, task: str) -> bool:
        """Tell whether a task is read from files of texts."""
        return self.plan.data_of(task) in ("text", "running")

    # What reads all texts of a task

    def texts_mb(self, wildcards: Any, attempt: int) -> int:
        """Memory: 25 MB for each MB of compressed files were measured."""
        return int(2000 + 30 * self.source_mb(wildcards.task)) * 2 ** (attempt - 1)

    def texts_minutes(self, wildcards: Any, attempt: int) -> int:
        """Time: 2 CPU s for each MB of files were measured."""
        return int(20 + 0.5 * self.source_mb(wildcards.task)) * 2 ** (attempt - 1)

    def task_minutes(self, wildcards: Any, attempt: int) -> int:
        """Time of what reads all networks of a task."""
        return (20 + len(self.plan.design.networks[wildcards.task])) * 2 ** (attempt - 1)

    @property
    def tables_mb(self) -> Limit:
        """Memory of what reads all networks."""
        return doubled(1000 + len(self.plan.judged))

    @property
    def tables_minutes(self) -> Limit:
        """Time of what reads all networks."""
        return doubled(10 + len(self.plan.judged) // 100)

    portray_mb = staticmethod(doubled(2000))

    # Jobs that hold many networks: the time of all of them, the memory of the largest

    def of_block(self, block: StageBlock) -> dict[str, Any]:
        """Return memory, time and GPUs of the jobs of a block; the key `limits` overrules them.

        Parameters
        ----------
        block
            A stage and its networks; the largest of these sets the limit.

        Returns
        -------
        dict
            Resources by the names that Snakemake gives them.
        """
        megabytes, minutes, gpu = {
            TRAIN: (self.training_mb, self.training_minutes, self.gpu),
            FOLLOWED: (self.training_mb, self.training_minutes, self.gpu),
            POOLED: (self.training_mb, self.training_minutes, self.gpu),
            "train_translator": (self.training_mb, self.translating_minutes, self.gpu),
            "train_language_model": (self.training_mb, self.translating_minutes, self.gpu),
            "train_text_model": (self.training_mb, self.text_model_minutes, self.gpu),
            "train_transformer": (self.training_mb, self.training_minutes, self.gpu),
            "train_transformer_lm": (self.training_mb, self.translating_minutes, self.gpu),
            "import_network": (short_mb, short_minutes, 0),
            "geometry": (short_mb, short_minutes, 0),
            "plot_network": (short_mb, short_minutes, 0),
            "plot_attention": (short_mb, short_minutes, 0),
            "plot_language": (short_mb, short_minutes, 0),
        }.get(block.stage, (self.analysis_mb, self.analysis_minutes, self.gpu))
        networks = block.block.networks
        return {
            "mem_mb": lambda wildcards, attempt: (
                int(max(map(megabytes, networks(wildcards.task)))) * 2 ** (attempt - 1)
            ),
            "runtime": lambda wildcards, attempt: (
                int(sum(map(minutes, networks(wildcards.task)))) * 2 ** (attempt - 1)
            ),
            "gpu": gpu,
            **self._asked_for(block.stage),
        }

    def _asked_for(self, stage: str) -> dict[str, Any]:
        """Return what the key `limits` says; of other trainings what it says of training."""
        limits = self.plan.settings["limits"]
        return limits.get(stage, limits.get(TRAIN, {}) if stage in (FOLLOWED, POOLED) else {})

    def training_mb(self, network: Network) -> float:
        """Memory of a training.

        Sentences (6 MB for each of the file were measured), networks with their moments, and what
        those in one batch keep: `networks.training` bounds it, whatever their number.
        """
        hidden = self.plan.models[network.model]["hidden_size"]
        sentences = BATCH_MB + 15 * self._sentences_mb(network.task)
        return 2000 * max(1, hidden / 256) + self.driver_mb + sentences

    def training_minutes(self, network: Network) -> float:
        """Time of a training: a GRU of 256 units reads 26,000 words a second on one core."""
        hidden = self.plan.models[network.model]["hidden_size"]
        return 10 + self._training_words(network) * hidden / 4e7

    def translating_minutes(self, network: Network) -> float:
        """Time of a training: a GRU of 64 units reads and says 200,000 words a second."""
        task, model = self.plan.tasks[network.task], self.plan.models[network.model]
        longest = task.get("length") or PAIR_WORDS
        pairs = (model["steps"] or 0) * model["batch_size"]
        pairs += (model["epochs"] or 0) * task["train_size"]
        words = 2 * pairs * (max(longest) if isinstance(longest, list) else longest)
        return 10 + words * model["hidden_size"] / 8e7

    def text_model_minutes(self, network: Network) -> float:
        """Time of a training: a GRU of 128 units says 9,000 of 5,000 words a second."""
        hidden = self.plan.models[network.model]["hidden_size"]
        known = self.plan.tasks[network.task].get("vocabulary_size") or MANY_WORDS
        return 10 + self._training_words(network) * hidden * known / 3e10

    def analysis_mb(self, network: Network) -> float:
        """Memory of an analysis.

        Chunks of states within a budget, and all sentences of the task.
        """
        hidden = self.plan.models[network.model]["hidden_size"]
        chunks = 2000 * max(1, hidden / 128) + (self.plan.settings["analysis"]["memory_mb"] or 0)
        return chunks + self.driver_mb + 8 * self.source_mb(network.task)

    def analysis_minutes(self, network: Network) -> float:
        """Time of an analysis.

        5 to 54 CPU s a network were measured at 128 units and 1,000 states.
        """
        hidden = self.plan.models[network.model]["hidden_size"]
        states = max(1, self.plan.settings["analysis"]["visited_states"] / 1000)
        return 10 * states * max(1, hidden / 128) ** 2

    def _sentences_mb(self, task: str) -> float:
        """Size of the training sentences of a text task.

        Before they are there, that of the source.
        """
        if not self._is_text(task):
            return 0
        name = TEXTS[0] if task in self.plan.running else "train.parquet"
        file = self.plan.of_task(name).format(task=task)
        return os.path.getsize(file) / 1e6 if os.path.exists(file) else 0.7 * self.source_mb(task)

    def _training_words(self, network: Network) -> float:
        """About how many words the training of one network reads."""
        task, model = self.plan.tasks[network.task], self.plan.models[network.model]
        text, steps = self._is_text(network.task), model["steps"]
        longest = task.get("length_limit") or 400 if text else task["length"]
        longest = max(longest) if isinstance(longest, list) else longest
        least = (model["min_steps"] if steps is None else steps) or 0
        by_steps = least * model["batch_size"] * longest
        if steps is not None:
            return by_steps
        if text:  # 1.5 bytes of a word in the compressed file
            return max(by_steps, model["epochs"] * self._sentences_mb(network.task) * 1e6 / 1.5)
        return max(by_steps, model["epochs"] * task["train_size"] * longest)
