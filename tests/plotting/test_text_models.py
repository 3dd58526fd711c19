"""The panel of a language model of running text: what is drawn is what the table says."""

import numpy as np
import pytest
from conftest import PROJECT

from rnn_geometry.identity import Network
from rnn_geometry.plotting.text_models import PROBES, plot_text_model
from rnn_geometry.stages.plot_text_models import control_of, rows_of

ROWS = rows_of(str(PROJECT / "docs/data/language_text.csv"))
NETWORK = Network("ag-news-4", "gru-text", "1e-6", 1)
ROW, UNTRAINED = ROWS[NETWORK], ROWS[control_of(NETWORK)]


def panels(**changes):
    return plot_text_model(str(NETWORK), {**ROW, **changes}, UNTRAINED).axes


def test_the_network_stands_behind_ngrams():
    axes = panels()[0]
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names == ["1-gram", "2-gram", "3-gram", "4-gram", "network"]
    heights = [bar.get_height() for bar in axes.patches]
    assert heights == [*(ROW[f"perplexity_ngram_{n}"] for n in (1, 2, 3, 4)), ROW["perplexity"]]
    assert [note.get_text() for note in axes.texts] == ["459.6", "119.1", "94.3", "91.2", "85.1"]


def test_time_constants_stand_on_the_scale_of_lags():
    axes = panels()[1]
    told, *upright, half = axes.lines
    assert [line.get_xdata()[0] for line in upright] == [ROW[f"tau_{i}"] for i in (1, 2, 3, 4)]
    assert half.get_xdata()[0] == ROW["half_text"]
    lags, nats = (np.asarray(part, float) for part in told.get_data())
    assert lags.tolist() == [1, 2, 5, 10, 20]
    assert nats.tolist() == [ROW[f"information_{int(lag)}"] for lag in lags]
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_probes_stand_beside_the_untrained_network_and_no_network():
    axes = panels()[2]
    heights = [bar.get_height() for bar in axes.patches]
    assert heights == [*(ROW[name] for name in PROBES), *(UNTRAINED[name] for name in PROBES)]
    assert [line.get_ydata()[0] for line in axes.lines] == [
        ROW["label_bag_of_words"],
        ROW["constant"],
    ]


@pytest.mark.parametrize("nothing", [None, float("nan")])
def test_what_is_not_known_is_left_out(nothing):
    """Of short texts no word is twenty words on; information may be below zero by chance."""
    changes = {"information_20": nothing, "information_10": -0.01, "tau_4": nothing}
    axes = panels(**changes, label_slow=nothing, slow_modes=nothing)
    told, *upright, _ = axes[1].lines
    assert np.asarray(told.get_xdata()).tolist() == [1, 2, 5]
    assert len(upright) == 3
    assert np.isnan(axes[2].patches[2].get_height())


def test_words_that_tell_nothing_of_later_ones_leave_time_constants():
    nothing = {f"information_{lag}": None for lag in (1, 2, 5, 10, 20)}
    told, *upright, _ = panels(**nothing)[1].lines
    assert len(told.get_xdata()) == 0
    assert len(upright) == 4


def test_a_network_without_a_control_is_drawn_alone():
    axes = plot_text_model(str(NETWORK), ROW).axes[2]
    assert len(axes.patches) == len(PROBES)
