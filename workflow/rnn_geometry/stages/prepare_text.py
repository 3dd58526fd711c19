"""Read, tokenise and split a real data set."""

from __future__ import annotations

from rnn_geometry.stages.prepare import save_prepared, text_data


def run(files, output, params, log) -> None:
    """Write train, dev and test texts of one task."""
    own = (files.get("tokenizer"), files.get("vocabulary"))
    prepared = text_data(params.task, params.data_folder, *own)
    save_prepared(prepared, output[0].rsplit("/", 1)[0], log)
