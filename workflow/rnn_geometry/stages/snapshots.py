"""The manifold of one network at steps of its training, in the frame of the trained network.

Every step is looked at alike: the same test sentences are read, slow points are searched from the
states after the same words, and coordinates are along the components of the trained network's slow
points, those of its figures. So row i of two steps belongs to one word.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.geometry.dimension import LINKAGE_RADIUS, participation_ratio, rms_radius
from rnn_geometry.geometry.frame import converged_rows, seen_entries, slow_frame
from rnn_geometry.networks.classifier import (
    Classifier,
    analysis_cell,
    load_classifier,
    prepare_device,
)
from rnn_geometry.networks.evaluation import evaluate
from rnn_geometry.networks.hold_input import hold_input
from rnn_geometry.networks.states import visit
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store.artifacts import (
    Record,
    SlowPoints,
    Snapshots,
    States,
    Vocabulary,
    WeightsByStep,
)
from rnn_geometry.tasks.sentences import Sentences, read_sentences

STARTS = 300  # states from which slow points are searched at every step
FINAL = 200  # test sentences whose last states are kept
COMPONENTS = 5  # of the trained network's slow points


def run(network: NetworkJob) -> None:
    """Search the slow points of a network at every step at which its weights were noted."""
    started = time.process_time()
    follower = _Follower(network)
    noted = WeightsByStep.read(network.input["weights_by_step"]).steps
    rows = []
    for step, weights in noted.items():
        rows.append(follower.look(weights))
        told = "loss {loss:.4f}  accuracy {accuracy:.4f}  dimension {dimension:.2f}"
        network.log(f"step {step:6d}  {told.format(**rows[-1])}")
    Snapshots(
        step=np.array(list(noted), dtype=np.int64),
        **{name: np.stack([row[name] for row in rows]) for name in rows[0]},
        final_labels=follower.sentences.labels[follower.finals],
        kept_step=Record.read(network.input["run"]).best_step,
        seconds=time.process_time() - started,
    ).write(network.output["snapshots"])


class _Follower:
    """What is the same at all steps: sentences, words, frame and the way of searching."""

    def __init__(self, network: NetworkJob):
        files = network.input
        self.where = prepare_device(network.device, network.threads)
        self.classifier = load_classifier(files["model"], files["run"]).to(self.where)
        self.analysis, self.seed = network.settings, network.network.seed_for("snapshots")
        self.words = Vocabulary.read(files["vocab"]).words
        slow, states = SlowPoints.read(files["slow_points"]), States.read(files["states"])
        self.min_tau = slow.min_tau
        self.origin, self.axes = slow_frame(slow.points, states.readout, COMPONENTS)
        self.sentences = read_sentences(files["test"])
        last = len(self.sentences) - 1
        self.finals = np.unique(np.linspace(0, last, min(FINAL, last + 1)).astype(int))

    def look(self, weights: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """Return the row of one step, whose weights are put into the classifier."""
        network, sentences = self.classifier, self.sentences
        known = network.state_dict()
        network.load_state_dict(known | {n: torch.from_numpy(w) for n, w in weights.items()})
        loss, accuracy = evaluate(network, sentences)
        seen = visit(network, sentences, visited=STARTS, trajectories=1, seed=self.seed)
        starts, readout = seen["visited"], seen["readout"]
        found = project_to_slow_manifold(
            analysis_cell(network),
            torch.from_numpy(starts).double().to(self.where),
            self._hold(network, sentences),
            min_tau=self.min_tau,
            audit=0.0,  # that of the trained network stands for it
            **{name: self.analysis[name] for name in ("relax_steps", "rounds", "min_gap")},
            memory_mb=self.analysis["memory_mb"],
        )
        return {
            "loss": loss,
            "accuracy": accuracy,
            "dimension": dimension_of(found.points, found.status, starts, readout),
            "points": self._places(found.points),
            "logits": (found.points @ readout.T + seen["readout_bias"]).astype(np.float16),
            "q": found.q.astype(np.float32),
            "status": found.status.astype(np.int8),
            "final": self._places(seen["final"][self.finals]),
            "readout": (readout @ self.axes.T).astype(np.float32),
        }

    def _hold(self, network: Classifier, sentences: Sentences) -> Tensor:
        vectors = network.embedding_matrix().double().cpu().numpy()
        x = hold_input(self.analysis["hold_input"], vectors, self.words, sentences)
        return torch.from_numpy(x).double().to(self.where)

    def _places(self, states: np.ndarray) -> np.ndarray:
        away = np.asarray(states, dtype=np.float64) - self.origin
        return (away @ self.axes.T).astype(np.float32)


def dimension_of(
    points: np.ndarray, status: Iterable[int], starts: np.ndarray, readout: np.ndarray
) -> float:
    """Return the dimension of the slow points of one step, as it is told of trained networks.

    Parameters
    ----------
    points
        Slow points (n, S).
    status
        Codes of `dynamics.results.Status`, (n,).
    starts
        The states (n, S) from which they were searched.
    readout
        (C, S).

    Returns
    -------
    float
        The participation ratio of the points that converged, in what the readout sees; 0 where they
        are one point, NaN where no gap defines them.
    """
    seen = seen_entries(readout)
    found = points[converged_rows(np.asarray(status))][:, seen]
    if not len(found):
        return float("nan")
    if rms_radius(found) <= LINKAGE_RADIUS * rms_radius(starts[:, seen]):
        return 0.0
    return participation_ratio(found) or 0.0
