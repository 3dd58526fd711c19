"""Dimension of the visited states, final states and slow points of all networks of one task."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rnn_geometry.geometry.dimension import LINEAR, intrinsic_dimension
from rnn_geometry.geometry.frame import converged_rows, seen_entries
from rnn_geometry.geometry.network import IDENTITY
from rnn_geometry.geometry.tables import DIMENSION
from rnn_geometry.identity import Network
from rnn_geometry.stages.tabulate import order, table_of
from rnn_geometry.store import formats
from rnn_geometry.store.artifacts import Geometry, SlowPoints, States

POINT_SETS = ("visited", "final", "slow")


def dimension_table(
    geometry_files: Sequence[str],
    states_files: Sequence[str],
    slow_files: Sequence[str],
    log: Callable[[str], None],
) -> dict[str, list]:
    """Return the long table of one task.

    Parameters
    ----------
    geometry_files, states_files, slow_files
        geometry.json, states.npz and slow_points.npz of its networks, in the same order.
    log
        Takes a line per network.

    Returns
    -------
    dict of list
        A row per network and set of points: the linear measures of geometry.json, and the
        estimators of intrinsic dimension.
    """
    rows = []
    for geometry_file, states_file, slow_file in zip(
        geometry_files, states_files, slow_files, strict=True
    ):
        geometry, states = Geometry.read(geometry_file), States.read(states_file)
        slow, seen = SlowPoints.read(slow_file), seen_entries(states.readout)
        converged = slow.points[converged_rows(slow.status)]
        points = {"visited": states.visited, "final": states.final, "slow": converged}
        for name in POINT_SETS:
            suffix = "" if name == "slow" else f"_{name}"
            linear = {measure: geometry[measure + suffix] for measure in LINEAR}
            rows.append({**{key: geometry[key] for key in IDENTITY}, "points": name, **linear})
            rows[-1].update(intrinsic_dimension(points[name][:, seen]))
        log(str(Network.of(geometry)))
    rows.sort(key=lambda row: (*order(row), row["points"]))
    return table_of(rows, DIMENSION)


def run(files, output, params, log) -> None:
    """Write the table of one task."""
    formats.write_table(
        output[0], dimension_table(files["geometry"], files["states"], files["slow_points"], log)
    )
