"""Rules of the graph: each is one stage for one block of networks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rnn_geometry.config.blocks import Block
from rnn_geometry.config.pipeline import NETWORK_STAGES, Stage, key_of
from rnn_geometry.config.plain import plain

if TYPE_CHECKING:
    from rnn_geometry.config.plan import Plan

NETWORK = "runs/{task}/{model}/l2-{l2}/seed-{seed}"


class StageBlock:
    """A rule of the graph: one stage for one block of networks.

    Patterns keep the task as wildcard.
    """

    def __init__(self, plan: Plan, stage: str, block: Block):
        self.plan, self.stage, self.block = plan, stage, block
        self.entry: Stage = NETWORK_STAGES[stage]
        self.name, self.tasks = block.name, block.tasks
        self.rule = f"{stage}.{block.name}"
        self.task_pattern = "|".join(map(re.escape, block.tasks))

    def _of_networks(self, file: str) -> list[str]:
        return [
            f"{self.plan.results}/{NETWORK}/{file}".format(
                task="{task}", model=model, l2=l2, seed=seed
            )
            for model, l2, seed in self.block.members
        ]

    @property
    def input(self) -> dict[str, str | list[str]]:
        """Files by stem: of networks a list, of their task one."""
        of_networks = {key_of(file): self._of_networks(file) for file in self.entry.reads}
        return of_networks | {key_of(file): self.plan.of_task(file) for file in self.entry.of_task}

    @property
    def output(self) -> dict[str, list[str]]:
        """Files by stem, a list of one for each network."""
        return {key_of(file): self._of_networks(file) for file in self.entry.writes}

    @property
    def panels(self) -> list[tuple]:
        """File, category, caption, labels and subcategory in the report of each panel."""
        return [
            (
                f"{NETWORK}/panel.png".format(task="{task}", model=model, l2=l2, seed=seed),
                "Networks",
                "panel",
                {"model": model, "L2": l2, "seed": str(seed)},
                "{task}",
            )
            for model, l2, seed in self.block.members
        ]

    @property
    def log(self) -> str:
        """The log of a job."""
        return self.plan.path(f"logs/{self.stage}/{{task}}/{self.name}.log")

    @property
    def benchmark(self) -> str:
        """The benchmark file of a job."""
        return self.plan.path(f"benchmarks/{self.stage}/{{task}}/{self.name}.tsv")

    def own(self, wildcards: Any) -> dict[str, Any]:
        """Return the settings that are one network's alone, by the name of the network."""
        networks = self.block.networks(wildcards.task)
        return {network.name: self.plan.own(self.stage, network) for network in networks}

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the analysis that the stage depends on."""
        analysis = self.plan.settings["analysis"]
        return plain({key: analysis[key] for key in sorted(self.entry.settings)})
