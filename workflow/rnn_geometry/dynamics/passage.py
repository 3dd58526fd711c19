"""How a step carries a network along a path: each move to the next one, by the linearised step.

A path that the step makes itself has moves v_t = h_{t+1} - h_t with v_{t+1} = F(h_{t+1}) - F(h_t),
which is J v_t with J taken half way between, up to the third order. Nothing is fitted. Where the
same Jacobian served at all places, the path would be that of one linear system, and come to rest
or not by its modes. Shapes: T + 1 states, S entries of a state, E of an input.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.step import Array, Step

FEWEST = 4  # states of a path, so that there are moves to exchange


@dataclass(frozen=True)
class Passage:
    """Moves along a path, and what the linearised step makes of each.

    Attributes
    ----------
    moves : (T, S)
        v.
    jacobians : (T, S, S)
        Half way between the ends of each move.
    """

    moves: np.ndarray
    jacobians: np.ndarray

    def carried(self, shift: int = 0) -> np.ndarray:
        """Return J v of all moves but the last, (T - 1, S).

        Parameters
        ----------
        shift : int
            How many moves later, in a circle, the Jacobian is from.
        """
        count = len(self.moves) - 1
        elsewhere = (np.arange(count) + shift) % count
        return np.einsum("tij,tj->ti", self.jacobians[elsewhere], self.moves[:-1])

    def r2(self) -> float:
        """Return how well moves are carried to the next ones: 1 - sum |v - Jv|^2 / sum |v|^2."""
        return self._r2(0)

    def misplaced_r2(self) -> float:
        """Return the mean of `r2` over all Jacobians that are from other places of the path."""
        return float(np.mean([self._r2(shift) for shift in range(1, len(self.moves) - 1)]))

    def _r2(self, shift: int) -> float:
        after = self.moves[1:]
        total = (after**2).sum()
        rest = ((after - self.carried(shift)) ** 2).sum()
        return float(1 - rest / total) if total > 0 else float("nan")

    @property
    def gains(self) -> np.ndarray:
        """|J v| / |v| of all moves but the last, (T - 1,); NaN for none."""
        sizes = np.linalg.norm(self.moves[:-1], axis=1)
        carried = np.linalg.norm(self.carried(), axis=1)
        return np.divide(carried, sizes, out=np.full(len(sizes), np.nan), where=sizes > 0)

    @property
    def turns(self) -> np.ndarray:
        """Angle between each move and the next, (T - 1,), in radians; NaN where there is none."""
        one, other = self.moves[:-1], self.moves[1:]
        sizes = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        inner = (one * other).sum(1)
        cosines = np.divide(inner, sizes, out=np.full(len(sizes), np.nan), where=sizes > 0)
        return np.arccos(np.clip(cosines, -1, 1))


@isolated()
def passage(step: Step, path: Array, x: Array) -> Passage:
    """Linearise a step along a path.

    Parameters
    ----------
    step : Step
        Not changed.
    path : (T + 1, S)
        States one after the other, as `relaxation.Relaxation.path` has them; at least 4.
    x : (E,)
        The input that is held.

    Returns
    -------
    Passage
        The moves and Jacobians.

    Raises
    ------
    ValueError
        For arrays of another shape, or a path that is too short.

    Examples
    --------
    >>> path = torch.tensor([[8.0], [4.0], [2.0], [1.0]])
    >>> found = passage(lambda h, x: h / 2, path, torch.zeros(1))
    >>> found.r2(), found.gains.tolist()
    (1.0, [0.5, 0.5])
    """
    states = torch.as_tensor(path)
    if states.ndim != 2 or len(states) < FEWEST:
        raise ValueError(
            f"path is {tuple(states.shape)}; accepted are at least {FEWEST} states (T + 1, S)"
        )
    states = states.double()
    system, middles = System.of(step, (states[1:] + states[:-1]) / 2, x)
    recurrent, _ = system.all_jacobians(middles)
    moves = states[1:] - states[:-1]
    return Passage(moves.cpu().numpy(), recurrent.cpu().numpy())
