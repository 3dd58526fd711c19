"""Figures over all networks."""

from __future__ import annotations

from rnn_geometry.identity import Network, base_task
from rnn_geometry.pages.task_order import rows_in_order, tasks_in_order
from rnn_geometry.plotting import overview, style
from rnn_geometry.plotting.garbage import collected_after
from rnn_geometry.plotting.registry import drawn
from rnn_geometry.store import formats
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
    known = [task for task, *_ in params.shown]
    runs, dimension, tasks = (rows_in_order(table, known) for table in (runs, dimension, tasks))
    tasks = tasks.drop_duplicates("task")
    multiverse = _multiverse(files["multiverse"])
    tables = {
        "runs": runs,
        "tasks": tasks,
        "dimension": dimension,
        "multiverse": multiverse,
        "order": [] if multiverse.empty else tasks_in_order(multiverse["task"], known),
        "mean_lengths": dict(zip(tasks["task"], tasks["mean_length"])),
    }
    asked = dict(output.items())
    names = [name for name in overview.OVER_NETWORKS if name in asked]
    for name in names:
        with collected_after():
            figure = drawn(overview.OVER_NETWORKS[name], tables)
            style.save(figure, output[name].removesuffix(".png"), params.formats)
    log(f"{len(names)} figures of {len(runs)} networks")


def _multiverse(path):
    """Return verdicts by analysis. Most runs have one analysis alone, and its columns stand in a
    module that takes longer to import than four of these figures to draw."""
    import pandas as pd

    rows = formats.read_table(path)
    return read_frame("multiverse", path) if any(rows.values()) else pd.DataFrame(rows)
