"""Fabricated artifacts of trained networks with a planted geometry, so that figures are tested without training."""

import numpy as np

from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.store import formats

HIDDEN, LENGTH = 32, 25


def corners(kind, classes):
    """Return the directions (C, d) of the readouts in the plane, simplex or cube of a task."""
    if kind == "multilabel":
        return np.eye(classes)
    if kind == "ordered":
        x = np.linspace(-1, 1, classes)
        return np.stack([x, 0.7 - 1.4 * x**2], axis=1)
    centred = np.eye(classes) - 1 / classes
    return np.linalg.svd(centred)[0][:, : classes - 1] * np.sqrt(classes / (classes - 1))


def labels_of(scores, kind, readout):
    logits = scores @ readout.T
    return (logits >= 0).astype(np.int8) if kind == "multilabel" else logits.argmax(axis=1)


def squashed(scores, kind, readout):
    """Return where running scores (n, d) lie on the manifold: inside the simplex, the square, or the disc."""
    if kind == "multilabel":
        return np.tanh(scores / 2)
    if kind == "ordered":
        return scores / np.sqrt(1 + (scores**2).sum(axis=-1, keepdims=True) / 4)
    weights = np.exp(0.9 * scores @ readout.T)
    return weights / weights.sum(axis=-1, keepdims=True) @ readout


def fake_arrays(kind="categorical", classes=3, seed=10, sentences=400, points=1000):
    """Return states, slow points, fixed points and linearisation of a network with the planted geometry."""
    rng = np.random.default_rng(seed)
    directions = corners(kind, classes)
    d = directions.shape[1]
    basis = np.linalg.qr(rng.normal(size=(HIDDEN, HIDDEN)))[0]
    moves = (
        np.concatenate([directions, -directions, np.zeros((1, d))])
        if kind == "multilabel"
        else np.concatenate([directions, np.zeros((1, d))])
    )
    tokens = rng.integers(len(moves), size=(sentences, LENGTH))
    scores = np.cumsum(moves[tokens], axis=1)
    on_manifold = 3 * squashed(scores.reshape(-1, d), kind, directions).reshape(scores.shape)
    states = on_manifold @ basis[:, :d].T + 0.25 * rng.normal(size=(sentences, LENGTH, HIDDEN))
    labels = labels_of(scores[:, -1], kind, directions)
    chosen = rng.permutation(sentences * LENGTH)[:points]
    slow = on_manifold.reshape(-1, d)[chosen] @ basis[:, :d].T + 0.01 * rng.normal(
        size=(len(chosen), HIDDEN)
    )
    trajectories = np.concatenate([np.zeros((8, 1, HIDDEN)), states[:8]], axis=1)
    trajectories[3, 15:] = np.nan
    readout = directions @ basis[:, :d].T
    found = {
        "states": {
            "visited": states.reshape(-1, HIDDEN)[chosen].astype(np.float32),
            "visited_class": np.repeat(labels, LENGTH, axis=0)[chosen],
            "final": states[:, -1].astype(np.float32),
            "final_labels": labels,
            "trajectories": trajectories.astype(np.float32),
            "trajectory_tokens": tokens[:8],
            "trajectory_lengths": np.where(np.arange(8) == 3, 14, LENGTH),
            "trajectory_labels": labels[:8],
            "readout": readout,
            "readout_bias": np.zeros(len(readout)),
        },
        "slow_points": search(slow, rng),
        "fixed_points": fixed_points(directions, basis[:, :d], rng),
        "linearization": linearization(d, moves, readout, basis[:, :d], rng),
    }
    planted = Planted(kind, directions, basis[:, :d], moves, found)
    return found | {
        "slow_modes": slow_modes(planted),
        "flow": flow(planted),
        "traces": traces(planted),
    }


