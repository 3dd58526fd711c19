"""The verdicts that the project ships follow from the networks that it ships."""

import pandas as pd
import pytest
from conftest import PROJECT

from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.language import checked_language_claims
from rnn_geometry.claims.language_units import judged_language_models
from rnn_geometry.claims.measured import checked_measured_claims, columns_of, judged_series
from rnn_geometry.claims.saved import judged_again, read_networks
from rnn_geometry.claims.text_model_units import judged_text_models
from rnn_geometry.claims.transformer_units import judged_transformers
from rnn_geometry.claims.transformers import checked_transformer_claims
from rnn_geometry.claims.translator_units import judged_frame, read_translators
from rnn_geometry.claims.translators import checked_translator_claims
from rnn_geometry.claims.typed import read_typed
from rnn_geometry.claims.universality import checked_universality_claims, judged_neighbours
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.config.load import read_claims
from rnn_geometry.geometry.degeneracy import change_and_trend, values_of
from rnn_geometry.geometry.language_tables import LANGUAGE
from rnn_geometry.geometry.text_models import LANGUAGE_TEXT
from rnn_geometry.geometry.transformers import TRANSFORMERS
from rnn_geometry.geometry.transformers_language import TRANSFORMERS_LANGUAGE
from rnn_geometry.geometry.universality import NEIGHBOURS
from rnn_geometry.store.columns import read_frame

DATA = PROJECT / "docs/data"
KEYS = ["claim", "task", "cell"]
SAME = ["verdict", "met", "runs", "judged"]
CLOSE = ["q", "holm", "observed"]
UNIVERSALITY_VERDICTS = {
    "": {"holds": 26, "fails": 13, "undecided": 6},
    "_cells": {"holds": 10, "fails": 12, "undecided": 2, "uninformative": 12},
}


@pytest.fixture(scope="module")
def verdicts():
    """Return the committed verdicts, and those judged again from the committed networks."""
    claims = read_claims("config/claims.yaml", str(PROJECT))
    networks = read_networks(DATA / "networks.csv.gz")
    again = judged_again(claims, networks, pd.read_csv(DATA / "sweeps.csv"))
    committed = pd.read_csv(DATA / "claims.csv")
    return [table.sort_values(KEYS).reset_index(drop=True) for table in (committed, again)]


def test_every_verdict_can_be_rebuilt_from_the_committed_networks(verdicts):
    committed, again = verdicts
    pd.testing.assert_frame_equal(committed[KEYS + SAME], again[KEYS + SAME], check_dtype=False)
    pd.testing.assert_frame_equal(
        committed[CLOSE], again[CLOSE], check_dtype=False, atol=1e-3, rtol=1e-3
    )


def test_the_shipped_verdicts_are_judged_ones(verdicts):
    committed, _ = verdicts
    with_networks = committed[committed["runs"] > 0]
    assert (with_networks["judged"] == 1).all()
    assert len(committed) > 500


def test_networks_of_the_battery_are_of_seeds_that_nothing_was_chosen_on():
    networks = read_networks(DATA / "networks.csv.gz")
    assert networks["seed"].min() >= 200
    assert networks["data_seed"].min() >= 200


# Real text


def test_verdicts_on_real_text_follow_from_their_networks():
    claims = read_claims("config/claims_text.yaml", str(PROJECT))
    again = judged_again(claims, read_networks(DATA / "networks_text.csv.gz"))
    committed = pd.read_csv(DATA / "claims_text.csv")
    both = [table.sort_values(KEYS).reset_index(drop=True) for table in (committed, again)]
    shown = [table[KEYS + SAME] for table in both]
    pd.testing.assert_frame_equal(*shown, check_dtype=False)
    assert len(committed) > 300


def test_networks_on_real_text_are_of_seeds_that_nothing_was_chosen_on():
    networks = read_networks(DATA / "networks_text.csv.gz")
    assert networks[["seed", "data_seed"]].min().min() >= 500
    code = pd.read_csv(DATA / "text_code.csv").set_index("part")["code"].to_dict()
    claims = read_claims("config/claims_text.yaml", str(PROJECT))
    assert code == claims["registered"]["code"]


# Readouts that look back


@pytest.mark.parametrize("run", ["pooling", "pooling_text"])
def test_verdicts_on_readouts_that_look_back_follow_from_their_networks(run):
    claims = read_claims("config/claims_pooling.yaml", str(PROJECT))
    networks = read_networks(DATA / f"networks_{run}.csv.gz")
    assert networks["seed"].min() >= claims["judged_from"]
    committed = pd.read_csv(DATA / f"claims_{run}.csv")
    tables = committed, judged_again(claims, networks)
    both = [table.sort_values(KEYS).reset_index(drop=True) for table in tables]
    pd.testing.assert_frame_equal(*(table[KEYS + SAME] for table in both), check_dtype=False)


