"""The recipe that a number of texts asks for."""

import pytest

from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.recipe_by_size import LARGE, STEPS, recipe_by_size

ADAM = {"betas": [0.9, 0.99]}


KINDS = [{}, {"ordered": True}, {"multi_label": True}]


def rhythm(texts, **kind):
    """Return how many texts a network reads in training, and the steps that it takes."""
    recipe = Recipe.from_settings({**ADAM, **recipe_by_size(texts, **kind)})
    steps = recipe.rhythm(texts)[0]
    return steps * recipe.batch_size, steps


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("texts", [1, 50, 400, 1600, 3200, LARGE - 1, LARGE, 20000])
def test_every_text_is_read_several_times_and_no_network_takes_few_steps(texts, kind):
    read, steps = rhythm(texts, **kind)
    assert read >= 4 * texts
    assert steps >= STEPS


def test_stars_are_learned_slower_than_topics_and_several_labels_faster():
    stars, topics, labels = (
        recipe_by_size(1600, **kind)["learning_rate"] for kind in (KINDS[1], KINDS[0], KINDS[2])
    )
    assert stars < topics < labels


def test_weights_are_the_last_ones():
    assert {recipe_by_size(texts)["keep_weights"] for texts in (100, 20000)} == {"last"}


def test_no_texts_have_no_recipe():
    with pytest.raises(ValueError, match="at least one text"):
        recipe_by_size(0)