class Planted:
    """What the files of one network have in common: its geometry, and the frame of its slow points."""

    def __init__(self, kind, directions, basis, moves, found):
        self.kind, self.directions, self.basis, self.moves, self.found = (
            kind,
            directions,
            basis,
            moves,
            found,
        )
        network = NetworkArrays({}, {}, found["states"], found["slow_points"])
        self.points = network.slow_points
        self.origin, self.axes = self.points.mean(axis=0), network.components[:, :3].T

    def states(self, scores):
        """Return the states (..., S) of running scores (..., d)."""
        flat = 3 * squashed(scores.reshape(-1, scores.shape[-1]), self.kind, self.directions)
        return flat.reshape(scores.shape) @ self.basis.T


def slow_modes(planted):
    """Return slow modes along the manifold; every tenth point has one complex pair in place of the first two."""
    rng, (n, d) = np.random.default_rng(2), (len(planted.points), planted.basis.shape[1])
    kept = min(d + 1, 8)
    tau = np.full((n, kept), 3.0)
    tau[:, :d] = np.sort(10 ** rng.uniform(1.5, 3, size=(n, min(d, kept))), axis=1)[:, ::-1]
    eigenvalues = np.exp(-1 / tau).astype(np.complex64)
    right = np.zeros((n, planted.basis.shape[0], kept), dtype=np.complex64)
    right[:, :, : min(d, kept)] = planted.basis[:, :kept] * np.exp(
        1j * rng.uniform(0, 6, size=(n, 1, min(d, kept)))
    )
    if d > 1:
        pair = planted.basis[:, 0] + 1j * planted.basis[:, 1]
        right[::10, :, 0], right[::10, :, 1] = pair / np.sqrt(2), pair.conj() / np.sqrt(2)
        turned = np.exp(-1 / tau[::10, 0] + 0.01j)
        eigenvalues[::10, 0], eigenvalues[::10, 1] = turned, turned.conj()
    return {"count": np.full(n, d), "tau": tau, "eigenvalues": eigenvalues, "right": right}


def flow(planted, grid=25):
    """Return a flow that falls back towards the manifold and turns slowly, and kicks along the scores of all words."""
    coordinates = (planted.points - planted.origin) @ planted.axes[:2].T
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    x, y = (
        np.linspace(a - 0.2 * (b - a), b + 0.2 * (b - a), grid)
        for a, b in zip(low, high, strict=True)
    )
    places = np.stack(np.meshgrid(x, y), axis=-1)
    far = np.linalg.norm(places, axis=-1, keepdims=True)
    velocity = -0.02 * places * (far / 2) ** 4 + 0.003 * places[..., ::-1] * [-1, 1]
    rows = np.linspace(0, len(planted.points) - 1, 100).astype(int)
    moves = 0.3 * planted.moves @ planted.basis.T @ planted.axes.T
    return {
        "grid_x": x,
        "grid_y": y,
        "velocity": velocity.astype(np.float32),
        "speed": (np.linalg.norm(velocity, axis=-1) + 1e-4).astype(np.float32),
        "logits": 2
        * (planted.origin + places @ planted.axes[:2])
        @ planted.found["states"]["readout"].T,
        "rows": rows,
        "kick_words": np.arange(len(moves)),
        "kicks": np.broadcast_to(moves, (len(rows), *moves.shape)).astype(np.float32),
    }


def traces(planted, sentences=40):
    """Return sentences as written, reversed and shuffled; the last two are curated and one of them has no label."""
    rng = np.random.default_rng(3)
    readout, rows = planted.found["states"]["readout"], []
    tokens, labels = [], []
    for i in range(sentences):
        words = rng.integers(len(planted.moves), size=rng.integers(10, LENGTH))
        label = labels_of(
            planted.moves[words].sum(axis=0, keepdims=True), planted.kind, planted.directions
        )[0]
        labels.append(
            label if planted.kind == "multilabel" else np.eye(len(readout), dtype=np.int8)[label]
        )
        if i == sentences - 1:
            labels[-1] = np.full(len(readout), -1)
        for order in (words, words[::-1], rng.permutation(words)):
            tokens.append(order)
            scores = np.concatenate(
                [np.zeros((1, planted.basis.shape[1])), planted.moves[order].cumsum(axis=0)]
            )
            rows.append(planted.states(scores))
    states = np.concatenate(rows)
    return {
        "origin": planted.origin,
        "axes": planted.axes,
        "tokens": np.concatenate(tokens).astype(np.int32),
        "offsets": np.concatenate([[0], np.cumsum([len(words) for words in tokens])]),
        "sentence": np.repeat(np.arange(sentences), 3),
        "order": np.tile(np.arange(3), sentences).astype(np.int8),
        "kind": np.array([0] * (sentences - 2) + [1, 1], dtype=np.int8),
        "name": np.array([f"sentence {i}" for i in range(sentences)]),
        "labels": np.array(labels, dtype=np.int8),
        "coordinates": ((states - planted.origin) @ planted.axes.T).astype(np.float32),
        "logits": (states @ readout.T).astype(np.float32),
    }


