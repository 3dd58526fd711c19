"""The verdict: every claim of a file on every task and cell, with intervals and controls.

A unit is a network, or for claims about a sweep one seed's networks in order of the varied setting.
A claim is met by a unit whose metric keeps the threshold. A trained network whose metric is empty
does not keep it; a control whose metric is empty shows nothing and is not counted. A trained
network that does not do its task is not judged at all (module `judged`): it is left out and counted
apart. The rule is in `verdict`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_geometry.claims._units import units_of_networks, units_of_sweeps
from rnn_geometry.claims.file import threshold_words
from rnn_geometry.claims.judged import counted
from rnn_geometry.claims.verdict import (
    FAILS,
    HOLDS,
    UNDECIDED,
    Verdict,
    clustered_interval,
    verdict,
    wilson,
)
from rnn_geometry.geometry.class_means import NULL
from rnn_geometry.identity import SHUFFLED_LABELS, Network, base_task
from rnn_geometry.store.columns import Column, columns

KEYS = list(Network._fields)
# What is known of a task from its training sentences, the same for all networks.
OF_TASK = ("bag_of_words_accuracy", "majority_accuracy", "dimension_predicted", *NULL)

ALL_CELLS = "all"
COLUMNS = columns(
    Column("claim", "name of the claim", kind="text"),
    Column("task", "the task; of a claim about sweeps the sweep", kind="text"),
    Column(
        "cell",
        "the model; ` l2 ` and the strength follow where a task's networks differ in it; `all`:"
        " over the cells of `universal`",
        kind="text",
    ),
    Column("runs", "networks (sweeps: seeds) judged", kind="count"),
    Column(
        "left_out",
        "networks (sweeps: seeds, by their first network) that are not judged, since they do not do"
        " their task: those with a reason in `not_judged`",
        kind="count",
    ),
    Column("left_out_why", "how many of them for each reason", kind="text"),
    Column("expected", "mean expected value, if the claim has one"),
    Column("threshold", "the threshold in words", kind="text"),
    Column("observed", "mean of the metric over networks"),
    Column("low", "lower end of its bootstrap interval, drawn by seed"),
    Column("high", "upper end of its bootstrap interval, drawn by seed"),
    Column("met", "networks that keep the threshold", kind="count"),
    Column("share", "their share of all"),
    Column("share_low", "lower end of its Wilson interval"),
    Column("share_high", "upper end of its Wilson interval"),
    Column("control", "networks of each control that keep the threshold, of all", kind="text"),
    Column(
        "control_met",
        "1 where half of a control's networks or more keep it: the claim proves nothing there",
        kind="flag",
    ),
    Column(
        "judged",
        "1 where networks are judged and all have seeds from `judged_from` on",
        kind="flag",
    ),
    Column("verdict", "`holds`, `fails` or `undecided`", kind="text"),
    Column("reason", "why", kind="text"),
    Column("structure", "kind of the task; `sweep` for claims about sweeps", kind="text"),
)


def networks_table(
    runs: pd.DataFrame, tasks: pd.DataFrame, dimension: pd.DataFrame
) -> pd.DataFrame:
    """Return a row per network with all that claims speak of.

    Parameters
    ----------
    runs, tasks, dimension
        The tables of these names.

    Returns
    -------
    pandas.DataFrame
        Columns of runs.csv, those of the other two that runs.csv has not (of dimension.csv about
        slow points), and those that `under_own_names` adds.
    """
    local = dimension[dimension["points"] == "slow"].drop(columns="points")
    local = local[[*KEYS, *(name for name in local if name not in runs)]]
    known = tasks[["task", *(name for name in tasks if name not in runs)]]
    whole = runs.merge(local, on=KEYS, how="left").merge(known, on="task", how="left")
    return under_own_names(whole)


def under_own_names(networks: pd.DataFrame) -> pd.DataFrame:
    """Give controls the names of what they control, and tasks their name without a data seed.

    Parameters
    ----------
    networks
        A row per network, its names and `control` among the columns.

    Returns
    -------
    pandas.DataFrame
        Beside the columns given `file_task`, `file_model`, ..: names that lead to its files.
    """
    rows = pd.concat([networks, networks[KEYS].add_prefix("file_")], axis=1)
    controls = rows["control"].notna()
    own_names = [Network.of(row).controlled for row in rows[controls].to_dict("records")]
    for name in ("task", "model"):
        rows.loc[controls, name] = [getattr(network, name) for network in own_names]
    # Word counts under permuted labels predict nothing: what counts is the task controlled.
    shuffled = rows["control"] == SHUFFLED_LABELS
    known = [name for name in OF_TASK if name in networks]
    own = networks.groupby("task")[known].first()
    for column in known:
        rows[column] = rows[column].where(~shuffled, rows["task"].map(own[column]))
    return rows.assign(task=rows["task"].map(base_task))


def apart_by_l2(networks: pd.DataFrame) -> pd.DataFrame:
    """Keep networks that differ in L2 apart: they are no one sample.

    Parameters
    ----------
    networks
        A row per network. Controls, which have the model's own L2, stand beside every strength.

    Returns
    -------
    pandas.DataFrame
        With L2 in the name of the model where the networks of a model differ in it.
    """
    parts = []
    for (_, model), part in networks.groupby(["task", "model"], sort=False):
        trained, controls = part[part["control"].isna()], part[part["control"].notna()]
        strengths = trained["l2"].unique()
        if len(strengths) < 2:
            parts.append(part)
            continue
        for strength in strengths:
            both = pd.concat([trained[trained["l2"] == strength], controls])
            parts.append(both.assign(model=f"{model} l2 {strength}"))
    return pd.concat(parts) if parts else networks


def claims_table(
    claims: Mapping[str, Any],
    networks: pd.DataFrame,
    sweeps: pd.DataFrame | None,
    judged: Iterable[Sequence[Any]],
) -> pd.DataFrame:
    """Judge every claim.

    Of a task and cell with seeds from `judged_from` on only those count; one without is shown, and
    `judged` is 0. Networks of a sweep only are left to claims about sweeps.

    Parameters
    ----------
    claims
        A checked file.
    networks
        Of `networks_table`.
    sweeps
        sweeps.csv; None where there is none, and no claim is about one.
    judged
        Keys (task, model, l2, seed) of the networks that claims are about, controls among them, as
        they are named on disk.

    Returns
    -------
    pandas.DataFrame
        claims.csv: a row per claim, task and cell, and per claim and task over the cells of the
        universal claim.
    """
    chosen = {(task, model, l2, str(seed)) for task, model, l2, seed in judged}
    own = [
        key in chosen
        for key in zip(*(networks[f"file_{name}"].astype(str) for name in KEYS), strict=True)
    ]
    own = apart_by_l2(networks[own])
    rows = []
    for claim in claims["claims"]:
        if "sweep" not in claim:
            units = units_of_networks(claim, own)
        elif sweeps is not None:
            units = units_of_sweeps(claim, sweeps)
        else:
            continue
        for task, part in units.groupby("task", sort=True):
            rows += _rows_of_task(claim, str(task), part, claims)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows_of_task(
    claim: Mapping[str, Any], task: str, units: pd.DataFrame, claims: Mapping[str, Any]
) -> list[dict]:
    """Return the rows of one claim and task: each cell, then all of the universal claim if there.

    None where the metric is empty for every trained network of the task: theory defines none.
    """
    if units["value"][units["control"].isna()].isna().all():
        return []
    rows, parts = [], {}
    for model, part in units.groupby("model", sort=True):
        if part["control"].isna().any():
            parts[model] = _counted(part, claims["judged_from"])
            rows.append(_row(claim, task, str(model), parts[model], claims))
    cells = {model: part["cell"].iloc[0] for model, part in parts.items()}
    universal = [model for model in parts if cells[model] in claims["universal"]]
    if claims["universal"] and {cells[model] for model in universal} == set(claims["universal"]):
        among = [row for row in rows if row["cell"] in universal]
        rows.append(_universal(claim, task, among, parts, claims))
    return rows


def _counted(units: pd.DataFrame, judged_from: int) -> pd.DataFrame:
    """Return the units of judged seeds if a trained network has one, else all."""
    judged = units["seed"] >= judged_from
    return units[judged] if (judged & units["control"].isna()).any() else units


def _row(
    claim: Mapping[str, Any], task: str, cell: str, units: pd.DataFrame, claims: Mapping[str, Any]
) -> dict[str, Any]:
    structure = units["structure"].iloc[0]
    left_out = units[units["control"].isna() & (units["not_judged"] != "")]["not_judged"]
    units = units[units["not_judged"] == ""]
    trained = units[units["control"].isna()]
    met, runs = int(trained["met"].sum()), len(trained)
    low, high = wilson(met, runs, claims["level"])
    counts, why = _control_counts(claim, units), counted(left_out)
    found = verdict(met, runs, counts, claims["level"], claims["half"])
    if not runs:
        found = Verdict(UNDECIDED, f"no network is judged: {why}", found.control_met)
    elif why:
        found = found._replace(reason=f"{found.reason}; not judged: {why}")
    return {
        **_numbers(claim, task, cell, trained, claims),
        "structure": structure,
        "left_out": len(left_out),
        "left_out_why": why,
        "met": met,
        "share": met / runs if runs else None,
        "share_low": low,
        "share_high": high,
        "control": "; ".join(_count_words(kind, *count) for kind, count in counts.items()),
        "control_met": int(found.control_met),
        "judged": int(runs > 0 and (trained["seed"] >= claims["judged_from"]).all()),
        "verdict": found.verdict,
        "reason": found.reason,
    }


def _control_counts(claim: Mapping[str, Any], units: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Return by control how many of its units meet the claim, of how many that have the metric."""
    counted = units[units["value"].notna()]
    parts = {kind: counted[counted["control"] == kind] for kind in sorted(claim["controls"])}
    return {kind: (int(part["met"].sum()), len(part)) for kind, part in parts.items()}


