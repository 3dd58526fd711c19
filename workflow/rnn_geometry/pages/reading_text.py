"""The explorer of running text: language models read it, beside labels that they never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from rnn_geometry.identity import Network
from rnn_geometry.pages._explorer_encoding import embedded_json
from rnn_geometry.pages.reading import as_bytes, short
from rnn_geometry.pages.templating import environment
from rnn_geometry.plotting.language import state_colours
from rnn_geometry.plotting.text_models import facts_in_words
from rnn_geometry.store.readings import TextsFollowed


@dataclass(frozen=True)
class Followed:
    """What is shown of a network.

    Attributes
    ----------
    numbers
        text_model.json.
    read
        text_read.npz.
    labels
        Names of labels.
    words
        By id.
    """

    numbers: Mapping[str, Any]
    read: TextsFollowed
    labels: Sequence[str]
    words: Sequence[str]


def reading_text_page(
    templates: Mapping[str, str],
    networks: Mapping[Network, Followed],
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
        One or more.
    start, reading
        Whether there is a start page, and a page of language models of known sources, to lead to.
    """
    page = environment(autoescape=True, templates=templates)
    payload = {"networks": [network_payload(*one) for one in networks.items()]}
    return page.get_template("reading_text.html.jinja").render(
        payload=Markup(embedded_json(payload)), start=start, reading=reading
    )


def network_payload(network: Network, followed: Followed) -> dict[str, Any]:
    """Return what the page knows of a network.

    Parameters
    ----------
    network
        Which one it is.
    followed
        What is shown of it.

    Returns
    -------
    dict
        As `reading.network_payload`: `states` are labels, `known` what counts of the words so far
        say of them, `read` what the state says. Nothing is there before the first word, so that the
        first entry of all is empty. Of each text also its `label`, its `slow` coordinates, and the
        chance of the word that `comes`.
    """
    read = followed.read
    return {
        "title": f"{network.task}, {network.model}, seed {network.seed}",
        "facts": facts(followed.numbers),
        "states": list(followed.labels),
        "colours": as_bytes(state_colours("", len(followed.labels))),
        "cloud": short(read.cloud),
        "beliefs": short(read.shares),
        "reach": short(np.array([np.abs(read.slow).max(initial=1)]))[0],
        "texts": [_text(followed, i) for i in range(len(read.words))],
    }


def facts(numbers: Mapping[str, Any]) -> str:
    """Return a few numbers of a network in a sentence.

    Parameters
    ----------
    numbers
        text_model.json.
    """
    told = f"{numbers['label']:.2f}, by word counts {numbers['label_bag_of_words']:.2f}"
    own = facts_in_words(numbers).replace("   ", "; ")
    return f"{own[0].upper()}{own[1:]}; labels of texts told by the last state {told}."


def _text(followed: Followed, i: int) -> dict[str, Any]:
    read = followed.read
    count = int((read.words[i] >= 0).sum())
    rows = {"known": read.counted, "read": read.told, "places": read.slow}
    return {
        "words": [followed.words[word] for word in read.words[i, :count]],
        "label": int(read.labels[i]),
        **{name: [None, *short(values[i, :count])] for name, values in rows.items()},
        "comes": [None, *(None if np.isnan(c) else short(c) for c in read.comes[i, :count])],
        "next": [
            None,
            *(
                [[followed.words[word], short(chance)] for word, chance in zip(*pair, strict=True)]
                for pair in zip(read.likely[i, :count], read.said[i, :count], strict=True)
            ),
        ],
    }
