"""Cells in modules of their own: their entries of the registry, and the hash of their code.

To add a cell, write its class in a module here, and its entry below. Light, as `registry` is.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace

from rnn_geometry.networks.registry import CELLS, CellEntry, Limit
from rnn_geometry.store.fingerprint import code_hash

HERE = __name__.rpartition(".")[0]

_SINGLE = (
    CellEntry(
        "leaky",
        f"{HERE}.leaky:LeakyRNN",
        options=("leak",),
        label="leaky",
        colour="#6B5D18",
        marker="P",
        gated=False,
        explorer=True,
        limits={"leak": Limit(0.2, 0.001, 1)},
    ),
    CellEntry(
        "relu",
        "rnn_geometry.networks.torch_cells:ReluRNN",
        options=("recurrent_identity", "input_scale"),
        label="ReLU",
        colour="#BFB27F",
        marker="X",
        gated=False,
        bounded=False,
        explorer=True,
    ),
    CellEntry(
        "mingru",
        f"{HERE}.mingru:MinGRU",
        options=("longest_memory",),
        label="minGRU",
        colour="#40CCBF",
        marker="p",
        explorer=True,
        limits={"longest_memory": Limit(25, 2.1, 1e6)},
    ),
    CellEntry(
        "lru",
        f"{HERE}.lru:LRU",
        options=("smallest_radius", "largest_radius", "largest_phase"),
        label="LRU",
        colour="#0D400D",
        marker="h",
        gated=False,
        explorer=True,
        limits={
            "smallest_radius": Limit(0, 0, 1),
            "largest_radius": Limit(1, 0, 1),
            "largest_phase": Limit(2 * math.pi, 0, 2 * math.pi),
        },
    ),
    CellEntry(
        "rg_lru",
        f"{HERE}.rg_lru:RGLRU",
        options=("smallest_radius", "largest_radius"),
        label="RG-LRU",
        colour="#1A8A93",
        marker="<",
        explorer=True,
        limits={
            "smallest_radius": Limit(0.9, 0.001, 0.9999),
            "largest_radius": Limit(0.999, 0.001, 0.9999),
        },
    ),
    CellEntry(
        "lstm_norm",
        f"{HERE}.lstm_norm:NormLSTM",
        options=("hold_bias",),
        label="LSTM, layer norm",
        colour="#7A1030",
        marker=">",
        explorer=True,
    ),
    CellEntry(
        "slstm",
        f"{HERE}.slstm:SLSTM",
        options=("hold_bias",),
        label="sLSTM",
        colour="#9C2FB0",
        marker="H",
        explorer=True,
    ),
    CellEntry(
        "mamba",
        f"{HERE}.mamba:Mamba",
        options=("memories", "shortest_step", "longest_step"),
        label="Mamba",
        colour="#2A1FD0",
        marker="d",
        explorer=True,
        limits={
            "memories": Limit(4, 1, 64, whole=True),
            "shortest_step": Limit(1e-3, 1e-6, 1),
            "longest_step": Limit(1e-1, 1e-6, 10),
        },
    ),
    CellEntry(
        "mlstm",
        f"{HERE}.mlstm:MLSTM",
        options=("head_size", "hold_bias"),
        label="mLSTM",
        colour="#D0D020",
        marker="8",
        explorer=True,
        limits={"head_size": Limit(4, 1, 64, whole=True)},
    ),
)


def _two_layers(entry: CellEntry) -> CellEntry:
    """Return the entry of two layers of a cell."""
    return replace(
        entry,
        name=f"{entry.name}-2-layers",
        path=f"{HERE}.two_layers:Two{entry.path.rpartition(':')[2]}",
        label=f"{entry.label}, 2 layers",
        marker="*",
        layers=2,
    )


ENTRIES = (*_SINGLE, *map(_two_layers, (*CELLS.values(), *_SINGLE)))
_BY_NAME = {entry.name: entry for entry in ENTRIES}


def code_of_cell(cell: str) -> str | None:
    """Return the hash of the code of a cell of this folder, which its networks depend on.

    Parameters
    ----------
    cell
        Its name in a configuration.

    Returns
    -------
    str or None
        16 hexadecimal digits; None for other cells: their code is that of the stages.

    Examples
    --------
    >>> code_of_cell("gru") is None, len(code_of_cell("mingru"))
    (True, 16)
    """
    if cell not in _BY_NAME:
        return None
    layer = cell.removesuffix("-2-layers")
    entries = [_BY_NAME[name] for name in dict.fromkeys([cell, layer]) if name in _BY_NAME]
    code = [code_hash(entry.path.partition(":")[0]) for entry in entries]
    return hashlib.sha256("\n".join(code).encode()).hexdigest()[:16]
