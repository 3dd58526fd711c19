"""The page of verdicts by claim: where each holds and fails, exceptions first, and its values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import Any

from rnn_geometry.claims.beside import DISAGREES, HERE
from rnn_geometry.claims.grid import cells_in_order, fragment
from rnn_geometry.claims.looks import FAILS, HOLDS, UNDECIDED, UNINFORMATIVE
from rnn_geometry.claims.table import ALL_CELLS
from rnn_geometry.claims.values import Value
from rnn_geometry.pages._controls_told import NOT_RUN
from rnn_geometry.pages._meanings import meaning_of
from rnn_geometry.pages._metric_titles import metric_title, with_titles
from rnn_geometry.pages._origin import PAPER, origin
from rnn_geometry.pages._strips import (
    Scale,
    axis,
    bounds,
    kind_class,
    scale_of,
    strip,
    told,
)
from rnn_geometry.pages.templating import number, typeset
from rnn_geometry.store.columns import table_columns

Values = Sequence[Value]
MET, NOT_MET, SPLIT, NONE = "met", "not-met", "split", "none"
# What a row says, in the order told. Boxes have no line, dashes or a whole line for the same.
STATES = {
    FAILS: "fails",
    NOT_MET: "met by none",
    UNINFORMATIVE: "uninformative",
    UNDECIDED: "undecided",
    SPLIT: "met by some",
    NONE: "no network",
    HOLDS: "holds",
    MET: "met by all",
}
EXCEPTIONS = (FAILS, NOT_MET, SPLIT)
GIVEN = ", given "  # between a threshold and the conditions beside it
FEW = 5  # networks below which their values say more than an interval
COLUMNS = {  # of the table of a claim: heading by what a row holds
    "verdict": "verdict",
    "hits": "meet it",
    "share": "share (interval)",
    "expected": "theory",
    "mean": "mean (interval)",
    "q": "adjusted p",
    "left_out": "not judged",
    "why": "why",
    "controls": "controls that meet it",
    "battery": "battery",
}
MEANS, VALUES, BOTH = COLUMNS["mean"], "values", "values, or mean (interval)"
LATER = re.compile(r"^judged from \d+ networks on$")  # of a reason: the page says it once
NUMERIC = ("hits", "share", "expected", "mean", "q")


def state(row: Mapping[str, Any]) -> str:
    """Return the verdict of a row, or before the first look whether all, some or none meet it.

    Parameters
    ----------
    row
        Of `grid.groups`.
    """
    if not row["seen"]:
        return str(row["verdict"])
    if not row["runs"]:
        return NONE
    return MET if row["met"] == row["runs"] else SPLIT if row["met"] else NOT_MET


def sections(grids: Sequence[Mapping[str, Any]], values: Mapping[str, Values] | None) -> list[dict]:
    """Return the claims in the order in which a reader wants them.

    Parameters
    ----------
    grids
        Of `grid.groups`.
    values
        Of `values.values_by_claim`; None leaves the strips out.

    Returns
    -------
    list of dict
        `title`, `id` and `blocks`, see `blocks`: claims with exceptions, those without, those
        that no network is counted in, since none does its task, those that are shown and not
        counted; headline claims first.
    """
    made = sorted(blocks(grids, values), key=lambda block: not block["claim"]["headline"])
    parts = {
        "exceptions": ("Claims with exceptions", lambda b: b["exceptions"] and not b["apart"]),
        "as-claimed": (
            "Claims without exception",
            lambda b: not (b["exceptions"] or b["apart"] or _is_empty(b)),
        ),
        "empty": (
            "Claims that no network is counted in",
            lambda b: _is_empty(b) and not b["apart"],
        ),
        "exploratory": ("Shown, not counted", lambda b: b["apart"]),
    }
    found = [
        {"id": f"section-{name}", "title": title, "blocks": [b for b in made if chosen(b)]}
        for name, (title, chosen) in parts.items()
    ]
    return [part for part in found if part["blocks"]]


def _is_empty(block: Mapping[str, Any]) -> bool:
    """Tell whether all networks that a claim is about are left out."""
    return set(block["counts"]) <= {NONE}


def blocks(grids: Sequence[Mapping[str, Any]], values: Mapping[str, Values] | None) -> list[dict]:
    """Return what the page says of each claim, in the order of the grids.

    Parameters
    ----------
    grids, values
        As for `sections`.

    Returns
    -------
    list of dict
        `claim`, `id`, `cells`, `tasks` (each with `name`, `entries` by cell, `strip` and `blank`,
        networks without a value), `counts` by state, `exceptions`: places by state; `columns`,
        `rows` and `same` of its table; `axis`; `some_left_out`, for the
        legend; `measure`, what its metric is; `metric`, `expected` and `criterion`, in words.
    """
    claims: dict[str, Mapping[str, Any]] = {}
    entries: dict[str, dict[tuple[str, str], dict]] = {}
    for grid in grids:
        for claim in grid["claims"]:
            claims.setdefault(claim["name"], claim)
            own = {key: {**row, "state": state(row)} for key, row in claim["entries"].items()}
            entries.setdefault(claim["name"], {}).update(own)
    order = {task: i for i, task in enumerate(task for grid in grids for task in grid["tasks"])}
    known = {} if values is None else values
    return [_block(claim, entries[name], order, known.get(name)) for name, claim in claims.items()]


def _block(
    claim: Mapping[str, Any],
    entries: Mapping[tuple[str, str], dict],
    order: Mapping[str, int],
    values: Values | None,
) -> dict[str, Any]:
    names = sorted({task for task, _ in entries}, key=order.__getitem__)
    cells = cells_in_order(cell for _, cell in entries)
    single = [row for row in _in_order(entries) if row["cell"] != ALL_CELLS]
    scale = None if values is None else scale_of(claim, values)
    tasks = [_task(claim, name, entries, cells, values, scale) for name in names]
    counts = {name: sum(row["state"] == name for row in single) for name in STATES}
    table = _table(claim, entries, scale, values or ())
    return {
        "claim": claim,
        "id": fragment(claim["name"]),
        "apart": bool(claim["exploratory"]),
        "cells": cells,
        "tasks": tasks,
        "blanks": any(task["blank"] for task in tasks),
        "some_left_out": any(one.not_judged for one in values or ()),
        "conditioned": sum(_misses_a_condition(claim, one) for one in values or ()),
        "counts": {name: count for name, count in counts.items() if count},
        "of": len(single),
        "kinds": {one.cell: kind_class(one.kind) for one in values or ()},
        "criterion": tuple(map(with_titles, criterion_parts(claim))),
        "metric": metric_title(claim["metric"]),
        "expected": metric_title(str(claim.get("expected", ""))),
        "exceptions": _exceptions(single, names),
        "axis": None if scale is None else axis(scale),
        "measure": measure(claim["metric"]),
        **table,
    }


def _misses_a_condition(claim: Mapping[str, Any], one: Value) -> bool:
    """Tell whether a judged network keeps the threshold, yet does not meet the claim."""
    low, high = bounds(claim, one.expected)
    return low <= one.value <= high and not (one.met or one.control or one.not_judged)


def measure(metric: str) -> str:
    """Return what a metric is, as its column says; empty where it is made of several columns."""
    column = table_columns("networks").get(metric)
    return "" if column is None else meaning_of(column)


def _task(
    claim: Mapping[str, Any],
    name: str,
    entries: Mapping[tuple[str, str], dict],
    cells: Sequence[str],
    values: Values | None,
    scale: Scale | None,
) -> dict[str, Any]:
    task = {"name": name, "entries": {cell: entries.get((name, cell)) for cell in cells}}
    if values is None or scale is None:
        return {**task, "strip": None, "blank": 0}
    own, lanes = [v for v in values if v.task == name], [c for c in cells if c != ALL_CELLS]
    return {
        **task,
        "strip": strip(claim, name, own, lanes, scale),
        "blank": sum(isnan(one.value) and not one.control for one in own),
    }


def criterion_parts(claim: Mapping[str, Any]) -> tuple[str, str]:
    """Return the threshold of a claim in words, and the conditions beside it.

    Parameters
    ----------
    claim
        Of `grid.groups`: its `threshold` holds both.
    """
    own, _, given = claim["threshold"].partition(GIVEN)
    return own, given.replace(GIVEN, ", ")


def _exceptions(rows: Iterable[Mapping[str, Any]], tasks: Sequence[str]) -> list[dict[str, Any]]:
    """Return where a claim does not do as claimed: by state and cell the tasks."""
    found: dict[tuple[str, str], list[str]] = {}
    whole: dict[str, int] = {}
    for row in rows:
        whole[row["cell"]] = whole.get(row["cell"], 0) + 1
        if row["state"] in EXCEPTIONS:
            found.setdefault((row["state"], row["cell"]), []).append(row["task"])
    return [
        {
            "state": state_,
            "cell": cell,
            "tasks": [task for task in tasks if task in where],
            "everywhere": len(where) == whole[cell] and len(where) > 1,
        }
        for (state_, cell), where in sorted(found.items(), key=lambda item: item[0][0])
    ]


def _table(
    claim: Mapping[str, Any],
    entries: Mapping[tuple[str, str], dict],
    scale: Scale | None,
    values: Values,
) -> dict[str, Any]:
    """Return the table of a claim: exceptions first; what all rows share is said once."""
    title = _title_of_means([row for (_, cell), row in entries.items() if cell != ALL_CELLS])
    told_rows = [
        {"row": row, **_texts(claim, row, scale, values, title != VALUES)}
        for row in _in_order(entries)
    ]
    # The row over all cells says the same in other words.
    single = [one for one in told_rows if one["row"]["cell"] != ALL_CELLS]
    texts = {name: {one[name] for one in single} for name in COLUMNS}
    alike = {name: next(iter(found)) for name, found in texts.items() if len(found) == 1}
    titles = {**COLUMNS, "mean": title}
    same = {titles[name]: text for name, text in alike.items() if text}
    columns = {name: title for name, title in titles.items() if name not in alike}
    return {"columns": columns, "rows": told_rows, "same": same}


def _title_of_means(rows: Sequence[Mapping[str, Any]]) -> str:
    few = {row["runs"] < FEW for row in rows if row["runs"]}
    return BOTH if len(few) > 1 else VALUES if few == {True} else MEANS


def _in_order(entries: Mapping[tuple[str, str], dict]) -> list[dict]:
    """Return rows by task and cell: exceptions first, those over all cells last."""
    tasks = [*dict.fromkeys(task for task, _ in entries)]
    cells = cells_in_order(cell for _, cell in entries)

    def place(row: Mapping[str, Any]) -> tuple[bool, bool, int, int]:
        over_all, exception = row["cell"] == ALL_CELLS, row["state"] in EXCEPTIONS
        usual = not over_all and not exception
        return over_all, usual, tasks.index(row["task"]), cells.index(row["cell"])

    return sorted(entries.values(), key=place)


def _texts(
    claim: Mapping[str, Any],
    row: Mapping[str, Any],
    scale: Scale | None,
    values: Values,
    intervals: bool = True,
) -> dict[str, str]:
    """Return the cells of the table by name of column; of few networks no interval and no p."""
    apart = ": these networks disagree" if row.get("agreement") == DISAGREES else ""
    few = row["runs"] < FEW
    return {
        "verdict": STATES[row["state"]],
        "battery": _battery(row) + apart,
        "hits": row["hits"],
        "share": "" if few else _share(row),
        "expected": typeset(number(row["expected"], digits=4)),
        "mean": _mean(row, scale, values, intervals),
        "q": "" if few else _q(row["q"]),
        "left_out": row["left_out_why"] or "",
        "why": "; ".join(filter(None, (_why(row), _missed(claim, row, values)))),
        "controls": (_hits_alone if few else str)(row["control"] or "none"),
    }


def _battery(row: Mapping[str, Any]) -> str:
    """Return the verdict of the battery, on what it was judged, and why it decides nothing."""
    on = row.get("shipped_on")
    if not on:
        return ""
    told_on = [part for part in (None if on == HERE else on, row.get("shipped_why")) if part]
    return f"{row['shipped']} ({': '.join(told_on)})" if told_on else str(row["shipped"])


def _hits_alone(control: str) -> str:
    """Return of each control how many of its networks meet the claim, without what is tested."""
    parts = control.split("; ")
    return "; ".join(p if p.startswith(NOT_RUN) else p.partition(",")[0] for p in parts)


def _why(row: Mapping[str, Any]) -> str:
    """Return the reason; before the first look without what stands beside it or above all rows."""
    if not row["seen"]:
        return str(row["reason"]).replace("; q ", "; adjusted p ")
    if row["cell"] == ALL_CELLS:
        return ""  # the rows of its cells say it
    parts = str(row["reason"]).split("; ")
    return "; ".join(one for one in parts if not (one.endswith(" seen") or LATER.match(one)))


def _missed(claim: Mapping[str, Any], row: Mapping[str, Any], values: Values) -> str:
    """Return what networks of a row without a verdict miss: the threshold, or what is beside it."""
    if not row["seen"] or row["state"] not in EXCEPTIONS:
        return ""
    own = [one for one in values if (one.task, one.cell) == (row["task"], row["cell"])]
    beside = sum(_misses_a_condition(claim, one) for one in own)
    short = [one for one in own if not (one.met or one.control or one.not_judged)]
    beyond = sum(not isnan(one.value) for one in short) - beside
    told_of = [
        f"{beyond} {'misses' if beyond == 1 else 'miss'} the threshold" if beyond else "",
        f"{beside} {'misses' if beside == 1 else 'miss'} {criterion_parts(claim)[1]}"
        if beside
        else "",
    ]
    return "; ".join(filter(None, told_of))


def _share(row: Mapping[str, Any]) -> str:
    if row["share"] is None:
        return ""
    return f"{row['share']:.2f} ({row['share_low']:.2f} to {row['share_high']:.2f})"


def _mean(row: Mapping[str, Any], scale: Scale | None, values: Values, intervals: bool) -> str:
    """Return the mean with its interval, or of few networks their values."""
    if row["observed"] is None:
        return ""

    def text(value: float) -> str:
        return typeset(f"{value:.2f}") if scale is None else told(value, scale)

    mean = text(row["observed"])
    if row["cell"] == ALL_CELLS and not intervals:
        return f"mean {mean}"
    if row["runs"] >= FEW and row["low"] is not None:
        return f"{mean} ({text(row['low'])} to {text(row['high'])})"
    known = [
        one.value
        for one in values
        if (one.task, one.cell) == (row["task"], row["cell"])
        and not (one.control or one.not_judged or isnan(one.value))
    ]
    return ", ".join(text(value) for value in sorted(known)) or mean


def _q(q: float | None) -> str:
    if q is None:
        return ""
    return "< 0.001" if q < 0.001 else f"{q:.3f}"


def by_cell(made: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a row per cell: how many verdicts it has, and the claims that it makes exceptions to.

    Parameters
    ----------
    made
        Of `blocks`; those that are not counted are left out.

    Returns
    -------
    list of dict
        `cell`; `of`, its verdicts that some network counts in; `count`, how many are exceptions;
        `paper`, how many of these are of claims of the paper; and `exceptions`, one for each claim,
        those of the paper first: `block`, `states`, the tasks by state, and `count`, how many
        tasks. Cells in the order of all pages.
    """
    rows: dict[str, dict[str, Any]] = {}
    for block in made:
        if block["apart"]:
            continue
        for task in block["tasks"]:
            for cell, row in task["entries"].items():
                if row is not None and cell != ALL_CELLS:
                    own = rows.setdefault(cell, {"cell": cell, "of": 0, "exceptions": []})
                    own["of"] += row["state"] != NONE
        for cell, states in _states_by_cell(block["exceptions"]).items():
            count = sum(map(len, states.values()))
            rows[cell]["exceptions"].append({"block": block, "states": states, "count": count})
    for own in rows.values():
        own["exceptions"].sort(key=lambda one: not _of_paper(one["block"]))
        own["count"] = sum(one["count"] for one in own["exceptions"])
        own["paper"] = sum(one["count"] for one in own["exceptions"] if _of_paper(one["block"]))
    return [rows[cell] for cell in cells_in_order(rows)]


def _of_paper(block: Mapping[str, Any]) -> bool:
    return origin(block["claim"]["source"]) == PAPER


def _states_by_cell(exceptions: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, list[str]]]:
    """Return by cell and state the tasks of a claim that are exceptions."""
    found: dict[str, dict[str, list[str]]] = {}
    for one in exceptions:
        found.setdefault(one["cell"], {})[one["state"]] = one["tasks"]
    return found


def disagreeing(made: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows on which a run is not as the battery judged, of claims that count.

    Parameters
    ----------
    made
        Of `blocks`.
    """
    tasks = [task for block in made if not block["apart"] for task in block["tasks"]]
    rows = [row for task in tasks for row in task["entries"].values() if row is not None]
    return [row for row in rows if row.get("agreement") == DISAGREES]
