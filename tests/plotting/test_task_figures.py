"""The figures of one task: what is drawn where and in which colour, against numbers found here."""

import subprocess
import sys
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from explorer_run import fake_snapshots
from fake_run import fake_network, write_network
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text

from rnn_geometry.errors import UserError
from rnn_geometry.geometry.bend import bend_of
from rnn_geometry.plotting import (
    arrows,
    fields,
    manifold,
    planes,
    solids,
    spectra,
    style,
    views,
    words,
)
from rnn_geometry.plotting.arrays import load_networks, with_portrait
from rnn_geometry.plotting.data import figure_data
from rnn_geometry.plotting.task_figures import TASK_FIGURES, kinds_of, task_figures
from rnn_geometry.store.artifacts import Flow, Linearization, SlowModes, Traces

MODELS = ("vanilla", "gru", "lstm", "ugrnn")
EVERYWHERE = {
    "trajectories", "speed_of_points", "variance", "spectrum", "time_constants_everywhere",
    "rates_over_manifold", "modes", "word_effects", "logits", "flow",
}  # fmt: skip
EXTRA = {
    ("categorical", 3): set(),
    ("categorical", 4): {"space"},
    ("categorical", 7): {"space"},
    ("ordered", 5): {"ordered_plane"},
    ("multilabel", 2): {"label_shape"},
    ("multilabel", 3): {"label_shape", "space"},
}
TASKS = pytest.mark.parametrize("task", EXTRA, ids=lambda task: f"{task[0]}-{task[1]}")


@pytest.fixture(scope="module")
def networks():
    """Return a function from (kind, classes) to networks of several models; each is made once."""
    made = {}

    def of(task, models=MODELS[:2]):
        for model in models:
            if (task, model) not in made:
                made[task, model] = fake_network(*task, model, MODELS.index(model))
        return [made[task, model] for model in models]

    return of


def collections(axes, label):
    return [found for found in axes.collections if found.get_label() == label]


def panels_of(figure):
    """Return the axes that have a model's name."""
    return [ax for ax in figure.axes if ax.get_title()]


