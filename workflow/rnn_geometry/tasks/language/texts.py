"""Files of texts to be continued word by word: one row a text."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.store.files import damaged, write_atomically
from rnn_geometry.tasks.pairs.pairs import Ragged

COLUMN = "words"


def write_texts(path: str | Path, texts: Ragged) -> None:
    """Write texts to Parquet.

    Parameters
    ----------
    path
        The file.
    texts
        Ids; kept as lists of int32.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    lists = pa.ListArray.from_arrays(
        pa.array(texts.ends.astype(np.int32)), pa.array(texts.values.astype(np.int32))
    )
    table = pa.table({COLUMN: lists})
    write_atomically(path, lambda temporary: pq.write_table(table, temporary, compression="zstd"))


def read_texts(path: str | Path) -> Ragged:
    """Read texts from Parquet.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    UserError
        Where the file is damaged, or holds no texts.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "train.parquet"
    >>> write_texts(file, Ragged.of([[0, 2], [1]]))
    >>> read_texts(file).padded(fill=-1).tolist()
    [[0, 2], [1, -1]]
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise damaged(path, error) from error
    if COLUMN not in table.column_names:
        raise UserError(
            f"{path}: holds no texts (column {COLUMN}); delete it and run the same command again."
        )
    column = table.column(COLUMN).combine_chunks()
    return Ragged(column.flatten().to_numpy(), column.offsets.to_numpy().astype(np.int64))
