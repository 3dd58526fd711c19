"""Whether what a network holds grows or decays, from its files and its step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import torch

from rnn_geometry.dynamics.kicks import left_of_kicks
from rnn_geometry.dynamics.step import Step
from rnn_geometry.geometry import growth
from rnn_geometry.geometry.frame import manifold_rows
from rnn_geometry.geometry.primacy import primacy
from rnn_geometry.geometry.word_meaning import centred
from rnn_geometry.networks.classifier import Classifier, analysis_cell
from rnn_geometry.store.artifacts import Linearization, SlowModes, SlowPoints
from rnn_geometry.tasks.sentences import Sentences


class Probed(Protocol):
    """What is needed of a `stages.integration.Probe`."""

    @property
    def classifier(self) -> Classifier:
        """The network."""
        ...

    @property
    def final(self) -> torch.Tensor:
        """Final states (m, S)."""
        ...

    @property
    def axes(self) -> torch.Tensor:
        """The first d principal axes of its slow points, (d, S)."""
        ...


def growth_of(
    probe: Probed,
    files: Mapping[str, str],
    linearization: str,
    test: Sentences,
    kicks: np.ndarray,
    meta: Mapping[str, Any],
) -> dict[str, Any]:
    """Return all numbers of growth of a network, and whether its early words count more.

    Parameters
    ----------
    probe
        The network, its final states and the d axes of its manifold.
    files, linearization
        Paths by stem, and linearization.npz.
    test
        The texts of the final states.
    kicks
        Of words at the centre (V, d + C): coordinates, then logits.
    meta
        meta.json.
    """
    d = len(probe.axes)
    readout = probe.classifier.readout_matrix().double()
    logits, on_logits = (
        centred(part, meta["multi_label"])
        for part in ((probe.final @ readout.T).cpu().numpy(), kicks[:, d:])
    )
    return {
        **growth_numbers(
            analysis_cell(probe.classifier),
            SlowPoints.read(files["slow_points"]),
            SlowModes.read(files["slow_modes"]),
            Linearization.read(linearization),
            d,
            round(meta["mean_length"]),
        ),
        "primacy": primacy(test, on_logits, logits),
    }


def growth_numbers(
    step: Step, slow: SlowPoints, modes: SlowModes, linear: Linearization, d: int, length: int
) -> dict[str, Any]:
    """Return signed rates at the centre and over the manifold, and what is left of small kicks.

    Parameters
    ----------
    step
        h' = F(h, x).
    slow, modes, linear
        Slow points, the modes there, and full spectra with right vectors at some of them.
    d
        Expected dimension.
    length
        L, words of a text.

    Returns
    -------
    dict
        By the names of `growth.COLUMNS`.
    """
    rows = manifold_rows(slow.status)
    rates = growth.leading_rates(modes.eigenvalues[rows], modes.count[rows], d, slow.min_tau)
    return {
        **growth.growth_at_centre(linear.eigenvalues[int(linear.centre)], d),
        **growth.growth_over_points(slow.points[rows], rates, length),
        **_kick_growth(step, slow, linear, d, length),
    }


def _kick_growth(
    step: Step, slow: SlowPoints, linear: Linearization, d: int, length: int
) -> dict[str, float]:
    """Return the median growth of kicks in the central and in the outer third."""
    rows = manifold_rows(slow.status)
    sample = growth.sampled_rows({"index": linear.index}, {"status": slow.status})
    thirds = growth.thirds(slow.points[linear.index[sample]], slow.points[rows].mean(axis=0))
    chosen = [sample[third] for third in thirds]
    both = np.concatenate(chosen)
    directions = growth.leading_directions(np.asarray(linear.right)[both], d)
    points = slow.points[linear.index[both]]
    left = left_of_kicks(step, points, slow.x, directions, length).cpu().numpy()
    centre, edge = np.split(growth.gain(left), [len(chosen[0])])
    return {
        "kick_growth_centre": float(np.median(centre)),
        "kick_growth_edge": float(np.median(edge)),
    }
