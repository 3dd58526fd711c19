"""The networks of a plan by kind, and of those that classify nothing which ones pages show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from rnn_geometry.config.design import Design
from rnn_geometry.config.imports import is_imported
from rnn_geometry.config.kinds import (
    CLASSIFIER,
    LANGUAGE_MODEL,
    TEXT_MODEL,
    TRANSLATOR,
    WITHOUT_STEP,
)
from rnn_geometry.config.pooling import is_pooled
from rnn_geometry.config.shown import first_of_each
from rnn_geometry.identity import Network


def is_read_by_place(task: Mapping[str, Any]) -> bool:
    """Tell whether what is so at each place of the texts of a task is known.

    Parameters
    ----------
    task
        Its settings.

    Examples
    --------
    >>> is_read_by_place({"family": "categorical", "length": 25})
    True
    >>> is_read_by_place({"family": "text"})
    False
    """
    return isinstance(task.get("length"), int) and task["length"] > 1


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
        """Networks that say the next word of a source that is known."""
        return self.of_kind(LANGUAGE_MODEL)

    @cached_property
    def text_models(self) -> list[Network]:
        """Networks that say the next word of running text."""
        return self.of_kind(TEXT_MODEL)

    def beside(self, kind: str) -> list[Network]:
        """Return the networks that read by steps what those of a kind without a step read.

        Parameters
        ----------
        kind
            One of `kinds.WITHOUT_STEP`. Networks whose readout looks back, and those that were
            trained elsewhere, are left out.
        """
        tasks = {network.task for network in self.of_kind(kind)}
        models = self.design.models
        other = {name for name, own in models.items() if is_pooled(own) or is_imported(own)}
        mine = self.of_kind(WITHOUT_STEP[kind])
        return [n for n in mine if n.task in tasks and n.model not in other]

    def shown_of(self, kind: str) -> list[Network]:
        """Return the networks of a kind that have figures of their own.

        Parameters
        ----------
        kind
            Other than classifiers. Controls and networks of sweeps are left out.
        """
        judged = self.of_kind(kind, self.design.judged)
        mine = [n for n in judged if n.task in self.leading and not n.is_control]
        return first_of_each(mine) if self.settings["figures"] == "first" else mine

    def first_of_kind(self, kind: str) -> list[Network]:
        """Return the first of these of every task and model.

        Parameters
        ----------
        kind
            Other than classifiers.
        """
        return first_of_each(self.shown_of(kind))

    def read_by_place(self, kind: str) -> list[Network]:
        """Return the first networks of a kind without a step, of tasks whose truth is known.

        With the first of those beside them: see `beside`. Texts whose scores nobody knows, and
        sentences that differ in length, are left out.

        Parameters
        ----------
        kind
            One of `kinds.WITHOUT_STEP`.
        """
        judged = set(self.design.judged)
        beside = [n for n in self.beside(kind) if n in judged and n.task in self.leading]
        mine = [*(n for n in beside if not n.is_control), *self.first_of_kind(kind)]
        known = [n for n in mine if is_read_by_place(self.design.tasks[n.task])]
        tasks, models = list(self.design.tasks), list(self.design.models)
        found = first_of_each(known)
        return sorted(found, key=lambda n: (tasks.index(n.task), models.index(n.model)))

    @cached_property
    def shown_translators(self) -> list[Network]:
        """Translators with figures of their own."""
        return self.shown_of(TRANSLATOR)

    @cached_property
    def first_translators(self) -> list[Network]:
        """The first of them of every task and model."""
        return first_of_each(self.shown_translators)

    @cached_property
    def shown_language_models(self) -> list[Network]:
        """Language models with figures of their own."""
        return self.shown_of(LANGUAGE_MODEL)
