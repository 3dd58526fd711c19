"""The networks of a plan by kind, and of those that translate which ones pages show."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from rnn_geometry.config.design import Design
from rnn_geometry.config.shown import first_of_each
from rnn_geometry.identity import Network


class Translating:
    """A part of `plan.Plan`, which makes these.

    Attributes
    ----------
    settings
        Checked settings.
    design
        All networks that are asked for.
    networks
        The same as a list.
    leading
        Names of the tasks that pages show.
    """

    settings: Mapping[str, Any]
    design: Design
    networks: list[Network]
    leading: set[str]

    @cached_property
    def classifiers(self) -> list[Network]:
        """Networks that classify sentences."""
        return [network for network in self.networks if not self.design.translates(network)]

    @cached_property
    def translators(self) -> list[Network]:
        """Networks that translate pairs of phrases."""
        return [network for network in self.networks if self.design.translates(network)]

    @cached_property
    def judged_translators(self) -> list[Network]:
        """Translators that claims are about."""
        return [network for network in self.design.judged if self.design.translates(network)]

    @cached_property
    def shown_translators(self) -> list[Network]:
        """Translators with figures of their own, controls and those of sweeps left out."""
        mine = [n for n in self.judged_translators if n.task in self.leading and not n.is_control]
        return first_of_each(mine) if self.settings["figures"] == "first" else mine

    @cached_property
    def first_translators(self) -> list[Network]:
        """The first of them of every task and model."""
        return first_of_each(self.shown_translators)
