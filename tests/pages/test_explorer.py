"""The page of the explorer without a browser.

What is on it, against the files that it is made from.
"""

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from conftest import PROJECT
from drawn import drawn, record
from explorer_run import NASTY, TEMPLATES, fake_explored, fake_meta, fake_vocabulary

from rnn_geometry.errors import UserError
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.pages import explorer
from rnn_geometry.plotting import style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.store.artifacts import SlowModes, SlowPoints, States, Traces

OPTIONS = {"embed_parameters": 150_000}


@pytest.fixture(scope="module")
def files():
    """Return three networks of one task: two GRUs and an LSTM."""
    plans = {"gru": ("gru", 10), "other": ("gru", 11), "lstm": ("lstm", 10)}
    return {
        name: fake_explored(fake_meta(), cell, seed=seed) for name, (cell, seed) in plans.items()
    }


def made(files, meta=None, vocabulary=None, **options):
    return explorer.payload(
        meta or fake_meta(), vocabulary or fake_vocabulary(), files, {**OPTIONS, **options}
    )


def page(files, **options):
    networks = list(files.values())
    return explorer.explorer_page(
        TEMPLATES, fake_meta(), fake_vocabulary(), networks, {**OPTIONS, **options}
    )


def decoded(text, *shape, kind="<f4"):
    return np.frombuffer(base64.b64decode(text), dtype=kind).reshape(*shape)


# Network by network


def test_points_are_thinned_finite_slow_points_with_their_speed(files, monkeypatch):
    monkeypatch.setattr(explorer, "POINTS", 20)
    [entry] = made([files["gru"]])["networks"]
    slow, traces = files["gru"].slow_points, files["gru"].traces
    finite = np.flatnonzero(np.isfinite(slow.points).all(axis=1))
    assert len(finite) == len(slow.points) - 1
    kept = finite[np.linspace(0, len(finite) - 1, 20).astype(int)]
    expected = (slow.points[kept] - traces.origin) @ traces.axes.T
    np.testing.assert_allclose(decoded(entry["points"], -1, 3), expected, atol=1e-6)
    np.testing.assert_allclose(entry["logQ"], np.log10(slow.q[kept]), atol=0.006)
    assert len(entry["decision"]) == len(entry["corner"]) == len(entry["tau"]) == 20


def test_the_longest_time_constant_is_capped_and_none_without_a_slow_mode():
    tau = np.array([[20.0, np.inf], [30.0, 40.0], [np.nan, np.nan], [7.0, 99.0], [2e7, 1.0]])
    modes = drawn(SlowModes, tau=tau, count=np.array([2, 5, 0, 1, 2]))
    assert explorer.longest_tau(modes, np.arange(5)) == [1e5, 40.0, None, 7.0, 1e5]
    none = drawn(SlowModes, tau=np.zeros((3, 0)), count=np.zeros(3, int))
    assert explorer.longest_tau(none, np.array([0, 2])) == [None, None]


def test_decisions_are_those_of_the_readout():
    states = drawn(States, readout=np.eye(2, 3), readout_bias=np.array([0.0, 0.5]))
    points = np.array([[1.0, 0, 0], [0.2, 0, 9], [-1, -1, 0], [0, -0.5, 0]])
    assert explorer.decisions(states, points, False).tolist() == [0, 1, 1, 0]
    assert explorer.decisions(states, points, True).tolist() == [3, 3, 0, 3]


def test_the_nearest_corner_is_that_of_a_triangle():
    angles = 2 * np.pi * np.arange(3) / 3
    corners = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    weights = np.random.default_rng(0).dirichlet([1, 1, 1], size=2000)
    basis = np.linalg.qr(np.random.default_rng(1).normal(size=(7, 2)))[0]
    network = reading(corners @ basis.T)
    found = explorer.nearest_corners(network, weights @ corners @ basis.T, 2)
    sure = np.sort(weights, axis=1)[:, -1] > np.sort(weights, axis=1)[:, -2] + 0.05
    np.testing.assert_array_equal(found[sure], weights.argmax(axis=1)[sure])


def reading(readout):
    """Return a network of a readout (C, S) and nothing else."""
    axes = np.eye(3, readout.shape[1])
    parts = drawn(States, readout=readout), drawn(Traces, axes=axes, labels=readout[:, :1].T)
    return explorer.Explored(record(), parts[0], SlowPoints.empty(), SlowModes.empty(), parts[1])


def test_a_page_without_room_keeps_one_sentence():
    traces = drawn(
        Traces,
        offsets=np.array([0, 5, 9]),
        sentence=np.array([0, 1]),
        kind=np.zeros(2, dtype=np.int8),
        logits=np.zeros((11, 2)),
    )
    assert explorer.chosen_traces(traces, 100, -1000).tolist() == [0]
    assert explorer.chosen_traces(traces, 1, 10_000).tolist() == [0, 1]


