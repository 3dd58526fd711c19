"""Fabricated networks with a planted geometry, so that figures are tested without training."""

import numpy as np
from drawn import drawn, record

from rnn_geometry.geometry.frame import slow_frame
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.store import artifacts
from rnn_geometry.store.results import OF_NETWORK, OF_TASK
from rnn_geometry.tasks.harder import HARDER

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


def squashed(scores, kind, readout):
    """Return where running scores (n, d) lie: inside the simplex, the square, or the disc."""
    if kind == "multilabel":
        return np.tanh(scores / 2)
    if kind == "ordered":
        return scores / np.sqrt(1 + (scores**2).sum(axis=-1, keepdims=True) / 4)
    weights = np.exp(0.9 * scores @ readout.T)
    return weights / weights.sum(axis=-1, keepdims=True) @ readout


class Planted:
    """What the artifacts of one network have in common: directions, a basis, words, states."""

    def __init__(self, kind, classes, seed, sentences=400):
        rng = self.rng = np.random.default_rng(seed)
        self.kind, self.directions = kind, corners(kind, classes)
        d = self.d = self.directions.shape[1]
        self.basis = np.linalg.qr(rng.normal(size=(HIDDEN, HIDDEN)))[0][:, :d]
        signs = (1, -1) if kind == "multilabel" else (1,)
        self.moves = np.concatenate([*(s * self.directions for s in signs), np.zeros((1, d))])
        self.readout = self.directions @ self.basis.T
        self.tokens = rng.integers(len(self.moves), size=(sentences, LENGTH))
        self.scores = np.cumsum(self.moves[self.tokens], axis=1)
        self.chosen = rng.permutation(sentences * LENGTH)[:1000]
        on_manifold = self.states_of(self.scores).reshape(-1, HIDDEN)[self.chosen]
        self.points = on_manifold + 0.01 * rng.normal(size=on_manifold.shape)
        self.origin, self.axes = slow_frame(self.points, self.readout)

    def states_of(self, scores):
        """Return the states (..., S) of running scores (..., d)."""
        flat = 3 * squashed(scores.reshape(-1, self.d), self.kind, self.directions)
        return flat.reshape(scores.shape) @ self.basis.T

    def labels_of(self, scores):
        """Return the labels of final scores (m, d)."""
        logits = scores @ self.directions.T
        several = self.kind == "multilabel"
        return (logits >= 0).astype(np.int8) if several else logits.argmax(axis=1)


def states(planted):
    """Return what is read: states near the manifold; the fourth trajectory ends early."""
    noise = 0.25 * planted.rng.normal(size=(*planted.scores.shape[:2], HIDDEN))
    found = planted.states_of(planted.scores) + noise
    labels = planted.labels_of(planted.scores[:, -1])
    trajectories = np.concatenate([np.zeros((8, 1, HIDDEN)), found[:8]], axis=1)
    trajectories[3, 15:] = np.nan
    return artifacts.States(
        visited=found.reshape(-1, HIDDEN)[planted.chosen].astype(np.float32),
        visited_class=np.repeat(labels, LENGTH, axis=0)[planted.chosen],
        final=found[:, -1].astype(np.float32),
        final_labels=labels,
        trajectories=trajectories.astype(np.float32),
        trajectory_tokens=planted.tokens[:8],
        trajectory_lengths=np.where(np.arange(8) == 3, 14, LENGTH),
        trajectory_labels=labels[:8],
        readout=planted.readout,
        readout_bias=np.zeros(len(planted.readout)),
    )


def slow_points(planted):
    q = 10.0 ** planted.rng.normal(-5, 1, size=len(planted.points))
    return drawn(artifacts.SlowPoints, points=planted.points, q=q)


