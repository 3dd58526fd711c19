"""The tables of a battery, or of a small run, as small committed files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rnn_geometry.claims.networks import networks_table
from rnn_geometry.claims.registration import code_now
from rnn_geometry.claims.saved import columns_judged, save_networks
from rnn_geometry.config.documents import OF_NETWORKS
from rnn_geometry.pages.costs import cost_table
from rnn_geometry.pages.natural import RUNS, SHOWN, class_words
from rnn_geometry.pages.text_data import data_rows
from rnn_geometry.store import formats
from rnn_geometry.store.columns import read_frame

if TYPE_CHECKING:
    import pandas as pd

DIGITS = 4
SIGNIFICANT = 5  # digits of a number of a network: verdicts are the same as from all of them


def run(files, output, params, log) -> None:
    """Keep what the rule asks for, each by the name of its output."""
    for name, path in output.items():
        if name == "networks":
            save_networks(path, _few_columns(_networks(files), params), params.judged)
        else:
            _table(name, files, params).to_csv(path, index=False)
        log(f"{name}: {path}")


def _table(name: str, files, params) -> pd.DataFrame:
    """Return one table with few digits."""
    return MADE[name](files, params) if name in MADE else _frame(files, name).round(DIGITS)


def _frame(files, name: str) -> pd.DataFrame:
    return read_frame(name, files[name])


def _costs(files, params) -> pd.DataFrame:
    import pandas as pd

    rules = cost_table(params.folder, params.benchmarks)
    costs = pd.DataFrame(rules).drop(columns="memory_mb").round(1)
    return costs.assign(networks=len(_frame(files, "runs")))


def _code(files, params) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(code_now().items(), columns=["part", "code"])


def _data(files, params) -> pd.DataFrame:
    import pandas as pd

    rows = [row for path in files["meta"] for row in data_rows(formats.read_json(path))]
    return pd.DataFrame(rows).round(DIGITS).sort_values(["data", "task", "split"])


def _words(files, params) -> pd.DataFrame:
    return class_words(_frame(files, "words"))


def _runs(files, params) -> pd.DataFrame:
    networks = _networks(files)
    return networks[[name for name in RUNS if name in networks]]


MADE: dict[str, Callable[[Any, Any], pd.DataFrame]] = {
    "costs": _costs,
    "code": _code,
    "data": _data,
    "words": _words,
    "runs": _runs,
}


def _few_columns(networks: pd.DataFrame, params) -> pd.DataFrame:
    """Return columns that claims or a page speak of, of controls those of claims alone.

    Where no claims are given, all.
    """
    claims = getattr(params, "claims", None)
    if claims is None:
        return networks
    judged = columns_judged(claims)
    kept = networks[[name for name in networks if name in judged or name in SHOWN]].copy()
    apart = [name for name in kept if name not in judged]
    kept.loc[kept["control"].notna(), apart] = None
    return kept


def _networks(files) -> pd.DataFrame:
    """Return networks with numbers of SIGNIFICANT digits, without times, which tell nothing."""
    networks = networks_table(*(_frame(files, name) for name in OF_NETWORKS))
    kept = networks[[name for name in networks if not str(name).endswith("seconds")]].copy()
    for name in kept.select_dtypes("float"):
        kept[name] = [float(f"{value:.{SIGNIFICANT}g}") for value in kept[name]]
    return kept
