"""Every file of a network or a task: its name, what is in it, how it is read and written.

Attributes of a network, keys of files and of stages are the stems of these names; run.json alone is
called `record`. No file holds a pickle, none is ever half written, and the arrays of a file that
does not fit its declaration are refused with one sentence. Needs numpy alone.

Letters of shapes: n points or starts, S entries of a state, E of a word vector, C outputs, m test
sentences, T words of a sentence, K slow modes kept, W words whose effects are measured, V words of
the vocabulary. Portraits, which hold several networks, are in `store.portraits`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from rnn_geometry.identity import network_of
from rnn_geometry.store import formats
from rnn_geometry.store._artifact import (
    ArrayArtifact,
    Artifact,
    Facts,
    JsonArtifact,
    TableArtifact,
    array,
    artifact,
    misfit,
    value,
)
from rnn_geometry.store.portraits import PARTS as PARTS
from rnn_geometry.store.portraits import Flow as Flow
from rnn_geometry.store.portraits import Portrait as Portrait
from rnn_geometry.store.portraits import Traces as Traces
from rnn_geometry.store.portraits import write_portraits as write_portraits

# Of a network


@artifact
class Record(JsonArtifact):
    """run.json: which network it is, how it was trained, and what came of it."""

    FILE = "run.json"
    task: str = value("task it was trained on")
    model: str = value("entry of `models`")
    cell: str = value("cell that the model uses")
    l2: str = value("strength of the L2 penalty, as it was written")
    seed: int = value("seed of the network")
    control: str | None = value("which control it is; None for none")
    settings: dict[str, Any] = value("settings of its model")
    network: dict[str, Any] = value("what `build_classifier` needs to know")
    seeds: dict[str, int] = value("seeds of weights, batches and shuffled texts")
    data_sha256: dict[str, str] = value("hashes of the files it was trained on")
    weights_sha256: str = value("hash of model.safetensors, checked whenever it is read")
    fingerprint: str = value("hash of the code that trained it")
    device: str = value("where it was trained")
    threads: int = value("with how many threads")
    best_step: int = value("step whose weights were kept")
    test_accuracy: float = value("accuracy on the test split; multi-label: all labels right")
    shuffled_accuracy: float = value("the same on test texts whose words are shuffled")
    longer_accuracy: float | None = value("on longer sentences; None: there are none")
    unbalanced_accuracy: float | None = value("under another balance of classes; None: no such")
    new_counts_accuracy: float | None = value("on word counts new to it; None: no such")
    versions: dict[str, str] = value("of Python and of packages")
    train_seconds: float = value(
        "CPU time of training, in seconds; its share where several shared it"
    )
    loss_falling: bool | None = value(
        "whether the dev loss was still falling at the end; None: of an older version", default=None
    )

    def facts(self) -> dict[str, Any]:
        """Return the contents of the file."""
        return self._contents()


@artifact
class History(TableArtifact):
    """history.parquet: the training, a row per evaluation."""

    FILE = "history.parquet"
    epoch: Sequence[int] = value("number of the evaluation, from 1")
    step: Sequence[int] = value("optimiser steps so far")
    train_loss: Sequence[float] = value("mean since the last evaluation, with the L2 penalty")
    dev_loss: Sequence[float] = value("on the development split")
    dev_accuracy: Sequence[float] = value("on the development split")
    learning_rate: Sequence[float] = value("at the step")
    gradient_norm: Sequence[float] = value("before clipping")


@artifact
class Weights(Artifact):
    """model.safetensors: the weights, as `networks.classifier` wrote them; arrays without torch."""

    FILE = "model.safetensors"
    tensors: Mapping[str, np.ndarray] = value("by name")

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read the file.

        Parameters
        ----------
        path
            The file, or the folder that it lies in.
        """
        return cls(tensors=formats.read_tensors(cls.place(path)))


