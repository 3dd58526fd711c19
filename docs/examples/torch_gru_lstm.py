"""
A GRU and an LSTM of torch
==========================

Two layers of torch learn which of three classes got most evidence. Both keep a plane of slow
points: two dimensions for three unordered classes, whatever the cell.
"""

# %%
# The task, and a layer that learns it
# ------------------------------------

import numpy as np
import torch

from rnn_geometry import (
    build_task,
    layer_states,
    plot_slow_points,
    project_to_slow_manifold,
    torch_step,
)

LENGTH, UNITS, STEPS = 15, 24, 250
task = build_task("categorical", classes=3, length=LENGTH)
vectors = torch.tensor(task.word_vectors())


def batch(count, seed):
    """Return words (B, T, E) and labels (B,)."""
    sentences = task.sample(count, seed=seed)
    return vectors[torch.tensor(sentences.padded()[0])], torch.tensor(sentences.labels)


def trained(kind):
    """Return a layer and its readout after some steps of Adam, with a kept seed."""
    torch.manual_seed(0)
    layer, readout = kind(vectors.shape[1], UNITS, batch_first=True), torch.nn.Linear(UNITS, 3)
    if kind is torch.nn.LSTM:  # open forget gates: it learns to add up sooner
        torch.nn.init.constant_(layer.bias_ih_l0[UNITS : 2 * UNITS], 2.0)
    optimiser = torch.optim.Adam([*layer.parameters(), *readout.parameters()], lr=1e-2)
    words, labels = batch(64 * STEPS, seed=1)
    for some, wanted in zip(words.split(64), labels.split(64)):
        loss = torch.nn.functional.cross_entropy(readout(layer(some)[0][:, -1]), wanted)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return layer, readout


# %%
# Slow points of both
# -------------------
#
# `torch_step` makes a step of a layer, `layer_states` gives the states that it visits; those of an
# LSTM are h and c, one after the other. The input that is held is the word without evidence.

words, labels = batch(200, seed=2)
hold = torch.zeros(vectors.shape[1])
accuracy, shares, found = {}, {}, {}
for kind in (torch.nn.GRU, torch.nn.LSTM):
    name, (layer, readout) = kind.__name__, trained(kind)
    with torch.no_grad():
        accuracy[name] = float((readout(layer(words)[0][:, -1]).argmax(1) == labels).float().mean())
    states = layer_states(layer, words).flatten(0, 1)[::10]
    found[name] = project_to_slow_manifold(torch_step(layer), states, hold, min_tau=LENGTH / 2)
    points = found[name].points[:, :UNITS]  # what the readout sees
    values = np.linalg.svd(points - points.mean(0), compute_uv=False) ** 2
    shares[name] = float(values[:2].sum() / values.sum())
    print(f"{name}: accuracy {accuracy[name]:.2f}, {shares[name]:.1%} of the variance in a plane")

# %%
# The plane of the GRU
# --------------------

plot_slow_points(found["GRU"], s=20)

# %%
# The LSTM in three dimensions
# ----------------------------

plot_slow_points(found["LSTM"], dimensions=3)
