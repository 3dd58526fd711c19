"""What claims are judged on: a row per network, under the names of what controls control."""

from __future__ import annotations

import pandas as pd

from rnn_geometry.geometry.class_means import NULL
from rnn_geometry.identity import SHUFFLED_LABELS, Network, base_task

KEYS = list(Network._fields)
# What is known of a task from its training sentences, the same for all networks.
OF_TASK = ("bag_of_words_accuracy", "majority_accuracy", "dimension_predicted", *NULL)


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
    """Give controls the names of what they control, and tasks theirs without a data seed.

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
    keys = zip(*(rows.loc[controls, name] for name in KEYS), strict=True)
    own_names = [Network(*key).original for key in keys]
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
