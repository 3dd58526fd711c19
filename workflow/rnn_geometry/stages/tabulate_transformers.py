"""The tables over networks without a step, and over those that read the same tasks by steps."""

from __future__ import annotations

from typing import Any

from rnn_geometry.geometry.transformers import TRANSFORMERS, WITHOUT_STEP, rows_with_step
from rnn_geometry.geometry.transformers_language import LM_WITHOUT_STEP, TRANSFORMERS_LANGUAGE
from rnn_geometry.identity import Network
from rnn_geometry.store import formats
from rnn_geometry.store.artifacts import Geometry
from rnn_geometry.store.columns import Columns, check_numbers
from rnn_geometry.store.languages import LanguageNumbers
from rnn_geometry.store.transformers import TransformerNumbers

# By the file of those with a step: how it is read, what needs no step, the columns of the table.
KINDS: dict[str, tuple[Any, Columns, Columns]] = {
    "geometry": (Geometry, WITHOUT_STEP, TRANSFORMERS),
    "language": (LanguageNumbers, LM_WITHOUT_STEP, TRANSFORMERS_LANGUAGE),
}


def run(files, output, params, log) -> None:
    """Write a row per network, by task, model, L2 and seed."""
    kind, without, columns = KINDS[params.by_step]
    known = [dict(TransformerNumbers.read(path)) for path in files["transformer"]]
    for row in known:
        check_numbers(f"transformer.json of {Network.of(row)}", row, without)
    by_step = [dict(kind.read(path)) for path in files[params.by_step]]
    rows = rows_with_step(known, by_step, columns)
    formats.write_table(output[0], {name: [row[name] for row in rows] for name in columns})
    log(f"{len(rows)} networks, {len(by_step)} of them with a step")
