"""A network without a step at a glance, or one beside it: what is read, place by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnn_geometry.plotting import style
from rnn_geometry.plotting.language import KNOWN, mixed
from rnn_geometry.plotting.six_panels import six_panels
from rnn_geometry.plotting.text import literal
from rnn_geometry.store.readings import PlacesRead

LOWEST = -0.5  # R^2 that is shown
CARRIED = ("all places so far", "the last one alone", "all others")
KINDS = ("one map for all places", "a map of each place's own")


@dataclass(frozen=True)
class Placed:
    """What the panel and the page of a network are made of.

    Attributes
    ----------
    title
        Which network it is.
    numbers
        transformer.json.
    read
        places_read.npz.
    targets
        What is read: names of hidden states, or of what is summed up.
    outcomes
        What places are coloured by: names of hidden states, or of classes.
    said
        What the network says: names of words, or of classes.
    words
        The words of its texts.
    ordered
        Whether outcomes have an order.
    """

    title: str
    numbers: Mapping[str, Any]
    read: PlacesRead
    targets: Sequence[str]
    outcomes: Sequence[str]
    said: Sequence[str]
    words: Sequence[str]
    ordered: bool

    @property
    def sums(self) -> bool:
        """Whether what is read are sums of scores, not chances."""
        return "belief_r2" not in self.numbers

    def colours(self, names: Sequence[str]) -> list[str]:
        """Return a colour for each of some names, targets or outcomes.

        Parameters
        ----------
        names
            Targets have the ramp of outcomes where they are these.
        """
        palette = style.palette_of(len(names), self.ordered and len(names) == len(self.outcomes))
        return [palette[i % len(palette)] for i in range(len(names))]


@style.styled_for_screen
def plot_by_place(network: Placed) -> Figure:
    """Draw the panel of one network.

    Parameters
    ----------
    network
        What is drawn.
    """
    facts = facts_in_words(network.numbers)
    edges = {"left": 0.05, "right": 0.985, "bottom": 0.13, "gap": 0.22}
    figure, axes = six_panels(network.title, facts, **edges)
    _draw_map(axes[0], network)
    for ax, kind, told in zip(axes[1:3], KINDS, (network.read.together, network.read.own)):
        _draw_reading(ax, network, kind, told)
    _draw_text(axes[3], network)
    _draw_r2(axes[4], network)
    _draw_carried(axes[5], network)
    return figure


def facts_in_words(numbers: Mapping[str, Any]) -> str:
    """Return a few numbers of a network in words.

    Parameters
    ----------
    numbers
        transformer.json.
    """
    if "belief_r2" in numbers:
        told = {"perplexity over the source's": "perplexity_ratio", "beliefs, one map": "belief_r2"}
    else:
        told = {"test accuracy": "test_accuracy", "sums, one map": "score_read_together"}
    known = {name: numbers[key] for name, key in told.items() if numbers[key] is not None}
    return "   ".join(f"{name} {value:.3f}" for name, value in known.items())


def _draw_map(axes: Axes, network: Placed) -> None:
    """Draw what the readout sees at places of all texts, and the way of the first that is shown."""
    read, colours = network.read, network.colours(network.outcomes)
    rows = mixed(read.shares, colours)
    axes.scatter(*read.cloud[:, :2].T, c=rows, s=14, lw=0, label="places of test texts")
    look = {"color": style.INK, "lw": 0.8, "marker": "o", "ms": 2.5, "label": "one text"}
    across, up = read.places[0, :, :2].T
    axes.plot(across, up, **look)
    for name, colour in zip(network.outcomes, colours, strict=True):
        axes.plot([], [], marker="o", ls="", color=colour, label=literal(name, 24))
    _legend_above(axes, 0.35)
    title = "What the readout sees, by " + ("decision" if network.sums else "belief")
    axes.set(title=title, xlabel="component 1", ylabel="component 2")


def _draw_reading(axes: Axes, network: Placed, kind: str, told: np.ndarray) -> None:
    """Draw what is read against what is so, on texts that are shown."""
    known, colours = network.read.known, network.colours(network.targets)
    for i, (name, colour) in enumerate(zip(network.targets, colours, strict=True)):
        look = {"ms": 3, "mew": 0, "alpha": 0.7, "color": colour, "label": literal(name, 24)}
        axes.plot(known[..., i].ravel(), told[..., i].ravel(), "o", **look)
    ends = [min(0.0, float(known.min())), max(1.0, float(known.max()))]
    axes.plot(ends, ends, **KNOWN)
    what = "Sums so far" if network.sums else "Belief"
    axes.set(title=f"{what}, {kind}", xlabel="known from the words so far", ylabel="read")


def _draw_text(axes: Axes, network: Placed) -> None:
    """Draw the first text that is shown: known, read by one map, by each place's own."""
    read, places = network.read, np.arange(1, network.read.known.shape[1] + 1)
    for i, colour in enumerate(network.colours(network.targets)):
        name = literal(network.targets[i], 24)
        axes.plot(places, read.together[0, :, i], color=colour, label=f"{name}, one map")
        own = {"color": colour, "ls": "--", "lw": 0.9, "label": f"{name}, own map"}
        axes.plot(places, read.own[0, :, i], **own)
        axes.plot(places, read.known[0, :, i], "o", ms=4, color=colour, label=f"{name}, known")
    names = [literal(network.words[word], 18) for word in read.words[0]]
    axes.set_xticks(places, names, rotation=90, fontsize=7)
    what = "sum so far" if network.sums else "chance of a hidden state"
    axes.set(title="One text: known (dots), one map (line), own map (dashes)", ylabel=what)


def _draw_r2(axes: Axes, network: Placed) -> None:
    """Draw how well both kinds of maps read each place."""
    places = np.arange(1, len(network.read.r2) + 1)
    looks: tuple[dict[str, Any], ...]
    looks = ({"color": style.PALETTE[0]}, {"color": style.PALETTE[1], "ls": "--"})
    for kind, values, look in zip(KINDS, network.read.r2.T, looks):
        axes.plot(places, values, label=kind, **look)
    least = float(np.nanmin(network.read.r2, initial=1))
    axes.set(title="How well it is read, place by place", xlabel="words read", ylabel="R²")
    axes.set_ylim(max(LOWEST, min(0.0, least - 0.05)), 1.05)
    axes.legend(loc="lower right")


def _draw_carried(axes: Axes, network: Placed) -> None:
    """Draw by which places what was read is carried on, and what an even look back would give."""
    read = network.read
    what = "decisions" if network.sums else "predictions"
    for name, values, colour in zip(CARRIED, read.carried.T, style.PALETTE):
        axes.plot(read.cuts, values, marker="o", ms=4, color=colour, label=name)
    places = np.arange(1, read.cuts.max(initial=1) + 1)
    axes.plot(places, 1 / places, **{**KNOWN, "label": "one of all places, evenly"})
    axes.set(title=f"Which places {what} follow", xlabel="words read before the exchange")
    axes.set(ylabel=f"share of {what}" if network.sums else "share of the change", ylim=(-0.1, 1.1))
    axes.set_yticks(np.linspace(0, 1, 6))
    _legend_above(axes, 0.2)


def _legend_above(axes: Axes, room: float) -> None:
    """Tell what is drawn above it, in a share of the height that is added for that."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + room * (high - low))
    axes.legend(loc="upper left", ncols=2)
