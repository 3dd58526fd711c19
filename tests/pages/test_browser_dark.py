"""Figures on a dark page: paper that does not glare, and colours that are those of the file."""

import re
from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
from browser import opened
from colours import contrast_ratio, lab, luminance
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
}
TURN = 5  # degrees in CIELAB: an orange stays that orange
DIM = (0.55, 0.8)  # luminance of paper beside 1 of white: neither glares nor is grey
COMPLEX = np.array([0, 1, 1j])  # of CIELAB: the hue is an angle
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


def test_paper_is_dimmed_and_ink_is_read_on_it(shown):
    dark, light = shown["dark"], shown["light"]
    assert DIM[0] < luminance(dark["#ffffff"]) < DIM[1]
    assert contrast_ratio(dark[style.INK], dark["#ffffff"]) >= 7
    lost = contrast_ratio(dark[style.GREY], dark["#ffffff"]) / contrast_ratio(style.GREY, "white")
    assert lost > 0.9
    assert light["#ffffff"] == pytest.approx(1)  # on a light page nothing is touched
    assert light[style.INK] == pytest.approx(to_rgb(style.INK), abs=0.01)


@pytest.mark.parametrize("name", COLOURS)
def test_colours_keep_their_hue_their_order_and_their_distance(shown, name):
    of = shown["dark"]
    before = lab(COLOURS[name])
    after = lab([of[colour.lower()] for colour in COLOURS[name]])
    turns = np.angle((after @ COMPLEX) / (before @ COMPLEX), deg=True)
    assert np.abs(turns).max() < TURN
    assert np.argsort(after[:, 0]).tolist() == np.argsort(before[:, 0]).tolist()
    assert min(np.linalg.norm(one - other) for one, other in combinations(after, 2)) > APART


def test_a_ramp_runs_the_way_it_runs_in_the_explorer(shown):
    ramp = [shown["dark"][colour.lower()] for colour in COLOURS["ordered classes"]]
    assert np.sign(np.diff(lab(ramp)[:, 0])).tolist() == [1] * 4


def test_captions_name_no_shade_that_is_another_in_dark():
    told = [*(piece.caption for piece in PIECES), TOLD, TEMPLATES["captions.yaml"]]
    told += [text for opening in OPENINGS.values() for text in opening.values()]
    assert [text for text in told if WORDS.search(text)] == []
