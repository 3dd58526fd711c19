"""A battery on real text made by hand: the tables that docs/natural.md is made from."""

import numpy as np
import pandas as pd
from test_judge import BAD, EMPTY, GOOD, SWEEPS, TEXT

from rnn_geometry.claims.judge import claims_table
from rnn_geometry.claims.networks import KEYS
from rnn_geometry.claims.registration import code_now

CELLS = ("gru", "lstm", "ugrnn", "vanilla")
# Of each task its data, structure, d, classes, models and weight seeds; all have five data seeds.
TASKS = {
    "ag-news-3": ("ag_news", "unordered", 2, 3, CELLS[:1], 2),
    "ag-news-4": ("ag_news", "unordered", 3, 4, CELLS, 2),
    "dbpedia-6": ("dbpedia14", "unordered", 5, 6, CELLS[:1], 1),
    "emotions-1-2": ("goemotions", "labels", 2, 2, CELLS[:1], 2),
    "yelp-2": ("yelp_reviews", "binary", 1, 2, CELLS[:1], 2),
    "yelp-5": ("yelp_reviews", "plane", 2, 5, CELLS[:2], 2),
}
# Numbers of a good network that the page shows and no claim is about.
MORE = {
    "longer_accuracy": 0.9,
    "shuffled_accuracy": 0.9,
    "constant_accuracy": 0.4,
    "majority_accuracy": 0.4,
    "accuracy_at_d": 0.9,
    "accuracy_below_d": 0.7,
    "readout_angle_mean": 118.0,
    "score_angle": 88.0,
    "label_crosstalk": 0.01,
    "tau_1": 200.0,
    "tau_2": 50.0,
    "tau_3": 6.0,
}
OF_D = (
    *("components_95", "integration_modes", "io_dimension_places", "growing_modes"),
    *("modes_median", "modes_low", "modes_high", "modes_at_length", "participation_ratio"),
    *("modes_tau_only", "modes_tau_only_length", "dimension_predicted", "dimension_expected"),
)


def network(task, cell, data_seed, seed, control=None, **changes):
    """Return a row of networks_text.csv: of a good network, or of a control that does nothing."""
    _, structure, d, classes, *_ = TASKS[task]
    row = {**EMPTY, **GOOD, **MORE, **dict.fromkeys(OF_D, d)}
    row |= {"test_accuracy": 0.9, "bag_of_words_accuracy": 0.89, "classes": classes}
    row |= {"readout_angle_expected": 120.0 if structure == "unordered" else np.nan}
    row |= BAD | {"dimension_expected": d, "dimension_predicted": d} if control else {}
    row |= {"task": task, "model": f"{cell}-text", "cell": cell, "l2": "1e-4", "seed": seed}
    row |= {"structure": structure, "data_seed": data_seed, "control": control or np.nan}
    row |= changes
    names = {"task": f"{task}-data{data_seed}", "model": row["model"], "l2": "1e-4", "seed": seed}
    return (
        row | {f"file_{key}": f"{names[key]}{control or ''}" for key in KEYS} | {"file_seed": seed}
    )


def networks(changes=None):
    """Return networks_text.csv: by task and cell, what is changed of trained networks."""
    rows = []
    for task, (*_, cells, seeds) in TASKS.items():
        for cell in cells:
            own = (changes or {}).get((task, cell), {})
            for data_seed in range(200, 205):
                for seed in range(200, 200 + seeds):
                    rows.append(network(task, cell, data_seed, seed, **own))
                    for control in ("untrained", "shuffled_labels", "reservoir"):
                        rows.append(network(task, cell, data_seed, seed, control))
    return pd.DataFrame(rows)


def data():
    """Return text_data.csv."""
    rows = []
    for task, (folder, _, _, classes, *_) in TASKS.items():
        for split in ("train", "dev", "test"):
            file = "" if split == "dev" else f"{folder}/{split}.parquet"
            about = {"task": task, "data": folder, "split": split, "classes": classes}
            about |= {"file": file, "sha256": file and "0123456789abcdef" * 4}
            rows.append(about | {"rows": 9000, "used": 500, "words": 38.25, "unknown": 0.1234})
    return pd.DataFrame(rows)


def tables(changes=None):
    """Return all tables that the page needs."""
    every = networks(changes)
    keys = every[[f"file_{key}" for key in KEYS]].to_numpy().tolist()
    # Without the look at five, so that the sets of five networks have no verdict.
    looks = [look for look in TEXT["looks"] if not look.get("alone")]
    found = claims_table({**TEXT, "looks": looks}, every, SWEEPS, keys)
    others = {"claim": "simplex-modes", "task": "ag-news-3", "cell": "gru-text"}
    words = {"task": "ag-news-3", "class": "World", "words": "iraq troops"}
    return {
        "claims": found,
        "networks": every,
        "multiverse": pd.DataFrame([{**others, "agree": 0.5, "analyses": 18}]),
        "costs": pd.DataFrame([{"rule": "train", "jobs": 3, "cpu_seconds": 5.0, "networks": 210}]),
        "code": pd.DataFrame(code_now().items(), columns=["part", "code"]),
        "data": data(),
        "words": pd.DataFrame([words]),
    }


def small():
    """Return recipes.csv: two recipes on two tasks."""
    rows = [
        network(task, "gru", 0, seed, model=model)
        for task in ("dbpedia-6", "yelp-5")
        for model in ("best-1e-4", "last-1e-4")
        for seed in (10, 11)
    ]
    return pd.DataFrame(rows)
