"""The verdicts as pages: a grid of claims by tasks and cells, every verdict with its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rnn_geometry.claims.beside import beside, counted
from rnn_geometry.claims.file import criterion
from rnn_geometry.claims.grid import MARK, SIGNS, boxes, groups, is_judged
from rnn_geometry.claims.registration import code_now, deviations
from rnn_geometry.claims.table import ALL_CELLS
from rnn_geometry.claims.values import Value
from rnn_geometry.identity import Network, base_task
from rnn_geometry.pages._claim_blocks import NUMERIC, STATES, by_cell, disagreeing, sections
from rnn_geometry.pages._controls_told import with_lacking_said
from rnn_geometry.pages._gaps import gaps_told
from rnn_geometry.pages._strips import cell_colours, control_marks
from rnn_geometry.pages._verdict_tables import (
    agreeing,
    changed,
    headlines,
    left_open,
    opening,
)
from rnn_geometry.pages.markdown import markdown, wrapped
from rnn_geometry.pages.task_order import tasks_in_order
from rnn_geometry.pages.templating import environment, number

APART = ("battery", "changes")  # what is told of the whole battery


def html_page(
    templates: Mapping[str, str],
    found: pd.DataFrame,
    claims: Mapping[str, Any],
    shown: Sequence[Sequence[Any]],
    shipped: pd.DataFrame | None = None,
    values: Mapping[str, Sequence[Value]] | None = None,
    tasks: Sequence[str] = (),
) -> str:
    """Return the self-contained page of all verdicts.

    Parameters
    ----------
    templates
        Texts by name: claims.html.jinja and what it includes.
    found
        claims.csv.
    claims
        The checked file that it was judged by.
    shown
        Keys of the networks that have a page.
    shipped
        claims.csv of the battery, to stand beside; None where there is none.
    values
        Of `values.values_by_claim`, for the strip plots; None leaves them out.
    tasks
        In the order of the configuration, which all grids keep.
    """
    panels: dict[tuple[str, str], str] = {}
    for task, model, l2, seed in shown:
        folder = Network(task, model, l2, seed).folder
        panels.setdefault((base_task(task), model), f"{folder}/index.html")
    page = environment(autoescape=True, templates=templates).get_template("claims.html.jinja")
    beside_others = grids_beside(found, claims, shipped, tasks)
    parts = sections(beside_others["groups"], values)
    made = [block for part in parts for block in part["blocks"]]
    return page.render(
        **beside_others,
        sections=parts,
        overview=overview(beside_others["groups"], made),
        by_cell=by_cell(made),
        kinds={cell: kind for block in made for cell, kind in block["kinds"].items()},
        apart=disagreeing(made),
        control_marks=None if values is None else control_marks(_controls(values)),
        some_left_out=any(block["some_left_out"] for block in made),
        shipped_states=_shipped_states(made),
        states={name: text for name, text in STATES.items() if name in _states(made)},
        cell_colours=cell_colours(),
        numeric=NUMERIC,
        claims=claims,
        panels=panels,
        idle=idle(found, claims),
        deviations=deviations(claims, code_now()),
        **page_words(found),
    )


def _controls(values: Mapping[str, Sequence[Value]]) -> set[str]:
    """Return which controls some claim has values of."""
    return {one.control for own in values.values() for one in own if one.control}


def _states(made: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return what rows of some blocks say, of all cells too."""
    tasks = [task for block in made for task in block["tasks"]]
    return {row["state"] for task in tasks for row in task["entries"].values() if row}


