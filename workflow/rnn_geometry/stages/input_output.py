"""Input-output dimension of one network beside its untrained self."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from rnn_geometry.dynamics.input_output import linear_response
from rnn_geometry.geometry.input_output import response_numbers, shown_values
from rnn_geometry.networks.classifier import analysis_cell
from rnn_geometry.tasks.sentences import Sentences

if TYPE_CHECKING:
    from rnn_geometry.stages.integration import Probe

PLACES = 9  # beside the centre


def input_output_numbers(
    trained: Probe,
    control: Probe,
    shown_words: np.ndarray,
    train: Sentences,
    meta: Mapping[str, Any],
) -> dict[str, Any]:
    """Return through how many dimensions inputs reach outputs, before and after training.

    Parameters
    ----------
    trained, control
        The network, and the same one with its initial weights.
    shown_words
        Ids (w,) of the words that are read, weighted by how often they occur in `train`.
    train
        Training sentences.
    meta
        meta.json.

    Returns
    -------
    dict
        By the names of `geometry.input_output.COLUMNS`.
    """
    counts = np.bincount(train.tokens, minlength=len(trained.vectors))[shown_words]
    if not counts.any():  # words of the test texts alone
        counts = np.ones_like(counts)
    horizon, d = round(meta["mean_length"]), meta["dimension_expected"]
    after, before = (
        singular_values(probe, shown_words, counts, horizon) for probe in (trained, control)
    )
    untrained = response_numbers(before, d)
    return {
        **response_numbers(after, d),
        **{f"{name}_untrained": value for name, value in untrained.items()},
        **shown_values(after),
    }


def singular_values(
    probe: Probe, words: np.ndarray, counts: np.ndarray, horizon: int
) -> np.ndarray:
    """Return singular values of the Hankel matrix at the centre and at places, (1 + p, r).

    Parameters
    ----------
    probe
        The network.
    words, counts
        Ids (w,) of words, and how often each occurs.
    horizon
        Words L over which inputs and outputs are followed.
    """
    points = torch.cat([probe.centre, probe.places(PLACES)])
    vectors = probe.vectors[torch.from_numpy(words).to(probe.x.device)]
    step = analysis_cell(probe.classifier)
    return linear_response(
        step, points, probe.x, vectors, counts, probe.differences
    ).singular_values(horizon)
