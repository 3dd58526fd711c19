"""docs/cells_verdicts.md: the claims on many cells at a glance, a row a claim, a column a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rnn_geometry.claims.grid import SIGNS, boxes, cells_in_order, groups
from rnn_geometry.claims.order import natural_order
from rnn_geometry.claims.registration import deviations
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.pages._verdict_tables import counted_first, signs_of
from rnn_geometry.pages.markdown import markdown, wrapped
from rnn_geometry.pages.templating import environment
from rnn_geometry.plotting.text import said_task


def page(
    template: str,
    found: pd.DataFrame,
    claims: Mapping[str, Any],
    costs: pd.DataFrame,
    code: Mapping[str, str],
) -> str:
    """Return the page: the template filled with verdicts of several cells.

    Parameters
    ----------
    template
        Text of cells_verdicts.md.jinja.
    found
        claims.csv.
    claims
        The checked file that it was judged by.
    costs
        A row a rule: `cpu_seconds`, and `networks` of the run.
    code
        Hashes of the code that made the verdicts, see `registration.code_now`.
    """
    made = environment(autoescape=False)
    made.filters |= {"markdown": markdown, "wrapped": wrapped}
    single = boxes(found)
    return made.from_string(template).render(
        table="\n\n".join(markdown(part, keys=1) for part in in_halves(by_claim(found, claims))),
        cells=markdown(by_cell(single)),
        tasks=[said_task(task) for task in sorted(single["task"].unique(), key=natural_order)],
        grids=groups(found, claims),
        networks=int(costs["networks"].iloc[0]),
        seconds=float(costs["cpu_seconds"].sum()),
        counts=single["verdict"].value_counts().to_dict(),
        signs=SIGNS,
        deviations=deviations(claims, code),
    )


def by_claim(found: pd.DataFrame, claims: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return a row per claim that counts, headline claims first and in bold.

    Parameters
    ----------
    found
        claims.csv.
    claims
        The checked file that it was judged by.

    Returns
    -------
    list of dict
        `claim`, and by short label of a cell one sign where verdicts on all tasks agree, else how
        many there are of each; empty where a claim does not speak of the cell.
    """
    single = boxes(found)
    cells = cells_in_order(single["cell"])
    return [
        {"claim": f"**{name}**" if claim.get("headline") else name}
        | {short_label(cell): signs_of(part[part["cell"] == cell]) for cell in cells}
        for claim in counted_first(claims)
        for name in [claim["name"]]
        for part in [single[single["claim"] == name]]
        if len(part)
    ]


def in_halves(rows: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Return a table as two, with half of the cells each and the claims that speak of these.

    Parameters
    ----------
    rows
        Of `by_claim`.

    Examples
    --------
    >>> in_halves([{"claim": "a", "GRU": "+", "LRU": "-"}, {"claim": "b", "GRU": "", "LRU": "+"}])
    [[{'claim': 'a', 'GRU': '+'}], [{'claim': 'a', 'LRU': '-'}, {'claim': 'b', 'LRU': '+'}]]
    """
    key, *cells = rows[0]
    middle = -(-len(cells) // 2)
    parts = [
        [{key: row[key], **{c: row[c] for c in part}} for row in rows]
        for part in (cells[:middle], cells[middle:])
    ]
    return [[row for row in part if any(list(row.values())[1:])] for part in parts]


def by_cell(single: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a row per cell: how many of its verdicts there are of each kind.

    Parameters
    ----------
    single
        Rows of claims.csv that count, see `grid.boxes`.
    """
    counts = single.groupby("cell")["verdict"].value_counts()
    return [
        {"cell": _label(cell)}
        | {f"{sign} {name}": int(counts.get((cell, name), 0)) for name, sign in SIGNS.items()}
        for cell in cells_in_order(single["cell"])
    ]


def _label(cell: str) -> str:
    return CELLS[cell].label


def short_label(cell: str) -> str:
    """Return the label of a cell with what follows a comma by its first letters.

    Parameters
    ----------
    cell
        A built-in one.

    Examples
    --------
    >>> short_label("lstm_norm"), short_label("gru")
    ('LSTM-ln', 'GRU')
    """
    name, _, more = _label(cell).partition(", ")
    return f"{name}-{''.join(word[0] for word in more.split())}" if more else name
