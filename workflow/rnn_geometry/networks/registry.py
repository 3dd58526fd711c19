"""The built-in cells: name, class, options, look in figures. Light: configurations are checked with
it.

To add a cell, write its class in `cells` and its entry here.
"""

from __future__ import annotations

from dataclasses import dataclass


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
    bounded
        Whether it takes a convex body of states into itself: its fixed points have degree 1.
    explorer
        Whether the explorer can step it, that is, whether cells.js knows it.
    """

    name: str
    path: str
    options: tuple[str, ...]
    label: str
    colour: str
    marker: str
    bounded: bool = True
    explorer: bool = False


_ENTRIES = (
    CellEntry(
        "vanilla",
        "rnn_geometry.networks.cells:VanillaRNN",
        options=("recurrent_identity", "input_scale"),
        label="vanilla",
        colour="#A9A93B",
        marker="s",
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
# In the order of figures.
CELLS = {entry.name: entry for entry in _ENTRIES}
