"""Slow points and fixed points of one trained network, from files to files."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, cast

import numpy as np
import torch

from rnn_geometry.dynamics.completeness import completed_skeleton
from rnn_geometry.dynamics.descent import adam_search, damped_gauss_newton
from rnn_geometry.dynamics.fixed_points import find_fixed_points
from rnn_geometry.dynamics.results import Skeleton, SlowModes, SlowPoints, Status
from rnn_geometry.dynamics.slow_modes import slow_modes
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.step import budget
from rnn_geometry.errors import UserError
from rnn_geometry.geometry.dimension import LINKAGE_RADIUS, rms_radius
from rnn_geometry.identity import Network
from rnn_geometry.networks.classifier import analysis_cell, load_classifier, prepare_device
from rnn_geometry.networks.hold_input import hold_input
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.networks.states import visit
from rnn_geometry.stages.network_job import Log, NetworkJob
from rnn_geometry.store import artifacts
from rnn_geometry.tasks.sentences import read_sentences

KEPT_MODES = 8  # networks without a gap have dozens of slow modes a point
INSTEAD = "it cannot be analysed; lower learning_rate or clip, raise l2, or leave this network out."
COMPLETING_ROUNDS = 8  # of a search that goes on since fixed points are missing for certain


def run(network: NetworkJob) -> None:
    """Visit states of one network, and search slow points and exact fixed points from them."""
    slow_points_run(
        network.input,
        network.output,
        identity=network.identity,
        analysis=network.settings,
        device=network.device,
        threads=network.threads,
        log=network.log,
    )


def check_states(states: artifacts.States) -> None:
    """Refuse a network whose states run over while it reads.

    Parameters
    ----------
    states
        Visited on the test split.

    Raises
    ------
    UserError
        If one of them is not finite.
    """
    over = ~np.isfinite(states.final).all(axis=1)
    if over.any() or not np.isfinite(states.visited).all():
        raise UserError(
            f"states of the network run over (NaN or infinity) as it reads, in {over.sum()} of "
            f"{len(states.final)} test texts up to the last word: {INSTEAD}"
        )


def slow_points_run(
    files,
    output,
    *,
    identity: Mapping[str, str],
    analysis: Mapping[str, Any],
    device: str,
    threads: int,
    log: Log,
):
    """Visit states of the test split and search slow points and fixed points from them.

    Parameters
    ----------
    files, output
        Paths by stem.
    identity
        Keys of the network, as text.
    analysis
        Settings of the analysis.
    device, threads
        Where to compute.
    log
        Takes one line.
    """
    where = prepare_device(device, threads)
    started = time.process_time()
    classifier = load_classifier(files["model"], files["run"]).to(where)
    meta, test = artifacts.Meta.read(files["meta"]), read_sentences(files["test"])
    seed = Network.of(identity).seed_for("states")
    visits = {"visited": analysis["visited_states"], "trajectories": analysis["trajectories"]}
    states = artifacts.States(**visit(classifier, test, **visits, seed=seed))
    check_states(states)
    vectors = classifier.embedding_matrix().double().cpu().numpy()
    vocabulary = artifacts.Vocabulary.read(files["vocab"]).words
    x = hold_input(analysis["hold_input"], vectors, vocabulary, test)
    step, min_tau = analysis_cell(classifier), analysis["min_tau"] or meta["mean_length"] / 2
    starts = torch.from_numpy(states.visited).double().to(where)
    hold = torch.from_numpy(x).double().to(where)
    memory_mb = budget(analysis["memory_mb"])
    slow = find_slow_points(step, starts, hold, analysis, min_tau, seed)
    if slow.modes is None:
        raise UserError(
            f"all {len(starts)} states of the network run over (NaN or infinity) under the hold "
            f"input: {INSTEAD}"
        )
    rows = np.unique(
        np.linspace(0, len(starts) - 1, min(analysis["exact_starts"], len(starts))).astype(int)
    )
    fixed = find_fixed_points(step, starts[rows], hold, memory_mb=memory_mb)
    common = {"x": x, "min_tau": float(min_tau), "hold_input": analysis["hold_input"]}
    radius = LINKAGE_RADIUS * rms_radius(states.visited)
    cell = CELLS.get(artifacts.Record.read(files["run"]).cell)
    bounded = cell is not None and cell.bounded
    rounds = COMPLETING_ROUNDS if bounded else 0
    bones = completed_skeleton(
        step,
        fixed,
        hold,
        slow.points,
        radius=radius,
        rounds=rounds,
        seed=Network.of(identity).seed_for("skeleton"),
        memory_mb=memory_mb,
    )
    common_slow = {**common, "seconds": time.process_time() - started}
    states.write(output["states"])
    artifacts.SlowPoints(**point_arrays(slow), **common_slow).write(output["slow_points"])
    modes = cast(SlowModes, slow.modes)  # every method finds them, where it finds a point
    kept_modes(modes).write(output["slow_modes"])
    roots = {**skeleton_arrays(bones), "bounded": bounded}
    artifacts.FixedPoints(**point_arrays(fixed), **common, **roots, starts=rows).write(
        output["fixed_points"]
    )
    statuses = ", ".join(
        f"{(slow.status == code).sum()} {Status(code).name.lower()}"
        for code in np.unique(slow.status)
    )
    log(
        f"slow points: {statuses}; median q {np.median(slow.q):.2e}, in fast modes "
        f"{np.median(slow.fast_q):.2e}"
    )
    log(
        f"slow modes: {modes.audit.missed} missed and {modes.audit.spurious} spurious at "
        f"{modes.audit.points} audited points"
    )
    log(
        f"fixed points: {len(bones.roots)} distinct of degree {bones.degree}; {bones.ghosts} of "
        f"{len(rows)} starts ended at ghosts"
    )


def find_slow_points(
    step,
    starts: torch.Tensor,
    x: torch.Tensor,
    analysis: Mapping[str, Any],
    min_tau: float,
    seed: int,
) -> SlowPoints:
    """Search slow points with the configuration's method, and slow modes at each.

    Parameters
    ----------
    step
        h' = F(h, x).
    starts
        Visited states (n, S).
    x
        The hold input x* (E,).
    analysis
        Settings of the analysis.
    min_tau
        Time constant in words from which a mode is slow.
    seed
        Of the points that are audited.
    """
    common = {
        "min_tau": min_tau,
        "audit": analysis["audit"],
        "seed": seed,
        "memory_mb": analysis["memory_mb"],
    }
    if analysis["method"] == "manifold":
        options = {key: analysis[key] for key in ("relax_steps", "rounds", "min_gap")}
        return project_to_slow_manifold(step, starts, x, **common, **options)
    if analysis["method"] == "damped":
        found = damped_gauss_newton(step, starts, x, memory_mb=budget(analysis["memory_mb"]))
    else:
        found = adam_search(step, starts, x, memory_mb=budget(analysis["memory_mb"]))
    modes = slow_modes(step, found.points, x, **common)
    return replace(found, slow_modes=modes.count, gap=modes.gap, modes=modes)


def point_arrays(found) -> dict[str, np.ndarray]:
    """Return the arrays of a search result that are kept."""
    names = (
        "points",
        "q",
        "fast_q",
        "displacement",
        "slow_modes",
        "held_modes",
        "gap",
        "iterations",
        "status",
    )
    return {name: getattr(found, name) for name in names}


def kept_modes(modes: SlowModes) -> artifacts.SlowModes:
    """Return what is kept of slow modes: KEPT_MODES a point, in single precision."""
    audit: dict[str, Any] = {f"audit_{name}": value for name, value in asdict(modes.audit).items()}
    return artifacts.SlowModes(
        count=modes.count,
        error=modes.error,
        gap=modes.gap,
        route=modes.route,
        eigenvalues=modes.eigenvalues[:, :KEPT_MODES].astype(np.complex64),
        tau=modes.tau[:, :KEPT_MODES],
        right=modes.right[:, :, :KEPT_MODES].astype(np.complex64),
        left=modes.left[:, :KEPT_MODES].astype(np.complex64),
        **audit,
    )


def skeleton_arrays(found: Skeleton) -> dict[str, Any]:
    """Return the arrays of a skeleton that are kept."""
    return {
        "distinct": found.ids,
        "roots": found.roots,
        "basins": found.basins,
        "stability": found.unstable,
        "unseen": float(found.unseen),
        "degree": float(found.degree),
    }
