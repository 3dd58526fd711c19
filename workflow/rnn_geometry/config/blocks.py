"""Which networks share a job.

Starting a process and importing torch costs more than analysing a small network. Networks of one
task, of any model and seed, therefore share a job of a stage, `networks_per_job` at most. They are
taken seed by seed, so that seeds that are added later fill blocks of their own. Blocks of the same
networks on several tasks share a rule, with the task as wildcard.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rnn_geometry.identity import Network

Member = tuple[str, str, int]  # model, l2, seed: all that a network is but its task


@dataclass(frozen=True)
class Block:
    """Networks that share a job, on every task that has just these.

    Attributes
    ----------
    name
        What it holds, in a form that names of rules and files may have.
    members
        Model, l2 and seed of each network.
    tasks
        The tasks whose networks these are.
    """

    name: str
    members: tuple[Member, ...]
    tasks: tuple[str, ...]

    def networks(self, task: str) -> list[Network]:
        """Return the networks of one task."""
        return [Network(task, *member) for member in self.members]


def blocks(networks: Iterable[Network], size: int) -> list[Block]:
    """Return the blocks of some networks.

    Parameters
    ----------
    networks
        Networks of any tasks, without doubles.
    size
        The largest number of networks in a block.
    """
    tasks_of: dict[tuple[Member, ...], list[str]] = {}
    for task, members in _by_task(networks).items():
        for start in range(0, len(members), size):
            tasks_of.setdefault(tuple(members[start : start + size]), []).append(task)
    names = _distinct_names(list(tasks_of))
    return [Block(names[members], members, tuple(tasks)) for members, tasks in tasks_of.items()]


def _distinct_names(shapes: list[tuple[Member, ...]]) -> dict[tuple[Member, ...], str]:
    """Name blocks by what they hold: shortly, with L2, and with a hash where that is not enough."""
    found = {}
    for name_of in (
        plain_name,
        full_name,
        lambda members: f"{plain_name(members)}-{digest(members)}",
    ):
        left = {members: name_of(members) for members in shapes if members not in found}
        common = Counter(left.values())
        found |= {members: name for members, name in left.items() if common[name] == 1}
    return found


def _by_task(networks: Iterable[Network]) -> dict[str, list[Member]]:
    """Return the members of every task seed by seed; models and L2 keep their order."""
    found: dict[str, list[Member]] = {}
    for network in networks:
        found.setdefault(network.task, []).append((network.model, network.l2, network.seed))
    return {task: sorted(members, key=lambda member: member[2]) for task, members in found.items()}


def plain_name(members: tuple[Member, ...]) -> str:
    """Return model and seed of the first and last network, with l2 where a model has several."""
    several = len({member[:2] for member in members}) > len({model for model, *_ in members})
    return full_name(members) if several else _ends(f"{m}-{seed}" for m, _, seed in members)


def full_name(members: tuple[Member, ...]) -> str:
    """Return model, l2 and seed of the first and the last network."""
    return _ends(f"{model}-l2-{l2}-{seed}" for model, l2, seed in members)


def _ends(names: Iterable[str]) -> str:
    first, *rest = names
    return f"{first}_to_{rest[-1]}" if rest else first


def digest(members: tuple[Member, ...]) -> str:
    """Return six characters that tell blocks with the same ends apart."""
    return hashlib.sha256(repr(members).encode()).hexdigest()[:6]
