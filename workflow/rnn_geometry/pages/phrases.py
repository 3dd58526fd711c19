"""The explorer of phrases: networks translate them a word a step, with what decides each look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from rnn_geometry.identity import Network
from rnn_geometry.pages._explorer_encoding import embedded_json
from rnn_geometry.pages.templating import environment
from rnn_geometry.store.translations import PairWords, TranslatorComponents

DIGITS = 3


@dataclass(frozen=True)
class Shown:
    """A network of the page.

    Attributes
    ----------
    network
        Which one.
    words
        Words of either side of its task.
    arrays
        Its components.npz.
    """

    network: Network
    words: PairWords
    arrays: TranslatorComponents


def phrases_page(templates: Mapping[str, str], networks: Sequence[Shown]) -> str:
    """Return the self-contained page.

    Parameters
    ----------
    templates
        Texts by name.
    networks
        One or more.
    """
    page = environment(autoescape=True, templates=templates)
    payload = {"networks": [network_payload(shown) for shown in networks]}
    return page.get_template("phrases.html.jinja").render(payload=Markup(embedded_json(payload)))


def network_payload(shown: Shown) -> dict[str, Any]:
    """Return what the page knows of a network.

    Parameters
    ----------
    shown
        The network with its files.

    Returns
    -------
    dict
        `title`, `attends`, and `phrases`: of each the words `read`, `said` and to be said
        (`wanted`), `sources` (places of words read, -1: not known), and of a network that attends
        `attention` (S, T) and `terms` (S, 9, T), each row of these less its mean over places: what
        is added to all places alike changes no attention.
    """
    network, arrays = shown.network, shown.arrays
    attends = bool(np.isfinite(arrays.attention_shown).any())
    count = len(arrays.inputs)
    return {
        "task": network.task,
        "title": f"{network.task}, {network.model}, seed {network.seed}",
        "attends": attends,
        "phrases": [_phrase(shown, i, attends) for i in range(count)],
    }


def _phrase(shown: Shown, i: int, attends: bool) -> dict[str, Any]:
    arrays, words = shown.arrays, shown.words
    read, wanted = int((arrays.inputs[i] != 0).sum()), int((arrays.targets[i] != 0).sum())
    known = {
        "read": [words.words_in[word] for word in arrays.inputs[i, :read]],
        "wanted": [words.words_out[word] for word in arrays.targets[i, :wanted]],
        "said": [words.words_out[word] for word in arrays.said[i, :wanted]],
        "sources": arrays.sources[i, :wanted].tolist(),
    }
    if not attends:
        return known
    attention = arrays.attention_shown[i, :wanted, :read]
    terms = arrays.terms_shown[i, :, :, :wanted, :read].reshape(9, wanted, read).swapaxes(0, 1)
    centred = terms - terms.mean(-1, keepdims=True)
    return known | {"attention": _short(attention), "terms": _short(centred)}


def _short(array: np.ndarray) -> list:
    """Return numbers with few digits, as plain lists."""
    return np.round(np.asarray(array, dtype=float), DIGITS).tolist()
