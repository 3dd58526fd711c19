"""One network at a glance: the manifold, its dimension, its dynamics, its words and its training.

Runs once per network, so it imports no more than matplotlib and numpy, and lays axes out by hand.
"""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays, load_network, variance_ratio
from rnn_geometry.plotting.legends import shown_handles
from rnn_geometry.plotting.network_components import (
    draw_pairs,
    has_fixed_points,
    pair_handles,
    pairs_of,
)
from rnn_geometry.plotting.panels import bulk, note_in_corner
from rnn_geometry.plotting.small_png import draw_for_small_png, save_small_png
from rnn_geometry.plotting.text import LONGEST, cut_names, tick_places

__all__ = [
    "NetworkArrays",
    "draw_panel",
    "load_network",
    "plot_narrow",
    "plot_network",
    "save_panel",
]

SIZE, LARGEST_FILE = (15.0, 9.0), 100_000
DPI, FINE_DPI = 100, 150  # of the file, and of its pieces on a page: sharp on fine screens
TOP, FOOT, FLAT_FOOT = 0.8, 0.065, 0.165  # of the manifold: room of a plane alone is square
KEY, KEY_LINE = 0.952, 0.02  # of the panel: where the legends begin, and a line of these
NARROW, SMALL = 3.6, 0.45  # inches of a view on a telephone; of the dots in it
ENLARGED = "near 1"  # title of the eigenvalues drawn a second time
COMPONENTS, MODES, WORDS = 10, 20, 20  # how many are shown
RAMP = 1.3  # how far the ramp of word effects goes on beyond the largest
MOST_STATES = (0.02, 0.98)  # of final and visited states along an axis lie in the view
SHORTEST = 0.6  # of the longer side of the view
SETTLED = 1e-3  # of the view: by less names ask for no wider one
NAMED_AGAIN = 12  # how often limits are widened for names, which settles them


@style.styled_for_screen
def plot_network(network: NetworkArrays) -> Figure:
    """Draw the panel of one network."""
    figure = Figure(figsize=SIZE, dpi=DPI)
    figure.text(0.015, 0.972, network.title, fontsize=13, weight="bold", va="center")
    figure.text(
        0.985, 0.972, _facts(network), fontsize=10, va="center", ha="right", color=style.GREY
    )
    _manifold_axes(figure, network)
    middle = figure.add_gridspec(
        3, 1, left=0.485, right=0.685, top=0.925, bottom=0.065, hspace=0.46
    )
    right = figure.add_gridspec(3, 1, left=0.785, right=0.955, top=0.925, bottom=0.075, hspace=0.46)
    draw_variance(figure.add_subplot(middle[0]), network)
    draw_accuracy(figure.add_subplot(middle[1]), network)
    draw_training(figure.add_subplot(middle[2]), network)
    draw_spectrum(
        [figure.add_subplot(cell) for cell in right[0].subgridspec(1, 2, wspace=0.42)], network
    )
    draw_time_constants(figure.add_subplot(right[1]), network)
    draw_word_effects(figure.add_subplot(right[2]), network)
    return figure


def draw_panel(figure: Figure) -> Any:
    """Return the panel as an RGB picture, from which its file and its pieces are made.

    Parameters
    ----------
    figure
        Of `plot_network`.
    """
    return draw_for_small_png(figure, FINE_DPI)


def save_panel(picture: Any, path: str | Path) -> None:
    """Write the panel as PNG of at most 100 kB.

    Parameters
    ----------
    picture
        Of `draw_panel`.
    path
        Of the file.
    """
    from PIL import Image

    size = tuple(round(side * DPI / FINE_DPI) for side in picture.size)
    # As sharp as the usual filter, in half the time.
    smaller = picture.resize(size, Image.Resampling.HAMMING)
    save_small_png(smaller, path, LARGEST_FILE)


def _facts(network: NetworkArrays) -> str:
    names = {
        "participation_ratio": "PR",
        "integration_modes": "integration modes",
        "distinct_points": "distinct slow points",
    }
    known = [
        f"{text} {network.value(name):.3g}"
        for name, text in names.items()
        if network.value(name) is not None
    ]
    return "   ".join(
        known + ([] if network.dimension is None else [f"expected d {network.dimension}"])
    )


# (a) the manifold


