"""Where a second look is worth it: more seeds of the tasks, cells and sweeps left undecided.

    python -m rnn_geometry.claims.second_look results/battery2/tables/claims.csv --seeds 202 203

prints a configuration that goes on top of the first one. Every network that it adds is new; those
that are there stay as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from rnn_geometry.claims._units import SWEEP
from rnn_geometry.claims.looks import UNDECIDED
from rnn_geometry.claims.table import ALL_CELLS
from rnn_geometry.store import formats


def second_look(verdicts: Iterable[Mapping[str, Any]], seeds: Sequence[int]) -> dict[str, Any]:
    """Return the key of a configuration that adds seeds where a verdict is undecided.

    Parameters
    ----------
    verdicts
        Rows of claims.csv. Where no network is judged, more of them would not be either;
        exploratory claims are not counted.
    seeds
        What to add to the seeds of the first look.

    Returns
    -------
    dict
        `second_look`: `seeds`; `tasks`, by task the cells with an undecided verdict; `sweeps`.

    Examples
    --------
    >>> row = {"task": "two", "cell": "gru", "structure": "binary", "runs": 10}
    >>> second_look([{**row, "verdict": "undecided"}], [202])["second_look"]["tasks"]
    {'two': ['gru']}
    """
    tasks: dict[str, set[str]] = {}
    sweeps: set[str] = set()
    for row in filter(_is_open, verdicts):
        if row["structure"] == SWEEP:
            sweeps.add(row["task"])
        else:
            tasks.setdefault(row["task"], set()).add(row["cell"].split(" l2 ")[0])
    chosen = {task: sorted(tasks[task]) for task in sorted(tasks)}
    return {"second_look": {"seeds": list(seeds), "tasks": chosen, "sweeps": sorted(sweeps)}}


def _is_open(row: Mapping[str, Any]) -> bool:
    """Tell whether more networks could decide a verdict."""
    counts = int(row["runs"]) > 0 and not int(row.get("exploratory", 0))
    return row["verdict"] == UNDECIDED and row["cell"] != ALL_CELLS and counts


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the configuration of a second look.

    Parameters
    ----------
    arguments
        Of the command line; None for those of the process.
    """
    parser = argparse.ArgumentParser(description="Print the configuration of a second look.")
    parser.add_argument("claims", help="claims.csv of the first look")
    parser.add_argument("--seeds", type=int, nargs="+", required=True, help="seeds to add")
    asked = parser.parse_args(arguments)
    table = formats.read_table(asked.claims)
    rows = [dict(zip(table, values)) for values in zip(*table.values())]
    found = second_look(rows, asked.seeds)
    count = sum(map(_is_open, rows))
    print(
        f"# More seeds, on top of the first, where {count} of {len(rows)} verdicts are undecided."
    )
    print(yaml.safe_dump(found, sort_keys=False, width=100, default_flow_style=None), end="")


if __name__ == "__main__":
    main()
