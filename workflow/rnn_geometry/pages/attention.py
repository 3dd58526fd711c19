"""The page of networks that translate: verdicts first, then what each network looks at."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from rnn_geometry.claims.file import criterion
from rnn_geometry.claims.grid import fragment, is_judged
from rnn_geometry.claims.table import ALL_CELLS
from rnn_geometry.identity import Network
from rnn_geometry.pages.templating import environment

CAPTIONS = {
    "attention_dial": "The dial: how temporal attention is (share of the terms μμ), against how"
    " much attention in one phrase is like its average, and against the share of re-ordered"
    " phrases.",
    "attention_terms": "Signed shares of the nine terms of alignments by task and model. They sum"
    " to 1: μ is the part of the place, χ of the word, δ of all else.",
}
MEANS = {
    "words right": "word_accuracy",
    "phrases right": "phrase_accuracy",
    "share μμ": "share_mu_mu",
    "like average": "likeness_to_average",
    "states explained": "explained_encoder",
    "swap": "swap_moved",
    "lost without δ": "rest_accuracy_lost",
}


def attention_page(
    templates: Mapping[str, str],
    table: pd.DataFrame,
    found: pd.DataFrame,
    claims: Mapping[str, Any],
    figures: Sequence[str | Path],
    panels: Mapping[Network, str | Path],
    start: bool,
    explorer: str | None = None,
) -> str:
    """Return the self-contained page.

    Parameters
    ----------
    templates
        Texts by name.
    table, found
        translators.csv and claims_attention.csv.
    claims
        The checked file that these were judged by.
    figures
        PNG files over all networks.
    panels
        PNG files by network, of those that are shown.
    start
        Whether there is a start page to lead to.
    explorer
        The page on which networks translate step by step; None where there is none.
    """
    page = environment(autoescape=True, templates=templates)
    verdicts = claim_rows(found, claims)
    return page.get_template("attention.html.jinja").render(
        claims=verdicts,
        rule=claims,
        judged=any(row["judged"] for claim in verdicts for row in claim["rows"]),
        networks=network_rows(table),
        columns=list(MEANS),
        count=int(table["control"].isna().sum()),
        controls=int(table["control"].notna().sum()),
        figures=[
            {"name": Path(f).stem, "source": in_page(f), "caption": CAPTIONS[Path(f).stem]}
            for f in figures
        ],
        panels=[
            {"title": str(network), "id": fragment(*map(str, network)), "source": in_page(file)}
            for network, file in panels.items()
        ],
        start=start,
        explorer=explorer,
    )


def fixed(value: float | None) -> str:
    """Return a number with three decimals, as a column of them wants; empty if there is none.

    Parameters
    ----------
    value
        The number.

    Examples
    --------
    >>> fixed(1), fixed(float("nan")), fixed(-0.0001)
    ('1.000', '', '0.000')
    """
    return "" if value is None or value != value else f"{value:z.3f}"


def in_page(file: str | Path) -> str:
    """Return a PNG file as a text that stands in a page.

    Parameters
    ----------
    file
        The file.
    """
    return f"data:image/png;base64,{base64.b64encode(Path(file).read_bytes()).decode('ascii')}"


def claim_rows(found: pd.DataFrame, claims: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the claims of a file, each with its verdicts by task and model.

    Parameters
    ----------
    found
        claims_attention.csv.
    claims
        The checked file.
    """
    rows = found[found["cell"] != ALL_CELLS].astype(object)
    records = rows.where(rows.notna(), None).to_dict("records")
    return [
        {
            "name": claim["name"],
            "statement": claim["statement"],
            "criterion": criterion(claim).replace("`", ""),
            "rows": [_verdict(row) for row in records if row["claim"] == claim["name"]],
        }
        for claim in claims["claims"]
    ]


def _verdict(row: Mapping[Any, Any]) -> dict[str, Any]:
    judged = is_judged(row)
    low = "" if row["low"] is None else f" ({fixed(row['low'])} to {fixed(row['high'])})"
    return {
        "task": row["task"],
        "model": row["cell"],
        "judged": judged,
        "verdict": row["verdict"] if judged else "not judged",
        "colour": row["verdict"] if judged else "undecided",
        "met": f"{row['met']} of {row['runs']}",
        "left_out": row["left_out_why"] or "",
        "mean": f"{fixed(row['observed'])}{low}" if row["runs"] else "",
        "control": row["control"] or "",
    }


def network_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a row per task and model: how many networks learned, and means of their numbers.

    Parameters
    ----------
    table
        translators.csv.
    """
    rows = []
    trained = table[table["control"].isna()]
    for (task, model), part in trained.groupby(["task", "model"], sort=True):
        out = part["not_judged"].fillna("") != ""
        means = [fixed(part[name].astype(float).mean()) for name in MEANS.values()]
        judged = f"{int((~out).sum())} of {len(part)}"
        rows.append({"task": task, "model": model, "learned": judged, "means": means})
    return rows
