"""What a claim is judged by: networks, or one seed's networks of a sweep, and their controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rnn_geometry.claims.file import conditions
from rnn_geometry.claims.metrics import SWEEP_METRICS, living_dimension, row_metric, row_metrics
from rnn_geometry.claims.verdict import keeps_threshold
from rnn_geometry.identity import UNTRAINED

SWEEP = "sweep"  # stands for the structure of a task where a claim is about a sweep
UNIT_COLUMNS = [
    *("task", "structure", "model", "cell", "data_seed", "seed", "control", "expected", "value"),
    *("given", "not_judged", "no_gap", "imported"),
]
NO_GAP = 0.5  # share of points without a gap above which a network has no slow manifold
PERMUTATIONS = 20
ONE_JACOBIAN = "slow modes are not counted: one Jacobian everywhere"


def units_of_networks(claim: Mapping[str, Any], rows: pd.DataFrame) -> pd.DataFrame:
    """Return the networks that a claim speaks of.

    The control `random` has a row for every trained network, with the values of its metric
    `..._random`. So has `untrained`, with columns `..._untrained` where there are such, for models
    without untrained networks of their own.

    Parameters
    ----------
    claim
        A claim of a checked file, about structures.
    rows
        Of `networks_table`.

    Returns
    -------
    pandas.DataFrame
        UNIT_COLUMNS, and `met`. `not_judged` says why a trained network counts nowhere; units of
        a control that is made of its columns do not, either.
    """
    rows = _spoken_of(claim, rows[rows["structure"].isin(claim["structures"])])
    metric = claim["metric"]
    value = _measured(metric, rows)
    units = rows[["task", "structure", "model", "cell", "seed", "control"]].assign(
        data_seed=rows.get("data_seed", 0),
        value=value,
        expected=_expected(claim, rows),
        given=_keeps_given(claim, rows),
        not_judged=_reasons(rows).where(~_is_uncounted(rows, value), ONE_JACOBIAN),
        imported=rows.get("imported", pd.Series(0, rows.index)).fillna(0).astype(bool),
        no_gap=value.isna() & (rows["slow_no_gap"] > NO_GAP),
    )
    trained, names = rows["control"].isna(), rows["task"] + "/" + rows["model"]
    alone = trained & ~names.isin(names[rows["control"] == UNTRAINED])
    parts = [units]
    for control, mine in (("random", trained), (UNTRAINED, alone)):
        name = f"{metric}_{control}"
        if control in claim["controls"] and (name in rows or name in row_metrics()):
            own = _keeps_given(claim, rows, f"_{control}")
            kind = units.assign(control=control, value=_measured(name, rows), given=own)
            parts.append(kind[mine])
    return _with_met(claim, pd.concat(parts))


def _measured(metric: str, rows: pd.DataFrame) -> pd.Series:
    return row_metric(metric)(rows) if metric in row_metrics() else rows[metric]


def _expected(claim: Mapping[str, Any], rows: pd.DataFrame) -> pd.Series:
    """Return what a claim, or a condition beside it, expects of networks; empty if nothing."""
    expected = claim.get("expected")
    if isinstance(expected, str):
        return rows[expected]
    return pd.Series(expected, rows.index, dtype=float)


def _keeps_given(claim: Mapping[str, Any], rows: pd.DataFrame, suffix: str = "") -> pd.Series:
    """Tell of networks whether all holds of each which a claim asks for beside its metric.

    Of a control that is made of columns, those with its suffix count, where there are such.
    """
    kept = np.ones(len(rows), dtype=bool)
    for given in conditions(claim):
        own_name = given["metric"] + suffix
        metric = own_name if own_name in rows or own_name in row_metrics() else given["metric"]
        columns = (_measured(metric, rows), _expected(given, rows))
        numbers = (column.to_numpy(dtype=float) for column in columns)
        own = [keeps_threshold(given, *unit) for unit in zip(*numbers, strict=True)]
        kept &= np.array(own, dtype=bool)
    return pd.Series(kept, rows.index)


def _spoken_of(claim: Mapping[str, Any], rows: pd.DataFrame) -> pd.DataFrame:
    """Return the networks, or those of sweeps, that have the cells and dimensions of a claim."""
    for key, column in (("cells", "cell"), ("dimensions", "dimension_expected")):
        rows = rows[rows[column].isin(claim[key])] if key in claim else rows
    return rows


def _with_met(claim: Mapping[str, Any], units: pd.DataFrame) -> pd.DataFrame:
    """Return units with whether each keeps the threshold."""
    columns = (units["value"], units["expected"], units["control"].notna())
    met = [keeps_threshold(claim, *unit) for unit in zip(*columns, strict=True)]
    return units.assign(met=np.array(met, dtype=bool) & units["given"].to_numpy(dtype=bool))


def units_of_sweeps(claim: Mapping[str, Any], sweeps: pd.DataFrame) -> pd.DataFrame:
    """Return one unit per sweep, model and seed.

    Parameters
    ----------
    claim
        A claim of a checked file, about a sweep.
    sweeps
        sweeps.csv.

    Returns
    -------
    pandas.DataFrame
        UNIT_COLUMNS, and `met`. The control `permuted` has the same networks in random orders. A
        sweep is judged where its first network is: how the others end is what it is about.
    """
    metric, units = SWEEP_METRICS[claim["metric"]], []
    rows = _spoken_of(claim, sweeps[sweeps["over"] == claim["sweep"]])
    rows = rows.assign(data_seed=rows.get("data_seed", 0))
    by = ["sweep", "model", "cell", "data_seed", "seed"]
    for (name, model, cell, data, seed), part in rows.groupby(by, sort=True):
        part = part.assign(order=part["value"].astype(float)).sort_values("order")
        dimensions = living_dimension(part).to_numpy(dtype=float)
        d = float(part["dimension_expected"].iloc[0])
        known = {"task": name, "structure": SWEEP, "model": model, "cell": cell, "seed": seed}
        known |= {"data_seed": data, "given": True, "no_gap": False, "imported": False}
        known |= {"not_judged": _first_reason(part)}
        for control, sequence in _orders(dimensions, int(part["seed"].iloc[0])):
            value = metric(sequence, d)
            units.append({**known, "control": control, "expected": np.nan, "value": value})
    return _with_met(claim, pd.DataFrame(units, columns=UNIT_COLUMNS))


def _reasons(rows: pd.DataFrame) -> pd.Series:
    """Return why networks are not judged; empty where they are, and in tables of older versions."""
    known = rows.get("not_judged", pd.Series("", rows.index))
    return known.map(lambda reason: reason if isinstance(reason, str) else "")


def _is_uncounted(rows: pd.DataFrame, value: pd.Series) -> pd.Series:
    """Tell of which networks a metric is empty since their Jacobian is the same everywhere."""
    flat = rows.get("constant_jacobian", pd.Series(0, rows.index)).fillna(0).astype(bool)
    return flat & value.isna() & rows["control"].isna()


def _first_reason(part: pd.DataFrame) -> str:
    """Return why the first network of a sweep is not judged; empty where it is."""
    return str(_reasons(part).iloc[0])


def _orders(dimensions: np.ndarray, seed: int) -> list[tuple[str | None, np.ndarray]]:
    """Return the order in which a sweep was, and random ones, drawn from its seed."""
    rng = np.random.default_rng(seed)
    permuted = [("permuted", rng.permutation(dimensions)) for _ in range(PERMUTATIONS)]
    return [(None, dimensions), *permuted]
