"""The page of one network: figures, numbers beside theory, how it was trained, its files."""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup, escape

from rnn_geometry.claims.judged import not_judged
from rnn_geometry.geometry.bend import Bend
from rnn_geometry.geometry.tables import RUN_GROUPS, RUNS
from rnn_geometry.identity import Network, run_folder
from rnn_geometry.pages._key_numbers import key_numbers
from rnn_geometry.pages._meanings import meaning_of
from rnn_geometry.pages.templating import environment, number, typeset
from rnn_geometry.plotting.network_pieces import PIECES, caption_of
from rnn_geometry.plotting.text import said_model
from rnn_geometry.store.artifacts import Snapshots
from rnn_geometry.store.columns import Column, learned
from rnn_geometry.store.results import OF_NETWORK

# What the sentence on a network that no verdict counts names.
OF_TASK = ("test_accuracy", "bag_of_words_accuracy", "constant_accuracy")
# Files of a network beside its page; snapshots are there where training is followed alone.
FILES = [kind.FILE for kind in OF_NETWORK.values() if "/" not in kind.FILE and kind != Snapshots]
NO_GAP = 0.5  # as of verdicts (claims._units), which would bring pandas to every drawn network
MANIFOLD = "manifold"  # the figure with a legend, and a picture for telephones
QUOTED = {code: quote(chr(code), safe=",.+;:()") for code in range(128)}  # in an address
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
NO_NUMBERS = ("text", "word")  # kinds of columns that are no numbers


def network_page(
    templates: Mapping[str, str],
    run: Mapping[str, Any],
    record: Mapping[str, Any],
    figures: Sequence[Mapping[str, Any]],
    explorer: bool,
    margin: float,
    beside: Mapping[str, Sequence[Sequence[Any]]],
    called: str = "",
    printed: Sequence[str] = (),
    allowed: Mapping[str, float] | None = None,
) -> str:
    """Return the page of one network.

    Parameters
    ----------
    templates
        Texts by name: network.html.jinja and what it includes.
    run
        Its numbers, those of runs.csv that follow from others apart.
    record
        Its run.json.
    figures
        Of `shown_figures`.
    explorer
        Whether the explorer of its task shows it.
    margin
        `bag_of_words_margin` of the claims.
    beside
        Keys of networks with pages, see `config.neighbours`.
    called
        What a reader calls its task; empty for the task's own name.
    printed
        Formats in which figures of its task show this network, too.
    allowed
        Shares by which claims about such tasks let measures miss what theory expects, by column.
    """
    run = {**run, "learned": learned(run)}
    run |= {"not_judged": not_judged(run, margin)}
    up = "/".join([".."] * len(PurePosixPath(run_folder(run)).parts))
    settings = {key: value for key, value in record["settings"].items() if value is not None}
    choice = f"#model={run['model']}&l2={run['l2']}&seed={run['seed']}"
    return _compiled(tuple(templates.items())).render(
        title=" · ".join((called or run["task"], said_model(run["model"]), f"seed {run['seed']}")),
        name=str(Network.of(run)),
        run=run,
        up=up,
        beside={name: _links(keys, run, up) for name, keys in beside.items()},
        not_judged=run["not_judged"],
        no_gap=NO_GAP,
        imported="weights" in settings,
        numbers_of_task={name: _shown(run.get(name)) for name in OF_TASK},
        explorer=f"{up}/explorer/{run['task']}.html{choice}" if explorer else None,
        figures=figures,
        printed=printed,
        key_numbers=key_numbers(run, _meanings(), allowed or {}),
        groups=grouped(run),
        training={
            **settings,
            "step of the kept weights": record["best_step"],
            "device": record["device"],
        },
        origin=_origin(record),
        files=FILES,
    )


def _meanings() -> dict[str, str]:
    return {name: meaning_of(column) for name, column in RUNS.items()}


@functools.cache
def _compiled(templates: tuple[tuple[str, str], ...]) -> jinja2.Template:
    """Return the template of a page, compiled once for all networks of a job."""
    found = environment(autoescape=True, templates=dict(templates))
    return found.get_template("network.html.jinja")