def _manifold_axes(figure: Figure, network: NetworkArrays) -> None:
    """Draw legends, and below them the plane, or pairs of three components and more."""
    foot = FLAT_FOOT if _is_flat(network) else FOOT
    if _is_flat(network):
        (cell,) = figure.add_gridspec(1, 1, left=0.05, right=0.43, top=TOP, bottom=foot)
        draw_plane(figure.add_subplot(cell), network)
    else:
        cells = figure.add_gridspec(
            2, 2, left=0.05, right=0.43, top=TOP - 0.005, bottom=foot, hspace=0.25, wspace=0.28
        )
        count, rows = len(pairs_of(network)), 1 + has_fixed_points(network)
        axes = [figure.add_subplot(cells[row, i]) for row in range(rows) for i in range(count)]
        draw_pairs(axes[:count], axes[count:], network)
    marks, classes = marks_of(network), manifold.class_handles(network)
    look = {"loc": "upper left", "borderpad": 0.2, "labelspacing": 0.3}
    abreast = 4 if _is_flat(network) else 3
    figure.legend(
        handles=marks, ncols=abreast, columnspacing=1.0, bbox_to_anchor=(0.03, KEY), **look
    )
    below = KEY - KEY_LINE * ceil(len(marks) / abreast) - 0.005
    columns = 5 if max(len(str(handle.get_label())) for handle in classes) <= 17 else 3
    shown = shown_handles(classes, 3 * columns)
    title = {"title": coloured_of(network), "title_fontsize": 8, "alignment": "left"}
    figure.legend(handles=shown, ncols=columns, bbox_to_anchor=(0.03, below), **look, **title)


def _is_flat(network: NetworkArrays) -> bool:
    return (network.dimension or 0) < 3


def marks_of(network: NetworkArrays) -> list[Line2D]:
    """Return legend entries of what the manifold of a network shows beside classes.

    Parameters
    ----------
    network
        That is drawn.
    """
    return manifold.mark_handles(network) if _is_flat(network) else pair_handles(network)


def coloured_of(network: NetworkArrays) -> str:
    """Return what has the colours of classes in the manifold of a network, as a legend says it.

    Parameters
    ----------
    network
        That is drawn.
    """
    kind = "label" if network.multi_label else "class"
    lines = " and sentences word by word (lines)" if _is_flat(network) else ""
    return f"final states (dots){lines}, by {kind}:"


@style.styled_for_screen
def plot_narrow(network: NetworkArrays) -> Figure:
    """Draw the manifold alone, as wide as a telephone: no legend, letters as in the panel.

    Of three dimensions and more views lie below each other, that of fixed points last.
    """
    rows = 1 if _is_flat(network) else len(pairs_of(network)) + has_fixed_points(network)
    tall = NARROW * rows
    figure = Figure(figsize=(NARROW, tall), dpi=DPI)
    edges = {"bottom": 0.45 / tall, "top": 1 - 0.08 / tall}
    cells = figure.add_gridspec(rows, 1, left=0.15, right=0.98, hspace=0.22, **edges)
    axes = [figure.add_subplot(cell) for cell in cells]
    if _is_flat(network):
        draw_plane(axes[0], network, SMALL)
    else:
        count = len(pairs_of(network))
        draw_pairs(axes[:count], axes[count:], network)
    axes[0].set_title("")
    return figure


def draw_plane(axes, network: NetworkArrays, size: float = 1.0) -> None:
    """Draw everything in the plane of the first two components of the slow points.

    `size` of dots is relative to those of the panel.
    """
    manifold.draw_points(axes, network, network.project, size)
    manifold.draw_trajectories(axes, network, network.project)
    manifold.draw_fixed_points(axes, network, network.project)
    manifold.draw_readouts(
        axes,
        network,
        network.readout @ network.components[:, :2],
        1.15 * manifold.radius(network.project(network.points)),
    )
    _limit_view(axes, network)
    manifold.keep_names_apart(axes)
    axes.set(
        xlabel="component 1 of the slow points",
        ylabel="component 2 of the slow points",
        title="Manifold of slow points",
    )


def _limit_view(axes, network: NetworkArrays) -> None:
    """Give both axes one scale, show slow points, arrows and their names, and count what lies
    outside; hide nothing."""
    states = network.project(np.concatenate([network.states.visited, network.states.final]))
    points = network.project(network.points)
    most = np.quantile(states, MOST_STATES, axis=0)
    seen = _corners([most, bulk(points), np.zeros((1, 2)), *manifold.tips_of_readouts(axes)])
    low, high = _limits(seen)
    for _ in range(NAMED_AGAIN):
        low, high = _limits(seen)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal", anchor="N")
        axes.apply_aspect()
        # Names take more room along the axes the smaller the scale is.
        wider = _corners([seen, *manifold.places_of_names(axes)])
        settled = np.abs(wider - seen).max() < SETTLED * np.ptp(seen)
        seen = wider
        if settled:
            break
    fixed = [network.project(one) for one in manifold.fixed_points_by_stability(network).values()]
    slow = np.concatenate([points, *fixed])
    kinds = {"slow or fixed point": slow, "state": manifold.thinned(states, 2 * manifold.SHOWN)}
    note = " and ".join(
        f"{outside} {kind}{'s' * (outside > 1)}"
        for kind, places in kinds.items()
        if (outside := int(((places < low) | (places > high)).any(axis=1).sum()))
    )
    if note:
        note_in_corner(axes, f"{note} outside the view", 8)


