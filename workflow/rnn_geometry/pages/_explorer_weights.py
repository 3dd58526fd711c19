"""The weights that a page steps a network with: of the cells, and stacks of them, in cells.js."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from rnn_geometry.networks.registry import CELLS

# The names that cells.js reads of a layer; a cell has some of them.
OF_LAYER = (
    *("weight_ih", "weight_hh", "bias", "bias_hn", "leak", "decay", "nu", "theta", "gamma"),
    *("scale_ih", "scale_hh", "scale_memory", "shift_memory"),
    *("weight_step", "bias_step", "bias_read"),
)
LAYERS = re.compile(r"(?P<kind>\w+)-(?P<layers>[0-9]+)-layers")


def can_step(cell: str) -> bool:
    """Tell whether cells.js knows a cell, or the kind of some layers one above the other.

    Parameters
    ----------
    cell
        Its name in tables, such as `gru` or `lstm-2-layers`.
    """
    stacked = LAYERS.fullmatch(cell)
    kind = stacked["kind"] if stacked else cell
    return kind in CELLS and CELLS[kind].explorer


def arrays_of(cell: str, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays of a network by the names that cells.js reads.

    Parameters
    ----------
    cell
        Its name in tables.
    tensors
        Of model.safetensors.

    Returns
    -------
    dict
        Those of several layers end in a point and the number of the layer, the first 0.
    """
    stacked = LAYERS.fullmatch(cell)
    places = {"": "cell."}
    if stacked:
        places = {f".{i}": f"cell.layers.{i}." for i in range(int(stacked["layers"]))}
    arrays = {"embedding": tensors["embedding"], "readout.weight": tensors["readout.weight"]}
    for end, place in places.items():
        own = {name: tensors.get(place + name) for name in OF_LAYER}
        arrays |= {name + end: array for name, array in own.items() if array is not None}
    arrays["readout.bias"] = tensors.get("readout.bias", np.zeros(len(tensors["readout.weight"])))
    return arrays
