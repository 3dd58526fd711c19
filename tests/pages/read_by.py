"""A language model whose numbers are known, as its panel and its page take it."""

import numpy as np

from rnn_geometry.plotting.language import Spoken
from rnn_geometry.store.languages import BeliefStates
from rnn_geometry.store.readings import TextsRead
from rnn_geometry.tasks.language.families import build_source

SOURCE = build_source("agreement", words=2, adverbs=3, gap=3)
UNITS, READ_OFF = 4, 0.05  # by which a belief is read wrongly


def numbers(**changes):
    known = {
        **{"family": "agreement", "belief_r2": 0.99, "patch_followed": 0.9, "stable": 2},
        **{"saddles": 1, "dimension_held": 2, "dimension_expected": 2, "perplexity": 8.3},
        **{"perplexity_ratio": 1.01, "perplexity_source": 8.2, "perplexity_ngram_1": 11.0},
        **{"perplexity_ngram_2": 10.0, "perplexity_ngram_3": 9.5, "perplexity_ngram_4": 9.2},
    }
    return {**known, **changes}


def spoken(title="agreement, gru", texts=2, length=6, **changes):
    """A network that knows all that can be known, and says what the source says."""
    rng = np.random.default_rng(0)
    words, _ = SOURCE.sample(texts, length, seed=1)
    beliefs = SOURCE.beliefs(words)
    turned = np.eye(3, UNITS)
    states = beliefs.reshape(-1, 3) @ turned
    known = {
        "center": np.zeros(UNITS),
        "axes": turned,
        "words": words,
        "places": beliefs @ turned @ turned.T,
        "known": beliefs,
        "told": beliefs + READ_OFF,
        "said": SOURCE.next_words(beliefs),
        "source": SOURCE.next_words(beliefs),
        "changes": rng.normal(size=(5, len(SOURCE.words))),
        "expected": rng.normal(size=(5, len(SOURCE.words))),
    }
    kept = BeliefStates(
        x=np.zeros(3),
        states=states,
        beliefs=beliefs.reshape(-1, 3),
        slow_points=states,
        status=np.zeros(len(states)),
        roots=turned,
        unstable=np.array([1, 0, 0]),
    )
    return Spoken(
        title, numbers(**changes), kept, TextsRead(**known), SOURCE.states, list(SOURCE.words)
    )
