"""One network at a glance: its panel and its page."""

from __future__ import annotations

from typing import Any

from rnn_geometry.geometry.bend import bend_of
from rnn_geometry.geometry.tables import FROM_STATISTICS
from rnn_geometry.pages.network import network_page, shown_figures
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.plotting.garbage import collected_after
from rnn_geometry.plotting.network import (
    NetworkArrays,
    draw_panel,
    load_network,
    plot_narrow,
    plot_network,
    save_panel,
)
from rnn_geometry.plotting.network_pieces import (
    cut_panel,
    legend_signs,
    piece_data,
    trimmed,
    whole_picture,
)
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store import formats
from rnn_geometry.tasks.theory import structure_of

TEMPLATES = ("network.html.jinja", "style.css", "network.css", "network.js", "cues.js")


def run(network: NetworkJob) -> None:
    """Draw the panel of one network and write its page."""
    files, output = dict(network.input), network.output
    statistics = formats.read_json(files.pop("word_statistics"))
    loaded = load_network(files)
    with collected_after():
        panel, tables = _panel(loaded)
        save_panel(panel, output["panel"])
        pieces, narrow = cut_panel(panel), whole_picture(trimmed(draw_panel(plot_narrow(loaded))))
    statistics["data_seed"] = loaded.meta["settings"]["data_seed"]
    numbers = {**loaded.geometry, **{name: statistics[name] for name in FROM_STATISTICS}}
    own = dict(network.own)
    numbers["pooling"] = own.pop("pooling", None)
    drawn = (pieces, tables, loaded.dimension, bend_of(loaded.points))
    figures = shown_figures(*drawn, narrow, legend_signs(loaded))
    known = (numbers, loaded.record.facts(), figures)
    numbers["mean_length"] = loaded.meta["mean_length"]
    structure = structure_of(loaded.meta)
    own["allowed"] = own.get("allowed", {}).get(structure.name, {})
    called = structure.called(int(loaded.meta["classes"]))
    page = network_page(template_texts(*TEMPLATES), *known, **own, called=called)
    formats.write_text(output["index"], page)


def _panel(loaded: NetworkArrays) -> tuple[Any, dict[str, str]]:
    """Return the picture of a panel, and what it shows as tables; its figure is garbage then."""
    figure = plot_network(loaded)
    return draw_panel(figure), piece_data(figure, loaded)
