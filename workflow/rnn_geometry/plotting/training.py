"""The manifold during training: slow points and final states of each network, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.figure import Figure

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.data import attach_data
from rnn_geometry.plotting.panels import (
    SLOW,
    SMALL,
    bulk,
    class_handles,
    dots,
    grid_of_panels,
)
from rnn_geometry.plotting.text import said_model
from rnn_geometry.store.artifacts import Snapshots

COLUMNS = 6  # steps that are drawn
FEWEST = 50  # points; see `drawn_box`
HEADER = (
    "network", "step", "loss", "accuracy", "dimension", "series", "class",
    "component_1", "component_2",
)  # fmt: skip


@style.styled
def training_manifold(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw slow points and final states at steps of the training, a row a network.

    Along components 1 and 2 of the trained network's slow points, a row at one scale. Networks
    whose training was not followed have no row.
    """
    followed = [(n, n.snapshots) for n in networks if n.snapshots is not None]
    chosen = [shown_steps(found) for _, found in followed]
    figure, axes = grid_of_panels(
        [network for network, _ in followed],
        max(map(len, chosen)),
        "The manifold during training, along components 1 and 2 of the trained network",
        [*class_handles([network for network, _ in followed]), SLOW],
    )
    for row, (network, found), steps in zip(axes, followed, chosen, strict=True):
        low, high = drawn_box(found, steps)
        for ax, step in zip(row, steps, strict=False):
            _draw(ax, network, found, step)
            ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
        row[0].set_ylabel("component 2", labelpad=1)
        for ax in row[len(steps) :]:
            ax.set_visible(False)
    for ax in axes[-1]:
        ax.set_xlabel("component 1", labelpad=1)
    drawn = zip(followed, chosen, strict=True)
    attach_data(figure, HEADER, [row for one in drawn for row in _rows(*one)])
    return figure


def shown_steps(found: Snapshots) -> np.ndarray:
    """Return the rows of the steps that are drawn: the first, the last, others evenly apart."""
    count = len(found.step)
    return np.unique(np.linspace(0, count - 1, min(COLUMNS, count)).round().astype(int))


def drawn_box(found: Snapshots, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of the square that holds nearly all that a row shows.

    Parameters
    ----------
    found
        What was found at each step.
    steps
        Rows of those that are drawn.
    """
    clouds = [cloud[step, :, :2] for cloud in (found.points, found.final) for step in steps]
    seen = np.concatenate([bulk(cloud) if len(cloud) > FEWEST else cloud for cloud in clouds])
    low, high = seen.min(axis=0), seen.max(axis=0)
    middle, half = (low + high) / 2, max(0.55 * float((high - low).max()), 1e-9)
    return middle - half, middle + half


def _draw(axes, network: NetworkArrays, found: Snapshots, step: int) -> None:
    codes = style.class_codes(found.final_labels)
    dots(axes, found.final[step, :, :2], 6, network.colours(codes), "final states", 1, 0.75)
    dots(axes, manifold.thinned(found.points[step, :, :2]), 3, style.INK, "slow points", 2)
    axes.set_title(
        f"step {found.step[step]:,}\n{told(found, step)}", fontsize=SMALL, loc="center",
        weight="normal", pad=2, linespacing=1.15,
    )  # fmt: skip


def told(found: Snapshots, step: int) -> str:
    """Return accuracy and dimension at a step in a few words.

    Parameters
    ----------
    found
        What was found at each step.
    step
        Row of one.
    """
    dimension = found.dimension[step]
    size = "one point" if dimension == 0 else f"dim. {dimension:.1f}"
    return f"acc. {found.accuracy[step]:.2f}, {size if np.isfinite(dimension) else 'no gap'}"


def _rows(followed: tuple[NetworkArrays, Snapshots], steps: np.ndarray) -> Iterator[Sequence]:
    """Yield what a row of panels shows, as the rows of a table."""
    network, found = followed
    who = said_model(network.record.model)
    labels = style.class_codes(found.final_labels)
    for step in steps:
        numbers = [float(column[step]) for column in (found.loss, found.accuracy, found.dimension)]
        about = (who, int(found.step[step]), *numbers)
        decided = decisions(found.logits[step], network.multi_label)
        for series, codes, places in (
            ("slow points", decided, found.points[step]),
            ("final states", labels, found.final[step]),
        ):
            for code, place in zip(codes.tolist(), places[:, :2].tolist(), strict=True):
                name = style.code_name(code, network.class_names, network.multi_label)
                yield (*about, series, name, *place)


def decisions(logits: np.ndarray, multi_label: bool) -> np.ndarray:
    """Return the class decided at logits (n, C), or its labels as a number, (n,)."""
    return style.class_codes(logits >= 0) if multi_label else logits.argmax(axis=1)
