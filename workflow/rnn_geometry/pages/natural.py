"""The battery on natural text as small committed tables, verdicts per set and claim, and the page docs/natural.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd

# Columns of docs/data/natural.csv, a row per network; docs/tables.md says what each one means.
COLUMNS = (
    "task", "model", "l2", "seed", "classes", "mean_length", "train_rows", "dimension_expected", "dimension_predicted",
    "dimension_predicted_frequency", "dimension_predicted_tfidf", "test_accuracy", "bag_of_words_accuracy",
    "shuffled_accuracy", "majority_accuracy", "accuracy_at_d", "accuracy_below_d", "cliff", "participation_ratio",
    "components_95", "components_95_visited", "components_95_final", "id_local_pca", "integration_modes", "modes_mean",
    "tau_1", "tau_2", "tau_3", "tau_4", "tau_centre", "tau_edge", "tau_untrained", "readout_angle_mean",
    "readout_angle_expected", "readout_in_subspace", "cover", "slow_no_gap", "slow_off_manifold", "hold_r2",
    "hold_r2_untrained", "additivity_r2", "additivity_r2_untrained", "position_independence",
    "position_independence_untrained", "effect_log_odds_correlation", "adjectives", "not_gain", "very_gain",
    "order_effect", "pair_miss", "train_seconds", "analysis_seconds",
)  # fmt: skip
KEYS = ["task", "model", "l2", "seed"]
DIGITS = 4


def battery_table(runs: pd.DataFrame, tasks: pd.DataFrame, dimension: pd.DataFrame) -> pd.DataFrame:
    """Return natural.csv: one row per network, with what is known of its task and the local PCA of its slow points."""
    local = dimension[dimension["points"] == "slow"][[*KEYS, "id_local_pca"]]
    whole = runs.merge(tasks[["task", "mean_length", "train_rows"]], on="task").merge(
        local, on=KEYS
    )
    return whole[list(COLUMNS)].round(DIGITS).sort_values(KEYS, ignore_index=True)


Row = Mapping[str, Any]


class Claim(NamedTuple):
    """A claim about one network: statement with its threshold, the columns it needs, and its test of a row."""

    name: str
    statement: str
    needs: tuple[str, ...]
    met: Callable[[Row], bool]

    def test(self, row: Row) -> bool | None:
        """Say whether the network meets the claim; None where a column that it needs is empty."""
        return None if any(pd.isna(row[name]) for name in self.needs) else bool(self.met(row))


def _near(
    name: str, other: str, *, share: float = 0.0, margin: float = 0.0
) -> Callable[[Row], bool]:
    return lambda row: abs(row[name] - row[other]) <= share * row[other] + margin


def _beside_control(name: str, least: float, most: float) -> Callable[[Row], bool]:
    return lambda row: row[name] >= least and row[f"{name}_untrained"] <= most


# Thresholds were set before these networks were trained, but after others on the same sets had been seen.
CLAIMS = (
    Claim(
        "components = d",
        "d components hold 95 % of the variance of the slow points",
        ("components_95", "dimension_expected"),
        _near("components_95", "dimension_expected"),
    ),
    Claim(
        "PR = d",
        "participation ratio of the slow points within 20 % of d",
        ("participation_ratio", "dimension_expected"),
        _near("participation_ratio", "dimension_expected", share=0.2),
    ),
    Claim(
        "cliff",
        "d components of the final state keep 90 % of the accuracy, d - 1 lose two points",
        ("cliff",),
        lambda row: row["cliff"] == 1,
    ),
    Claim(
        "d modes",
        "d integration modes (tau > L/2) at the centre",
        ("integration_modes", "dimension_expected"),
        _near("integration_modes", "dimension_expected"),
    ),
    Claim(
        "angles",
        "mean angle of readouts within 5 degrees of theory",
        ("readout_angle_mean", "readout_angle_expected"),
        _near("readout_angle_mean", "readout_angle_expected", margin=5.0),
    ),
    Claim(
        "readouts inside",
        "readouts lie to .7 in the slow subspace",
        ("readout_in_subspace",),
        lambda row: row["readout_in_subspace"] >= 0.7,
    ),
    Claim(
        "predicted",
        "raw word counts predict the measured number of components",
        ("dimension_predicted", "components_95"),
        _near("dimension_predicted", "components_95"),
    ),
    Claim(
        "bag of words",
        "a bag of words is at most two points worse",
        ("bag_of_words_accuracy", "test_accuracy"),
        lambda row: row["bag_of_words_accuracy"] >= row["test_accuracy"] - 0.02,
    ),
    Claim(
        "shuffled",
        "shuffled words cost at most two points",
        ("shuffled_accuracy", "test_accuracy"),
        lambda row: row["shuffled_accuracy"] >= row["test_accuracy"] - 0.02,
    ),
    Claim(
        "held",
        "scores outlast L words of x*: R^2 of .75 at least, untrained .2 at most",
        ("hold_r2", "hold_r2_untrained"),
        _beside_control("hold_r2", 0.75, 0.2),
    ),
    Claim(
        "added",
        "summed one-word kicks predict final scores: R^2 of .75 at least, untrained .3 at most",
        ("additivity_r2", "additivity_r2_untrained"),
        _beside_control("additivity_r2", 0.75, 0.3),
    ),
    Claim(
        "anywhere",
        "the word explains .8 of the variance of its effects over the manifold",
        ("position_independence",),
        lambda row: row["position_independence"] >= 0.8,
    ),
)


def verdicts(battery: pd.DataFrame) -> pd.DataFrame:
    """Return one row per task and claim: holds (in every network), fails (in none), undecided (in some), or empty.

    `hits` of `networks`: how many of those in which the claim is defined.
    """
    rows = []
    for task, networks in battery.groupby("task", sort=True):
        for claim in CLAIMS:
            tests = [claim.test(row) for row in networks.to_dict("records")]
            tests = [test for test in tests if test is not None]
            hits = sum(tests)
            verdict = "" if not tests else {len(tests): "holds", 0: "fails"}.get(hits, "undecided")
            rows.append(
                {
                    "task": task,
                    "claim": claim.name,
                    "verdict": verdict,
                    "hits": hits,
                    "networks": len(tests),
                }
            )
    return pd.DataFrame(rows)


LARGEST = (
    "ag-news-4-all",
    "dbpedia-14",
    "stars-5",
    "emotions-28",
)  # tasks of which the others are subsets
WORDS_OF = ("ag-news-4-all", "dbpedia-14", "stars-5", "imdb", "emotions-2", "emotions-3-love")
SWEEPS = ("ag-news-4-l2", "stars-5-l2")  # tasks whose networks differ in L2: a table of their own


def page(template: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the template with every table's name in double braces replaced by that table in Markdown.

    tables: natural, hold_inputs, predictions, tasks and words, as committed in docs/data. Raises KeyError for a table
    that the template does not ask for, or asks for and is not made.
    """
    made = {
        "accuracy": accuracy_rows(tables["natural"]),
        "dimension": dimension_rows(tables["natural"]),
        "integration": integration_rows(tables["natural"]),
        "verdicts": verdict_rows(tables["natural"]),
        "claims": pd.DataFrame(
            [(claim.name, claim.statement) for claim in CLAIMS], columns=["claim", "in full"]
        ),
        "sweep": sweep_rows(tables["natural"]),
        "hold_inputs": hold_input_rows(tables["hold_inputs"]),
        "hold_by_task": hold_by_task_rows(tables["hold_inputs"]),
        "predictions": prediction_rows(tables["predictions"]),
        "uncertainty": uncertainty_rows(tables["tasks"]),
        "weightings": weighting_rows(tables["natural"]),
        "words": word_rows(tables["words"]),
    }
    for name, table in made.items():
        if f"{{{{{name}}}}}" not in template:
            raise KeyError(f"the template has no place for the table {name}")
        template = template.replace(f"{{{{{name}}}}}", markdown(table))
    if "{{" in template:
        raise KeyError(f"no such table: {template[template.index('{{') :][:40]}")
    return template