def test_the_page_steps_the_cells_that_its_script_knows():
    script = (PROJECT / "workflow/rnn_geometry/pages/templates/explorer/cells.js").read_text()
    known = set(re.findall(r"^  (\w+)\(h, drive(?:, weights)?(?:, units)?\)", script, flags=re.M))
    assert known == {name for name, entry in CELLS.items() if entry.layers == 1}
    assert all(explorer.can_step(name) for name in CELLS)
    assert not explorer.can_step("other-2-layers")
    assert not explorer.can_step("package.module:Cell")


@pytest.mark.parametrize("classes", [3, 5])
def test_every_network_lies_along_the_components_of_its_figures(classes):
    meta = fake_meta(classes)
    networks = [fake_explored(meta, "gru"), fake_explored(meta, "lstm")]
    data = made(networks, meta)
    size = data["components"]
    assert size == max(3, classes - 1)
    for network, entry in zip(networks, data["networks"], strict=True):
        drawn_as = NetworkArrays(network.record, meta, network.states, network.slow_points)
        expected = drawn_as.project(drawn_as.points, size)
        np.testing.assert_allclose(decoded(entry["points"], -1, size), expected, atol=1e-5)
        shown = decoded(entry["coordinates"], -1, 3)
        np.testing.assert_array_equal(shown[:40], network.traces.coordinates[:40])


def test_classes_are_called_as_in_figures(files):
    meta = fake_meta(class_names=["one_star", "2_stars", "rest"])
    network = files["gru"]
    in_figures = NetworkArrays(network.record, meta, network.states, network.slow_points)
    assert made([network], meta)["classNames"] == ["one star", "2 stars", "rest"]
    assert made([network], meta)["classNames"] == in_figures.class_names


# Sentences


def test_traces_are_those_of_the_files(files):
    data = made([files["gru"]])
    traces = files["gru"].traces
    [entry] = data["networks"]
    np.testing.assert_allclose(decoded(entry["coordinates"], -1, 3), traces.coordinates, atol=1e-6)
    np.testing.assert_array_equal(decoded(entry["logits"], -1, 3), traces.logits)
    np.testing.assert_array_equal(decoded(data["tokens"], -1, kind="<i4"), traces.tokens)
    assert data["lengths"] == np.diff(traces.offsets).tolist()
    assert data["traceOrder"] == [0, 1, 2] * 5
    assert [one["kind"] for one in data["sentences"]] == [
        "curated",
        "curated",
        "configured",
        "held-out",
        "held-out",
    ]
    assert data["sentences"][2]["label"] is None
    assert data["sentences"][3]["label"] == traces.labels[3].tolist()


def test_held_out_sentences_give_way_where_there_is_no_room(files):
    traces = files["gru"].traces
    assert explorer.chosen_traces(traces, 1, 10**9).tolist() == [0, 1, 2, 3, 4]
    assert explorer.chosen_traces(traces, 1, 0).tolist() == [0, 1, 2]
    row = 6 * 4 * 4 / 3
    needed = (
        3 * row * (7 + 10 + 8 + 9)
    )  # words and one state more, of the first four, in three orders
    assert explorer.chosen_traces(traces, 1, needed + 1).tolist() == [0, 1, 2, 3]
    assert explorer.chosen_traces(traces, 2, needed + 1).tolist() == [0, 1, 2]


def test_what_is_left_of_the_traces_stays_in_step(files):
    data = made([files["gru"]], page_bytes=1)
    traces = files["gru"].traces
    last = traces.offsets[9] + 9
    assert [one["id"] for one in data["sentences"]] == [0, 1, 2]
    np.testing.assert_allclose(
        decoded(data["networks"][0]["coordinates"], -1, 3), traces.coordinates[:last], atol=1e-6
    )
    assert data["networks"][0]["weights"] is None
    read = [data["words"][i] for i in decoded(data["tokens"], -1, kind="<i4")]
    assert read == [fake_vocabulary()[i] for i in traces.tokens[: traces.offsets[9]]]


def test_networks_that_read_other_sentences_are_refused(files):
    traces = files["lstm"].traces
    other = replace(files["lstm"], traces=replace(traces, tokens=traces.tokens[::-1]))
    with pytest.raises(UserError, match=r"gru, .* and .* lstm, .*: these networks read other"):
        made([files["gru"], other])


# Weights


def test_weights_are_embedded_up_to_the_limit(files):
    tensors = files["gru"].weights.tensors
    size = sum(array.size for array in tensors.values())
    [within] = made([files["gru"]], embed_parameters=size)["networks"]
    [beyond] = made([files["gru"]], embed_parameters=size - 1)["networks"]
    assert beyond["weights"] is None
    stored = {name: decoded(one["values"], one["shape"]) for name, one in within["weights"].items()}
    np.testing.assert_array_equal(stored["weight_hh"], tensors["cell.weight_hh"])
    np.testing.assert_array_equal(stored["embedding"], tensors["embedding"])
    np.testing.assert_array_equal(stored["readout.bias"], tensors["readout.bias"])


