"""What one word does to the logits of every network of a task: words by classes, as shades.

Shapes: w words, C outputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from rnn_geometry.plotting import style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.data import attach_data
from rnn_geometry.plotting.panels import SMALL, colour_bar, note_below, panels
from rnn_geometry.plotting.text import cut_names, tick_places
from rnn_geometry.plotting.views import is_ordered

MOST_WORDS = 18  # rows
COLUMNS = ("panel", "model", "word", "class", "change_of_logit")  # of the table beside
WORD, CLASS = 16, 12  # letters of a word beside its row, and of a class below its column
NEUTRAL = 0.2  # of the median effect of the stronger half of all words: less is no evidence
ROOM: dict[str, Any] = {
    "named": 0.36,
    "gap": 0.14,
    "below": 0.56,
}  # inches beside, between and below panels
ROW, LEAST, MOST = 0.13, 0.6, 1.4  # heights of a row and of a panel over the width of a panel


@style.styled
def word_effects(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw by how much each word changes the logit of each class in one step, in shades that all
    networks share; a row is a word."""
    shown, neutral = evidence_words(networks[0])
    effects = [kick_effects(network)[shown] for network in networks]
    bound = max([float(np.abs(part).max(initial=0)) for part in effects] + [1e-9])
    norm = Normalize(-bound, bound)
    title = "What one word adds to the logit of each class, in one step"
    shape = float(np.clip(ROW * len(shown), LEAST, MOST))
    figure, axes = panels(networks, title, shape=shape, bar=True, **ROOM)
    names = [word_names(networks[0])[i] for i in shown]
    first = min(ax.get_position().x0 for ax in axes)
    for ax, network, values in zip(axes, networks, effects, strict=True):
        leftmost = ax.get_position().x0 < first + 1e-6
        _draw_words(ax, network, values, names if leftmost else [], norm)
    colour_bar(figure, axes, ScalarMappable(norm, style.DIVERGING), "change of a logit")
    centred = [] if networks[0].multi_label else ["Less the mean over classes."]
    note_below(figure, " ".join([*centred, *_told_of_neutral(neutral)]))
    attach_data(figure, COLUMNS, _rows(networks, names, effects))
    return figure


def _rows(networks, names: Sequence[str], effects: Sequence[np.ndarray]) -> Iterator[Sequence]:
    for i, (network, values) in enumerate(zip(networks, effects, strict=True)):
        for name, row in zip(names, values.tolist(), strict=True):
            for class_name, change in zip(network.class_names, row, strict=True):
                yield style.letter_of(i), network.record.model, name, class_name, change


def _told_of_neutral(count: int) -> list[str]:
    words = "one neutral word, which moves" if count == 1 else f"{count} neutral words, which move"
    return [f"Left out: {words} no logit by much."] if count else []


def _draw_words(axes, network: NetworkArrays, values: np.ndarray, names, norm) -> None:
    look = {"cmap": style.DIVERGING, "norm": norm, "aspect": "auto", "interpolation": "nearest"}
    axes.imshow(values, label="change of the logit", **look)
    places, _ = tick_places(values.shape[1])
    classes = cut_names(network.class_names, CLASS)
    turned = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(places, [classes[i] for i in places], **turned)
    codes = style.readout_codes(len(classes), network.multi_label)
    for tick, i in zip(axes.get_xticklabels(), places, strict=True):
        tick.set_color(style.text_colour(network.colour(codes[i])))
    axes.set_yticks(range(len(values)), names or [""] * len(values))
    axes.tick_params(length=0, labelsize=SMALL)


def evidence_words(network: NetworkArrays) -> tuple[np.ndarray, int]:
    """Return which words are drawn, by the class that they speak for, and how many are neutral.

    Those with an effect, the strongest where there are many; words for a class before those against
    it, the strongest first.
    """
    effects = kick_effects(network)
    strength = np.abs(effects).max(axis=1)
    typical = np.median(np.sort(strength)[len(strength) // 2 :])
    evidence = np.flatnonzero(strength >= NEUTRAL * typical)
    chosen = evidence[np.argsort(-strength[evidence], kind="stable")][:MOST_WORDS]
    speaks, against = _spoken_for(effects, is_ordered(network.meta))
    order = np.lexsort((-strength[chosen], against[chosen], speaks[chosen]))
    return chosen[order], len(effects) - len(evidence)


def word_names(network: NetworkArrays) -> list[str]:
    """Return the names of the words whose kicks are known, as they are in the data."""
    ids = network.flow.kick_words
    known = list(network.words) or list(network.meta.get("words") or [])
    names = [known[i] if i < len(known) else f"word {i}" for i in ids]
    return cut_names(names, WORD)


def _spoken_for(effects: np.ndarray, ordered: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the class (w,) that each word of effects (w, C) speaks for or against, and whether it
    speaks against it.

    Ordered classes: the class whose place equals the word's mean effect on the sentiment, the
    strongest at the ends.
    """
    if ordered and effects.shape[1] > 1:
        sentiment = effects @ np.linspace(-1, 1, effects.shape[1])
        place = (sentiment / max(np.abs(sentiment).max(), 1e-12) + 1) / 2
        return np.rint(place * (effects.shape[1] - 1)).astype(int), np.zeros(
            len(effects), dtype=bool
        )
    speaks = effects.argmax(axis=1)
    against = -effects.min(axis=1) > 1.5 * effects.max(axis=1)
    speaks[against] = effects[against].argmin(axis=1)
    return speaks, against


def kick_effects(network: NetworkArrays) -> np.ndarray:
    """Return the mean change (w, C) of the logits by each word with kicks, centred where one class
    wins.

    Measured over all states where linearization.npz has the word; else the kicks' part along three
    components.
    """
    along = network.readout @ network.components[:, :3]
    kicks = network.flow.kicks.astype(float)[..., : along.shape[1]]
    effects = kicks.mean(axis=0) @ along.T
    place = {int(word): i for i, word in enumerate(network.linearization.word_ids)}
    ids = [int(word) for word in network.flow.kick_words]
    if all(word in place for word in ids):
        effects = network.linearization.word_effects[[place[word] for word in ids]]
    return (
        effects
        if network.multi_label or effects.shape[1] < 2
        else effects - effects.mean(axis=1, keepdims=True)
    )
