"""Controls that claims ask for and a configuration does not train."""

import pytest
import yaml
from conftest import PROJECT, ProjectCopy

from rnn_geometry.config.lacking import controls_lacking
from rnn_geometry.config.load import load_settings
from rnn_geometry.config.plan import Plan

TASK = {"name": "categorical-3", "family": "categorical", "classes": 3}
TEN = {"tasks": [TASK], "cells": ["gru", "lstm"], "seeds": list(range(200, 210))}
ALL = {"untrained": {"seeds": [200]}, "shuffled_labels": {"seeds": [200]}, "reservoir": {}}


def told(**changes):
    settings = load_settings(changes, [], str(PROJECT))
    plan = Plan(settings)
    return controls_lacking(plan.judged, plan.models, settings["claims"])


@pytest.mark.parametrize("missing", list(ALL))
def test_the_control_that_is_missing_is_told_with_its_cells(missing):
    controls = {kind: control for kind, control in ALL.items() if kind != missing}
    assert told(**TEN, controls=ALL) is None
    sentence = told(**TEN, controls=controls)
    assert "claims on gru, lstm stay undecided" in sentence
    assert f"({missing})" in sentence


def test_all_are_told_where_there_is_none():
    assert f"({', '.join(ALL)})" in told(**TEN)


def test_networks_too_few_for_a_verdict_or_of_tuning_seeds_are_told_nothing():
    assert told() is None  # the default run: two networks
    assert told(**{**TEN, "seeds": list(range(200, 209))}) is None
    assert told(**{**TEN, "seeds": list(range(10, 20))}) is None


def test_networks_of_several_data_seeds_are_one_sample():
    crossed = {**TEN, "seeds": [200, 201], "data_seeds": [200, 201, 202, 203, 204]}
    assert told(**crossed, controls={**ALL, "reservoir": {"seeds": [201]}}) is None
    assert "reservoir" in told(**crossed, controls={**ALL, "reservoir": None})


@pytest.mark.parametrize("file", ["battery", "cells"])
def test_shipped_batteries_lack_none(file):
    assert told(**yaml.safe_load((PROJECT / f"config/{file}.yaml").read_text())) is None


def test_a_plan_tells_it_and_goes_on(tmp_path):
    copy = ProjectCopy(tmp_path)
    (copy.root / "ten.yaml").write_text(yaml.safe_dump(TEN))
    done = copy.snakemake("-n", "models", "--configfile", "ten.yaml")
    assert "controls that this run has not (untrained, shuffled_labels, reservoir)" in done.stdout
    assert "total" in done.stdout
