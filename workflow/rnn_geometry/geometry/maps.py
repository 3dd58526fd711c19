"""Maps of states for pages: their principal components, and how many texts are shown on them."""

from __future__ import annotations

import numpy as np

SHOWN, LOOKED_AT = 6, 100  # texts that are shown, and texts among which they are chosen
AXES = 3  # of the map


def components(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of states (n, S), and their principal axes (AXES, S): zero past the last.

    Parameters
    ----------
    states
        Visited ones. The largest entry of an axis is above zero.
    """
    center = states.mean(0)
    found = np.linalg.svd(states - center, full_matrices=False)[2][:AXES]
    largest = np.take_along_axis(found, np.abs(found).argmax(1)[:, None], 1)
    axes = np.zeros((AXES, states.shape[1]))
    axes[: len(found)] = found * np.sign(largest)
    return center, axes
