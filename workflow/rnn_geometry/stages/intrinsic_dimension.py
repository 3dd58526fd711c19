"""Dimension of the visited states, final states and slow points of all networks of one task."""

from __future__ import annotations

from collections.abc import Callable

from rnn_geometry.stages.tabulate import _order
from rnn_geometry.store import formats
from rnn_geometry.store.columns import IDENTITY

POINT_SETS = ("visited", "final", "slow")

LINEAR_MEASURES = ("participation_ratio", "components_90", "components_95", "components_n")


def dimension_table(
    geometry_files, states_files, slow_files, log: Callable[[str], None]
) -> dict[str, list]:
    """Return the long table of one task: a row per network and set of points (visited, final, slow).

    Columns: the linear measures of geometry.json and the intrinsic-dimension estimators of scikit-dimension.
    """
    from rnn_geometry.geometry.dimension import intrinsic_dimension

    rows = []
    for geometry_file, states_file, slow_file in zip(
        geometry_files, states_files, slow_files, strict=True
    ):
        geometry, states = formats.read_json(geometry_file), formats.read_npz(states_file)
        points = {**states, "slow": formats.read_npz(slow_file)["points"]}
        for name in POINT_SETS:
            suffix = "" if name == "slow" else f"_{name}"
            linear = {measure: geometry.get(measure + suffix) for measure in LINEAR_MEASURES}
            rows.append({**{key: geometry[key] for key in IDENTITY}, "points": name, **linear})
            rows[-1].update(intrinsic_dimension(points[name]))
        log(f"{geometry['task']} {geometry['model']} l2 {geometry['l2']} seed {geometry['seed']}")
    rows.sort(key=lambda row: (*_order(row), row["points"]))
    return {name: [row[name] for row in rows] for name in rows[0]}


def run(files, output, params, log) -> None:
    """Write the table of one task."""
    formats.write_table(
        output[0], dimension_table(files["geometry"], files["states"], files["slow_points"], log)
    )
