"""Dimension and time constants of the networks of a task.

Variance explained, eigenvalues, slowest modes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import style
from rnn_geometry.plotting.arrays import NetworkArrays, variance_ratio
from rnn_geometry.plotting.panels import SMALL, dot_handle, label_axes, line_handle, panels, plain

COMPONENTS, MODES, LONGEST = 8, 10, 1e5
ENOUGH = 0.95  # of the variance
SHADE = "#EBEBEB"
EXPECTED = {"color": style.EXPECTED, "lw": 1.1, "ls": "--", "zorder": 0}
VARIANCES = {
    "visited states": ("visited", {"color": style.GREY, "marker": "s", "ls": ":"}),
    "final states": ("final", {"color": style.CLOUD, "marker": "^", "ls": "--"}),
    "slow points": (None, {"color": style.INK, "marker": "o", "ls": "-"}),
}


# Variance


@style.styled
def variance(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw the cumulative variance explained by components of visited states, final states and slow
    points."""
    handles = [line_handle(name, ms=4, **look) for name, (_, look) in VARIANCES.items()]
    d = networks[0].dimension
    if d is not None:
        handles.append(line_handle(f"expected d = {d}", **EXPECTED))
    figure, axes = panels(
        networks,
        "Variance that the first components hold",
        handles,
        gap=0.14,
        below=0.4,
    )
    for ax, network in zip(axes, networks, strict=True):
        draw_variance(ax, network)
    label_axes(axes, "components", "cumulative variance", shared=True)
    return figure


def cumulative_variance(network: NetworkArrays, kind: str | None, count: int) -> np.ndarray:
    """Return the share of the variance in the first 1 to `count` components of `visited`, `final`
    or slow points."""
    ratio = network.value(f"variance_ratio_{kind}" if kind else "variance_ratio")
    if ratio is None:
        ratio = variance_ratio(getattr(network.states, kind) if kind else network.points)
    return np.cumsum(np.asarray(ratio, dtype=float))[:count]


def components_needed(network: NetworkArrays) -> int:
    """Return how many components hold 95 % of the variance of the slow points."""
    total = cumulative_variance(network, None, len(network.components))
    return int(np.argmax(total >= ENOUGH - 1e-12)) + 1


def draw_variance(axes, network: NetworkArrays) -> None:
    """Draw one network's cumulative variance with the expected dimension."""
    count = max(COMPONENTS, (network.dimension or 0) + 2)
    for name, (kind, look) in VARIANCES.items():
        total = cumulative_variance(network, kind, count)
        axes.plot(np.arange(1, len(total) + 1), total, ms=3, lw=1.1, mew=0, label=name, **look)
    if network.dimension is not None:
        axes.axvline(network.dimension, **EXPECTED)
    axes.set(ylim=(0, 1.04), xlim=(0.5, count + 0.5))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))


# Eigenvalues


