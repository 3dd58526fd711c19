"""Read, tokenise and split a real data set."""

from __future__ import annotations

from rnn_geometry.stages.prepare import save_prepared, text_data


def run(files, output, params, log) -> None:
    """Write train, dev and test texts of one task."""
    prepared = text_data(params.task, params.data_folder, files.get("tokenizer"))
    save_prepared(prepared, output[0].rsplit("/", 1)[0], log)
