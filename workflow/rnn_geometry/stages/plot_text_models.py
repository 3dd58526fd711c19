"""Language models of running text at a glance, a picture a network, from their table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnn_geometry.claims.typed import read_typed
from rnn_geometry.geometry.text_models import LANGUAGE_TEXT
from rnn_geometry.identity import ENDINGS, UNTRAINED, Network, network_of
from rnn_geometry.plotting import style
from rnn_geometry.plotting.garbage import collected_after
from rnn_geometry.plotting.text_models import DPI, plot_text_model


def run(files, output, params, log) -> None:
    """Draw the panel of every network that an output is of."""
    rows = rows_of(files["language_text"])
    for path in output:
        network = network_of(path)
        with collected_after():
            figure = plot_text_model(str(network), rows[network], rows.get(control_of(network)))
            style.save(figure, Path(path).with_suffix(""), ("png",), DPI, data=False)
    log(f"{len(output)} networks")


def rows_of(table: str) -> dict[Network, Mapping[str, Any]]:
    """Return the rows of language_text.csv by network.

    Parameters
    ----------
    table
        Path of the table.
    """
    records = read_typed(table, LANGUAGE_TEXT).to_dict("records")
    rows = ({str(name): value for name, value in record.items()} for record in records)
    return {Network.of(row)._replace(seed=int(row["seed"])): row for row in rows}


def control_of(network: Network) -> Network:
    """Return the network that has the initial weights of another.

    Parameters
    ----------
    network
        One that is trained.
    """
    return network._replace(model=network.model + ENDINGS[UNTRAINED])
