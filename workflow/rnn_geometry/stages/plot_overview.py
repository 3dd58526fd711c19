"""Figures over all networks."""

from __future__ import annotations

from rnn_geometry.identity import Network, base_task
from rnn_geometry.plotting import overview, style
from rnn_geometry.plotting.garbage import collected_after
from rnn_geometry.plotting.registry import drawn
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
    # Data seeds of a task stand side by side.
    runs, dimension, tasks = (
        table.assign(task=table["task"].map(base_task)) for table in (runs, dimension, tasks)
    )
    tasks = tasks.drop_duplicates("task")
    tables = {
        "runs": runs,
        "tasks": tasks,
        "dimension": dimension,
        "mean_lengths": dict(zip(tasks["task"], tasks["mean_length"])),
    }
    for name, draw in overview.OVER_NETWORKS.items():
        with collected_after():
            figure = drawn(draw, tables)
            style.save(figure, output[name].removesuffix(".png"), params.formats)
    log(f"{len(overview.OVER_NETWORKS)} figures of {len(runs)} networks")
