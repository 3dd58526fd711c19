"""Figures over all networks."""

from __future__ import annotations

from rnn_geometry.identity import Network
from rnn_geometry.plotting import intrinsic, overview, style
from rnn_geometry.store.columns import read_frame


def run(files, output, params, log) -> None:
    """Draw the figures over all networks but controls and those that only a sweep asks for."""
    import pandas as pd

    runs, tasks, dimension = (
        read_frame(name, files[name]) for name in ("runs", "tasks", "dimension")
    )
    shown = pd.DataFrame(params.shown, columns=list(Network._fields))
    runs, dimension = (table.merge(shown, on=list(shown)) for table in (runs, dimension))
    tasks = tasks[tasks["task"].isin(runs["task"])]
    lengths = dict(zip(tasks["task"], tasks["mean_length"]))
    figures = {
        "dimension_overview": overview.dimension_against_classes(runs),
        "readout_angles": overview.readout_angles(runs),
        "accuracy_cliff": overview.accuracy_cliff(runs),
        "time_constants": overview.time_constants(runs, lengths),
        "predicted_dimension": overview.predicted_dimension(runs),
        "estimators": intrinsic.dimension_by_estimator(dimension, tasks),
    }
    for name, figure in figures.items():
        style.save(figure, output[name].removesuffix(".png"))
    log(f"{len(figures)} figures of {len(runs)} networks")
