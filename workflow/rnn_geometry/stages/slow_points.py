"""Slow points and fixed points of one trained network, from files to files."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch

from rnn_geometry.dynamics.descent import adam_search, damped_gauss_newton
from rnn_geometry.dynamics.fixed_points import find_fixed_points, skeleton
from rnn_geometry.dynamics.results import Skeleton, SlowModes, SlowPoints, Status
from rnn_geometry.dynamics.slow_modes import slow_modes
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.step import budget
from rnn_geometry.geometry.dimension import LINKAGE_RADIUS, rms_radius
from rnn_geometry.identity import Network
from rnn_geometry.networks.classifier import analysis_cell, load_classifier, prepare_device
from rnn_geometry.networks.hold_input import hold_input
from rnn_geometry.networks.states import visit
from rnn_geometry.stages.network_job import Log, NetworkJob
from rnn_geometry.store import formats
from rnn_geometry.store.hashes import check_same_data
from rnn_geometry.tasks.sentences import read_sentences

KEPT_MODES = 8  # networks without a gap have dozens of slow modes a point


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
    check_same_data(formats.read_json(files["run"]), files)
    classifier = load_classifier(files["model"], files["run"]).to(where)
    meta, test = formats.read_json(files["meta"]), read_sentences(files["test"])
    seed = Network.of(identity).seed_for("states")
    states = visit(
        classifier,
        test,
        visited=analysis["visited_states"],
        trajectories=analysis["trajectories"],
        seed=seed,
    )
    vectors = classifier.embedding_matrix().double().cpu().numpy()
    x = hold_input(analysis["hold_input"], vectors, formats.read_json(files["vocab"]), test)
    step, min_tau = analysis_cell(classifier), analysis["min_tau"] or meta["mean_length"] / 2
    starts = torch.from_numpy(states["visited"]).double().to(where)
    hold = torch.from_numpy(x).double().to(where)
    memory_mb = budget(step, analysis["memory_mb"])
    slow = find_slow_points(step, starts, hold, analysis, min_tau, seed)
    rows = np.unique(
        np.linspace(0, len(starts) - 1, min(analysis["exact_starts"], len(starts))).astype(int)
    )
    fixed = find_fixed_points(step, starts[rows], hold, memory_mb=memory_mb)
    common = {
        "x": x,
        "min_tau": np.float64(min_tau),
        "hold_input": np.array(analysis["hold_input"]),
    }
    radius = LINKAGE_RADIUS * rms_radius(states["visited"])
    bones = skeleton(step, fixed, hold, radius=radius, memory_mb=memory_mb)
    seconds = np.float64(time.process_time() - started)
    formats.write_npz(output["states"], **states)
    formats.write_npz(output["slow_points"], **point_arrays(slow), **common, seconds=seconds)
    formats.write_npz(output["slow_modes"], **mode_arrays(slow.modes))
    formats.write_npz(
        output["fixed_points"],
        **point_arrays(fixed),
        **common,
        **skeleton_arrays(bones),
        starts=rows,
    )
    statuses = ", ".join(
        f"{(slow.status == code).sum()} {Status(code).name.lower()}"
        for code in np.unique(slow.status)
    )
    log(
        f"slow points: {statuses}; median q {np.median(slow.q):.2e}, in fast modes "
        f"{np.median(slow.fast_q):.2e}"
    )
    if slow.modes is not None:
        audit = slow.modes.audit
        log(
            f"slow modes: {audit.missed} missed and {audit.spurious} spurious at {audit.points} "
            "audited points"
        )
    log(
        f"fixed points: {len(bones.roots)} distinct; {bones.ghosts} of {len(rows)} starts ended at "
        "ghosts"
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
        found = damped_gauss_newton(step, starts, x, memory_mb=budget(step, analysis["memory_mb"]))
    else:
        found = adam_search(step, starts, x, memory_mb=budget(step, analysis["memory_mb"]))
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


def mode_arrays(modes: SlowModes | None) -> dict[str, np.ndarray]:
    """Return the arrays of slow modes that are kept, in single precision, KEPT_MODES a point."""
    if modes is None:
        return {}
    shown = (
        modes.eigenvalues[:, :KEPT_MODES],
        modes.right[:, :, :KEPT_MODES],
        modes.left[:, :KEPT_MODES],
    )
    eigenvalues, right, left = (part.astype(np.complex64) for part in shown)
    plain = {name: getattr(modes, name) for name in ("count", "error", "gap", "route")}
    audit = {f"audit_{name}": np.asarray(value) for name, value in asdict(modes.audit).items()}
    tau = modes.tau[:, :KEPT_MODES]
    return {**plain, "eigenvalues": eigenvalues, "tau": tau, "right": right, "left": left, **audit}


def skeleton_arrays(found: Skeleton) -> dict[str, np.ndarray | np.generic]:
    """Return the arrays of a skeleton that are kept."""
    return {
        "distinct": found.ids,
        "roots": found.roots,
        "basins": found.basins,
        "stability": found.unstable,
        "unseen": np.float64(found.unseen),
    }
