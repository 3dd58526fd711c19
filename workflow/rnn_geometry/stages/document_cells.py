"""docs/cells_verdicts.md and its grids, from committed tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rnn_geometry.claims.grid import groups
from rnn_geometry.pages.cells_verdicts import page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.plotting import style
from rnn_geometry.plotting.verdicts import verdict_grid
from rnn_geometry.stages.document_claims import ON_PAGE
from rnn_geometry.store import formats
from rnn_geometry.store.columns import read_frame


def run(files, output, params, log) -> None:
    """Write the page, and draw a grid for each structure of tasks."""
    template = template_texts("cells_verdicts.md.jinja")["cells_verdicts.md.jinja"]
    found = read_frame("claims", files["claims"])
    costs, code = (pd.read_csv(files[name]) for name in ("costs", "code"))
    made = dict(zip(code["part"], code["code"], strict=True))
    formats.write_text(output["page"], page(template, found, params.claims, costs, made))
    grids = {group["structure"]: group for group in groups(found, params.claims)}
    for path in output["grids"]:
        name = Path(path).stem.removeprefix("cells_claims_")
        style.save(verdict_grid(grids[name]), path.removesuffix(".png"), **ON_PAGE)
    log(f"{len(found)} verdicts")
