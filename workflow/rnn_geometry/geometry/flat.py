"""Networks with one Jacobian everywhere: their slow set is flat, and their slow modes may be idle.

Where gates do not see the state (minGRU, LRU, RG-LRU), h' = J h + b under x*: every long time
constant is a slow mode, whether anything uses it or not. Such modes are counted apart, and no
number calls them integration: what is used, `io_dimension` and the visited states tell.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_geometry.geometry import modes
from rnn_geometry.geometry.dimension import rms_radius
from rnn_geometry.geometry.readouts import Arrays
from rnn_geometry.store.columns import Column, columns

SAME = 1e-5  # of the largest eigenvalue: spectra are kept in single precision
APART = 1e-3  # of the radius of visited states, as for distinct points: nearer ones tell nothing

COLUMNS = columns(
    Column(
        "constant_jacobian",
        "1 where abs(lambda) of all modes is the same at all sampled slow points: the Jacobian does"
        " not depend on the state, the slow set is flat, and numbers of integration modes stay"
        " empty; empty where these points lie in one place",
        kind="flag",
    ),
    Column(
        "flat_modes",
        "slow modes of such a network, used or not: `io_dimension` and"
        " `participation_ratio_visited` tell what is used",
        kind="count",
    ),
)
# What would call a slow mode of such a network integration, or growth.
COUNTS = (
    *(name for name in modes.COLUMNS if not name.startswith("tau_")),
    *("tau_gap", "modes_min", "modes_max", "growing_modes"),
)


def with_flatness(
    numbers: dict[str, Any], states: Arrays, slow: Arrays, linear: Arrays
) -> dict[str, Any]:
    """Return the numbers of a network with whether its slow set is flat.

    Parameters
    ----------
    numbers
        Of one network, by name.
    states, slow, linear
        Arrays of states.npz, slow_points.npz and linearization.npz.

    Returns
    -------
    dict
        With COLUMNS; where the Jacobian is the same everywhere, COUNTS are None.
    """
    points = slow["points"][linear["index"]]
    constant = has_one_spectrum(points, linear["eigenvalues"], rms_radius(states["visited"]))
    found = {**numbers, "constant_jacobian": constant, "flat_modes": None}
    if constant:
        found |= {name: None for name in COUNTS if name in numbers}
        found["flat_modes"] = numbers["integration_modes"]
    return found


def has_one_spectrum(points: np.ndarray, eigenvalues: np.ndarray, radius: float) -> bool | None:
    """Tell whether the moduli of the eigenvalues are the same at all points.

    Parameters
    ----------
    points
        (p, S).
    eigenvalues
        (p, S), by falling modulus.
    radius
        Of the visited states, root-mean-square.

    Returns
    -------
    bool or None
        None where the points lie in one place.

    Examples
    --------
    >>> points = np.array([[0.0], [1.0]])
    >>> has_one_spectrum(points, np.array([[0.9], [0.9]]), radius=1.0)
    True
    >>> has_one_spectrum(points, np.array([[0.9], [0.8]]), radius=1.0)
    False
    """
    if np.linalg.norm(points - points.mean(axis=0), axis=1).max() <= APART * radius:
        return None
    moduli = np.sort(np.abs(eigenvalues), axis=1)
    return bool(np.abs(moduli - moduli[0]).max() <= SAME * moduli[0].max())
