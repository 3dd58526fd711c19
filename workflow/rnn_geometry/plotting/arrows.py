"""Arrows over the slow manifold: directions of its integration modes, and what words add in one
step.

Shapes: n points, w words, C outputs, S entries of a state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, to_rgb
from matplotlib.figure import Figure

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.panels import (
    SLOW_LABEL,
    SMALL,
    bulk,
    colour_bar,
    dot_handle,
    draw_slow_points,
    label_axes,
    label_planes,
    line_handle,
    rows_of_panels,
    set_plane,
)
from rnn_geometry.plotting.text import cut_names, spoken
from rnn_geometry.plotting.views import View, is_ordered, plane_view

ARROWS = 36  # points at which modes are drawn
KICKS = 28  # arrows of a word in a panel
MOST_MODES, MOST_WORDS = 4, 6  # rows
UNSEEN = 0.02  # of the width of the manifold: an arrow that is a dot
WORD = 16  # letters of a word beside its row
LONGEST = 1e4
TAU = "plasma_r"
ARROW = {"headwidth": 4, "headlength": 4, "headaxislength": 3.6}
SCALE = {"angles": "xy", "scale_units": "xy", "scale": 1}
RANKS = ("slowest mode", "second", "third", "fourth")


# Integration modes


@style.styled
def modes(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw the direction of each leading slow mode at points all over the manifold, a row a mode,
    in the colour of its time constant."""
    views = [plane_view(network) for network in networks]
    drawn = [mode_arrows(view) for view in views]
    constants = np.concatenate([tau for *_, tau, _ in drawn] or [np.ones(1)])
    low, high = np.quantile(constants, [0.02, 0.98]) if len(constants) else (1, 10)
    norm = LogNorm(low, high) if low < high else LogNorm(0.9 * low, 1.1 * high)
    handles = [
        dot_handle("slow points", style.PALE, 3),
        line_handle("direction of the mode; shorter: less within the plane", "k"),
    ]
    title = "Each line is the direction of a slow mode at a slow point"
    names = RANKS[: min(max(networks[0].dimension or 1, 1), MOST_MODES)]
    look: dict[str, Any] = {"bar": True, "below": 0.2}
    figure, axes = rows_of_panels(networks, names, title, handles, **look)
    for rank, row in enumerate(axes):
        for ax, view, (places, directions, tau, ranks) in zip(row, views, drawn, strict=True):
            shown = ranks == rank
            _draw_modes(
                ax, view, places[shown], directions[shown], tau[shown], norm, background(rank)
            )
    label_rows(axes, views[0])
    colour_bar(figure, axes.ravel(), ScalarMappable(norm, TAU), "time constant τ (words)")
    return figure


