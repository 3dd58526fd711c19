"""The verdict: every claim of config/claims.yaml on every task and cell, with intervals and beside its controls.

A unit is a network, or for claims about a sweep one seed's networks in order of the varied setting. A claim is met by
a unit whose metric keeps the threshold. A trained network whose metric is empty does not keep it; a control whose
metric is empty shows nothing and is not counted. The rule is in `verdict`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rnn_geometry.claims.file import threshold_words
from rnn_geometry.claims.metrics import ROW_METRICS, SWEEP_METRICS, living_dimension
from rnn_geometry.claims.verdict import (
    FAILS,
    HOLDS,
    UNDECIDED,
    clustered_interval,
    keeps_threshold,
    verdict,
    wilson,
)
from rnn_geometry.identity import ENDINGS, SHUFFLED_LABELS, UNTRAINED
from rnn_geometry.store.columns import DIMENSION_COLUMNS, TASK_COLUMNS

KEYS = ["task", "model", "l2", "seed"]
# What is known of a task from its training sentences, the same for all networks.
OF_TASK = ("bag_of_words_accuracy", "majority_accuracy", "dimension_predicted")

ALL_CELLS = "all"
SWEEP = "sweep"  # stands for the structure of a task where a claim is about a sweep
UNIT_COLUMNS = ["task", "structure", "model", "cell", "seed", "control", "expected", "value"]
PERMUTATIONS = 20
COLUMNS = (
    "claim", "task", "cell", "runs", "expected", "threshold", "observed", "low", "high", "met", "share", "share_low",
    "share_high", "control", "control_met", "judged", "verdict", "reason", "structure",
)  # fmt: skip


def networks_table(
    runs: pd.DataFrame, tasks: pd.DataFrame, dimension: pd.DataFrame
) -> pd.DataFrame:
    """Return a row per network with all that claims speak of; controls bear the names of what they control.

    file_task, file_model, ..: the names that lead to the network's files.
    """
    local = dimension[dimension["points"] == "slow"][[*KEYS, *DIMENSION_COLUMNS]]
    known = tasks[["task", "structure", *TASK_COLUMNS]]
    rows = runs.merge(local, on=KEYS, how="left").merge(known, on="task", how="left")
    rows = rows.assign(**{f"file_{name}": rows[name] for name in KEYS})
    for kind, name in ((UNTRAINED, "model"), (SHUFFLED_LABELS, "task")):
        mine = rows["control"] == kind
        rows.loc[mine, name] = rows.loc[mine, name].str.removesuffix(ENDINGS[kind])
    # Word counts under permuted labels predict nothing: a control is held against those of the task it controls.
    shuffled = rows["control"] == SHUFFLED_LABELS
    own = runs.groupby("task")[list(OF_TASK)].first()
    for column in OF_TASK:
        rows[column] = rows[column].where(~shuffled, rows["task"].map(own[column]))
    return rows


def apart_by_l2(networks: pd.DataFrame) -> pd.DataFrame:
    """Return the networks with L2 in the model's name where those of a model differ in it: they are no one sample.

    Controls, which have the model's own L2, stand beside every strength.
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


def units_of_networks(claim: Mapping[str, Any], rows: pd.DataFrame) -> pd.DataFrame:
    """Return the networks a claim speaks of: task, model, cell, seed, control, value, expected, met.

    The control `random` has a row for every trained network, with the values of its columns `..._random`. So has
    `untrained`, with columns `..._untrained` where there are such, for models without untrained networks of their own.
    """
    rows = rows[rows["structure"].isin(claim["structures"])]
    if "cells" in claim:
        rows = rows[rows["cell"].isin(claim["cells"])]
    value = (
        ROW_METRICS[claim["metric"]](rows)
        if claim["metric"] in ROW_METRICS
        else rows[claim["metric"]]
    )
    expected = claim.get("expected")
    expected = (
        rows[expected]
        if isinstance(expected, str)
        else pd.Series(expected, rows.index, dtype=float)
    )
    units = rows[["task", "structure", "model", "cell", "seed", "control"]].assign(
        value=value, expected=expected
    )
    trained, names = rows["control"].isna(), rows["task"] + "/" + rows["model"]
    alone = trained & ~names.isin(names[rows["control"] == UNTRAINED])
    for control, mine in (("random", trained), (UNTRAINED, alone)):
        column = f"{claim['metric']}_{control}"
        if control in claim["controls"] and column in rows:
            units = pd.concat(
                [units, units[mine].assign(control=control, value=rows.loc[mine, column])]
            )
    met = [
        keeps_threshold(claim, v, e) for v, e in zip(units["value"], units["expected"], strict=True)
    ]
    return units.assign(met=met)


