"""The page docs/forecast.md: the forecast from word counts, and how it was scored."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rnn_geometry.claims.forecast import ALL, DIFFER, agreement, by_set, scores
from rnn_geometry.geometry.forecast import FORECASTS, MEASURED, RULE
from rnn_geometry.pages.markdown import markdown, short, wrapped
from rnn_geometry.pages.templating import environment

TEMPLATE = "forecast.md.jinja"
EXACT = 1e-3  # below it, a p is said to be that small


def page(template: str, networks: pd.DataFrame, sets: pd.DataFrame) -> str:
    """Return docs/forecast.md.

    Parameters
    ----------
    template
        Text of TEMPLATE.
    networks, sets
        forecast.csv and forecast_sets.csv.
    """
    scored = scores(networks)
    by_key = {
        (row["kind"], row["forecast"], row["measured"], row["among"]): row
        for row in scored.to_dict("records")
    }
    made = environment(autoescape=False, templates={TEMPLATE: template})
    made.filters |= {"markdown": markdown, "wrapped": wrapped}

    def said(kind: str, forecast: str = "raw", measured: str = MEASURED[0]) -> str:
        return share(by_key[kind, forecast, measured, ALL])

    def off(kind: str, forecast: str = "raw", measured: str = MEASURED[0]) -> str:
        return short(by_key[kind, forecast, measured, ALL]["error"], 2)

    return made.get_template(TEMPLATE).render(
        kinds=scored["kind"].drop_duplicates().tolist(),
        said=said,
        off=off,
        networks=len(networks),
        sets=len(by_set(networks)),
        tables={name: score_rows(scored, name) for name in MEASURED},
        all_sets=set_rows(sets),
        agreement=agreement(networks),
        chosen=sweep_rows(networks),
        data=data_rows(networks),
    )


def share(row: Mapping) -> str:
    """Return how many sets a forecast is right on, with its interval.

    Parameters
    ----------
    row
        Of forecast_scores.csv.

    Examples
    --------
    >>> share({"right": 3, "sets": 4, "low": 0.3, "high": 0.954})
    '3 of 4 (.30 to .95)'
    """
    span = f"{short(row['low'], 2)} to {short(row['high'], 2)}"
    return f"{row['right']} of {row['sets']} ({span})"


def held_against(row: Mapping) -> str:
    """Return on how many sets a forecast alone is right and the rule alone, and the p of that.

    Parameters
    ----------
    row
        Of forecast_scores.csv.

    Examples
    --------
    >>> held_against({"better": 9, "worse": 0, "p": 0.0039})
    '9 : 0, p .004'
    """
    told = f"{row['better']} : {row['worse']}"
    if not row["better"] + row["worse"]:
        return told
    return f"{told}, p " + ("below .001" if row["p"] < EXACT else short(row["p"], 3))


def score_rows(scored: pd.DataFrame, measured: str) -> list[dict[str, str]]:
    """Return a row for every kind of classes and forecast.

    Parameters
    ----------
    scored
        forecast_scores.csv.
    measured
        What is forecast.
    """
    rows, mine = [], scored[scored["measured"] == measured]
    differ = mine[mine["among"] == DIFFER].set_index(["kind", "forecast"])
    for row in mine[mine["among"] == ALL].to_dict("records"):
        key = (row["kind"], row["forecast"])
        apart = differ.loc[[key]].to_dict("records") if key in differ.index else []
        rows.append(
            {
                "classes": row["kind"],
                "forecast": row["forecast"],
                "right": share(row),
                "off by": short(row["error"], 2),
                "bias": short(row["bias"], 2),
                "alone right : rule alone": "" if key[1] == RULE else held_against(row),
                "where they differ": "".join(f"{one['right']} of {one['sets']}" for one in apart),
            }
        )
    return rows


def sweep_rows(networks: pd.DataFrame) -> list[dict[str, str]]:
    """Return mean dimensions of the sets of so many classes, by how the sets were chosen.

    Parameters
    ----------
    networks
        forecast.csv.
    """
    shown = {
        "d of theory": FORECASTS[RULE],
        "forecast, raw": FORECASTS["raw"],
        "components": MEASURED[0],
        "inputs to outputs": MEASURED[1],
        "modes": "integration_modes",
    }
    return [
        {
            "sets": str(sweep),
            "classes": str(classes),
            "how many": str(part["task"].nunique()),
            **{name: short(float(part[column].mean()), 1) for name, column in shown.items()},
        }
        for (sweep, classes), part in networks.groupby(["sweep", "classes"], sort=True)
    ]


def set_rows(sets: pd.DataFrame) -> list[dict[str, str]]:
    """Return what is forecast of all sets of so many classes of a data set, from word counts.

    Parameters
    ----------
    sets
        forecast_sets.csv.
    """
    rows = []
    for (data, classes), part in sets.groupby(["data", "classes"], sort=True):
        raw = part[part["weighting"] == "raw"]
        found = {
            f"{name} = d": _share_right(part[part["weighting"] == name])
            for name in FORECASTS
            if name in set(part["weighting"])
        }
        mean = (raw["predicted"] * raw["sets"]).sum() / raw["sets"].sum()
        rows.append(
            {
                "data": str(data),
                "classes": str(classes),
                "sets": str(raw["sets"].sum()),
                "d": str(raw["dimension_expected"].iloc[0]),
                "mean": short(float(mean), 1),
                "range": f"{raw['predicted'].min()} to {raw['predicted'].max()}",
                **found,
            }
        )
    return rows


def _share_right(part: pd.DataFrame) -> str:
    right = part[part["predicted"] == part["dimension_expected"]]["sets"].sum()
    return short(float(right / part["sets"].sum()), 2)


def data_rows(networks: pd.DataFrame) -> list[dict[str, str]]:
    """Return what was read of each data set: sets of classes, networks, the file of its texts.

    Parameters
    ----------
    networks
        forecast.csv.
    """
    return [
        {
            "data": str(data),
            "sets": str(part["task"].nunique()),
            "networks": str(len(part)),
            "training texts": f"{part['train_rows'].min()} to {part['train_rows'].max()}",
            "SHA-256": str(part["train_sha256"].iloc[0])[:16],
        }
        for data, part in networks.groupby("data", sort=True)
    ]
