"""The registered run of today's cells: what it judges, and on which networks."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from rnn_geometry.config.load import load_settings, read_claims
from rnn_geometry.config.plan import Plan
from rnn_geometry.identity import is_control
from rnn_geometry.networks.registry import CELLS

PROJECT = Path(__file__).parents[2]
CELLS_RUN = yaml.safe_load((PROJECT / "config/cells.yaml").read_text())


def plan_task(name):
    """Return the task of a configuration that a task of one data seed is."""
    return re.sub(r"-data\d+$", "", name)


@pytest.fixture(scope="module")
def plan():
    return Plan(load_settings(CELLS_RUN, [], str(PROJECT)))


@pytest.fixture(scope="module")
def claims():
    return read_claims("config/claims_cells.yaml", str(PROJECT))


def test_every_network_is_of_a_seed_that_nothing_was_chosen_on(plan, claims):
    seeds = {network.seed for network in plan.networks}
    assert min(seeds) >= claims["judged_from"] > claims["tuning_seeds"][1] > 3


def test_ten_networks_of_each_cell_read_each_task(plan):
    trained = [network for network in plan.networks if not is_control(network)]
    counted = Counter((plan_task(network.task), network.model) for network in trained)
    assert set(counted.values()) == {10}
    assert len(counted) == 4 * len(CELLS_RUN["cells"])


def test_predictions_speak_of_cells_that_are_there_and_of_tasks_that_are_drawn(claims):
    predictions = [claim for claim in claims["claims"] if claim["family"] == "diagonal"]
    assert {claim["name"][:2] for claim in predictions} == {"P1", "P3", "P4", "P5"}
    for claim in predictions:
        assert set(claim["cells"]) <= set(CELLS_RUN["cells"]) <= set(CELLS)
