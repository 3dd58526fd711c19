"""Networks without a step beside some with one, end to end on config/test_transformers.yaml."""

import csv
import re

import numpy as np
import pytest
import yaml
from conftest import PROJECT, ProjectCopy

from rnn_geometry.config.load import laid_over, load_settings
from rnn_geometry.config.plan import Plan
from rnn_geometry.geometry.transformers import OF_A_STEP
from rnn_geometry.geometry.transformers_language import LM_OF_A_STEP
from rnn_geometry.networks.results import open_results

pytestmark = pytest.mark.workflow

CONFIG = ("--configfile", "config/test_transformers.yaml")
HOME = "runs/categorical-3/transformer/l2-1e-5/seed-0"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    copy = ProjectCopy(tmp_path_factory.mktemp("transformers") / "project")
    copy.snakemake("transformers", *CONFIG)
    return copy


@pytest.fixture(scope="module")
def rows(made):
    found = {}
    for name in ("transformers", "transformers_language"):
        with open(made.root / f"results/tables/{name}.csv", newline="") as handle:
            found |= {row["model"]: row for row in csv.DictReader(handle)}
    return found


def number(row, name):
    return float(row[name])


def test_every_network_has_a_row(rows):
    names = ("gru", "transformer", "gru-lm", "transformer-lm")
    assert {*rows} == {*names, *(f"{name}-untrained" for name in names)}
    assert {row["cell"] for row in rows.values()} == {"gru", "transformer"}
    assert {row["control"] for name, row in rows.items() if "un" in name} == {"untrained"}


def test_a_step_carries_the_score_in_one_place_and_a_transformer_does_not(rows):
    step, none = rows["gru"], rows["transformer"]
    assert number(step, "test_accuracy") > 0.95 < number(none, "test_accuracy")
    assert number(step, "score_read_together") > 0.9 > number(none, "score_read_together")
    assert number(none, "score_read_half") > 0.9
    assert number(none, "carried_one_place") < 0.4 < number(none, "carried_other_places")
    assert (step["carried_one_place"], step["carried_other_places"]) == ("1", "0")


def test_beliefs_are_read_where_they_are_not_kept(rows):
    step, none = rows["gru-lm"], rows["transformer-lm"]
    assert number(step, "belief_r2") > 0.9 < number(none, "belief_r2")
    assert number(none, "followed_one_place") < 0.5 < number(none, "followed_all_places")
    assert step["followed_one_place"] == step["followed_all_places"]
    assert number(rows["transformer-lm-untrained"], "belief_r2") < number(none, "belief_r2")


def test_claims_are_judged_on_these_networks_and_on_those_beside(made):
    with open(made.root / "results/tables/claims_transformers.csv", newline="") as handle:
        found = {(row["claim"], row["cell"]): row for row in csv.DictReader(handle)}
    assert {(row["task"], cell) for (_, cell), row in found.items()} == {
        *(("categorical-3", cell) for cell in ("gru", "transformer")),
        *(("agreement", cell) for cell in ("gru-lm", "transformer-lm")),
    }
    assert {row["judged"] for row in found.values()} == {"0"}  # of a seed that was chosen on
    assert found["T9-no-one-place", "gru-lm"]["met"] == "0"
    assert found["T3-no-one-place", "gru"]["met"] == "0"
    assert found["T5-dimension", "transformer"]["structure"] == "unordered"
    assert found["T5-dimension", "transformer"]["expected"] == "2"


def test_numbers_of_a_step_are_empty_without_one(rows):
    for one, names in (("transformer", OF_A_STEP), ("transformer-lm", LM_OF_A_STEP)):
        for model in (one, f"{one}-untrained"):
            assert {rows[model][name] for name in names} == {""}
    assert number(rows["gru"], "tau_1") > 10
    assert rows["gru-lm"]["ends"] == "2"


