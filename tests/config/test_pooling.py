"""Models whose readout looks back: who trains them, and that nobody else knows of them."""

import pytest
import yaml
from conftest import PROJECT

from rnn_geometry.config.limits import Limits
from rnn_geometry.config.load import load_settings, read_claims
from rnn_geometry.config.plan import Plan
from rnn_geometry.errors import UserError
from rnn_geometry.identity import is_control

TASK = {"name": "three", "family": "categorical", "classes": 3}
LAST = {"cell": "gru", "steps": 10}
MODELS = {"last": LAST, "back": {**LAST, "pooling": "attention"}}
POOLING = yaml.safe_load((PROJECT / "config/pooling.yaml").read_text())


def settings(**changes):
    asked = {"tasks": [TASK], "cells": ["last", "back"], "seeds": [0], "models": MODELS}
    return load_settings({**asked, **changes}, [], str(PROJECT))


def planned(**changes):
    return Plan(settings(**changes))


def made_by(plan, stage):
    return {n.model for b in plan.blocks(stage) for t in b.tasks for n in b.block.networks(t)}


def test_a_stage_of_its_own_trains_them_and_analyses_are_the_same():
    plan = planned()
    assert (made_by(plan, "train"), made_by(plan, "train_pooled")) == ({"last"}, {"back"})
    for stage in ("slow_points", "linearize", "geometry"):
        assert made_by(plan, stage) == {"last", "back"}
    (block,) = plan.blocks("train_pooled")
    assert set(block.output) == {"model", "run", "history", "pooling"}
    assert block.output["pooling"][0].endswith("back/l2-3e-4/seed-0/pooling.safetensors")
    network = block.block.networks("three")[0]
    assert plan.own("train_pooled", network)["pooling"] == "attention"
    stages = {one.stage for one in plan.made() if "/back/" in one.folder}
    assert {"train_pooled", "geometry"} <= stages
    assert "train" not in stages


def test_a_model_that_reads_its_last_state_depends_on_what_it_always_did():
    asked = planned(models={**MODELS, "last": {**LAST, "pooling": "last"}})
    network = next(n for n in asked.networks if n.model == "last")
    for stage in ("train", "slow_points"):
        assert asked.own(stage, network) == planned().own(stage, network)
    assert "pooling" not in planned().models["last"]
    assert "pooling" not in Plan(load_settings(_default(), [], str(PROJECT))).written()


def _default():
    return yaml.safe_load((PROJECT / "config/config.yaml").read_text())


def test_controls_are_those_that_there_can_be():
    plan = planned(controls={kind: {} for kind in ("untrained", "reservoir", "shuffled_labels")})
    assert made_by(plan, "train_pooled") == {"back", "back-untrained"}
    assert {n.model for n in plan.networks if is_control(n)} >= {"last-reservoir"}
    assert "back-reservoir" not in plan.models


def test_they_are_not_followed_and_their_jobs_ask_for_what_training_does():
    plan = planned(training={"snapshots": 4}, limits={"train": {"mem_mb": 9000}})
    assert {network.model for network in plan.followed} == {"last"}
    (block,) = plan.blocks("train_pooled")
    assert Limits(plan).of_block(block)["mem_mb"] == 9000


def test_a_sweep_over_the_readout_finds_the_model_that_is_there():
    sweep = {"name": "readout", "over": "pooling", "values": ["last", "attention"], "task": "three"}
    plan = planned(cells=["last"], sweeps=[{**sweep, "cells": ["last"]}])
    assert {n.model for n in plan.networks} == {"last", "last-pooling-attention"}


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ({**LAST, "pooling": "mean"}, r"models\.back\.pooling"),
        ({**LAST, "pooling": "attention", "trained": "readout"}, "has no query to learn"),
        ({**LAST, "pooling": "attention", "architecture": "aed"}, "pooling.*means nothing"),
        ({"weights": "w.pt", "vocabulary": "v.json", "pooling": "attention"}, "not trained here"),
    ],
)
def test_nonsense_is_one_sentence(model, told):
    with pytest.raises(UserError, match=told):
        settings(models={**MODELS, "back": model})


def test_the_shipped_run_judges_both_readouts_on_seeds_that_nothing_was_chosen_on():
    plan = Plan(load_settings(POOLING, [], str(PROJECT)))
    trained = [network for network in plan.networks if not is_control(network)]
    assert len(trained) == len(plan.trained) * 2 * 5
    claims = read_claims("config/claims_pooling.yaml", str(PROJECT))
    assert min(network.seed for network in trained) >= claims["judged_from"] > 3
    assert {network.model for network in plan.judged} >= {"gru-last", "gru-attention"}
