"""Where states are in the plane of slow points: trajectories, speeds, ordered classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from rnn_geometry.geometry.bend import bend_of
from rnn_geometry.networks.registry import is_gated
from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.gallery import has_no_gap
from rnn_geometry.plotting.panels import (
    SHOWN,
    SLOW,
    SMALL,
    bulk,
    class_handles,
    colour_bar,
    dot_handle,
    draw_final_states,
    draw_readouts,
    draw_slow_points,
    label_planes,
    line_handle,
    panels,
    readout_handle,
    set_plane,
    tips,
)
from rnn_geometry.plotting.views import View, plane_view

SLOWNESS = "viridis"
# Inches: between panels with an axis of their own each, below panels, and of a score's name.
OWN_AXIS, TOLD_BELOW, NAME_OF_SCORE = 0.46, 0.52, 0.39
BELOW_LABEL = -22  # points from the axes to what is told below their label
THUMBNAIL = (1.2, 1.2)  # inches
SLOWEST = 1e-32  # below it q is rounding


# Trajectories


@style.styled
def trajectories(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw the same one or two held-out sentences of every class as paths of the state, over the
    slow points."""
    handles = [
        *class_handles(networks),
        SLOW,
        readout_handle(),
        dot_handle("start", style.INK, 7, marker="+", mew=1.6),
        dot_handle("end of the sentence", "white", 5, mew=1.2, mec=style.INK),
    ]
    figure, axes = panels(
        networks,
        "Sentences are paths over the slow manifold",
        handles,
    )
    views = [plane_view(network) for network in networks]
    for ax, view in zip(axes, views, strict=True):
        _draw_trajectories(ax, view)
    label_planes(axes, views[0])
    return figure


def _draw_trajectories(axes, view: View) -> None:
    paths, codes = sentence_paths(view)
    colours = [view.network.colour(code) for code in codes]
    draw_slow_points(axes, view, size=3, alpha=0.6)
    reach = 1.05 * manifold.radius(view.slow_points)
    draw_readouts(axes, view, reach, width=3.2, alpha=0.45)
    axes.add_collection(
        LineCollection(
            paths,
            colors=colours,
            linewidths=1,
            alpha=0.9,
            zorder=4,
            label="trajectories",
            capstyle="round",
        )
    )
    if paths:
        ends = np.stack([path[-1] for path in paths])
        axes.scatter(
            *ends.T, s=17, c="white", edgecolors=colours, linewidths=1.3, zorder=7, label="ends"
        )
        axes.plot(*paths[0][0], "+", color=style.INK, ms=8, mew=1.8, zorder=8, label="start")
    set_plane(axes, view, bulk(view.slow_points), *paths, tips(view, reach))


