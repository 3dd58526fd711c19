"""Places of a text, scores relative to their mean, rows that are filled where there is a step."""

import numpy as np
import pytest
from conftest import PROJECT

from rnn_geometry.claims.typed import read_typed
from rnn_geometry.geometry.language_tables import LANGUAGE
from rnn_geometry.geometry.tables import RUNS
from rnn_geometry.geometry.transformers import (
    OF_A_STEP,
    TRANSFORMERS,
    places,
    relative_scores,
    rows_with_step,
)
from rnn_geometry.geometry.transformers_language import LM_OF_A_STEP, TRANSFORMERS_LANGUAGE


def row(model, seed=0, l2="1e-5", **numbers):
    return {"task": "two", "model": model, "l2": l2, "seed": seed, **numbers}


def test_a_short_text_is_looked_at_after_its_first_word():
    assert places(3) == {"early": 1, "half": 1, "end": 3}
    assert places(30) == {"early": 6, "half": 15, "end": 30}


@pytest.mark.parametrize(("classes", "multi_label"), [(5, False), (2, True)])
def test_scores_that_are_not_one_per_class_stay(classes, multi_label):
    totals = np.array([[3.0, 1.0], [0.0, 2.0]])
    assert relative_scores(totals, classes, multi_label) is totals


def test_numbers_of_a_step_are_those_of_the_other_table_and_empty_without_one():
    known = [row("t", seed=1, a=1.0), row("t", a=2.0), row("gru", a=3.0)]
    by_step, names = [row("gru", a=True, tau=7.0, more=0)], ["model", "seed", "a", "tau"]
    made = rows_with_step(known, by_step, names)
    assert repr(made[0]["a"]) == "1"  # a flag
    assert made == [
        {"model": "gru", "seed": 0, "a": 1, "tau": 7.0},
        {"model": "t", "seed": 0, "a": 2.0, "tau": None},
        {"model": "t", "seed": 1, "a": 1.0, "tau": None},
    ]


def test_the_committed_table_is_of_this_code():
    table = read_typed(PROJECT / "docs/data/transformers.csv", TRANSFORMERS)
    assert list(table) == [name for name in TRANSFORMERS if name != "train_seconds"]
    step = table["cell"] == "gru"
    assert (len(table), step.sum(), table["control"].notna().sum()) == (72, 24, 36)
    assert table.loc[~step, list(OF_A_STEP)].isna().all(axis=None)
    trained = table[table["control"].isna()]
    assert trained.loc[step, list(OF_A_STEP)].notna().all(axis=None)
    one_place = trained.loc[~step, "carried_one_place"]
    assert one_place.max() < 0.2 < trained.loc[~step, "carried_other_places"].min()
    assert set(table["seed"]) == {0, 1, 2, 3}


def test_columns_that_other_tables_have_mean_the_same():
    for own, others, of_a_step in (
        (TRANSFORMERS, RUNS, OF_A_STEP),
        (TRANSFORMERS_LANGUAGE, LANGUAGE, LM_OF_A_STEP),
    ):
        shared = {*own} & {*others}
        assert {*of_a_step} <= shared
        assert all(own[name] == others[name] for name in shared)
