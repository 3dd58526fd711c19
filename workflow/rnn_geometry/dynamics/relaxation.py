"""How a network that holds its input at x* comes to rest: the modes by which it tells the time.

Near h_inf, h_t - h_inf moves by modes of the Jacobian there: c r lambda^t, which decays by |lambda|
and turns by the angle of lambda at every word. How far that holds of the whole path `linear_r2`
says; what the step does along the path says `passage`. A network that does not rest is linearised
at the fixed point nearest to where it ends. Shapes: T words, S entries of a state, E of an input.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.fixed_points import find_fixed_points
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.results import Status
from rnn_geometry.dynamics.step import Array, Step

AT_REST = 1e-6  # motion in a word, of the size of the state, below which a network rests


@dataclass(frozen=True)
class Relaxation:
    """A path to rest, and the modes at its end.

    Attributes
    ----------
    path : (T + 1, S)
        States under x*, from the start on.
    limit : (S,)
        h_inf: where the run came to rest; else the fixed point nearest to its end, and the end
        itself where none was found.
    residual : float
        |F(h, x*) - h| at the end of the run: not small where the network does not come to rest.
    eigenvalues : (S,) complex
        Of the Jacobian at h_inf, by falling modulus.
    tau : (S,)
        Time constants in words.
    right : (S, S) complex
        Eigenvectors in columns.
    amplitudes : (S,) complex
        c: how far the start lies along each.
    """

    path: np.ndarray
    limit: np.ndarray
    residual: float
    eigenvalues: np.ndarray
    tau: np.ndarray
    right: np.ndarray
    amplitudes: np.ndarray

    @property
    def angles(self) -> np.ndarray:
        """Turn of each mode a word, (S,), in radians from 0 to pi; pi changes its sign."""
        return np.abs(np.angle(self.eigenvalues))

    @property
    def weights(self) -> np.ndarray:
        """Share of each mode in the path's distance from its end, (S,); the shares sum to 1.

        |c|^2 |lambda|^2t |r|^2, summed over the words of the path. Modes are not at right angles,
        so that these are no shares of a variance.
        """
        moduli = np.abs(self.eigenvalues)[None] ** np.arange(len(self.path))[:, None]
        sizes = ((np.abs(self.amplitudes) * moduli) ** 2).sum(0)
        return sizes / sizes.sum() if sizes.sum() > 0 else sizes

    def carrying(self, share: float = 0.9) -> np.ndarray:
        """Return the fewest modes whose weights sum to a share, the heaviest first.

        Parameters
        ----------
        share : float
            Of all weight.

        Returns
        -------
        (k,)
            Numbers of modes; of a conjugate pair both count.
        """
        order = np.argsort(-self.weights, kind="stable")
        enough = np.searchsorted(np.cumsum(self.weights[order]), share - 1e-12) + 1
        return order[:enough]

    def linear_path(self) -> np.ndarray:
        """Return the path (T + 1, S) that the modes alone predict."""
        words = np.arange(len(self.path))[:, None]
        moved = (self.amplitudes * self.eigenvalues**words) @ self.right.T
        return self.limit + moved.real

    def linear_r2(self) -> float:
        """Return how well the modes alone predict the path: R^2, nothing fitted."""
        rest = ((self.path - self.linear_path()) ** 2).sum()
        total = ((self.path - self.path.mean(0)) ** 2).sum()
        return float(1 - rest / total) if total > 0 else float("nan")


@isolated()
def relaxation(
    step: Step, start: Array, x: Array, *, words: int, most_words: int = 5000
) -> Relaxation:
    """Let a network run under x* until it rests, and linearise it there.

    Parameters
    ----------
    step : Step
        Not changed.
    start : (S,)
        The first state.
    x : (E,)
        The input x* that is held.
    words : int
        Steps T of the path, at least one.
    most_words : int
        Steps after which a state that still moves is said not to rest: see `residual`.

    Returns
    -------
    Relaxation
        The path and its modes.

    Raises
    ------
    ValueError
        For arrays of another shape, or no words.

    Examples
    --------
    >>> turn = torch.tensor([[0.0, -0.5], [0.5, 0.0]], dtype=torch.float64)
    >>> found = relaxation(lambda h, x: h @ turn.T, torch.ones(2), torch.zeros(1), words=4)
    >>> found.angles.round(3).tolist(), round(found.linear_r2(), 6)
    ([1.571, 1.571], 1.0)
    """
    if words < 1:
        raise ValueError(f"words is {words}; accepted is a whole number from 1")
    system, h = System.of(step, torch.as_tensor(start)[None], x, gradients=False)
    path = [h]
    for _ in range(words):
        path.append(system(path[-1]))
    limit = path[-1]
    for _ in range(most_words):
        after = system(limit)
        rests, limit = bool((after - limit).norm() <= 1e-13 * (1 + limit.norm())), after
        if rests:
            break
    residual = float((system(limit) - limit).norm())
    if residual > AT_REST * (1 + float(limit.norm())):
        limit = _nearest_root(step, torch.cat(path), limit, x)
    found = linearize(step, limit, x)
    end, states = limit[0].cpu().numpy(), torch.cat(path).cpu().numpy()
    return Relaxation(
        states,
        end,
        residual,
        np.asarray(found.eigenvalues[0]),
        np.asarray(found.tau[0]),
        np.asarray(found.right[0]),
        np.asarray(found.left[0]) @ (states[0] - end),
    )


def _nearest_root(step: Step, starts: Tensor, end: Tensor, x: Array) -> Tensor:
    """Return the fixed point (1, S) nearest to the end (1, S) of a run; the end if there is none.

    Searched from all places of the path, and from the end.
    """
    found = find_fixed_points(step, torch.cat([starts, end]), x)
    roots = torch.as_tensor(found.points[found.status == Status.CONVERGED]).to(end)
    if not len(roots):
        return end
    return roots[(roots - end).norm(dim=1).argmin()][None]
