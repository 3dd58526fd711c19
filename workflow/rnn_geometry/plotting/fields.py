"""Fields over the plane of slow points, what the logits decide, and how states drift without input.

Shapes: g grid points a side, p pixels a side, C outputs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from inspect import signature

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.path import Path

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.legends import shown_handles
from rnn_geometry.plotting.panels import (
    MOST_CLASSES,
    SHOWN,
    bulk,
    class_handles,
    colour_bar,
    dot_handle,
    label_planes,
    line_handle,
    panels,
    rows_of_panels,
    set_plane,
)
from rnn_geometry.plotting.text import cut_names
from rnn_geometry.plotting.views import View, near_slice, plane_view, slices

LESS_EXACT = "integration_max_error_scale"  # of stream lines; matplotlib knows it from 3.11 on
PIXELS, STREAMS = 120, 30  # a side of the image, and of the grid of the stream lines
SPEED = "viridis"
NEAR_POINTS = dot_handle(
    "slow points near the slice, by their own decision", "white", 3.5, mec=style.INK, mew=0.5
)
SURE = 0.9  # probability of a contour
MOST_LABELS = 14  # in the legend


# Logits


@style.styled
def logits(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw what is decided over slices of the slow manifold and how surely, and near each slice the
    slow points in the colour of their own decision."""
    several = networks[0].multi_label
    handles = [*class_handles(networks, MOST_LABELS if several else MOST_CLASSES), NEAR_POINTS]
    if several:
        handles += handles_of_labels(networks[0])
    else:
        handles.append(
            line_handle(f"probability {SURE:g} of the class that wins", style.INK, lw=0.8)
        )
    views = [slices(network) for network in networks]
    names = [view.name for view in views[0]]
    wide = len(names) > 1
    title = (
        "Each slice through the slow manifold holds the decision between two classes"
        if wide and not several
        else "What is decided on a slice through the slow manifold"
    )
    figure, axes = rows_of_panels(networks, names if wide else [""], title, handles)
    for column, of_network in zip(axes.T, views, strict=True):
        for ax, view in zip(column, of_network, strict=True):
            _draw_logits(ax, view)
    for row, view in zip(axes, views[0], strict=True):
        label_planes(row, view)
    return figure


def _draw_logits(axes, view: View) -> None:
    near = near_slice(view)
    points = view.slow_points[near]
    seen = bulk(points) if len(points) else bulk(view.slow_points)
    set_plane(axes, view, seen, counted=points)
    x, y, places = view_grid(axes, PIXELS)
    found = plane_logits(view, places)
    fields = label_fields if view.network.multi_label else class_fields
    colours, contours, levels = fields(view.network, found)
    axes.imshow(
        colours,
        extent=(*axes.get_xlim(), *axes.get_ylim()),
        origin="lower",
        interpolation="bilinear",
        zorder=0,
    )
    names = view.network.class_names if view.network.multi_label else [None] * len(contours)
    for i, (field, name) in enumerate(zip(contours, names, strict=True)):
        colour = style.INK if name is None else view.network.colour(2**i)
        width = 0.6 if name is None else 1.5
        if np.nanmin(field) < levels[0] < np.nanmax(field):
            axes.contour(x, y, field, levels=levels, colors=colour, linewidths=width, zorder=1)
    shown = manifold.thinned(np.flatnonzero(near), SHOWN)
    axes.scatter(
        *view.slow_points[shown].T,
        s=6,
        c=view.network.colours(decisions(view.network)[shown]),
        edgecolors=style.INK,
        linewidths=0.35,
        rasterized=True,
        label="slow points near the slice",
        zorder=3,
    )
    told = f"{int(near.sum())} of {len(near)} near"
    if near.any():
        told += f", {decided_otherwise(view, near):.0%} differ"
    look = {"fontsize": style.SMALLEST, "path_effects": manifold.HALO, "zorder": 9, "va": "top"}
    axes.text(0.03, 0.97, told, transform=axes.transAxes, **look)


