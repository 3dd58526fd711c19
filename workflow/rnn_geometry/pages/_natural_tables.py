"""The tables of docs/natural.md: what is shown of the committed ones, under short names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from rnn_geometry.claims.networks import KEYS
from rnn_geometry.pages.markdown import short, span

# Tasks of which the others are subsets.
LARGEST = ("ag-news-4-all", "dbpedia-14", "stars-5", "emotions-28")
WORDS_OF = ("ag-news-4-all", "dbpedia-14", "stars-5", "imdb", "emotions-2", "emotions-3-love")
WORDS_SHOWN = 6
WEIGHTINGS = ("raw", "frequency", "tfidf")

Shown = Mapping[str, tuple[str, int]]  # shown name -> (column, digits)


def _parts(table: pd.DataFrame, by: list[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Yield the parts of a table with equal values of some columns, in order, and these values."""
    for _, part in table.groupby(by, sort=False):
        yield dict(part[by].iloc[0]), part


def _grouped(battery: pd.DataFrame, columns: Shown, by: list[str]) -> pd.DataFrame:
    """Return one row per group with the span of some columns."""
    return pd.DataFrame(
        [
            {**keys, **{name: span(part[column], n) for name, (column, n) in columns.items()}}
            for keys, part in _parts(battery, by)
        ]
    )


def accuracy_rows(battery: pd.DataFrame) -> pd.DataFrame:
    """Return accuracies beside their baselines, and costs."""
    columns = {
        "texts": ("train_rows", 0),
        "words": ("mean_length", 0),
        "network": ("test_accuracy", 3),
        "bag of words": ("bag_of_words_accuracy", 3),
        "shuffled": ("shuffled_accuracy", 3),
        "majority": ("majority_accuracy", 3),
        "d components": ("accuracy_at_d", 3),
        "d - 1": ("accuracy_below_d", 3),
        "training, CPU s": ("train_seconds", 0),
        "analysis, CPU s": ("analysis_seconds", 0),
    }
    return _grouped(battery, columns, ["task", "model"])


def dimension_rows(battery: pd.DataFrame) -> pd.DataFrame:
    """Return expected, predicted and measured dimension."""
    columns = {
        "d": ("dimension_expected", 0),
        "predicted": ("dimension_predicted", 0),
        "components": ("components_95", 0),
        "visited": ("components_95_visited", 0),
        "PR": ("participation_ratio", 1),
        "local PCA": ("id_local_pca", 1),
        "modes": ("integration_modes", 0),
        "angle": ("readout_angle_mean", 0),
        "theory": ("readout_angle_expected", 0),
        "cover": ("cover", 2),
        "no gap": ("slow_no_gap", 2),
        "off manifold": ("slow_off_manifold", 2),
    }
    return _grouped(battery, columns, ["task", "model"])


def integration_rows(battery: pd.DataFrame) -> pd.DataFrame:
    """Return the measures of integration beside untrained networks, and those of context."""
    columns = {
        "hold": ("hold_r2", 2),
        "hold, untrained": ("hold_r2_untrained", 2),
        "additive": ("additivity_r2_fitted", 2),
        "additive, untrained": ("additivity_r2_fitted_untrained", 2),
        "anywhere": ("position_independence", 2),
        "tau centre": ("tau_centre", 0),
        "tau edge": ("tau_edge", 0),
        "tau untrained": ("tau_untrained", 0),
        "word / log-odds": ("effect_log_odds_correlation", 2),
        "not": ("not_gain", 2),
        "very": ("very_gain", 2),
        "order": ("order_effect", 2),
    }
    return _grouped(battery, columns, ["task", "model"])


def sweep_rows(battery: pd.DataFrame) -> pd.DataFrame:
    """Return what L2 does, one row per strength."""
    columns = {
        "accuracy": ("test_accuracy", 3),
        "at d": ("accuracy_at_d", 3),
        "at d - 1": ("accuracy_below_d", 3),
        "components": ("components_95", 0),
        "PR": ("participation_ratio", 1),
        "modes": ("integration_modes", 0),
        "tau_1": ("tau_1", 0),
        "tau_2": ("tau_2", 0),
        "tau_3": ("tau_3", 0),
        "angle": ("readout_angle_mean", 0),
        "hold": ("hold_r2", 2),
        "no gap": ("slow_no_gap", 2),
    }
    ordered = battery.assign(order=battery["l2"].astype(float)).sort_values(by=["task", "order"])
    return _grouped(ordered, columns, ["task", "l2"])


