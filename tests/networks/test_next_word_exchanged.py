"""An exchange of all places is the text that is spliced of both, with a step and without."""

import numpy as np
import pytest
import torch

from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.next_word_exchanged import said_after_exchange
from rnn_geometry.networks.transformer import CausalTransformer

WORDS = 7
TEXTS = np.random.default_rng(0).integers(0, WORDS, (40, 10))
READ = np.random.default_rng(1).integers(0, WORDS, (20, 3))
ONE, OTHER = np.arange(20), np.arange(20, 40)
CELLS = {
    "gru": ("gru", {}),
    "transformer": (
        f"{CausalTransformer.__module__}:{CausalTransformer.__name__}",
        {"layers": 2, "heads": 2},
    ),
}


@pytest.fixture(params=CELLS)
def model(request):
    cell, options = CELLS[request.param]
    facts = {"cell": cell, "hidden_size": 8, "classes": WORDS, "readout_bias": True}
    facts |= {"readout_scale": 1.0, "cell_options": options}
    return build_classifier(facts, np.eye(WORDS), seed=0).eval()


@torch.no_grad()
def said(model, words):
    """Chances of the word behind texts."""
    return model.logits(model.states(torch.from_numpy(words))[:, -1]).double().softmax(1).numpy()


def test_all_places_are_the_other_text_and_none_is_the_own(model):
    found = said_after_exchange(model, TEXTS, ONE, OTHER, READ)
    for chances, texts in ((found.all_places, OTHER), (found.nothing, ONE)):
        expected = said(model, np.hstack([TEXTS[texts], READ]))
        np.testing.assert_allclose(chances, expected, atol=1e-6)


def test_with_a_step_one_place_is_all_there_is(model):
    found = said_after_exchange(model, TEXTS, ONE, OTHER, READ)
    others = np.abs(found.other_places - found.nothing).max()
    assert np.abs(found.one_place - found.nothing).max() > 1e-3
    if isinstance(model.cell, CausalTransformer):
        assert others > 1e-3
        assert np.abs(found.one_place - found.all_places).max() > 1e-3
    else:
        assert others == 0
        assert found.one_place is found.all_places
