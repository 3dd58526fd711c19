"""Figures on dark paper: no bright sheet is left, and colours stay apart."""

import re
from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
from browser import opened
from colours import contrast_ratio, lab
from matplotlib.colors import to_rgb
from PIL import Image

from rnn_geometry.networks.registry import CELLS
from rnn_geometry.pages.start import OPENINGS
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.plotting import style
from rnn_geometry.plotting.gallery import TOLD
from rnn_geometry.plotting.network_pieces import PIECES

TEMPLATES = template_texts("style.css", "captions.yaml")
WORDS = re.compile(r"\b(black|white|dark(er)?|light(er)?|paler?)\b", re.IGNORECASE)
COLOURS = {
    "classes": style.PALETTE[:5],
    "ordered classes": [style.class_colour(i, 5) for i in range(5)],
    "cells": [cell.colour for cell in CELLS.values() if cell.layers == 1],
    "verdicts": [style.VERDICTS["holds"], style.VERDICTS["fails"]],
    "fixed points": [style.SADDLE, style.UNSTABLE],
}
TURN = 20  # degrees in CIELAB: an orange stays an orange
APART = 10  # of CIELAB, as on white paper


@pytest.fixture(name="shown", scope="module")
def seen_in_dark(browser, tmp_path_factory):
    """Return what a browser makes of a colour on a page in dark, or in light: (3,) of 0 to 1."""
    folder = tmp_path_factory.mktemp("dark")
    known = [
        "#ffffff",
        style.INK,
        style.GREY,
        *(c for colours in COLOURS.values() for c in colours),
    ]
    strip = np.array([[to_rgb(colour) for colour in known]])
    wide = np.repeat(np.repeat(np.uint8(np.rint(255 * strip)), 8, axis=0), 8, axis=1)
    Image.fromarray(wide).save(folder / "strip.png")
    page = folder / "page.html"
    page.write_text(
        f"<style>{TEMPLATES['style.css']}</style><img src='strip.png' style='max-width: none'>"
    )
    found = {}
    for scheme in ("light", "dark"):
        with opened(browser, page, width=2000, color_scheme=scheme) as tab:
            picture = Image.open(BytesIO(tab.locator("img").screenshot())).convert("RGB")
            ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        row = np.asarray(picture)[4, 4::8] / 255
        found[scheme] = {known[i].lower(): row[i] for i in range(len(known))}
        found[scheme]["ground"] = np.array(re.findall(r"\d+", ground)[:3], float) / 255
    return found


def test_paper_is_that_of_the_page_and_ink_is_read_on_it(shown):
    dark, light = shown["dark"], shown["light"]
    assert np.abs(dark["#ffffff"] - dark["ground"]).max() < 0.03
    assert contrast_ratio(dark[style.INK], dark["#ffffff"]) > 7
    assert contrast_ratio(dark[style.GREY], dark["#ffffff"]) > 4.5
    assert light["#ffffff"] == pytest.approx(1)  # on white paper nothing is touched
    assert light[style.INK] == pytest.approx(to_rgb(style.INK), abs=0.01)


@pytest.mark.parametrize("name", COLOURS)
def test_colours_keep_their_hue_their_distance_and_their_contrast(shown, name):
    of = shown["dark"]
    paper = of["#ffffff"]
    for colour in COLOURS[name]:
        there = of[colour.lower()]
        before, after = lab([colour, there])
        turn = np.degrees(np.angle(complex(*after[1:]) / complex(*before[1:])))
        assert abs(turn) < TURN, colour
        least = min(contrast_ratio(colour, "white"), 4.5)  # more than is asked of text may go
        assert contrast_ratio(there, paper) >= 0.99 * least, colour
    pairs = combinations(lab([of[colour.lower()] for colour in COLOURS[name]]), 2)
    assert min(np.linalg.norm(one - other) for one, other in pairs) > APART


def test_captions_name_no_shade_that_is_another_in_dark():
    told = [*(piece.caption for piece in PIECES), TOLD, TEMPLATES["captions.yaml"]]
    told += [text for opening in OPENINGS.values() for text in opening.values()]
    assert [text for text in told if WORDS.search(text)] == []
