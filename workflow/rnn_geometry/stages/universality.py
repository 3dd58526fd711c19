"""Distances between networks of all tasks, what they tell of cells, and verdicts on that."""

from __future__ import annotations

from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.registration import deviations
from rnn_geometry.claims.typed import read_typed
from rnn_geometry.claims.universality import judged_neighbours
from rnn_geometry.claims.universality_registration import universality_code_now
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.geometry.universality import NEIGHBOURS, TABLES
from rnn_geometry.stages.tabulate import stacked
from rnn_geometry.store import formats
from rnn_geometry.store.columns import read_frame


def run(files, output, params, log) -> None:
    """Lay the tables of the tasks one below the other, and judge every claim about them."""
    for name in TABLES:
        table = stacked([formats.read_table(path) for path in files[name]])
        formats.write_table(output[name], table)
    neighbours = read_typed(output["neighbours"], NEIGHBOURS)
    runs, tasks = (read_frame(name, files[name]) for name in ("runs", "tasks"))
    frame, keys = judged_neighbours(neighbours, runs, tasks, params.judged)
    found = judged_units(params.claims, units_of_claims(params.claims, frame, None, keys))
    formats.write_table(output["claims"], {str(name): found[name].tolist() for name in found})
    log(f"{len(found)} verdicts: {found['verdict'].value_counts().to_dict()}")
    for line in deviations(params.claims, universality_code_now()):
        log(line)
