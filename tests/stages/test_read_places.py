"""Texts read place by place: what is kept is what is so, and what claims are judged by."""

import numpy as np
import pytest
import torch

from rnn_geometry.geometry.maps import SHOWN
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.transformer import CausalTransformer
from rnn_geometry.stages.language_numbers import Visits
from rnn_geometry.stages.places_read import CLOUD, cuts_of
from rnn_geometry.stages.read_beliefs import beliefs_read, followed_at
from rnn_geometry.stages.read_sums import sums_read
from rnn_geometry.stages.transformer_lm_numbers import exchanged
from rnn_geometry.stages.transformer_numbers import sums
from rnn_geometry.tasks.language.families import build_source
from rnn_geometry.tasks.synthetic import build_task

TRANSFORMER = f"{CausalTransformer.__module__}:{CausalTransformer.__name__}"
TASK = build_task("categorical", classes=3, length=10)
LABELS = build_task("multilabel", labels=2, length=10)
SOURCE = build_source("agreement", words=2, adverbs=3, gap=3)


def network(vectors, classes, cell=TRANSFORMER, **options):
    facts = {"cell": cell, "hidden_size": 8, "classes": classes, "readout_bias": True}
    facts |= {"readout_scale": 1.0, "cell_options": options}
    return build_classifier(facts, vectors, seed=0).eval()


def test_sums_that_are_kept_are_those_of_the_words():
    model = network(TASK.word_vectors(), 3, heads=2)
    test = TASK.sample(200, 0)
    found = sums_read(model, TASK, test, 0)
    all_words = test.padded()[0]
    rows = [np.flatnonzero((all_words == text).all(1))[0] for text in found.words]
    assert len(rows) == SHOWN
    assert all(row % 2 for row in rows)
    np.testing.assert_allclose(found.known, sums(TASK, test)[rows], atol=1e-6)
    logits = model.logits(model.states(torch.from_numpy(found.words)))
    np.testing.assert_allclose(found.said, logits.detach().softmax(-1), atol=1e-5)
    np.testing.assert_array_equal(found.source[:, -1].argmax(1), test.labels[rows])
    assert found.cloud.shape == (CLOUD, 3)


def test_a_tie_is_right_for_no_class():
    found = sums_read(network(TASK.word_vectors(), 3, heads=2), TASK, TASK.sample(200, 0), 0)
    totals = np.sort(found.known, axis=-1)
    tied = np.isclose(totals[..., -1], totals[..., -2], atol=1e-6)
    assert tied.any()
    np.testing.assert_array_equal(found.source.sum(-1) == 0, tied)


def test_labels_are_read_and_carried_by_no_single_decision():
    found = sums_read(network(LABELS.word_vectors(), 2, "gru"), LABELS, LABELS.sample(200, 0), 0)
    assert np.isnan(found.carried).all()
    assert {*np.unique(found.source)} <= {0.0, 1.0}


@pytest.fixture(scope="module")
def visits():
    model = network(np.eye(len(SOURCE.words)), len(SOURCE.words), heads=2)
    return Visits(model, SOURCE, SOURCE.sample(200, 20, 0)[0])


def test_half_way_predictions_follow_as_claims_ask(visits):
    known = exchanged(visits, np.random.default_rng(5))
    found = followed_at(visits, 10, np.random.default_rng(5))
    names = ("all_places", "one_place", "other_places")
    assert found == pytest.approx([known[f"followed_{name}"] for name in names])


def test_beliefs_that_are_the_states_are_read_at_every_place(visits):
    class Known(Visits):
        seen = visits.beliefs

    own = Known(visits.network, visits.source, visits.words)
    found = beliefs_read(own, np.random.default_rng(0))
    np.testing.assert_allclose(found.together, found.known, atol=1e-3)
    np.testing.assert_allclose(found.known, SOURCE.beliefs(found.words)[:, 1:], atol=1e-6)
    np.testing.assert_allclose(found.source, SOURCE.next_words(found.known), atol=1e-6)
    np.testing.assert_allclose(found.said.sum(-1), 1, atol=1e-5)
    assert found.cuts[-1] == 17  # three words are read on


def test_cuts_begin_after_one_word_and_end_before_the_last():
    assert cuts_of(24)[[0, -1]].tolist() == [1, 24]
    assert len(cuts_of(100)) == 12
    assert cuts_of(1).tolist() == [1]