def decided_otherwise(view: View, near: np.ndarray) -> float:
    """Return which share of chosen points (n,) decides otherwise than the slice where they are
    drawn."""
    found = plane_logits(view, view.slow_points[near])
    below = style.class_codes(found > 0) if view.network.multi_label else found.argmax(axis=1)
    return float((below != decisions(view.network)[near]).mean())


def decisions(network: NetworkArrays) -> np.ndarray:
    """Return the code (n,) of what the readout decides at each slow point itself."""
    found = network.points @ network.readout.T + network.states.readout_bias
    return style.class_codes(found > 0) if network.multi_label else found.argmax(axis=1)


def plane_logits(view: View, places: np.ndarray) -> np.ndarray:
    """Return the logits (..., C) at places (..., 2) of the plane through the mean slow point.

    They are linear there.
    """
    middle = view.network.points.mean(axis=0)
    mean = view.network.readout @ middle + view.network.states.readout_bias
    return places @ view.readouts.T + mean


def class_fields(
    network: NetworkArrays, found: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray], list[float]]:
    """Return the image (p, p, 4) of logits (p, p, C), the fields to draw contours of, and their
    levels.

    The colour of the class that wins, the deeper the likelier it is; white where it is no likelier
    than chance.
    """
    shares = np.exp(found - found.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    largest, chance = shares.max(axis=-1), 1 / found.shape[-1]
    return (
        _tinted(
            network,
            np.nan_to_num(shares).argmax(axis=-1),
            (largest - chance) / max(1 - chance, 1e-9),
        ),
        [largest],
        [SURE],
    )


def label_fields(
    network: NetworkArrays, found: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray], list[float]]:
    """Return the same of labels that do not exclude each other.

    The likeliest combination; a field for every label.
    """
    likely = 1 / (1 + np.exp(-found))
    codes = style.class_codes((found > 0).reshape(-1, found.shape[-1])).reshape(found.shape[:-1])
    surely = np.where(found > 0, likely, 1 - likely).prod(axis=-1)
    return _tinted(network, codes, surely), list(np.moveaxis(likely, -1, 0)), [0.5]