def markdown(table: pd.DataFrame) -> str:
    """Return a table in Markdown; empty cells stay empty."""
    lines = [table.columns, ["---"] * len(table.columns), *table.itertuples(index=False)]
    return "\n".join(
        "| " + " | ".join("" if pd.isna(cell) else str(cell) for cell in line) + " |"
        for line in lines
    )


def span(values: pd.Series, digits: int = 2) -> str:
    """Return one number for equal values and the range for others, without the leading zero; empty if undefined."""
    values = values.dropna()
    if values.empty:
        return ""
    low, high = (_number(value, digits) for value in (values.min(), values.max()))
    return low if low == high else f"{low} to {high}"


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    if digits and abs(value) < 1:
        text = text.replace("0.", ".", 1)
    return "0" if not text.strip("-.0") else text


def grouped(
    battery: pd.DataFrame, columns: Mapping[str, tuple[str, int]], by: list[str]
) -> pd.DataFrame:
    """Return one row per group with the span of some columns: shown name -> (column, digits)."""
    rows = []
    for keys, part in battery.groupby(by, sort=False):
        shown = {name: span(part[column], digits) for name, (column, digits) in columns.items()}
        rows.append({**dict(zip(by, keys, strict=True)), "networks": len(part), **shown})
    return pd.DataFrame(rows)


