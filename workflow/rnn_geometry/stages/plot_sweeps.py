"""A figure for every sweep."""

from __future__ import annotations

from rnn_geometry.plotting import style
from rnn_geometry.plotting.sweeps import sweep_figure
from rnn_geometry.store.columns import read_frame


def run(files, output, params, log) -> None:
    """Draw every sweep."""
    sweeps = read_frame("sweeps", files[0])
    for name in params.sweeps:
        figure = sweep_figure(sweeps[sweeps["sweep"] == name])
        style.save(figure, output[f"sweep_{name}"].removesuffix(".png"), params.formats)
    log(f"{len(params.sweeps)} sweeps, {len(sweeps)} networks")
