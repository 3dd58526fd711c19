"""Verdicts on all claims about networks that translate, as a table."""

from __future__ import annotations

from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.translator_units import judged_frame, read_translators
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.store import formats


def run(files, output, params, log) -> None:
    """Judge every claim on every task and model."""
    frame, keys = judged_frame(read_translators(files["translators"]), params.judged)
    found = judged_units(params.claims, units_of_claims(params.claims, frame, None, keys))
    formats.write_table(output[0], {str(name): found[name].tolist() for name in found})
    log(f"{len(found)} verdicts: {found['verdict'].value_counts().to_dict()}")