def search(points, rng):
    n = len(points)
    columns = {name: 10.0 ** rng.normal(-5, 1, size=n) for name in ("q", "fast_q", "displacement")}
    codes = {name: np.zeros(n, dtype=np.int8) for name in ("iterations", "status")}
    return {
        "points": points,
        **columns,
        **codes,
        "slow_modes": np.full(n, 2),
        "gap": np.full(n, 9.0),
        "x": np.zeros(3),
    }


def fixed_points(directions, basis, rng):
    """Return a stable point at each corner, a saddle between the first two, a repeller in the middle; found often."""
    roots = 2.9 * np.concatenate(
        [directions, directions[:2].mean(axis=0, keepdims=True), np.zeros((1, directions.shape[1]))]
    )
    distinct = np.concatenate([np.arange(len(roots)), rng.integers(-1, len(roots), size=100)])
    stability = np.array([0] * len(directions) + [1, directions.shape[1]])
    found = search(roots[distinct.clip(min=0)] @ basis.T, rng)
    return {
        **found,
        "starts": np.arange(len(distinct)),
        "distinct": distinct,
        "roots": roots @ basis.T,
        "stability": stability,
        "unseen": np.float64(0.01),
    }


def linearization(d, moves, readout, basis, rng, points=32):
    angle = rng.uniform(-np.pi, np.pi, size=(points, HIDDEN - d))
    fast = 0.85 * np.sqrt(rng.uniform(size=angle.shape)) * np.exp(1j * angle)
    slow = 1 - rng.uniform(0.0005, 0.012, size=(points, d))
    eigenvalues = np.concatenate([slow, fast], axis=1)
    with np.errstate(divide="ignore"):
        tau = np.abs(1 / np.log(np.abs(eigenvalues)))
    effects = 0.4 * moves @ basis.T @ readout.T
    return {
        "index": np.arange(points),
        "centre": np.array(4),
        "eigenvalues": eigenvalues.astype(np.complex64),
        "tau": tau,
        "word_ids": np.arange(len(moves)),
        "word_effects": effects,
        "word_effects_std": np.full_like(effects, 0.1),
        "word_moves": np.linalg.norm(effects, axis=1),
        "linear_r2": np.float64(0.9),
        "rollout_steps": np.array([1, 10]),
        "rollout_error": np.array([0.1, 0.3]),
    }


def fake_meta(kind, classes, words):
    dimension = {"categorical": classes - 1, "ordered": 2, "multilabel": classes}[kind]
    names = (
        ["awful", "bad", "okay", "good", "awesome"][:classes]
        if kind == "ordered"
        else [f"class_{i}" for i in range(classes)]
    )
    return {
        "class_names": names,
        "classes": classes,
        "dimension_expected": dimension,
        "mean_length": float(LENGTH),
        "multi_label": kind == "multilabel",
        "kind": "synthetic",
        "family": "ordered2d" if kind == "ordered" else kind,
        "evidence": list(range(words - 1)),
        "neutral": words - 1,
    }


