"""
A network of your own, through the workflow
===========================================

Train a GRU with torch alone, let the workflow analyse it, and find the library's slow points.

Run it from anywhere: `python docs/examples/own_network.py FOLDER`, `own-network` if none is given.
It takes about half a minute and leaves the weights, the words, the texts and the configuration in
FOLDER. The package must be installed from its clone, where the rules of the workflow lie.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
import yaml
from torch import nn

import rnn_geometry
from rnn_geometry import open_results, project_to_slow_manifold, torch_step

PROJECT = Path(rnn_geometry.__file__).resolve().parents[2]  # the clone, wherever this file lies
# Words for and against each of three classes, and words that say nothing.
WORDS = ["<pad>", "<unk>", *(f"{c}{i}" for c in "abc" for i in range(3)), "the", "of", "is"]
CLASSES = "abc"
LENGTH, UNITS, STEPS = 12, 16, 200


class Net(nn.Module):
    """Word vectors, a GRU, a readout of its last state."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS), 8)
        self.rnn = nn.GRU(8, UNITS, batch_first=True)
        self.readout = nn.Linear(UNITS, len(CLASSES))

    def forward(self, tokens):
        return self.readout(self.rnn(self.embedding(tokens))[0][:, -1])


def sentences(count, seed):
    """Return word ids (n, T) and the class that most words are of."""
    draw = np.random.default_rng(seed)
    tokens = draw.integers(2, len(WORDS), (count, LENGTH))
    counts = np.stack([((tokens - 2) // 3 == c).sum(1) for c in range(len(CLASSES))], 1)
    return tokens, (counts + draw.random(counts.shape) / 10).argmax(1)


def train():
    """Return a GRU that has learned to count."""
    torch.manual_seed(0)
    net, draw = Net(), np.random.default_rng(0)
    tokens, labels = map(torch.from_numpy, sentences(4000, seed=0))
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(STEPS):
        rows = torch.from_numpy(draw.integers(0, len(tokens), 64))
        loss = nn.functional.cross_entropy(net(tokens[rows]), labels[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return net.eval()


def write(folder, net):
    """Write what the workflow needs: weights, words, texts, a configuration."""
    torch.save(net.state_dict(), folder / "gru.pt")
    (folder / "vocab.json").write_text(json.dumps(WORDS))
    for seed, split in enumerate(("train", "test"), start=1):
        lines = [
            f"{' '.join(WORDS[i] for i in row)},{CLASSES[label]}"
            for row, label in zip(*sentences(500, seed), strict=True)
        ]
        (folder / f"{split}.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    task = {"name": "counting", "family": "text", "tokenizer": "whitespace"}
    source = {split: f"{split}.csv" for split in ("train", "test")}
    config = {
        "data_folder": str(folder),
        "tasks": [{**task, "source": source, "label_names": list(CLASSES)}],
        "cells": ["mine"],
        "seeds": [0],
        "models": {"mine": {"weights": "gru.pt", "vocabulary": "vocab.json"}},
        "analysis": {"visited_states": 100, "exact_starts": 20},
    }
    (folder / "own.yaml").write_text(yaml.safe_dump(config))


def main(folder):
    """Return the largest distance between slow points of the workflow and of the library."""
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    net = train()
    write(folder, net)
    made = "results/runs/counting/mine/l2-0/seed-0/slow_points.npz"  # or nothing, for all pages
    command = [sys.executable, "-m", "snakemake", made, "--snakefile", str(PROJECT / "Snakefile")]
    command += ["--configfile", "own.yaml", "--cores", "1", "--quiet", "all"]
    subprocess.run(command, cwd=folder, check=True)
    network = open_results(folder / "results")["counting", "mine", 0]
    theirs, starts = network.slow_points, network.states.visited
    mine = project_to_slow_manifold(
        torch_step(net.rnn), starts, torch.zeros(8), min_tau=float(theirs.min_tau)
    )
    distance = float(np.abs(mine.points - theirs.points).max())
    print(f"{len(starts)} slow points of either; the largest difference is {distance:.1e}")
    print(f"test accuracy {network.record.test_accuracy:.3f}")
    return distance


if __name__ == "__main__":
    named = [word for word in sys.argv[1:2] if not word.startswith("-")]  # a notebook has options
    main(named[0] if named else "own-network")
