"""Snakemake's report as one page to read: what Snakemake shows behind menus and icons, in order.

Snakemake sorts by letters and shows a caption only when asked. What it embeds stays as it is; a
page of all figures with their captions is laid over it, which leads to the start page and back to
Snakemake's own view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml

from rnn_geometry.config.shown import CATEGORIES
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.pages.names import task_title
from rnn_geometry.pages.templating import environment

END = "</body>"


def with_reading_page(report: str, templates: Mapping[str, str], tasks: Sequence[str]) -> str:
    """Return Snakemake's report with a page over it that shows figures and captions in order.

    Parameters
    ----------
    report
        HTML as Snakemake made it.
    templates
        Texts of the templates, by name.
    tasks
        In the order of the configuration.

    Returns
    -------
    str
        Unchanged where it has no end of a body.
    """
    before, end, after = report.rpartition(END)
    if not end:
        return report
    # Pairs: JSON in a template sorts the keys of an object.
    known = {
        "categories": [*CATEGORIES.values()],
        "tasks": [[task, task_title(task)] for task in tasks],
        "figures": [*yaml.safe_load(templates["captions.yaml"]).items()],
        "cells": {name: cell.label for name, cell in CELLS.items()},
    }
    page = environment(autoescape=True, templates=templates).get_template("report.html.jinja")
    return f"{before}{page.render(known=known)}{end}{after}"
