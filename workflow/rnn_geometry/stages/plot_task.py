"""The figures of one task: a panel per model."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rnn_geometry.plotting import style
from rnn_geometry.plotting.alike import has_distances, networks_alike
from rnn_geometry.plotting.arrays import load_networks, with_snapshots
from rnn_geometry.plotting.garbage import collected_after
from rnn_geometry.plotting.planes import thumbnail
from rnn_geometry.plotting.task_figures import task_figures
from rnn_geometry.store import formats

THUMBNAIL = "thumbnail"  # the picture on the start page that leads into the explorer
APART = ("snapshots", "distances")  # files that not every network has one of


def run(files, output, params, log) -> None:
    """Draw all figures of one task into a folder, one after the other."""
    others = {name: paths for name, paths in files.items() if name not in APART}
    networks = with_snapshots(load_networks(others), files["snapshots"])
    distances = formats.read_table(files["distances"])
    figures = task_figures(networks)
    if has_distances(distances):
        figures["networks_alike"] = partial(networks_alike, distances, task=networks[0].record.task)
    for name, draw in figures.items():
        with collected_after():
            style.save(draw(), Path(output[0]) / name, params.formats)
    style.save(thumbnail(networks), Path(output[0]) / THUMBNAIL, ["svg"], data=False)
    log(f"{', '.join(figures)} of {len(networks)} networks")
