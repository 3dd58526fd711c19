"""The manifold during training, as an explorer's page takes it.

Shapes: k steps, n points of each, m final states of each, c components shown, C outputs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rnn_geometry.pages._explorer_encoding import encoded, hundredths
from rnn_geometry.plotting import style
from rnn_geometry.store.artifacts import Snapshots

ROOM = 450_000  # characters for the steps of all networks of a page
MOST, FEWEST = 300, 60  # slow points of a step
FINAL_SHARE = 3  # slow points for each final state
STEPS = 2**15 - 1  # of a coordinate, from 0 to the largest


def training_entry(
    found: Snapshots | None, size: int, steps: int, multi_label: bool
) -> dict[str, Any] | None:
    """Return the steps of one network; None where its training was not followed.

    Parameters
    ----------
    found
        What was found at each step.
    size
        Components c on the page.
    steps
        Of all networks of the page together: they share the room.
    multi_label
        Whether outputs are labels.
    """
    if found is None:
        return None
    most = int(ROOM / (steps * 4 / 3 * (2 * size + 3) * (1 + 1 / FINAL_SHARE)))
    rows = _spread(found.points.shape[1], max(min(MOST, most), FEWEST))
    ends = _spread(found.final.shape[1], max(len(rows) // FINAL_SHARE, 1))
    labels = style.class_codes(found.final_labels[ends])
    points, final = found.points[:, rows, :size], found.final[:, ends, :size]
    unit = max(float(np.abs(points).max(initial=0)), float(np.abs(final).max(initial=0))) or 1.0
    readout = found.readout[:, :, :size].astype(np.float64)
    if not multi_label:
        readout = readout - readout.mean(axis=1, keepdims=True)
    return {
        "steps": found.step.tolist(),
        "kept": found.kept_step,
        "loss": _numbers(found.loss),
        "accuracy": _numbers(found.accuracy),
        "dimension": _numbers(found.dimension),
        "unit": unit / STEPS,
        "points": _scaled(points, unit),
        "decision": encoded(_codes(found.logits[:, rows], multi_label), "<i2"),
        "logQ": hundredths(np.log10(np.maximum(found.q[:, rows], 1e-30))),
        "final": _scaled(final, unit),
        "labels": labels.tolist(),
        "readouts": encoded(readout),
    }


def _codes(logits: np.ndarray, multi_label: bool) -> np.ndarray:
    """Return what is decided at points (k, n), from logits (k, n, C)."""
    if not multi_label:
        return logits.argmax(axis=2)
    flat = style.class_codes(logits.reshape(-1, logits.shape[2]) >= 0)
    return flat.reshape(logits.shape[:2])


def _scaled(places: np.ndarray, unit: float) -> str:
    """Return coordinates as base64 of little-endian int16, in parts of `unit`."""
    return encoded(np.round(np.asarray(places, dtype=np.float64) / unit * STEPS), "<i2")


def _spread(count: int, most: int) -> np.ndarray:
    return np.unique(np.linspace(0, count - 1, min(most, count)).astype(int))


def _numbers(values: np.ndarray) -> list[float | None]:
    return [float(f"{value:.4g}") if math.isfinite(value) else None for value in values.tolist()]
