"""Verdicts on all claims about language models, as a table."""

from __future__ import annotations

from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.language import is_about_text
from rnn_geometry.claims.language_registration import language_code_now
from rnn_geometry.claims.language_units import judged_language_models
from rnn_geometry.claims.registration import deviations
from rnn_geometry.claims.text_model_units import judged_text_models
from rnn_geometry.claims.typed import read_typed
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.geometry.language_tables import LANGUAGE
from rnn_geometry.geometry.text_models import LANGUAGE_TEXT
from rnn_geometry.store import formats

# Tables by name: their columns, and what turns one into rows that claims speak of.
TABLES = {
    "language": (LANGUAGE, judged_language_models),
    "language_text": (LANGUAGE_TEXT, judged_text_models),
}


def run(files, output, params, log) -> None:
    """Judge every claim on every source or text, and model."""
    ((name, path),) = files.items()
    columns, rows_of = TABLES[name]
    frame, keys = rows_of(read_typed(path, columns), params.judged)
    found = judged_units(params.claims, units_of_claims(params.claims, frame, None, keys))
    formats.write_table(output[0], {str(name): found[name].tolist() for name in found})
    log(f"{len(found)} verdicts: {found['verdict'].value_counts().to_dict()}")
    for line in deviations(params.claims, language_code_now(is_about_text(params.claims))):
        log(line)
