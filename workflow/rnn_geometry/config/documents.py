"""What of the results is committed below docs/, so that the documents can be made from it."""

from __future__ import annotations

import os
from collections.abc import Mapping

# Tables of config/battery.yaml, and what they are made from.
BATTERY = {
    "claims": "claims.csv",
    "sweeps": "sweeps.csv",
    "multiverse": "multiverse.csv",
    "networks": "networks.csv.gz",
    "costs": "battery_costs.csv",
    "code": "battery_code.csv",
}
OF_NETWORKS = ("runs", "tasks", "dimension")
JUDGED = ("claims", "sweeps", "multiverse", *OF_NETWORKS)
# Tables of config/battery_text.yaml, and what they are made from.
TEXT = {
    "claims": "claims_text.csv",
    "multiverse": "multiverse_text.csv",
    "networks": "networks_text.csv.gz",
    "costs": "text_costs.csv",
    "code": "text_code.csv",
    "data": "text_data.csv",
    "words": "text_words.csv",
}
TEXT_JUDGED = ("claims", "multiverse", "words", *OF_NETWORKS)
# Tables of config/cells.yaml, and what they are made from.
CELLS = {
    "claims": "claims_cells.csv",
    "networks": "networks_cells.csv.gz",
    "costs": "cells_costs.csv",
    "code": "cells_code.csv",
}
# Tables of config/transformers.yaml and transformers_claims.yaml, by their folders of results.
TRANSFORMERS = {
    "results/transformers": {
        "transformers": "transformers.csv",
        "transformers_language": "transformers_language.csv",
    },
    "results/transformers_claims": {
        "transformers": "networks_transformers.csv",
        "transformers_language": "networks_transformers_language.csv",
        "claims_transformers": "claims_transformers.csv",
    },
}
# Those of config/language_text_claims.yaml.
TEXT_MODELS = {
    "language_text": "networks_language_text.csv",
    "claims_language_text": "claims_language_text.csv",
}
# Networks of small runs that docs/natural.md shows beside the battery, by their folder of results.
SMALL_RUNS = ("recipes", "why")
SMALL = {f"results/{name}": f"{name}.csv" for name in SMALL_RUNS}
# Tables that docs/natural.md has a section for where they are there.
BESIDE = {"recipes": "recipes.csv", "why": "why.csv", "forecast": "forecast.csv"}
TEXT_FIGURES = ("accuracy", "dimension", "modes", "readouts", "modifiers")
WHY_FIGURES = ("why", "why_modifiers")
TEXT_GRIDS = ("unordered", "plane", "labels", "binary")
CELL_GRIDS = ("unordered", "plane", "labels")  # structures of tasks that have run
# Figures of docs/claims.md.
GRIDS = ("unordered", "plane", "line", "labels", "binary", "context", "sweep")
SWEEPS = (
    "classes",
    "labels",
    "length",
    "hidden-size",
    "correlation",
    "hold-input",
    "l2-gru",
    "l2-lstm",
    "l2-ugrnn",
    "l2-vanilla",
)


def below(folder: str, tables: Mapping[str, str]) -> dict[str, str]:
    """Return files in a folder by name.

    Parameters
    ----------
    folder
        The folder.
    tables
        Names of files by name.

    Examples
    --------
    >>> below("docs/data", {"code": "text_code.csv"})
    {'code': 'docs/data/text_code.csv'}
    """
    return {name: f"{folder}/{file}" for name, file in tables.items()}


def text_tables(docs: str) -> dict[str, str]:
    """Return the tables that docs/natural.md is made from: those it needs, and those at hand.

    Parameters
    ----------
    docs
        The folder of the documents.

    Returns
    -------
    dict
        Files by name.
    """
    beside = below(f"{docs}/data", BESIDE)
    there = {name: file for name, file in beside.items() if os.path.exists(file)}
    return below(f"{docs}/data", TEXT) | there


def text_figures(docs: str) -> list[str]:
    """Return the names of the figures of docs/natural.md, as far as their tables are there.

    Parameters
    ----------
    docs
        The folder of the documents.
    """
    return [*TEXT_FIGURES, *(WHY_FIGURES if "why" in text_tables(docs) else ())]


def text_pages(docs: str) -> list[str]:
    """Return docs/natural.md where the tables of its battery have been kept, else nothing.

    Parameters
    ----------
    docs
        The folder of the documents.
    """
    return [f"{docs}/natural.md"] if os.path.exists(text_tables(docs)["claims"]) else []


def runs_kept(results: str, docs: str) -> str:
    """Return where the networks of a small run are kept: in docs only those that a page shows.

    Parameters
    ----------
    results
        The folder of results.
    docs
        The folder of the documents.
    """
    return f"{docs}/data/{SMALL[results]}" if results in SMALL else f"{results}/kept/runs.csv"


def without_step(results: str, docs: str) -> dict[str, str]:
    """Return where tables of networks without a step are kept: in docs only those of its page.

    Parameters
    ----------
    results
        The folder of results.
    docs
        The folder of the documents.

    Returns
    -------
    dict
        Files by the name of the table.

    Examples
    --------
    >>> without_step("results/transformers_claims", "docs")["transformers"]
    'docs/data/networks_transformers.csv'
    >>> without_step("mine", "docs")["transformers"]
    'mine/kept/transformers.csv'
    """
    if results in TRANSFORMERS:
        return below(f"{docs}/data", TRANSFORMERS[results])
    return below(f"{results}/kept", TRANSFORMERS["results/transformers"])
