"""Tables whose columns are declared, read as frames."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rnn_geometry.errors import imported
from rnn_geometry.store.columns import Columns

if TYPE_CHECKING:
    import pandas as pd


def read_typed(path: str | Path, columns: Columns) -> pd.DataFrame:
    """Read a table as a frame.

    Parameters
    ----------
    path
        The CSV file.
    columns
        Those declared.

    Returns
    -------
    pandas.DataFrame
        Text as str, an empty cell as NaN.
    """
    text = [column.name for column in columns.values() if column.kind == "text"]
    return imported("pandas", "plots").read_csv(path, dtype=dict.fromkeys(text, str))