def fake_geometry(arrays, dimension):
    ratios = {}
    for suffix, points in (
        ("_visited", arrays["states"]["visited"]),
        ("_final", arrays["states"]["final"]),
        ("", arrays["slow_points"]["points"]),
    ):
        values = np.linalg.svd(points - points.mean(axis=0), compute_uv=False) ** 2
        ratios[f"variance_ratio{suffix}"] = [float(v) for v in values / values.sum()]
    accuracy = [0.33 + (0.985 - 0.33) * min(k / dimension, 1.0) ** 2 for k in range(1, HIDDEN + 1)]
    numbers = {
        "participation_ratio": 1.02 * dimension,
        "integration_modes": dimension,
        "cover": 0.97,
        "distinct_points": 950,
    }
    return {**ratios, **numbers, "accuracy_by_components": accuracy, "test_accuracy": 0.985}


def write_fake_run(folder, kind="categorical", classes=3, model="gru", seed=10, **changes):
    """Write a complete run folder with its data files; return the files by name, as rule plot_network names them."""
    arrays = fake_arrays(kind, classes, seed)
    words = len(arrays["linearization"]["word_ids"])
    meta = {**fake_meta(kind, classes, words), **changes}
    task = {
        "categorical": f"categorical-{classes}",
        "ordered": f"ordered2d-{classes}",
        "multilabel": f"multilabel-{classes}",
    }[kind]
    run = {
        "task": task,
        "model": model,
        "cell": model,
        "l2": "3e-4",
        "seed": seed,
        "best_step": 800,
        "test_accuracy": 0.985,
    }
    steps = np.arange(1, 21) * 50
    history = {
        "epoch": list(range(1, 21)),
        "step": [int(step) for step in steps],
        "train_loss": [float(v) for v in 1.1 * np.exp(-steps / 200) + 0.05],
        "dev_loss": [float(v) for v in 1.1 * np.exp(-steps / 220) + 0.07],
        "dev_accuracy": [float(v) for v in 0.98 - 0.6 * np.exp(-steps / 150)],
        "learning_rate": [float(v) for v in 0.01 * 0.99**steps],
    }
    files = {name: folder / f"{name}.npz" for name in arrays}
    for name, values in arrays.items():
        formats.write_npz(files[name], **values)
    plain = {
        "run": run,
        "geometry": fake_geometry(arrays, meta["dimension_expected"] or 2),
        "meta": meta,
        "vocab": [f"word_{i}" for i in range(words)],
    }
    for name, value in plain.items():
        files[name] = folder / f"{name}.json"
        formats.write_json(files[name], value)
    files["history"] = folder / "history.parquet"
    formats.write_table(files["history"], history)
    return files


TASKS = {
    "categorical-3": (3, 2, 120.0),
    "categorical-4": (4, 3, 109.47),
    "categorical-5": (5, 4, 104.48),
    "ordered2d-5": (5, 2, None),
    "multilabel-2": (2, 2, 90.0),
}


def fake_runs(tasks=TASKS, models=("vanilla", "gru", "lstm", "ugrnn"), seeds=(10, 11)):
    """Return rows of runs.csv, a dictionary each, near what theory expects; an undefined value is None."""
    rng = np.random.default_rng(1)
    rows = []
    for task, (classes, d, angle) in tasks.items():
        for model in models:
            for seed in seeds:
                accuracy = rng.uniform(0.94, 0.995)
                tau = sorted(
                    np.concatenate([rng.uniform(60, 2000, size=d), rng.uniform(2, 8, size=8)]),
                    reverse=True,
                )[:8]
                row = {
                    "task": task,
                    "model": model,
                    "cell": model,
                    "l2": "3e-4",
                    "seed": seed,
                    "classes": classes,
                }
                row |= {
                    "dimension_expected": d,
                    "dimension_predicted": d,
                    "test_accuracy": accuracy,
                }
                row |= {
                    "participation_ratio": d * rng.uniform(0.88, 1.1),
                    "components_90": d,
                    "components_95": d + int(rng.uniform() > 0.8),
                }
                row |= {
                    "integration_modes": d,
                    "readout_angle_expected": angle,
                    "readout_angle_mean": (angle or 80) + rng.normal(0, 2),
                }
                row |= {
                    "accuracy_at_d": accuracy - 0.01,
                    "accuracy_below_d": accuracy * (d + 0.2) / (d + 1),
                    "cover": 0.97,
                }
                rows.append(row | {f"tau_{i + 1}": value for i, value in enumerate(tau)})
    return rows
