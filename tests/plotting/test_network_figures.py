"""Figures by their content: axes, labels, colours, theory lines, sizes; missing values."""

import subprocess
import sys
import zlib
from dataclasses import replace
from io import BytesIO
from math import acos, degrees

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT
from drawn import drawn
from fake_run import TASKS, fake_network, fake_runs, write_network
from fontTools.ttLib import TTFont
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from rnn_geometry.errors import UserError
from rnn_geometry.plotting import (
    gallery,
    intrinsic,
    manifold,
    overview,
    registry,
    small_png,
    style,
    verdicts,
)
from rnn_geometry.plotting.data import figure_data
from rnn_geometry.plotting.network import (
    draw_panel,
    load_network,
    plot_network,
    save_panel,
    shown_words,
)
from rnn_geometry.plotting.registry import OVER_NETWORKS, TITLES, names_over_networks
from rnn_geometry.plotting.sweeps import sweep_figure
from rnn_geometry.plotting.text import said_model
from rnn_geometry.plotting.verdicts import verdict_grid
from rnn_geometry.store.artifacts import Linearization
from rnn_geometry.tasks.harder import HARDER

KINDS = {"categorical": 3, "ordered": 5, "multilabel": 2}
OF_OTHERS = ("estimators", "analyses_agree")
OVERVIEWS = [name for name in OVER_NETWORKS if name not in OF_OTHERS]  # from runs.csv alone


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_network(tmp_path_factory.mktemp("network"), fake_network())


@pytest.fixture(scope="module")
def network(files):
    return load_network(files)


@pytest.fixture(scope="module")
def panel(network):
    return plot_network(network)


@pytest.fixture(scope="module")
def runs():
    return pd.DataFrame(fake_runs())


def titled(figure, title):
    return next(ax for ax in figure.axes if title in (ax.get_title(), ax.get_title(loc="left")))


