"""A package that adds a cell, a family of tasks and a metric: its code and its metadata."""

CODE = """
import numpy as np
import torch

from rnn_geometry.networks.cells import Cell
from rnn_geometry.tasks import structures
from rnn_geometry.tasks.synthetic import Family, Option, make_task


class Drifting(Cell):
    def __init__(self, input_size, hidden_size, leak=0.1):
        super().__init__(input_size, hidden_size)
        self.leak = leak
        self.recurrent = torch.nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.inputs = torch.nn.Parameter(torch.zeros(hidden_size, input_size))

    def forward(self, h, x):
        drive = h @ self.recurrent.T + x @ self.inputs.T
        return (1 - self.leak) * h + self.leak * torch.tanh(drive)


def parity(family, options):
    words = {"odd": 1.0, "even": -1.0, "the": 0.0}
    names = ("negative", "positive")
    classify = lambda totals: np.where(totals[:, 0] == 0, -1, (totals[:, 0] > 0).astype(int))
    return make_task(family, options, words, "the", class_names=names, _classify=classify)


signs = Family(parity, {"loud": Option(False, lambda v: type(v) is bool, "true or false")},
               lambda classes: structures.BINARY)


def half_accuracy(rows):
    return rows["test_accuracy"] / 2
"""
POINTS = {
    "cells": {"drifting": "{module}:Drifting"},
    "tasks": {"signs": "{module}:signs"},
    "metrics": {"half_accuracy": "{module}:half_accuracy"},
}


def write_points(place, package, points, version="1.0"):
    """Write the metadata that pip would write of a package."""
    info = place / f"{package.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    lines = []
    for kind, names in points.items():
        lines += [f"[rnn_geometry.{kind}]", *(f"{name} = {at}" for name, at in names.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return info
