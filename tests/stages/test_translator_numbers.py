"""All numbers of translators: of a hand-built one they are known."""

import numpy as np
import pytest
from clocks import shifted_translator

from rnn_geometry.geometry.translators import COLUMNS
from rnn_geometry.networks.translators.build import build_translator
from rnn_geometry.networks.translators.translator import ARCHITECTURES
from rnn_geometry.stages.translator_numbers import mean_input, translator_numbers
from rnn_geometry.tasks.pairs.families import build_pair_task
from rnn_geometry.tasks.pairs.pairs import Pairs

LENGTH, AHEAD = 9, 2


def shifted_pairs(seed):
    pairs = build_pair_task("one_to_one", words=3, length=LENGTH).sample(200, seed)
    places = (np.arange(LENGTH) + AHEAD) % LENGTH
    rows = [pairs.inputs.row(i) for i in range(len(pairs))]
    return Pairs.from_lists(rows, [row[places] for row in rows], [places] * len(pairs))


def test_numbers_of_a_clock_are_known():
    translator = shifted_translator(3, LENGTH, AHEAD)
    found = translator_numbers(translator, shifted_pairs(0), shifted_pairs(1))
    assert list(found) == list(COLUMNS)
    for name in ("word_accuracy", "phrase_accuracy", "swap_moved", "swap_near", "attended_source"):
        assert found[name] == 1
    assert found["swap_with_words"] == 1
    for name in ("share_mu_mu", "likeness_to_average", "states_known_encoder"):
        assert found[name] == pytest.approx(1)
    assert found["rest_accuracy_lost"] == 0
    assert found["explained_encoder"] > 0.99
    # A hand that goes round for ever: x* alone moves it, and it never rests.
    assert found["clock_r2"] > 0.999
    assert found["clock_residual"] > 1
    assert found["clock_modulus"] == pytest.approx(1)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_what_an_architecture_lacks_is_none(architecture):
    facts = {"cell": "lstm", "hidden_size": 6, "words_in": 5, "words_out": 5}
    translator = build_translator({**facts, "architecture": architecture}, seed=0)
    task = build_pair_task("one_to_one", length=[2, 8])
    found = translator_numbers(translator, task.sample(60, 0), task.sample(60, 1))
    assert list(found) == list(COLUMNS)
    lacking = {name for name, number in found.items() if number is None}
    expected = {
        "ved": {n for n in COLUMNS if "share_" in n or n.startswith(("swap", "rest", "likeness"))}
        | {"attended_source"},
        "aed": set(),
        "ao": {n for n in COLUMNS if n.startswith("clock")},
    }
    assert lacking == expected[architecture]


def test_the_input_that_is_held_is_the_mean_word():
    translator = build_translator(
        {"cell": "gru", "hidden_size": 4, "words_in": 4, "words_out": 4}, seed=0
    )
    pairs = Pairs.from_lists([[2, 2, 3, 1]], [[2]])
    assert mean_input(translator, pairs).tolist() == [0.25, 0.5, 0.25]
