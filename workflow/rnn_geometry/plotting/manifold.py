"""Slow points, states and readouts of one network in a plane (or space).

Shared by the panel and the gallery.
"""

from __future__ import annotations

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from rnn_geometry.plotting import style
from rnn_geometry.plotting.arrays import NetworkArrays, present_codes
from rnn_geometry.plotting.text import cut_names

CLASS_NAME = 24  # letters of a name in a legend
FREE = 4  # pixels round a name: letters are as wide as hints of the font have it
SHOWN = 700  # dots of one kind: more only make the file large
STABILITY = {
    "stable": ("o", "white"),
    "saddle": ("D", style.SADDLE),
    "unstable": ("X", style.UNSTABLE),
}
HALO = [withStroke(linewidth=2.2, foreground="white")]


def thinned(points: np.ndarray, shown: int = SHOWN) -> np.ndarray:
    """Return at most `shown` evenly spaced rows."""
    return (
        points[np.linspace(0, len(points) - 1, min(shown, len(points))).astype(int)]
        if len(points)
        else points
    )


def scatter(
    axes,
    points: np.ndarray,
    size: float | np.ndarray,
    colour,
    label: str,
    z: float,
    alpha: float = 1.0,
) -> None:
    """Draw points (n, 2) or (n, 3) as plain dots."""
    # Depth shading would fade colours that stand for classes.
    depth = {"depthshade": False} if points.shape[1] == 3 else {}
    axes.scatter(
        *points.T, s=size, c=colour, linewidths=0, alpha=alpha, label=label, zorder=z, **depth
    )


def draw_points(axes, network: NetworkArrays, project, size: float = 1.0) -> None:
    """Draw visited states (cloud), final states by class, small and light, and slow points on top.

    `project` maps states to the axes.
    """
    final = thinned(network.states.final)
    codes = thinned(style.class_codes(network.states.final_labels))
    scatter(
        axes,
        project(thinned(network.states.visited)),
        5 * size,
        style.PALE,
        "visited",
        1,
        0.6,
    )
    scatter(axes, project(final), 9 * size, network.colours(codes), "final", 2, 0.55)
    scatter(axes, project(thinned(network.points)), 9 * size, style.INK, "slow points", 3, 0.85)


def draw_trajectories(axes, network: NetworkArrays, project) -> None:
    """Draw 3 to 5 sentences, of as many different classes as can be, as lines from the origin
    state."""
    codes = style.class_codes(network.states.trajectory_labels)
    chosen = different_first(codes, int(np.clip(len(network.readout), 3, 5)))
    paths = [
        project(path[: length + 1]) for path, length in zip(*_paths(network, chosen), strict=True)
    ]
    colours = [network.colour(int(codes[i])) for i in chosen]
    axes.add_collection(
        LineCollection(
            paths, colors=colours, linewidths=1.1, alpha=0.95, zorder=4, label="trajectories"
        )
    )
    axes.plot(
        *project(network.states.trajectories[0, 0]),
        "+",
        color="black",
        ms=11,
        mew=2,
        zorder=7,
        label="start",
    )


def _paths(network: NetworkArrays, chosen: np.ndarray):
    states = network.states
    return states.trajectories[chosen], states.trajectory_lengths[chosen]


def different_first(codes: np.ndarray, count: int) -> np.ndarray:
    """Return up to `count` rows: one of each class, then the rest in order."""
    first = np.sort(np.unique(codes, return_index=True)[1])
    rest = np.setdiff1d(np.arange(len(codes)), first)
    return np.concatenate([first, rest])[:count].astype(int)


def fixed_points_by_stability(network: NetworkArrays) -> dict[str, np.ndarray]:
    """Return the distinct exact fixed points by stability; nothing where none was found or looked
    for.

    A root with at least as many unstable modes as the manifold has dimensions repels along all of
    it: `unstable`.
    """
    roots, modes = network.fixed_points.roots, network.fixed_points.stability
    repelling = max(network.dimension or 2, 1)
    kinds = np.where(modes == 0, "stable", np.where(modes < repelling, "saddle", "unstable"))
    return {name: roots[kinds == name] for name in STABILITY if (kinds == name).any()}


def draw_fixed_points(axes, network: NetworkArrays, project, size: float = 52) -> None:
    """Draw the distinct exact fixed points, one marker per stability."""
    for name, points in fixed_points_by_stability(network).items():
        marker, face = STABILITY[name]
        look = {
            "marker": marker,
            "s": size,
            "facecolors": face,
            "edgecolors": "black",
            "linewidths": 1.1,
        }
        axes.scatter(*project(points).T, label=name, zorder=6, **look)


def draw_readouts(
    axes,
    network: NetworkArrays,
    arrows: np.ndarray,
    reach: float,
    font: float | None = 9,
    width: float = 2.0,
    alpha: float = 1.0,
    z: float = 5,
):
    """Draw readout vectors, given as plane coordinates (C, 2), as arrows from 0; the longest has
    length `reach`.

    Names are left out where an arrow points out of the plane or into its neighbour's name; the
    legend has them.
    """
    arrows = arrows * reach / max(np.linalg.norm(arrows, axis=1).max(), 1e-12)
    codes = style.readout_codes(len(arrows), network.multi_label)
    named = _room_for_names(arrows, reach)
    names = cut_names(network.class_names, 18)
    for arrow, code, name, room in zip(arrows, codes, names, named, strict=True):
        look = {
            "arrowstyle": "-|>",
            "mutation_scale": 4 + 3 * width,
            "color": network.colour(code),
            "lw": width,
            "shrinkA": 0,
            "shrinkB": 0,
            "alpha": alpha,
        }
        axes.annotate("", arrow, (0, 0), arrowprops={**look, "path_effects": HALO}, zorder=z)
        if font and room:
            _name(axes, arrow, name, network.colour(code), font)


