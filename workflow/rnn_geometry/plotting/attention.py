"""One translator at a glance: where it looks, and which parts of its states decide that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import style
from rnn_geometry.plotting.six_panels import six_panels
from rnn_geometry.plotting.text import literal
from rnn_geometry.store.translations import PairWords, TranslatorComponents

WEIGHTS = LinearSegmentedColormap.from_list("weights", ["#FFFFFF", style.PALETTE[0]])
PARTS = ("μ", "χ", "δ")  # of the place, of the word, of all else
MOST_WORDS = 20  # names along an axis
NONE = "This network has no attention:\nits readout sees the decoder's state alone."
KNOWN = {"color": style.EXPECTED, "lw": 1.1, "ls": "--"}


@dataclass(frozen=True)
class Translated:
    """What the panel of a translator is drawn of.

    Attributes
    ----------
    title
        Which network it is.
    facts
        A few of its numbers, in words.
    arrays
        components.npz.
    words
        Words of either side.
    """

    title: str
    facts: str
    arrays: TranslatorComponents
    words: PairWords

    @property
    def attends(self) -> bool:
        """Whether the network has attention."""
        return bool(np.isfinite(self.arrays.attention).any())


def facts_in_words(numbers: Mapping[str, Any]) -> str:
    """Return a few numbers of a translator in words.

    Parameters
    ----------
    numbers
        translation.json.
    """
    shown = {
        "words right": "word_accuracy",
        "phrases right": "phrase_accuracy",
        "share of μμ": "share_mu_mu",
    }
    known = [f"{text} {numbers[n]:.3g}" for text, n in shown.items() if numbers[n] is not None]
    return "   ".join(known)


@style.styled_for_screen
def plot_attention(network: Translated) -> Figure:
    """Draw the panel of one translator.

    Parameters
    ----------
    network
        What is drawn.
    """
    edges = {"left": 0.055, "right": 0.975, "bottom": 0.075, "gap": 0.24}
    figure, axes = six_panels(network.title, network.facts, **edges)
    _draw_places(axes[4], network)
    if network.attends:
        _draw_average(axes[0], network)
        _draw_phrase(axes[1], network)
        _draw_temporal(axes[2], network)
        _draw_shares(axes[3], network)
        _draw_offsets(axes[5], network)
    else:
        for ax in (*axes[:4], axes[5]):
            ax.axis("off")
        axes[1].text(0.5, 0.5, NONE, ha="center", va="center", color=style.GREY)
    return figure


def _draw_average(axes: Axes, network: Translated) -> None:
    """Draw the mean attention over pairs, and where the words come from in the mean."""
    _matrix(axes, network.arrays.attention, WEIGHTS, 0.0, 1.0)
    _known(axes, network.arrays.known_offset)
    axes.set(title="Attention, mean over pairs", xlabel="place read", ylabel="place said")


def _draw_phrase(axes: Axes, network: Translated) -> None:
    """Draw the attention on one pair, with its words."""
    arrays, words = network.arrays, network.words
    read = [words.words_in[i] for i in arrays.inputs[0] if i]
    said = [words.words_out[i] for i in arrays.said[0] if i]
    shown = arrays.attention_shown[0, : len(said), : len(read)]
    _matrix(axes, shown, WEIGHTS, 0.0, 1.0)
    rows, sources = np.arange(len(said)), arrays.sources[0, : len(said)]
    known = sources >= 0
    mark: dict[str, Any] = {"marker": "s", "facecolors": "none", "edgecolors": style.EXPECTED}
    axes.scatter(sources[known], rows[known], s=26, lw=0.9, label="where it comes from", **mark)
    _named(axes, read, said)
    axes.set(title="Attention on one pair", xlabel="word read", ylabel="word said")


def _draw_temporal(axes: Axes, network: Translated) -> None:
    """Draw the alignment of the means by place, less its mean over places read."""
    found = network.arrays.temporal
    limit = float(np.abs(found).max()) or 1.0
    _matrix(axes, found, style.DIVERGING, -limit, limit)
    _known(axes, network.arrays.known_offset)
    title = "Temporal part: μ of decoder with μ of encoder"
    axes.set(title=title, xlabel="place read", ylabel="place said")


def _draw_shares(axes: Axes, network: Translated) -> None:
    """Draw the signed shares of the nine terms, the paper's shares of sizes beside them."""
    arrays, places = network.arrays, np.arange(9)
    names = [f"{one}{other}" for one in PARTS for other in PARTS]
    axes.bar(places - 0.2, arrays.shares.ravel(), 0.4, color=style.PALETTE[0], label="signed share")
    axes.bar(places + 0.2, arrays.sizes.ravel(), 0.4, color=style.CLOUD, label="share of sizes")
    axes.axhline(0, color=style.GREY, lw=0.6)
    axes.set_xticks(places, names)
    axes.legend(loc="upper right")
    axes.set(title="Terms of the alignment (decoder, encoder)", ylabel="share")


def _draw_places(axes: Axes, network: Translated) -> None:
    """Draw the means by place of either side in the plane of their components."""
    arrays = network.arrays
    sides = {"encoder": arrays.encoder_places, "decoder": arrays.decoder_places}
    centred = np.concatenate([part - part.mean(0) for part in sides.values()])
    basis = np.linalg.svd(centred, full_matrices=False)[2][:2].T
    for (name, part), colour in zip(sides.items(), (style.PALETTE[0], style.PALETTE[1])):
        shown = (part - part.mean(0)) @ basis
        axes.plot(*shown.T, color=colour, marker="o", ms=3.5, label=name)
        for place in (0, len(shown) - 1):
            axes.annotate(str(place + 1), shown[place], (3, 3), textcoords="offset points")
    axes.legend(loc="best")
    title = "Means by place, first and last by number"
    axes.set(title=title, xlabel="component 1", ylabel="component 2")


def _draw_offsets(axes: Axes, network: Translated) -> None:
    """Draw how far ahead of the place said attention lies, beside what the task asks for."""
    arrays = network.arrays
    places = np.arange(1, len(arrays.offset) + 1)
    axes.plot(places, arrays.known_offset, label="of the words said", **KNOWN)
    axes.plot(places, arrays.offset, color=style.PALETTE[0], marker="o", ms=3.5, label="attended")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="best")
    title = "Offset from the diagonal, mean over pairs"
    axes.set(title=title, xlabel="place said", ylabel="places ahead")


def _matrix(axes: Axes, values: np.ndarray, colours: Any, low: float, high: float) -> None:
    image = axes.imshow(values, cmap=colours, vmin=low, vmax=high, aspect="auto", origin="upper")
    bar = axes.figure.colorbar(image, ax=axes, fraction=0.046, pad=0.03)
    bar.outline.set_visible(False)  # type: ignore[operator]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=8, integer=True))
        axis.set_major_formatter(lambda place, _: f"{place + 1:.0f}")


def _known(axes: Axes, offsets: np.ndarray) -> None:
    """Draw where the words said come from in the mean."""
    rows = np.arange(len(offsets))
    axes.plot(rows + offsets, rows, label="where the words come from", **KNOWN)
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())


def _named(axes: Axes, read: Sequence[str], said: Sequence[str]) -> None:
    """Write words along the axes, where there is room for them."""
    for axis, names in ((axes.xaxis, read), (axes.yaxis, said)):
        if len(names) <= MOST_WORDS:
            axis.set_ticks(range(len(names)), [literal(name, 12) for name in names])
    axes.tick_params(axis="x", labelrotation=60)
