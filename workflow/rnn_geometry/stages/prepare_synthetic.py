"""Draw the sentences of a synthetic task."""

from __future__ import annotations

from rnn_geometry.stages.prepare import save_prepared, synthetic_data


def run(files, output, params, log) -> None:
    """Write train, dev and test sentences of one task."""
    save_prepared(synthetic_data(params.task), output[0].rsplit("/", 1)[0], log)
