"""docs/forecast.md and its figure, from committed tables."""

from __future__ import annotations

from rnn_geometry.pages.forecast import TEMPLATE, page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.plotting import style
from rnn_geometry.plotting.forecast import forecast_figure
from rnn_geometry.store import formats
from rnn_geometry.store.columns import read_frame

# The tables are beside the page.
ON_PAGE = {"suffixes": ["png"], "dpi": 150, "data": False}


def run(files, output, params, log) -> None:
    """Write the page and draw its figure."""
    networks = read_frame("forecast", files["networks"])
    text = page(
        template_texts(TEMPLATE)[TEMPLATE], networks, read_frame("forecast_sets", files["sets"])
    )
    formats.write_text(output["page"], text)
    figure = forecast_figure(networks)
    style.save(figure, output["figure"].removesuffix(".png"), **ON_PAGE)
    log(f"{len(networks)} networks")
