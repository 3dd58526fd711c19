"""The networks of a plan by kind, and of those that translate which ones pages show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from rnn_geometry.config.design import Design
from rnn_geometry.config.kinds import CLASSIFIER, LANGUAGE_MODEL, TRANSLATOR
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

    def of_kind(self, kind: str, networks: Iterable[Network] | None = None) -> list[Network]:
        """Return the networks of a kind, among some of them or all."""
        among = self.networks if networks is None else networks
        return [network for network in among if self.design.kind(network) == kind]

    @cached_property
    def classifiers(self) -> list[Network]:
        """Networks that classify sentences."""
        return self.of_kind(CLASSIFIER)

    @cached_property
    def translators(self) -> list[Network]:
        """Networks that translate pairs of phrases."""
        return self.of_kind(TRANSLATOR)

    @cached_property
    def language_models(self) -> list[Network]:
        """Networks that say the next word."""
        return self.of_kind(LANGUAGE_MODEL)

    @cached_property
    def judged_translators(self) -> list[Network]:
        """Translators that claims are about."""
        return self.of_kind(TRANSLATOR, self.design.judged)

    @cached_property
    def shown_translators(self) -> list[Network]:
        """Translators with figures of their own, controls and those of sweeps left out."""
        mine = [n for n in self.judged_translators if n.task in self.leading and not n.is_control]
        return first_of_each(mine) if self.settings["figures"] == "first" else mine

    @cached_property
    def first_translators(self) -> list[Network]:
        """The first of them of every task and model."""
        return first_of_each(self.shown_translators)