def _main(battery: pd.DataFrame) -> pd.DataFrame:
    return battery[~battery["task"].isin(SWEEPS)]


def accuracy_rows(battery: pd.DataFrame) -> pd.DataFrame:
    """Return accuracies beside their baselines, and costs."""
    columns = {
        "texts": ("train_rows", 0), "words": ("mean_length", 0), "network": ("test_accuracy", 3),
        "bag of words": ("bag_of_words_accuracy", 3), "words shuffled": ("shuffled_accuracy", 3),
        "d components": ("accuracy_at_d", 3), "d - 1": ("accuracy_below_d", 3), "majority": ("majority_accuracy", 3),
        "training, CPU s": ("train_seconds", 0), "analysis, CPU s": ("analysis_seconds", 0),
    }  # fmt: skip
    return grouped(_main(battery), columns, ["task", "model"])


def dimension_rows(battery: pd.DataFrame) -> pd.DataFrame:
    """Return expected, predicted and measured dimension."""
    columns = {
        "d": ("dimension_expected", 0), "predicted": ("dimension_predicted", 0),
        "components": ("components_95", 0), "participation ratio": ("participation_ratio", 1),
        "local PCA": ("id_local_pca", 1), "components, visited": ("components_95_visited", 0),
        "modes at centre": ("integration_modes", 0), "angle": ("readout_angle_mean", 0),
        "angle, theory": ("readout_angle_expected", 0), "cover": ("cover", 2), "no gap": ("slow_no_gap", 2),
        "off manifold": ("slow_off_manifold", 2),
    }  # fmt: skip
    return grouped(_main(battery), columns, ["task", "model"])


def integration_rows(battery: pd.DataFrame) -> pd.DataFrame:
    """Return the measures of integration beside untrained networks, and those of context and order."""
    columns = {
        "hold": ("hold_r2", 2), "untrained": ("hold_r2_untrained", 2), "additive": ("additivity_r2", 2),
        "untrained ": ("additivity_r2_untrained", 2), "anywhere": ("position_independence", 2),
        "tau centre": ("tau_centre", 0), "tau edge": ("tau_edge", 0), "tau untrained": ("tau_untrained", 0),
        "word / log-odds": ("effect_log_odds_correlation", 2), "not": ("not_gain", 2), "very": ("very_gain", 2),
        "order": ("order_effect", 2),
    }  # fmt: skip
    return grouped(_main(battery), columns, ["task", "model"])


def verdict_rows(battery: pd.DataFrame) -> pd.DataFrame:
    """Return tasks by claims, each cell a verdict, with hits and networks where it is undecided."""
    found = verdicts(_main(battery))
    part = found["hits"].astype(str) + "/" + found["networks"].astype(str)
    found["cell"] = found["verdict"].where(found["verdict"] != "undecided", "undecided " + part)
    return found.pivot(index="task", columns="claim", values="cell")[
        [c.name for c in CLAIMS]
    ].reset_index()


def sweep_rows(battery: pd.DataFrame) -> pd.DataFrame:
    """Return what L2 does, one row per strength."""
    columns = {
        "accuracy": ("test_accuracy", 3), "components": ("components_95", 0),
        "participation ratio": ("participation_ratio", 1), "modes at centre": ("integration_modes", 0),
        "accuracy at d": ("accuracy_at_d", 3), "at d - 1": ("accuracy_below_d", 3),
        "angle": ("readout_angle_mean", 0), "tau_1": ("tau_1", 0), "tau_2": ("tau_2", 0), "tau_3": ("tau_3", 0),
        "hold": ("hold_r2", 2), "no gap": ("slow_no_gap", 2),
    }  # fmt: skip
    part = battery[battery["task"].isin(SWEEPS)].copy()
    part["order"] = part["l2"].astype(float)
    return grouped(part.sort_values(["task", "order"]), columns, ["task", "l2"])


