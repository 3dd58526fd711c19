"""Verdicts on all claims about networks without a step, as a table."""

from __future__ import annotations

from rnn_geometry.claims.registration import deviations
from rnn_geometry.claims.transformer_units import judged_transformers
from rnn_geometry.claims.transformers_registration import transformers_code_now
from rnn_geometry.claims.typed import read_typed
from rnn_geometry.geometry.transformers import TRANSFORMERS
from rnn_geometry.geometry.transformers_language import TRANSFORMERS_LANGUAGE
from rnn_geometry.store import formats
from rnn_geometry.store.artifacts import Meta
from rnn_geometry.tasks.theory import structure

COLUMNS = {"transformers": TRANSFORMERS, "transformers_language": TRANSFORMERS_LANGUAGE}


def run(files, output, params, log) -> None:
    """Judge every claim on every task and model."""
    named = dict(files.items())
    tables = [read_typed(named[name], own) for name, own in COLUMNS.items() if name in named]
    metas = [Meta.read(path) for path in files["meta"]]
    structures = {meta["name"]: structure(meta) for meta in metas}
    found = judged_transformers(tables, structures, params.judged, params.claims)
    formats.write_table(output[0], {str(name): found[name].tolist() for name in found})
    log(f"{len(found)} verdicts: {found['verdict'].value_counts().to_dict()}")
    for line in deviations(params.claims, transformers_code_now()):
        log(line)
