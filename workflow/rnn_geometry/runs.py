"""One trained network from files to files: slow points, linearisation. The scripts of the workflow call these."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any

import numpy as np
import torch

from rnn_geometry import io
from rnn_geometry import jacobians as jac
from rnn_geometry.descent import adam_search, damped_gauss_newton
from rnn_geometry.dimension import LINKAGE_RADIUS, rms_radius
from rnn_geometry.fixed_points import Skeleton, find_fixed_points, skeleton
from rnn_geometry.hashes import check_same_data
from rnn_geometry.identity import derive_seed
from rnn_geometry.linearization import linearize, word_effects
from rnn_geometry.model import analysis_cell, load_classifier, prepare_device
from rnn_geometry.search import SlowPoints, Status
from rnn_geometry.sentences import Sentences
from rnn_geometry.slow_modes import Audit, SlowModes, slow_modes
from rnn_geometry.slow_points import project_to_slow_manifold
from rnn_geometry.states import hold_input, visit
from rnn_geometry.word_modes import linear_prediction, rollout_error, word_mode_effects

TELLING_COUNT = 5  # occurrences from which the log-odds of a word mean something
KEPT_MODES = 8  # networks without a gap have dozens of slow modes a point
Log = Callable[[str], None]


def slow_points_run(
    files, output, *, identity: Mapping[str, str], analysis: Mapping[str, Any], device: str, threads: int, log: Log
):
    """Visit states of the test split and search from them; write states.npz, slow_points.npz and fixed_points.npz."""
    where = prepare_device(device, threads)
    started = time.process_time()
    check_same_data(io.read_json(files["run"]), files)
    classifier = load_classifier(files["model"], files["run"]).to(where)
    meta, test = io.read_json(files["meta"]), io.read_sentences(files["test"])
    seed = derive_seed("states", *(identity[name] for name in ("task", "model", "l2", "seed")))
    states = visit(
        classifier, test, visited=analysis["visited_states"], trajectories=analysis["trajectories"], seed=seed
    )
    vectors = classifier.embedding_matrix().double().cpu().numpy()
    x = hold_input(analysis["hold_input"], vectors, io.read_json(files["vocab"]), test)
    step, min_tau = analysis_cell(classifier), analysis["min_tau"] or meta["mean_length"] / 2
    starts = torch.from_numpy(states["visited"]).double().to(where)
    hold = torch.from_numpy(x).double().to(where)
    memory_mb = jac.budget(step, analysis["memory_mb"])
    slow = find_slow_points(step, starts, hold, analysis, min_tau, seed)
    rows = np.unique(np.linspace(0, len(starts) - 1, min(analysis["exact_starts"], len(starts))).astype(int))
    fixed = find_fixed_points(step, starts[rows], hold, memory_mb=memory_mb)
    common = {"x": x, "min_tau": np.float64(min_tau), "hold_input": np.array(analysis["hold_input"])}
    radius = LINKAGE_RADIUS * rms_radius(states["visited"])
    bones = skeleton(step, fixed, hold, radius=radius, memory_mb=memory_mb)
    seconds = np.float64(time.process_time() - started)
    io.write_npz(output["states"], **states)
    io.write_npz(output["slow"], **point_arrays(slow), **common, seconds=seconds)
    io.write_npz(output["modes"], **mode_arrays(slow.modes))
    io.write_npz(output["fixed"], **point_arrays(fixed), **common, **skeleton_arrays(bones), starts=rows)
    statuses = ", ".join(
        f"{(slow.status == code).sum()} {Status(code).name.lower()}" for code in np.unique(slow.status)
    )
    log(f"slow points: {statuses}; median q {np.median(slow.q):.2e}, in fast modes {np.median(slow.fast_q):.2e}")
    audit = slow.modes.audit
    log(f"slow modes: {audit.missed} missed and {audit.spurious} spurious at {audit.points} audited points")
    log(f"fixed points: {len(bones.roots)} distinct; {bones.ghosts} of {len(rows)} starts ended at ghosts")


def find_slow_points(
    step, starts: torch.Tensor, x: torch.Tensor, analysis: Mapping[str, Any], min_tau: float, seed: int
) -> SlowPoints:
    """Search slow points with the method of the configuration; slow modes are found at the points of each."""
    common = {"min_tau": min_tau, "audit": analysis["audit"], "seed": seed, "memory_mb": analysis["memory_mb"]}
    if analysis["method"] == "manifold":
        options = {key: analysis[key] for key in ("relax_steps", "rounds", "min_gap")}
        return project_to_slow_manifold(step, starts, x, **common, **options)
    if analysis["method"] == "damped":
        found = damped_gauss_newton(step, starts, x, memory_mb=jac.budget(step, analysis["memory_mb"]))
    else:
        found = adam_search(step, starts, x, memory_mb=jac.budget(step, analysis["memory_mb"]))
    modes = slow_modes(step, found.points, x, **common)
    return replace(found, slow_modes=modes.count, gap=modes.gap, modes=modes)


def point_arrays(found) -> dict[str, np.ndarray]:
    """Return the arrays of a search result that are kept."""
    names = (
        "points", "q", "fast_q", "displacement", "slow_modes", "held_modes", "gap", "iterations", "status"
    )  # fmt: skip
    return {name: getattr(found, name) for name in names}


def mode_arrays(modes: SlowModes | None) -> dict[str, np.ndarray]:
    """Return the arrays of slow modes that are kept, in single precision, of at most KEPT_MODES a point."""
    if modes is None:
        return {}
    shown = modes.eigenvalues[:, :KEPT_MODES], modes.right[:, :, :KEPT_MODES], modes.left[:, :KEPT_MODES]
    eigenvalues, right, left = (part.astype(np.complex64) for part in shown)
    plain = {name: getattr(modes, name) for name in ("count", "error", "gap", "route")}
    audit = {f"audit_{name}": np.asarray(value) for name, value in asdict(modes.audit).items()}
    tau = modes.tau[:, :KEPT_MODES]
    return {**plain, "eigenvalues": eigenvalues, "tau": tau, "right": right, "left": left, **audit}


def skeleton_arrays(found: Skeleton) -> dict[str, np.ndarray]:
    """Return the arrays of a skeleton that are kept."""
    return {
        "distinct": found.ids,
        "roots": found.roots,
        "basins": found.basins,
        "stability": found.unstable,
        "unseen": np.float64(found.unseen),
    }


def linearize_run(
    files,
    output: str,
    *,
    spectrum_points: int,
    shown_words: int,
    memory_mb: int | None,
    where: torch.device,
    log: Log,
):
    """Linearise at a sample of the slow points and measure what words do there; write linearization.npz."""
    started = time.process_time()
    check_same_data(io.read_json(files["run"]), files)
    classifier = load_classifier(files["model"], files["run"]).to(where)
    slow = io.read_npz(files["slow"])
    index, centre = spectrum_sample(slow["points"], spectrum_points)
    step = analysis_cell(classifier)
    memory_mb = jac.budget(step, memory_mb)
    points = torch.from_numpy(slow["points"][index]).to(where)
    x = torch.from_numpy(slow["x"]).to(where)
    result = linearize(step, points, x, memory_mb=memory_mb)
    meta, test = io.read_json(files["meta"]), io.read_sentences(files["test"])
    words = chosen_words(meta, test, len(io.read_json(files["vocab"])), shown_words)
    vectors = classifier.embedding_matrix().double()[torch.from_numpy(words).to(where)]
    readout = classifier.readout_matrix().double()
    effects, spread, moves = word_effects(step, points, x, vectors, readout)
    modes = read_modes(io.read_npz(files["modes"]), index)
    on_modes = word_mode_effects(step, points, x, vectors, modes, memory_mb=memory_mb)
    predicted = linear_prediction(step, points, x, vectors, readout, memory_mb=memory_mb)
    rollout = rollout_error(step, points, x, one_word_kicks(step, points, x, vectors), memory_mb=memory_mb)
    io.write_npz(
        output,
        index=index,
        centre=np.int64(centre),
        eigenvalues=result.eigenvalues.astype(np.complex64),
        tau=result.tau,
        right=result.right.astype(np.complex64),
        left=result.left.astype(np.complex64),
        input_jacobian=result.input_jacobian.astype(np.float32),
        word_ids=words,
        word_effects=effects,
        word_effects_std=spread,
        word_moves=moves,
        word_mode_effects=on_modes.effects.astype(np.complex64),
        word_along=on_modes.along,
        word_across=on_modes.across,
        linear_error=predicted.relative_error,
        linear_r2=np.float64(predicted.r2),
        rollout_steps=rollout.steps,
        rollout_error=rollout.relative_error,
        rollout_drift=rollout.drift,
        seconds=np.float64(time.process_time() - started),
    )
    log(f"longest time constants at the centre: {', '.join(f'{tau:.4g}' for tau in result.tau[centre][:5])} words")


def spectrum_sample(points: np.ndarray, size: int) -> tuple[np.ndarray, int]:
    """Return rows of slow points spread evenly over their order, the centre among them, and the centre's place.

    The centre is the slow point nearest the mean slow point.
    """
    centre = int(np.argmin(((points - points.mean(axis=0)) ** 2).sum(axis=1)))
    spread = np.linspace(0, len(points) - 1, min(size, len(points))).astype(int)
    index = np.unique(np.append(spread, centre))
    return index, int(np.searchsorted(index, centre))


def read_modes(arrays: Mapping[str, np.ndarray], rows: np.ndarray) -> SlowModes:
    """Return the slow modes at some rows of slow_modes.npz, as many as were kept."""
    names = ("count", "eigenvalues", "tau", "right", "left", "error", "gap", "route")
    kept = {name: arrays[name][rows] for name in names}
    kept["count"] = kept["count"].clip(0, kept["eigenvalues"].shape[1])
    return SlowModes(**kept, audit=Audit(*(arrays[f"audit_{field.name}"].item() for field in fields(Audit))))


@torch.no_grad()
def one_word_kicks(step, points: torch.Tensor, x: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
    """Return what one word adds to each point, (n, S); the words (W, E) take turns over the points."""
    words = vectors[torch.arange(len(points), device=points.device) % len(vectors)]
    hold = x.expand(len(points), -1)
    return step(points, words) - step(points, hold)


def chosen_words(meta: Mapping[str, Any], test: Sentences, words: int, shown: int) -> np.ndarray:
    """Return ids of the words whose effects are measured: all of a synthetic task; of a text the most frequent, and
    as many of the most telling ones, with the largest log-odds of a class among words read at least five times.
    """
    if meta["kind"] == "synthetic":
        return np.arange(words)
    labels = np.repeat(test.labels, test.lengths, axis=0)
    if labels.ndim == 1:
        labels = labels[:, None] == np.arange(meta["classes"])
    counts = np.stack([np.bincount(test.tokens, weights=column, minlength=words) for column in labels.T]) + 0.5
    total = np.bincount(test.tokens, minlength=words)
    share = counts / counts.sum(axis=1, keepdims=True)
    odds = np.abs(np.log(share / share.mean(axis=0))).max(axis=0)
    frequent = np.argsort(-total[2:], kind="stable")[: (shown + 1) // 2] + 2
    rest = np.setdiff1d(np.flatnonzero(total >= TELLING_COUNT), np.append(frequent, [0, 1]))
    telling = rest[np.argsort(-odds[rest], kind="stable")[: shown // 2]]
    return np.sort(np.append(frequent, telling))
