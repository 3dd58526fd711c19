"""What needs no step, of networks whose numbers are known: a sum, and one that stands still."""

import numpy as np
import pytest
import torch

from rnn_geometry.geometry.transformers import CARRIED, SCORE, WORDS_ADD
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.training import train
from rnn_geometry.networks.transformer import CausalTransformer
from rnn_geometry.stages.language_numbers import Visits
from rnn_geometry.stages.transformer_lm_numbers import beliefs_by_place, exchanged
from rnn_geometry.stages.transformer_numbers import score_numbers, shape, sums
from rnn_geometry.tasks.language.families import build_source
from rnn_geometry.tasks.synthetic import build_task

CLASSES, LENGTH, SMALL = 3, 10, 1e-3  # of what a word adds: tanh is as good as a line
OPTIONS = {"classes": CLASSES, "length": LENGTH}
TASK = build_task("categorical", **OPTIONS)
META = {"kind": "synthetic", "family": "categorical", "options": OPTIONS}
TEST = TASK.sample(300, 0)
TRANSFORMER = f"{CausalTransformer.__module__}:{CausalTransformer.__name__}"


def network(cell="vanilla", size=CLASSES, vectors=None, classes=CLASSES, **options):
    facts = {"cell": cell, "hidden_size": size, "classes": classes, "readout_bias": False}
    facts |= {"readout_scale": 1.0, "cell_options": options}
    vectors = TASK.word_vectors() if vectors is None else vectors
    return build_classifier(facts, vectors, seed=0).eval()


@pytest.fixture(scope="module")
def summing():
    """Its units are the scores so far, and its readout shows them."""
    made = network()
    vectors = torch.from_numpy(TASK.word_vectors()).float()
    with torch.no_grad():
        for weight in made.cell.parameters():
            weight.zero_()
        made.cell.weight_hh.copy_(torch.eye(CLASSES))
        scores = torch.linalg.pinv(vectors) @ torch.from_numpy(TASK.scores).float()
        made.cell.weight_ih.copy_(SMALL * scores.T)
        made.readout.weight.copy_(torch.eye(CLASSES) / SMALL)
    return made


def test_sums_end_in_the_scores_of_the_sentence():
    found = sums(TASK, TEST)
    assert found.shape == (300, LENGTH, CLASSES)
    np.testing.assert_allclose(found.sum(-1), 0, atol=1e-12)
    assert (found[:, -1].argmax(1) == TEST.labels).all()


def test_a_sum_is_read_by_one_map_and_its_words_add(summing):
    found = score_numbers(summing, META, TEST, seed=0)
    assert set(found) == {*SCORE, *WORDS_ADD, *CARRIED}
    for name in (*SCORE, *WORDS_ADD):
        assert found[name] == pytest.approx(1, abs=1e-3)
    assert (found["carried_one_place"], found["carried_other_places"]) == (1, 0)
    assert found["carried_pairs"] is None


def test_a_transformer_is_opened_by_exchange():
    made, recipe = network(TRANSFORMER, 16, heads=2), Recipe(learning_rate=5e-3, l2=0.0, steps=150)
    train(made, TASK.sample(2000, 1), TASK.sample(200, 2), recipe, batch_seed=0)
    found = score_numbers(made.eval(), META, TEST, seed=0)
    assert found["score_read_half"] > 0.9
    assert found["score_read_together"] < found["score_read_half"]
    assert found["carried_pairs"] > 50
    assert found["carried_one_place"] < 0.4 < found["carried_other_places"]
    assert shape(made, TRANSFORMER) == {"cell": "transformer", "hidden_size": 16}


def test_where_scores_are_not_known_or_sentences_differ_in_length_all_is_empty(summing):
    ragged = build_task("categorical", classes=CLASSES, length=[5, 10]).sample(60, 0)
    for meta, sentences in (({**META, "kind": "text"}, TEST), (META, ragged)):
        assert set(score_numbers(summing, meta, sentences, seed=0).values()) == {None}


def test_labels_have_no_single_decision_to_carry():
    options = {"labels": 2, "length": LENGTH}
    task = build_task("multilabel", **options)
    made = network("gru", 16, task.word_vectors(), 2)
    meta = {"kind": "synthetic", "family": "multilabel", "options": options}
    found = score_numbers(made, meta, task.sample(200, 0), seed=0)
    assert found["score_read_half"] > 0.5
    assert {found[name] for name in CARRIED} == {None}


@pytest.fixture(scope="module")
def visits():
    source = build_source("agreement", words=2, adverbs=3, gap=3)
    words = source.sample(200, 20, 0)[0]
    made = network(TRANSFORMER, 8, np.eye(len(source.words)), len(source.words), heads=2)
    return Visits(made, source, words)


def test_pairs_are_of_places_after_which_such_words_may_come(visits):
    found = exchanged(visits, np.random.default_rng(0))
    half = visits.beliefs.reshape(200, 20, -1)[:, 9]
    assert found["followed_pairs"] == (half[:, visits.source.kept_states()].sum(1) > 0.5).sum() > 50
    assert found["followed_all_places"] == pytest.approx(0, abs=0.05)  # untrained


def test_beliefs_that_are_the_states_are_read_everywhere(visits):
    known = Visits(visits.network, visits.source, visits.words)
    known.__dict__["states"] = visits.beliefs
    found = beliefs_by_place(known)
    assert found == pytest.approx(dict.fromkeys(found, 1.0), abs=1e-6)
    assert set(found) == {"belief_r2_early", "belief_r2_half", "belief_r2_end"}