def hold_input_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the choices of x* side by side: shares of networks, and medians over all of them."""
    by_network = table.set_index(KEYS)
    reference = by_network[by_network["default"] == 1]
    rows = []
    for keys, part in _parts(by_network.reset_index(), ["hold_input"]):
        mine = part.set_index(KEYS)
        same = {
            key: (mine[key] == reference.loc[mine.index, key]).mean()
            for key in ("components_95", "integration_modes")
        }
        middle = mine[["participation_ratio", "tau_1", "cover", "slow_off_manifold", "hold_r2"]]
        pr, tau, cover, off, hold = middle.median()
        rows.append(
            {
                "x*": keys["hold_input"],
                "networks": len(mine),
                "length": span(mine["x_norm"]),
                "components": short(same["components_95"], 2),
                "modes": short(same["integration_modes"], 2),
                "PR": short(pr, 2),
                "tau_1": short(tau, 0),
                "cover": short(cover, 2),
                "off manifold": short(off, 2),
                "hold": short(hold, 2),
            }
        )
    return pd.DataFrame(rows)


def hold_by_task_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the hold test of every task under each x*."""
    return pd.DataFrame(
        [
            task | {x["hold_input"]: span(p["hold_r2"]) for x, p in _parts(rows, ["hold_input"])}
            for task, rows in _parts(table, ["task"])
        ]
    )


def prediction_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return how often counts predict d: first N classes one row each, sets of labels as shares."""
    rows = []
    for keys, part in _parts(table[table["task"].isin(LARGEST)], ["task", "rule"]):
        if keys["rule"] in ("pair", "triple"):
            subset = f"{keys['rule']}s of labels"
            right = {w: _share(part[w] == part["expected"]) for w in WEIGHTINGS}
            d = part["expected"].iloc[0]
            rows.append({"task": keys["task"], "subset": subset, "d": d, **right})
            continue
        for row in part.to_dict("records"):
            first = keys["rule"] == "first"
            subset = f"first {len(row['classes'].split())}" if first else keys["rule"]
            counts = {w: row[w] for w in WEIGHTINGS}
            rows.append({"task": keys["task"], "subset": subset, "d": row["expected"], **counts})
    return pd.DataFrame(rows)


def _share(right: pd.Series) -> str:
    return f"{right.mean():.2f} of {len(right)}"


def uncertainty_rows(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return the prediction of every task with its range over resampled documents, and its null.

    The null: the median of `raw` under permuted labels, with the share of permutations that give as
    low a dimension; and the share whose classes lie as far apart.
    """
    return pd.DataFrame(
        [
            {"task": row["task"], "d": _whole(row["dimension_expected"])}
            | {name: _with_range(row, name) for name in WEIGHTINGS}
            | {"permuted": _null(row), "as far apart": short(row["class_spread_p"], 3)}
            for row in tasks.to_dict("records")
        ]
    )


def _with_range(row: Mapping[Any, Any], weighting: str) -> str:
    value = _whole(row[_predicted(weighting)])
    low, high = (row[f"predicted_{weighting}_{end}"] for end in ("low", "high"))
    return value if pd.isna(low) else f"{value} ({_whole(low)} to {_whole(high)})"


def _null(row: Mapping[Any, Any]) -> str:
    middle = _whole(row["dimension_predicted_null"])
    return f"{middle} (p {short(row['dimension_predicted_p'], 3)})" if middle else ""


def _predicted(weighting: str) -> str:
    return "dimension_predicted" + ("" if weighting == "raw" else f"_{weighting}")


def _whole(value: float) -> str:
    return "" if pd.isna(value) else str(int(value))


def weighting_rows(battery: pd.DataFrame) -> pd.DataFrame:
    """Return how often each weighting predicts the measured components, and the expected d."""
    rows, tasks = [], battery.groupby("task").first()
    for name in WEIGHTINGS:
        measured = battery[_predicted(name)] == battery["components_95"]
        expected = tasks[_predicted(name)] == tasks["dimension_expected"]
        rows.append(
            {
                "weighting": name,
                "networks with that many components": f"{measured.sum()} of {len(measured)}",
                "sets with that d": f"{expected.sum()} of {len(expected)}",
            }
        )
    return pd.DataFrame(rows)


def word_rows(words: pd.DataFrame) -> pd.DataFrame:
    """Return the words with the largest effect on each class, one row per class of some tasks."""
    rows = []
    for keys, part in _parts(words[words["task"].isin(WORDS_OF)], ["task", "class"]):
        ordered = part.sort_values(by="rank")["word"].head(WORDS_SHOWN)
        rows.append({**keys, "words": ", ".join(ordered.str.replace("|", "\\|"))})
    return pd.DataFrame(rows)
