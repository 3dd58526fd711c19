"""docs/claims.md and its figures, from committed tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import yaml

from rnn_geometry.claims.grid import groups
from rnn_geometry.pages.claims import markdown_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.plotting import style
from rnn_geometry.plotting.sweeps import sweep_figure
from rnn_geometry.plotting.verdicts import verdict_grid
from rnn_geometry.store import formats
from rnn_geometry.store.columns import read_frame

# The tables are beside the page.
ON_PAGE = {"suffixes": ["png"], "dpi": 150, "data": False}


def run(files, output, params, log) -> None:
    """Write the page, and draw the grids and the sweeps."""
    names = ("claims", "sweeps", "multiverse")
    found, sweeps, others = (read_frame(name, files[name]) for name in names)
    costs, before, code = (pd.read_csv(files[name]) for name in ("costs", "before", "code"))
    texts = template_texts("claims.md.jinja", "claims_told.yaml")
    told = yaml.safe_load(texts["claims_told.yaml"])
    made = dict(zip(code["part"], code["code"], strict=True))
    page = markdown_page(
        texts["claims.md.jinja"], found, params.claims, told, costs, before, made, others
    )
    formats.write_text(output["page"], page)
    grids = {group["structure"]: group for group in groups(found, params.claims)}
    for path in output["grids"]:
        name = Path(path).stem.removeprefix("claims_")
        style.save(verdict_grid(grids[name]), path.removesuffix(".png"), **ON_PAGE)
    for path in output["sweeps"]:
        name = Path(path).stem.removeprefix("sweep_")
        figure = sweep_figure(sweeps[sweeps["sweep"] == name])
        style.save(figure, path.removesuffix(".png"), **ON_PAGE)
    log(f"{len(found)} verdicts, {len(output['sweeps'])} sweeps")