def units_of_sweeps(claim: Mapping[str, Any], sweeps: pd.DataFrame) -> pd.DataFrame:
    """Return one unit per sweep, model and seed; its control `permuted` has the same networks in random orders."""
    metric, units = SWEEP_METRICS[claim["metric"]], []
    rows = sweeps[sweeps["over"] == claim["sweep"]]
    if "cells" in claim:
        rows = rows[rows["cell"].isin(claim["cells"])]
    for (name, model, cell, seed), part in rows.groupby(
        ["sweep", "model", "cell", "seed"], sort=True
    ):
        part = part.assign(order=part["value"].astype(float)).sort_values("order")
        dimensions, d = (
            living_dimension(part).to_numpy(dtype=float),
            float(part["dimension_expected"].iloc[0]),
        )
        rng = np.random.default_rng(int(seed))
        orders = [
            (None, dimensions),
            *(("permuted", rng.permutation(dimensions)) for _ in range(PERMUTATIONS)),
        ]
        for control, sequence in orders:
            unit = {
                "task": name,
                "structure": SWEEP,
                "model": model,
                "cell": cell,
                "seed": seed,
                "control": control,
            }
            units.append({**unit, "expected": np.nan, "value": metric(sequence, d)})
    table = pd.DataFrame(units, columns=UNIT_COLUMNS)
    return table.assign(met=[keeps_threshold(claim, value, None) for value in table["value"]])


def claims_table(
    claims: Mapping[str, Any],
    networks: pd.DataFrame,
    sweeps: pd.DataFrame,
    judged: Iterable[Sequence[Any]],
) -> pd.DataFrame:
    """Return claims.csv: a row per claim, task and cell, and per claim and task over the cells of the universal claim.

    networks: `networks_table`; sweeps: sweeps.csv; judged: keys (task, model, l2, seed) of the networks that claims are
    about, controls among them, as they are named on disk. Networks of a sweep only are left to claims about sweeps.
    Of a task and cell with seeds from `judged_from` on only those count; one without is shown, and `judged` is 0.
    """
    chosen = {(task, model, l2, str(seed)) for task, model, l2, seed in judged}
    own = [
        key in chosen
        for key in zip(*(networks[f"file_{name}"].astype(str) for name in KEYS), strict=True)
    ]
    own = apart_by_l2(networks[own])
    rows = []
    for claim in claims["claims"]:
        units = (
            units_of_sweeps(claim, sweeps) if "sweep" in claim else units_of_networks(claim, own)
        )
        for task, part in units.groupby("task", sort=True):
            rows += _rows_of_task(claim, task, part, claims)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows_of_task(
    claim: Mapping[str, Any], task: str, units: pd.DataFrame, claims: Mapping[str, Any]
) -> list[dict]:
    """Return the rows of one claim and task: each cell, then all cells of the universal claim if they are there.

    None where the metric is empty for every trained network of the task: theory defines none there.
    """
    if units["value"][units["control"].isna()].isna().all():
        return []
    rows, parts = [], {}
    for model, part in units.groupby("model", sort=True):
        if part["control"].isna().any():
            parts[model] = _counted(part, claims["judged_from"])
            rows.append(_row(claim, task, model, parts[model], claims))
    cells = {model: part["cell"].iloc[0] for model, part in parts.items()}
    universal = [model for model in parts if cells[model] in claims["universal"]]
    if claims["universal"] and {cells[model] for model in universal} == set(claims["universal"]):
        rows.append(
            _universal(
                claim, task, [row for row in rows if row["cell"] in universal], parts, claims
            )
        )
    return rows


def _counted(units: pd.DataFrame, judged_from: int) -> pd.DataFrame:
    """Return the units of judged seeds if a trained network has one, else all."""
    judged = units["seed"] >= judged_from
    return units[judged] if (judged & units["control"].isna()).any() else units


def _row(
    claim: Mapping[str, Any], task: str, cell: str, units: pd.DataFrame, claims: Mapping[str, Any]
) -> dict[str, Any]:
    trained, controls = (
        units[units["control"].isna()],
        units[units["control"].notna() & units["value"].notna()],
    )
    counts = {
        kind: (int(part["met"].sum()), len(part))
        for kind in sorted(claim["controls"])
        for part in [controls[controls["control"] == kind]]
    }
    met, runs = int(trained["met"].sum()), len(trained)
    share = wilson(met, runs, claims["level"])
    found = verdict(met, runs, counts, claims["level"], claims["half"])
    return {
        **_numbers(claim, task, cell, trained, claims),
        "met": met, "share": met / runs, "share_low": share[0], "share_high": share[1],
        "control": "; ".join(f"{kind} {hits}/{n}" if n else f"no {kind}" for kind, (hits, n) in counts.items()),
        "control_met": int(found.control_met), "judged": int((trained["seed"] >= claims["judged_from"]).all()),
        "verdict": found.verdict, "reason": found.reason,
    }  # fmt: skip


def _numbers(
    claim: Mapping[str, Any], task: str, cell: str, trained: pd.DataFrame, claims: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what was measured: number of networks, mean of the metric with its interval, what was expected."""
    defined = trained[trained["value"].notna()]
    values = defined["value"].to_numpy(dtype=float)
    low, high = clustered_interval(values, defined["seed"].to_numpy(), claims["level"])
    expected = trained["expected"].dropna()
    return {
        "claim": claim["name"], "task": task, "cell": cell, "structure": trained["structure"].iloc[0],
        "runs": len(trained),
        "expected": float(expected.mean()) if len(expected) else None, "threshold": threshold_words(claim),
        "observed": float(values.mean()) if len(values) else None, "low": low, "high": high,
    }  # fmt: skip


def _universal(
    claim: Mapping[str, Any],
    task: str,
    rows: list[dict],
    parts: Mapping[str, pd.DataFrame],
    claims: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the row over all cells of the universal claim: holds if it holds for each, fails if it fails for one."""
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
