"""A recipe of training by how many texts there are, and what kind their labels are.

Measured by `benchmarks/recipes.py`, chosen on dev texts. Standard library only: it is asked before
anything is trained.
"""

from __future__ import annotations

from typing import Any

MOST_TEXTS = 20000  # beyond, more texts cost much and change little: a set is cut to so many
LARGE = 10000  # texts from which epochs over all of them are enough steps
STEPS = 600  # of 16 texts: with fewer a network of some hundred texts has not begun to learn
FEW = {"learning_rate": 5e-3, "l2": "3e-4", "epochs": 6, "min_steps": STEPS, "batch_size": 16}
MANY = {"learning_rate": 2e-3, "l2": "1e-4", "epochs": 4}
# Stars are noisy: a network that learns fast learns their noise.
FEW_ORDERED = {"learning_rate": 2e-3}
# Most labels are absent from most texts: a network first learns to say no, the rare ones last.
FEW_LABELS = {"learning_rate": 1e-2, "epochs": 12}
MANY_LABELS = {"learning_rate": 1e-2, "batch_size": 16}


def recipe_by_size(
    texts: int, *, ordered: bool = False, multi_label: bool = False
) -> dict[str, Any]:
    """Return keys of a model that fit so many training texts, and their labels.

    Parameters
    ----------
    texts : int
        Texts that are trained on.
    ordered : bool
        Whether there are three classes or more, with an order.
    multi_label : bool
        Whether a text may have several labels.

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
    >>> recipe_by_size(3200, ordered=True)["learning_rate"]
    0.002
    """
    if texts < 1:
        raise ValueError("a recipe is for at least one text")
    shared = {
        **{"hidden_size": 128, "embedding_size": 128, "readout_scale": 0.1},
        **{"l2_on": "text", "clip": 5.0, "keep_weights": "last"},
    }
    if texts >= LARGE:
        own = MANY_LABELS if multi_label else {}
        return {**shared, **MANY, **own, "cell_options": {"hold_bias": 1.0}}
    own = FEW_LABELS if multi_label else FEW_ORDERED if ordered else {}
    return {**shared, **FEW, **own, "cell_options": {"hold_bias": 2.0}}
