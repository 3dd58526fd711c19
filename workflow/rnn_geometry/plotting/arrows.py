"""Arrows over the slow manifold: directions of its integration modes, and what words add in one
step.

Shapes: n points, w words, C outputs, S entries of a state.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, to_rgb
from matplotlib.figure import Figure

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.panels import (
    SMALL,
    bulk,
    colour_bar,
    dot_handle,
    draw_slow_points,
    label_planes,
    line_handle,
    panels,
    set_plane,
)
from rnn_geometry.plotting.text import cut_names
from rnn_geometry.plotting.views import View, best_plane, is_ordered

ARROWS = 60  # points at which modes are drawn
KICKS = 170  # arrows of words in a panel
WORD = 28  # letters of a word in the legend
LONGEST = 1e4
TAU = "plasma_r"


# Integration modes


@style.styled
def modes(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw the directions of the slow modes at points all over the manifold, in the colour of their
    time constants."""
    drawn = [mode_arrows(best_plane(network)) for network in networks]
    constants = np.concatenate([tau for _, _, tau in drawn] or [np.ones(1)])
    low, high = np.quantile(constants, [0.02, 0.98]) if len(constants) else (1, 10)
    norm = LogNorm(low, high) if low < high else LogNorm(0.9 * low, 1.1 * high)
    handles = [
        dot_handle("slow points", style.PALE, 4),
        line_handle("slow modes; shorter: less within the plane", "k"),
    ]
    figure, axes = panels(networks, "Integration modes over the slow manifold", handles, bar=True)
    for ax, network, arrows in zip(axes, networks, drawn, strict=True):
        _draw_modes(ax, best_plane(network), *arrows, norm)
    label_planes(axes, best_plane(networks[0]))
    colour_bar(figure, axes, ScalarMappable(norm, TAU), "time constant τ (words)")
    return figure


