"""The page of language models of running text: their numbers beside none, a panel of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rnn_geometry.claims.grid import fragment
from rnn_geometry.identity import Network
from rnn_geometry.pages.attention import in_page
from rnn_geometry.pages.templating import environment
from rnn_geometry.plotting.text_models import ORDERS, is_known

COLUMNS = {  # of the table, by what stands above them
    "perplexity": "perplexity",
    "label": "label",
    "slowest modes": "label_slow",
    "random directions": "label_random",
    "bag of words": "label_bag_of_words",
    "slow modes": "slow_modes",
}
DIGITS = {"perplexity": 1, "slow_modes": 0}  # after the point; of others two
MODE = ("words_up", "words_down")  # words that move along the slowest mode


def text_models_page(
    templates: Mapping[str, str],
    rows: Mapping[Network, Mapping[str, Any]],
    panels: Mapping[Network, str | Path],
    *,
    start: bool,
    reading: bool,
) -> str:
    """Return the self-contained page.

    Parameters
    ----------
    templates
        Texts by name.
    rows
        Rows of language_text.csv by network.
    panels
        PNG files by network, of those that are shown.
    start, reading
        Whether there is a start page, and a page of language models of known sources, to lead to.
    """
    page = environment(autoescape=True, templates=templates)
    return page.get_template("text_models.html.jinja").render(
        columns=list(COLUMNS),
        tasks=_by_task(rows),
        count=sum(not network.is_control for network in rows),
        panels=[
            {
                "title": str(network),
                "id": fragment(*map(str, network)),
                "source": in_page(file),
                "words": [_text(rows[network][name]) for name in MODE],
            }
            for network, file in panels.items()
        ],
        start=start,
        reading=reading,
    )


def _by_task(rows: Mapping[Network, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what is known of each task without a network, and a row per network."""
    names = list(dict.fromkeys(network.task for network in rows))
    return [_task(name, {n: row for n, row in rows.items() if n.task == name}) for name in names]


def _task(name: str, rows: Mapping[Network, Mapping[str, Any]]) -> dict[str, Any]:
    first = next(iter(rows.values()))
    grams = {order: first[f"perplexity_ngram_{order}"] for order in ORDERS}
    best = min(grams, key=grams.__getitem__)
    return {
        "name": name,
        "ngram": f"{best}-grams {grams[best]:.1f}",
        "constant": number("constant", first["constant"]),
        "rows": [
            {
                "model": network.model,
                "seed": network.seed,
                "control": network.is_control,
                "numbers": [number(column, row[column]) for column in COLUMNS.values()],
            }
            for network, row in rows.items()
        ],
    }


def number(column: str, value: Any) -> str:
    """Return a number of a column as the page shows it; empty if there is none.

    Parameters
    ----------
    column
        Of language_text.csv.
    value
        Its value.

    Examples
    --------
    >>> number("perplexity", 84.81), number("label", 0.7), number("label", None)
    ('84.8', '0.70', '')
    """
    return f"{value:.{DIGITS.get(column, 2)}f}" if is_known(value) else ""


def _text(value: Any) -> str:
    return str(value) if is_known(value) else ""


def ordered(rows: Iterable[Network]) -> list[Network]:
    """Return networks by task, model and seed, controls behind what they are controls of.

    Parameters
    ----------
    rows
        The networks.
    """
    return sorted(rows, key=lambda n: (n.task, n.original.model, float(n.l2), n.seed, n.is_control))