def legend_texts(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def theory_values(axes):
    """Return the heights of the dashed theory lines."""
    return sorted(
        {
            float(value)
            for line in axes.lines
            if line.get_linestyle() == "--"
            for value in line.get_ydata()
        }
    )


def pixels_of(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


# Style


def test_every_class_has_its_own_colour():
    assert len({style.class_colour(i) for i in range(14)}) == 14
    codes = np.array([0, 14, 3, 14, 4096])
    np.testing.assert_allclose(
        style.class_colours(codes), [to_rgb(style.class_colour(code)) for code in codes]
    )


def test_every_label_has_its_own_colour_and_no_combination_that_of_the_first_four():
    assert len({style.class_colour(2**i) for i in range(14)}) == 14
    first = {style.class_colour(code) for code in (0, 1, 2, 4, 8)}
    assert not first & {style.class_colour(code) for code in range(9, 16)}


def test_models_keep_their_style_whatever_else_is_drawn():
    many = style.model_styles(["mine:B", "gru", "mine:A", "lstm"])
    assert many["gru"] == style.model_styles(["gru"])["gru"]
    assert len(set(many.values())) == 4
    assert list(many) == ["gru", "lstm", "mine:A", "mine:B"]
    assert len(set(style.model_styles(f"m{i}" for i in range(30)).values())) == 30


def test_label_combinations_are_binary_numbers():
    codes = style.class_codes(np.array([[0, 0], [1, 0], [0, 1], [1, 1]]))
    assert codes.tolist() == [0, 1, 2, 3]
    assert [style.code_name(code, ["a", "b"], True) for code in codes] == [
        "no label",
        "a",
        "b",
        "a + b",
    ]
    assert style.readout_codes(2, multi_label=True).tolist() == [1, 2]


def test_saving_twice_gives_equal_bytes(runs, tmp_path):
    for name in ("first", "second"):
        style.save(overview.readout_angles(runs), tmp_path / name, suffixes=("png", "pdf", "svg"))
    for suffix in ("png", "pdf", "svg"):
        assert (tmp_path / f"first.{suffix}").read_bytes() == (
            tmp_path / f"second.{suffix}"
        ).read_bytes()


def test_all_formats_keep_one_layout_and_the_figure_its_engine(runs, tmp_path):
    figure = overview.accuracy_cliff(runs)
    engine = figure.get_layout_engine()
    style.save(figure, tmp_path / "first", ("png",))
    places = [ax.get_position().bounds for ax in figure.axes]
    style.save(figure, tmp_path / "all", ("png", "pdf", "svg"))
    np.testing.assert_allclose([ax.get_position().bounds for ax in figure.axes], places, atol=1e-9)
    assert figure.get_layout_engine() is engine is not None


def test_fonts_in_pdf_files_hold_shapes_and_no_rules_of_layout(runs, tmp_path):
    (path,) = style.save(overview.readout_angles(runs), tmp_path / "angles", ("pdf",))
    fonts = [
        zlib.decompress(part.split(b"stream\n", 1)[1])
        for part in path.read_bytes().split(b"endstream")
        if b"/Length1" in part
    ]
    tables = [TTFont(BytesIO(font)).keys() for font in fonts]
    assert tables
    assert all("glyf" in names and not {"GPOS", "GSUB", "GDEF"} & {*names} for names in tables)


def test_a_figure_is_laid_out_when_it_is_first_drawn(runs):
    figure = overview.accuracy_cliff(runs)
    first, second = (np.asarray(style.drawn(figure, 80)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


# One network


def test_the_panel_names_the_network_and_all_its_axes(panel):
    assert (
        panel.texts[0].get_text()
        == "categorical-3  ·  gru  ·  L2 3e-4  ·  seed 10  ·  test accuracy 0.985"
    )
    labels = {ax.get_xlabel() for ax in panel.axes} | {ax.get_ylabel() for ax in panel.axes}
    expected = {
        "component 1 of the slow points",
        "cumulative variance",
        "Re λ",
        "time constant τ (words)",
        "step",
        "loss",
    }
    assert expected <= labels
    assert "accuracy" in labels


def test_dots_and_arrows_have_the_colour_of_their_class(panel, network):
    plane = titled(panel, "Manifold of slow points")
    final = next(dots for dots in plane.collections if dots.get_label() == "final")
    codes = manifold.thinned(style.class_codes(network.states.final_labels))
    assert len(final.get_offsets()) == len(codes)
    assert [to_hex(colour).upper() for colour in final.get_facecolors()] == [
        style.class_colour(code) for code in codes
    ]
    arrows = [text.arrow_patch for text in plane.texts if getattr(text, "arrow_patch", None)]
    assert [to_hex(arrow.get_edgecolor()).upper() for arrow in arrows] == list(style.PALETTE[:3])


def test_the_plane_shows_trajectories_and_fixed_points(panel):
    collections = {
        found.get_label(): found for found in titled(panel, "Manifold of slow points").collections
    }
    paths = collections["trajectories"].get_segments()
    assert len(paths) == 3
    assert all(np.allclose(path[0], paths[0][0]) for path in paths)
    counts = {
        name: len(collections[name].get_offsets())
        for name in ("stable", "saddle", "unstable", "slow points")
    }
    assert counts == {"stable": 3, "saddle": 1, "unstable": 1, "slow points": manifold.SHOWN}
    assert "stable fixed point (3)" in legend_texts(panel)


def test_a_plane_alone_has_one_scale_and_no_sliver_of_a_side(panel):
    plane = panel.axes[0]
    box = plane.get_position()
    wide, tall = np.array([box.width, box.height]) * panel.get_size_inches()
    across, up = np.ptp(plane.get_xlim()), np.ptp(plane.get_ylim())
    assert wide / tall == pytest.approx(across / up, rel=0.01)
    assert min(wide, tall) > 0.58 * max(wide, tall)


def test_trajectories_end_with_their_sentence(network):
    lengths = network.states.trajectory_lengths
    paths, found = manifold._paths(network, np.array([3]))
    assert np.isfinite(paths[0, : found[0] + 1]).all()
    assert lengths[3] == found[0] < 25


def test_lines_mark_the_expected_dimension_and_half_the_sentence(panel):
    for title in ("Variance explained", "Accuracy cliff"):
        assert [2, 2] in [list(line.get_xdata()) for line in titled(panel, title).lines]
    assert [12.5, 12.5] in [
        list(line.get_ydata()) for line in titled(panel, "Time constants").lines
    ]
    assert [800, 800] in [list(line.get_xdata()) for ax in panel.axes for line in ax.lines]


def test_the_centre_is_drawn_with_the_time_constants_of_the_centre(panel, network):
    line = next(line for line in titled(panel, "Time constants").lines if len(line.get_xdata()) > 2)
    tau = network.linearization.tau[network.linearization.centre]
    np.testing.assert_allclose(line.get_ydata(), np.sort(tau)[::-1][:20])


def test_at_most_twenty_words_those_with_the_largest_spread(network):
    assert shown_words(network)[1] == ["word_0", "word_1", "word_2", "word_3"]
    effects = np.outer(np.arange(50.0), [1, -1, 0])
    text = drawn(Linearization, word_effects=effects, word_ids=np.arange(50))
    words = [f"w{i}" for i in range(50)]
    shown, names = shown_words(replace(network, linearization=text, words=words))
    assert names == [f"w{i}" for i in range(49, 29, -1)]
    assert shown.shape == (20, 3)


@pytest.mark.parametrize(
    ("kind", "classes"),
    [("ordered", 5), ("multilabel", 2), ("categorical", 5), ("categorical", 14)],
)
def test_a_small_readable_file_for_every_kind_of_task(kind, classes, tmp_path):
    figure = plot_network(fake_network(kind, classes))
    pairs = {"component 3"} <= {ax.get_xlabel() for ax in figure.axes}
    assert pairs == (classes > 3 and kind == "categorical")
    save_panel(draw_panel(figure), tmp_path / "panel.png")
    assert (tmp_path / "panel.png").stat().st_size <= 100_000
    assert pixels_of(tmp_path / "panel.png").shape == (900, 1500, 3)


def test_the_palette_of_the_file_keeps_the_colours_of_the_classes(panel, tmp_path):
    save_panel(draw_panel(panel), tmp_path / "panel.png")
    pixels = pixels_of(tmp_path / "panel.png").reshape(-1, 3)
    for colour in style.PALETTE[:3]:
        assert (pixels == np.rint(255 * np.array(to_rgb(colour)))).all(axis=1).sum() > 100


def test_a_file_that_would_be_too_large_is_made_smaller():
    noise = Image.fromarray(
        np.random.default_rng(0).integers(0, 255, size=(300, 500, 3), dtype=np.uint8)
    )
    assert len(small_png._small_png(noise, 12_000)) <= 12_000


def test_a_network_without_optional_files_and_numbers(files, tmp_path):
    some = {name: files[name] for name in ("run", "meta", "states", "slow_points")}
    network = load_network(some)
    record = replace(network.record, test_accuracy=None, best_step=None)
    meta = {**network.meta, "dimension_expected": None}
    save_panel(
        draw_panel(plot_network(replace(network, record=record, meta=meta))), tmp_path / "p.png"
    )
    assert network.words == ()


def test_slow_points_far_away_are_counted_not_hidden(network):
    points = np.array(network.slow_points.points)
    points[:3] *= 60
    points[5] = np.nan
    moved = replace(network.slow_points, points=points)
    figure = plot_network(replace(network, slow_points=moved))
    assert any("outside the view" in text.get_text() for ax in figure.axes for text in ax.texts)


def test_the_panel_imports_neither_torch_nor_pandas_nor_pyplot():
    code = "import sys, rnn_geometry.plotting.network; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "pandas", "matplotlib.pyplot", "scipy"} & set(loaded)


# Over networks


def test_names_of_marked_figures_are_known_without_importing_what_draws_them():
    code = (
        "import sys; from rnn_geometry.plotting.registry import names_over_networks as names;"
        " print(*names(), 'matplotlib' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == [*OVER_NETWORKS, "False"]
    assert names_over_networks()[0] == "dimension_overview"


@pytest.mark.parametrize("name", OVER_NETWORKS)
def test_every_figure_over_networks_has_a_caption(name):
    assert (PROJECT / f"workflow/report/{name}.rst").read_text().strip()


def test_a_figure_is_drawn_from_the_tables_that_it_names(runs):
    tables = {"runs": runs, "mean_lengths": {"categorical-3": 25.0}, "dimension": None}
    figure = registry.drawn(OVER_NETWORKS["time_constants"], tables)
    assert "half the mean sentence length" in legend_texts(figure)


@pytest.mark.parametrize("name", OVERVIEWS)
def test_one_point_or_line_per_network_and_a_legend_of_models(name, runs, tmp_path):
    figure = getattr(overview, name)(runs)
    assert {"vanilla", "GRU", "LSTM", "UGRNN"} <= set(legend_texts(figure))
    drawn = {to_hex(line.get_color()).upper() for ax in figure.axes for line in ax.lines}
    assert {style.MODELS[name][0] for name in ("vanilla", "gru", "lstm", "ugrnn")} <= drawn
    assert style.save(figure, tmp_path / name, suffixes=("png",))[0].stat().st_size > 5000


@pytest.mark.parametrize("name", OVERVIEWS)
def test_no_letter_is_smaller_than_a_journal_prints(name, runs):
    texts = getattr(overview, name)(runs).findobj(Text)
    assert min(text.get_fontsize() for text in texts) >= style.SMALLEST


@pytest.mark.parametrize("name", OVERVIEWS)
def test_one_model_one_task_and_missing_values(name, runs):
    few = runs[(runs["task"] == "categorical-3") & (runs["model"] == "gru")].copy()
    for columns in (
        ["accuracy_at_d", "tau_8", "rate_edge"],
        ["readout_angle_expected"],
        ["dimension_expected", "dimension_predicted"],
    ):
        few[columns] = None
        getattr(overview, name)(few).draw_without_rendering()


def test_accuracy_on_what_asks_more_stands_beside_that_of_a_bag_of_words(runs):
    kinds = [f"{kind}_accuracy_bag_of_words" for kind in HARDER]
    bag = {"bag_of_words_accuracy": 1.0, kinds[0]: 0.62, kinds[1]: 1.0, kinds[2]: np.nan}
    tasks = pd.DataFrame([{"task": "categorical-3", **bag}])
    figure = overview.generalisation(runs, tasks)
    axes = next(ax for ax in figure.axes if "3 unordered" in ax.get_title(loc="left"))
    bars = [line.get_ydata() for line in axes.lines if line.get_linestyle() == "--"]
    np.testing.assert_array_equal(bars, np.transpose([[*bag.values()]] * 2))
    assert axes.get_ylim()[0] == pytest.approx(0.6)
    assert "bag of words" in legend_texts(figure)


def test_letters_stand_beside_the_first_line_of_a_title(runs):
    figure = overview.generalisation(runs)
    figure.draw_without_rendering()
    ax = figure.axes[0]
    letter = next(text for text in ax.texts if text.get_gid() == "letter")
    title = ax.title if ax.title.get_text() else ax._left_title
    assert title.get_text().count("\n") == 1
    own, other = letter.get_window_extent(), title.get_window_extent()
    middle = (own.y0 + own.y1) / 2
    assert (other.y0 + other.y1) / 2 < middle < other.y1


def test_a_picture_is_as_wide_on_paper_as_it_was_drawn(runs, tmp_path):
    figure = overview.generalisation(runs)
    style.save(figure, tmp_path / "it", suffixes=("png",), data=False)
    with Image.open(tmp_path / "it.png") as picture:
        wide = picture.width / picture.info["dpi"][0]
    assert wide == pytest.approx(figure.get_figwidth(), rel=0.01)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("generalisation", ["test_accuracy", *(f"{kind}_accuracy" for kind in HARDER)]),
    ],
)
def test_no_line_leads_from_one_condition_to_another(name, columns, runs):
    figure = getattr(overview, name)(runs)
    for ax, task in zip(figure.axes, runs["task"].unique(), strict=True):
        assert all(line.get_linestyle() == "None" for line in ax.lines)
        drawn = np.concatenate([line.get_xydata() for line in ax.lines])
        for place, column in enumerate(columns):
            own = drawn[np.abs(drawn[:, 0] - place) < 0.5][:, 1]
            values = runs.loc[runs["task"] == task, column].astype(float)
            np.testing.assert_allclose(np.sort(own), np.sort(values))


@pytest.mark.parametrize("name", ["growth_and_decay", "robustness_to_noise", "time_constants"])
def test_markers_of_lines_stand_where_their_quantity_is(name, runs):
    figure = getattr(overview, name)(runs)
    for ax in figure.axes:
        lines = [line for line in ax.lines if line.get_marker() != "None"]
        assert len(lines) > 3
        assert {tuple(line.get_xdata()) for line in lines} == {tuple(lines[0].get_xdata())}
        if name == "robustness_to_noise":
            assert list(lines[0].get_xdata()) == [0.01, 0.03, 0.1]
            assert ax.get_xscale() == "log"


def test_no_marker_is_moved_along_a_quantity(runs):
    figure = overview.dimension_overview(runs)
    assert len(figure.axes) == 2
    tasks = runs["task"].unique()
    for ax, measure in zip(figure.axes, overview.MEASURES, strict=True):
        levels = [line.get_ydata() for line in ax.lines if line.get_label() == "theory"]
        expected = [runs.loc[runs["task"] == task, "dimension_expected"].iloc[0] for task in tasks]
        assert [set(level) for level in levels] == [{d} for d in expected]
        points = [line for line in ax.lines if line.get_marker() != "None"]
        drawn = np.concatenate([line.get_xydata() for line in points])
        assert len(drawn) == len(runs)
        for place, task in enumerate(tasks):
            own = drawn[np.abs(drawn[:, 0] - place) < 0.5][:, 1]
            values = runs.loc[runs["task"] == task, measure].astype(float)
            np.testing.assert_allclose(np.sort(own), np.sort(values))


@pytest.mark.parametrize("name", ["dimension_overview", "predicted_dimension"])
def test_a_network_without_a_value_has_a_hollow_mark_that_is_no_data(name, runs):
    lacking = runs.copy()
    without = (lacking["model"] == "vanilla") & (lacking["task"] != "multilabel-2")
    lacking[[*overview.MEASURES]] = lacking[[*overview.MEASURES]].astype(float)
    lacking.loc[without, [*overview.MEASURES]] = np.nan
    figure = getattr(overview, name)(lacking)
    for ax in figure.axes:
        hollow = [line for line in ax.lines if line.get_markerfacecolor() == "none"]
        assert sum(len(line.get_xdata()) for line in hollow) == without.sum()
        assert {line.get_markeredgecolor() for line in hollow} == {style.MODELS["vanilla"][0]}
        assert ax.get_title(loc="left")
    _, rows = figure_data(figure)
    drawn = [row for row in rows if row[4] in {said_model(name) for name in runs["model"]}]
    assert len(drawn) == 2 * (len(runs) - without.sum())
    assert "vanilla: no value" in legend_texts(figure)
    (handle,) = (h for h in figure.legends[0].legend_handles if "no value" in h.get_label())
    assert handle.get_marker() == hollow[0].get_marker()
    assert handle.get_markeredgecolor() == hollow[0].get_markeredgecolor()
    figure.draw_without_rendering()
    for ax in figure.axes:  # below the line that ends the scale
        (line,) = (one for one in ax.lines if len({*one.get_ydata()}) == 1 and not one.get_zorder())
        strip = ax.transAxes.transform((0, overview.STRIP / 2))[1]
        assert strip < ax.transData.transform((0, line.get_ydata()[0]))[1]
        assert ax.get_yticklabels()[0].get_text() == "no value"
    assert not any("no value" in text for text in legend_texts(getattr(overview, name)(runs)))


def test_the_axis_of_dimension_begins_below_all_values(runs):
    for ax, measure in zip(overview.dimension_overview(runs).axes, overview.MEASURES, strict=True):
        low, _ = ax.get_ylim()
        lowest = min(runs[measure].astype(float).min(), runs["dimension_expected"].min())
        assert lowest - 1.5 <= low < lowest


def test_the_cliff_is_what_d_components_lose_and_what_one_fewer_does(runs):
    figure = overview.accuracy_cliff(runs)
    pairs = [("accuracy_at_d", "test_accuracy"), ("accuracy_below_d", "accuracy_at_d")]
    for ax, (first, second) in zip(figure.axes, pairs, strict=True):
        lost = runs[first].astype(float) - runs[second].astype(float)
        drawn = [line.get_ydata() for line in ax.lines if line.get_marker() != "None"]
        np.testing.assert_allclose(np.sort(np.concatenate(drawn)), np.sort(lost), atol=1e-9)
        assert theory_values(ax) == [0]


def test_each_panel_of_the_cliff_has_the_scale_of_its_own_numbers(runs):
    lost = runs.assign(accuracy_at_d=0.9, test_accuracy=0.905, accuracy_below_d=0.4)
    small, large = (ax.get_ylim() for ax in overview.accuracy_cliff(lost).axes)
    assert -0.03 < small[0] < -0.005 < small[1] < 0.03
    assert -0.6 < large[0] < -0.5


def test_estimates_of_slow_points_are_marks_of_cells_and_other_sets_are_ranges(runs):
    rows = [
        {"task": "a", "model": model, "points": points, **dict.fromkeys(intrinsic.ESTIMATORS, i)}
        for i, model in enumerate(("gru", "lstm", "gru"))
        for points in intrinsic.POINT_SETS
    ]
    tasks = pd.DataFrame({"task": ["a"], "dimension_expected": [2.0]})
    (ax,) = intrinsic.dimension_by_estimator(pd.DataFrame(rows), tasks).axes
    drawn = {line.get_label(): [*map(float, line.get_xdata())] for line in ax.lines}
    many = len(intrinsic.ESTIMATORS)
    assert drawn["GRU"] == [0.0] * many + [2.0] * many
    assert drawn["LSTM"] == drawn["visited states, median"] == [1.0] * many
    for lines in ax.collections:
        ends = np.array(lines.get_segments())[..., 0]
        assert ends.tolist() == [[0.0, 2.0]] * many


def test_a_sentence_above_each_figure_covers_nothing_and_blank_ones_have_none(runs):
    assert set(TITLES) == set(names_over_networks())
    tables = {"runs": runs, "mean_lengths": {}}
    for name in ("dimension_overview", "readout_angles", "time_constants", "causal_tests"):
        figure = registry.drawn(overview.OVER_NETWORKS[name], tables)
        style.drawn(figure, 50)
        assert figure.get_suptitle().replace("\n", " ") == TITLES[name]
        (title,) = [text for text in figure.texts if text.get_text() == figure.get_suptitle()]
        box, below = title.get_window_extent(), [ax.get_tightbbox() for ax in figure.axes]
        assert box.y0 >= max(part.y1 for part in below) - 1
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1
    tables["runs"] = runs.drop(columns=["control_gain", "not_gain", "flip_gain"])
    blank = registry.drawn(overview.OVER_NETWORKS["modifier_gains"], tables)
    assert blank.get_suptitle() == ""


def test_readout_angles_are_drawn_against_theory(runs):
    axes = overview.readout_angles(runs).axes[0]
    np.testing.assert_allclose(theory_values(axes), [90, 104.48, 109.47, 120])
    names = ["3 unordered classes", "4 unordered classes", "5 unordered classes", "2 labels"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == names


def test_measured_dimension_is_drawn_as_its_distance_from_the_predicted_one(runs):
    figure = overview.predicted_dimension(runs)
    titles = [label.capitalize() for label in overview.MEASURES.values()]
    assert [ax.get_title(loc="left") for ax in figure.axes] == titles
    assert {ax.get_ylabel() for ax in figure.axes} == {"measured − predicted"}
    for ax, measure in zip(figure.axes, overview.MEASURES, strict=True):
        assert theory_values(ax) == [0]
        points = [line for line in ax.lines if line.get_marker() != "None"]
        for line in points:
            rows = runs[[said_model(name) == line.get_label() for name in runs["model"]]]
            off = rows[measure].astype(float) - rows["dimension_predicted"].astype(float)
            np.testing.assert_allclose(line.get_ydata(), off)
        places = np.concatenate([line.get_xydata() for line in points])
        assert len(np.unique(places, axis=0)) == len(runs)  # equal values stand side by side


def test_time_constants_mark_half_the_sentence(runs):
    figure = overview.time_constants(runs, dict.fromkeys(TASKS, 25.0))
    assert [theory_values(ax) for ax in figure.axes] == [[12.5]] * 5
    assert {ax.get_yscale() for ax in figure.axes} == {"log"}


def test_growth_and_decay_stand_beside_what_is_held(runs):
    figure = overview.growth_and_decay(runs)
    assert [theory_values(ax) for ax in figure.axes] == [[0]] * 5
    ends = [line.get_ydata() for line in figure.axes[0].lines if line.get_marker() != "None"]
    np.testing.assert_allclose(ends, [[0.02, -0.03]] * 8)


def test_two_hundred_networks_of_many_tasks():
    tasks = {
        f"categorical-{n}": (n, n - 1, degrees(acos(-1 / (n - 1))))
        for n in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14)
    }
    runs = pd.DataFrame(fake_runs(tasks, models=("gru", "a", "b", "c", "d"), seeds=range(4)))
    assert len(runs) == 200
    panels = overview.growth_and_decay(runs).axes
    counts = [task.removeprefix("categorical-") for task in tasks]
    assert [ax.get_title(loc="left").split()[0] for ax in panels] == counts
    of_networks = [[ln for ln in ax.lines if ln.get_marker() != "None"] for ax in panels]
    assert all(sum(len(ln.get_xdata()) for ln in lines) == 20 * 2 for lines in of_networks)


# The gallery


@pytest.fixture(scope="module")
def networks():
    wanted = [
        (kind, classes, model) for kind, classes in KINDS.items() for model in ("gru", "lstm")
    ]
    return [fake_network(*known, seed) for seed, known in enumerate(wanted)]


def test_the_gallery_has_a_row_per_task_and_three_views_and_a_bar_per_network(networks, tmp_path):
    figure = gallery.manifold_gallery(networks[:-1])
    assert len(figure.axes) == 5 * 4 + 3  # one is not trained, and has no bar
    assert sum(text.get_text() == "not trained" for ax in figure.axes for text in ax.texts) == 1
    texts = [text.get_text() for text in figure.texts]
    assert {"GRU", "LSTM", "3 unordered classes\nd = 2", "95 % in 2"} <= set(texts)
    paths = style.save(figure, tmp_path / "manifolds")
    assert [path.suffix for path in paths] == [".png", ".pdf", ".svg"]
    data = pd.read_csv(tmp_path / "manifolds.csv")
    assert set(data["series"]) == {"final state", "slow point", "share of variance"}
    assert set(data["model"]) == {"gru", "lstm"}


@pytest.mark.parametrize(("share", "told"), [(0.9, "no gap:\nno value"), (0.2, "95 % in 2")])
def test_the_gallery_says_where_slow_points_have_no_gap(share, told):
    network = fake_network("categorical", 3)
    network = replace(network, geometry={**network.geometry, "slow_no_gap": share})
    figure = gallery.manifold_gallery([network])
    assert told in [text.get_text() for text in figure.texts]
    figure.draw_without_rendering()
    (words,) = (text.get_window_extent() for text in figure.texts if text.get_text() == told)
    assert not any(words.overlaps(ax.bbox) for ax in figure.axes)


@pytest.mark.parametrize("free", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_components_of_a_view_are_named_in_the_corner_without_points(free):
    axes = Figure().subplots()
    corners = [c for c in ((0, 0), (1, 0), (0, 1), (1, 1)) if c != free]
    gallery._write_in_a_corner(axes, "1, 3", 1.8 * np.array(corners) - 0.9, 1.0)
    (text,) = axes.texts
    assert np.round(text.get_position()).tolist() == list(free)
    assert text.get_bbox_patch().get_facecolor()[:3] == (1, 1, 1)


@pytest.mark.parametrize("count", [1, 2])  # as wide as a column, and as a page
def test_words_below_the_gallery_have_room(networks, count):
    figure = gallery.manifold_gallery(networks[:count])
    figure.draw_without_rendering()
    (told,) = (text for text in figure.texts if text.get_text().startswith("Large: "))
    boxes = [told.get_window_extent(), figure.legends[-1].get_window_extent()]
    assert not boxes[0].overlaps(boxes[1])
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 for box in boxes)
    assert not any(box.overlaps(ax.bbox) for box in boxes for ax in figure.axes)


@pytest.mark.parametrize("models", [1, 3])  # the last panel ends before its room does, and with it
def test_classes_of_the_gallery_stand_beside_its_panels_and_inside_the_figure(models):
    kinds = ("gru", "lstm", "ugrnn")[:models]
    names = ["a label of many letters", "another label of many letters"]
    networks = [fake_network("multilabel", 2, model, class_names=names) for model in kinds]
    figure = gallery.manifold_gallery(networks)
    figure.draw_without_rendering()
    classes = figure.legends[0].get_window_extent()
    panels = max(ax.bbox.x1 for ax in figure.axes)
    assert panels < classes.x0 < panels + 0.25 * figure.dpi
    assert classes.x1 <= figure.bbox.x1


def test_a_combination_of_two_labels_is_named_whole_beside_four_cells():
    kinds = ("vanilla", "gru", "lstm", "ugrnn")
    names = ["label 0", "label 1"]
    networks = [fake_network("multilabel", 2, kind, class_names=names) for kind in kinds]
    figure = gallery.manifold_gallery(networks)
    figure.draw_without_rendering()
    shown = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "label 0 + label 1" in shown
    assert figure.legends[0].get_window_extent().x1 <= figure.bbox.x1


@pytest.mark.parametrize(("classes", "thin"), [(3, (2, 3)), (4, (3,)), (5, ())])
def test_views_at_one_scale_tell_a_plane_from_a_solid(classes, thin):
    network = fake_network("categorical", classes)
    figure = gallery.manifold_gallery([network])
    views, bar = figure.axes[:3], figure.axes[3]
    assert len({ax.get_xlim() for ax in views}) == 1
    for ax, pair in zip(views, gallery.VIEWS, strict=True):
        points = next(dots for dots in ax.collections if dots.get_label() == "slow points")
        spread = np.std(points.get_offsets(), axis=0) / ax.get_xlim()[1]
        assert [part < 0.05 for part in spread] == [component in thin for component in pair]
    shares = [patch.get_width() for patch in bar.patches]
    values = np.linalg.svd(network.points - network.points.mean(axis=0), compute_uv=False) ** 2
    np.testing.assert_allclose(shares, (values / values.sum())[:6], atol=1e-6)
    dark = [to_hex(patch.get_facecolor()) == style.INK for patch in bar.patches]
    assert dark == [True] * (classes - 1) + [False] * (7 - classes)


def test_a_damaged_file_is_named(files, tmp_path):
    broken = tmp_path / "slow_points.npz"
    broken.write_bytes(files["slow_points"].read_bytes()[:200])
    with pytest.raises(UserError, match=r"slow_points\.npz"):
        load_network({**files, "slow_points": broken})


# Sweeps and verdicts


def sweep_table(seeds=3, **changes):
    """Return rows of sweeps.csv of a sweep over L2 in which the dimension falls 2, 1, 0."""
    rows = [
        {
            "sweep": "l2",
            "over": "l2",
            "value": value,
            "task": "t",
            "model": "gru",
            "l2": value,
            "seed": 100 + seed,
            "cell": "gru",
            "classes": 3,
            "dimension_expected": 2,
            "dimension_predicted": 2,
            "majority_accuracy": 0.33,
            "test_accuracy": accuracy + 0.01 * seed,
            "participation_ratio": d + 0.05 * seed if d else 7.0,
            "components_95": d or 5,
            "integration_modes": d,
            "accuracy_at_d": accuracy,
            "accuracy_below_d": 0.3,
        }
        for value, d, accuracy in (("1e-3", 2, 0.97), ("1e-2", 1, 0.6), ("1e-1", 0, 0.3))
        for seed in range(seeds)
    ]
    return pd.DataFrame(rows).assign(**changes)


def bars(axes):
    """Return the means of every drawn measure by its label."""
    return {
        container.get_label(): container[0].get_ydata().tolist() for container in axes.containers
    }


def test_a_sweep_shows_theory_means_and_dead_networks_as_zero(tmp_path):
    figure = sweep_figure(sweep_table())
    left, right = figure.axes
    assert [tick.get_text() for tick in left.get_xticklabels()] == ["1e-3", "1e-2", "1e-1"]
    assert left.get_xlabel() == right.get_xlabel() == "L2 strength"
    theory = next(line for line in left.lines if line.get_label() == "theory")
    assert set(theory.get_ydata()[np.isfinite(theory.get_ydata())]) == {2}
    assert bars(left)["components for 95 %, 0 without a slow mode"] == [2, 1, 0]
    ratio = bars(left)["participation ratio"]
    assert ratio[:2] == pytest.approx([2.05, 1.05])
    assert np.isnan(ratio[2])  # that of rounding errors is not drawn
    assert bars(right)["network"] == pytest.approx([0.98, 0.61, 0.31])
    dots = [line for line in left.lines if line.get_marker() == "."]
    # Three networks per value and measure, but for the dead ones' ratio.
    assert [len(line.get_ydata()) for line in dots] == [6, 9, 9]
    assert "always the commonest class" in [
        text.get_text() for text in right.get_legend().get_texts()
    ]
    for path in style.save(figure, tmp_path / "sweep"):
        assert path.stat().st_size > 5000


def test_a_sweep_of_one_seed_and_without_a_measure():
    figure = sweep_figure(
        sweep_table(seeds=1, accuracy_at_d=np.nan, accuracy_below_d=np.nan, dimension_predicted=1)
    )
    left, right = figure.axes
    assert list(bars(right)) == ["network"]
    assert "predicted from word counts" in [
        text.get_text() for text in left.get_legend().get_texts()
    ]


def verdict_group(tasks=("categorical-3", "categorical-10")):
    claims = [{"name": name} for name in ("cliff", "modes")]
    found = iter(["holds", "fails", "undecided", "holds"])
    for claim in claims:
        claim["entries"] = {
            (task, "gru"): {
                "verdict": next(found),
                "hits": "5/5*" if claim["name"] == "modes" else "5/5",
            }
            for task in tasks
        }
    cells = {task: ["gru"] for task in tasks}
    return {"title": "Unordered classes", "tasks": list(tasks), "cells": cells, "claims": claims}


def test_the_grid_has_a_square_per_verdict_in_its_colour():
    figure = verdict_grid(verdict_group())
    (axes,) = figure.axes
    colours = [to_hex(patch.get_facecolor()).upper() for patch in axes.patches]
    assert colours == [
        verdicts.COLOURS[name].upper() for name in ("holds", "fails", "undecided", "holds")
    ]
    texts = [text.get_text() for text in axes.texts]
    tasks = {"3 unordered classes", "10 unordered classes"}
    assert {"cliff", "modes", "GRU", *tasks, "5/5", "5/5*"} == set(texts)
    names = [text for text in axes.texts if text.get_text() in tasks]
    figure.canvas.draw()
    boxes = [name.get_window_extent() for name in names]
    assert not boxes[0].overlaps(boxes[1])


def test_the_map_of_analyses_has_a_square_per_claim_and_cell():
    rows = [
        {"claim": claim, "task": task, "cell": cell, "verdict": verdict, "agree": agree}
        for claim, verdict, agree in (("dimension", "holds", 1.0), ("modes", "fails", 0.25))
        for task in ("categorical-10", "categorical-3")
        for cell in ("gru", "lstm")
    ]
    figure = overview.analyses_agree(pd.DataFrame(rows[:-1]), ["categorical-3", "categorical-10"])
    ax = figure.axes[0]
    names = [label.get_text() for label in ax.get_xticklabels()]
    cells = ("GRU", "LSTM")
    assert names == [f"{n} unordered classes, {cell}" for n in (3, 10) for cell in cells]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["dimension", "modes"]
    expected = [[1, 1, 1, 1], [0.25, np.nan, 0.25, 0.25]]
    np.testing.assert_array_equal(ax.images[0].get_array().filled(np.nan), expected)
    assert [text.get_text() for text in ax.texts].count("○") == 3
    overview.analyses_agree(pd.DataFrame(rows).iloc[:0], []).draw_without_rendering()
