"""What the outputs of a network keep of its inputs: Markov parameters, dimension, distance.

Near a point h* a step is h' - h* = A (h - h*) + B u, read out as C h: A is J_rec there, a column of
B what one word changes, sqrt(p_w) (F(h*, x_w) - F(h*, x*)), p_w its frequency. What a word does to
the outputs k words later is column w of the Markov parameter G_k = C A^k B, whatever coordinates
the state has. The Hankel matrix [G_{i+j}], i, j = 0..L, takes the inputs of L + 1 words to outputs
of L + 1 words; its rank is the number of dimensions that carry inputs to outputs (Ho & Kalman
1966). Units that nobody reads or writes do not count, and no gap between time constants is needed.

The horizon L is part of the definition: integration modes may grow, by |lambda|^k at lag k, and a
mode that is gone before L words is small against one that is not.

Shapes: n points, S entries of a state, E of a word vector, W words, C outputs, K lags.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics._checks import real_array, refusal, whole
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics._tensors import real_tensor
from rnn_geometry.dynamics.step import Array, Step


@dataclass(frozen=True)
class LinearResponse:
    """A step linearised at points, from weighted words to outputs.

    Attributes
    ----------
    recurrent : (n, S, S)
        A, the recurrent Jacobian at each point.
    inputs : (n, S, W)
        B, what each word changes there, times the root of its weight.
    readout : (C, S)
        C, takes a state to outputs.
    """

    recurrent: Tensor
    inputs: Tensor
    readout: Tensor

    def markov(self, lags: int) -> np.ndarray:
        """Return the Markov parameters G_0 to G_(K - 1) at each point, (n, K, C, W)."""
        found = [self.inputs]
        for _ in range(whole("lags", lags, low=1) - 1):
            found.append(self.recurrent @ found[-1])
        return (self.readout @ torch.stack(found, 1)).cpu().numpy()

    def singular_values(self, horizon: int) -> np.ndarray:
        """Return singular values of the Hankel matrix [G_{i+j}], i, j = 0..L, at each point.

        The matrix is never made: it is a product of two thin factors, of which small triangles are
        enough.

        Parameters
        ----------
        horizon : int
            L: inputs of L + 1 words and outputs after 0 to L more.

        Returns
        -------
        (n, min(S, (L + 1) C, (L + 1) W)) float64
            The largest first, not a number where the linearised step overflows.
        """
        lags = whole("horizon", horizon) + 1
        rows = [_hankel(a, b, self.readout, lags) for a, b in zip(self.recurrent, self.inputs)]
        return torch.stack(rows).cpu().numpy()


@isolated()
def linear_response(
    step: Step, points: Array, x: Array, words: Array, weights: Array, readout: Array
) -> LinearResponse:
    """Linearise a step at points, from words to outputs.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        Where it is linearised; the centre of a slow manifold is (1, S).
    x : (E,)
        The hold input x*.
    words : (W, E)
        Word vectors.
    weights : (W,)
        How often each word occurs; any scale, none below 0.
    readout : (C, S)
        Takes a state to outputs; of classes, which compete, without its mean row.

    Returns
    -------
    LinearResponse
        Weights are scaled to a sum of 1.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, and for words, weights or a readout that do not fit.

    References
    ----------
    Ho & Kalman 1966, Effective construction of linear state-variable models.

    Examples
    --------
    >>> import torch
    >>> rates = torch.tensor([[1.0, 0.0], [0.0, 0.1]], dtype=torch.float64)
    >>> one = torch.tensor([[1.0, 0.0]])
    >>> found = linear_response(
    ...     lambda h, x: h @ rates + x, torch.zeros(1, 2), torch.zeros(2), torch.eye(2), [1, 1], one
    ... )
    >>> int((found.singular_values(3) > 1e-9).sum())  # the second entry of the state is not read
    1
    """
    system, h = System.of(step, points, x)
    words = real_tensor("words", words, ("W", system.x.shape[1]), device=h.device)
    weights = real_tensor("weights", weights, (len(words),), device=h.device)
    readout = real_tensor("readout", readout, ("C", h.shape[1]), device=h.device)
    if not (weights.min() >= 0 and weights.sum() > 0):
        raise refusal("weights must be 0 or more, and not all 0.")
    rest, size = system(h), len(words)
    after = system.step(h.repeat_interleave(size, 0), words.repeat(len(h), 1))
    change = after.view(len(h), size, -1) - rest[:, None]
    inputs = (change * (weights / weights.sum()).sqrt()[:, None]).mT
    recurrent = torch.cat(
        [system.at(rows).recurrent_jacobian(h[rows]) for rows in system.chunks(h)]
    )
    return LinearResponse(recurrent, inputs, readout)


def _hankel(recurrent: Tensor, inputs: Tensor, readout: Tensor, lags: int) -> Tensor:
    """Return the singular values of [C A^(i+j) B], i, j below `lags`: those of R_O R_K'."""
    size = len(recurrent)
    count = min(size, lags * len(readout), lags * inputs.shape[1])
    seen, reached = _powers(recurrent.mT, readout.mT, lags), _powers(recurrent, inputs, lags)
    if not (seen.isfinite().all() and reached.isfinite().all()):
        return recurrent.new_full((count,), torch.nan)
    return torch.linalg.svdvals(_triangle(seen) @ _triangle(reached).mT)[:count]


def _powers(matrix: Tensor, block: Tensor, lags: int) -> Tensor:
    """Return [B, A B, ..., A^(lags - 1) B] side by side, (S, lags k), up to a rotation within each.

    More columns than rows are exchanged for their triangle, which has the same Gram matrix.
    """
    found = [_triangle(block).mT if block.shape[1] > len(block) else block]
    for _ in range(lags - 1):
        found.append(matrix @ found[-1])
    return torch.cat(found, 1)


def _triangle(block: Tensor) -> Tensor:
    """Return R of block' = Q R, (k, S): R' R is block block'."""
    return torch.linalg.qr(block.mT, mode="r").R


def io_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Return how far two networks are from doing the same to their outputs.

    Cells, sizes and coordinates of the two do not matter: only what each word does to each output
    after each number of words.

    Parameters
    ----------
    one, other : (K, C, W)
        Their Markov parameters for the same words with the same weights, see
        `LinearResponse.markov`.

    Returns
    -------
    float
        |G - G'| / sqrt(|G| |G'|), Frobenius norms over all lags: 0 for the same responses, sqrt(2)
        for responses of equal norm that have nothing in common, infinite if just one is 0.

    Raises
    ------
    ValueError
        For arrays of different shapes, and numbers that are not finite.

    Examples
    --------
    >>> response = np.ones((3, 2, 2))
    >>> io_distance(response, response), io_distance(response, -response)
    (0.0, 2.0)
    """
    one = real_array("one", one, ("K", "C", "W"))
    other = real_array("other", other, one.shape)
    difference = float(np.linalg.norm(one - other))
    product = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    if difference == 0:
        return 0.0
    return difference / product**0.5 if product > 0 else np.inf
