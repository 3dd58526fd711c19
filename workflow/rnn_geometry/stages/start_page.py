"""The start page of the results."""

from __future__ import annotations

from pathlib import Path

from rnn_geometry.claims.beside import shipped_verdicts
from rnn_geometry.pages.costs import cost_table
from rnn_geometry.pages.start import figure_groups, report_size, start_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.store import formats
from rnn_geometry.store.artifacts import Meta
from rnn_geometry.store.columns import read_frame

TEMPLATES = (
    "index.html.jinja",
    "grid.html.jinja",
    "question.html.jinja",
    "answer.yaml",
    "captions.yaml",
    "start.css",
    "style.css",
    "sort.js",
    "filter.js",
    "fold.js",
    "cues.js",
)


def run(files, output, params, log) -> None:
    """Write the start page."""
    results = Path(output[0]).parent
    runs, found = (read_frame(name, files[name]) for name in ("runs", "claims"))
    page = start_page(
        template_texts(*TEMPLATES),
        runs,
        found,
        params.claims,
        shown=params.shown,
        explorers=params.explorers,
        figures=figure_groups(results, params.overviews, params.explorers, params.sweeps),
        opening=params.opening,
        opened=params.opened,
        tasks=params.tasks,
        translators=bool(files.get("translators")),
        language=bool(files.get("language")),
        text_models=bool(files.get("text_models")),
        transformers=bool(files.get("transformers")),
        report_bytes=report_size(results),
        records=[formats.read_json(path) for path in files["record"]],
        costs=cost_table(results / "benchmarks", params.benchmarks),
        configuration=params.configuration,
        shipped=shipped_verdicts(params.shipped),
        texts={meta["name"]: meta for meta in map(Meta.read, files.get("texts", []))},
    )
    formats.write_text(output[0], page)
    log(f"{len(runs)} networks")
