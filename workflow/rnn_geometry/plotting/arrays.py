"""What is known of one network, read from its files and seen along the principal components of its
slow points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.geometry.frame import principal_components, signed
from rnn_geometry.identity import Network
from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import LONGEST, cut_names, literal, spoken
from rnn_geometry.store.artifacts import (
    FixedPoints,
    Flow,
    Geometry,
    History,
    Linearization,
    Meta,
    Portrait,
    Record,
    SlowModes,
    SlowPoints,
    Snapshots,
    States,
    Traces,
    Vocabulary,
)
from rnn_geometry.tasks.theory import structure_of


@dataclass(frozen=True)
class NetworkArrays:
    """One network's artifacts, by their names in `store.artifacts`; empty where not read.

    Attributes
    ----------
    words
        The vocabulary of its task.
    flow, traces
        Its portrait.
    snapshots
        The manifold at steps of its training; None where that was not followed.
    """

    record: Record
    meta: Mapping[str, Any]
    states: States
    slow_points: SlowPoints
    geometry: Mapping[str, Any] = field(default_factory=dict)
    fixed_points: FixedPoints = field(default_factory=FixedPoints.empty)
    linearization: Linearization = field(default_factory=Linearization.empty)
    slow_modes: SlowModes = field(default_factory=SlowModes.empty)
    history: History | None = None
    words: Sequence[str] = ()
    flow: Flow = field(default_factory=Flow.empty)
    traces: Traces = field(default_factory=Traces.empty)
    snapshots: Snapshots | None = None

    @cached_property
    def points(self) -> np.ndarray:
        """Finite slow points (n, S) in float64; their statuses are not asked."""
        points = np.asarray(self.slow_points.points, dtype=np.float64)
        return points[np.isfinite(points).all(axis=1)]

    @cached_property
    def components(self) -> np.ndarray:
        """Unit principal components of the slow points, (S, S), as columns, the widest first, signs
        as below."""
        return signed(principal_components(self.points), self.readout)

    @cached_property
    def readout(self) -> np.ndarray:
        """Readout vectors (C, S)."""
        return np.asarray(self.states.readout, dtype=np.float64)

    @property
    def multi_label(self) -> bool:
        """Whether labels do not exclude each other."""
        return bool(self.meta.get("multi_label"))

    @property
    def class_names(self) -> list[str]:
        """Names of the C outputs, fit for matplotlib."""
        names = self.meta.get("class_names") or range(1, len(self.readout) + 1)
        return cut_names(spoken(names), LONGEST)

    @cached_property
    def ordered(self) -> int | None:
        """How many classes there are in an order; None where they have none."""
        return len(self.readout) if structure_of(self.meta).ordered else None

    def colour(self, code: int) -> str:
        """Return the colour of a class or combination of labels by its code."""
        return style.class_colour(code, self.ordered)

    def colours(self, codes: np.ndarray) -> np.ndarray:
        """Return the colours (n, 3) of the classes or combinations of n rows."""
        return style.class_colours(codes, self.ordered)

    @property
    def dimension(self) -> int | None:
        """Expected dimension d, None where theory gives none."""
        value = self.meta.get("dimension_expected")
        return None if value is None else int(value)

    def project(self, states: np.ndarray, count: int = 2) -> np.ndarray:
        """Return coordinates (..., count) along the first components, from the mean of the slow
        points."""
        return (np.asarray(states, dtype=np.float64) - self.points.mean(axis=0)) @ self.components[
            :, :count
        ]

    def value(self, name: str) -> Any:
        """Return a number of geometry.json or run.json; None where neither has it."""
        found = self.geometry.get(name)
        return getattr(self.record, name, None) if found is None else found

    @property
    def title(self) -> str:
        """Which network it is, and how good."""
        known = self.record
        cell = "" if known.cell in (None, known.model) else f" ({literal(known.cell, 24)})"
        task, model = literal(known.task, 40), literal(known.model, 24)
        accuracy = self.value("test_accuracy")
        tested = "test accuracy unknown" if accuracy is None else f"test accuracy {accuracy:.3f}"
        parts = [
            task, f"{model}{cell}", f"L2 {known.l2}", f"seed {known.seed}", tested,
        ]  # fmt: skip
        return "  ·  ".join(map(str, parts))


def variance_ratio(points: np.ndarray) -> np.ndarray:
    """Return each component's share of the variance, the largest first."""
    points = np.asarray(points, dtype=np.float64)
    centred = points - points.mean(axis=0)
    values = np.linalg.eigvalsh(centred.T @ centred)[::-1].clip(min=0)
    return values / max(values.sum(), np.finfo(float).tiny)


# What is read of one network, by the stems of the files.
_READ: Mapping[str, Callable[[str | Path], Any]] = {
    "run": Record.read,
    "meta": Meta.read,
    "vocab": lambda path: Vocabulary.read(path).words,
    "states": States.read,
    "slow_points": SlowPoints.read,
    "slow_modes": SlowModes.read,
    "fixed_points": FixedPoints.read,
    "linearization": partial(Linearization.read, large=False),
    "geometry": Geometry.read,
    "history": History.read,
}
_NAMES = {"run": "record", "vocab": "words"}


def load_network(files: Mapping[str, str | Path]) -> NetworkArrays:
    """Read the files of a network.

    Parameters
    ----------
    files
        By their stems: run, meta, states and slow_points; of the others of `NetworkArrays` (the
        vocabulary is `vocab`) those that are wanted. What figures do not draw is passed over.

    Raises
    ------
    UserError
        If a file is damaged or is not what it should be.
    """
    stems = [stem for stem in _READ if stem in files]
    return NetworkArrays(**{_NAMES.get(stem, stem): _READ[stem](files[stem]) for stem in stems})


def with_portrait(network: NetworkArrays, path: str | Path) -> NetworkArrays:
    """Return a network with its flow and traces.

    Parameters
    ----------
    network
        The network.
    path
        The portraits of its task.
    """
    portrait = Portrait.read(path, Network.of(vars(network.record)).name)
    return replace(network, flow=portrait.flow, traces=portrait.traces)


def with_snapshots(networks: Sequence[NetworkArrays], paths: Sequence[str]) -> list[NetworkArrays]:
    """Return networks with what was found at steps of their training.

    Parameters
    ----------
    networks
        Of one task.
    paths
        Files snapshots.npz of some of them.
    """
    found = Snapshots.read_by_network(paths)
    names = (Network.of(vars(network.record)).name for network in networks)
    return [replace(n, snapshots=found.get(name)) for n, name in zip(networks, names, strict=True)]


def load_networks(files: Mapping[str, str | Sequence[str]]) -> list[NetworkArrays]:
    """Read several networks.

    Parameters
    ----------
    files
        As for `load_network`: a list with one a network, or one file for all. `portraits`, if
        given, holds the flow and traces of all of them.
    """
    count = len(files["run"])
    columns = {
        name: [paths] * count if isinstance(paths, str) else paths for name, paths in files.items()
    }
    own = [load_network({name: paths[i] for name, paths in columns.items()}) for i in range(count)]
    if "portraits" not in files:
        return own
    return [with_portrait(*pair) for pair in zip(own, columns["portraits"], strict=True)]


def present_codes(network: NetworkArrays) -> np.ndarray:
    """Return the sorted class codes that occur among the final states."""
    return np.unique(style.class_codes(network.states.final_labels))
