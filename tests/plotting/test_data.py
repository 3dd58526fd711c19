"""The table beside a figure: what is drawn is there, by panel and series; sizes for print."""

import numpy as np
import pandas as pd
import pytest
from fake_run import fake_network, fake_runs
from matplotlib.figure import Figure
from PIL import Image

from rnn_geometry.plotting import overview, planes, style
from rnn_geometry.plotting.data import HEADER, attach_data, figure_data


def table(figure):
    header, rows = figure_data(figure)
    return pd.DataFrame(rows, columns=list(header))


def test_every_labelled_artist_is_read_and_guides_are_not():
    figure = Figure()
    first, second = figure.subplots(1, 2)
    style.letters([first, second])
    first.set(title="one", xlabel="time", ylabel="height")
    first.plot([1, 2], [3.0, np.nan], label="line")
    first.axhline(0)
    first.bar([1, 2], [0.5, 0.7], label="bars")
    second.scatter([0, 1], [2, 3], c=[10, 20], label="dots")
    second.quiver([0], [1], [2], [3], label="arrow")
    second.imshow(np.arange(6.0).reshape(2, 3), extent=(0, 3, 0, 2), origin="lower", label="map")
    found = table(figure)
    assert list(found.columns) == list(HEADER)
    line = found[found["series"] == "line"]
    assert line[["panel", "title", "x_axis", "y_axis"]].iloc[0].tolist() == [
        *("a", "one", "time", "height"),
    ]
    np.testing.assert_array_equal(line[["x", "y"]].to_numpy(float), [[1, 3], [2, np.nan]])
    dots = found[found["series"] == "dots"]
    assert (dots["panel"].tolist(), dots["value"].tolist()) == (["b", "b"], [10, 20])
    arrow = found[found["series"] == "arrow"].iloc[0]
    assert arrow[["x", "y", "to_x", "to_y"]].tolist() == [0, 1, 2, 4]
    drawn = found[found["series"] == "map"]
    assert drawn[["x", "y", "value"]].iloc[-1].tolist() == [2.5, 1.5, 5]
    assert not found["series"].str.startswith("_").any()


def test_a_table_of_ones_own_replaces_what_would_be_read():
    figure = Figure()
    figure.subplots().plot([1], [2], label="line")
    attach_data(figure, ("a", "b"), [(1, 2)])
    assert figure_data(figure) == (("a", "b"), [(1, 2)])


def test_a_figure_over_networks_has_a_row_per_network_and_panel(tmp_path):
    runs = pd.DataFrame(fake_runs())
    style.save(overview.dimension_overview(runs), tmp_path / "dimension", ("png",))
    found = pd.read_csv(tmp_path / "dimension.csv")
    gru = found[(found["series"] == "GRU") & (found["panel"] == "a")]
    measured = runs.loc[runs["model"] == "gru", "participation_ratio"].astype(float)
    np.testing.assert_allclose(np.sort(gru["y"]), np.sort(measured), rtol=1e-5)


def test_pages_may_keep_the_table_away_and_empty_figures_have_a_header(tmp_path):
    figure = Figure()
    style.save(figure, tmp_path / "kept", ("png",), data=False)
    style.save(figure, tmp_path / "empty", ("png",))
    assert not (tmp_path / "kept.csv").exists()
    assert (tmp_path / "empty.csv").read_text() == ",".join(HEADER) + "\n"


@pytest.mark.parametrize(("count", "inches"), [(1, 89 / 25.4), (2, 183 / 25.4)])
def test_figures_are_as_wide_as_a_column_or_a_page_at_300_dots_an_inch(count, inches, tmp_path):
    networks = [fake_network("categorical", 3, model) for model in ("gru", "lstm")[:count]]
    figure = planes.trajectories(networks)
    assert figure.get_figwidth() == pytest.approx(inches)
    (path,) = style.save(figure, tmp_path / "paths", ("png",))
    with Image.open(path) as image:
        assert image.width == int(inches * 300)


def test_letters_go_on_after_z():
    assert [style.letter_of(place) for place in (0, 25, 26, 27)] == ["a", "z", "aa", "ab"]
