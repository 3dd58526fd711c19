"""Snakemake's report as one page to read: what Snakemake shows behind menus and icons, in order.

Snakemake sorts by letters and shows a caption only when asked. What it embeds stays as it is; a
page of all figures with their captions is laid over it. Its head stands before all that is
embedded, so that it is seen at once; pictures are read from what is embedded when they are asked
for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import yaml

from rnn_geometry.config.shown import CATEGORIES
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.pages.names import task_title
from rnn_geometry.pages.templating import environment

END = "</body>"
_BEGIN = re.compile(r"<body[^>]*>")


def with_reading_page(
    report: str,
    templates: Mapping[str, str],
    tasks: Sequence[str],
    *,
    answer: str = "",
    blank: Sequence[str] = (),
    links: Mapping[str, Sequence[Sequence[str]]] = MappingProxyType({}),
) -> str:
    """Return Snakemake's report with a page over it that shows figures and captions in order.

    Parameters
    ----------
    report
        HTML as Snakemake made it.
    templates
        Texts of the templates, by name.
    tasks
        In the order of the configuration.
    answer
        What the run says to the question of the start page.
    blank
        Figures that are left out since they drew nothing: files relative to the report.
    links
        By picture, words and file of what lies beside it, see `drawn.links_of_pictures`.

    Returns
    -------
    str
        Unchanged where it has no end of a body.
    """
    before, end, after = report.rpartition(END)
    begin = _BEGIN.search(before)
    if not end or begin is None:
        return report
    # Pairs: JSON in a template sorts the keys of an object.
    known = {
        "categories": [*CATEGORIES.values()],
        "tasks": [[task, task_title(task)] for task in tasks],
        "figures": [*yaml.safe_load(templates["captions.yaml"]).items()],
        "cells": [[name, cell.label] for name, cell in CELLS.items()],
        "blank": [*blank],
        "links": dict(links),
    }
    pages = environment(autoescape=True, templates=templates)
    head = pages.get_template("report_head.html.jinja").render(answer=answer)
    foot = pages.get_template("report.html.jinja").render(known=known)
    return f"{before[: begin.end()]}{head}{before[begin.end() :]}{foot}{end}{after}"