def test_no_slow_manifold_is_left_on_unordered_classes_where_a_readout_looks_back():
    committed = pd.read_csv(DATA / "claims_pooling.csv")
    verdicts = committed.set_index(["task", "cell"])["verdict"]
    assert set(verdicts["categorical-3", "gru-last"]) == {"holds"}
    assert set(verdicts["categorical-3", "gru-attention"]) == {"fails"}


# Networks that translate


def test_verdicts_on_translators_follow_from_their_networks():
    path, checked = "config/claims_attention.yaml", checked_translator_claims
    claims = read_claims(path, str(PROJECT), key="claims_attention", checked=checked)
    table = read_translators(DATA / "translators.csv")
    assert table["seed"].min() >= claims["judged_from"]
    judged = table[["task", "model", "l2", "seed"]].to_numpy().tolist()
    frame, keys = judged_frame(table, judged)
    again = judged_units(claims, units_of_claims(claims, frame, None, keys))
    tables = pd.read_csv(DATA / "claims_attention.csv"), again
    both = [one.sort_values(KEYS).reset_index(drop=True) for one in tables]
    pd.testing.assert_frame_equal(*(one[KEYS + SAME] for one in both), check_dtype=False)
    assert len(again) > 60


# Today's cells


def test_verdicts_on_todays_cells_follow_from_their_networks():
    claims = read_claims("config/claims_cells.yaml", str(PROJECT))
    networks = read_networks(DATA / "networks_cells.csv.gz")
    assert networks[["seed", "data_seed"]].min().min() >= claims["judged_from"]
    committed = pd.read_csv(DATA / "claims_cells.csv")
    tables = committed, judged_again(claims, networks)
    both = [table.sort_values(KEYS).reset_index(drop=True) for table in tables]
    pd.testing.assert_frame_equal(*(table[KEYS + SAME] for table in both), check_dtype=False)
    assert committed["task"].nunique() == 3
    verdicts = committed.groupby(["claim", "cell"])["verdict"].agg(set)
    assert verdicts["P3-words-add-exactly", "lru"] == {"holds"}
    assert verdicts["P1-visited-dimension", "rg_lru"] == {"holds"}
    assert verdicts["P4-early-words-weigh-more", "slstm"] == {"fails"}
    assert verdicts["P1-visited-dimension", "mingru"] == {"fails"}


# How alike networks are


@pytest.mark.parametrize("end", ["", "_cells"])
def test_verdicts_on_how_alike_networks_are_follow_from_their_neighbours(end):
    path, checked = "config/claims_universality.yaml", checked_universality_claims
    claims = read_claims(path, str(PROJECT), key="claims_universality", checked=checked)
    runs = read_frame("runs", DATA / f"networks_universality{end}.csv")
    assert runs["seed"].min() >= claims["judged_from"]
    structures = {"categorical-3": "unordered", "multilabel-2": "labels", "ordered2d-5": "plane"}
    tasks = pd.DataFrame({"task": structures.keys(), "structure": structures.values()})
    neighbours = read_typed(DATA / f"neighbours{end}.csv", NEIGHBOURS)
    judged = neighbours[["task", "model", "l2", "seed"]].to_numpy().tolist()
    frame, keys = judged_neighbours(neighbours, runs, tasks, judged)
    again = judged_units(claims, units_of_claims(claims, frame, None, keys))
    tables = pd.read_csv(DATA / f"claims_universality{end}.csv"), again
    both = [one.sort_values(KEYS).reset_index(drop=True) for one in tables]
    pd.testing.assert_frame_equal(*(one[KEYS + SAME] for one in both), check_dtype=False)
    assert both[0]["verdict"].value_counts().to_dict() == UNIVERSALITY_VERDICTS[end]


# Mamba and mLSTM


def test_verdicts_on_mamba_and_mlstm_follow_from_their_networks():
    claims = read_claims("config/claims_read_by_word.yaml", str(PROJECT))
    networks = read_networks(DATA / "networks_read_by_word.csv.gz")
    assert networks[["seed", "data_seed"]].min().min() >= claims["judged_from"]
    tables = pd.read_csv(DATA / "claims_read_by_word.csv"), judged_again(claims, networks)
    both = [table.sort_values(KEYS).reset_index(drop=True) for table in tables]
    pd.testing.assert_frame_equal(*(table[KEYS + SAME] for table in both), check_dtype=False)


def test_verdicts_on_the_read_out_word_follow_from_what_was_measured():
    checked = checked_measured_claims("readout_word")
    claims = read_claims("config/claims_readout_word.yaml", str(PROJECT), checked=checked)
    networks = read_networks(DATA / "networks_read_by_word.csv.gz")
    keys = ["task", "model", "l2", "seed"]
    runs = networks.drop(columns=keys).rename(columns={f"file_{key}": key for key in keys})
    tasks = runs[["task", "structure"]].drop_duplicates()
    table = read_typed(DATA / "readout_word.csv", columns_of("readout_word"))
    judged = table[keys].to_numpy().tolist()
    frame, found = judged_neighbours(table, runs.assign(imported=0), tasks, judged)
    again = judged_units(claims, units_of_claims(claims, frame, None, found))
    tables = pd.read_csv(DATA / "claims_readout_word.csv"), again
    both = [one.sort_values(KEYS).reset_index(drop=True) for one in tables]
    pd.testing.assert_frame_equal(*(one[KEYS + SAME] for one in both), check_dtype=False)
    assert len(again) == 6


