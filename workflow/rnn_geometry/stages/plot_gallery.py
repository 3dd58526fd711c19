"""The manifolds of all tasks and models side by side."""

from __future__ import annotations

from rnn_geometry.plotting import style
from rnn_geometry.plotting.arrays import load_networks
from rnn_geometry.plotting.gallery import manifold_gallery
from rnn_geometry.plotting.garbage import collected_after


def run(files, output, params, log) -> None:
    """Draw one network per task and model."""
    networks = load_networks(dict(files.items()))
    with collected_after():
        figure = manifold_gallery(networks)
        style.save(figure, output["png"].removesuffix(".png"), params.formats)
    log(f"{len(networks)} networks")
