"""Networks read place by place whose numbers are known, as their panels and page take them."""

import numpy as np

from rnn_geometry.identity import Network
from rnn_geometry.plotting.by_place import Placed
from rnn_geometry.stages.read_sums import right_at
from rnn_geometry.stages.transformer_numbers import sums
from rnn_geometry.store.readings import PlacesRead
from rnn_geometry.tasks.language.families import build_source
from rnn_geometry.tasks.synthetic import build_task

SOURCE = build_source("agreement", words=2, adverbs=3, gap=3)
TASK = build_task("categorical", classes=3, length=8)
OFF, CUTS = 0.05, np.array([1, 3, 5])  # by which one map reads wrongly; words before exchanges
CARRIED = np.array([[1.0, 1.0, 0.0], [1.0, 0.3, 0.6], [np.nan] * 3])


def read(words, known, shares, said, source):
    """Return what is kept of a network: one map reads wrongly by OFF, others rightly."""
    places = np.concatenate([shares, known], -1)[..., :3]
    kept = {
        "cloud": places.reshape(-1, 3),
        "shares": shares.reshape(-1, shares.shape[-1]),
        "r2": np.tile([0.8, 1.0], (words.shape[1], 1)),
        **{"words": words, "places": places, "mixed": shares, "known": known, "own": known},
        **{"together": known + OFF, "said": said, "source": source},
        **{"cuts": CUTS, "carried": CARRIED},
    }
    return PlacesRead(**kept)


def classifying(cell="transformer"):
    """A classifier that is sure of the class of the words so far."""
    words = TASK.sample(6, 0).padded()[0][:2]
    known, right = sums(TASK, TASK.sample(6, 0))[:2], right_at(TASK, words)
    numbers = {"cell": cell, "test_accuracy": 0.998, "score_read_together": 0.832}
    own = read(words, known, right, right, right)
    names = (TASK.class_names,) * 3
    return Placed("sums", numbers | {"score_read_half": None}, own, *names, TASK.words, False)


def saying(cell="transformer"):
    """A language model that says what its source says."""
    words, _ = SOURCE.sample(2, 6, seed=1)
    known = SOURCE.beliefs(words)[:, 1:]
    said = SOURCE.next_words(known)
    numbers = {"cell": cell, "perplexity_ratio": 1.004, "belief_r2": 0.99, "belief_r2_half": 0.98}
    own = read(words, known, known, said, said)
    return Placed("words", numbers, own, SOURCE.states, SOURCE.states, *[SOURCE.words] * 2, False)


def networks():
    """All of them, as the page takes them."""
    return {
        Network("categorical-3", "transformer-1", "1e-5", 450): classifying(),
        Network("agreement", "gru-lm", "1e-6", 450): saying("gru"),
    }
