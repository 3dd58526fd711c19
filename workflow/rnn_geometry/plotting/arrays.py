"""What is known of one network, read from its files and seen along the principal components of its
slow points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.geometry.frame import principal_components, signed
from rnn_geometry.plotting import style
from rnn_geometry.store import formats


@dataclass(frozen=True)
class NetworkArrays:
    """One network's artifacts (docs/architecture.md).

    What a file does not hold is an empty mapping or array.
    """

    run: Mapping[str, Any]
    meta: Mapping[str, Any]
    states: Mapping[str, np.ndarray]
    slow: Mapping[str, np.ndarray]
    geometry: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, np.ndarray] = field(default_factory=dict)
    linear: Mapping[str, np.ndarray] = field(default_factory=dict)
    history: Mapping[str, Sequence] = field(default_factory=dict)
    words: Sequence[str] = ()
    flow: Mapping[str, np.ndarray] = field(default_factory=dict)
    traces: Mapping[str, np.ndarray] = field(default_factory=dict)
    modes: Mapping[str, np.ndarray] = field(default_factory=dict)

    @cached_property
    def slow_points(self) -> np.ndarray:
        """Finite slow points (n, S) in float64; their statuses are not asked."""
        points = np.asarray(self.slow["points"], dtype=np.float64)
        return points[np.isfinite(points).all(axis=1)]

    @cached_property
    def components(self) -> np.ndarray:
        """Unit principal components of the slow points, (S, S), as columns, the widest first, signs
        as below."""
        return signed(principal_components(self.slow_points), self.readout)

    @cached_property
    def readout(self) -> np.ndarray:
        """Readout vectors (C, S)."""
        return np.asarray(self.states["readout"], dtype=np.float64)

    @property
    def multi_label(self) -> bool:
        return bool(self.meta.get("multi_label"))

    @property
    def class_names(self) -> list[str]:
        names = self.meta.get("class_names") or range(1, len(self.readout) + 1)
        return [
            str(name).replace("$", r"\$") for name in names
        ]  # what stands between two is a formula to matplotlib

    @property
    def dimension(self) -> int | None:
        """Expected dimension d, None where theory gives none."""
        value = self.meta.get("dimension_expected")
        return None if value is None else int(value)

    def project(self, states: np.ndarray, count: int = 2) -> np.ndarray:
        """Return coordinates (..., count) along the first components, from the mean of the slow
        points."""
        return (
            np.asarray(states, dtype=np.float64) - self.slow_points.mean(axis=0)
        ) @ self.components[:, :count]

    def value(self, name: str) -> Any:
        """Return a number of geometry.json or run.json; None where neither has it."""
        found = self.geometry.get(name)
        return self.run.get(name) if found is None else found

    @property
    def title(self) -> str:
        run = {**self.geometry, **self.run}
        cell = "" if run.get("cell") in (None, run.get("model")) else f" ({run['cell']})"
        accuracy = self.value("test_accuracy")
        tested = "test accuracy unknown" if accuracy is None else f"test accuracy {accuracy:.3f}"
        parts = [
            run.get("task"),
            f"{run.get('model')}{cell}",
            f"L2 {run.get('l2')}",
            f"seed {run.get('seed')}",
            tested,
        ]
        return "  ·  ".join(map(str, parts))


def variance_ratio(points: np.ndarray) -> np.ndarray:
    """Return each component's share of the variance, the largest first."""
    points = np.asarray(points, dtype=np.float64)
    centred = points - points.mean(axis=0)
    values = np.linalg.eigvalsh(centred.T @ centred)[::-1].clip(min=0)
    return values / max(values.sum(), np.finfo(float).tiny)


def load_network(
    files: Mapping[str, str | Path], meta: Mapping | None = None, words: Sequence[str] | None = None
):
    """Read a network's files by name: run, states, slow (or slow_points) and, where given, the
    others.

    The others: fixed (or fixed_points), linearization, flow, traces, modes (or slow_modes),
    geometry, history, meta and vocab; `meta` and `words` may be handed over instead of the last
    two. Raises UserError for a damaged file.
    """
    files = {
        _NAMES.get(name, name): path
        for name, path in files.items()
        if name in _NAMES or name in _READERS
    }
    found = {name: _READERS[name](path) for name, path in files.items()}
    return NetworkArrays(
        run=found["run"],
        meta=found["meta"] if meta is None else meta,
        states=found["states"],
        slow=found["slow"],
        geometry=found.get("geometry", {}),
        fixed=found.get("fixed", {}),
        linear=found.get("linearization", {}),
        history=found.get("history", {}),
        words=found.get("vocab", ()) if words is None else words,
        flow=found.get("flow", {}),
        traces=found.get("traces", {}),
        modes=found.get("modes", {}),
    )


_NAMES = {
    "slow_points": "slow",
    "fixed_points": "fixed",
    "linear": "linearization",
    "slow_modes": "modes",
}
_READERS = {
    "run": formats.read_json,
    "meta": formats.read_json,
    "geometry": formats.read_json,
    "vocab": formats.read_json,
    "states": formats.read_npz,
    "slow": formats.read_npz,
    "fixed": formats.read_npz,
    "linearization": formats.read_npz,
    "flow": formats.read_npz,
    "traces": formats.read_npz,
    "modes": formats.read_npz,
    "history": formats.read_table,
}


def with_portrait(network: NetworkArrays, portrait: Mapping[str, np.ndarray]) -> NetworkArrays:
    """Return a network with its flow and traces from the portrait of its task, arrays named
    {network}/{file}/{array}.

    A network's name is {model}/l2-{l2}/seed-{seed}. What the portrait does not hold is left as it
    was.
    """
    start = "{model}/l2-{l2}/seed-{seed}/".format(**network.run)
    parts: dict[str, dict[str, np.ndarray]] = {"flow": {}, "traces": {}}
    for name, values in portrait.items():
        kind, _, array = name.removeprefix(start).partition("/")
        if name.startswith(start) and kind in parts:
            parts[kind][array] = values
    return replace(network, **{kind: arrays for kind, arrays in parts.items() if arrays})


def load_networks(files: Mapping[str, str | Sequence[str]]) -> list[NetworkArrays]:
    """Read several networks; files by name as for `load_network`, a list with one a network, or one
    file for all.

    portraits, if given, holds the flow and traces of all of them.
    """
    portrait = formats.read_npz(files["portraits"]) if "portraits" in files else {}
    count = len(files["run"])
    columns = {
        name: [paths] * count if isinstance(paths, str) else paths for name, paths in files.items()
    }
    own = [load_network({name: paths[i] for name, paths in columns.items()}) for i in range(count)]
    return [with_portrait(network, portrait) for network in own]


def present_codes(network: NetworkArrays) -> np.ndarray:
    """Return the sorted class codes that occur among the final states."""
    return np.unique(style.class_codes(network.states["final_labels"]))