def mode_arrows(view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return places (n, 2), directions (n, 2) and time constants (n,) of slow modes at evenly
    spaced slow points.

    A direction is the drawn part of a unit vector of states. A complex pair gives the real and
    imaginary parts of its eigenvector once.
    """
    found, points = view.network.slow_modes, view.network.slow_points.points
    rows = np.flatnonzero(np.isfinite(points).all(axis=1) & (found.count > 0))
    right = np.asarray(found.right)
    places, directions, constants = [], [], []
    for row in manifold.thinned(rows, ARROWS):
        shown = min(int(found.count[row]), found.tau.shape[1])
        for mode in range(shown):
            for vector in real_directions(right[row, :, mode], found.eigenvalues[row, mode]):
                places.append(view.states(points[row]))
                directions.append(view.vectors(vector))
                constants.append(found.tau[row, mode])
    tau = np.array(constants, dtype=float).reshape(-1)
    tau = np.where(np.isfinite(tau), tau, LONGEST).clip(0.1, LONGEST)
    return np.reshape(places, (-1, 2)), np.reshape(directions, (-1, 2)), tau


def real_directions(vector: np.ndarray, eigenvalue: complex) -> list[np.ndarray]:
    """Return unit directions (S,) that an eigenvector (S,) spans.

    One, or two for the first of a complex pair.
    """
    if eigenvalue.imag < 0:
        return []
    # The phase of an eigenvector is free: turn it so that its real part is as large as can be.
    turned = vector * np.exp(-0.5j * np.angle((vector**2).sum()))
    parts = [turned.real] if eigenvalue.imag == 0 else [turned.real, turned.imag]
    return [part / max(np.linalg.norm(part), 1e-12) for part in parts]


def _draw_modes(axes, view: View, places, directions, tau, norm) -> None:
    draw_slow_points(axes, view, 4, style.PALE)
    set_plane(axes, view, bulk(view.slow_points))
    if not len(tau):
        axes.text(0.5, 0.04, "no slow mode", transform=axes.transAxes, ha="center", fontsize=SMALL)
        return
    length = 0.055 * np.ptp(axes.get_xlim())
    order = np.argsort(tau, kind="stable")
    # Two arrows from the middle make one with two heads.
    for sign in (1, -1):
        arrows = sign * length * directions[order]
        axes.quiver(
            *places[order].T,
            *arrows.T,
            tau[order],
            cmap=TAU,
            norm=norm,
            label="modes",
            zorder=3,
            width=0.007,
            headwidth=3.2,
            headlength=3,
            headaxislength=2.8,
            angles="xy",
            scale_units="xy",
            scale=1,
        )


# Words


@style.styled
def word_effects(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw what chosen words add to one step at many slow points, as arrows from the points in the
    words' colours."""
    colours = word_colours(networks[0])
    handles = [line_handle(name, colour, lw=2) for name, colour in colours]
    figure, axes = panels(
        networks, "One-step effects of words", [dot_handle("slow points", style.PALE, 4), *handles]
    )
    for ax, network in zip(axes, networks, strict=True):
        _draw_kicks(ax, best_plane(network), dict(colours))
    label_planes(axes, best_plane(networks[0]))
    return figure


def word_names(network: NetworkArrays) -> list[str]:
    """Return the names of the words whose kicks are known."""
    ids = network.flow.kick_words
    known = list(network.words) or list(network.meta.get("words") or [])
    return cut_names([known[i] if i < len(known) else f"word {i}" for i in ids], WORD)


def word_colours(network: NetworkArrays) -> list[tuple[str, str]]:
    """Return names and colours of the words with kicks: the class a word speaks for or against;
    neutral words grey.

    Words that share a class, the strongest first, get paler one by one.
    """
    effects = kick_effects(network)
    strength = np.abs(effects).max(axis=1)
    speaks, against = _spoken_for(effects, is_ordered(network.meta))
    codes = style.readout_codes(effects.shape[1], network.multi_label)[speaks]
    codes = np.where(strength < 0.2 * np.median(np.sort(strength)[len(strength) // 2 :]), -1, codes)
    colours = [style.GREY] * len(codes)
    for code in np.unique(codes[codes >= 0]):
        same = np.flatnonzero(codes == code)
        for turn, i in enumerate(same[np.lexsort((-strength[same], against[same]))]):
            colours[i] = paler(network.colour(code), min(0.42 * turn, 0.7))
    order = np.lexsort((-strength, against, np.where(codes < 0, codes.max() + 1, codes)))
    names = word_names(network)
    return [(names[i], colours[i]) for i in order]


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


def paler(colour: str, share: float) -> str:
    """Return a colour mixed with a share of white."""
    mixed = np.array(to_rgb(colour)) * (1 - share) + share
    return "#" + "".join(f"{round(255 * part):02X}" for part in mixed)


def _draw_kicks(axes, view: View, colours: dict[str, str]) -> None:
    names, flow = word_names(view.network), view.network.flow
    rows = manifold.thinned(np.arange(len(flow.rows)), int(np.clip(KICKS / len(names), 14, 60)))
    places = view.states(view.network.points[flow.rows[rows]])
    kicks = view.along(flow.kicks[rows])
    draw_slow_points(axes, view, 3, style.PALE)
    lengths = np.linalg.norm(kicks, axis=2)
    gain = _round_gain(
        0.13 * np.ptp(bulk(view.slow_points), axis=0).max() / max(np.quantile(lengths, 0.9), 1e-12)
    )
    set_plane(axes, view, bulk(view.slow_points), places + gain * kicks.transpose(1, 0, 2))
    for word in np.argsort(-lengths.mean(axis=0), kind="stable"):
        axes.quiver(
            *places.T,
            *(gain * kicks[:, word]).T,
            color=colours[names[word]],
            label=names[word],
            zorder=3,
            width=0.006,
            headwidth=3.4,
            headlength=3.4,
            headaxislength=3,
            angles="xy",
            scale_units="xy",
            scale=1,
            minlength=0.3,
        )
    if gain != 1:
        axes.text(
            0.02,
            0.02,
            f"arrows × {gain:g}",
            transform=axes.transAxes,
            fontsize=SMALL,
            color=style.INK,
        )


def _round_gain(gain: float) -> float:
    """Return the nearest of 1, 2 and 5 times a power of ten."""
    steps = np.array([1, 2, 5]) * 10.0 ** np.arange(-3, 6)[:, None]
    return float(steps.flat[np.argmin(np.abs(np.log(steps / gain)))])