def fixed_points(planted):
    """Return a stable point at each corner, a saddle between two, a repeller in the middle."""
    directions = planted.directions
    places = [directions, directions[:2].mean(axis=0, keepdims=True), np.zeros((1, planted.d))]
    roots = 2.9 * np.concatenate(places) @ planted.basis.T
    found_again = planted.rng.integers(-1, len(roots), size=100)
    distinct = np.concatenate([np.arange(len(roots)), found_again])
    stability = np.array([0] * len(directions) + [1, planted.d])
    given = {"distinct": distinct, "roots": roots, "stability": stability}
    return drawn(artifacts.FixedPoints, points=roots[distinct.clip(min=0)], **given)


def linearization(planted, points=32):
    """Return d slow eigenvalues at each point, the rest within a disc, and what words do."""
    rng, d = planted.rng, planted.d
    angle = rng.uniform(-np.pi, np.pi, size=(points, HIDDEN - d))
    fast = 0.85 * np.sqrt(rng.uniform(size=angle.shape)) * np.exp(1j * angle)
    slow = 1 - rng.uniform(0.0005, 0.012, size=(points, d))
    eigenvalues = np.concatenate([slow, fast], axis=1)
    effects = 0.4 * planted.moves @ planted.basis.T @ planted.readout.T
    return drawn(
        artifacts.Linearization,
        centre=4,
        eigenvalues=eigenvalues.astype(np.complex64),
        tau=np.abs(1 / np.log(np.abs(eigenvalues))),
        word_ids=np.arange(len(effects)),
        word_effects=effects,
    )


def slow_modes(planted):
    """Return slow modes along the manifold; every tenth point has a complex pair for the first."""
    rng, n, d = np.random.default_rng(2), len(planted.points), planted.d
    kept = min(d + 1, 8)
    tau = np.full((n, kept), 3.0)
    tau[:, :d] = np.sort(10 ** rng.uniform(1.5, 3, size=(n, min(d, kept))), axis=1)[:, ::-1]
    eigenvalues = np.exp(-1 / tau).astype(np.complex64)
    right = np.zeros((n, HIDDEN, kept), dtype=np.complex64)
    phase = np.exp(1j * rng.uniform(0, 6, size=(n, 1, min(d, kept))))
    right[:, :, : min(d, kept)] = planted.basis[:, :kept] * phase
    if d > 1:
        pair = planted.basis[:, 0] + 1j * planted.basis[:, 1]
        right[::10, :, 0], right[::10, :, 1] = pair / np.sqrt(2), pair.conj() / np.sqrt(2)
        turned = np.exp(-1 / tau[::10, 0] + 0.01j)
        eigenvalues[::10, 0], eigenvalues[::10, 1] = turned, turned.conj()
    given = {"count": np.full(n, d), "tau": tau, "eigenvalues": eigenvalues, "right": right}
    return drawn(artifacts.SlowModes, **given)


def flow(planted, grid=25):
    """Return a flow that falls back to the manifold and turns slowly, and kicks along scores."""
    coordinates = (planted.points - planted.origin) @ planted.axes[:2].T
    edges = zip(coordinates.min(axis=0), coordinates.max(axis=0), strict=True)
    x, y = (np.linspace(a - 0.2 * (b - a), b + 0.2 * (b - a), grid) for a, b in edges)
    places = np.stack(np.meshgrid(x, y), axis=-1)
    far = np.linalg.norm(places, axis=-1, keepdims=True)
    velocity = -0.02 * places * (far / 2) ** 4 + 0.003 * places[..., ::-1] * [-1, 1]
    rows = np.linspace(0, len(planted.points) - 1, 100).astype(int)
    moves = 0.3 * planted.moves @ planted.basis.T @ planted.axes.T
    return artifacts.Flow(
        grid_x=x,
        grid_y=y,
        velocity=velocity.astype(np.float32),
        speed=(np.linalg.norm(velocity, axis=-1) + 1e-4).astype(np.float32),
        rows=rows,
        kick_words=np.arange(len(moves)),
        kicks=np.broadcast_to(moves, (len(rows), *moves.shape)).astype(np.float32),
    )


