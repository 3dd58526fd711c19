"""The verdicts as pages: a grid of claims by tasks and cells, every verdict with its numbers and its links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_geometry.claims.grid import MARK, SIGNS, groups
from rnn_geometry.claims.judge import ALL_CELLS
from rnn_geometry.pages.templating import environment, number


def html_page(
    templates: Mapping[str, str],
    found: pd.DataFrame,
    claims: Mapping[str, Any],
    shown: Sequence[Sequence[Any]],
) -> str:
    """Return the self-contained page of all verdicts.

    templates: texts by name, claims.html.jinja and what it includes; shown: keys of the networks with a page.
    """
    panels: dict[tuple[str, str], str] = {}
    for task, model, l2, seed in shown:
        panels.setdefault((task, model), f"runs/{task}/{model}/l2-{l2}/seed-{seed}/index.html")
    page = environment(autoescape=True, templates=templates).get_template("claims.html.jinja")
    return page.render(
        groups=groups(found, claims),
        claims=claims,
        panels=panels,
        idle=idle(found, claims),
        **page_words(found),
    )


def markdown_page(
    template: str,
    found: pd.DataFrame,
    claims: Mapping[str, Any],
    told: Mapping[str, str],
    costs: pd.DataFrame,
) -> str:
    """Return docs/claims.md: the template filled with grids, and a paragraph per claim.

    told: by claim, what is known beside its numbers, such as why it fails; costs: battery_costs.csv. Raises KeyError
    for a text about no claim.
    """
    about = {name for name in told if name != "battery" and not name.startswith("sweep ")}
    unknown = about - {claim["name"] for claim in claims["claims"]}
    if unknown:
        raise KeyError(f"explained, but no claim: {', '.join(sorted(unknown))}")
    page = environment(autoescape=False).from_string(template)
    return page.render(
        groups=groups(found, claims),
        claims=claims,
        told=told,
        summaries=summaries(found),
        costs=costs,
        **page_words(found),
    )


def summaries(found: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return by claim a row per cell: on how many tasks it holds, fails, is undecided and is marked, and its range."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for (claim, cell), part in found.groupby(["claim", "cell"], sort=True):
        counts = part["verdict"].value_counts()
        row = {
            "cell": cell,
            "tasks": len(part),
            "met": int(part["met"].sum()),
            "runs": int(part["runs"].sum()),
        }
        row |= {name: int(counts.get(name, 0)) for name in SIGNS} | {
            "marked": int(part["control_met"].sum())
        }
        seen = part["observed"].dropna()
        row["range"] = (
            ""
            if seen.empty
            else " to ".join(dict.fromkeys(number(v) for v in (seen.min(), seen.max())))
        )
        tables.setdefault(claim, []).append(row)
    return {
        claim: sorted(rows, key=lambda row: row["cell"] == ALL_CELLS)
        for claim, rows in tables.items()
    }


def idle(found: pd.DataFrame, claims: Mapping[str, Any]) -> list[str]:
    """Return the names of claims that no network here is about."""
    return [claim["name"] for claim in claims["claims"] if claim["name"] not in set(found["claim"])]


def page_words(found: pd.DataFrame) -> dict[str, Any]:
    """Return what all pages say beside the grids."""
    cells = found[found["cell"] != ALL_CELLS]
    counts = cells["verdict"].value_counts()
    return {
        "signs": SIGNS,
        "mark": MARK,
        "counts": {name: int(counts.get(name, 0)) for name in SIGNS},
        "marked": int(cells["control_met"].sum()),
        "judged": bool(len(found)) and bool((found["judged"] == 1).all()),
    }
