"""The battery on real text: its committed tables, its verdicts, and the page docs/natural.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rnn_geometry.claims.grid import groups
from rnn_geometry.claims.judge import claims_table
from rnn_geometry.claims.networks import KEYS, under_own_names
from rnn_geometry.pages import _natural_tables as tables_of
from rnn_geometry.pages.claims import criteria, grid_rows, statements
from rnn_geometry.pages.markdown import markdown

# Columns of docs/data/natural.csv, a row per network; docs/tables.md says what each one means.
COLUMNS = (
    "task",
    "model",
    "cell",
    "l2",
    "seed",
    "control",
    "classes",
    "mean_length",
    "train_rows",
    "dimension_expected",
    "dimension_predicted",
    "dimension_predicted_frequency",
    "dimension_predicted_tfidf",
    "test_accuracy",
    "bag_of_words_accuracy",
    "shuffled_accuracy",
    "majority_accuracy",
    "constant_accuracy",
    "learned",
    "loss_falling",
    "not_judged",
    "accuracy_at_d",
    "accuracy_below_d",
    "cliff",
    "participation_ratio",
    "components_95",
    "components_95_visited",
    "components_95_final",
    "id_local_pca",
    "integration_modes",
    "modes_mean",
    "tau_1",
    "tau_2",
    "tau_3",
    "tau_4",
    "tau_centre",
    "tau_edge",
    "tau_untrained",
    "readout_angle_mean",
    "readout_angle_expected",
    "readout_in_subspace",
    "cover",
    "slow_no_gap",
    "slow_off_manifold",
    "hold_r2",
    "hold_r2_untrained",
    "additivity_r2_fitted",
    "additivity_r2_fitted_untrained",
    "position_independence",
    "position_independence_untrained",
    "effect_log_odds_correlation",
    "adjectives",
    "not_gain",
    "very_gain",
    "order_effect",
    "pair_miss",
    "train_seconds",
    "analysis_seconds",
)
DIGITS = 4
SWEEPS = ("ag-news-4-l2", "stars-5-l2")  # tasks whose networks differ in L2: a table of their own


def battery_table(runs: pd.DataFrame, tasks: pd.DataFrame, dimension: pd.DataFrame) -> pd.DataFrame:
    """Return natural.csv: a row per network, with what is known of its task and the local PCA.

    Parameters
    ----------
    runs, tasks, dimension
        The tables of these names. Of dimension.csv the rows about slow points count.

    Returns
    -------
    pandas.DataFrame
        COLUMNS, with DIGITS digits, sorted by network.
    """
    local = dimension[dimension["points"] == "slow"][[*KEYS, "id_local_pca"]]
    known = tasks[["task", "mean_length", "train_rows"]]
    whole = runs.merge(known, on="task").merge(local, on=KEYS)
    return whole[list(COLUMNS)].round(DIGITS).sort_values(by=KEYS, ignore_index=True)


def verdicts(battery: pd.DataFrame, tasks: pd.DataFrame, claims: Mapping[str, Any]) -> pd.DataFrame:
    """Judge the claims on real text from the committed tables.

    Parameters
    ----------
    battery
        natural.csv.
    tasks
        tasks.csv.
    claims
        The checked file config/claims_natural.yaml.

    Returns
    -------
    pandas.DataFrame
        claims.csv of all networks but those that differ in L2.
    """
    networks = under_own_names(battery.merge(tasks[["task", "structure"]], on="task", how="left"))
    networks = networks[~networks["task"].isin(SWEEPS)]
    keys = networks[[f"file_{name}" for name in KEYS]].itertuples(index=False, name=None)
    return claims_table(claims, networks, None, keys)


def page(template: str, tables: Mapping[str, pd.DataFrame], claims: Mapping[str, Any]) -> str:
    """Return docs/natural.md.

    Parameters
    ----------
    template
        Text in which the name of a table stands in double braces where the table belongs.
    tables
        natural, hold_inputs, predictions, tasks and words, as committed in docs/data.
    claims
        The checked file config/claims_natural.yaml.

    Raises
    ------
    KeyError
        For a table that the template does not ask for, or asks for and is not made.
    """
    for name, table in {**_verdict_tables(tables, claims), **_battery_tables(tables)}.items():
        place = f"{{{{{name}}}}}"
        if place not in template:
            raise KeyError(f"the template has no place for the table {name}")
        template = template.replace(place, table)
    if "{{" in template:
        raise KeyError(f"no such table: {template[template.index('{{') :][:40]}")
    return template


def _verdict_tables(
    tables: Mapping[str, pd.DataFrame], claims: Mapping[str, Any]
) -> dict[str, str]:
    found = verdicts(tables["natural"], tables["tasks"], claims)
    return {
        "verdicts": markdown(grid_rows(groups(found, claims)), keys=2),
        "claims": markdown(statements(claims)),
        "criteria": markdown(criteria(claims)),
    }


def _battery_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    trained = tables["natural"][tables["natural"]["control"].isna()]
    swept = trained["task"].isin(SWEEPS)
    main, sweeps = trained[~swept], trained[swept]
    held = tables["hold_inputs"]
    return {
        "accuracy": markdown(tables_of.accuracy_rows(main), keys=2),
        "dimension": markdown(tables_of.dimension_rows(main), keys=2),
        "integration": markdown(tables_of.integration_rows(main), keys=2),
        "sweep": markdown(tables_of.sweep_rows(sweeps), keys=2),
        "hold_inputs": markdown(tables_of.hold_input_rows(held), keys=1),
        "hold_by_task": markdown(tables_of.hold_by_task_rows(held[~held["task"].isin(SWEEPS)])),
        "predictions": markdown(tables_of.prediction_rows(tables["predictions"])),
        "uncertainty": markdown(tables_of.uncertainty_rows(tables["tasks"])),
        "weightings": markdown(tables_of.weighting_rows(main)),
        "words": markdown(tables_of.word_rows(tables["words"])),
    }