def _name(axes, arrow, name: str, colour: str, font: float) -> None:
    across, along = arrow / max(np.linalg.norm(arrow), 1e-12)
    place = {
        "ha": "left" if across > 0.35 else "right" if across < -0.35 else "center",
        "va": "bottom" if along > 0.35 else "top" if along < -0.35 else "center",
    }
    axes.annotate(
        name,
        arrow,
        (4 * across, 4 * along),
        textcoords="offset points",
        color=style.text_colour(colour),
        fontsize=font,
        weight="bold",
        path_effects=HALO,
        zorder=8,
        **place,
    )


def keep_names_apart(axes) -> None:
    """Take away names of readouts that would cover earlier ones, once the limits are set."""
    kept: list[np.ndarray] = []
    renderer = _ruler(axes)
    for text in _names(axes):
        box = text.get_window_extent(renderer).padded(FREE).get_points()
        if any((box[0] < other[1]).all() and (other[0] < box[1]).all() for other in kept):
            text.remove()
        else:
            kept.append(box)


def places_of_names(axes) -> list[np.ndarray]:
    """Return where names of readouts are, two corners (2, 2) each, in data of axes whose limits are
    set and hold the tips: elsewhere a name has no size."""
    back, renderer = axes.transData.inverted(), _ruler(axes)
    return [back.transform(text.get_window_extent(renderer).get_points()) for text in _names(axes)]


def tips_of_readouts(axes) -> list[np.ndarray]:
    """Return where arrows end, (1, 2) each, in data."""
    return [np.array([text.xy], float) for text in axes.texts if getattr(text, "arrow_patch", None)]


def _ruler(axes) -> RendererAgg:
    """Return what measures texts: of one pixel, since a picture of the figure costs more."""
    return RendererAgg(1, 1, axes.figure.dpi)


def _names(axes) -> list:
    return [text for text in axes.texts if text.get_weight() == "bold"]


def _room_for_names(arrows: np.ndarray, reach: float) -> list[bool]:
    kept: list[np.ndarray] = []
    room = []
    for arrow in arrows:
        free = np.linalg.norm(arrow) > 0.25 * reach and all(
            np.linalg.norm(arrow - other) > 0.16 * reach for other in kept
        )
        room.append(bool(free))
        if free:
            kept.append(arrow)
    return room


def radius(points: np.ndarray) -> float:
    """Return the distance from 0 that holds nearly all points (n, k)."""
    return float(np.quantile(np.linalg.norm(points, axis=1), 0.98)) if len(points) else 1.0


def view_limit(network: NetworkArrays, project) -> float:
    """Return the half width of a view of the states visited.

    Slow points thrown far away do not shrink the rest.
    """
    seen = project(np.concatenate([network.states.visited, network.states.final]))
    return max(float(np.abs(seen).max()), 1e-9)


def class_handles(network: NetworkArrays, codes: np.ndarray | None = None) -> list[Line2D]:
    """Return legend entries of classes or label combinations; without codes of those that occur."""
    codes = present_codes(network) if codes is None else codes
    return [
        Line2D(
            [],
            [],
            ls="",
            marker="o",
            ms=5,
            color=network.colour(code),
            label=name,
        )
        for code, name in zip(codes, _names_of(network, codes), strict=True)
    ]


def _names_of(network: NetworkArrays, codes: np.ndarray) -> list[str]:
    """Return the names of classes, each cut alike wherever it stands, or of combinations."""
    if not network.multi_label:
        names = cut_names(network.class_names, CLASS_NAME)
        return [names[code] for code in codes]
    names = [style.code_name(int(code), network.class_names, True) for code in codes]
    return cut_names(names, CLASS_NAME)


def mark_handles(network: NetworkArrays) -> list[Line2D]:
    """Return legend entries of everything in the plane that has no colour of a class."""
    handles = [
        Line2D([], [], ls="", marker="o", ms=5, color=style.PALE, label="visited states"),
        Line2D([], [], ls="", marker="o", ms=4.5, color=style.INK, label="slow points"),
        Line2D([], [], ls="", marker="+", ms=9, mew=2, color="black", label="start"),
    ]
    return [*handles, *fixed_handles(network)]


def fixed_handles(network: NetworkArrays) -> list[Line2D]:
    """Return legend entries of exact fixed points by stability, with how many there are."""
    handles = []
    for name, points in fixed_points_by_stability(network).items():
        marker, face = STABILITY[name]
        handles.append(
            Line2D(
                [],
                [],
                ls="",
                marker=marker,
                ms=6,
                mfc=face,
                mec="black",
                label=f"{name} fixed point ({len(points)})",
            )
        )
    return handles