def _corners(places: list[np.ndarray]) -> np.ndarray:
    """Return two corners (2, 2) of a box round sets of points (n, 2)."""
    points = np.concatenate(places)
    return np.stack([points.min(axis=0), points.max(axis=0)])


def _limits(seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return limits of which 2 % stay free on a side, and no side is much shorter."""
    low, high = seen.min(axis=0), seen.max(axis=0)
    half = 0.52 * np.maximum(high - low, SHORTEST * (high - low).max())
    return (low + high) / 2 - half, (low + high) / 2 + half


# Dimension


def draw_variance(axes, network: NetworkArrays) -> None:
    """Draw the cumulative variance explained by components of visited states, final states and slow
    points."""
    kinds = {
        "visited states": ("variance_ratio_visited", "visited", style.GREY, "o:"),
        "final states": ("variance_ratio_final", "final", style.CLOUD, "s--"),
        "slow points": ("variance_ratio", None, style.INK, "o-"),
    }
    for label, (name, key, colour, look) in kinds.items():
        ratio = network.value(name)
        if ratio is None:
            ratio = variance_ratio(getattr(network.states, key) if key else network.points)
        total = np.cumsum(ratio)[: max(COMPONENTS, (network.dimension or 0) + 1)]
        axes.plot(np.arange(1, len(total) + 1), total, look, color=colour, ms=4, label=label)
    _mark_dimension(axes, network)
    axes.set(
        ylim=(0, 1.04),
        xlabel="components",
        ylabel="cumulative variance",
        title="Variance explained",
    )
    axes.legend(loc="lower right")


def _mark_dimension(axes, network: NetworkArrays) -> None:
    axes.set_xlim(0.5, max(COMPONENTS, (network.dimension or 0) + 1) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if network.dimension is not None:
        axes.axvline(
            network.dimension,
            color=style.EXPECTED,
            lw=1.1,
            ls="--",
            zorder=0,
            label=f"expected d = {network.dimension}",
        )


def draw_accuracy(axes, network: NetworkArrays) -> None:
    """Draw the accuracy of the readout on final states projected onto their first k components.

    Entry 0 is k = 1.
    """
    values = np.array(
        [np.nan if v is None else v for v in network.value("accuracy_by_components") or []],
        dtype=float,
    )
    shown = values[: max(COMPONENTS, (network.dimension or 0) + 1)]
    axes.plot(
        np.arange(1, len(shown) + 1), shown, "o-", color=style.INK, ms=4, label="first k components"
    )
    if network.value("test_accuracy") is not None:
        axes.axhline(
            network.value("test_accuracy"),
            color=style.GREY,
            lw=1,
            ls=":",
            label="all (test accuracy)",
        )
    _mark_dimension(axes, network)
    axes.set(
        ylim=(0, 1.04),
        xlabel="components k of the final states",
        ylabel="accuracy",
        title="Accuracy cliff",
    )
    axes.legend(loc="lower right")


# Dynamics


def draw_spectrum(pair, network: NetworkArrays) -> None:
    """Draw the eigenvalues at all sampled slow points and at the centre.

    The unit circle, and enlarged near 1.
    """
    values = network.linearization.eigenvalues
    centre = values[network.linearization.centre] if len(values) else values.ravel()
    circle = np.exp(1j * np.linspace(0, 2 * np.pi, 200))
    for axes, size in zip(pair, (1.5, 4), strict=True):
        axes.plot(np.real(circle), np.imag(circle), color=style.GREY, lw=0.8)
        axes.plot(
            np.real(values).ravel(),
            np.imag(values).ravel(),
            "o",
            ms=size,
            mew=0,
            color=style.PALE,
            label="slow points",
        )
        axes.plot(
            np.real(centre),
            np.imag(centre),
            "o",
            ms=size + 1,
            mew=0,
            color=style.INK,
            label="centre",
        )
        axes.set(aspect="equal", xlabel="Re λ")
    pair[0].set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), ylabel="Im λ", title="Eigenvalues")
    pair[1].set(
        xlim=(0.84, 1.04),
        ylim=(-0.1, 0.1),
        title=ENLARGED,
        yticks=(-0.1, 0, 0.1),
        xticks=(0.85, 0.9, 0.95, 1.0),
        xticklabels=[".85", ".9", ".95", "1"],
    )
    pair[0].legend(loc="upper center", bbox_to_anchor=(1.2, -0.33), ncols=2, markerscale=2)


def draw_time_constants(axes, network: NetworkArrays) -> None:
    """Draw the longest time constants of every sampled point, and of the centre on top."""
    tau, centre = network.linearization.tau, network.linearization.centre
    longest = np.sort(np.where(np.isfinite(tau), tau, 1e5), axis=1)[:, ::-1][:, :MODES].clip(
        min=0.05
    )
    ranks = np.arange(1, longest.shape[1] + 1)
    axes.add_collection(
        LineCollection(
            [np.stack([ranks, row], axis=1) for row in longest], colors=style.PALE, linewidths=0.7
        )
    )
    if len(tau):
        axes.plot(
            ranks,
            longest[centre],
            "o-",
            color=style.INK,
            ms=4,
            label="centre (faint: other points)",
        )
    half = float(network.meta["mean_length"]) / 2
    axes.axhline(
        half,
        color=style.EXPECTED,
        lw=1.1,
        ls="--",
        label=f"half the sentence length ({half:.3g})",
    )
    axes.set(
        yscale="log",
        xlim=(0.5, max(len(ranks), 1) + 0.5),
        xlabel="mode",
        ylabel="time constant τ (words)",
        title="Time constants",
    )
    axes.set_ylim(0.3, max(10 * half, longest.max(initial=1) * 12))
    style.round_log_ticks(axes.yaxis)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="upper right")


# Words and training


def draw_word_effects(axes, network: NetworkArrays) -> None:
    """Draw the mean change of every logit by one word."""
    effects, names = shown_words(network)
    axes.set_title("Effect of one word on the logits")
    if not len(effects):
        axes.text(0.5, 0.5, "not computed", ha="center", transform=axes.transAxes)
        return
    # The ends of the ramp are all but black, and would hide which colour they end.
    bound = RAMP * max(np.abs(effects).max(), 1e-9)
    image = axes.imshow(
        effects,
        cmap=style.DIVERGING,
        vmin=-bound,
        vmax=bound,
        aspect="auto",
        interpolation="nearest",
    )
    many = len(network.class_names) > 5 or max(map(len, network.class_names)) > 10
    turned = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if many else {}
    places, left_out = tick_places(effects.shape[1])
    classes = cut_names(network.class_names, 14)
    axes.set_xticks(places, [classes[i] for i in places], **turned)
    if left_out:
        more, below = f"and {left_out} more", (6, -9)  # points; beside the names there is room
        axes.annotate(more, (1, 0), below, "axes fraction", "offset points", fontsize=7)
    axes.set_yticks(range(len(names)), cut_names(names, 14))
    axes.tick_params(length=0, labelsize=7 if len(names) > 12 else 8)
    axes.tick_params(axis="x", labelsize=6 if len(network.class_names) > 8 else 8)
    axes.figure.colorbar(image, ax=axes, pad=0.02, fraction=0.05).set_label(
        "mean change of the logit"
    )


def shown_words(network: NetworkArrays) -> tuple[np.ndarray, list[str]]:
    """Return effects (W, C) and names of at most 20 words, those with the largest spread over
    classes."""
    effects = network.linearization.word_effects
    if not len(effects):
        return effects, []
    chosen = np.arange(len(effects))
    if len(effects) > WORDS:
        chosen = np.argsort(-np.ptp(effects, axis=1), kind="stable")[:WORDS]
        # Words of one class together, the strongest first.
        chosen = chosen[np.lexsort((-effects[chosen].max(axis=1), effects[chosen].argmax(axis=1)))]
    ids = network.linearization.word_ids[chosen]
    return effects[chosen], cut_names([network.words[i] for i in ids], LONGEST)


def draw_training(axes, network: NetworkArrays) -> None:
    """Draw losses, the accuracy on held-out sentences, and the step whose weights were kept."""
    axes.set(xlabel="step", ylabel="loss", title="Training")
    history = network.history
    if history is None:
        return
    losses = {"train loss": history.train_loss, "dev loss": history.dev_loss}
    for (label, values), colour in zip(losses.items(), (style.CLOUD, style.INK), strict=True):
        axes.plot(history.step, _numbers(values), color=colour, label=label)
    axes.set_ylim(0, None)
    twin = axes.twinx()
    accuracy = _numbers(history.dev_accuracy)
    twin.plot(history.step, accuracy, color=style.EXPECTED, label="dev accuracy")
    twin.set(ylim=(0, 1.04), ylabel="accuracy")
    twin.spines["right"].set_visible(True)
    best = network.record.best_step
    if best is not None:
        twin.axvline(best, color=style.GREY, ls="--", lw=1, label=f"kept (step {best})")
    handles = axes.get_legend_handles_labels()[0] + twin.get_legend_handles_labels()[0]
    twin.legend(handles=handles, loc="center right")


def _numbers(column) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in column], dtype=float)
