"""The explorer of texts: language models read them, beside one who knows the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.colors import to_rgb

from rnn_geometry.identity import Network
from rnn_geometry.pages._explorer_encoding import embedded_json
from rnn_geometry.pages.attention import in_page
from rnn_geometry.pages.templating import environment
from rnn_geometry.plotting.language import ORDERS, Spoken, state_colours

DIGITS = 3
NEXT = 6  # words whose chances are shown
CLOUD = 200  # states on the map, and as many slow points


@dataclass(frozen=True)
class Shown:
    """A network of the page: which one it is, and what is drawn of it."""

    network: Network
    spoken: Spoken


def reading_page(
    templates: Mapping[str, str],
    networks: Sequence[Shown],
    figure: str | Path,
    *,
    start: bool,
    texts: bool = False,
    transformers: bool = False,
) -> str:
    """Return the self-contained page.

    Parameters
    ----------
    templates
        Texts by name.
    networks
        One or more.
    figure
        The PNG file over all networks.
    start, texts, transformers
        Whether there is a start page, a page of running text, and one of networks without a step,
        to lead to.
    """
    page = environment(autoescape=True, templates=templates)
    payload = {"networks": [network_payload(shown) for shown in networks]}
    return page.get_template("reading.html.jinja").render(
        payload=Markup(embedded_json(payload)),
        figure=in_page(figure),
        **{"start": start, "texts": texts, "transformers": transformers},
    )


def network_payload(shown: Shown) -> dict[str, Any]:
    """Return what the page knows of a network.

    Parameters
    ----------
    shown
        The network with its files.

    Returns
    -------
    dict
        `title`, `facts`, names of hidden `states` with `colours` (0 to 255); on the map `cloud`
        with `beliefs`, `slow` points, `roots` with numbers of `unstable` modes; and `texts`: of
        each its `words` and, before the first word and after each, `places` on the map, the
        beliefs `known` and `read`, and `next`: words with their chances for network and source.
    """
    network, spoken = shown.network, shown.spoken
    kept, texts = spoken.states, spoken.texts
    colours = state_colours(spoken.numbers["family"], len(spoken.hidden))

    def on_map(points: np.ndarray) -> list:
        return short((points - texts.center) @ texts.axes.T)

    return {
        "title": f"{network.task}, {network.model}, seed {network.seed}",
        "facts": facts(spoken.numbers),
        "states": list(spoken.hidden),
        "colours": as_bytes(colours),
        "cloud": on_map(kept.states[:CLOUD]),
        "beliefs": short(kept.beliefs[:CLOUD]),
        "slow": on_map(kept.slow_points[:CLOUD]),
        "roots": on_map(kept.roots),
        "unstable": kept.unstable.tolist(),
        "texts": [_text(spoken, i) for i in range(len(texts.words))],
    }


def facts(numbers: Mapping[str, Any]) -> str:
    """Return a few numbers of a network in a sentence.

    Parameters
    ----------
    numbers
        language.json.
    """
    best = min(numbers[f"perplexity_ngram_{order}"] for order in ORDERS)
    return (
        f"Perplexity on test texts {numbers['perplexity']:.3f}; one who knows the source has "
        f"{numbers['perplexity_source']:.3f}, the best n-gram {best:.3f}. States hold "
        f"{numbers['dimension_held']} of {numbers['dimension_expected']} dimensions of belief "
        f"(R² {numbers['belief_r2'] or 0:.3f})."
    )


def _text(spoken: Spoken, i: int) -> dict[str, Any]:
    texts = spoken.texts
    return {
        "words": [spoken.words[word] for word in texts.words[i]],
        "places": short(texts.places[i]),
        "known": short(texts.known[i]),
        "read": short(texts.told[i]),
        "next": [
            likely(said, source, spoken.words)
            for said, source in zip(texts.said[i], texts.source[i], strict=True)
        ],
    }


def likely(said: np.ndarray, source: np.ndarray, words: Sequence[str]) -> list[list[Any]]:
    """Return what is likely for the network or the source, as the network ranks it.

    Parameters
    ----------
    said, source
        (V,), chances as the network gives them, and one who knows the source.
    words
        Names of what is said.

    Returns
    -------
    list
        Names, each with both chances.
    """
    likely = np.argsort(-np.maximum(said, source), kind="stable")[:NEXT]
    ranked = likely[np.argsort(-said[likely], kind="stable")]
    return [[words[w], *short(np.array([said[w], source[w]]))] for w in ranked]


def as_bytes(colours: Sequence[str]) -> list[list[int]]:
    """Return colours as red, green and blue, 0 to 255.

    Parameters
    ----------
    colours
        As matplotlib names them.

    Examples
    --------
    >>> as_bytes(["#FF8000"])
    [[255, 128, 0]]
    """
    return [[round(255 * part) for part in to_rgb(colour)] for colour in colours]


def short(array: np.ndarray) -> list:
    """Return numbers with few digits, as plain lists.

    Parameters
    ----------
    array
        Of any shape.
    """
    return np.round(np.asarray(array, dtype=float), DIGITS).tolist()