@style.styled
def thumbnail(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw those paths of one network alone, small and without axes: what leads into the explorer.
    The first with gates; without any the first."""
    gated = [network for network in networks if is_gated(network.record.cell)]
    figure = Figure(figsize=THUMBNAIL)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    _draw_trajectories(axes, plane_view([*gated, *networks][0]))
    for text in list(axes.texts):  # how many points lie outside
        text.remove()
    return figure


def sentence_paths(view: View) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the drawn paths [(T + 1, 2)] of a few sentences as they were written, and the codes of
    their classes.

    Traces are the same in all networks of a task; without them those of states.npz.
    """
    network = view.network
    traces = network.traces
    if not len(traces.sentence):
        return _own_paths(view)
    labels = traces.labels[traces.sentence]
    known = (labels >= 0).all(axis=1) & (traces.order == 0)
    held_out = known & (traces.kind[traces.sentence] == 0)
    rows = np.flatnonzero(held_out if held_out.any() else known)
    codes = style.class_codes(labels[rows]) if network.multi_label else labels[rows].argmax(axis=1)
    chosen = few_of_each(codes)
    offsets, coordinates = traces.offsets, view.along(traces.coordinates)
    # h_0 comes before the words of every trace, so that trace i starts i rows later than its words.
    paths = [coordinates[offsets[i] + i : offsets[i + 1] + i + 1] for i in rows[chosen]]
    return paths, codes[chosen]


def _own_paths(view: View) -> tuple[list[np.ndarray], np.ndarray]:
    states = view.network.states
    codes = style.class_codes(states.trajectory_labels)
    chosen = few_of_each(codes)
    lengths = states.trajectory_lengths
    return [view.states(states.trajectories[i, : lengths[i] + 1]) for i in chosen], codes[chosen]


def few_of_each(codes: np.ndarray) -> np.ndarray:
    """Return rows of two sentences of every class, or of one where there are more than three
    classes."""
    count = 2 if len(np.unique(codes)) < 4 else 1
    return np.sort(
        np.concatenate([np.flatnonzero(codes == code)[:count] for code in np.unique(codes)] or [[]])
    ).astype(int)


# Speeds


@style.styled
def speed_of_points(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw slow points in the colour of log10 q, with the exact fixed points by their stability on
    top."""
    kinds = {name for network in networks for name in manifold.fixed_points_by_stability(network)}
    handles = [
        dot_handle(f"{name} fixed point", face, 5, marker=marker, mew=1, mec=style.INK)
        for name, (marker, face) in manifold.STABILITY.items()
        if name in kinds
    ]
    figure, axes = panels(
        networks, "Slow points hardly move: their speed q = ½‖F(h, x*) − h‖²", handles, bar=True
    )
    views = [plane_view(network) for network in networks]
    values = [_log_q(network) for network in networks]
    norm = Normalize(*np.quantile(np.concatenate(values), [0.02, 0.98]))
    for ax, view, value in zip(axes, views, values, strict=True):
        _draw_speed(ax, view, value, norm)
    label_planes(axes, views[0])
    colour_bar(figure, axes, ScalarMappable(norm, SLOWNESS), "log₁₀ q")
    return figure


def _log_q(network: NetworkArrays) -> np.ndarray:
    """Return log10 q of the slow points that are finite."""
    finite = np.isfinite(network.slow_points.points).all(axis=1)
    q = np.nan_to_num(network.slow_points.q[finite], nan=1.0)
    return np.log10(np.maximum(q, SLOWEST))


def _draw_speed(axes, view: View, values: np.ndarray, norm: Normalize) -> None:
    points, values = manifold.thinned(view.slow_points), manifold.thinned(values)
    order = np.argsort(-values, kind="stable")  # the slowest on top
    axes.scatter(
        *points[order].T,
        s=9,
        c=values[order],
        cmap=SLOWNESS,
        norm=norm,
        linewidths=0,
        rasterized=True,
        label="slow points",
        zorder=2,
    )
    roots = list(manifold.fixed_points_by_stability(view.network).items())
    for name, found in roots:
        marker, face = manifold.STABILITY[name]
        look = {
            "marker": marker,
            "s": 17,
            "facecolors": face,
            "edgecolors": style.INK,
            "linewidths": 0.8,
        }
        axes.scatter(*view.states(found).T, label=name, zorder=6, **look)
    set_plane(axes, view, bulk(view.slow_points), *[bulk(view.states(found)) for _, found in roots])


# Ordered classes


@style.styled
def ordered_plane(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw ordered classes in the plane, with the directions in which sentiment and intensity grow
    as its axes."""
    handles = [
        *class_handles(networks),
        SLOW,
        line_handle(
            "class means in order", style.INK, lw=1, marker="o", ms=5, mec=style.INK, mfc="white"
        ),
    ]
    title = "Ordered classes along two scores: sentiment and intensity"
    figure, axes = panels(networks, title, handles, gap=OWN_AXIS, below=TOLD_BELOW)
    views = [plane_view(network) for network in networks]
    for ax, view in zip(axes, views, strict=True):
        _draw_ordered(ax, view)
        ax.set_xlabel(view.labels[0], labelpad=1)
        ax.set_ylabel(view.labels[1], labelpad=1)
    return figure


def score_directions(view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where class means (N, 2) lie, their centre (2,), and how they move per unit of two
    scores (2, 2), rows.

    Scores of class i of N: sentiment, -1 to 1 in the order of the classes, and intensity, its
    distance from the middle. Least squares over class means, so that frequent classes weigh no
    more.
    """
    codes = style.class_codes(view.network.states.final_labels)
    final = view.states(view.network.states.final)
    present = np.unique(codes)
    means = np.stack([final[codes == code].mean(axis=0) for code in present])
    sentiment = np.linspace(-1, 1, len(view.network.readout))[present]
    scores = np.column_stack([sentiment, np.abs(sentiment), np.ones(len(present))])
    fitted = np.linalg.lstsq(scores, means, rcond=None)[0]
    return means, np.array([0, np.abs(sentiment).mean(), 1]) @ fitted, fitted[:2]


def _draw_ordered(axes, view: View) -> None:
    draw_slow_points(axes, view, size=2.5, alpha=0.5)
    draw_final_states(axes, view, size=6, alpha=0.6)
    means, centre, directions = score_directions(view)
    colours = [
        view.network.colour(code)
        for code in np.unique(style.class_codes(view.network.states.final_labels))
    ]
    axes.plot(
        *means.T,
        color=style.INK,
        lw=1,
        zorder=7,  # above the axes of scores
        path_effects=manifold.HALO,
        label="order of the classes",
    )
    axes.scatter(
        *means.T,
        s=30,
        c=colours,
        edgecolors=style.INK,
        linewidths=0.9,
        zorder=8,
        label="class means",
    )
    seen = np.concatenate(
        [
            manifold.thinned(view.slow_points, SHOWN),
            view.states(manifold.thinned(view.network.states.final)),
        ]
    )
    room = _room_of_a_name(axes, seen)
    ends = [
        _score_axis(axes, centre, *pair, seen, room)
        for pair in zip(directions, ("sentiment", "intensity"))
    ]
    set_plane(axes, view, seen, *ends)
    lengths = np.maximum(np.linalg.norm(directions, axis=1), 1e-12)
    cosine = np.prod(1 / lengths) * (directions[0] @ directions[1])
    angle = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    axes.annotate(
        f"{_said_bend(view)}angle {angle:.0f}°",
        (0, 0),
        (0, BELOW_LABEL),
        "axes fraction",
        "offset points",
        va="top",
        fontsize=SMALL,
    )


def _room_of_a_name(axes, seen: np.ndarray) -> float:
    """Return how long the name of a score is along an axis, in data, where it takes room itself."""
    share = NAME_OF_SCORE / (axes.get_position().width * axes.figure.get_figwidth())
    return share / (1 - share) * float(np.ptp(seen, axis=0).max())


def _said_bend(view: View) -> str:
    """Return a line on how the slow points leave the plane; nothing where they do not.

    Of a network without a gap that depends on the cut, so that it says so as the gallery does.
    """
    bend = bend_of(view.network.points)
    gap = "no gap, " if has_no_gap(view.network) else ""
    return "" if bend is None else f"{gap}off plane {bend.off:.0%}: bend {bend.bent:.0%}\n"


def _score_axis(
    axes, centre: np.ndarray, direction: np.ndarray, name: str, seen: np.ndarray, room: float
) -> np.ndarray:
    """Draw an axis through the centre, past all points seen, with its name beyond the end to which
    the score grows.

    Return its ends, the name included.
    """
    unit = direction / max(np.linalg.norm(direction), 1e-12)
    along = (seen - centre) @ unit
    ends = centre + np.outer([along.min(), along.max()], unit)
    look = {
        "arrowstyle": "-|>",
        "color": style.INK,
        "lw": 1,
        "shrinkA": 0,
        "shrinkB": 0,
        "path_effects": manifold.HALO,
    }
    axes.annotate("", ends[1], ends[0], arrowprops=look, zorder=6)
    upright = np.degrees(np.arctan2(unit[1], unit[0]))
    flipped = abs(upright) > 90
    axes.text(
        *ends[1],
        name + " " if flipped else " " + name,
        rotation=upright + 180 * flipped,
        rotation_mode="anchor",
        ha="right" if flipped else "left",
        va="center",
        fontsize=SMALL,
        path_effects=manifold.HALO,
        zorder=9,
    )
    return np.stack([ends[0], ends[1] + room * unit])
