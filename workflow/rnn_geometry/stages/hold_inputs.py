"""Does the choice of x* matter? One network's slow manifold under several, from the same starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from rnn_geometry.dynamics.integration import hold_r2
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.results import Status
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.spectrum import integration_modes
from rnn_geometry.dynamics.step import budget
from rnn_geometry.geometry.dimension import (
    count_components,
    cover,
    participation_ratio,
    principal_axes,
)
from rnn_geometry.geometry.frame import centre_row
from rnn_geometry.networks.classifier import analysis_cell, load_classifier, prepare_device
from rnn_geometry.networks.hold_input import hold_input
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store.artifacts import (
    HoldInputs,
    Meta,
    SlowPoints,
    States,
    Vocabulary,
)
from rnn_geometry.tasks.sentences import read_sentences

STARTS = 300


def run(network: NetworkJob) -> None:
    """Compare the hold inputs that the configuration names for one network."""
    compare_hold_inputs(
        network.input,
        network.output["points"],
        names=network.own,
        identity=network.identity,
        analysis=network.settings,
        where=prepare_device(network.device, network.threads),
        log=network.log,
    )


def compare_hold_inputs(
    files,
    output: str,
    *,
    names: Sequence[str],
    identity: Mapping[str, str],
    analysis: Mapping[str, Any],
    where,
    log,
) -> None:
    """Search the slow manifold under several hold inputs; write a row for each as CSV.

    Parameters
    ----------
    files
        Paths of the network's and its task's files, by stem.
    output
        The CSV file.
    names
        Names of the hold inputs, see `networks.hold_input`.
    identity
        Keys of the network, as text.
    analysis
        Settings of the analysis.
    where, log
        The device, and what takes one line.
    """
    classifier = load_classifier(files["model"], files["run"]).to(where)
    meta, test = Meta.read(files["meta"]), read_sentences(files["test"])
    states = States.read(files["states"])
    vectors = classifier.embedding_matrix().double().cpu().numpy()
    vocabulary = Vocabulary.read(files["vocab"]).words
    default = SlowPoints.read(files["slow_points"]).hold_input
    rows = []
    for name in names:
        x = hold_input(name, vectors, vocabulary, test)
        numbers = under_hold_input(classifier, states, x, meta, analysis, where)
        facts = {**identity, "hold_input": name, "default": int(name == default)}
        rows.append({**facts, "x_norm": float(np.linalg.norm(x)), **numbers})
        log(
            f"x* {name}: {numbers['components_95']} components, {numbers['integration_modes']} "
            "modes at the centre"
        )
    HoldInputs(columns={name: [row[name] for row in rows] for name in rows[0]}).write(output)


def under_hold_input(
    classifier,
    states: States,
    x: np.ndarray,
    meta: Mapping[str, Any],
    analysis,
    where: torch.device,
) -> dict[str, Any]:
    """Return measures of the slow manifold that STARTS visited states lead to under x* = x (E,)."""
    step, min_tau = analysis_cell(classifier), analysis["min_tau"] or meta["mean_length"] / 2
    d = meta["dimension_expected"] or max(1, meta["classes"] - 1)
    rows = np.unique(
        np.linspace(0, len(states.visited) - 1, min(STARTS, len(states.visited))).astype(int)
    )
    starts = torch.from_numpy(states.visited[rows]).double().to(where)
    held = torch.from_numpy(x).double().to(where)
    options = {
        key: analysis[key] for key in ("relax_steps", "rounds", "min_gap", "audit", "memory_mb")
    }
    slow = project_to_slow_manifold(step, starts, held, min_tau=min_tau, **options)
    centre = slow.points[[centre_row(slow.points)]]
    modes = linearize(
        step,
        torch.from_numpy(centre).to(where),
        held,
        memory_mb=budget(analysis["memory_mb"]),
    )
    readout = classifier.readout_matrix().double()
    differences = readout if meta["multi_label"] else readout - readout.mean(dim=0)
    final = torch.from_numpy(states.final[:1000]).double().to(where)
    return {
        "participation_ratio": participation_ratio(slow.points),
        "components_95": count_components(principal_axes(slow.points)[2], 0.95),
        "integration_modes": int(integration_modes(modes.eigenvalues[0], min_tau)),
        "tau_1": float(modes.tau[0].max()),
        "cover": cover(states.visited[rows], slow.points, d),
        "slow_off_manifold": float((slow.status == Status.OFF_MANIFOLD).mean()),
        "slow_no_gap": float((slow.status == Status.NO_GAP).mean()),
        "hold_r2": hold_r2(step, final, held, differences, round(meta["mean_length"])),
    }
