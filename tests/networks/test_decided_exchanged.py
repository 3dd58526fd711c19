"""Exchanges at any place of a text: half-way they are those by which claims are judged."""

import numpy as np
import pytest
import torch
from averages import averaging

from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.decided_exchanged import carried_at
from rnn_geometry.networks.transformer import CausalTransformer
from rnn_geometry.networks.whole_texts import carried
from rnn_geometry.tasks.synthetic import build_task

TASK = build_task("categorical", classes=3, length=8)
TOKENS = torch.from_numpy(TASK.sample(300, 0).padded()[0])
FACTS = {"hidden_size": 16, "classes": 3, "readout_bias": True, "readout_scale": 30.0}
TRANSFORMER = f"{CausalTransformer.__module__}:{CausalTransformer.__name__}"


def network(cell, **options):
    facts = {**FACTS, "cell": cell, "cell_options": options}
    return build_classifier(facts, TASK.word_vectors(), seed=0).eval()


def test_half_way_it_is_what_claims_are_about():
    model = network(TRANSFORMER, heads=2, layers=2)
    found, known = (
        carried_at(model, TOKENS, np.array([4]), seed=3)[0],
        carried(model, TOKENS, seed=3),
    )
    assert found[1:].tolist() == [known.one_place, known.other_places]
    assert found[0] == 1
    assert known.pairs > 10


def test_of_a_mean_over_all_places_one_carries_less_and_less():
    tokens = torch.randint(3, (600, 21), generator=torch.Generator().manual_seed(0))
    found = carried_at(averaging(), tokens, np.array([1, 4, 16]), seed=0)
    assert found[0].tolist() == [1, 1, 0]
    assert found[:, 0].tolist() == [1, 1, 1]
    assert found[0, 1] > found[1, 1] > found[2, 1]
    assert found[2, 2] > 0.8


def test_a_step_carries_all_in_one_state():
    found = carried_at(network("gru"), TOKENS, np.array([1, 4]), seed=0)
    assert found.tolist() == [[1, 1, 0], [1, 1, 0]]


def test_few_pairs_tell_nothing():
    model = network(TRANSFORMER, heads=2)
    assert np.isnan(carried_at(model, TOKENS[:5], np.array([4]), seed=0)).all()


@pytest.mark.parametrize("cuts", [[2], [2, 5]])
def test_a_row_for_each_cut(cuts):
    assert carried_at(network("gru"), TOKENS, np.array(cuts), seed=0).shape == (len(cuts), 3)
