"""How alike the networks of a task are: distances as a matrix ordered by model, and as a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnn_geometry.geometry.groups import classical_map
from rnn_geometry.geometry.universality import MEASURES, complete_rows
from rnn_geometry.plotting import style
from rnn_geometry.plotting.legends import legend_below, model_handles, said_models
from rnn_geometry.plotting.text import literal, said_model, said_task

FEWEST = 3  # networks of which a map says anything
SHADES = "cividis_r"
# Measures that are drawn, and what they are in.
UNITS = {
    "procrustes": "radians",
    "cka": "radians",
    "slow_modes": "per word",
    "io": "of the responses",
}
NAME = 9  # letters of a model beside a matrix
TITLE = "How far any two networks are from each other, by four measures"
ALIKE = 0.05  # of the extent of a map: marks that are nearer are counted beside them
HOLLOW = {"mfc": "none", "mew": 0.9, "ms": 4.5}  # so that one mark shows through another
KEYS = ("model", "l2", "seed")
Pairs = Mapping[str, Any]  # columns of distances.csv


def has_distances(distances: Pairs) -> bool:
    """Tell whether there are enough networks to be drawn.

    Parameters
    ----------
    distances
        Columns of distances.csv of one task, values as text or numbers.
    """
    return len(_trained(distances)["measure"]) >= FEWEST * (FEWEST - 1) / 2 * len(MEASURES)


@style.styled
def networks_alike(distances: Pairs, task: str = "") -> Figure:
    """Draw, for every measure, distances between trained networks as a matrix and as a map.

    Parameters
    ----------
    distances
        Columns of distances.csv of one task, values as text or numbers.
    task
        Its name, which stands above.
    """
    figure = Figure(figsize=(style.TWO_COLUMNS, 4.5), layout="constrained")
    figure.suptitle(TITLE, x=0.01, ha="left", fontsize=8)
    look = {"ha": "right", "va": "top", "fontsize": 7, "color": style.GREY}
    figure.text(0.99, 0.98, literal(said_task(task), 30), **look)
    panels = figure.subplots(2, 4)
    pairs = _trained(distances)
    for (matrix_panel, map_panel), measure in zip(panels.reshape(-1, 2), UNITS, strict=True):
        models, matrix = _matrix(_where(pairs, pairs["measure"] == measure))
        kept = complete_rows(matrix)
        models, matrix = [models[i] for i in kept], matrix[np.ix_(kept, kept)]
        matrix_panel.set_title(MEASURES[measure], fontsize=7)
        _draw_matrix(figure, matrix_panel, models, matrix, UNITS[measure])
        _draw_map(map_panel, models, matrix)
    style.letters(panels.flat)
    handles = model_handles([*pairs["model_a"], *pairs["model_b"]])
    for handle in handles:
        handle.set(**HOLLOW)
    legend_below(figure, handles)
    return figure


def _trained(distances: Pairs) -> dict[str, np.ndarray]:
    """Return the columns of pairs of trained networks, without the help of pandas: it would take as
    long to import as this figure to draw."""
    names = ("measure", *(f"{name}_{side}" for name in (*KEYS, "untrained") for side in "ab"))
    found = {name: np.asarray(distances[name]) for name in names}
    known = [np.nan if value == "" else float(value) for value in distances["distance"]]
    found["distance"] = np.array(known)
    untrained = [found[f"untrained_{side}"].astype(int) for side in "ab"]
    return _where(found, (untrained[0] == 0) & (untrained[1] == 0))


def _where(pairs: Pairs, chosen: np.ndarray) -> dict[str, np.ndarray]:
    return {name: values[chosen] for name, values in pairs.items()}


def _matrix(pairs: Pairs) -> tuple[list[str], np.ndarray]:
    """Return the models of networks, in the order of all figures, and distances (n, n)."""
    keys = [list(zip(*(pairs[f"{key}_{side}"] for key in KEYS), strict=True)) for side in "ab"]
    places = list(style.model_styles([*pairs["model_a"], *pairs["model_b"]]))
    networks = sorted(
        {*keys[0], *keys[1]}, key=lambda n: (places.index(n[0]), float(n[1]), int(n[2]))
    )
    at = {network: i for i, network in enumerate(networks)}
    matrix = np.zeros((len(networks), len(networks)))
    for a, b, distance in zip(*keys, pairs["distance"], strict=True):
        matrix[at[a], at[b]] = matrix[at[b], at[a]] = distance
    return [network[0] for network in networks], matrix


def _draw_matrix(
    figure: Figure, ax: Axes, models: Sequence[str], matrix: np.ndarray, unit: str
) -> None:
    """Draw distances with a line between models, each named at the middle of its networks."""
    if not len(matrix):
        ax.axis("off")
        return
    shown = ax.imshow(matrix, vmin=0, cmap=SHADES, label="distance")
    names = list(dict.fromkeys(models))
    counts = np.array([models.count(name) for name in names])
    ends = np.cumsum(counts)
    for end in ends[:-1]:
        ax.axhline(end - 0.5, color="white", lw=0.8)
        ax.axvline(end - 0.5, color="white", lw=0.8)
    middles = ends - counts / 2 - 0.5
    ax.set_yticks(middles, said_models(names, NAME))
    ax.set_xticks([])
    ax.tick_params(length=0)
    bar = figure.colorbar(shown, ax=ax, orientation="horizontal", pad=0.02, aspect=22)
    bar.ax.tick_params(labelsize=6)
    bar.set_label(unit, fontsize=6)


def _draw_map(ax: Axes, models: Sequence[str], matrix: np.ndarray) -> None:
    """Draw a map of the networks by classical scaling, at one scale along both axes."""
    if len(matrix) < FEWEST:
        ax.axis("off")
        return
    found, of = classical_map(matrix), np.array(models)
    for model, (colour, marker) in style.model_styles(models).items():
        x, y = found.places[of == model].T
        ax.plot(x, y, marker, color=colour, label=said_model(model), **HOLLOW)
    _count_alike(ax, found.places)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set(xticks=[], yticks=[])
    ax.margins(0.12)
    first, second = (f"{share:.0%}" for share in found.shares)
    ax.set_xlabel(f"map, axis 1 ({first})")
    ax.set_ylabel(f"axis 2 ({second})")


def _count_alike(ax: Axes, places: np.ndarray) -> None:
    """Write beside marks (n, 2) that lie on each other how many there are."""
    near = ALIKE * float(np.ptp(places, axis=0).max())
    left = list(range(len(places)))
    while left:
        away = np.linalg.norm(places[left] - places[left[0]], axis=1)
        own = [i for i, distance in zip(left, away, strict=True) if distance <= near]
        left = [i for i in left if i not in own]
        if len(own) > 1:
            at, look = places[own].mean(axis=0), {"fontsize": 6, "color": style.INK}
            ax.annotate(f"{len(own)}", at, (4, 3), textcoords="offset points", **look)
