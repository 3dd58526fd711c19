"""What an explorer opens with, calls its task, and shows around the slow points."""

from types import SimpleNamespace

import numpy as np
import pytest
from drawn import drawn
from explorer_run import fake_explored, fake_meta

from rnn_geometry.pages import _explorer_layers as layers
from rnn_geometry.pages._explorer_opening import opening_network
from rnn_geometry.pages._explorer_traces import telling_sentence
from rnn_geometry.pages.explorer import axes_of
from rnn_geometry.store.artifacts import FixedPoints, Flow, States, Traces
from rnn_geometry.tasks.structures import LABELS, PLANE, UNORDERED
from rnn_geometry.tasks.theory import structure_of


@pytest.mark.parametrize(
    ("meta", "title"),
    [
        ({"family": "categorical", "classes": 3}, "Three unordered classes"),
        ({"family": "text", "classes": 5, "ordered": True}, "Five ordered classes"),
        ({"family": "text", "classes": 2, "multi_label": True}, "Two labels"),
        ({"family": "text", "classes": 28}, "28 unordered classes"),
        ({"family": "text", "classes": 2, "ordered": True}, "Binary sentiment"),
    ],
)
def test_a_task_has_a_title_that_a_person_reads(meta, title):
    assert structure_of(meta).called(meta["classes"]) == title


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["vanilla", "lstm", "gru", "gru"], 2),
        (["vanilla", "my.py:Cell", "lstm-2-layers"], 2),
        (["relu", "my.py:Cell"], 0),
    ],
)
def test_the_page_opens_with_a_gated_network(cells, first):
    assert opening_network([SimpleNamespace(cell=cell) for cell in cells]) == first


def traces_of(effects, labels, kind):
    """Return traces of sentences given by the effects of their words, (T, C) each."""
    logits = [np.concatenate([np.zeros((1, 3)), np.cumsum(one, axis=0)]) for one in effects]
    lengths = [len(one) for one in effects]
    return drawn(
        Traces,
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        sentence=np.arange(len(effects)),
        order=np.zeros(len(effects), dtype=np.int8),
        kind=np.array(kind, dtype=np.int8),
        labels=np.eye(3, dtype=np.int8)[labels],
        logits=np.concatenate(logits),
    )


def test_the_telling_sentence_pulls_different_ways_and_is_decided_as_labelled():
    a, b, c, nothing = *(3 * np.eye(3) - 1), np.zeros(3)
    dull = np.array([a, nothing, nothing, a])
    lively = np.array([a, b, b, c, c, c])
    traces = traces_of([lively, dull, lively, lively], [2, 0, 1, 2], [1, 0, 0, 0])
    assert telling_sentence(traces, np.arange(4), False) == 3  # 0 is not held out, 2 is wrong
    assert telling_sentence(traces, np.array([1, 2]), False) == 1
    assert telling_sentence(traces, np.array([0]), False) == 0


@pytest.mark.parametrize(
    ("kind", "classes", "labels", "edges", "faces"),
    [
        (UNORDERED, 3, False, 3, 1),
        (UNORDERED, 4, False, 6, 4),
        (UNORDERED, 5, False, 10, 10),
        (UNORDERED, 14, False, 0, 0),
        (PLANE, 5, False, 4, 0),
        (LABELS, 2, True, 4, 1),
        (LABELS, 3, True, 12, 6),
        (LABELS, 6, True, 0, 0),
    ],
)
def test_edges_and_faces_are_those_of_the_shape(kind, classes, labels, edges, faces):
    found = layers.skeleton_of(kind, classes, labels)
    assert (len(found["edges"]), len(found["faces"])) == (edges, faces)
    pairs = {frozenset(pair) for pair in found["edges"]}
    for face in found["faces"]:
        around = zip(face, [*face[1:], face[0]], strict=True)
        assert {frozenset(pair) for pair in around} <= pairs


def test_corners_are_where_a_class_is_decided_most_clearly():
    places = np.array([[0.0, 0], [1, 0], [2, 0], [3, 0], [0, 5]])
    logits = np.array([[1.0, 0, -9], [4, 0, -9], [5, 0, -9], [6, 0, -9], [0, 7, -9]])
    found = layers.corners_entry(places, logits, logits.argmax(axis=1), False)
    assert found == [[2.0, 0.0], [0.0, 5.0], None]


def test_axes_beyond_the_third_are_the_next_components():
    network = fake_explored(fake_meta(5), "gru")
    axes = axes_of(network, 5)
    np.testing.assert_array_equal(axes[:3], network.traces.axes)
    np.testing.assert_allclose(axes @ axes.T, np.eye(5), atol=1e-9)
    points = network.slow_points.points
    spread = ((points - network.traces.origin) @ axes.T)[np.isfinite(points).all(axis=1)].var(0)
    assert list(spread) == sorted(spread, reverse=True)
    few = axes_of(network, 30)
    assert few.shape == (30, 12)
    assert not few[12:].any()


def test_flow_final_states_and_fixed_points_are_on_the_page():
    states = drawn(States, final=np.random.default_rng(0).normal(size=(400, 6)))
    found = layers.final_entry(states, lambda rows: rows[:, :3], False)
    assert len(found["decision"]) == layers.FINAL
    fixed = drawn(FixedPoints, roots=np.ones((2, 6)), stability=np.array([0, 1]))
    assert layers.fixed_entry(fixed, lambda rows: rows[:, :3])["stability"] == [0, 1]
    assert layers.fixed_entry(None, None) == {"places": "", "stability": []}
    assert layers.flow_entry(None, 3) is None
    flow = drawn(Flow, grid_x=np.arange(33.0), grid_y=np.arange(4.0))
    entry = layers.flow_entry(flow, 3)
    assert entry is not None
    assert len(entry["places"]) == len(entry["velocities"]) == 4 * 3 * 4 * 15 * 4 // 3


def test_the_step_at_a_word_leaves_out_what_lies_beyond_a_sentence():
    walked = np.full((2, 4, 1), np.nan)
    walked[0, :3, 0] = [0, 1, 3]
    walked[1, :, 0] = [0, 3, 6, 9]
    assert layers.word_step(drawn(States, trajectories=walked)) == 3.0
    assert layers.word_step(drawn(States, trajectories=np.full((1, 2, 2), np.nan))) is None
