"""Strip plots: values stand where they are, kinds look different, far values and text are safe."""

import re
from math import inf, isnan, nan

import numpy as np
import pytest
from conftest import PROJECT

from rnn_geometry.claims.values import Value
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.pages._strips import (
    MARGIN,
    WIDTH,
    Scale,
    axis,
    bounds,
    cell_colours,
    control_marks,
    kind_class,
    scale_of,
    strip,
)

TEMPLATES = PROJECT / "workflow/rnn_geometry/pages/templates"
CLAIM = {"name": "plane", "metric": "participation_ratio", "within_share": 0.2}


def value(number, cell="gru", control="", met=True, not_judged=""):
    return Value("task", cell, cell, control, number, 2.0, met, not_judged)


def places(svg, name):
    """Return where marks of a class begin, from left to right."""
    paths = re.findall(rf'class="[^"]*\b{name}\b[^"]*"[^>]*>?(?:<path)? d="([^"]*)"', svg)
    return sorted(float(x) for path in paths for x in re.findall(r"M([\d.]+)", path))


def drawn(values, claim=CLAIM, cells=("gru", "lstm")):
    return str(strip(claim, "task", values, cells, scale_of(claim, values)))


def test_values_stand_along_the_axis_in_their_order():
    values = [value(2.0), value(1.7), value(2.3)]
    scale = scale_of(CLAIM, values)
    svg = drawn(values)
    assert places(svg, "meets") == [scale.x(v) for v in (1.7, 2.0, 2.3)]
    assert places(svg, "theory") == [scale.x(2.0)]
    assert (scale.low, scale.high) == (1.6, 2.4)  # the threshold is shown whole
    assert scale.x(1.6) == MARGIN
    assert scale.x(2.4) == WIDTH - MARGIN


def test_what_meets_misses_is_not_judged_or_controls_looks_different():
    values = [
        value(2.0),
        value(3.0, met=False),
        value(2.1, not_judged="not learned"),
        value(1.0, control="untrained"),
    ]
    svg = drawn(values)
    for name in ("meets", "misses", "out", "control"):
        assert places(svg, name), name
    assert "GRU, control untrained: 1.0" in svg
    assert "GRU, does not: 3.0" in svg
    assert 'aria-label="plane, task: 2 of 3 networks meet the claim"' in svg


def test_each_kind_of_control_has_a_mark_of_its_own_and_a_place_in_the_legend():
    kinds = ("untrained", "shuffled_labels", "reservoir")
    drawings = {
        re.search(r'class="control"[^>]* d="([^"]*)"', drawn([value(2.0, control=kind)])).group(1)
        for kind in kinds
    }
    assert len(drawings) == 3
    assert set(control_marks(kinds)) == {"untrained", "shuffled labels", "reservoir"}
    assert len({*control_marks(kinds).values()}) == 3


def test_a_legend_leaves_out_controls_that_there_are_none_of():
    assert [*control_marks({"reservoir", "untrained"})] == ["untrained", "reservoir"]
    assert control_marks({"my_own"}) == {"my own": control_marks({"untrained"})["untrained"]}
    assert control_marks([]) == {}


def test_a_network_without_a_value_has_no_mark():
    assert not places(drawn([value(nan)]), "meets")


def test_a_value_far_off_stands_at_the_edge_and_does_not_squeeze_the_others():
    values = [value(2 + i / 100) for i in range(20)] + [value(1e6, met=False)]
    scale = scale_of(CLAIM, values)
    assert scale.high < 3
    assert WIDTH - MARGIN < scale.x(1e6) < WIDTH


def test_lanes_are_those_of_cells_from_top_to_bottom():
    svg = drawn([value(2.0, "gru"), value(2.0, "lstm")])
    heights = [float(y) for y in re.findall(r'd="M[\d.]+ ([\d.]+)h0"', svg)]
    assert heights == sorted(heights)
    assert len(set(heights)) == 2


@pytest.mark.parametrize(
    ("claim", "expected", "ends"),
    [
        ({"at_least": 0.5}, nan, (0.5, inf)),
        ({"at_most": 0.5}, nan, (-inf, 0.5)),
        ({"within": 0}, 3.0, (3.0, 3.0)),
        ({"within_share": 0.1}, 2.0, (1.8, 2.2)),
    ],
)
def test_what_keeps_a_threshold(claim, expected, ends):
    assert bounds(claim, expected) == pytest.approx(ends)
    assert all(map(isnan, bounds({"within": 1}, nan)))


@pytest.mark.parametrize("values", [[], [nan], [2.0], [0.0, 0.0], [-1e-9, 1e9], [1e-7, 3e-7]])
def test_an_axis_has_ends_and_ticks_whatever_it_is_of(values):
    scale = Scale.over(np.array(values), [])
    assert scale.low < scale.high
    assert 1 <= len(scale.ticks) <= 12
    labels = re.findall(r">([^<]+)</text>", axis(scale))
    assert len(set(labels)) == len(labels) == len(scale.ticks)


def test_names_of_a_user_are_escaped():
    name = 'a"><script>'
    svg = drawn([value(2.0, name)], cells=(name,))
    assert "<script>" not in svg
    assert "cell-own" in svg  # no built-in kind


def test_every_built_in_kind_of_cell_has_a_colour():
    alone = {kind_class(name) for name, cell in CELLS.items() if cell.layers == 1}
    colours = {name: colour for name, colour in cell_colours().items() if name in alone}
    assert len(set(colours.values())) == len(colours) >= 4
    assert len(cell_colours()) == len(CELLS)  # several layers have the colour of their cell


def test_dots_of_neighbouring_cells_do_not_touch():
    cells = ("vanilla", "gru", "lstm", "ugrnn")
    svg = drawn([value(2.0, cell=cell) for cell in cells], cells=cells)
    lanes = sorted(float(y) for y in re.findall(r'<path d="M[\d.]+ ([\d.]+)h0"', svg))
    css = (TEMPLATES / "claims.css").read_text()
    dot = float(re.search(r"\.dots path \{[^}]*stroke-width: (\d+)", css).group(1))
    tall = float(re.search(r'height="(\d+)"', svg).group(1))
    assert len(lanes) == 4
    assert min(np.diff(lanes)) > dot
    assert lanes[0] >= dot / 2
    assert tall - lanes[-1] >= dot / 2


@pytest.mark.parametrize(("numbers", "whole"), [((2, 3, 4), True), ((2.5, 3, 4), False)])
def test_counts_have_no_ticks_between_whole_numbers(numbers, whole):
    scale = Scale.over(np.array(numbers, float), [])
    assert (scale.decimals == 0) == whole


def test_controls_far_from_all_networks_do_not_crush_them():
    claim = {"metric": "x", "at_least": 0.9}
    trained = [value(one) for one in (0.91, 0.95)]
    near, far = (value(one, control="untrained") for one in (0.87, -4))
    with_near, with_far = (scale_of(claim, [*trained, one]) for one in (near, far))
    assert with_near.low == 0.87
    assert with_far == scale_of(claim, trained)
    assert with_far.x(-4) < with_far.x(0.9)