def traces(planted, sentences=40):
    """Return sentences in three orders; the last two are curated, one of them has no label."""
    rng, classes = np.random.default_rng(3), len(planted.readout)
    tokens, labels = [], []
    for _ in range(sentences):
        words = rng.integers(len(planted.moves), size=rng.integers(10, LENGTH))
        label = planted.labels_of(planted.moves[words].sum(axis=0, keepdims=True))[0]
        labels.append(label if planted.kind == "multilabel" else np.eye(classes)[label])
        tokens += [words, words[::-1], rng.permutation(words)]
    labels[-1] = np.full(classes, -1)
    scores = [np.insert(planted.moves[words].cumsum(axis=0), 0, 0, axis=0) for words in tokens]
    read = np.concatenate([planted.states_of(one) for one in scores])
    return artifacts.Traces(
        origin=planted.origin,
        axes=planted.axes,
        tokens=np.concatenate(tokens).astype(np.int32),
        offsets=np.concatenate([[0], np.cumsum([len(words) for words in tokens])]),
        sentence=np.repeat(np.arange(sentences), 3),
        order=np.tile(np.arange(3), sentences).astype(np.int8),
        kind=np.array([0] * (sentences - 2) + [1, 1], dtype=np.int8),
        name=np.array([f"sentence {i}" for i in range(sentences)]),
        labels=np.array(labels, dtype=np.int8),
        coordinates=((read - planted.origin) @ planted.axes.T).astype(np.float32),
        logits=(read @ planted.readout.T).astype(np.float32),
    )


NAMES = {"categorical": "categorical", "ordered": "ordered2d", "multilabel": "multilabel"}
RATINGS = ["awful", "bad", "okay", "good", "awesome"]


def meta(planted, **changes):
    ordered, classes = planted.kind == "ordered", len(planted.readout)
    known = {
        "class_names": RATINGS[:classes] if ordered else [f"class_{i}" for i in range(classes)],
        "classes": classes,
        "dimension_expected": planted.d,
        "mean_length": float(LENGTH),
        "multi_label": planted.kind == "multilabel",
        "kind": "synthetic",
        "family": NAMES[planted.kind],
    }
    return artifacts.Meta(facts=known | changes)


def geometry(planted, known, found):
    d, ratios = planted.d, {}
    sets = {"_visited": found.visited, "_final": found.final, "": planted.points}
    for suffix, points in sets.items():
        values = np.linalg.svd(points - points.mean(axis=0), compute_uv=False) ** 2
        ratios[f"variance_ratio{suffix}"] = [float(v) for v in values / values.sum()]
    accuracy = [0.33 + (0.985 - 0.33) * min(k / d, 1.0) ** 2 for k in range(1, HIDDEN + 1)]
    numbers = {"participation_ratio": 1.02 * d, "integration_modes": d, "distinct_points": 950}
    identity = {name: getattr(known, name) for name in artifacts.Geometry.NEEDED}
    numbers |= {"accuracy_by_components": accuracy, "test_accuracy": 0.985}
    return artifacts.Geometry(facts={**identity, **ratios, **numbers})


def history():
    steps = np.arange(1, 21) * 50
    columns = {
        "epoch": np.arange(1, 21),
        "step": steps,
        "train_loss": 1.1 * np.exp(-steps / 200) + 0.05,
        "dev_loss": 1.1 * np.exp(-steps / 220) + 0.07,
        "dev_accuracy": 0.98 - 0.6 * np.exp(-steps / 150),
        "learning_rate": 0.01 * 0.99**steps,
        "gradient_norm": np.ones(20),
    }
    return artifacts.History(**{name: values.tolist() for name, values in columns.items()})


