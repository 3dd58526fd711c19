"""What a task or a network is, apart from the configuration: data, seeds, control.

Stages that train and analyse import this and not `settings`, so that a change in how a
configuration is read computes nothing again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

NETWORKS = "runs"  # folder of all networks below the results
UNTRAINED, SHUFFLED_LABELS, RESERVOIR = "untrained", "shuffled_labels", "reservoir"
# Names of controls end so: of a model, or of a task where the control is one of its own.
ENDINGS = {UNTRAINED: "-untrained", SHUFFLED_LABELS: "-shuffled", RESERVOIR: "-reservoir"}
DATA = "-data"  # before the data seed in the name of a task, which the ending of a control follows
# Keys of a task that the workflow reads itself; all others go to the family's builder.
WORKFLOW_TASK_KEYS = ("name", "family", "family_source", "data_seed", "shuffled_labels")
SYNTHETIC_SIZES = ("train_size", "dev_size", "test_size")


def family_options(task: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a task that belong to its family's builder.

    Parameters
    ----------
    task
        The task as it is configured.
    """
    own = (
        WORKFLOW_TASK_KEYS if task["family"] == "text" else (*WORKFLOW_TASK_KEYS, *SYNTHETIC_SIZES)
    )
    return {key: value for key, value in task.items() if key not in own}


def derive_seed(purpose: str, *wildcards: Any) -> int:
    """Return a seed for one purpose of one job.

    Parameters
    ----------
    purpose
        A word of its own for each use.
    wildcards
        What the job is about.

    Returns
    -------
    int
        63 bits; the same arguments give the same seed on every machine.
    """
    text = "/".join(map(str, (purpose, *wildcards)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def original_task(task: str) -> str:
    """Return the task that one of shuffled labels is made of, any other as it is.

    Parameters
    ----------
    task
        Its name.

    Examples
    --------
    >>> original_task("categorical-3-shuffled")
    'categorical-3'
    """
    return task.removesuffix(ENDINGS[SHUFFLED_LABELS])


def with_data_seed(task: str, seed: int) -> str:
    """Return the name of a task whose sentences are drawn from one of several data seeds.

    Parameters
    ----------
    task
        Its name in the configuration.
    seed
        The data seed.

    Examples
    --------
    >>> with_data_seed("ordered-5", 200)
    'ordered-5-data200'
    """
    return f"{task}{DATA}{seed}"


def names_data_seed(task: str) -> bool:
    """Tell whether the name of a task ends in a data seed.

    Parameters
    ----------
    task
        The name, without the ending of a control.
    """
    return re.search(rf"{DATA}[0-9]+$", task) is not None


def base_task(task: str) -> str:
    """Return the name of a task in the configuration, without data seed and control.

    Parameters
    ----------
    task
        The name, as folders and tables bear it.

    Examples
    --------
    >>> base_task("ordered-5-data200-shuffled")
    'ordered-5'
    """
    return re.sub(rf"{DATA}[0-9]+$", "", original_task(task))


def run_folder(run: Mapping[str, Any]) -> str:
    """Return the folder of a network below the results.

    Parameters
    ----------
    run
        A row of a table, or run.json.
    """
    return Network.of(run).folder


class Network(NamedTuple):
    """One network: a task, an entry of `models`, an L2 strength as text, a seed."""

    task: str
    model: str
    l2: str
    seed: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Network:
        """Return the network that a row of a table, or run.json, is about.

        Parameters
        ----------
        row
            Holds task, model, l2 and seed, and what else there is.
        """
        return cls(*(row[name] for name in cls._fields))

    def __str__(self) -> str:
        """Return the network in words, such as `categorical-3, gru, L2 3e-4, seed 10`."""
        return f"{self.task}, {self.model}, L2 {self.l2}, seed {self.seed}"

    @property
    def is_control(self) -> bool:
        """Whether it is a control, by the names that `Design` gives."""
        return self != self.original

    @property
    def original(self) -> Network:
        """The network that a control is paired with: same weights at the start; else itself."""
        model = self.model.removesuffix(ENDINGS[UNTRAINED]).removesuffix(ENDINGS[RESERVOIR])
        return self._replace(task=original_task(self.task), model=model)

    def seed_for(self, purpose: str) -> int:
        """Return the 63-bit seed for one purpose, see `derive_seed`.

        A control has the seeds of the network that it is paired with: the same initial weights,
        batches and places in the texts.
        """
        return derive_seed(purpose, *self.original)

    @property
    def name(self) -> str:
        """What tells the network from others of its task; the end of its folder."""
        return f"{self.model}/l2-{self.l2}/seed-{self.seed}"

    @property
    def folder(self) -> str:
        """The folder of the network below the results."""
        return f"{NETWORKS}/{self.task}/{self.name}"


def network_of(path: str) -> Network:
    """Return the network that a file below the results belongs to.

    Parameters
    ----------
    path
        The file.

    Examples
    --------
    >>> network_of("results/runs/a/gru/l2-3e-4/seed-1/run.json").name
    'gru/l2-3e-4/seed-1'
    """
    found = re.findall(rf"(?:^|/){NETWORKS}/([^/]+)/([^/]+)/l2-([^/]+)/seed-([0-9]+)(?=/|$)", path)
    task, model, l2, seed = found[-1]
    return Network(task, model, l2, int(seed))


def is_control(network: Network) -> bool:
    """Tell whether a network is a control by the names that `Design` gives.

    Parameters
    ----------
    network
        The network.
    """
    return network.is_control