@artifact
class WeightsByStep(Artifact):
    """weights_by_step.safetensors: weights noted during training, of networks that ask for it."""

    FILE = "weights_by_step.safetensors"
    steps: Mapping[int, Mapping[str, np.ndarray]] = value(
        "weights that learn, by name, of each step; 0: before the first"
    )

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read the file.

        Parameters
        ----------
        path
            The file, or the folder that it lies in.

        Raises
        ------
        UserError
            If the file is damaged, or holds what belongs to no step.
        """
        path = cls.place(path)
        steps: dict[int, dict[str, np.ndarray]] = {}
        for name, tensor in formats.read_tensors(path).items():
            step, _, own = name.partition(".")
            if not step.isdecimal():
                raise misfit(path, f"the tensor '{name}' belongs to no step")
            steps.setdefault(int(step), {})[own] = tensor
        return cls(steps=dict(sorted(steps.items())))

    def write(self, path: str | Path) -> None:
        """Write the file, whole or not at all.

        Parameters
        ----------
        path
            The file, or the folder that it lies in.
        """
        named = {f"{step}.{n}": w for step, of in self.steps.items() for n, w in of.items()}
        formats.write_tensors(self.place(path), named)


@artifact
class Snapshots(ArrayArtifact):
    """snapshots.npz: the manifold at k steps of training, in the frame of the trained network.

    Row i of the points of every step begins where the network is after the same word; coordinates
    are along the c first components of the trained network's slow points.
    """

    FILE = "snapshots.npz"
    step: np.ndarray = array("k", "optimiser steps so far; 0: before the first")
    loss: np.ndarray = array("k", "cross-entropy on the test split, in nats")
    accuracy: np.ndarray = array("k", "on the test split; multi-label: all labels right")
    dimension: np.ndarray = array(
        "k", "participation ratio of the slow points; 0: one point; NaN: no gap defines them"
    )
    points: np.ndarray = array("k n c", "places of the slow points")
    logits: np.ndarray = array("k n C", "logits there, of the network of the step")
    q: np.ndarray = array("k n", "1/2 |h - F(h, x*)|^2 there")
    status: np.ndarray = array("k n", "codes of `dynamics.results.Status`")
    final: np.ndarray = array("k m c", "places after the last word of some test sentences")
    final_labels: np.ndarray = array("m ...", "label, or labels, of each")
    readout: np.ndarray = array("k C c", "readouts along the components")
    kept_step: int = array("", "step whose weights the trained network has")
    seconds: float = array("", "CPU time, in seconds")

    @classmethod
    def read_by_network(cls, paths: Iterable[str]) -> dict[str, Self]:
        """Read the files of some networks of a task, by `Network.name`.

        Parameters
        ----------
        paths
            The files, in the folders of their networks.
        """
        return {network_of(path).name: cls.read(path) for path in paths}


@artifact
class States(ArrayArtifact):
    """states.npz: states that the network visits while it reads test sentences, and its readout."""

    FILE = "states.npz"
    visited: np.ndarray = array("n S", "states after words drawn from all words of all sentences")
    visited_class: np.ndarray = array("n ...", "label, or labels, of the sentence of each")
    final: np.ndarray = array("m S", "state after the last word of each sentence")
    final_labels: np.ndarray = array("m ...", "label, or labels, of each sentence")
    trajectories: np.ndarray = array("k T+1 S", "all states of some sentences, h_0 first, then NaN")
    trajectory_tokens: np.ndarray = array("k T", "their words")
    trajectory_lengths: np.ndarray = array("k", "how many words each has")
    trajectory_labels: np.ndarray = array("k ...", "label, or labels, of each")
    readout: np.ndarray = array("C S", "rows r_i, which take a state to logits")
    readout_bias: np.ndarray = array("C", "what is added to the logits")


@artifact
class _Search(ArrayArtifact):
    """Result of a search: row i belongs to start i."""

    points: np.ndarray = array("n S", "where the search ended; always finite")
    q: np.ndarray = array("n", "1/2 |h - F(h, x*)|^2 there")
    fast_q: np.ndarray = array("n", "its part outside the held modes; NaN where not computed")
    displacement: np.ndarray = array("n", "distance from the start")
    slow_modes: np.ndarray = array("n", "number of slow modes there; -1 where not computed")
    held_modes: np.ndarray = array("n", "modes along which the search did not move, or -1")
    gap: np.ndarray = array("n", "slowest fast to fastest slow time constant; NaN: not computed")
    iterations: np.ndarray = array("n", "steps taken")
    status: np.ndarray = array("n", "codes of `dynamics.results.Status`")
    x: np.ndarray = array("E", "the hold input x*")
    min_tau: float = array("", "time constant in words from which a mode is slow")
    hold_input: str = array("", "name of x*")


@artifact
class SlowPoints(_Search):
    """slow_points.npz: points of the slow manifold, one from every visited state."""

    FILE = "slow_points.npz"
    seconds: float = array("", "CPU time of the search, in seconds")


@artifact
class SlowModes(ArrayArtifact):
    """slow_modes.npz: slow modes at every slow point, by falling |lambda|."""

    FILE = "slow_modes.npz"
    count: np.ndarray = array("n", "slow modes at each point, of which at most K are kept")
    error: np.ndarray = array("n", "bound of the error of lambda, see `dynamics.results.SlowModes`")
    gap: np.ndarray = array("n", "fastest slow over slowest fast time constant, an estimate")
    route: np.ndarray = array("n", "codes of `dynamics.results.Route`")
    eigenvalues: np.ndarray = array("n K", "lambda; zero beyond the count")
    tau: np.ndarray = array("n K", "time constants in words, at most 1e5")
    right: np.ndarray | None = array("n S K", "right eigenvectors in columns", default=None)
    left: np.ndarray | None = array("n K S", "left eigenvectors in rows", default=None)
    audit_points: int = array("", "points at which all eigenvalues were computed, too")
    audit_missed: int = array("", "slow modes that were missed there")
    audit_spurious: int = array("", "slow modes there that are none")
    audit_tau_error: float = array("", "largest relative error of a time constant there")
    audit_failed: bool = array("", "whether all points were computed again because of it")


@artifact
class FixedPoints(_Search):
    """fixed_points.npz: exact fixed points, from some of the visited states."""

    FILE = "fixed_points.npz"
    distinct: np.ndarray = array("n", "the root that each start led to; -1 for none")
    roots: np.ndarray = array("r S", "distinct fixed points")
    basins: np.ndarray = array("r", "starts that led to each; 0 for those of a further search")
    stability: np.ndarray = array("r", "modes with |lambda| > 1; 0 for a stable point")
    unseen: float = array(
        "", "for starts like these: estimated probability that one more finds a new one"
    )
    starts: np.ndarray = array("n", "rows of the visited states")
    degree: float = array(
        "", "sum over the roots of sign det(I - J); NaN: of an older version", default=float("nan")
    )
    bounded: bool = array(
        "", "whether a sum other than 1 proves that some are missing", default=False
    )


@artifact
class Linearization(ArrayArtifact):
    """linearization.npz: the dynamics linearised at p slow points, and what words do there."""

    FILE = "linearization.npz"
    index: np.ndarray = array("p", "rows of the slow points")
    centre: int = array("", "which of them is the centre of the manifold")
    eigenvalues: np.ndarray = array("p S", "of the recurrent Jacobian, by falling modulus")
    tau: np.ndarray = array("p S", "time constants in words")
    right: np.ndarray | None = array("p S S", "right eigenvectors in columns", default=None)
    left: np.ndarray | None = array("p S S", "left eigenvectors in rows", default=None)
    input_jacobian: np.ndarray | None = array("p S E", "J_inp", default=None)
    word_ids: np.ndarray = array("W", "ids of the words whose effects are measured")
    word_effects: np.ndarray = array("W C", "change of the logits by each, mean over points")
    word_effects_std: np.ndarray = array("W C", "its standard deviation over points")
    word_moves: np.ndarray = array("W", "mean length of the move of the state")
    word_mode_effects: np.ndarray = array("p W K", "l_a J_inp (x_w - x*) for slow mode a")
    word_along: np.ndarray = array("W", "mean length of the linear move in the slow subspace")
    word_across: np.ndarray = array("W", "mean length of the rest of it")
    linear_error: np.ndarray = array("W", "mean relative error of the linear move")
    linear_r2: float = array("", "share of the true moves that the linear ones explain")
    rollout_steps: np.ndarray = array("j", "numbers of steps under x* after a word")
    rollout_error: np.ndarray = array("j", "median relative error of the linearised run after them")
    rollout_drift: np.ndarray = array("j", "the part of it that is there without the word")
    seconds: float = array("", "CPU time, in seconds")


@artifact
class Integration(Facts):
    """integration.json: how the network integrates evidence, beside its untrained self."""

    FILE = "integration.json"
    facts: Mapping[str, Any] = value("numbers by name, see `geometry.integration.COLUMNS`")


@artifact
class Words(TableArtifact):
    """words.parquet: what every word does at the centre of the manifold."""

    FILE = "words.parquet"
    word: Sequence[str] = value("the V words, by id")
    count: np.ndarray = value("(V,) how often each stands in the training split")
    effect: np.ndarray = value("(V, C) change of the logits")
    log_odds: np.ndarray = value("(V, C) log-odds of each class in the training split")
    along: np.ndarray = value("(V, d) move along each of the first d components")

    # Columns of two-dimensional parts, and the number of the first.
    _PARTS: ClassVar[Mapping[str, int]] = {"effect": 0, "log_odds": 0, "along": 1}

    @classmethod
    def _fields(cls, contents: Any) -> Mapping[str, Any]:
        parts = {name: _side_by_side(contents, name, first) for name, first in cls._PARTS.items()}
        return {"word": contents["word"], "count": np.array(contents["count"]), **parts}

    def _contents(self) -> Any:
        table: dict[str, Any] = {"word": list(self.word), "count": self.count}
        for name, first in self._PARTS.items():
            columns = np.asarray(getattr(self, name), dtype=np.float32).T
            table |= {f"{name}_{i}": column for i, column in enumerate(columns, start=first)}
        return table


def _side_by_side(table: Mapping[str, Sequence], name: str, first: int) -> np.ndarray:
    """Return the columns name_i of a table, from the first to the last, as one array."""
    names = [f"{name}_{first + i}" for i in range(len(table))]
    return np.stack([np.array(table[n], dtype=np.float32) for n in names if n in table], axis=1)


@artifact
class Geometry(Facts):
    """geometry.json: all numbers of the network, beside which network it is."""

    FILE = "geometry.json"
    NEEDED = ("task", "model", "l2", "seed")
    facts: Mapping[str, Any] = value("numbers by name, see `geometry.tables`")


@artifact
class HoldInputs(TableArtifact):
    """points.csv: measures of the slow manifold under several x*, a row for each."""

    FILE = "analysis-hold-inputs/points.csv"
    columns: Mapping[str, Sequence] = value("by name, as text; see `geometry.tables.HOLD_INPUTS`")

    @classmethod
    def _fields(cls, contents: Any) -> Mapping[str, Any]:
        return {"columns": contents}

    def _contents(self) -> Any:
        return self.columns


# Of a task


@artifact
class Meta(Facts):
    """meta.json: facts of a task, and what theory expects of it."""

    FILE = "meta.json"
    NEEDED = ("kind", "classes", "class_names", "multi_label", "dimension_expected", "mean_length")
    facts: Mapping[str, Any] = value("facts by name; those of a family are its own")


@artifact
class Vocabulary(JsonArtifact):
    """vocab.json: the words of a task."""

    FILE = "vocab.json"
    words: list[str] = value("the V words, by id")

    @classmethod
    def _fields(cls, contents: Any) -> Mapping[str, Any]:
        if not isinstance(contents, list):
            raise ValueError("no list")
        return {"words": contents}

    def _contents(self) -> Any:
        return list(self.words)


@artifact
class WordStatistics(Facts):
    """word_statistics.json: what word counts alone say of a task, before any training."""

    FILE = "word_statistics.json"
    NEEDED = ("dimension_predicted",)
    facts: Mapping[str, Any] = value("numbers by name, see `geometry.word_counts`")
