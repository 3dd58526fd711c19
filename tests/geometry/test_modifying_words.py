"""Gains of modifiers and weights of clauses, on word effects that are written here."""

import numpy as np
import pytest

from rnn_geometry.geometry import modifying_words as modifying

GOOD, BAD = modifying.POSITIVE[:8], modifying.NEGATIVE[:8]
VOCABULARY = ("<pad>", "<unk>", "not", "is", "n't", "never", "very", "but", "the", "a")
INDEX = {word: i for i, word in enumerate((*VOCABULARY, *GOOD, *BAD))}
RNG = np.random.default_rng(1)
SINGLE = RNG.normal(size=(len(INDEX), 3))
SCORE = np.array([1.0, -1.0, 0.5])
for word in (*GOOD, *BAD):  # adjectives differ in strength and sign alone
    SINGLE[INDEX[word]] = (1 if word in GOOD else -1) * RNG.uniform(0.5, 1.5) * SCORE


def additive(ids):
    return SINGLE[ids].sum(axis=1)


def with_factors(factor_of):
    """Return effects in which a word changes that of the word after it by a factor."""

    def effects(ids):
        factor = np.ones(ids.shape)
        for word, value in factor_of.items():
            factor[:, 1:][ids[:, :-1] == INDEX[word]] *= value
        return (factor[..., None] * SINGLE[ids]).sum(axis=1)

    return effects


def gains(effects, index=INDEX, signs=True):
    return modifying.modifier_gains(effects, index, signs=signs)


def test_every_column_has_its_number():
    found = gains(additive) | modifying.clause_weights(additive, INDEX)
    assert set(found) == set(modifying.COLUMNS)


def test_words_that_just_add_up_have_gain_one_and_no_shift():
    found = gains(additive)
    assert found["adjectives"] == 16
    for name in (*modifying.MODIFIERS, "control"):
        for end in ("", "_low", "_high", "_positive", "_negative"):
            assert found[f"{name}_gain{end}"] == pytest.approx(1)
    for name in modifying.MODIFIERS:
        assert found[f"{name}_shift"] == pytest.approx(0, abs=1e-12)


def test_each_modifier_has_its_own_gain():
    found = gains(with_factors({"not": -1.0, "very": 2.0, "n't": -0.5, "but": 1.2}))
    assert found["not_gain"] == pytest.approx(-1)
    assert found["very_gain"] == pytest.approx(2)
    assert found["nt_gain"] == pytest.approx(-0.5)  # written `is n't` in this vocabulary
    assert found["but_gain"] == pytest.approx(1.2)
    assert found["never_gain"] == found["control_gain"] == pytest.approx(1)
    assert found["not_shift"] == pytest.approx(-2)


def test_where_any_word_before_weakens_an_adjective_the_control_tells():
    crowded = with_factors({"not": 0.4, "the": 0.5, "a": 0.3, "very": 0.4})
    found = gains(crowded)
    assert found["not_gain"] == pytest.approx(0.4)
    assert found["control_gain"] == pytest.approx(0.4)
    assert found["not_shift"] == pytest.approx(0, abs=1e-12)


def test_good_and_bad_are_told_apart_where_classes_have_an_order():
    def flips_good_alone(ids):
        plain = additive(ids)
        good = np.isin(ids[:, -1], [INDEX[word] for word in GOOD])
        turned = (ids.shape[1] > 1) & (ids[:, 0] == INDEX["not"]) & good
        return plain - 2 * turned[:, None] * SINGLE[ids[:, -1]]

    found = gains(flips_good_alone)
    assert (found["not_gain_positive"], found["not_gain_negative"]) == pytest.approx((-1, 1))
    assert (found["not_gain_low"], found["not_gain_high"]) == pytest.approx((-1, 1))
    without = gains(flips_good_alone, signs=False)
    assert without["not_gain_positive"] is None
    assert without["not_gain"] == found["not_gain"]


def test_the_interval_is_that_of_order_statistics():
    values = np.arange(20.0)
    found = modifying._with_interval("x", values)
    assert found == {"x": 9.5, "x_low": 5.0, "x_high": 14.0}  # Conover 1999, table of n = 20
    assert modifying._with_interval("x", values[:5])["x_low"] is None  # five tell no 95 %
    assert modifying._with_interval("x", np.array([1.0, np.nan]))["x"] is None


def test_a_vocabulary_without_the_words():
    few = gains(additive, {word: INDEX[word] for word in (*VOCABULARY, *GOOD[:4])})
    assert few["adjectives"] == 4
    assert few["not_gain"] is few["not_shift"] is None
    no_control = {word: i for word, i in INDEX.items() if word not in modifying.CONTROLS}
    found = gains(additive, no_control)
    assert found["not_gain"] == pytest.approx(1)
    assert found["control_gain"] is found["not_shift"] is None
    assert set(modifying.clause_weights(additive, {}).values()) == {None}
    assert gains(additive, {})["adjectives"] == 0


def test_the_clause_after_but_decides():
    def weighed(ids):
        """`but` takes three quarters from what stands before it."""
        weight = np.where((ids == INDEX["but"])[:, ::-1].cumsum(1)[:, ::-1] > 0, 0.25, 1.0)
        return (weight[..., None] * SINGLE[ids]).sum(axis=1)

    found = modifying.clause_weights(weighed, INDEX)
    assert found["pair_weight_before"] == pytest.approx(1)
    assert found["control_weight_before"] == pytest.approx(1)
    assert found["but_weight_before"] == pytest.approx(0.25, abs=1e-9)
    assert found["but_weight_after"] == pytest.approx(1, abs=1e-9)
