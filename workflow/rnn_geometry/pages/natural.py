"""The page of the battery on real text, docs/natural.md, from its committed tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import yaml

from rnn_geometry.claims.file import criterion
from rnn_geometry.claims.grid import groups
from rnn_geometry.claims.networks import KEYS
from rnn_geometry.claims.registration import deviations
from rnn_geometry.identity import Network, base_task, is_control
from rnn_geometry.pages import _natural_tables as tables_of
from rnn_geometry.pages._abstract import sentences
from rnn_geometry.pages._verdict_tables import (
    counted_first,
    differing,
    headlines,
    left_open,
    opening,
)
from rnn_geometry.pages.claims import page_words
from rnn_geometry.pages.markdown import markdown, wrapped
from rnn_geometry.pages.templating import environment

TEMPLATES = (
    "natural.md.jinja",
    "natural_told.yaml",
    "natural_abstract.yaml",
    "natural_published.yaml",
)
# Columns of docs/data/recipes.csv and why.csv, as far as a run has them.
RUNS = (
    *("task", "model", "cell", "l2", "data_seed", "seed", "control", "not_judged"),
    *("train_rows", "mean_length", "dimension_expected", "dimension_predicted"),
    *("test_accuracy", "bag_of_words_accuracy", "shuffled_accuracy", "accuracy_at_d"),
    *("accuracy_below_d", "cliff", "participation_ratio", "components_95", "integration_modes"),
    *(
        "growing_modes",
        "modes_median",
        "modes_at_length",
        "modes_tau_only",
        "modes_tau_only_length",
    ),
    *("tau_1", "tau_2", "tau_3", "tau_4", "readout_angle_mean", "readout_angle_error"),
    *("io_dimension_places", "io_gain_places", "hold_r2", "cover", "slow_no_gap"),
    "slow_off_manifold",
    *(column for column, _ in tables_of.ORDER.values()),
    *(column for column, _ in tables_of.MODIFIERS.values()),
)
# What the page shows of a network.
SHOWN = {
    *RUNS,
    *(column for table in tables_of.TABLES for column, _ in table.values()),
    *("modes_low", "modes_high", "constant_accuracy", "adjectives"),
}
WORDS = 6  # shown of a class
SETS = {
    "ag_news": "AG News",
    "dbpedia14": "DBpedia",
    "imdb": "IMDB",
    "goemotions": "emotions",
    "yelp_reviews": "stars",
    "amazon_reviews": "stars",
    "reviews_5star": "stars",
}


def class_words(words: pd.DataFrame) -> pd.DataFrame:
    """Return the words that move the state most along the readout of each class.

    Parameters
    ----------
    words
        words.csv.

    Returns
    -------
    pandas.DataFrame
        `task`, `class` and `words`: of the first network of a task that was trained on it, most
        effect first.
    """
    keys = words[KEYS].itertuples(index=False, name=None)
    trained = words[[not is_control(Network(*key)) for key in keys]]
    known = trained.assign(task=trained["task"].map(base_task))
    first = known.groupby(["task", "class", "rank"], as_index=False, sort=False).first()
    ordered = first[first["rank"] <= WORDS].sort_values(["task", "class", "rank"])
    return (
        ordered.groupby(["task", "class"], sort=False)["word"]
        .agg(" ".join)
        .reset_index(name="words")
    )


def sets_of(data: pd.DataFrame) -> dict[str, str]:
    """Return by task what its set of data is called on the page.

    Parameters
    ----------
    data
        text_data.csv.
    """
    names = zip(data["task"].astype(str), data["data"].astype(str), strict=True)
    return {task: SETS.get(folder, folder) for task, folder in names}


def page(
    texts: Mapping[str, str], tables: Mapping[str, pd.DataFrame], claims: Mapping[str, Any]
) -> str:
    """Return docs/natural.md.

    Parameters
    ----------
    texts
        TEMPLATES by name.
    tables
        claims, multiverse, networks, costs, code, data and words as committed in docs/data; and
        recipes, why and forecast where they are there: without them their sections are left out.
    claims
        The checked file that the verdicts were judged by.

    Raises
    ------
    KeyError
        For a text about no claim, and a sentence on one.
    """
    told, listed, published = (yaml.safe_load(texts[name]) for name in TEMPLATES[1:])
    _check_claims({*told.get("claims", {}), *(c for s in listed for c in s["claims"])}, claims)
    found, sets = tables["claims"], sets_of(tables["data"])
    made = environment(autoescape=False)
    made.filters |= {"markdown": markdown, "wrapped": wrapped}
    return made.from_string(texts[TEMPLATES[0]]).render(
        told=told,
        claims=claims,
        opening=opening(found, claims, sets),
        headlines=headlines(found),
        differing=differing(found, claims, sets),
        sentences=sentences(found, listed, sets),
        groups=groups(found, claims),
        in_words=_in_words(found, claims),
        left_open=left_open(found[found["look"].notna()]),
        deviations=deviations(claims, _code(tables["code"])),
        agreeing=_agreeing(tables["multiverse"]),
        **_numbers(tables, published),
        **_small(tables, told),
        **page_words(found),
    )


def _check_claims(named: set[str], claims: Mapping[str, Any]) -> None:
    unknown = named - {claim["name"] for claim in claims["claims"]}
    if unknown:
        raise KeyError(f"explained, but no claim: {', '.join(sorted(unknown))}")


def _code(code: pd.DataFrame) -> dict[str, str]:
    return dict(zip(code["part"], code["code"], strict=True))


def _in_words(found: pd.DataFrame, claims: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the claims that there are verdicts on: name, statement, metric and threshold."""
    there = set(found["claim"])
    return [
        {"name": one["name"], "statement": one["statement"], "criterion": criterion(one)}
        for one in counted_first(claims)
        if one["name"] in there
    ]


