"""One language model at a glance: its states by belief, what it says, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rnn_geometry.plotting import style
from rnn_geometry.plotting.six_panels import six_panels
from rnn_geometry.plotting.text import literal
from rnn_geometry.store.languages import BeliefStates
from rnn_geometry.store.readings import TextsRead

ORDERED = ("depth",)  # families whose hidden states have an order
KNOWN = {"color": style.EXPECTED, "lw": 1.1, "ls": "--"}
SLOW = {"marker": "o", "ls": "", "ms": 2, "color": style.INK}
STABLE = {"marker": "o", "ls": "", "ms": 8, "mfc": "white", "mec": style.INK, "mew": 1.6}
SADDLE = {"marker": "D", "ls": "", "ms": 7, "mfc": style.SADDLE, "mec": style.INK, "mew": 1.0}
ORDERS = (1, 2, 3, 4)  # of n-grams


@dataclass(frozen=True)
class Spoken:
    """What the panel of a language model is drawn of.

    Attributes
    ----------
    title
        Which network it is.
    numbers
        language.json.
    states
        beliefs.npz.
    texts
        reading.npz.
    hidden
        What the hidden states of the source stand for.
    words
        The words of the source.
    """

    title: str
    numbers: Mapping[str, Any]
    states: BeliefStates
    texts: TextsRead
    hidden: Sequence[str]
    words: Sequence[str]


def state_colours(family: str, count: int) -> list[str]:
    """Return a colour for each hidden state of a source, a ramp where they have an order.

    Parameters
    ----------
    family
        Of the source.
    count
        How many.
    """
    palette = style.palette_of(count, family in ORDERED)
    return [palette[i % len(palette)] for i in range(count)]


def mixed(beliefs: np.ndarray, colours: Sequence[str]) -> np.ndarray:
    """Return the mixtures (n, 3) of colours by beliefs (n, K).

    Parameters
    ----------
    beliefs
        Chances of hidden states.
    colours
        Of these.

    Examples
    --------
    >>> mixed(np.array([[1.0, 0.0], [0.5, 0.5]]), ["#000000", "#FFFFFF"]).tolist()
    [[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]]
    """
    return np.clip(beliefs @ np.array([to_rgb(colour) for colour in colours]), 0, 1)


def facts_in_words(numbers: Mapping[str, Any]) -> str:
    """Return a few numbers of a language model in words.

    Parameters
    ----------
    numbers
        language.json.
    """
    held = f"dimension held {numbers['dimension_held']} of {numbers['dimension_expected']}"
    rest = f"stable points {numbers['stable']}, saddles {numbers['saddles']}"
    return "   ".join([f"perplexity {numbers['perplexity_ratio']:.3f} of the source's", held, rest])


@style.styled_for_screen
def plot_language(network: Spoken) -> Figure:
    """Draw the panel of one language model.

    Parameters
    ----------
    network
        What is drawn.
    """
    facts = facts_in_words(network.numbers)
    edges = {"left": 0.05, "right": 0.985, "bottom": 0.13, "gap": 0.22}
    figure, axes = six_panels(network.title, facts, **edges)
    colours = state_colours(network.numbers["family"], len(network.hidden))
    _draw_states(axes[0], network, colours, (0, 1))
    _draw_states(axes[1], network, colours, (0, 2))
    _draw_reading(axes[2], network, colours)
    _draw_text(axes[3], network, colours)
    _draw_patches(axes[4], network)
    _draw_perplexity(axes[5], network.numbers)
    axes[0].legend(handles=_keys(network, colours), loc="best")
    return figure


def _keys(network: Spoken, colours: Sequence[str]) -> list[Line2D]:
    dots = [
        Line2D([], [], marker="o", ls="", color=colour, label=literal(name, 24))
        for name, colour in zip(network.hidden, colours, strict=True)
    ]
    marks = {"slow points": SLOW, "stable fixed points": STABLE, "saddles": SADDLE}
    return dots + [Line2D([], [], label=name, **mark) for name, mark in marks.items()]


def _draw_states(
    axes: Axes, network: Spoken, colours: Sequence[str], pair: tuple[int, int]
) -> None:
    """Draw states, slow points and fixed points along two components."""
    kept, texts = network.states, network.texts
    plane = texts.axes[list(pair)].T
    shown = {
        name: (getattr(kept, name) - texts.center) @ plane
        for name in ("states", "slow_points", "roots")
    }
    axes.scatter(*shown["states"].T, c=mixed(kept.beliefs, colours), s=14, lw=0, label="states")
    axes.plot(*shown["slow_points"].T, zorder=3, label="slow points", **SLOW)
    limits = axes.get_xlim(), axes.get_ylim()
    for name, mark, chosen in (
        ("stable fixed points", STABLE, kept.unstable == 0),
        ("saddles", SADDLE, kept.unstable > 0),
    ):
        axes.plot(*shown["roots"][chosen].T, zorder=4, label=name, **mark)
    # A fixed point far from all that is visited does not squeeze what is.
    axes.set(xlim=_wider(limits[0]), ylim=_wider(limits[1]))
    one, other = (f"component {i + 1}" for i in pair)
    axes.set(title="States by belief, where they rest", xlabel=one, ylabel=other)


def _wider(limits: tuple[float, float]) -> tuple[float, float]:
    more = 0.15 * (limits[1] - limits[0])
    return limits[0] - more, limits[1] + more


def _draw_reading(axes: Axes, network: Spoken, colours: Sequence[str]) -> None:
    """Draw what is read from states against what can be known, on texts that are shown."""
    texts = network.texts
    for i, (name, colour) in enumerate(zip(network.hidden, colours, strict=True)):
        known, read = texts.known[..., i].ravel(), texts.told[..., i].ravel()
        axes.plot(known, read, "o", ms=3, mew=0, alpha=0.7, color=colour, label=literal(name, 24))
    axes.plot([0, 1], [0, 1], **KNOWN)
    r2 = network.numbers["belief_r2"]
    told = "" if r2 is None else f" (R² {r2:.3f} on all held-out texts)"
    title = f"Belief read from states{told}"
    axes.set(title=title, xlabel="known from the words so far", ylabel="read from the state")


def _draw_text(axes: Axes, network: Spoken, colours: Sequence[str]) -> None:
    """Draw the belief along the first text that is shown, known and read."""
    texts = network.texts
    places = np.arange(texts.known.shape[1])
    for i, (name, colour) in enumerate(zip(network.hidden, colours, strict=True)):
        axes.plot(places, texts.told[0, :, i], color=colour, label=f"{literal(name, 24)}, read")
        known = {"color": colour, "ls": ":", "lw": 2.2}
        axes.plot(places, texts.known[0, :, i], label=f"{literal(name, 24)}, known", **known)
    names = ["", *(literal(network.words[word], 18) for word in texts.words[0])]
    axes.set_xticks(places, names, rotation=90, fontsize=7)
    axes.set(title="One text: belief read (line), known (dots)", ylabel="chance of a hidden state")


def _draw_patches(axes: Axes, network: Spoken) -> None:
    """Draw how predictions change where a belief is exchanged, against what theory expects."""
    texts, followed = network.texts, network.numbers["patch_followed"]
    expected, found = texts.expected.ravel(), texts.changes.ravel()
    axes.plot(expected, found, "o", ms=2.5, mew=0, alpha=0.5, color=style.PALETTE[0], label="words")
    ends = [expected.min(initial=0), expected.max(initial=0)]
    axes.plot(ends, ends, **KNOWN)
    told = "" if followed is None else f": {followed:.2f} of the change"
    title = f"Predictions follow an exchanged belief{told}"
    axes.set(
        title=title, xlabel="change of a word's chance, expected", ylabel="change in the network"
    )


def _draw_perplexity(axes: Axes, numbers: Mapping[str, Any]) -> None:
    """Draw the perplexity beside that of n-grams and of one who knows the source."""
    grams = {f"{order}-gram": numbers[f"perplexity_ngram_{order}"] for order in ORDERS}
    shown = {**grams, "network": numbers["perplexity"], "source": numbers["perplexity_source"]}
    colours = [style.CLOUD] * len(grams) + [style.PALETTE[0], style.EXPECTED]
    places = np.arange(len(shown))
    axes.bar(places, list(shown.values()), 0.7, color=colours, label="perplexity")
    for place, value in zip(places, shown.values()):
        axes.annotate(
            f"{value:.2f}", (place, value), (0, 2), textcoords="offset points", ha="center"
        )
    axes.set_xticks(places, list(shown))
    axes.set(title="Perplexity on test texts", ylabel="perplexity")
