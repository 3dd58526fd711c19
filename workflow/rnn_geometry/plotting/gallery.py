"""The manifolds of many networks side by side: rows are tasks, columns are models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.legends import shown_handles
from rnn_geometry.plotting.text import cut_names

NAME = 24  # letters of a task or model that a panel has room for


@style.styled
def manifold_gallery(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw the first network of every task and model: slow points, final states by class, readouts.

    Each is seen in a plane inside the first d components of its slow points (d = 2: the plane of
    both), turned so that classes face the same way in every network of a task.
    """
    chosen = {}
    for network in networks:
        chosen.setdefault((network.record.task, network.record.model), network)
    tasks = sorted({task for task, _ in chosen}, key=style.natural_order)
    models = list(style.model_styles(model for _, model in chosen))
    # A last column names the classes of each row.
    last = 0.5 + 0.055 * max(
        len(str(handle.get_label()))
        for network in chosen.values()
        for handle in manifold.class_handles(network)
    )
    size = (1.9 * len(models) + last + 0.35, 1.85 * len(tasks) + 0.3)
    room = ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.02, wspace=0.01, hspace=0.01)
    figure = Figure(figsize=size, layout=room)
    ratios = {"width_ratios": [1.9] * len(models) + [last]}
    axes = figure.subplots(len(tasks), len(models) + 1, squeeze=False, gridspec_kw=ratios)
    names = cut_names(tasks, NAME)
    for row, task, name in zip(axes, tasks, names, strict=True):
        _draw_row(row, name, [chosen.get((task, model)) for model in models])
    for ax, model in zip(axes[0], cut_names(models, NAME), strict=False):
        ax.set_title(model, loc="center")
    return figure


def _draw_row(row, task: str, networks: Sequence[NetworkArrays | None]) -> None:
    for ax, network in zip(row, networks, strict=False):
        _bare(ax)
        if network is None:
            ax.text(0.5, 0.5, "not trained", ha="center", transform=ax.transAxes, color=style.GREY)
        else:
            draw_small(ax, network)
    known = next(network for network in networks if network is not None)
    row[0].set_ylabel(
        task if known.dimension is None else f"{task}\nexpected d = {known.dimension}"
    )
    row[-1].axis("off")
    handles = manifold.class_handles(known)
    small = {
        "fontsize": 7 if len(handles) < 11 else 6,
        "labelspacing": 0.25,
        "borderpad": 0,
        "borderaxespad": 0,
    }
    row[-1].legend(handles=shown_handles(handles, 16), loc="center left", **small)


def _bare(axes) -> None:
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def draw_small(axes, network: NetworkArrays) -> None:
    """Draw one network of the gallery."""
    basis = facing_plane(network)
    mean = network.points.mean(axis=0)

    def project(states):
        return (np.asarray(states, dtype=np.float64) - mean) @ basis

    manifold.draw_points(axes, network, project, size=0.55)
    reach = 1.15 * manifold.radius(project(network.points))
    manifold.draw_readouts(axes, network, network.readout @ basis, reach, font=None, width=1.3)
    limit = 1.08 * max(manifold.view_limit(network, project), reach)
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    ratio = network.value("participation_ratio")
    if ratio is not None:
        axes.text(
            0.0, 0.0, f"PR {ratio:.2f}", transform=axes.transAxes, fontsize=7, color=style.INK
        )


def facing_plane(network: NetworkArrays) -> np.ndarray:
    """Return two orthonormal directions (S, 2) within the first d components that bring readouts
    nearest `layout`.

    Orthogonal Procrustes: components of equal variance are turned freely from network to network,
    and only their common span means anything.
    """
    space = network.components[:, : max(network.dimension or 2, 2)]
    left, _, right = np.linalg.svd(
        (network.readout @ space).T @ layout(network.meta, len(network.readout)),
        full_matrices=False,
    )
    return space @ (left @ right)


def layout(meta: Mapping, classes: int) -> np.ndarray:
    """Return where the readouts (C, 2) of a task should point, as far as their angles allow."""
    if meta.get("multi_label"):
        turned = (np.arange(classes) / max(classes, 2) - 0.25) * np.pi
        return np.stack([np.sin(turned), np.cos(turned)], axis=1)
    if meta.get("ordered") or str(meta.get("family", "")).startswith("ordered"):
        place = np.linspace(-1, 1, classes)
        return np.stack([place, 0.6 - 1.2 * place**2], axis=1)
    if classes == 2:
        return np.array([[-1.0, 0.0], [1.0, 0.0]])
    if classes == 4:
        return _tilted_tetrahedron()
    return _directions(classes)


def _directions(count: int) -> np.ndarray:
    angles = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _tilted_tetrahedron() -> np.ndarray:
    """Return the corners of a tetrahedron seen from a little off its axis, so that no two of its
    edges coincide."""
    base = np.sqrt(8 / 9) * _directions(3)
    corners = np.concatenate([np.column_stack([base, np.full(3, -1 / 3)]), [[0, 0, 1]]])
    tilt, turn = np.radians(28), np.radians(14)
    about_x = np.array(
        [[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]]
    )
    about_y = np.array(
        [[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]]
    )
    return (corners @ (about_y @ about_x).T)[:, :2]
