"""Colours: apart for colour-blind readers and in grey, and never one colour for two meanings."""

from itertools import combinations

import numpy as np
import pytest
from colours import SEEN, contrast_ratio, lab

from rnn_geometry.networks.registry import CELLS
from rnn_geometry.plotting import style

ALONE = [cell for cell in CELLS.values() if cell.layers == 1]
PALETTES = {
    "classes": style.PALETTE[:5],
    "ordered classes": [style.class_colour(i, 5) for i in range(5)],
    "cells": [cell.colour for cell in ALONE],
    "verdicts": list(style.VERDICTS.values()),
}
APART = 10  # of CIELAB: more than two is seen side by side
GREYS = 6  # of lightness


def least(colours, eye):
    places = lab(colours, eye)
    return min(np.linalg.norm(a - b) for a, b in combinations(places, 2))


def test_the_measure_knows_black_white_and_what_the_colour_blind_confuse():
    assert lab(["#000000", "#FFFFFF"])[:, 0] == pytest.approx([0, 100], abs=0.01)
    assert least(["#8DB600", "#E8A000"], "all") > 2 * least(["#8DB600", "#E8A000"], "protanopia")


@pytest.mark.parametrize("eye", SEEN)
@pytest.mark.parametrize("name", PALETTES)
def test_colours_of_a_palette_are_told_apart_by_every_eye(name, eye):
    assert least(PALETTES[name], eye) >= APART


@pytest.mark.parametrize("name", ["classes", "ordered classes", "verdicts"])
def test_colours_without_a_marker_differ_in_grey(name):
    lightness = np.sort(lab(PALETTES[name])[:, 0])
    assert np.diff(lightness).min() >= GREYS


@pytest.mark.parametrize("name", PALETTES)
def test_words_in_a_colour_are_read_on_white_and_keep_its_hue(name):
    for colour in PALETTES[name]:
        words = style.text_colour(colour)
        assert contrast_ratio(words, "white") >= style.READ
        (_, *before), (_, *after) = lab([colour, words])
        assert np.hypot(*before) < 10 or np.dot(before, after) > 0.9 * np.hypot(*before) * np.hypot(
            *after
        )
    assert style.text_colour("#0B559F") == "#0B559F"  # dark enough as it is


def test_cells_have_markers_of_their_own():
    assert len({cell.marker for cell in ALONE}) == len(ALONE) >= 12


def test_layers_of_a_cell_have_its_colour_and_a_marker_of_no_cell_alone():
    stacked = [cell for cell in CELLS.values() if cell.layers > 1]
    assert {cell.marker for cell in stacked} == {"*"}
    assert "*" not in {cell.marker for cell in ALONE}
    for cell in stacked:
        assert cell.colour == CELLS[cell.name.removesuffix("-2-layers")].colour


@pytest.mark.parametrize("count", [2, 3, 5, 7, 10])
def test_ordered_classes_get_lighter_one_by_one(count):
    assert (np.diff(lab([style.class_colour(i, count) for i in range(count)])[:, 0]) > 0).all()


def test_no_colour_has_two_meanings():
    parts = [PALETTES["classes"], PALETTES["cells"], PALETTES["verdicts"][:2]]
    for first, second in combinations(parts, 2):
        for colour in first:
            assert least([colour, *second], "all") > 0
            near = np.linalg.norm(lab(second) - lab([colour]), axis=1).min()
            assert near > APART, colour


def test_fixed_points_have_no_hue_which_classes_cells_and_verdicts_have():
    lightness, *hue = lab([style.SADDLE, style.UNSTABLE, "#FFFFFF"]).T
    assert np.abs(hue).max() < 1
    assert np.diff(np.sort(lightness)).min() > 20
