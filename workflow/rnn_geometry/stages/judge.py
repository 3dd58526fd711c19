"""Verdicts on all claims, as a table and as a page."""

from __future__ import annotations

from rnn_geometry.claims.beside import shipped_verdicts
from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.multiverse import multiverse
from rnn_geometry.claims.networks import networks_table
from rnn_geometry.claims.values import units_of_claims, values_by_claim
from rnn_geometry.pages.claims import html_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.store import formats
from rnn_geometry.store.columns import read_frame

TEMPLATES = (
    *("claims.html.jinja", "claim.html.jinja", "grid.html.jinja"),
    *("style.css", "claims.css", "claims.js", "cues.js"),
)
TABLES = ("runs", "tasks", "dimension", "sweeps")


def run(files, output, params, log) -> None:
    """Judge every claim on every task and cell."""
    tables = {name: read_frame(name, files[name]) for name in TABLES}
    networks = networks_table(tables["runs"], tables["tasks"], tables["dimension"])
    units = units_of_claims(params.claims, networks, tables["sweeps"], params.judged)
    found = judged_units(params.claims, units)
    formats.write_table(output["table"], {str(name): found[name].tolist() for name in found})
    variants = read_frame("hold_inputs", files["hold_inputs"])
    analyses = (found, networks, variants, params.judged)
    others = multiverse(params.claims, *analyses, params.hold_inputs)
    formats.write_table(output["multiverse"], {str(name): others[name].tolist() for name in others})
    shipped = shipped_verdicts(params.shipped)
    values = values_by_claim(units)
    known = (found, params.claims, params.shown, shipped, values, params.tasks)
    page = html_page(template_texts(*TEMPLATES), *known)
    formats.write_text(output["page"], page)
    log(f"{len(found)} verdicts: {found['verdict'].value_counts().to_dict()}")
