"""The tables of the battery as small committed files."""

from __future__ import annotations

from rnn_geometry.claims.networks import networks_table
from rnn_geometry.claims.registration import code_now
from rnn_geometry.claims.saved import save_networks
from rnn_geometry.pages.costs import cost_table
from rnn_geometry.store.columns import read_frame

DIGITS = 4
SIGNIFICANT = 5  # digits of a number of a network: verdicts are the same as from all of them


def run(files, output, params, log) -> None:
    """Keep verdicts, networks, sweeps and costs with few digits; and which code made them."""
    import pandas as pd

    tables = {name: read_frame(name, path) for name, path in files.items()}
    for name in ("claims", "sweeps", "multiverse"):
        tables[name].round(DIGITS).to_csv(output[name], index=False)
    networks = networks_table(tables["runs"], tables["tasks"], tables["dimension"])
    save_networks(output["networks"], _short(networks), params.judged)
    rules = cost_table(params.folder, params.benchmarks)
    costs = pd.DataFrame(rules).drop(columns="memory_mb").round(1)
    costs["networks"] = len(tables["runs"])
    costs.to_csv(output["costs"], index=False)
    code = pd.DataFrame(code_now().items(), columns=["part", "code"])
    code.to_csv(output["code"], index=False)
    log(f"{costs['cpu_seconds'].sum():.0f} CPU seconds")


def _short(networks):
    """Return networks with numbers of SIGNIFICANT digits, without times, which tell nothing."""
    kept = networks[[name for name in networks if not name.endswith("seconds")]].copy()
    for name in kept.select_dtypes("float"):
        kept[name] = [float(f"{value:.{SIGNIFICANT}g}") for value in kept[name]]
    return kept
