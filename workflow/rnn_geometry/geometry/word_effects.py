"""What one word does at the slow points, and how far their linearisation can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_geometry.geometry.readouts import Arrays
from rnn_geometry.store.columns import Column, columns

COLUMNS = columns(
    Column(
        "neutral_effect",
        "mean move of the state by the neutral word over its mean move by evidence words; the"
        " neutral word of synthetic tasks is the zero vector, as x* is unless another is named:"
        " a sanity check then",
    ),
    Column(
        "own_readout_cosine",
        "mean cosine between the effect of an evidence word on the logits and its score vector",
    ),
    Column(
        "linear_r2",
        "share of the state changes by one word at slow points that the linearisation predicts (1 -"
        " sum of squared misses over sum of squares)",
    ),
    Column(
        "rollout_error_10",
        "distance of the linearised dynamics from the true ones ten steps after a one-word kick,"
        " over the length of the kick; median over points",
    ),
)


def word_geometry(linear: Arrays, meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return what words do at the slow points.

    Parameters
    ----------
    linear
        Arrays of linearization.npz.
    meta
        meta.json.

    Returns
    -------
    dict
        neutral_effect: mean move of the state by the neutral word over its mean move by
        evidence words. own_readout_cosine: mean cosine between the effect of an evidence word
        on the logits and its score vector, both relative to their mean over classes where one
        class is chosen (single-label tasks).
    """
    evidence = meta.get("evidence")
    if not evidence or meta["kind"] != "synthetic":
        return {"neutral_effect": None, "own_readout_cosine": None}
    row_of = {int(word): row for row, word in enumerate(linear["word_ids"])}
    rows = [row_of[word] for word in evidence]
    moves, neutral = linear["word_moves"], row_of.get(meta["neutral"])
    typical = moves[rows].mean()
    scores = np.asarray(meta["scores"], dtype=np.float64)[evidence]
    effects = linear["word_effects"][rows]
    return {
        "neutral_effect": float(moves[neutral] / typical)
        if neutral is not None and typical > 0
        else None,
        "own_readout_cosine": _mean_cosine(effects, scores, meta["multi_label"])
        if scores.shape == effects.shape
        else None,
    }


def linearity(linear: Arrays) -> dict[str, Any]:
    """Return how far the linearisation at the slow points can be trusted.

    Parameters
    ----------
    linear
        Arrays of linearization.npz.

    Returns
    -------
    dict
        linear_r2: share of the state changes by one word that J_inp predicts. rollout_error_10:
        distance of the linear dynamics from the true ones ten steps after a one-word kick, over
        its length, median over points.
    """
    r2, at = float(linear["linear_r2"]), np.flatnonzero(linear["rollout_steps"] == 10)
    error = float(linear["rollout_error"][at[0]]) if len(at) else np.nan
    return {
        "linear_r2": r2 if np.isfinite(r2) else None,
        "rollout_error_10": error if np.isfinite(error) else None,
    }


def _mean_cosine(effects: np.ndarray, scores: np.ndarray, multi_label: bool) -> float:
    if not multi_label:
        effects, scores = (rows - rows.mean(axis=1, keepdims=True) for rows in (effects, scores))
    lengths = np.linalg.norm(effects, axis=1) * np.linalg.norm(scores, axis=1)
    return float(
        ((effects * scores).sum(axis=1) / np.maximum(lengths, np.finfo(float).tiny)).mean()
    )