def _count_words(kind: str, met: int, units: int) -> str:
    return f"{kind} {met}/{units}" if units else f"no {kind}"


def _numbers(
    claim: Mapping[str, Any], task: str, cell: str, trained: pd.DataFrame, claims: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what was measured: networks, mean of the metric, its interval, what was expected."""
    defined = trained[trained["value"].notna()]
    values = defined["value"].to_numpy(dtype=float)
    low, high = clustered_interval(values, defined["seed"].to_numpy(), claims["level"])
    expected = trained["expected"].dropna()
    return {
        "claim": claim["name"],
        "task": task,
        "cell": cell,
        "runs": len(trained),
        "expected": float(expected.mean()) if len(expected) else None,
        "threshold": threshold_words(claim),
        "observed": float(values.mean()) if len(values) else None,
        "low": low,
        "high": high,
    }


def _universal(
    claim: Mapping[str, Any],
    task: str,
    rows: list[dict],
    parts: Mapping[str, pd.DataFrame],
    claims: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the row over the cells of the universal claim: holds for each, or fails for one."""
    units = pd.concat([parts[row["cell"]] for row in rows])
    whole = _row(claim, task, ALL_CELLS, units, claims)
    by_verdict = {
        name: [row["cell"] for row in rows if row["verdict"] == name]
        for name in (HOLDS, FAILS, UNDECIDED)
    }
    found = FAILS if by_verdict[FAILS] else UNDECIDED if by_verdict[UNDECIDED] else HOLDS
    reason = "; ".join(f"{name}: {', '.join(cells)}" for name, cells in by_verdict.items() if cells)
    marked = int(any(row["control_met"] for row in rows))
    return {**whole, "verdict": found, "reason": reason, "control_met": marked}
