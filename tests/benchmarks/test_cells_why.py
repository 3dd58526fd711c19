"""benchmarks/cells_why.py: what it changes in a network, and what docs/cells.md says of it."""

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT, benchmark

from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.tasks.synthetic import build_task

why = benchmark("cells_why")
TASK = build_task("categorical", classes=3, length=why.LENGTH, balanced=True)
TEST = TASK.sample(60, 3)
TABLE = pd.read_csv(PROJECT / "docs/data/cells_why.csv")


def network(cell):
    facts = {"cell": cell, "cell_options": {}, "classes": 3, "hidden_size": 8}
    facts |= {"readout_bias": False, "readout_scale": 1.0}
    return build_classifier(facts, TASK.word_vectors(), seed=0).double().eval()


@pytest.mark.parametrize("cell", ["slstm", "mlstm"])
def test_forget_gates_are_held_and_noted_in_the_place_they_have(cell):
    own, held, gates = network(cell), network(cell), []
    why.note_forget_gates(own.cell, gates)
    states, _ = why.states_of(own, TEST)
    assert all(bool(((gate > 0) & (gate < 1)).all()) for gate in gates)
    why.hold_forget_gates(held.cell)
    count = slice(-own.cell.hidden_size, None)  # n, which only grows once nothing is forgotten
    kept, _ = why.states_of(held, TEST)
    if cell == "slstm":
        assert (np.diff(kept[..., count], axis=1) > 0).all()
    assert np.abs(kept - states).max() > 1e-2


@pytest.mark.parametrize("cell", ["mingru", "lru", "rg_lru"])
def test_units_that_forget_at_one_rate_visit_what_words_span(cell):
    found = why.of_gates(network(cell), TEST)
    assert set(found) == {"visited", "visited_same_gates", "visited_same_rate"}
    assert found["visited_same_rate"] <= len(TASK.word_vectors())
    assert (found["visited"] == pytest.approx(found["visited_same_gates"])) == (cell == "lru")


def test_words_do_the_same_everywhere_in_a_cell_that_adds():
    found = why.of_places(network("lru"), TEST)
    assert found["alike"] == pytest.approx(1)
    assert found["anywhere"] <= found["anywhere_read"] + 1e-9 <= 1 + 1e-9


def test_the_table_says_what_the_document_says():
    of = {model: part.drop(columns="model") for model, part in TABLE.groupby("model")}
    assert {len(part) for part in of.values()} == {len(why.SEEDS)}
    assert set(of) == set(why.MEASURES)
    assert of["mingru"]["visited_same_gates"].min() > 3.3
    assert of["mingru"]["visited_same_rate"].max() < 2.4
    assert of["slstm"]["primacy"].max() < 1 < of["slstm"]["primacy_held"].min()
    assert of["mlstm"]["primacy"].max() < of["mlstm"]["primacy_held"].min()
    assert of["mamba"]["alike"].min() > 0.999
    assert of["mamba"]["anywhere"].max() < 0.65 < of["mamba"]["anywhere_read"].min()
    assert of["mlstm"]["alike"].max() < 0.65 < of["mlstm"]["alike_undivided"].min()
