"""The explorer of networks without a step and those beside them: texts read place by place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from rnn_geometry.geometry.transformers import TRANSFORMER_CELL
from rnn_geometry.identity import Network
from rnn_geometry.pages._explorer_encoding import embedded_json
from rnn_geometry.pages.attention import in_page
from rnn_geometry.pages.reading import CLOUD, as_bytes, likely, short
from rnn_geometry.pages.templating import environment
from rnn_geometry.plotting.by_place import Placed

TABLES = {
    "transformers": "Numbers of classifiers",
    "transformers_language": "of language models",
    "claims_transformers": "Verdicts",
}


def transformers_page(
    templates: Mapping[str, str],
    networks: Mapping[Network, Placed],
    figure: str | Path,
    tables: Mapping[str, str],
    *,
    start: bool,
    reading: bool,
) -> str:
    """Return the self-contained page.

    Parameters
    ----------
    templates
        Texts by name.
    networks
        One or more, with what is shown of each.
    figure
        The PNG file over all networks.
    tables
        What the page calls tables that are there, by their names.
    start, reading
        Whether there is a start page, and a page of language models, to lead to.
    """
    page = environment(autoescape=True, templates=templates)
    payload = {"networks": [network_payload(*one) for one in networks.items()]}
    leads = {"start": start, "reading": reading, "tables": list(tables.items())}
    return page.get_template("transformers.html.jinja").render(
        payload=Markup(embedded_json(payload)), figure=in_page(figure), **leads
    )


def network_payload(network: Network, placed: Placed) -> dict[str, Any]:
    """Return what the page knows of a network.

    Parameters
    ----------
    network
        Which one it is.
    placed
        What is shown of it.

    Returns
    -------
    dict
        As `reading.network_payload`, without what needs a step. Nothing stands before the first
        word: of each text the first entry of `known`, `read` (by one map), `own` (by the place's
        own), `mixed`, `places` and `next` is empty. `shades` are colours of `outcomes`, by which
        places are mixed; `range` the least and the most of what is read; `carried` has shares by
        cut. `sums`: whether sums are read, and classes said.
    """
    read = placed.read
    return {
        "title": f"{network.task}, {network.model}, seed {network.seed}",
        "facts": facts(placed.numbers),
        "sums": placed.sums,
        "step": placed.numbers["cell"] != TRANSFORMER_CELL,
        "panel": f"figures/transformers/{network.task}_{network.model}.png",
        "states": list(placed.targets),
        "colours": as_bytes(placed.colours(placed.targets)),
        "outcomes": list(placed.outcomes),
        "shades": as_bytes(placed.colours(placed.outcomes)),
        "range": value_range(read.known) if placed.sums else [0, 1],
        "cloud": short(read.cloud[:CLOUD]),
        "beliefs": short(read.shares[:CLOUD]),
        "carried": {
            "cuts": read.cuts.tolist(),
            "shares": [[_known(share) for share in row] for row in read.carried],
        },
        "texts": [_text(placed, i) for i in range(len(read.words))],
    }


def value_range(known: np.ndarray) -> list[float]:
    """Return the least and the most of sums, zero between them.

    Parameters
    ----------
    known
        Sums of any texts.

    Examples
    --------
    >>> value_range(np.array([1.0, 3.0]))
    [0.0, 3.0]
    """
    return short(np.array([min(0.0, known.min()), max(1e-3, known.max())]))


def facts(numbers: Mapping[str, Any]) -> str:
    """Return a few numbers of a network in a sentence.

    Parameters
    ----------
    numbers
        transformer.json.
    """
    if "belief_r2" in numbers:
        told = {
            "Perplexity over the source's": "perplexity_ratio",
            "beliefs read by one map, R²": "belief_r2",
            "half-way by a map of the place's own": "belief_r2_half",
        }
    else:
        told = {
            "Test sentences classified right": "test_accuracy",
            "sums read by one map, R²": "score_read_together",
            "half-way by a map of the place's own": "score_read_half",
        }
    known = {name: numbers[key] for name, key in told.items() if numbers[key] is not None}
    return "; ".join(f"{name} {value:.3f}" for name, value in known.items()) + "."


def _text(placed: Placed, i: int) -> dict[str, Any]:
    read = placed.read
    rows = {"places": read.places, "mixed": read.mixed, "known": read.known}
    rows |= {"read": read.together, "own": read.own}
    pairs = zip(read.said[i], read.source[i], strict=True)
    return {
        "words": [placed.words[word] for word in read.words[i]],
        **{name: [None, *short(values[i])] for name, values in rows.items()},
        "next": [None, *(likely(said, source, placed.said) for said, source in pairs)],
    }


def _known(share: float) -> float | None:
    return None if np.isnan(share) else short(np.array([share]))[0]