def test_numbers_that_are_measured_twice_agree(made, rows):
    """Places are drawn as for states.npz, so that runs.csv would say the same."""
    results = open_results(made.root / "results")
    for model in ("gru", "gru-untrained"):
        network = results["categorical-3", model, 0]
        own, geometry = network.transformer, network.geometry
        for name in ("participation_ratio_visited", "participation_ratio_final", "test_accuracy"):
            assert own[name] == geometry[name]
    own = results["agreement", "gru-lm", 0]
    for name in ("perplexity_ratio", "belief_r2", "participation_ratio", "dimension_held"):
        assert own.transformer[name] == own.language[name]


def test_nothing_of_a_step_is_made_of_a_transformer(made):
    results = made.root / "results"
    assert {path.name for path in (results / HOME).iterdir()} == {
        *("model.safetensors", "run.json", "history.parquet", "transformer.json", "stages"),
        "places_read.npz",
    }
    opened = open_results(results)
    assert {"transformers", "transformers_language"} <= {*opened.tables}
    network = opened["categorical-3", "transformer", 0].step()
    words = network.entry.weight.T
    with pytest.raises(TypeError, match="no step"):
        network(network.initial_state(words), words)


def test_pages_and_figures_show_them(made):
    results = made.root / "results"
    drawn = {path.name for path in (results / "figures/transformers").iterdir()}
    names = ("categorical-3_gru", "categorical-3_transformer", "agreement_gru-lm")
    assert {f"{name}.csv" for name in (*names, "agreement_transformer-lm")} <= drawn
    assert (results / "figures/transformers_overview.csv").exists()
    assert not (results / f"{HOME.replace('/l2', '-untrained/l2')}/places_read.npz").exists()
    page = (results / "transformers.html").read_text()
    for title in ("categorical-3, gru, seed 0", "agreement, transformer-lm, seed 0"):
        assert f'"title":"{title}"' in page
    opened = open_results(results)
    kept = opened["categorical-3", "transformer", 0].places_read
    own = opened["categorical-3", "transformer", 0].transformer
    assert kept.r2[5, 1] == pytest.approx(own["score_read_half"])
    beliefs = opened["agreement", "gru-lm", 0].places_read
    np.testing.assert_array_equal(beliefs.carried[:, 2], 0)
    np.testing.assert_array_equal(beliefs.carried[:, 0], beliefs.carried[:, 1])


def test_a_lost_file_is_made_again_and_nothing_is_trained(made):
    for file in (f"{HOME}/transformer.json", "tables/transformers.csv"):
        (made.root / "results" / file).unlink()
    text = made.snakemake("transformers", "-n", *CONFIG).stdout
    jobs = set(re.findall(r"^(\w+)\S* +\d+$", text, flags=re.MULTILINE))
    assert "transformer_numbers" in jobs
    assert not [job for job in jobs if job.startswith(("train", "prepare"))]


def test_the_large_configuration_is_planned():
    asked = yaml.safe_load((PROJECT / "config/transformers.yaml").read_text())
    plan = Plan(load_settings(asked, [], str(PROJECT)))
    kinds = {kind: plan.of_kind(kind) for kind in ("transformer", "transformer-lm")}
    assert {kind: len(networks) for kind, networks in kinds.items()} == {
        "transformer": 3 * 2 * 4 * 2,
        "transformer-lm": 4 * 2 * 2,
    }
    assert len(plan.beside("transformer")) == 3 * 4 * 2
    assert len(plan.beside("transformer-lm")) == 4 * 2 * 2
    shown = {kind: [n[:2] for n in plan.read_by_place(kind)] for kind in kinds}
    assert len(shown["transformer"]) == 3 * 3
    assert ("depth-3", "gru-lm") in shown["transformer-lm"]
    assert len(shown["transformer-lm"]) == 4 * 2
    assert max(network.seed for network in plan.networks) < 10  # none that a claim is judged on
    judged = yaml.safe_load((PROJECT / "config/transformers_claims.yaml").read_text())
    settings = load_settings(laid_over(asked, judged), [], str(PROJECT))
    plan, claims = Plan(settings), settings["claims_transformers"]
    assert min(network.seed for network in plan.networks) == claims["judged_from"]
    assert len(plan.of_kind("transformer")) == (3 * 2 + 4) * 5 * 2
    assert len(plan.of_kind("transformer-lm")) == (4 + 2) * 5 * 2