def _tinted(network: NetworkArrays, codes: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return the colours of codes (p, p) mixed with white, (p, p, 4).

    Where the share is NaN nothing shows.
    """
    known = np.isfinite(share)
    deep = (0.12 + 0.5 * np.where(known, share, 0))[..., None]
    colours = 1 - deep * (1 - network.colours(codes.ravel()).reshape(*codes.shape, 3))
    return np.concatenate([colours, known[..., None]], axis=-1)


# Flow


@style.styled
def flow(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw the speed of the dynamics without input over the plane, its stream lines, and the slow
    points."""
    colours = LinearSegmentedColormap.from_list("speed", colormaps[SPEED](np.linspace(0, 0.9, 64)))
    title = "How the state drifts without input, on a slice through the slow points"
    figure, axes = panels(networks, title, flow_handles(), bar=True)
    views = [plane_view(network) for network in networks]
    speeds = np.concatenate([network.flow.speed.astype(float).ravel() for network in networks])
    norm = LogNorm(*np.quantile(np.maximum(speeds, 1e-12), [0.01, 0.99]))
    for ax, view in zip(axes, views, strict=True):
        _draw_flow(ax, view, colours, norm)
    label_planes(axes, views[0])
    colour_bar(figure, axes, ScalarMappable(norm, colours), "‖F(h, x*) − h‖ (per word)")
    return figure


def _draw_flow(axes, view: View, colours, norm: LogNorm) -> None:
    set_plane(axes, view, bulk(view.slow_points))
    limits = (*axes.get_xlim(), *axes.get_ylim())
    speed = on_view(view, view.network.flow.speed, view_grid(axes, PIXELS)[2])
    image = axes.imshow(
        speed, extent=limits, origin="lower", cmap=colours, norm=norm, interpolation="bilinear"
    )
    # The grid was laid along the components: turned, it need not fill the panel.
    edge = Polygon(grid_corners(view), transform=axes.transData)
    image.set_clip_path(edge)
    x, y, places = view_grid(axes, STREAMS)
    known = (
        Path(grid_corners(view)).contains_points(places.reshape(-1, 2)).reshape(STREAMS, STREAMS, 1)
    )
    velocity = np.ma.masked_invalid(
        np.where(known, on_view(view, view.network.flow.velocity, places) @ view.basis, np.nan)
    )
    look = {
        "color": "white",
        "linewidth": 0.5,
        "arrowsize": 0.45,
        "density": 0.65,
    }
    if LESS_EXACT in signature(axes.streamplot).parameters:
        look[LESS_EXACT] = 3
    with _without_limits_of_patches(axes):
        axes.streamplot(x, y, velocity[..., 0], velocity[..., 1], zorder=2, **look)
    points = manifold.thinned(view.slow_points[near_slice(view)], 150)
    axes.scatter(
        *points.T,
        s=5,
        c="white",
        edgecolors=style.INK,
        linewidths=0.4,
        label="slow points near the slice",
        zorder=3,
        rasterized=True,
    )
    axes.set(xlim=limits[:2], ylim=limits[2:])


@contextlib.contextmanager
def _without_limits_of_patches(axes) -> Iterator[None]:
    """Let stream lines come without a search for how far the curves of their arrows reach: the
    limits of the panel are set already."""
    axes._update_patch_limits = lambda patch: None
    try:
        yield
    finally:
        del axes._update_patch_limits


# The grid


def sample(
    values: np.ndarray, grid_x: np.ndarray, grid_y: np.ndarray, places: np.ndarray
) -> np.ndarray:
    """Return values (g, g, ...), [i, j] at (grid_y[i], grid_x[j]), at places (..., 2).

    Past an edge as on it.
    """
    columns = np.clip((places[..., 0] - grid_x[0]) / (grid_x[-1] - grid_x[0]), 0, 1) * (
        len(grid_x) - 1
    )
    rows = np.clip((places[..., 1] - grid_y[0]) / (grid_y[-1] - grid_y[0]), 0, 1) * (
        len(grid_y) - 1
    )
    i = np.clip(np.floor(rows).astype(int), 0, len(grid_y) - 2)
    j = np.clip(np.floor(columns).astype(int), 0, len(grid_x) - 2)
    extra = (1,) * (values.ndim - 2)
    down, right = (
        (rows - i).reshape(*rows.shape, *extra),
        (columns - j).reshape(*rows.shape, *extra),
    )
    top = values[i, j] * (1 - right) + values[i, j + 1] * right
    bottom = values[i + 1, j] * (1 - right) + values[i + 1, j + 1] * right
    return top * (1 - down) + bottom * down


def view_grid(axes, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x (count,), y (count,) and all places (count, count, 2) over the limits of a panel."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    x, y = np.linspace(left, right, count), np.linspace(low, high, count)
    return x, y, np.stack(np.meshgrid(x, y), axis=-1)


def on_view(view: View, values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return values (h, g, ...) on the grid of the flow at drawn places (..., 2) of a view of
    components 1 and 2."""
    flow = view.network.flow
    return sample(values.astype(float), flow.grid_x, flow.grid_y, places @ view.basis.T)


def grid_corners(view: View) -> np.ndarray:
    """Return where the corners (4, 2) of the grid of the flow are drawn, in turn."""
    flow = view.network.flow
    (left, right), (low, high) = flow.grid_x[[0, -1]], flow.grid_y[[0, -1]]
    return np.array([[left, low], [right, low], [right, high], [left, high]]) @ view.basis


def handles_of_labels(network: NetworkArrays) -> list[Artist]:
    """Return legend entries of the lines at which the probability of each label is one half."""
    codes = style.readout_codes(len(network.readout), True)
    names = cut_names(network.class_names, manifold.CLASS_NAME)
    handles = [
        line_handle(f"{name}: probability .5", network.colour(code), lw=2)
        for name, code in zip(names, codes, strict=True)
    ]
    return shown_handles(handles, MOST_LABELS)


def flow_handles() -> list[Line2D]:
    """Return legend entries of the slow points and stream lines of the flow."""
    return [
        dot_handle("slow points near the slice", "white", 3.5, mec=style.INK, mew=0.6),
        line_handle("stream lines of the flow without input", style.GREY, lw=1),
    ]
