"""The built-in cells: name, class, options, look in figures. Light: configurations are checked with
it.

To add a cell, write its class in `cells` and its entry here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limit:
    """What an option of a cell accepts.

    Attributes
    ----------
    default
        What it is where it is not given.
    low, high
        The least and the greatest value.
    whole
        Whether it is a whole number.
    """

    default: float
    low: float
    high: float
    whole: bool = False

    def accepts(self, value: float) -> bool:
        """Tell whether a number is accepted."""
        return self.low <= value <= self.high and (not self.whole or type(value) is int)

    def words(self) -> str:
        """Return what is accepted, for a sentence."""
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class CellEntry:
    """A built-in cell.

    Attributes
    ----------
    name
        What configurations and tables call it.
    path
        Where its class lies, `package.module:ClassName`.
    options
        Options of its initialisation, by which `cell_options` of a configuration are checked.
    label, colour, marker
        What a reader calls it, and the look of its networks in figures: colours are others than
        those of classes and verdicts, and differ in grey or by the marker.
    gated
        Whether gates hold its state: without them there is no gap between slow and fast modes.
    bounded
        Whether it takes a convex body of states into itself: its fixed points have degree 1.
    explorer
        Whether the explorer can step it, that is, whether cells.js knows it.
    layers
        Of the cell in one network. Several have the colour of their cell, and one marker.
    limits
        What options accept that are no free number.
    """

    name: str
    path: str
    options: tuple[str, ...]
    label: str
    colour: str
    marker: str
    gated: bool = True
    bounded: bool = True
    explorer: bool = False
    layers: int = 1
    limits: Mapping[str, Limit] = field(default_factory=dict)


_ENTRIES = (
    CellEntry(
        "vanilla",
        "rnn_geometry.networks.cells:VanillaRNN",
        options=("recurrent_identity", "input_scale"),
        label="vanilla",
        colour="#A9A93B",
        marker="s",
        gated=False,
        explorer=True,
    ),
    CellEntry(
        "gru",
        "rnn_geometry.networks.cells:GRU",
        options=("hold_bias",),
        label="GRU",
        colour="#1B3A6B",
        marker="o",
        explorer=True,
    ),
    CellEntry(
        "lstm",
        "rnn_geometry.networks.cells:LSTM",
        options=("hold_bias",),
        label="LSTM",
        colour="#B8475A",
        marker="^",
        explorer=True,
    ),
    CellEntry(
        "ugrnn",
        "rnn_geometry.networks.cells:UGRNN",
        options=("hold_bias",),
        label="UGRNN",
        colour="#5F93C8",
        marker="D",
        explorer=True,
    ),
    CellEntry(
        "gru_reset_before",
        "rnn_geometry.networks.cells:GRUResetBefore",
        options=("hold_bias",),
        label="GRU, reset before",
        colour="#6F5A96",
        marker="v",
        explorer=True,
    ),
)
_LAYERS = re.compile(r"-\d+-layers$")
# In the order of figures.
CELLS = {entry.name: entry for entry in _ENTRIES}


def is_gated(cell: str) -> bool | None:
    """Tell whether a cell has gates.

    Parameters
    ----------
    cell
        Its name in a configuration, or that of several layers of it in one network.

    Returns
    -------
    bool or None
        None for a cell that is not built in.

    Examples
    --------
    >>> is_gated("vanilla"), is_gated("lstm-2-layers"), is_gated("my_cells.py:Leaky")
    (False, True, None)
    """
    of_layer = _LAYERS.sub("", cell)
    return CELLS[of_layer].gated if of_layer in CELLS else None
