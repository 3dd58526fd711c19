"""Does the slow subspace cause decisions? It is taken away, exchanged between texts, and steered.

Each test moves states by an amount that it reads off their coordinates in the slow subspace. The
control makes the same moves in random subspaces: as many dimensions, and every move as long, in the
part of the state that the readout sees and in the rest. Shapes: n states or texts, S entries of a
state, E of a word vector, d slow axes, C outputs. All work is done in float64 on a private copy of
the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics._checks import number, real_array, whole
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._reading import Reading
from rnn_geometry.dynamics._runs import held
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics._tensors import real_tensor
from rnn_geometry.dynamics.additivity import Texts
from rnn_geometry.dynamics.slow_subspace import Subspace
from rnn_geometry.dynamics.step import Array, Step

LEAST_GAIN = 0.05  # of accuracy over chance, below which no share of it is taken
FEWEST = 10  # decisions of which a share is taken
FACTORS = (0.5, 0.75, 1.25, 1.5)  # of the distance to the boundary; the decision flips beyond 1


class Causes(NamedTuple):
    """What one test found.

    Attributes
    ----------
    share : float or None
        What the slow subspace does; None where too few decisions could tell.
    random : float or None
        What the same moves in random subspaces do.
    chance : float or None
        What a decision would do that knows nothing of the move.
    before : float or None
        Accuracy without a move; None where accuracy is not what is asked.
    """

    share: float | None
    random: float | None
    chance: float | None
    before: float | None = None

    def left(self, share: float | None) -> float | None:
        """Return how much of the accuracy beyond chance is left of that before the move.

        Parameters
        ----------
        share : float or None
            An accuracy after a move.

        Returns
        -------
        float or None
            0: as good as chance; 1: as before. None where chance is nearly as good as before.

        Examples
        --------
        >>> Causes(share=0.3, random=0.9, chance=0.2, before=1.0).left(0.6)
        0.5
        """
        if share is None or self.before is None or self.chance is None:
            return None
        gained = self.before - self.chance
        return round((share - self.chance) / gained, 12) if gained >= LEAST_GAIN else None


NOTHING = Causes(None, None, None)


def ablation(subspace: Subspace, states: Array, labels: Array) -> Causes:
    """Return the accuracy that is left when coordinates in the slow subspace become their mean.

    Parameters
    ----------
    subspace : Subspace
        What is taken away.
    states : (n, S)
        Final states of texts.
    labels : (n,) or (n, C)
        Their class ids, or their labels.

    Returns
    -------
    Causes
        Accuracies; chance is that of the commonest answer.

    Raises
    ------
    ValueError
        For arrays that do not fit.
    """
    device, size = subspace.axes.device, subspace.axes.shape[1]
    h = real_tensor("states", states, ("n", size), device=device)
    right = torch.from_numpy(_answers(labels, len(h))).to(device)
    if len(h) < FEWEST:
        return NOTHING
    coordinates = subspace.coordinates(h - subspace.mean)
    left = h - subspace.moved(coordinates)
    others = (h - coordinates @ axes for axes in subspace.turned)
    return Causes(
        _agreement(subspace.decisions(left), right),
        float(np.mean([_agreement(subspace.decisions(other), right) for other in others])),
        float(_shares(right).max()),
        _agreement(subspace.decisions(h), right),
    )


@isolated()
def interchange(
    step: Step,
    subspace: Subspace,
    texts: Texts,
    vectors: Array,
    start: Array,
    *,
    seed: int,
    rest: bool = True,
) -> Causes:
    """Return how often decisions follow slow coordinates that another text left half-way.

    Every text B is read to its half; its slow coordinates become those that another text A has at
    its own half; then the rest of B is read. The decision should be that of the whole state of A,
    which is that of a text spliced from both. Counted are the pairs in which this differs from the
    decision of B alone.

    Parameters
    ----------
    step : Step
        Not changed.
    subspace : Subspace
        What is exchanged.
    texts : Texts
        Word ids of n texts.
    vectors : (V, E)
        Of the words.
    start : (S,)
        The state before the first word.
    seed : int
        Draws which text is A of which.
    rest : bool
        False: coordinates are exchanged after the last word, and nothing is read on.

    Returns
    -------
    Causes
        Shares of the pairs that were counted; chance is that of the decision of another pair.

    Raises
    ------
    ValueError
        As `integration.hold` does, and for texts that are no rows of `vectors`.
    """
    start = real_array("start", start, (subspace.axes.shape[1],))
    reading = Reading.of(step, texts, vectors, start, subspace.axes.device)
    count = len(reading.lengths)
    if count < FEWEST:
        return NOTHING
    cut = reading.lengths // 2 if rest else reading.lengths
    own = reading.read(reading.start.expand(count, -1), 0 * cut, cut)
    order = np.random.default_rng(whole("seed", seed)).permutation(count)
    donors = torch.from_numpy(order[np.argsort(order) - 1]).to(own.device)  # never itself
    coordinates = subspace.coordinates(own[donors] - own)
    kinds = own + subspace.moved(coordinates), own + subspace.moved_elsewhere(coordinates)
    last = reading.read(torch.cat([own, own[donors], *kinds]), cut, reading.lengths)
    alone, target, followed, other = subspace.decisions(last).chunk(4)
    telling = (alone != target).any(1)
    if int(telling.sum()) < FEWEST:
        return NOTHING
    target = target[telling]
    return Causes(
        _agreement(followed[telling], target),
        _agreement(other[telling], target),
        float((_shares(target) ** 2).sum()),
    )


@isolated()
def steering(
    step: Step,
    subspace: Subspace,
    states: Array,
    x: Array,
    *,
    words: int,
    reach: float,
    factors: Sequence[float] = FACTORS,
) -> Causes:
    """Return how often decisions are those that moves within the slow subspace were made for.

    A state is moved towards the nearest boundary of its decision, along the projection of the
    difference of two readouts (of one readout of a label) on the slow subspace, by some multiples
    of the distance at which the logits are equal. Then words of x* are read. Moves beyond the
    boundary should flip the decision, and no others.

    Parameters
    ----------
    step : Step
        Not changed.
    subspace : Subspace
        Within which states are moved.
    states : (n, S)
        Final states.
    x : (E,)
        The hold input x*.
    words : int
        How many words of x* are read.
    reach : float
        Longest move, in units of the state: a readout outside the subspace has its boundary far
        away.
    factors : sequence of float
        Multiples of the distance.

    Returns
    -------
    Causes
        Shares of all moves; with as many factors above as below 1, chance is a half.

    Raises
    ------
    ValueError
        As `integration.hold` does, and for options out of their range.
    """
    device, size = subspace.axes.device, subspace.axes.shape[1]
    h = real_tensor("states", states, ("n", size), device=device)
    words, reach = whole("words", words), number("reach", reach, low=0)
    if len(h) < FEWEST:
        return NOTHING
    now = subspace.decisions(h)
    directions, margins, flipped = _nearest_boundary(subspace, h)
    along = directions @ subspace.axes.T  # the gradient of the logits within the subspace
    lengths = torch.linalg.vector_norm(along, dim=1, keepdim=True).clamp(min=1e-300)
    moves = along / lengths * (margins[:, None] / lengths).clamp(max=reach)
    starts, planned = [], []
    for factor in factors:
        starts += [h + factor * subspace.moved(moves)]
        planned += [flipped if factor > 1 else now]
    starts += [h + factor * subspace.moved_elsewhere(moves) for factor in factors]
    system, rows = System.of(step, torch.cat(starts), x, gradients=False)
    decided, other = subspace.decisions(held(system, rows, words)).chunk(2)
    expected = torch.cat(planned)
    above = float(np.mean([factor > 1 for factor in factors]))
    return Causes(_agreement(decided, expected), _agreement(other, expected), max(above, 1 - above))


def _nearest_boundary(subspace: Subspace, h: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return directions (n, S) in which logits change, by how much (n,), and what is then decided.

    Towards the class that comes second, or across the boundary of the nearest label.
    """
    logits, now = subspace.logits(h), subspace.decisions(h)
    if not subspace.multi_label:
        best, order = logits.topk(2, dim=1)
        directions = subspace.readout[order[:, 1]] - subspace.readout[order[:, 0]]
        return directions, best[:, 0] - best[:, 1], order[:, 1:]
    margins, label = logits.abs().min(dim=1)
    rows = torch.arange(len(h), device=h.device)
    flipped = now.clone()
    flipped[rows, label] = 1 - now[rows, label]
    signs = 1.0 - 2.0 * now[rows, label]
    return signs[:, None] * subspace.readout[label], margins, flipped


def _answers(labels: Array, count: int) -> np.ndarray:
    """Return class ids as (n, 1), labels as (n, C)."""
    found = real_array("labels", labels)
    found = found[:, None] if found.ndim == 1 else found
    return real_array("labels", found, (count, "C")).astype(np.int64)


def _agreement(one: Tensor, other: Tensor) -> float:
    """Return the share of rows that are equal."""
    return float((one == other).all(1).double().mean())


def _shares(rows: Tensor) -> np.ndarray:
    """Return the share of every distinct row."""
    counts = torch.unique(rows, dim=0, return_counts=True)[1]
    return (counts.double() / len(rows)).cpu().numpy()