def legend_texts(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


@TASKS
def test_no_letter_is_smaller_than_a_journal_prints(task, networks):
    for name in kinds_of(networks(task)):
        sizes = {text.get_fontsize() for text in TASK_FIGURES[name](networks(task)).findobj(Text)}
        assert min(sizes) >= style.SMALLEST, name


def seen_texts(figure):
    """Return the boxes of all texts that show, in pixels, after drawing."""
    figure.set_dpi(100)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    hidden = hidden_ticks(figure)
    texts = [
        text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()
    ]
    return {
        text: text.get_window_extent(canvas.get_renderer()) for text in texts if text not in hidden
    }


def hidden_ticks(figure):
    """Return the tick labels that do not show: beyond the limits, or of axes that are off."""
    found = set()
    for axes in figure.findobj(Axes):
        for axis, limits in (
            (axes.xaxis, sorted(axes.get_xlim())),
            (axes.yaxis, sorted(axes.get_ylim())),
        ):
            for tick in (*axis.majorTicks, *axis.minorTicks):
                if not axes.axison or not limits[0] <= tick.get_loc() <= limits[1]:
                    found |= {tick.label1, tick.label2}
        if not axes.axison:
            found |= {axes.xaxis.label, axes.yaxis.label}
    return found


# All figures


@TASKS
def test_the_kinds_that_apply_to_a_task(task, networks):
    assert set(kinds_of(networks(task))) == EVERYWHERE | EXTRA[task]
    assert list(TASK_FIGURES)[:2] == kinds_of(networks(task))[:2]


def test_a_kind_is_left_out_without_its_file(networks):
    first, second = networks(("categorical", 3))
    for changes, missing in (
        ({"flow": Flow.empty()}, {"flow", "word_effects"}),
        ({"slow_modes": SlowModes.empty()}, {"modes", "rates_over_manifold"}),
        (
            {"linearization": Linearization.empty()},
            {"spectrum", "time_constants_everywhere"},
        ),
    ):
        assert EVERYWHERE - set(kinds_of([first, replace(second, **changes)])) == missing


def test_training_has_a_figure_where_it_was_followed(networks):
    first, second = networks(("categorical", 3))
    assert "training_manifold" not in kinds_of([first, second])
    assert "training_manifold" in kinds_of(
        [first, replace(second, snapshots=fake_snapshots(second))]
    )


def test_networks_of_two_tasks_are_refused(networks):
    with pytest.raises(ValueError, match=r"categorical-3.*ordered2d-5"):
        task_figures([networks(("categorical", 3))[0], networks(("ordered", 5))[0]])


@pytest.mark.parametrize(
    "task", [("categorical", 4), ("ordered", 5), ("multilabel", 2)], ids=lambda task: task[0]
)
def test_a_named_panel_per_model_and_every_text_readable_inside_the_figure(task, networks):
    for name, draw in task_figures(networks(task)).items():
        figure = draw()
        assert [ax.get_title() for ax in panels_of(figure)] == ["vanilla", "GRU"], name
        assert figure.get_figwidth() == style.TWO_COLUMNS
        width, height = figure.get_size_inches() * 100
        for text, box in seen_texts(figure).items():
            assert text.get_fontsize() >= 5, (name, text)
            assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -1, (name, text)


@pytest.mark.parametrize("count", [1, 4])
def test_names_of_axes_and_panels_do_not_overlap(count, networks):
    for name, draw in task_figures(networks(("categorical", 4), MODELS[:count])).items():
        figure = draw()
        boxes = seen_texts(figure)
        named = [
            text for ax in figure.axes for text in (ax.xaxis.label, ax.yaxis.label, ax.title)
        ] + figure.texts
        shown = [boxes[text] for text in named if text in boxes]
        assert len(shown) > count
        assert not [pair for pair in combinations(shown, 2) if pair[0].overlaps(pair[1])], name
        below = figure.legends[0].get_window_extent().y1 if figure.legends else 0
        assert min(boxes[text].y0 for text in named if text in boxes) >= below - 3, name


def test_the_axes_are_the_components_in_every_figure_of_a_plane(networks):
    for task in (("categorical", 3), ("categorical", 4), ("ordered", 5)):
        figures = {name: draw() for name, draw in task_figures(networks(task)).items()}
        for name in ("trajectories", "speed_of_points", "modes", "flow"):
            shown = [ax for ax in figures[name].axes if ax.get_xlabel()]
            assert {ax.get_xlabel() for ax in shown} == {"component 1"}, name
            assert "component 2" in {ax.get_ylabel() for ax in figures[name].axes}
            assert shown[0].get_aspect() == 1
    bars = {
        name: figures[name].axes[-1].get_ylabel() for name in ("speed_of_points", "modes", "flow")
    }
    assert bars == {
        "speed_of_points": "log₁₀ q",
        "modes": "time constant τ (words)",
        "flow": "‖F(h, x*) − h‖ (per word)",
    }
    assert (
        panels_of(figures["time_constants_everywhere"])[0].get_ylabel() == "time constant τ (words)"
    )


def test_rows_and_panels_have_letters(networks):
    letters = {}
    for name, draw in task_figures(networks(("categorical", 4))).items():
        texts = [text for ax in draw().axes for text in ax.texts]
        letters[name] = [text.get_text() for text in texts if text.get_gid() == "letter"]
    assert letters["flow"] == ["a", "b"]
    assert letters["modes"] == ["a", "b"]
    assert all(found[0] == "a" for found in letters.values())


def test_a_figure_is_three_small_files(networks, tmp_path):
    figure = TASK_FIGURES["trajectories"](networks(("categorical", 3), MODELS))
    paths = style.save(figure, tmp_path / "x", ("png", "pdf", "svg"))
    assert all(5_000 < path.stat().st_size < 700_000 for path in paths)
    assert "class 2" in paths[2].read_text()  # text stays text


def test_task_figures_import_nothing_heavy():
    names = "rnn_geometry.plotting.task_figures, rnn_geometry.plotting.headline"
    code = f"import sys, {names}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "pandas", "matplotlib.pyplot", "scipy"} & set(loaded)


# Views


@pytest.mark.parametrize(
    "kind", [("categorical", 4), ("categorical", 5), ("categorical", 7), ("multilabel", 3)]
)
def test_a_view_is_an_orthonormal_part_of_the_first_components(kind, networks):
    network = networks(kind)[0]
    view = views.space_view(network)
    whole = np.column_stack([view.basis, view.depth])
    np.testing.assert_allclose(whole.T @ whole, np.eye(3), atol=1e-9)
    states = network.states.final[:5]
    along = network.project(states, len(view.basis))
    np.testing.assert_allclose(view.along(along), view.states(states), atol=1e-9)
    np.testing.assert_allclose(
        view.vectors(states[1] - states[0]),
        view.states(states[1]) - view.states(states[0]),
        atol=1e-5,
    )


def test_every_plane_is_two_components_with_their_signs(networks):
    for task in EXTRA:
        for network in networks(task):
            view = views.plane_view(network)
            assert view.labels == ("component 1", "component 2")
            found = view.states(network.points)
            np.testing.assert_array_equal(found, network.project(network.points))
    deep = networks(("categorical", 7))[0]
    view = views.plane_view(deep, 2)
    assert view.labels == ("component 3", "component 4")
    np.testing.assert_allclose(
        view.states(deep.points), deep.project(deep.points, 4)[:, 2:], atol=1e-9
    )


def test_each_class_has_a_slice_and_lies_where_it_is_named(networks):
    for classes, names in ((4, 2), (7, 4)):
        network = networks(("categorical", classes))[0]
        found = views.slices(network)
        assert len(found) == names
        for view, first in zip(found, range(0, classes, 2), strict=True):
            np.testing.assert_allclose(view.basis.T @ view.basis, np.eye(2), atol=1e-9)
            along = view.readouts[:, 0]
            assert along.argmax() == first
            assert along.argmin() == (first + 1) % classes
            assert view.readouts[[first, (first + 1) % classes], 1].min() > 0
    flat = views.slices(networks(("categorical", 3))[0])
    assert [view.labels for view in flat] == [("component 1", "component 2")]


def test_only_points_near_a_slice_are_drawn_on_it_by_their_own_decision(networks):
    network = networks(("categorical", 4))[0]
    axes = [ax for ax in fields.logits([network]).axes if ax.images]
    assert len(axes) == len(views.slices(network)) == 2
    own = (network.points @ network.readout.T).argmax(axis=1)
    for ax, view in zip(axes, views.slices(network), strict=True):
        centred = network.points - network.points.mean(axis=0)
        plane = network.components[:, : len(view.basis)] @ view.basis
        off = np.linalg.norm(centred - centred @ plane @ plane.T, axis=1)
        near = off <= 0.3 * np.sqrt((centred**2).sum(axis=1).mean())
        assert 0 < near.sum() < len(near) / 2
        np.testing.assert_array_equal(views.near_slice(view), near)
        (points,) = collections(ax, "slow points near the slice")
        assert len(points.get_offsets()) == min(near.sum(), 400)
        drawn = [to_hex(colour).upper() for colour in points.get_facecolors()]
        rows = manifold.thinned(np.flatnonzero(near), 400)
        assert drawn == [style.class_colour(code) for code in own[rows]]
        # What is drawn below a point is its decision, but for a few between two classes.
        shown = fields.plane_logits(view, view.slow_points[near]).argmax(axis=1)
        assert (shown == own[near]).mean() > 0.85
        differ = f"{int(near.sum())} of 1000 near, {(shown != own[near]).mean():.0%} differ"
        assert differ in [text.get_text() for text in ax.texts]


# Where states are


def test_trajectories_are_the_same_labelled_sentences_as_written(networks):
    first, second = networks(("categorical", 3))
    paths, codes = planes.sentence_paths(views.plane_view(first))
    assert sorted(codes.tolist()) == [0, 0, 1, 1, 2, 2]
    assert codes.tolist() == planes.sentence_paths(views.plane_view(second))[1].tolist()
    traces = first.traces
    code = traces.labels[0].argmax()
    length = traces.offsets[1] - traces.offsets[0]
    own = np.asarray(traces.coordinates[: length + 1, :2], dtype=float)
    drawn = paths[list(codes).index(code)]
    assert len(drawn) == length + 1
    np.testing.assert_allclose(
        np.linalg.norm(np.diff(drawn, axis=0), axis=1),
        np.linalg.norm(np.diff(own, axis=0), axis=1),
        atol=1e-5,
    )


def with_labels(network, labels):
    return replace(network, traces=replace(network.traces, labels=labels))


def test_neither_curated_nor_unlabelled_sentences_nor_other_orders_are_drawn(networks):
    network = networks(("categorical", 3))[0]
    labels = np.array(network.traces.labels)
    held_out = np.eye(3, dtype=np.int8)[np.zeros(len(labels), dtype=int)]
    held_out[-2:] = [0, 1, 0]
    changed = with_labels(network, held_out)
    assert planes.sentence_paths(views.plane_view(changed))[1].tolist() == [0, 0]
    held_out[0] = -1
    paths, _ = planes.sentence_paths(views.plane_view(with_labels(network, held_out)))
    lengths = np.diff(network.traces.offsets)
    assert [len(path) - 1 for path in paths] == [lengths[3], lengths[6]]


def test_paths_start_and_end_where_they_are_marked_in_the_colour_of_their_class(networks):
    network = networks(("categorical", 3))[0]
    axes = panels_of(planes.trajectories([network]))[0]
    paths, codes = planes.sentence_paths(views.plane_view(network))
    (lines,), (ends,) = collections(axes, "trajectories"), collections(axes, "ends")
    colours = [style.class_colour(code) for code in codes]
    assert [to_hex(colour).upper() for colour in lines.get_colors()] == colours
    assert [to_hex(colour).upper() for colour in ends.get_edgecolors()] == colours
    np.testing.assert_allclose(ends.get_offsets(), [path[-1] for path in paths])
    start = next(line for line in axes.lines if line.get_label() == "start")
    np.testing.assert_allclose(start.get_xydata()[0], paths[0][0])


def test_the_picture_that_leads_into_an_explorer_is_of_a_network_with_gates(networks, tmp_path):
    of_two = networks(("categorical", 3))
    assert [network.record.cell for network in of_two] == ["vanilla", "gru"]
    figure = planes.thumbnail(of_two)
    (axes,) = figure.axes
    assert not axes.axison
    assert not axes.texts
    (lines,) = collections(axes, "trajectories")
    expected, _ = planes.sentence_paths(views.plane_view(of_two[1]))
    assert all(map(np.array_equal, lines.get_segments(), expected))
    (path,) = style.save(figure, tmp_path / "thumbnail", ["svg"], data=False)
    assert path.stat().st_size < 60_000
    (alone,) = collections(planes.thumbnail(of_two[:1]).axes[0], "trajectories")
    assert len(alone.get_segments())


def test_without_traces_the_networks_own_sentences_are_drawn(networks):
    network = replace(networks(("categorical", 3))[0], traces=Traces.empty())
    paths, _ = planes.sentence_paths(views.plane_view(network))
    assert all(np.isfinite(path).all() for path in paths)
    lengths = {length + 1 for length in network.states.trajectory_lengths}
    assert {len(path) for path in paths} <= lengths


def test_slow_points_are_coloured_by_log_q_the_slowest_on_top(networks):
    network = networks(("categorical", 3))[0]
    figure = planes.speed_of_points([network])
    axes = panels_of(figure)[0]
    (points,) = collections(axes, "slow points")
    shown = np.linspace(0, 999, 700).astype(int)
    expected = np.sort(np.log10(network.slow_points.q[shown]))[::-1]
    np.testing.assert_allclose(points.get_array(), expected)
    counts = {
        name: len(collections(axes, name)[0].get_offsets())
        for name in ("stable", "saddle", "unstable")
    }
    assert counts == {"stable": 3, "saddle": 1, "unstable": 1}
    assert legend_texts(figure) == [
        "stable fixed point",
        "saddle fixed point",
        "unstable fixed point",
    ]


def test_slow_points_outside_the_view_are_counted(networks):
    network = networks(("categorical", 3))[0]
    points = np.array(network.slow_points.points)
    points[:2] += 500 * network.components[:, 0]
    moved = replace(network, slow_points=replace(network.slow_points, points=points))
    axes = panels_of(planes.speed_of_points([moved]))[0]
    (note,) = (text for text in axes.texts if text.get_text() == "2 outside")
    assert note.get_bbox_patch().get_facecolor() == (1, 1, 1, 1)  # on paper, not on points
    assert note.get_position() == (1, 0)


def test_sentiment_and_intensity_are_found_where_they_are_planted(networks):
    network = networks(("ordered", 5))[0]
    labels = np.repeat(np.arange(5), [5, 10, 20, 40, 80])
    sentiment = np.linspace(-1, 1, 5)[labels]
    planted = np.column_stack([2 * sentiment + 0.5, 1 - 3 * np.abs(sentiment)])
    final = network.points.mean(axis=0) + planted @ network.components[:, :2].T
    states = replace(network.states, final=final, final_labels=labels)
    means, centre, directions = planes.score_directions(
        views.plane_view(replace(network, states=states))
    )
    np.testing.assert_allclose(directions, [[2, 0], [0, -3]], atol=1e-9)
    np.testing.assert_allclose(centre, [0.5, 1 - 3 * 0.6], atol=1e-9)
    np.testing.assert_allclose(means[2], [0.5, 1], atol=1e-9)
    axes = panels_of(planes.ordered_plane([replace(network, states=states)]))[0]
    texts = [text.get_text().strip() for text in axes.texts]
    off, bent = bend_of(network.points)
    told = f"off plane {off:.0%}: bend {bent:.0%}\nangle 90°"
    assert {"sentiment", "intensity", told} <= set(texts)
    (drawn,) = collections(axes, "class means")
    ramp = [style.class_colour(i, 5) for i in range(5)]
    assert [to_hex(colour).upper() for colour in drawn.get_facecolors()] == ramp


# Solids


def test_the_edges_of_a_tetrahedron_join_its_corners_and_are_equally_long(networks):
    network = networks(("categorical", 4))[0]
    view = views.space_view(network)
    corners, depth = solids.corners_of_simplex(view)
    places = np.column_stack([corners, depth])
    lengths = [np.linalg.norm(a - b) for a, b in combinations(places, 2)]
    assert np.ptp(lengths) < 0.1 * np.mean(lengths)
    axes = panels_of(solids.space([network]))[0]
    edges = [line.get_xydata() for line in axes.lines if line.get_label() == "edge"]
    assert len(edges) == 6
    assert {tuple(np.round(end, 6)) for edge in edges for end in edge} == {
        tuple(np.round(c, 6)) for c in corners
    }
    unit = view.readouts / np.linalg.norm(view.readouts, axis=1, keepdims=True)
    assert ((corners @ unit.T).argmax(axis=0) == np.arange(4)).all()


def test_near_final_states_lie_on_top_in_the_colours_of_their_classes(networks):
    network = networks(("categorical", 4))[0]
    view = views.space_view(network)
    (final,) = collections(panels_of(solids.space([network]))[0], "final states")
    depth = network.project(network.states.final, 3) @ view.depth
    order = np.argsort(depth, kind="stable")
    assert (np.diff(final.get_sizes()) >= 0).all()
    np.testing.assert_allclose(
        final.get_offsets(), view.states(network.states.final)[order], atol=1e-9
    )
    expected = style.class_colours(network.states.final_labels[order])
    np.testing.assert_allclose(final.get_facecolors()[:, :3], expected)


def test_many_corners_have_no_edges(networks):
    figure = solids.space(networks(("categorical", 7)))
    axes = panels_of(figure)[0]
    assert not [line for line in axes.lines if line.get_label() == "edge"]
    assert len(collections(axes, "corners")[0].get_offsets()) == 7
    assert "corners" in legend_texts(figure)


@pytest.mark.parametrize(("labels", "edges"), [(2, 4), (3, 12)])
def test_combinations_that_differ_in_one_label_are_joined(labels, edges, networks):
    network = networks(("multilabel", labels))[0]
    figure = solids.label_shape([network])
    axes = panels_of(figure)[0]
    drawn = [line.get_xydata() for line in axes.lines if line.get_label() == "edge"]
    assert len(drawn) == edges
    means = np.asarray(collections(axes, "corner means")[0].get_offsets())
    final, given = network.states.final, network.states.final_labels
    own = np.stack(
        [final[(given == row).all(axis=1)].mean(axis=0) for row in np.unique(given, axis=0)]
    )
    view = views.space_view(network) if labels == 3 else views.plane_view(network)
    expected = {tuple(row) for row in np.round(view.states(own), 4) + 0.0}
    assert {tuple(row) for row in np.round(means, 4) + 0.0} == expected
    assert {"no label", "class 0", "one label differs"} <= set(legend_texts(figure))


def test_neighbours_differ_in_exactly_one_label():
    assert solids.neighbours([0, 1, 2, 3]) == [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert solids.neighbours([0, 3]) == []


# Spectra


def test_variance_is_that_of_the_points(networks):
    network = replace(networks(("categorical", 3))[0], geometry={})
    values = np.linalg.svd(network.points - network.points.mean(axis=0), compute_uv=False) ** 2
    axes = panels_of(spectra.variance([network]))[0]
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    np.testing.assert_allclose(
        lines["slow points"], np.cumsum(values)[:8] / values.sum(), atol=1e-9
    )
    assert lines["final states"][1] < lines["slow points"][1]
    assert [2, 2] in [list(line.get_xdata()) for line in axes.lines]


def test_eigenvalues_and_those_of_the_centre_are_drawn_in_the_circle_and_near_one(networks):
    network = networks(("categorical", 3))[0]
    axes = panels_of(spectra.spectrum([network]))[0]
    (inset,) = axes.child_axes
    values = network.linearization.eigenvalues
    for ax in (axes, inset):
        lines = {line.get_label(): line.get_xydata() for line in ax.lines}
        assert len(lines["sampled"]) == values.size
        centre = values[network.linearization.centre]
        np.testing.assert_allclose(lines["centre"], np.column_stack([centre.real, centre.imag]))
        radius = np.linalg.norm(lines["half a sentence"], axis=1)
        np.testing.assert_allclose(radius, np.exp(-1 / 12.5))
    assert axes.get_xlim()[0] < -1 < 1 < axes.get_xlim()[1]
    assert 0.5 < inset.get_xlim()[0] < np.exp(-1 / 12.5) < 1 < inset.get_xlim()[1] < 1.2


def test_time_constants_are_sorted_and_the_centre_is_on_top(networks):
    network = networks(("categorical", 3))[0]
    tau = np.array(network.linearization.tau)
    tau[3, 5] = np.inf
    network = replace(network, linearization=replace(network.linearization, tau=tau))
    figure = spectra.time_constants_everywhere([network])
    axes = panels_of(figure)[0]
    (lines,) = collections(axes, "sampled")
    assert len(lines.get_segments()) == 32
    assert lines.get_segments()[3][0, 1] == spectra.LONGEST
    centre = next(line for line in axes.lines if line.get_label() == "centre")
    np.testing.assert_allclose(centre.get_ydata(), np.sort(tau[4])[::-1][:10])
    assert centre.get_zorder() > lines.get_zorder()
    assert [12.5, 12.5] in [list(line.get_ydata()) for line in axes.lines]
    assert axes.patches[0].get_extents().x1 == pytest.approx(axes.transData.transform((2.5, 1))[0])
    assert "half a sentence (12.5 words)" in legend_texts(figure)


# Arrows


def test_real_directions_do_not_depend_on_the_phase_of_an_eigenvector():
    vector = np.array([3.0, 4.0, 0.0])
    for phase in (0.3, 2.0, 5.0):
        (found,) = arrows.real_directions(vector * np.exp(1j * phase), 0.99 + 0j)
        np.testing.assert_allclose(np.abs(found), [0.6, 0.8, 0], atol=1e-9)
    pair = np.array([1, 1j, 0]) / np.sqrt(2)
    first = arrows.real_directions(pair, 0.9 + 0.1j)
    assert len(first) == 2
    assert abs(first[0] @ first[1]) < 1e-9
    assert arrows.real_directions(pair.conj(), 0.9 - 0.1j) == []


def test_modes_are_lines_without_heads_at_few_points_in_the_colour_of_tau(networks):
    network = networks(("categorical", 3))[0]
    view = views.plane_view(network)
    rows = arrows.spread_rows(view)
    places, directions, tau, ranks = arrows.mode_arrows(view)
    assert len(rows) == arrows.POINTS <= 12
    assert ranks.tolist() == [0, 1] * arrows.POINTS  # two modes, or the parts of a pair, at each
    np.testing.assert_allclose(
        np.linalg.norm(directions, axis=1), 1, atol=0.02
    )  # they lie within the manifold
    np.testing.assert_allclose(places[::2], view.states(network.points[rows]))
    np.testing.assert_allclose(tau[::2], network.slow_modes.tau[rows, 0])
    (axes, *_) = arrows.modes([network]).axes
    for rank, name in enumerate(arrows.RANKS[:2]):
        (quiver,) = collections(axes, name)
        assert (quiver.headwidth, quiver.pivot) == (0, "middle")
        np.testing.assert_allclose(quiver.get_array(), tau[rank::2])
        reach = np.hypot(quiver.U, quiver.V)
        assert reach[0] == pytest.approx(2 * reach[1:].mean(), rel=0.03)  # the centre
    (centre,) = collections(axes, "centre")
    np.testing.assert_allclose(centre.get_offsets(), places[:1])


def test_points_with_modes_are_the_centre_and_far_from_each_other(networks):
    network = networks(("categorical", 3))[0]
    view = views.plane_view(network)
    rows = arrows.spread_rows(view)
    middle = network.points.mean(axis=0)
    away = np.linalg.norm(network.points - middle, axis=1)
    assert away[rows[0]] == away.min()
    places = view.states(network.points[rows])
    nearest = min(np.linalg.norm(a - b) for a, b in combinations(places, 2))
    lengths = arrows.ELSEWHERE * 1.1 * np.ptp(view.slow_points, axis=0).max()
    assert nearest > 0.7 * lengths  # a line reaches half its length to either side


def test_a_network_without_slow_modes_says_so(networks):
    first, second = networks(("categorical", 3))
    modes = replace(second.slow_modes, count=np.zeros(1000, dtype=int))
    none = replace(second, slow_modes=modes)
    _, axes = panels_of(arrows.modes([first, none]))
    assert "no slow mode" in [text.get_text() for text in axes.texts]


def test_words_stand_by_the_class_they_speak_for_and_neutral_ones_are_left_out(networks):
    both = networks(("categorical", 3))
    figure = words.word_effects(both)
    first, second = panels_of(figure)
    assert [label.get_text() for label in first.get_yticklabels()] == ["word_0", "word_1", "word_2"]
    assert not any(label.get_text() for label in second.get_yticklabels())
    assert [label.get_text() for label in first.get_xticklabels()] == [f"class {i}" for i in "012"]
    assert "one neutral word, which moves no logit by much" in figure.texts[-1].get_text()
    for ax, network in zip((first, second), both, strict=True):
        (image,) = ax.images
        np.testing.assert_allclose(image.get_array(), words.kick_effects(network)[:3])
        assert image.get_array().argmax(axis=1).tolist() == [0, 1, 2]
        assert image.norm is first.images[0].norm  # one scale
    header, rows = figure_data(figure)
    assert rows[1] == ("a", "vanilla", "word_0", "class 1", words.kick_effects(both[0])[0, 1])
    assert len(header) == len(rows[0])
    assert len(rows) == 2 * 3 * 3
    assert -image.norm.vmin == image.norm.vmax >= np.abs(words.kick_effects(both[0])).max()


def test_words_for_a_label_stand_before_those_against_it(networks):
    network = networks(("multilabel", 2))[0]
    named = replace(network, words=("evid_0", "evid_1"))
    assert words.word_names(named)[0] in ("evid_0", "evid_1")  # as they are in the data
    shown, neutral = words.evidence_words(network)
    assert [words.word_names(network)[i] for i in shown] == [f"word_{i}" for i in (0, 2, 1, 3)]
    assert neutral == 1


def test_of_many_words_the_strongest_are_drawn(networks, monkeypatch):
    network = networks(("categorical", 3))[0]
    strong = np.random.default_rng(0).normal(size=(200, 3))
    monkeypatch.setattr(words, "kick_effects", lambda _: strong)
    shown, neutral = words.evidence_words(network)
    strength = np.abs(strong).max(axis=1)
    assert set(shown) == set(np.argsort(-strength)[: words.MOST_WORDS])
    assert neutral == (strength < 0.2 * np.median(np.sort(strength)[100:])).sum()


def test_words_of_ordered_classes_stand_for_the_class_of_their_sentiment():
    ladder = np.linspace(-1, 1, 5)
    effects = np.outer([-2, -1, 0, 1, 2], ladder)
    found, against = words._spoken_for(effects, ordered=True)
    assert found.tolist() == [0, 1, 2, 3, 4]
    assert not against.any()
    negative = np.array([[-2.0, 1, 1], [2, -1, -1]])
    found, against = words._spoken_for(negative, ordered=False)
    assert found.tolist() == [0, 0]
    assert against.tolist() == [True, False]


# Fields


def test_a_grid_is_read_between_its_points_and_held_past_its_edge():
    x, y = np.linspace(-1, 3, 9), np.linspace(0, 5, 11)
    columns, rows = np.meshgrid(x, y)
    values = np.stack([2 * columns - rows, rows * columns], axis=-1)
    places = np.array([[0.3, 1.1], [2.9, 4.9], [-7.0, 2.0]])
    found = fields.sample(values, x, y, places)
    np.testing.assert_allclose(found[:2, 0], [2 * 0.3 - 1.1, 2 * 2.9 - 4.9])
    np.testing.assert_allclose(found[:2, 1], [0.33, 2.9 * 4.9])
    np.testing.assert_allclose(found[2], [-4, -2])


def test_logits_of_the_plane_are_those_of_its_states_and_of_the_grid(networks):
    network = networks(("categorical", 3))[0]
    view = views.plane_view(network)
    places = np.array([[0.5, -1.0], [1.0, 0.2]])
    along = places @ view.basis.T
    states = network.points.mean(axis=0) + along @ network.components[:, :2].T
    np.testing.assert_allclose(
        fields.plane_logits(view, places), states @ network.readout.T, atol=1e-9
    )
    grid = np.stack(np.meshgrid(network.flow.grid_x, network.flow.grid_y), axis=-1)
    everywhere = network.points.mean(axis=0) + grid @ network.components[:, :2].T
    found = fields.on_view(view, everywhere @ network.readout.T, places)
    np.testing.assert_allclose(found, states @ network.readout.T, atol=1e-9)


def test_a_place_has_the_colour_of_the_class_that_wins_there(networks):
    network = networks(("categorical", 3))[0]
    view = views.plane_view(network)
    axes = panels_of(fields.logits([network]))[0]
    pixels = np.asarray(axes.images[0].get_array())
    low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
    for code, arrow in enumerate(view.readouts):
        place = 2 * arrow / np.linalg.norm(arrow)
        column, row = ((place - low) / (high - low) * (fields.PIXELS - 1)).round().astype(int)
        depth = (1 - pixels[row, column, :3]) / (1 - np.array(to_rgb(style.class_colour(code))))
        assert np.ptp(depth) < 1e-6
        assert depth[0] > 0.4
    assert pixels[..., 3].min() == 1


def test_labels_are_as_likely_as_not_on_a_line_each(networks):
    found = np.stack(np.meshgrid([-2.0, 1.0], [-3.0, 0.5]), axis=-1)
    colours, likely, levels = fields.label_fields(networks(("multilabel", 2))[0], found)
    assert levels == [0.5]
    np.testing.assert_allclose(likely[0][0], 1 / (1 + np.exp([2.0, -1.0])))
    tint = (1 - colours[1, 1, :3]) / (1 - np.array(to_rgb(style.class_colour(3))))
    assert np.ptp(tint) < 1e-9


def test_the_flow_is_drawn_where_its_grid_lies(networks):
    network = networks(("categorical", 3))[1]
    view = views.plane_view(network)
    figure = fields.flow([network])
    axes = panels_of(figure)[0]
    image = axes.images[0]
    place = np.array([1.1, -0.4])
    low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
    column, row = ((place - low) / (high - low) * (fields.PIXELS - 1)).round().astype(int)
    nearest = low + np.array([column, row]) / (fields.PIXELS - 1) * (high - low)
    far = np.linalg.norm(nearest)
    speed = far * np.hypot(0.02 * (far / 2) ** 4, 0.003) + 1e-4  # as planted, about the centre
    assert float(image.get_array()[row, column]) == pytest.approx(speed, rel=0.1)
    velocity = fields.on_view(view, network.flow.velocity, 4 * np.eye(2)[:1]) @ view.basis
    assert velocity[0, 0] < -10 * abs(velocity[0, 1])  # inwards
    (points,) = collections(axes, "slow points near the slice")
    assert 100 <= len(points.get_offsets()) <= 150
    assert image.get_clip_path() is not None


# Files


def test_files_of_a_network_are_read_by_their_stems(networks, tmp_path):
    network = networks(("categorical", 3))[1]
    files = write_network(tmp_path, network)
    (read,) = load_networks({name: [path] for name, path in files.items()})
    assert (read.title, read.words) == (network.title, network.words)
    for name in ("states", "slow_points", "slow_modes", "fixed_points", "flow", "traces"):
        written, found = getattr(network, name).arrays(), getattr(read, name).arrays()
        assert list(written) == list(found)
        for array in written:
            np.testing.assert_array_equal(found[array], written[array])
    assert read.linearization.right is None  # no figure draws it
    with pytest.raises(UserError, match=r"portraits\.npz: the array 'grid_x' is missing"):
        with_portrait(networks(("categorical", 3))[0], files["portraits"])


def test_words_of_the_ordered_plane_stand_off_the_dots_and_every_panel_names_its_axes(networks):
    figure = planes.ordered_plane(networks(("ordered", 5)))
    FigureCanvasAgg(figure).draw()
    for ax in panels_of(figure):
        assert ax.get_ylabel() == "component 2"
        told = next(text for text in ax.texts if "angle" in text.get_text())
        assert told.get_window_extent().y1 < ax.xaxis.label.get_window_extent().y0
        drawn = [dots.get_offsets() for dots in ax.collections if len(dots.get_offsets()) > 9]
        dots = np.asarray(ax.transData.transform(np.ma.concatenate(drawn)))
        for name in ("sentiment", "intensity"):
            (text,) = [text for text in ax.texts if text.get_text().strip() == name]
            turn = np.radians(text.get_rotation())
            middle = text.get_window_extent().get_points().mean(axis=0)
            across = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
            off = np.abs((dots - middle) @ across)  # along and across the word
            points = figure.dpi / 72
            assert not (off < np.array([0.2 * len(name), 0.4]) * 6 * points).all(axis=1).any()
            assert ax.get_window_extent().padded(1).contains(*middle)


def test_modes_and_words_of_many_classes_are_low(networks):
    five = networks(("categorical", 5), MODELS)
    for draw in (arrows.modes, words.word_effects):
        assert draw(five).get_figheight() * 25.4 <= 70