def hold_input_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the three choices of x* side by side: share of networks and medians over all of them."""
    rows = []
    reference = table[table["default"] == 1].set_index(KEYS)
    for name, part in table.groupby("hold_input", sort=False):
        part = part.set_index(KEYS)
        same = {
            key: (part[key] == reference.loc[part.index, key]).mean()
            for key in ("components_95", "integration_modes")
        }
        rows.append({
            "x*": name, "networks": len(part), "length of x*": span(part["x_norm"], 2),
            "same components as zero": _number(same["components_95"], 2),
            "same modes as zero": _number(same["integration_modes"], 2),
            "participation ratio": _number(part["participation_ratio"].median(), 2),
            "tau_1": _number(part["tau_1"].median(), 0), "cover": _number(part["cover"].median(), 2),
            "off manifold": _number(part["slow_off_manifold"].median(), 2),
            "hold": _number(part["hold_r2"].median(), 2),
        })  # fmt: skip
    return pd.DataFrame(rows)


def hold_by_task_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the hold test of every task under each x*."""
    shown = [(name, part) for name, part in table.groupby("task", sort=False) if name not in SWEEPS]
    return pd.DataFrame(
        [{"task": task, **{x: span(rows["hold_r2"]) for x, rows in part.groupby("hold_input", sort=False)}}
         for task, part in shown]
    )  # fmt: skip


def prediction_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return how often counts predict d: first N classes one row each, pairs and triples of labels as shares."""
    rows = []
    for (task, rule), part in table[table["task"].isin(LARGEST)].groupby(
        ["task", "rule"], sort=False
    ):
        if rule in ("pair", "triple"):
            shares = {
                name: f"{(part[name] == part['expected']).mean():.2f} of {len(part)}"
                for name in WEIGHTINGS
            }
            rows.append(
                {
                    "task": task,
                    "subset": f"{rule}s of labels",
                    "d": part["expected"].iloc[0],
                    **shares,
                }
            )
            continue
        for row in part.to_dict("records"):
            name = f"first {len(row['classes'].split())}" if rule == "first" else rule
            rows.append(
                {
                    "task": task,
                    "subset": name,
                    "d": row["expected"],
                    **{w: row[w] for w in WEIGHTINGS},
                }
            )
    return pd.DataFrame(rows)


WEIGHTINGS = ("raw", "frequency", "tfidf")


def uncertainty_rows(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return the prediction of every task with its range over resampled documents."""
    rows = []
    for row in tasks.to_dict("records"):
        shown = {"task": row["task"], "d": _whole(row["dimension_expected"])}
        for name in WEIGHTINGS:
            value = row["dimension_predicted" + ("" if name == "raw" else f"_{name}")]
            low, high = (row[f"predicted_{name}_{end}"] for end in ("low", "high"))
            shown[name] = (
                _whole(value)
                if pd.isna(low)
                else f"{_whole(value)} ({_whole(low)} to {_whole(high)})"
            )
        rows.append(shown)
    return pd.DataFrame(rows)


def _whole(value: float) -> str:
    return "" if pd.isna(value) else str(int(value))


def weighting_rows(battery: pd.DataFrame) -> pd.DataFrame:
    """Return how often each weighting predicts the measured number of components, and the expected dimension."""
    rows = []
    main = _main(battery)
    tasks = main.groupby("task").first()
    for name in WEIGHTINGS:
        column = "dimension_predicted" + ("" if name == "raw" else f"_{name}")
        rows.append({
            "weighting": name,
            "networks with that many components": f"{(main[column] == main['components_95']).sum()} of {len(main)}",
            "sets with that d": f"{(tasks[column] == tasks['dimension_expected']).sum()} of {len(tasks)}",
        })  # fmt: skip
    return pd.DataFrame(rows)


def word_rows(words: pd.DataFrame, shown: int = 8) -> pd.DataFrame:
    """Return the words with the largest effect on each class, one row per class of some tasks with one network kept."""
    rows = []
    for (task, name), part in words[words["task"].isin(WORDS_OF)].groupby(
        ["task", "class"], sort=False
    ):
        listed = ", ".join(part.sort_values("rank")["word"].head(shown).str.replace("|", "\\|"))
        rows.append({"task": task, "class": name, "words": listed})
    return pd.DataFrame(rows)
