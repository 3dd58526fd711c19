"""Results of the library, drawn on axes of matplotlib: slow points, fixed points, spectra.

For scripts and notebooks; the figures of the workflow are drawn by the other modules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_geometry.dynamics.results import Status
from rnn_geometry.errors import imported, one_line, quoted
from rnn_geometry.geometry.dimension import principal_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, GREY, INK = "#0072B2", "#777777", "#222222"
# By unstable modes of a fixed point: none, one, two, more.
UNSTABLE = ("#009E73", "#FFD24D", "#E69F00", "#D55E00")
MARKERS = "osD^"


def plot_slow_points(
    found: Any,
    *,
    ax: Axes | None = None,
    dimensions: int | None = None,
    basis: Any = None,
    colours: Any = None,
    **look: Any,
) -> Axes:
    """Draw slow points or fixed points in the plane or space of principal components.

    Slow points that count (CONVERGED, NO_GAP) are filled, others are grey crosses. The roots of a
    Skeleton are coloured and marked by their number of unstable modes.

    Parameters
    ----------
    found : SlowPoints, Skeleton, Linearization or (n, S)
        What is drawn; states are drawn as they are.
    ax : matplotlib axes or None
        Where; None makes a figure.
    dimensions : int or None
        2 or 3. None: those of the axes, else 2.
    basis : like `found`, or None
        The states whose mean is the origin and whose principal components are the axes; None:
        those that are drawn. Pass the same basis to draw several results on one axes.
    colours : (n,) numbers, or None
        A number for every point, such as `found.modes.tau[:, 0]`, drawn by a colour map.
    **look
        What `Axes.scatter` takes, such as `cmap` or `s`.

    Returns
    -------
    matplotlib.axes.Axes
        With what was drawn.

    Raises
    ------
    UserError
        Without matplotlib.
    ValueError
        For what has no points, states of another size than the basis, more dimensions than
        states have entries, and axes of another number of dimensions.

    Examples
    --------
    >>> axes = plot_slow_points(np.eye(4))
    >>> axes.get_xlabel()
    'component 1 (33 %)'
    """
    points = _states_of("found", found)
    mean, components, shares = principal_axes(points if basis is None else _basis(basis, points))
    dimensions = _dimensions(ax, dimensions, len(components))
    axes = _new_axes(dimensions) if ax is None else ax
    places = (points - mean) @ components[:dimensions].T
    for rows, kind in _groups(found, len(points)):
        drawn = {**kind, **look}
        if colours is not None and kind.get("marker") != "x":
            drawn["c"] = _numbers("colours", colours, (len(points),))[rows]
            drawn.pop("color", None)
        axes.scatter(*places[rows].T, **drawn)
    _name_axes(axes, shares[:dimensions])
    return axes


def plot_spectrum(
    modes: Any, *, ax: Axes | None = None, min_tau: float | None = None, **look: Any
) -> Axes:
    """Draw eigenvalues in the complex plane, with the unit circle.

    Parameters
    ----------
    modes : Linearization, SlowModes, SlowPoints or (..., K) complex
        Whose eigenvalues are drawn; of slow modes those that were found.
    ax : matplotlib axes or None
        Where; None makes a figure.
    min_tau : float or None
        A cut in words, drawn as the dashed circle beyond which modes are slow.
    **look
        What `Axes.plot` takes for the eigenvalues, such as `color` or `label`.

    Returns
    -------
    matplotlib.axes.Axes
        With what was drawn.

    Raises
    ------
    UserError
        Without matplotlib.
    ValueError
        For what has no eigenvalues, and a cut that is not above 0.

    Examples
    --------
    >>> axes = plot_spectrum([0.99, 0.5 + 0.1j, 0.5 - 0.1j], min_tau=25)
    >>> len(axes.lines[-1].get_xdata())
    3
    """
    values = _eigenvalues(modes)
    axes = _new_axes(2) if ax is None else ax
    circle = np.exp(1j * np.linspace(0, 2 * np.pi, 400))
    axes.plot(np.real(circle), np.imag(circle), color=GREY, lw=0.8, zorder=1)
    if min_tau is not None:
        if not min_tau > 0:
            raise _refusal(f"min_tau must be above 0, got {quoted(min_tau)}.")
        slow = np.exp(-1 / min_tau) * circle
        name = f"τ = {min_tau:g}"
        axes.plot(np.real(slow), np.imag(slow), color=INK, lw=0.8, ls="--", zorder=1, label=name)
    usual = {"ls": "", "marker": "o", "ms": 3, "mew": 0, "alpha": 0.7, "color": BLUE}
    axes.plot(np.real(values), np.imag(values), **{**usual, **look})
    axes.set(xlabel="Re λ", ylabel="Im λ", aspect="equal")
    return axes


def _states_of(name: str, found: Any) -> np.ndarray:
    """Return the states (n, S) of a result, or an array as it is."""
    for part in ("roots", "points"):
        if hasattr(found, part):
            return _numbers(name, getattr(found, part), ("n", "S"))
    return _numbers(name, found, ("n", "S"))


def _numbers(name: str, values: Any, shape: tuple[int | str, ...]) -> np.ndarray:
    """Return finite numbers of a shape, in which a letter stands for any length."""
    try:
        array = np.asarray(values.detach() if hasattr(values, "detach") else values, dtype=float)
    except (TypeError, ValueError) as error:
        raise _refusal(f"{name} must be numbers, got {type(values).__name__}.") from error
    same = all(isinstance(want, str) or want == have for want, have in zip(shape, array.shape))
    if array.ndim != len(shape) or not same:
        raise _refusal(f"{name} must have shape {shape}, got {array.shape}.".replace("'", ""))
    if not np.isfinite(array).all():
        raise _refusal(f"{name} must be finite; leave out what is NaN or infinite.")
    return array


def _refusal(sentence: str) -> ValueError:
    return ValueError(one_line(sentence))


def _basis(basis: Any, points: np.ndarray) -> np.ndarray:
    """Return the states whose principal components are the axes."""
    states = _states_of("basis", basis)
    if states.shape[1] != points.shape[1]:
        raise _refusal(
            f"basis has states of {states.shape[1]} entries, found of {points.shape[1]}; pass "
            "states of the same network."
        )
    return states


def _dimensions(ax: Any, wanted: int | None, most: int) -> int:
    """Return how many components are drawn."""
    given = None if ax is None else (3 if getattr(ax, "name", "") == "3d" else 2)
    drawn = wanted or given or 2
    if drawn not in (2, 3):
        raise _refusal(f"dimensions must be 2 or 3, got {quoted(wanted)}.")
    if given is not None and drawn != given:
        raise _refusal(
            f"dimensions is {drawn}, but the axes have {given}; make axes with "
            "plt.subplot(projection='3d') for three."
        )
    if drawn > most:
        raise _refusal(f"{drawn} dimensions need {drawn} points and entries, got {most}.")
    return drawn


def _new_axes(dimensions: int) -> Axes:
    """Return the axes of a new figure."""
    options = {"projection": "3d"} if dimensions == 3 else {}
    return imported("matplotlib.pyplot", "plots").figure().add_subplot(**options)


def _groups(found: Any, count: int) -> list[tuple[np.ndarray, dict[str, Any]]]:
    """Return rows of points that look alike, and how they look."""
    if hasattr(found, "roots"):
        modes = found.unstable if hasattr(found, "unstable") else found.stability
        return [_of_unstable(modes, number) for number in np.unique(modes)]
    if not hasattr(found, "status"):
        return [(np.arange(count), {"color": BLUE, "s": 8, "linewidths": 0})]
    there = np.isin(found.status, (Status.CONVERGED, Status.NO_GAP))
    kept = {"color": BLUE, "s": 8, "linewidths": 0, "label": "found"}
    lost = {"color": GREY, "s": 10, "linewidths": 0.7, "marker": "x", "label": "not found"}
    groups = ((np.flatnonzero(there), kept), (np.flatnonzero(~there), lost))
    return [(rows, kind) for rows, kind in groups if len(rows)]


def _of_unstable(modes: np.ndarray, number: int) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the roots with so many unstable modes, and how they look."""
    rank = min(int(number), len(UNSTABLE) - 1)
    ending = "s" if number != 1 else ""
    name = f"{number} unstable mode{ending}" if number else "stable"
    look = {"color": UNSTABLE[rank], "marker": MARKERS[rank], "edgecolors": INK, "s": 42}
    return np.flatnonzero(modes == number), {**look, "label": name, "zorder": 5}


def _name_axes(axes: Any, shares: np.ndarray) -> None:
    """Name the components, with their shares of the variance of the basis."""
    for axis, (place, share) in zip("xyz", enumerate(shares, start=1)):
        getattr(axes, f"set_{axis}label")(f"component {place} ({100 * share:.0f} %)")


def _eigenvalues(modes: Any) -> np.ndarray:
    """Return all eigenvalues in a row; of slow modes those that are there."""
    modes = getattr(modes, "modes", modes)
    if modes is None:
        raise _refusal("the points have no modes; search them with modes=True, or use slow_modes.")
    values = np.asarray(getattr(modes, "eigenvalues", modes))
    if values.dtype.kind not in "iufc":
        raise _refusal(f"modes must be a result or eigenvalues, got {type(modes).__name__}.")
    count = getattr(modes, "count", None)  # lists have a method of this name
    if isinstance(count, np.ndarray):
        return values[np.arange(values.shape[1]) < count[:, None]]
    return values.ravel()