@style.styled
def spectrum(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw eigenvalues of the recurrent Jacobian on the unit circle, and enlarged near 1 below."""
    half = float(networks[0].meta["mean_length"]) / 2
    handles = [
        dot_handle("at sampled slow points", style.CLOUD, 4),
        dot_handle("at the centre", style.INK, 5),
        line_handle(f"τ = half a sentence ({half:.3g} words)", **EXPECTED),
    ]
    figure, axes = panels(
        networks,
        "Eigenvalues of the recurrent Jacobian: those near 1 are integration modes",
        handles,
        gap=0.4,
        inset=1.3,
    )
    for ax, network in zip(axes, networks, strict=True):
        _draw_spectrum(ax, network, half)
    label_axes(axes, "Re λ", "Im λ")
    return figure


def _draw_spectrum(axes, network: NetworkArrays, half: float) -> None:
    inset = axes.inset_axes([0.06, -1.28, 0.94, 0.94])
    for ax, size in ((axes, 1.3), (inset, 2.6)):
        _draw_eigenvalues(ax, network, size, half)
        ax.set_aspect("equal")
        ax.tick_params(labelsize=SMALL, length=2.5, pad=2)
    axes.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    # Near 1 as far as modes remember for half a sentence, and as much again.
    near = float(np.clip(2.5 * (1 - np.exp(-1 / half)), 0.05, 0.6))
    largest = np.real(network.linearization.eigenvalues).max(initial=1)
    right = 1 + float(np.clip(largest - 0.97, near / 4, near))
    inset.set(xlim=(1 - near, right), ylim=((1 - near - right) / 2, (right - 1 + near) / 2))
    inset.set_xlabel("Re λ, near 1", labelpad=1.5)
    for side in (inset.xaxis, inset.yaxis):
        side.set_major_locator(MaxNLocator(3))
    inset.spines[:].set_visible(True)
    axes.indicate_inset_zoom(inset, edgecolor=style.GREY, alpha=0.9, lw=0.8)


def _draw_eigenvalues(axes, network: NetworkArrays, size: float, half: float) -> None:
    circle = np.exp(1j * np.linspace(0, 2 * np.pi, 400))
    axes.plot(np.real(circle), np.imag(circle), color=style.GREY, lw=0.8, zorder=1)
    slow = np.exp(-1 / half) * circle
    look = {**EXPECTED, "lw": 0.9, "zorder": 1}
    axes.plot(np.real(slow), np.imag(slow), label="half a sentence", **look)
    values = network.linearization.eigenvalues
    if not len(values):
        axes.text(
            0.5,
            0.5,
            "not computed",
            ha="center",
            va="center",
            transform=axes.transAxes,
            fontsize=SMALL,
        )
        return
    look = {"ls": "", "marker": "o", "mew": 0}
    axes.plot(
        np.real(values).ravel(),
        np.imag(values).ravel(),
        ms=size,
        color=style.CLOUD,
        alpha=0.7,
        rasterized=True,
        label="sampled",
        zorder=2,
        **look,
    )
    centre = values[network.linearization.centre]
    axes.plot(
        np.real(centre),
        np.imag(centre),
        ms=size + 1,
        color=style.INK,
        label="centre",
        zorder=3,
        **look,
    )


# Time constants


@style.styled
def time_constants_everywhere(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw the longest time constants at every sampled slow point by rank, those of the centre on
    top."""
    half, d = float(networks[0].meta["mean_length"]) / 2, networks[0].dimension
    handles: list[Artist] = [
        line_handle("centre", style.INK, marker="o", ms=4, mew=0),
        line_handle("other slow points", style.CLOUD, lw=1),
        line_handle(f"half a sentence ({half:.3g} words)", **EXPECTED),
    ]
    if d:
        handles.append(Patch(color=SHADE, label=f"expected d = {d}"))
    figure, axes = panels(
        networks,
        "Time constants of the slowest modes, at the centre and elsewhere",
        handles,
        gap=0.14,
        below=0.4,
    )
    found = [longest_time_constants(network) for network in networks]
    top = max([10 * half, *(2 * tau.max() for tau in found if tau.size)])
    for ax, network, tau in zip(axes, networks, found, strict=True):
        _draw_time_constants(ax, network, tau, half)
        ax.set_ylim(0.3, top)
    label_axes(axes, "mode, by rank", "time constant τ (words)", shared=True)
    return figure


def longest_time_constants(network: NetworkArrays) -> np.ndarray:
    """Return the longest time constants (p, at most MODES) in words at sampled points, sorted.

    Infinite ones capped.
    """
    tau = network.linearization.tau
    return np.sort(np.where(np.isfinite(tau), tau, LONGEST), axis=1)[:, ::-1][:, :MODES].clip(
        0.05, LONGEST
    )


def _draw_time_constants(axes, network: NetworkArrays, tau: np.ndarray, half: float) -> None:
    ranks = np.arange(1, tau.shape[1] + 1)
    if network.dimension:
        axes.axvspan(0.5, network.dimension + 0.5, color=SHADE, zorder=0, lw=0)
    lines = [np.column_stack([ranks, row]) for row in tau]
    axes.add_collection(
        LineCollection(
            lines, colors=style.CLOUD, linewidths=0.6, alpha=0.6, label="sampled", zorder=2
        )
    )
    if len(tau):
        centre = tau[network.linearization.centre]
        axes.plot(
            ranks, centre, "o-", color=style.INK, ms=3, lw=1.1, mew=0, label="centre", zorder=4
        )
    axes.axhline(half, **{**EXPECTED, "zorder": 3})
    axes.set(yscale="log", xlim=(0.5, MODES + 0.5))
    axes.yaxis.set_major_formatter(lambda value, _: plain(value))
    axes.minorticks_off()
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
