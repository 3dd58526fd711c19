"""The tables of the battery as small committed files."""

from __future__ import annotations

from rnn_geometry.pages.costs import cost_table
from rnn_geometry.store.columns import read_frame

DIGITS = 4


def run(files, output, params, log) -> None:
    """Keep verdicts, sweeps and costs with few digits."""
    import pandas as pd

    for name in ("claims", "sweeps"):
        read_frame(name, files[name]).round(DIGITS).to_csv(output[name], index=False)
    rules = cost_table(params.folder, params.benchmarks)
    costs = pd.DataFrame(rules).drop(columns="memory_mb").round(1)
    costs["networks"] = len(read_frame("runs", files["runs"]))
    costs.to_csv(output["costs"], index=False)
    log(f"{costs['cpu_seconds'].sum():.0f} CPU seconds")
