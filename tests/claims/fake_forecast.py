"""A forecast.csv on which one forecast is right."""

import pandas as pd

from rnn_geometry.geometry.forecast import FORECASTS, KINDS, MEASURED, NETWORKS


def planted(measured=(3, 2, 2, 1), seeds=(0, 1)):
    """Networks on one set a kind and one more: `raw` is right everywhere, d of theory is not."""
    kinds = [*KINDS, "unordered"]
    rows = [
        {
            **dict.fromkeys(NETWORKS, 1),
            "data": "planted",
            "kind": kind,
            "chosen": "a | b",
            "sweep": "some",
            "task": f"task-{i}",
            "classes": 4,
            "seed": seed,
            "learned": 1,
            **dict.fromkeys(FORECASTS.values(), 3),
            "dimension_predicted": measured[i],
            **dict.fromkeys(MEASURED, measured[i]),
        }
        for i, kind in enumerate(kinds)
        for seed in seeds
    ]
    return pd.DataFrame(rows)