def fake_network(kind="categorical", classes=3, model="gru", seed=10, **changes):
    """Return all artifacts of one network; `changes` are of its meta.json."""
    planted = Planted(kind, classes, seed)
    who = {"task": f"{NAMES[kind]}-{classes}", "model": model, "cell": model, "seed": seed}
    known, found = record(**who), states(planted)
    return NetworkArrays(
        record=known,
        meta=meta(planted, **changes),
        states=found,
        slow_points=slow_points(planted),
        geometry=geometry(planted, known, found),
        fixed_points=fixed_points(planted),
        linearization=linearization(planted),
        slow_modes=slow_modes(planted),
        history=history(),
        words=[f"word_{i}" for i in range(len(planted.moves))],
        flow=flow(planted),
        traces=traces(planted),
    )


def write_network(folder, network):
    """Write the files of a network and of its task; return them by their stems."""
    files = {}
    vocabulary = artifacts.Vocabulary(words=network.words)
    for name, kind in (OF_NETWORK | OF_TASK).items():
        made = vocabulary if name == "vocabulary" else getattr(network, name, None)
        if isinstance(made, kind):
            file = folder / kind.FILE
            made.write(file)
            files[file.stem] = file
    files["portraits"] = folder / "portraits.npz"
    portrait = artifacts.Portrait(network.flow, network.traces)
    name = "{model}/l2-{l2}/seed-{seed}".format(**vars(network.record))
    artifacts.write_portraits(files["portraits"], {name: portrait})
    return files


TASKS = {
    "categorical-3": (3, 2, 120.0),
    "categorical-4": (4, 3, 109.47),
    "categorical-5": (5, 4, 104.48),
    "ordered2d-5": (5, 2, None),
    "multilabel-2": (2, 2, 90.0),
}


def fake_causes(rng, classes):
    """Return numbers of causal tests: the slow subspace decides, random ones and chance do not."""
    near = {"ablation_accuracy": 1 / classes, "interchange_follows": 0.95, "steering_hits": 0.93}
    random = {"ablation_accuracy": 0.97, "interchange_follows": 0.05, "steering_hits": 0.5}
    rows = [(near, ""), (random, "_random"), (dict.fromkeys(near, 0.4), "_untrained")]
    made = {n + end: v + rng.normal(0, 0.01) for given, end in rows for n, v in given.items()}
    chance = {f"{test}_chance": 1 / classes for test in ("ablation", "interchange")}
    return made | chance | {"interchange_follows_untrained": None}


def manifold_numbers(d):
    """Return numbers of input-output dimension and of robustness to weight noise."""
    values = {f"io_value_{i}": 0.8 if i <= d else 10.0 ** (d - i - 1) for i in range(2, 9)}
    noise = {
        f"noise_{name}{suffix}": value * scale
        for suffix, scale in (("_weak", 0.3), ("", 1.0), ("_strong", 3.0))
        for name, value in (("manifold_shift", 0.01), ("hold_r2", 0.3), ("roots_kept", 0.2))
    }
    return values | noise


def fake_gains(rng):
    """Return what words do to words after them: `not` weakens, `very` strengthens."""
    row = {}
    for word, gain in {
        "control": 1.1,
        "not": 0.4,
        "nt": 0.5,
        "never": 0.6,
        "very": 1.3,
        "but": 1.2,
    }.items():
        middle = gain + rng.normal(0, 0.02)
        row |= {f"{word}_gain": middle}
        row |= {f"{word}_gain_low": middle - 0.05, f"{word}_gain_high": middle + 0.05}
    return row | {f"{word}_gain{end}": 1.0 for word in ("flip", "double") for end in ("", "_cut")}


def fake_runs(tasks=TASKS, models=("vanilla", "gru", "lstm", "ugrnn"), seeds=(10, 11)):
    """Return rows of runs.csv, near what theory expects; an undefined value is None."""
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
                row |= {"rate_centre": 0.02, "rate_edge": -0.03}
                row |= manifold_numbers(d)
                row |= {f"{kind}_accuracy": accuracy - 0.02 for kind in HARDER}
                row |= fake_causes(rng, classes)
                row |= fake_gains(rng)
                rows.append(row | {f"tau_{i + 1}": value for i, value in enumerate(tau)})
    return rows
