"""Portraits: what figures and the explorer show of some networks of a task, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from rnn_geometry.store import formats
from rnn_geometry.store._artifact import ArrayArtifact, array, artifact


@artifact
class Flow(ArrayArtifact):
    """The flow under x* over the plane of slow points, and kicks of words."""

    FILE = "portraits/{task}.npz"
    grid_x: np.ndarray = array("g", "places along the first component")
    grid_y: np.ndarray = array("h", "places along the second component")
    velocity: np.ndarray = array("h g 2", "F(h, x*) - h in the plane, per word")
    speed: np.ndarray = array("h g", "length of the whole of it")
    rows: np.ndarray = array("j", "rows of the finite slow points at which words kick")
    kick_words: np.ndarray = array("w", "ids of the words")
    kicks: np.ndarray = array("j w 3", "F(h, x_w) - F(h, x*) along the first components")


@artifact
class Traces(ArrayArtifact):
    """Sentences read word by word, each in three orders: a trace is one order of one sentence."""

    FILE = "portraits/{task}.npz"
    origin: np.ndarray = array("S", "where coordinates are counted from")
    axes: np.ndarray = array("3 S", "first principal components of the slow points")
    tokens: np.ndarray = array("N", "words of all traces, trace after trace")
    offsets: np.ndarray = array("i+1", "where each of i traces begins in them, then N")
    sentence: np.ndarray = array("i", "which sentence each trace is")
    order: np.ndarray = array("i", "0 as written, 1 reversed, 2 shuffled")
    kind: np.ndarray = array("s", "of s sentences: 0 held-out, 1 curated, 2 configured")
    name: np.ndarray = array("s", "their names")
    labels: np.ndarray = array("s C", "their labels; -1 where not known")
    coordinates: np.ndarray = array("R 3", "places of h_0 to h_T, trace after trace")
    logits: np.ndarray = array("R C", "logits there")


@dataclass(frozen=True)
class Portrait:
    """What a portrait file holds of one network.

    Attributes
    ----------
    flow
        The flow over the plane.
    traces
        Sentences read word by word.
    """

    flow: Flow
    traces: Traces

    @classmethod
    def read(cls, path: str | Path, network: str) -> Self:
        """Read one network of a portrait file, and no other.

        Parameters
        ----------
        path
            The file.
        network
            Its `Network.name`, such as `gru/l2-3e-4/seed-10`.
        """
        parts = {name: kind.read(path, part=f"{network}/{name}/") for name, kind in PARTS.items()}
        return cls(**parts)  # type: ignore


PARTS: Mapping[str, type[Flow] | type[Traces]] = {"flow": Flow, "traces": Traces}


def write_portraits(path: str | Path, portraits: Mapping[str, Portrait]) -> None:
    """Write a portrait file, arrays named {network}/{part}/{array}.

    Parameters
    ----------
    path
        The file.
    portraits
        By `Network.name`.
    """
    arrays = {
        f"{network}/{part}/{name}": values
        for network, portrait in portraits.items()
        for part in PARTS
        for name, values in getattr(portrait, part).arrays().items()
    }
    formats.write_npz(path, **arrays)
