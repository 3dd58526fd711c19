"""A recipe of training by how many texts there are; measured by `benchmarks/recipes.py`.

Standard library only: it is asked before anything is trained.
"""

from __future__ import annotations

from typing import Any

MOST_TEXTS = 20000  # beyond, more texts cost much and change little: a set is cut to so many
LARGE = 10000  # texts from which epochs over all of them are enough steps
STEPS = 600  # of 16 texts: with fewer a network of some hundred texts has not begun to learn


def recipe_by_size(texts: int) -> dict[str, Any]:
    """Return keys of a model that fit so many training texts.

    Parameters
    ----------
    texts : int
        Texts that are trained on.

    Returns
    -------
    dict
        Entry of `models`, without its cell.

    Raises
    ------
    ValueError
        For less than one text.

    Examples
    --------
    >>> recipe_by_size(3200)["batch_size"], recipe_by_size(20000)["epochs"]
    (16, 4)
    """
    if texts < 1:
        raise ValueError("a recipe is for at least one text")
    shared = {
        **{"hidden_size": 128, "embedding_size": 128, "readout_scale": 0.1},
        **{"l2_on": "text", "clip": 5.0, "keep_weights": "last"},
    }
    if texts >= LARGE:
        large = {"learning_rate": 2e-3, "l2": "1e-4", "epochs": 4}
        return {**shared, **large, "cell_options": {"hold_bias": 1.0}}
    few = {"learning_rate": 5e-3, "l2": "3e-4", "epochs": 6, "min_steps": STEPS, "batch_size": 16}
    return {**shared, **few, "cell_options": {"hold_bias": 2.0}}