def _agreeing(others: pd.DataFrame) -> list[dict[str, str]]:
    """Return in how many analyses each claim has its verdict, over all tasks and cells."""
    agree = (others["agree"] * others["analyses"]).groupby(others["claim"], sort=False).sum()
    of = others.groupby("claim", sort=False)["analyses"].sum()
    return [
        {"claim": str(name), "agree": f"{agree[name]:.0f} of {of[name]:.0f}"} for name in of.index
    ]


def _numbers(tables: Mapping[str, pd.DataFrame], published: Any) -> dict[str, Any]:
    """Return the tables of the sections that are always there."""
    every, data, costs = (tables[name] for name in ("networks", "data", "costs"))
    networks = every[every["control"].isna()]
    return {
        "sizes": _sizes(every, networks),
        "published": tables_of.published_rows(networks, published),
        "accuracy": tables_of.accuracy_rows(networks),
        "sides": _sides(networks),
        "dimension": tables_of.rows_of(networks, tables_of.DIMENSIONS),
        "modes": tables_of.rows_of(networks, tables_of.MODES),
        "taus": tables_of.rows_of(networks, tables_of.TAUS),
        "readouts": tables_of.rows_of(networks, tables_of.READOUTS),
        "memory": tables_of.beside_untrained(every, tables_of.MEMORY),
        "order": tables_of.rows_of(networks, tables_of.ORDER),
        "modifiers": tables_of.rows_of(networks, tables_of.MODIFIERS),
        "space": tables_of.rows_of(networks, tables_of.SPACE),
        "shares": _shares(networks),
        "files": tables_of.file_rows(data),
        "texts": tables_of.text_rows(data),
        "words": _escaped(tables["words"]),
        "costs": costs,
        "cost_rows": costs[["rule", "jobs"]].assign(
            **{"CPU s": costs["cpu_seconds"].map("{:.0f}".format)}
        ),
    }


def _escaped(words: pd.DataFrame) -> pd.DataFrame:
    """Return words in which no bar ends a cell."""
    return words.assign(words=words["words"].str.replace("|", "\\|"))


def _sizes(every: pd.DataFrame, networks: pd.DataFrame) -> dict[str, int]:
    return {
        "networks": len(networks),
        "controls": len(every) - len(networks),
        "tasks": networks["task"].nunique(),
        "cells": networks["cell"].nunique(),
        "left_out": int(networks["not_judged"].notna().sum()),
    }


def _sides(networks: pd.DataFrame) -> dict[str, int]:
    """Return on how many tasks and cells networks are better than a bag of words, and worse."""
    ends = [
        tables_of.between(part, "test_accuracy", "bag_of_words_accuracy")
        for _, part in tables_of.parts(networks)
    ]
    return {
        "better": sum(low > 0 for low, *_ in ends),
        "worse": sum(high < 0 for *_, high in ends),
        "all": len(ends),
    }


def _shares(networks: pd.DataFrame) -> dict[str, str]:
    """Return how many networks meet what the sections begin with."""
    d = "dimension_expected"
    return {
        "components": tables_of.counted(networks, tables_of.equal("components_95", d)),
        "counts": tables_of.counted(
            networks, tables_of.equal("components_95", "dimension_predicted")
        ),
        "io": tables_of.counted(networks, tables_of.equal("io_dimension_places", d)),
        "centre": tables_of.counted(networks, tables_of.equal("integration_modes", d)),
        "growing": tables_of.counted(networks, tables_of.equal("growing_modes", d)),
        "half": tables_of.counted(networks, tables_of.equal("modes_median", d)),
        "length": tables_of.counted(networks, tables_of.equal("modes_at_length", d)),
        "tau": tables_of.counted(networks, tables_of.equal("modes_tau_only", d)),
        "pair": tables_of.counted(networks, tables_of.at_most("readout_angle_error", 10)),
        "chance": tables_of.counted(networks, tables_of.at_most("readout_angle_p", 0.5)),
    }


def _small(tables: Mapping[str, pd.DataFrame], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of small runs: None where a run has not been kept."""
    recipes, why = tables.get("recipes"), tables.get("why")
    return {
        "recipes": None if recipes is None else _small_rows(recipes),
        "why": None if why is None else _experiments(why, told.get("why", [])),
        "forecast": "forecast" in tables,
    }


def _experiments(why: pd.DataFrame, told: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return every experiment that has been told, with the rows of its tasks."""
    return [
        {**one, "tables": [_small_rows(part, kind) for kind in one.get("shows", ["dimension"])]}
        for one in told
        for part in [why[why["task"].isin(one["tasks"])]]
    ]


def _small_rows(runs: pd.DataFrame, kind: str = "dimension") -> tables_of.Rows:
    return tables_of.rows_of(runs[runs["control"].isna()], tables_of.OF_EXPERIMENTS[kind])
