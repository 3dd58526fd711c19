"""The forecast from word counts as small committed tables: networks, scores, and all sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_geometry.claims.forecast import scores
from rnn_geometry.geometry.forecast import (
    NETWORKS,
    SETS,
    data_of,
    network_row,
    predicted_of_tasks,
    set_rows,
)
from rnn_geometry.stages.tabulate import order, runs_table, table_of
from rnn_geometry.store import formats
from rnn_geometry.store.artifacts import Vocabulary
from rnn_geometry.tasks.sentences import read_sentences

DIGITS = 4


def run(files, output, params, log) -> None:
    """Keep the tables; `trained` and `whole` name tasks with networks, and with all classes."""
    import pandas as pd

    metas = {meta["name"]: meta for meta in map(formats.read_json, files["meta"])}
    statistics = {
        task: {**formats.read_json(file), "data_seed": metas[task]["settings"]["data_seed"]}
        for task, file in zip(params.trained, files["word_statistics"], strict=True)
    }
    geometries = [formats.read_json(file) for file in files["geometry"]]
    runs = runs_table(geometries, statistics, params.margin)
    rows = [dict(zip(runs, row, strict=True)) for row in zip(*runs.values(), strict=True)]
    sweeps, sets, whole = {task: sweep for sweep, task in params.sweeps}, [], {}
    for task, file, vocab in zip(params.whole, files["train"], files["vocab"], strict=True):
        of_all = read_sentences(file), len(Vocabulary.read(vocab).words)
        sets += set_rows(*of_all, metas[task])
        same = [metas[name] for name in params.trained if _same_data(metas[name], metas[task])]
        whole |= predicted_of_tasks(*of_all, same)
    kept = [
        network_row(row, metas[row["task"]], sweeps[row["task"]], whole.get(row["task"]))
        for row in rows
    ]
    networks = pd.DataFrame(table_of(sorted(kept, key=order), NETWORKS))
    networks.round(DIGITS).to_csv(output["networks"], index=False)
    scores(networks).round(DIGITS).to_csv(output["scores"], index=False)
    pd.DataFrame(table_of(sets, SETS)).to_csv(output["sets"], index=False)
    log(f"{len(networks)} networks on {networks['task'].nunique()} sets of classes")


def _same_data(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return data_of(one) == data_of(other)
