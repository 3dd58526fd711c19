"""Pictures of the report: narrow enough for a screen, the same picture, nothing else touched."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from rnn_geometry.pages.report_pictures import WIDTH, with_smaller_pictures


def encoded(width, height, **options):
    """Return a picture of noise, left half red, and how a report holds it."""
    noise = np.random.default_rng(0).integers(0, 90, (height, width, 3), dtype=np.uint8)
    noise[:, : width // 2, 0] = 250
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG", **options)
    return base64.b64encode(file.getvalue()).decode()


def test_wide_pictures_get_narrower_and_the_rest_stays():
    wide, narrow = encoded(2000, 100), encoded(300, 20)
    head = "data:image/png;charset=utf8;filename=panel.png;base64,"
    page = f"<p>text/csv;base64,AAAA</p>'{head}{wide}' '{head}{narrow}'"
    found = with_smaller_pictures(page)
    first, second = re.findall(r"png;base64,([^']+)", found)
    assert second == narrow
    assert found.replace(first, wide) == page
    with Image.open(io.BytesIO(base64.b64decode(first))) as picture:
        assert picture.size == (WIDTH, 55)
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert pixels[:, : WIDTH // 2 - 2, 0].min() > 200 > 120 > pixels[:, WIDTH // 2 + 2 :, 0].max()
    assert len(first) < len(wide)


def test_figures_for_print_are_made_smaller_by_one_factor():
    sizes = {}
    for width in (1051, 2161):  # one column, and two
        found = with_smaller_pictures(f"data:image/png;base64,{encoded(width, 30, dpi=(300, 300))}")
        with Image.open(io.BytesIO(base64.b64decode(found.split(",")[1]))) as picture:
            sizes[width] = picture.width
    assert sizes[2161] == WIDTH
    assert sizes[1051] / 1051 == pytest.approx(WIDTH / 2161, rel=0.01)