def test_weights_of_a_cell_of_ones_own_are_not(files):
    own = replace(files["gru"], record=replace(files["gru"].record, cell="mine:Cell"))
    assert made([own])["networks"][0]["weights"] is None


def test_the_frame_of_the_weights_is_that_of_the_points(files):
    _, entry = made([files["gru"], files["other"]])["networks"]
    traces, slow = files["other"].traces, files["other"].slow_points
    axes = decoded(entry["weights"]["axes"]["values"], 3, -1)
    finite = np.isfinite(slow.points).all(axis=1)
    expected = (slow.points[finite] - traces.origin) @ axes.T
    np.testing.assert_allclose(decoded(entry["points"], -1, 3), expected, atol=1e-5)


# The page


def test_the_page_needs_no_other_file(files):
    text = page(files)
    around = re.sub(r'(id="payload">).*?(</script>)', r"\1\2", text, flags=re.S)
    assert re.findall(r"""(?:src|href)\s*=\s*["']?([^"'\s>]*)""", around) == [
        "data:,",
        "../index.html",
    ]
    assert set(re.findall(r"https?://[^\s\"']+", text)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in text
    assert "default-src 'none'" in text
    assert text.count("<script") == 2


def test_words_cannot_break_out_of_the_payload(files):
    text = page(files)
    stored = re.search(
        r'<script type="application/json" id="payload">(.*?)</script>', text, re.S
    ).group(1)
    data = json.loads(stored)
    assert NASTY in data["words"]
    assert "<" not in stored
    assert text.count("</script>") == 2


def test_names_are_escaped(files):
    meta = fake_meta(class_names=["<b>a</b>", "b", "c"])
    network = replace(files["gru"], record=replace(files["gru"].record, task="<i>task</i>"))
    text = explorer.explorer_page(TEMPLATES, meta, fake_vocabulary(), [network], OPTIONS)
    assert "<i>task" not in text
    assert "&lt;i&gt;task&lt;/i&gt;" in text
    assert "<b>" not in text


def test_colours_are_those_of_the_figures(files):
    data = made([files["gru"]])
    assert [data["palette"][code] for code in data["classCodes"]] == [
        style.class_colour(i) for i in range(3)
    ]


def test_ordered_classes_have_the_ramp_of_the_figures(files):
    meta = fake_meta(family="ordered2d", ordered=True)
    data = explorer.payload(meta, fake_vocabulary(), [files["gru"]], OPTIONS)
    assert data["palette"][:3] == [style.class_colour(i, ordered=3) for i in range(3)]
    assert data["palette"][3:] == list(style.PALETTE[3:])


def long_sentences(words, classes, count, length):
    """Return `count` held-out sentences and a chosen one."""
    rng = np.random.default_rng(0)
    tokens = [rng.integers(words, size=length) for _ in range(count)]
    labels = np.eye(classes, dtype=np.int8)[rng.integers(classes, size=count)]
    return (
        tokens,
        np.array([1] + [0] * (count - 1), dtype=np.int8),
        np.array([f"held-out {i}" for i in range(count)]),
        labels,
    )


@pytest.mark.parametrize(
    ("classes", "length", "units", "whole"), [(3, 25, 64, True), (14, 60, 64, False)]
)
def test_eight_networks_fit_into_two_and_a_half_megabytes(classes, length, units, whole):
    meta = fake_meta(classes)
    sentences = long_sentences(6, classes, 40, length)
    networks = [fake_explored(meta, "lstm", units=units, points=1050, sentences=sentences)] * 8
    text = explorer.explorer_page(TEMPLATES, meta, fake_vocabulary(), networks, OPTIONS)
    data = json.loads(re.search(r'id="payload">(.*?)</script>', text, re.S).group(1))
    assert len(text) < 2_500_000
    assert all(len(network["decision"]) == 1000 for network in data["networks"])
    assert all(network["weights"] for network in data["networks"])
    assert (len(data["sentences"]) == 40) == whole
    assert len(data["sentences"]) > 5


def test_every_script_is_on_the_page_in_the_order_of_the_list(files):
    text = page(files)
    sources = [TEMPLATES[name] for name in explorer.SCRIPTS]
    places = [text.index(source) for source in sources]
    assert places == sorted(places)
    assert {name for name in TEMPLATES if name.endswith(".js")} == set(explorer.SCRIPTS)
    assert TEMPLATES["explorer.css"] in text


def test_a_network_whose_readout_looks_back_says_whose_decisions_these_are(files):
    one = files["gru"]
    looking = replace(one.record, settings={**one.record.settings, "pooling": "attention"})
    told = made([one, replace(one, record=looking)])["networks"]
    assert [network["looksBack"] for network in told] == [False, True]
