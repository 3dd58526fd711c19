"""As many unordered classes as ordered ones, in the same cell."""

from __future__ import annotations

from rnn_geometry.plotting import style
from rnn_geometry.plotting.arrays import load_networks
from rnn_geometry.plotting.garbage import collected_after
from rnn_geometry.plotting.headline import headline


def run(files, output, params, log) -> None:
    """Draw the two networks beside each other."""
    unordered, ordered = load_networks(dict(files.items()))
    with collected_after():
        figure = headline(unordered, ordered)
        style.save(figure, output["png"].removesuffix(".png"), params.formats)
    log(f"{unordered.title}; {ordered.title}")
