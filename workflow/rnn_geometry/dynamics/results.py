"""What searches and linearisations of the dynamics return. Needs numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import IntEnum
from typing import Any, ClassVar, NamedTuple

import numpy as np

from rnn_geometry.dynamics._checks import real_array, refusal, whole
from rnn_geometry.dynamics._result import Result, states_by_entry


@dataclass(frozen=True)
class Audit(Result):
    """Comparison of slow modes with dense spectra at random points.

    Attributes
    ----------
    points : int
        How many were compared.
    missed, spurious : int
        Slow modes that only the dense, only the iterative search found.
    tau_error : float
        Largest relative error of a time constant (tau <= 1e4 words).
    failed : bool
        Whether all points were recomputed densely because of it.
    """

    points: int
    missed: int
    spurious: int
    tau_error: float
    failed: bool

    def _columns(self) -> Mapping[str, list]:
        return {name: [value] for name, value in asdict(self).items()}


@dataclass(frozen=True, repr=False)
class SlowModes(Result):
    """Slow modes at n points, by falling |lambda|; K is the largest count.

    Attributes
    ----------
    count : (n,) int64
        Number of slow modes; what lies beyond it in the other arrays is zero.
    eigenvalues : (n, K) complex
        lambda.
    tau : (n, K)
        Time constants in words, at most 1e5.
    right : (n, S, K) complex
        Right eigenvectors of unit length in columns.
    left : (n, K, S) complex
        Left eigenvectors in rows, left @ right = 1.
    error : (n,)
        Product of the residual norms |J r - lambda r| |l J - lambda l|, largest over the slow
        modes, which bounds the error of lambda up to the norm of the resolvent.
    gap : (n,)
        Time constant of the fastest slow mode (of the cut, where there is none) over that of the
        slowest fast one, an estimate.
    route : (n,) int8
        Codes of `Route`.
    audit : Audit
        Comparison with dense spectra.
    """

    count: np.ndarray
    eigenvalues: np.ndarray
    tau: np.ndarray
    right: np.ndarray
    left: np.ndarray
    error: np.ndarray
    gap: np.ndarray
    route: np.ndarray
    audit: Audit

    _PARTS: ClassVar = {"audit": Audit}

    def _columns(self) -> Mapping[str, np.ndarray]:
        there = np.arange(self.tau.shape[1]) < self.count[:, None]
        kinds = np.array([route.name for route in Route])
        columns = _of_modes(self.eigenvalues, self.tau, there)
        point = columns["point"]
        return {**columns, "error": self.error[point], "route": kinds[self.route[point]]}

    def spread(self, rows: np.ndarray, count: int) -> SlowModes:
        """Return modes of `count` points, these at `rows`; elsewhere count is -1, the rest zero."""
        arrays = {}
        for field in fields(self):
            if field.name != "audit":
                fill = -1 if field.name == "count" else 0
                arrays[field.name] = spread(getattr(self, field.name), rows, count, fill)
        return SlowModes(**arrays, audit=self.audit)


def _of_modes(eigenvalues: np.ndarray, tau: np.ndarray, there: np.ndarray) -> dict[str, np.ndarray]:
    """Return columns with a row for every mode that is there, of every point."""
    point, mode = np.nonzero(there)
    found = eigenvalues[point, mode]
    return {
        "point": point,
        "mode": mode + 1,
        "real": np.real(found),
        "imag": np.imag(found),
        "modulus": np.abs(found),
        "tau": tau[point, mode],
    }


def spread(values: np.ndarray, rows: np.ndarray, count: int, fill: float) -> np.ndarray:
    """Return an array with given values at some rows.

    Parameters
    ----------
    values : (m, ...)
        What stands at `rows`.
    rows : (m,) int
        Indices.
    count : int
        Number n of rows.
    fill : float
        What stands elsewhere.

    Returns
    -------
    (n, ...)
        Of the dtype of the values.

    Raises
    ------
    ValueError
        For values and rows that do not fit.

    Examples
    --------
    >>> spread(np.array([5, 6]), np.array([0, 2]), 3, fill=-1).tolist()
    [5, -1, 6]
    """
    values, places = np.asarray(values), real_array("rows", rows, ("m",))
    fits = places.shape == values.shape[:1] and not (places % 1).any()
    if not fits or ((places < 0) | (places >= whole("count", count))).any():
        raise refusal(f"rows must be indices from 0 below {count}, one for each of the values.")
    filled = np.full((count, *values.shape[1:]), fill, dtype=values.dtype)
    filled[places.astype(np.int64)] = values
    return filled


@dataclass(frozen=True, repr=False)
class Linearization(Result):
    """Linearised dynamics at n points, with J_rec = right @ diag(eigenvalues) @ left.

    Attributes
    ----------
    points : (n, S)
        Where.
    recurrent_jacobian : (n, S, S)
        J_rec.
    input_jacobian : (n, S, E)
        J_inp.
    eigenvalues : (n, S) complex
        By falling modulus.
    right : (n, S, S) complex
        Right eigenvectors of unit length in columns.
    left : (n, S, S) complex
        Left eigenvectors in rows, left @ right = 1.
    tau : (n, S)
        Time constants in words, at most 1e5.
    condition : (n,)
        Condition number of `right`. A defective Jacobian has no full set of eigenvectors: its
        condition is above 1e12 and `left` the pseudo-inverse.
    """

    points: np.ndarray
    recurrent_jacobian: np.ndarray
    input_jacobian: np.ndarray
    eigenvalues: np.ndarray
    right: np.ndarray
    left: np.ndarray
    tau: np.ndarray
    condition: np.ndarray

    def _columns(self) -> Mapping[str, np.ndarray]:
        columns = _of_modes(self.eigenvalues, self.tau, np.ones(self.tau.shape, dtype=bool))
        return {**columns, "condition": self.condition[columns["point"]]}


class WordEffects(NamedTuple):
    """What reading one word changes, over points.

    Attributes
    ----------
    effects, std : (W, C)
        Change of the logits, mean and standard deviation over points.
    moves : (W,)
        Mean length of the move of the state.
    """

    effects: np.ndarray
    std: np.ndarray
    moves: np.ndarray


class Status(IntEnum):
    """What became of a start; the int8 codes in SlowPoints.status.

    CONVERGED: on the slow manifold, or a root (q below the tolerance). OFF_MANIFOLD: the search for
    the manifold ended with a fast residual, or a step, that is still long. DIVERGED: q grew or
    became infinite; the point is the last good iterate. NO_GAP: on the manifold, but no gap
    separates slow from fast modes there, so that its place depends on the cut. GHOST: the gradient
    of q vanishes and q does not. MAX_ITERATIONS: neither root nor ghost when the search ended.
    """

    CONVERGED = 0
    OFF_MANIFOLD = 1
    DIVERGED = 2
    NO_GAP = 3
    GHOST = 4
    MAX_ITERATIONS = 5


@dataclass(frozen=True, repr=False)
class SlowPoints(Result):
    """Result of a search; numpy arrays whose row i belongs to start i.

    Attributes
    ----------
    points : (n, S) float64
        Where the search ended; always finite.
    q : (n,)
        1/2 |h - F(h, x)|^2 at the point returned.
    fast_q : (n,)
        1/2 |fast part of the residual|^2, the part outside the modes that were held; NaN where not
        computed.
    displacement : (n,)
        Distance from the start.
    slow_modes : (n,) int64
        Modes with tau > min_tau or |lambda| >= 1 at the point; -1 where not computed.
    held_modes : (n,) int64
        Modes along which the search did not move; -1 where not computed.
    gap : (n,)
        See `SlowModes`; NaN where not computed.
    iterations : (n,) int64
        Steps taken; of an exact search: until q fell below the tolerance.
    status : (n,) int8
        Codes of `Status`.
    modes : SlowModes or None
        The slow modes at the points; None where not computed.
    """

    points: np.ndarray
    q: np.ndarray
    fast_q: np.ndarray
    displacement: np.ndarray
    slow_modes: np.ndarray
    held_modes: np.ndarray
    gap: np.ndarray
    iterations: np.ndarray
    status: np.ndarray
    modes: SlowModes | None = None

    _PARTS: ClassVar = {"modes": SlowModes}

    def _columns(self) -> Mapping[str, np.ndarray]:
        names = np.array([status.name for status in Status])
        whole_numbers = ("slow_modes", "held_modes", "iterations")
        columns = {"status": names[self.status]}
        columns |= {name: getattr(self, name) for name in ("q", "fast_q", "displacement", "gap")}
        columns |= {name: getattr(self, name) for name in whole_numbers}
        return columns | states_by_entry(self.points)

    def _briefly(self, name: str, value: Any) -> str:
        """Return a field as it is printed; of the statuses how many points have each."""
        if name != "status":
            return super()._briefly(name, value)
        codes, counts = np.unique(value, return_counts=True)
        found = (f"{count} {Status(code).name}" for code, count in zip(codes, counts, strict=True))
        return f"status {', '.join(found)}"


class Route(IntEnum):
    """How the modes of a point were found; the int8 codes in SlowModes.route."""

    ITERATIVE = 0
    DENSE = 1


@dataclass(frozen=True, repr=False)
class Skeleton(Result):
    """The distinct exact fixed points of a network, from a search with n starts.

    Attributes
    ----------
    roots : (r, S)
        By first appearance.
    basins : (r,)
        Starts that led to each.
    unstable : (r,)
        Number of modes with |lambda| > 1; 0 for a stable point.
    ids : (n,)
        The root each start led to; -1 for none.
    ghosts : int
        Starts that ended where q has a minimum above zero.
    unseen : float
        Estimated probability that one more start finds a new root, for starts like these alone
        (Good 1953: roots found once, over starts); NaN without roots. It says nothing of roots to
        which such starts do not lead, as most unstable ones: see `degree`.
    degree : int
        Sum over the roots of the sign of det(I - J), 1 for all roots of a bounded network.
    """

    roots: np.ndarray
    basins: np.ndarray
    unstable: np.ndarray
    ids: np.ndarray
    ghosts: int
    unseen: float
    degree: int

    def _columns(self) -> Mapping[str, np.ndarray]:
        columns = {"basin": self.basins, "unstable": self.unstable}
        return columns | states_by_entry(self.roots)

    @property
    def certainly_missing(self) -> bool:
        """Whether roots are missing for certain, if F takes a convex body into itself.

        GRU, UGRNN, LSTM and tanh networks do, a linear or relu network need not. False proves
        nothing: roots that were missed can cancel each other.
        """
        return self.degree != 1