def shown_figures(
    pieces: Mapping[str, tuple[bytes, int]],
    tables: Mapping[str, str],
    dimension: int | None,
    bend: Bend | None = None,
    narrow: tuple[bytes, int] | None = None,
    legend: Sequence[Mapping[str, str]] = (),
) -> list[dict[str, Any]]:
    """Return the figures of a page with their captions.

    Parameters
    ----------
    pieces
        Of `plotting.network_pieces.cut_panel`.
    tables
        Of `plotting.network_pieces.piece_data`.
    dimension
        Expected; None where theory gives none.
    bend
        How slow points leave a plane, see `bend_of`; None where that is not known.
    narrow
        The manifold as a telephone shows it, of `plotting.network_pieces.whole_picture`.
    legend
        Of the manifold, see `plotting.network_pieces.legend_signs`.

    Returns
    -------
    list of dict
        `name`, `title`, `caption`, `width` in pixels, `source`: the picture itself, `narrow`: that
        of a telephone or empty, `legend`, `table`: what it shows as CSV, empty where that is
        nothing, and `of_task`: a figure of the task.
    """
    return [
        {
            "name": piece.name,
            "title": piece.title,
            "caption": caption_of(piece, dimension, bend),
            "width": pieces[piece.name][1],
            "source": _picture(pieces[piece.name][0]),
            "narrow": _picture(narrow[0]) if narrow and piece.name == MANIFOLD else "",
            "legend": legend if piece.name == MANIFOLD else (),
            "table": _inside(tables.get(piece.name, "")),
            "of_task": piece.of_task,
        }
        for piece in PIECES
        if piece.name in pieces
    ]


def _picture(png: bytes) -> str:
    """Return an address that holds a picture itself."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _inside(table: str) -> str:
    """Return an address that holds a table itself; empty without one."""
    if not table:
        return ""
    # `quote` looks at every letter by itself.
    quoted = BEYOND_ASCII.sub(lambda found: quote(found[0]), table.translate(QUOTED))
    return f"data:text/csv;charset=utf-8,{quoted}"


def grouped(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the numbers of a network by what they are about, each with its definition.

    Parameters
    ----------
    run
        Its numbers by column.

    Returns
    -------
    list of dict
        `title`, `rows` with `name`, `value`, `unit` and `meaning`, and `empty`: names of columns
        that say nothing of this network.
    """
    return [
        {
            "title": title,
            "rows": [
                _row(column, run[name]) for name, column in columns.items() if _has(run, name)
            ],
            "empty": [name for name in columns if not _has(run, name)],
        }
        for title, columns in RUN_GROUPS.items()
    ]


def _has(run: Mapping[str, Any], name: str) -> bool:
    return run.get(name) not in (None, "")


def _row(column: Column, value: Any) -> dict[str, Any]:
    return {
        "name": column.name,
        "value": _text(value),
        "is_number": column.kind not in NO_NUMBERS,
        "unit": column.unit,
        "meaning": coded(meaning_of(column)),
    }


def coded(text: str) -> Markup:
    """Return a definition as HTML: what stands between backticks is code.

    Parameters
    ----------
    text
        Of a column.

    Examples
    --------
    >>> coded("`a` < b")
    Markup('<code>a</code> &lt; b')
    """
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else part for i, part in enumerate(parts)
    )


def _links(keys: Sequence[Sequence[Any]], run: Mapping[str, Any], up: str) -> list[dict[str, Any]]:
    """Return where networks have their pages, and what they are called beside a network."""
    return [
        {
            "network": one,
            "href": f"{up}/{one.folder}/index.html",
            "cell": said_model(one.model),
            "label": _called_beside(one, Network.of(run)),
        }
        for one in (Network(*key) for key in keys)
    ]


def _called_beside(other: Network, network: Network) -> str:
    """Return the cell and the seed of a network, with its task and penalty where these differ."""
    task = [other.task] if other.task != network.task else []
    same = other[:2] == network[:2] and other.l2 != network.l2
    penalty = [f"L2 {other.l2}"] if same else []
    return ", ".join([*task, said_model(other.model), *penalty, f"seed {other.seed}"])


def _origin(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return seeds, versions and hashes."""
    hashes = record["data_sha256"].items()
    return {
        **{f"seed of {name}": value for name, value in record["seeds"].items()},
        **record["versions"],
        **{f"SHA-256 of {name}": f"{value[:16]}…" for name, value in hashes},
        "fingerprint of the training code": record["fingerprint"],
    }


def _shown(value: Any) -> str:
    return "not known" if value is None else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str):
        return value
    return typeset(number(value, digits=4) if isinstance(value, float) else str(value))
