"""Networks for tests of the explorer: random weights, and traces computed with them."""

from dataclasses import replace

import numpy as np
import torch
from conftest import PROJECT
from drawn import drawn, record

from rnn_geometry.geometry.frame import slow_frame
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.pages.explorer import Explored, explorer_page
from rnn_geometry.store import artifacts

UNITS = 12
SHOWN = 5  # sentences
TEMPLATES = {
    path.name: path.read_text()
    for path in (PROJECT / "workflow/rnn_geometry/pages/templates/explorer").iterdir()
}
NASTY = "</script><img src=x onerror=window.hurt=1>"


def fake_meta(classes=3, multi_label=False, **changes):
    names = [f"{'label' if multi_label else 'class'}_{i}" for i in range(classes)]
    return {
        "name": "colours-3",
        "kind": "synthetic",
        "family": "multilabel" if multi_label else "categorical",
        "classes": classes,
        "class_names": names,
        "multi_label": multi_label,
        "dimension_expected": classes if multi_label else classes - 1,
        **changes,
    }


def fake_vocabulary(count=6):
    return [f"word_{i}" for i in range(count - 2)] + ["neutral", NASTY]


def fake_sentences(words, classes, multi_label, seed=3):
    """Return tokens of SHOWN sentences of different lengths, their kinds, names, labels (s, C)."""
    rng = np.random.default_rng(seed)
    tokens = [rng.integers(words, size=length) for length in (6, 9, 7, 8, 5)]
    tokens[1][0] = words - 1  # the word that would break a careless page
    labels = (
        rng.integers(2, size=(SHOWN, classes))
        if multi_label
        else np.eye(classes)[rng.integers(classes, size=SHOWN)]
    )
    labels = labels.astype(np.int8)
    labels[2] = -1
    names = np.array(["first then last", "in turn", "configured 1", "held-out 1", "held-out 2"])
    return tokens, np.array([1, 1, 2, 0, 0], dtype=np.int8), names, labels


def orders_of(tokens, seed=0):
    return [tokens, tokens[::-1], np.random.default_rng(seed).permutation(tokens)]


def save_page(path, meta, networks, limit=150_000):
    """Write the page of some networks and return its path."""
    path.write_text(
        explorer_page(TEMPLATES, meta, fake_vocabulary(), networks, {"embed_parameters": limit})
    )
    return path


@torch.no_grad()
def states_of(classifier, tokens):
    """Return the states (T + 1, S) in float64, h_0 = 0 first."""
    read = classifier.states(torch.as_tensor(np.array(tokens))[None])[0].double().numpy()
    return np.concatenate([np.zeros((1, read.shape[1])), read])


def fake_traces(classifier, sentences, origin, axes, readout, bias):
    tokens, kind, name, labels = sentences
    variants = [words for i, sentence in enumerate(tokens) for words in orders_of(sentence, i)]
    states = np.concatenate([states_of(classifier, words) for words in variants])
    return artifacts.Traces(
        origin=origin,
        axes=axes,
        tokens=np.concatenate(variants).astype(np.int32),
        offsets=np.concatenate([[0], np.cumsum([len(words) for words in variants])]),
        sentence=np.repeat(np.arange(len(tokens)), 3),
        order=np.tile(np.arange(3, dtype=np.int8), len(tokens)),
        kind=kind,
        name=name,
        labels=labels,
        coordinates=((states - origin) @ axes.T).astype(np.float32),
        logits=(states @ readout.T + bias).astype(np.float32),
    )


def random_classifier(cell, words, classes, seed, units=UNITS, scale=6.0, zero_word=True):
    """Return a classifier with a readout bias and one-hot vectors, zero for one word."""
    network = {
        "cell": cell,
        "hidden_size": units,
        "embedding_size": words - 1,
        "cell_options": {},
        "readout_bias": True,
        "readout_scale": scale,
        "words": words,
        "classes": classes,
    }
    vectors = (
        np.insert(np.eye(words - 1, dtype=np.float32), words - 2, 0, axis=0) if zero_word else None
    )
    classifier = build_classifier(network, vectors, seed=seed)
    generator = torch.Generator().manual_seed(seed + 1)
    with torch.no_grad():
        classifier.readout.bias.uniform_(-0.2, 0.2, generator=generator)
        for weight in classifier.cell.parameters():
            weight.mul_(2.0)
    return classifier


def fake_snapshots(network, steps=(0, 5, 20, 80), kept=80, labels=None):
    """Return snapshots of a network whose points grow out of the middle, step by step."""
    states, slow = network.states, network.slow_points.points
    points = slow[np.isfinite(slow).all(axis=1)]
    origin, axes = slow_frame(slow, states.readout, 5)
    shares = np.linspace(0, 1, len(steps))
    grown = [origin + share * (points - origin) for share in shares]
    final = grown[-1][:30]
    classes = len(states.readout)
    return artifacts.Snapshots(
        step=np.array(steps),
        loss=1.2 - shares,
        accuracy=0.3 + 0.6 * shares,
        dimension=np.where(shares == 0, 0, np.where(shares < 0.5, np.nan, 2 * shares)),
        points=np.stack([(part - origin) @ axes.T for part in grown]).astype(np.float32),
        logits=np.stack([part @ states.readout.T for part in grown]).astype(np.float16),
        q=np.full((len(steps), len(points)), 1e-5),
        status=np.zeros((len(steps), len(points)), dtype=np.int8),
        final=np.stack([s * (final - origin) @ axes.T for s in shares]).astype(np.float32),
        final_labels=np.arange(30) % classes if labels is None else labels,
        readout=np.stack([s * states.readout @ axes.T for s in shares]).astype(np.float32),
        kept_step=kept,
        seconds=1.0,
    )


def followed(network, **given):
    """Return a network with snapshots of its training."""
    return replace(network, snapshots=fake_snapshots(network, **given))


def fake_explored(
    meta, cell="gru", l2="3e-4", seed=10, units=UNITS, words=6, points=80, sentences=None
):
    """Return a network whose slow points are states that it visits, as the explorer takes it."""
    classes, multi_label = meta["classes"], meta["multi_label"]
    classifier = random_classifier(cell, words, classes, seed, units)
    readout = classifier.readout_matrix().double().numpy()
    bias = classifier.readout_bias().double().numpy()
    rng = np.random.default_rng(seed)
    visited = states_of(classifier, rng.integers(words, size=points))[1:]
    origin, axes = slow_frame(visited, readout)
    slow = np.insert(visited, 4, np.nan, axis=0)  # a search that failed
    count = rng.integers(3, size=len(slow))
    tau = np.where(np.arange(2) < count[:, None], rng.uniform(5, 90, size=(len(slow), 2)), np.nan)
    tau[0], count[0] = [20.0, np.inf], 2
    q = 10.0 ** rng.uniform(-8, -3, size=len(slow))
    sentences = sentences or fake_sentences(words, classes, multi_label)
    who = {"task": meta["name"], "model": cell, "cell": cell, "l2": l2, "seed": seed}
    tensors = {name: tensor.numpy() for name, tensor in classifier.state_dict().items()}
    return Explored(
        record(**who, test_accuracy=0.97),
        drawn(artifacts.States, readout=readout, readout_bias=bias),
        drawn(artifacts.SlowPoints, points=slow, q=q),
        drawn(artifacts.SlowModes, tau=tau, count=count),
        fake_traces(classifier, sentences, origin, axes, readout, bias),
        artifacts.Weights(tensors=tensors),
    )