# Seeds of one cell


def test_verdicts_on_how_alike_seeds_become_follow_from_what_was_measured():
    checked = checked_measured_claims("degeneracy")
    claims = read_claims("config/claims_degeneracy.yaml", str(PROJECT), checked=checked)
    table = read_typed(DATA / "degeneracy.csv", columns_of("degeneracy"))
    assert table["seed"].min() >= claims["judged_from"]
    frame, keys = judged_series(table)
    again = judged_units(claims, units_of_claims(claims, frame, None, keys))
    tables = pd.read_csv(DATA / "claims_degeneracy.csv"), again
    both = [one.sort_values(KEYS).reset_index(drop=True) for one in tables]
    pd.testing.assert_frame_equal(*(one[KEYS + SAME] for one in both), check_dtype=False)
    assert set(again["judged"]) == {1}


def test_what_was_measured_of_seeds_follows_from_their_distances():
    table = read_typed(DATA / "degeneracy.csv", columns_of("degeneracy"))
    means = pd.read_csv(DATA / "degeneracy_distances.csv")
    keys = ["measure", "task", "cell", "seed", "untrained"]
    known = means.set_index(keys)["distance"]
    for row in table.to_dict("records"):
        places = values_of(row["series"], means["task"].unique())
        for measure in ("procrustes", "io", "io_angle", "slow_modes"):
            own = [known[measure, task, row["cell"], row["seed"], 0] for _, task in places]
            change, trend = change_and_trend([value for value, _ in places], own)
            assert change == pytest.approx(row[f"{measure}_change"], rel=1e-3)
            assert trend == pytest.approx(row[f"{measure}_trend"], abs=1e-3)


# Language models


def test_verdicts_on_language_models_follow_from_their_networks():
    path, checked = "config/claims_language.yaml", checked_language_claims
    claims = read_claims(path, str(PROJECT), key="claims_language", checked=checked)
    table = read_typed(DATA / "language.csv", LANGUAGE)
    assert table["seed"].min() >= claims["judged_from"]
    judged = table[["task", "model", "l2", "seed"]].to_numpy().tolist()
    frame, keys = judged_language_models(table, judged)
    again = judged_units(claims, units_of_claims(claims, frame, None, keys))
    tables = pd.read_csv(DATA / "claims_language.csv"), again
    both = [one.sort_values(KEYS).reset_index(drop=True) for one in tables]
    pd.testing.assert_frame_equal(*(one[KEYS + SAME] for one in both), check_dtype=False)
    assert len(again) > 200


def test_verdicts_on_running_text_follow_from_their_networks():
    path, checked = "config/claims_language_text.yaml", checked_language_claims
    claims = read_claims(path, str(PROJECT), key="claims_language_text", checked=checked)
    table = read_typed(DATA / "networks_language_text.csv", LANGUAGE_TEXT)
    assert table["seed"].min() >= claims["judged_from"]
    judged = table[["task", "model", "l2", "seed"]].to_numpy().tolist()
    frame, keys = judged_text_models(table, judged)
    again = judged_units(claims, units_of_claims(claims, frame, None, keys))
    tables = pd.read_csv(DATA / "claims_language_text.csv"), again
    both = [one.sort_values(KEYS).reset_index(drop=True) for one in tables]
    pd.testing.assert_frame_equal(*(one[KEYS + SAME] for one in both), check_dtype=False)
    assert set(again["judged"]) == {1}
    assert len(again) == 2 * 6


# Networks without a step


def test_verdicts_on_transformers_follow_from_their_networks():
    path, checked = "config/claims_transformers.yaml", checked_transformer_claims
    claims = read_claims(path, str(PROJECT), key="claims_transformers", checked=checked)
    columns = {"transformers": TRANSFORMERS, "transformers_language": TRANSFORMERS_LANGUAGE}
    tables = [read_typed(DATA / f"networks_{name}.csv", own) for name, own in columns.items()]
    assert min(table["seed"].min() for table in tables) >= claims["judged_from"]
    structures = {"ordered2d-5": "plane", **{f"categorical-{n}": "unordered" for n in (3, 5)}}
    judged = pd.concat(tables)[["task", "model", "l2", "seed"]].to_numpy().tolist()
    again = judged_transformers(tables, structures, judged, claims)
    both = [
        one.sort_values(KEYS).reset_index(drop=True)
        for one in (pd.read_csv(DATA / "claims_transformers.csv"), again)
    ]
    pd.testing.assert_frame_equal(*(one[KEYS + SAME] for one in both), check_dtype=False)
    assert set(again["judged"]) == {1}
    without = again["cell"].str.startswith("transformer")
    assert (without.sum(), len(again)) == (5 * 6 + 4 * 4, 5 * 9 + 4 * 8)