def mode_arrows(view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return places (n, 2), directions (n, 2), time constants (n,) and ranks (n,) of slow modes at
    evenly spaced slow points.

    A direction is the drawn part of a unit vector of states. A complex pair gives the real and
    imaginary parts of its eigenvector once, under two ranks.
    """
    found, points = view.network.slow_modes, view.network.slow_points.points
    rows = np.flatnonzero(np.isfinite(points).all(axis=1) & (found.count > 0))
    right = np.asarray(found.right)
    places, directions, constants, ranks = [], [], [], []
    for row in manifold.thinned(rows, ARROWS):
        shown, rank = min(int(found.count[row]), found.tau.shape[1]), 0
        for mode in range(shown):
            for vector in real_directions(right[row, :, mode], found.eigenvalues[row, mode]):
                places.append(view.states(points[row]))
                directions.append(view.vectors(vector))
                constants.append(found.tau[row, mode])
                ranks.append(rank)
                rank += 1
    tau = np.array(constants, dtype=float).reshape(-1)
    tau = np.where(np.isfinite(tau), tau, LONGEST).clip(0.1, LONGEST)
    where, along = np.reshape(places, (-1, 2)), np.reshape(directions, (-1, 2))
    return where, along, tau, np.array(ranks, dtype=int)


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


def _draw_modes(axes, view: View, places, directions, tau, norm, label) -> None:
    draw_slow_points(axes, view, 2, style.PALE, label=label)
    set_plane(axes, view, bulk(view.slow_points))
    if not len(tau):
        axes.text(0.5, 0.04, "no slow mode", transform=axes.transAxes, ha="center", fontsize=SMALL)
        return
    length = 0.16 * np.ptp(axes.get_xlim())
    axes.quiver(
        *places.T,
        *(length * directions).T,
        tau,
        cmap=TAU,
        norm=norm,
        label="mode",
        zorder=3,
        width=0.012,
        headwidth=0,
        headlength=0,
        headaxislength=0,
        pivot="mid",
        **SCALE,
    )


# Words


@style.styled
def word_effects(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw what words add to one step at many slow points, a row a word, in the colour of what it
    speaks for."""
    colours = strongest_words(networks[0])
    handles = [dot_handle("slow points", style.PALE, 3)]
    title = "Each arrow is what one word adds to the state in one step"
    names = [name for name, _ in colours]
    figure, axes = rows_of_panels(networks, names, title, handles, below=0.2)
    for column, network in zip(axes.T, networks, strict=True):
        _draw_kicks(column, plane_view(network), dict(colours))
    label_rows(axes, plane_view(networks[0]))
    return figure


def background(row: int) -> str:
    """Return the label of slow points behind arrows: data of the first row alone."""
    return SLOW_LABEL if row == 0 else ""


def label_rows(axes: np.ndarray, view: View) -> None:
    """Name the axes of planes (rows, networks): below the last row alone, and at the left."""
    for row in axes[:-1]:
        label_axes(row, "", view.labels[1])
        for ax in row:  # as in the last row
            ax.tick_params(labelbottom=False)
    label_planes(axes[-1], view)


def strongest_words(network: NetworkArrays) -> list[tuple[str, str]]:
    """Return names and colours of the words that are drawn: the strongest, and a neutral one."""
    colours, names = word_colours(network), word_names(network)
    strength = dict(zip(names, np.abs(kick_effects(network)).max(axis=1), strict=True))
    neutral = [name for name, colour in colours if colour == style.GREY][:1]
    others = sorted((n for n, c in colours if c != style.GREY), key=lambda n: -strength[n])
    shown = {*others[: MOST_WORDS - len(neutral)], *neutral}
    return [(name, colour) for name, colour in colours if name in shown]


def word_names(network: NetworkArrays) -> list[str]:
    """Return the names of the words whose kicks are known."""
    ids = network.flow.kick_words
    known = list(network.words) or list(network.meta.get("words") or [])
    names = [known[i] if i < len(known) else f"word {i}" for i in ids]
    return cut_names(spoken(names), WORD)


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


def _draw_kicks(column, view: View, colours: dict[str, str]) -> None:
    """Draw the words of one network below each other, all with one gain and at the same points."""
    names, flow = word_names(view.network), view.network.flow
    rows = manifold.thinned(np.arange(len(flow.rows)), KICKS)
    places = view.states(view.network.points[flow.rows[rows]])
    words = [names.index(name) for name in colours]
    kicks = view.along(flow.kicks[rows][:, words])
    lengths = np.linalg.norm(kicks, axis=2)
    size = np.ptp(bulk(view.slow_points), axis=0).max()
    gain = _round_gain(0.2 * size / max(np.quantile(lengths, 0.9), 1e-12))
    for i, (ax, (name, colour)) in enumerate(zip(column, colours.items(), strict=True)):
        draw_slow_points(ax, view, 2, style.PALE, label=background(i))
        set_plane(ax, view, bulk(view.slow_points), places + gain * kicks.transpose(1, 0, 2))
        arrows = gain * kicks[:, i]
        look = {"color": colour, "label": name, "zorder": 3, "width": 0.011, "minlength": 0.3}
        ax.quiver(*places.T, *arrows.T, **look, **ARROW, **SCALE)
    if gain != 1:
        _tell(column[0], f"arrows × {gain:g}")
    for ax, length in zip(column, np.quantile(gain * lengths, 0.9, axis=0), strict=True):
        if length < UNSEEN * size:
            _tell(ax, "arrows too short to see" if length else "adds nothing")


def _tell(axes, told: str) -> None:
    """Write about the arrows of a panel, in its corner."""
    look = {"fontsize": SMALL, "color": style.INK, "path_effects": manifold.HALO, "zorder": 9}
    axes.text(0.02, 0.02, told, transform=axes.transAxes, **look)


def _round_gain(gain: float) -> float:
    """Return the nearest of 1, 2 and 5 times a power of ten."""
    steps = np.array([1, 2, 5]) * 10.0 ** np.arange(-3, 6)[:, None]
    return float(steps.flat[np.argmin(np.abs(np.log(steps / gain)))])
