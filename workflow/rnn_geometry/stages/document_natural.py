"""docs/natural.md and its figures, from committed tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from rnn_geometry.claims.grid import groups
from rnn_geometry.claims.saved import read_networks
from rnn_geometry.config import documents
from rnn_geometry.pages.natural import TEMPLATES, page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.plotting import style
from rnn_geometry.plotting.natural import FIGURES, WHY_FIGURES
from rnn_geometry.plotting.verdicts import verdict_grid
from rnn_geometry.store import formats
from rnn_geometry.store.columns import read_frame

# Tables whose columns say what is text in them; of all others words such as `null` are words.
DECLARED = {name: name for name in ("claims", "multiverse")}
DECLARED |= dict.fromkeys(documents.SMALL_RUNS, "networks")

# These tables are the data of the figures.
ON_PAGE = {"suffixes": ["png"], "dpi": 150, "data": False}


def run(files, output, params, log) -> None:
    """Write the page, and draw its figures and grids."""
    tables = read_tables(files)
    formats.write_text(output["page"], page(template_texts(*TEMPLATES), tables, params.claims))
    trained = _trained(tables["networks"])
    figures = {name: (draw, trained) for name, draw in FIGURES.items()}
    if "why" in tables:
        figures |= {name: (draw, _trained(tables["why"])) for name, draw in WHY_FIGURES.items()}
    for path in output["figures"]:
        draw, networks = figures[Path(path).stem.removeprefix("text_")]
        style.save(draw(networks), path.removesuffix(".png"), **ON_PAGE)
    grids = {group["structure"]: group for group in groups(tables["claims"], params.claims)}
    for path in output["grids"]:
        name = Path(path).stem.removeprefix("text_claims_")
        style.save(verdict_grid(grids[name]), path.removesuffix(".png"), **ON_PAGE)
    log(f"{len(tables['claims'])} verdicts on {len(trained)} networks")


def read_tables(files: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Return the committed tables.

    Parameters
    ----------
    files
        Of `documents.text_tables`.
    """
    return {name: _read(name, path) for name, path in files.items()}


def _trained(networks: pd.DataFrame) -> pd.DataFrame:
    return networks[networks["control"].isna()]


def _read(name: str, path: str) -> pd.DataFrame:
    if name in DECLARED:
        return read_frame(DECLARED[name], path)
    return read_networks(path) if name == "networks" else pd.read_csv(path, keep_default_na=False)