def _shipped_states(made: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the verdicts of the battery beside what was seen, in the order of signs."""
    tasks = [task for block in made for task in block["tasks"]]
    rows = [row for task in tasks for row in task["entries"].values() if row and row["seen"]]
    return [name for name in SIGNS if name in {row.get("shipped") for row in rows}]


def overview(
    grids: Sequence[Mapping[str, Any]], made: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return all grids as one: a row per claim, columns by task and cell.

    Parameters
    ----------
    grids
        Of `grid.groups`.
    made
        The blocks of the page in its order.

    Returns
    -------
    dict
        `title`, `tasks`, `cells` by task, and `claims`, as a grid of `grid.groups` has them.
    """
    entries = {
        block["claim"]["name"]: {
            (task["name"], cell): row
            for task in block["tasks"]
            for cell, row in task["entries"].items()
            if row is not None
        }
        for block in made
    }
    return {
        "title": "Verdicts by claim, task and cell",
        "tasks": [task for grid in grids for task in grid["tasks"]],
        "cells": {task: cells for grid in grids for task, cells in grid["cells"].items()},
        "claims": [{**b["claim"], "entries": entries[b["claim"]["name"]]} for b in made],
    }


def grids_beside(
    found: pd.DataFrame,
    claims: Mapping[str, Any],
    shipped: pd.DataFrame | None,
    tasks: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the grids of a run with the battery's verdicts, and how often they agree.

    Parameters
    ----------
    found, shipped
        claims.csv of the run and of the battery.
    claims
        The checked file that the run was judged by.
    tasks
        In the order of the configuration; without them grids are sorted by name.

    Returns
    -------
    dict
        `groups`; `agreement`: counts over the rows that the battery decides and this run does not,
        None where there are none; `signed`: whether any box bears the sign of a verdict.
    """
    rows = with_lacking_said(beside(found, shipped))
    single = boxes(rows)
    judged = [is_judged(row) for row in single.to_dict("records")]
    seen = single[~np.array(judged, dtype=bool)]
    counts = counted(seen)
    return {
        "groups": _in_order(groups(rows, claims), tasks),
        "agreement": {**counts, "boxes": len(seen)} if counts["decided"] else None,
        "signed": any(judged) or bool(rows["shipped"].notna().any()),
    }


def _in_order(grids: Sequence[Mapping[str, Any]], tasks: Sequence[str]) -> list[dict[str, Any]]:
    """Return grids, and the tasks of each, in the order of the configuration."""
    if not tasks:
        return [*map(dict, grids)]
    made = [{**grid, "tasks": tasks_in_order(grid["tasks"], tasks)} for grid in grids]
    firsts = [grid["tasks"][0] for grid in made]
    order = tasks_in_order(firsts, tasks)
    return [made[firsts.index(name)] for name in order]


def markdown_page(
    template: str,
    found: pd.DataFrame,
    claims: Mapping[str, Any],
    told: Mapping[str, str],
    costs: pd.DataFrame,
    before: pd.DataFrame,
    code: Mapping[str, str],
    others: pd.DataFrame | None = None,
) -> str:
    """Return docs/claims.md: the template filled with grids, and a paragraph per claim.

    Parameters
    ----------
    template
        Text of claims.md.jinja.
    found
        claims.csv.
    claims
        The checked file that it was judged by.
    told
        By claim, what is known beside its numbers, such as why it fails.
    costs
        battery_costs.csv.
    before
        claims.csv of the battery before.
    code
        Hashes of the code that made the verdicts, see `registration.code_now`.
    others
        multiverse.csv; None where no other analyses were made.

    Raises
    ------
    KeyError
        For a text about no claim.
    """
    about = {name for name in told if name not in APART and not name.startswith("sweep ")}
    unknown = about - {claim["name"] for claim in claims["claims"]}
    if unknown:
        raise KeyError(f"explained, but no claim: {', '.join(sorted(unknown))}")
    made = environment(autoescape=False)
    made.filters |= {"markdown": markdown, "wrapped": wrapped}
    return made.from_string(template).render(
        groups=groups(found, claims),
        claims=claims,
        told=told,
        summaries=summaries(found),
        opening=opening(found, claims),
        headlines=headlines(found),
        left_open=left_open(found),
        changed=changed(found, before),
        deviations=deviations(claims, code),
        agreeing=None if others is None else agreeing(others),
        costs=costs,
        cost_rows=_cost_rows(costs),
        **page_words(found),
    )


def _cost_rows(costs: pd.DataFrame) -> pd.DataFrame:
    seconds = costs["cpu_seconds"].map("{:.0f}".format)
    return costs[["rule", "jobs"]].assign(**{"CPU s": seconds})


def grid_rows(grids: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return grids as one table, with a row per task and cell and a column per claim.

    Parameters
    ----------
    grids
        Of `grid.groups`.

    Returns
    -------
    pandas.DataFrame
        `task`, `cell`, and by claim its sign and the networks that meet it; None where it says
        nothing.
    """
    return pd.DataFrame(
        [
            {"task": task, "cell": cell}
            | {
                claim["name"]: _entry(claim["entries"].get((task, cell)))
                for claim in grid["claims"]
            }
            for grid in grids
            for task in grid["tasks"]
            for cell in grid["cells"][task]
        ]
    )


def _entry(row: Mapping[str, Any] | None) -> str | None:
    return None if row is None else f"{SIGNS[row['verdict']]} {row['hits']}"


def statements(claims: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return a row per claim of a checked file: its name, and what it says in words."""
    return [{"claim": claim["name"], "in words": claim["statement"]} for claim in claims["claims"]]


def criteria(claims: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return a row per claim of a checked file: its name, and the metric with its threshold."""
    return [
        {"claim": claim["name"], "metric and threshold": criterion(claim)}
        for claim in claims["claims"]
    ]


def summaries(found: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Count the verdicts of every claim over its tasks.

    Parameters
    ----------
    found
        claims.csv.

    Returns
    -------
    dict
        By claim a row per cell, that over all cells last: under names that are shown the number of
        tasks, those by verdict, those where a control meets the claim too, networks that meet it,
        and the lowest and the highest mean of a task.
    """
    tables: dict[str, list[dict[str, Any]]] = {}
    cells = found.assign(last=found["cell"] == ALL_CELLS).sort_values(by=["last", "cell"])
    for (claim, cell), part in cells.groupby(["claim", "cell"], sort=False):
        counts = part["verdict"].value_counts()
        row = {"cell": cell, "tasks": len(part)}
        row |= {name: int(counts.get(name, 0)) for name in SIGNS}
        row |= {"marked": int(part["control_met"].sum())}
        row |= {"meet it": f"{part['met'].sum()} of {part['runs'].sum()}"}
        row |= {"means of tasks": _range(part["observed"])}
        tables.setdefault(str(claim), []).append(row)
    return tables


def _range(values: pd.Series) -> str:
    """Return the lowest and the highest number; one if these look the same, none if undefined."""
    defined = values.dropna()
    ends = [] if defined.empty else [defined.min(), defined.max()]
    return " to ".join(dict.fromkeys(number(value) for value in ends))


def idle(found: pd.DataFrame, claims: Mapping[str, Any]) -> list[str]:
    """Return the names of claims that no network in claims.csv is about."""
    return [claim["name"] for claim in claims["claims"] if claim["name"] not in set(found["claim"])]


def page_words(found: pd.DataFrame) -> dict[str, Any]:
    """Return what all pages say of claims.csv beside the grids: counts of what is judged."""
    rows = boxes(found)
    decided = rows[np.array([is_judged(row) for row in rows.to_dict("records")], dtype=bool)]
    counts = decided["verdict"].value_counts()
    return {
        "signs": SIGNS,
        "mark": MARK,
        "counts": {name: int(counts.get(name, 0)) for name in SIGNS},
        "marked": int(decided["control_met"].sum()),
        "seen": len(rows) - len(decided),
        "totals": totals(found),
        "gapless": without_gap(found),
        "empty": int(((rows["runs"] == 0) & (rows["left_out"] > 0)).sum()),
        "judged": bool(len(found)) and bool((found.loc[found["runs"] > 0, "judged"] == 1).all()),
    }


def totals(found: pd.DataFrame) -> dict[str, int]:
    """Return how many boxes count, and how many stand beside them.

    Parameters
    ----------
    found
        claims.csv.

    Returns
    -------
    dict
        `counted`: a claim on one task and cell; `exploratory`: the same of claims that are shown
        and not counted; `over_all`: rows over all cells of a task. Their sum is all rows.
    """
    over_all = found["cell"] == ALL_CELLS
    exploratory = ~over_all & (found["exploratory"] == 1)
    counts = {"exploratory": int(exploratory.sum()), "over_all": int(over_all.sum())}
    return {"counted": len(found) - sum(counts.values()), **counts}


def without_gap(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Return how many networks of each cell leave some claim without a value for want of a gap.

    Parameters
    ----------
    found
        claims.csv, whose reasons count them.

    Returns
    -------
    list of dict
        `cell`, `networks` that have no gap, `of` all that are judged, over the cell's tasks.
    """
    single = found[found["cell"] != ALL_CELLS]
    counts = single[["task", "cell"]].join(gaps_told(single["reason"]), how="inner")
    most = counts.groupby(["cell", "task"], sort=False).max().groupby("cell", sort=False).sum()
    return [
        {"cell": cell, "networks": int(networks), "of": int(of)}
        for cell, networks, of in zip(most.index, most["networks"], most["of"], strict=True)
    ]
