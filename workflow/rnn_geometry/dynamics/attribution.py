"""Do the slow modes say which words decide? Linear kicks against words that are left out.

Shapes: n texts, T words of a text, S entries of a state, E of a word vector, V words, C outputs.
All work is done in float64 on a private copy of the step.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor

from rnn_geometry.dynamics._checks import real_array
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._reading import Reading
from rnn_geometry.dynamics._tensors import real_tensor
from rnn_geometry.dynamics.additivity import Texts
from rnn_geometry.dynamics.slow_subspace import Subspace
from rnn_geometry.dynamics.step import Array, Step

FEWEST_WORDS, FEWEST_TEXTS = 5, 5  # of which ranks say something
PLACES = 25  # words of a text that are left out, evenly chosen


@isolated()
def attribution_agreement(
    step: Step,
    subspace: Subspace,
    texts: Texts,
    vectors: Array,
    start: Array,
    x: Array,
    input_jacobian: Array,
) -> float | None:
    """Return how well linear kicks along slow modes rank the words of a text by what they decide.

    What a word decides is the change of the logit of the decision (for classes against their mean;
    for labels the sum over them, each towards what was decided) when x* stands in its place. Its
    linear kick is the same of R L J_inp (x_w - x*) at one point, whatever the text.

    Parameters
    ----------
    step : Step
        Not changed.
    subspace : Subspace
        Of modes at the point, see `slow_subspace.of_modes`.
    texts : Texts
        Word ids of n texts.
    vectors : (V, E)
        Of the words.
    start : (S,)
        The state before the first word.
    x : (E,)
        The hold input x*.
    input_jacobian : (S, E)
        J_inp at the point.

    Returns
    -------
    float or None
        Rank correlation (Spearman) over the words of a text, mean over texts; None where too few
        texts have kicks and effects that vary.

    Raises
    ------
    ValueError
        As `integration.hold` does, and for texts that are no rows of `vectors`.
    """
    device, size = subspace.axes.device, subspace.axes.shape[1]
    vectors = real_tensor("vectors", vectors, ("V", "E"), device=device)
    x = real_tensor("x", x, vectors.shape[1:], device=device)
    jacobian = real_tensor("input_jacobian", input_jacobian, (size, len(x)), device=device)
    known = torch.cat([vectors, x[None]])
    start = real_array("start", start, (size,))
    reading = Reading.of(step, texts, known, start, device)
    kicks = subspace.moved(subspace.coordinates((known - x) @ jacobian.T))
    rows, places = _left_out(reading.lengths)
    if len(rows) == 0:
        return None
    whole = _last(reading)
    direction = _decided(subspace, whole)[rows]
    tokens = reading.tokens[rows]
    read = tokens.gather(1, places[:, None])[:, 0]
    others = tokens.scatter(1, places[:, None], len(vectors))
    without = _last(replace(reading, tokens=others, lengths=reading.lengths[rows]))
    effects = (direction * (whole[rows] - without)).sum(1)
    linear = (direction * kicks[read]).sum(1)
    return _mean_rank_correlation(rows, effects, linear)


def _last(reading: Reading) -> Tensor:
    """Return the last states (n, S) of texts."""
    count = len(reading.lengths)
    begin = torch.zeros_like(reading.lengths)
    return reading.read(reading.start.expand(count, -1), begin, reading.lengths)


def _left_out(lengths: Tensor) -> tuple[Tensor, Tensor]:
    """Return texts and places (m,) of the words that are left out, one at a time."""
    found = [
        (row, place)
        for row, length in enumerate(lengths.tolist())
        if length >= FEWEST_WORDS
        for place in np.unique(np.linspace(0, length - 1, min(length, PLACES)).astype(int))
    ]
    pairs = torch.tensor(found, dtype=torch.int64, device=lengths.device).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _decided(subspace: Subspace, states: Tensor) -> Tensor:
    """Return the directions (n, S) along which the logits of what was decided rise."""
    decided = subspace.decisions(states)
    if subspace.multi_label:
        return (2 * decided - 1).to(subspace.readout) @ subspace.readout
    return subspace.readout[decided[:, 0]] - subspace.readout.mean(0)


def _mean_rank_correlation(rows: Tensor, one: Tensor, other: Tensor) -> float | None:
    """Return Spearman's correlation within each text, mean over those where both vary."""
    found = []
    for row in torch.unique(rows):
        pair = torch.stack([one[rows == row], other[rows == row]]).cpu().numpy()
        # Rounding must not rank words that do the same.
        scale = np.abs(pair).max(axis=1, keepdims=True)
        ranks = rankdata(np.round(pair / np.where(scale > 0, scale, 1), 9), axis=1)
        if (ranks.std(axis=1) > 0).all():
            found.append(np.corrcoef(ranks)[0, 1])
    return float(np.mean(found)) if len(found) >= FEWEST_TEXTS else None
