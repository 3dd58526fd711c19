"""The explorer: one self-contained page per task on which a reader watches networks read sentences.

Shapes: n points shown, m traces (a sentence in one order of its words), T words of a trace, S
entries of a state, C outputs, V words, k components. Coordinates are along the principal axes of
the slow points (`store.artifacts.Traces`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from rnn_geometry.errors import UserError
from rnn_geometry.geometry import simplex
from rnn_geometry.identity import Network
from rnn_geometry.pages._explorer_encoding import embedded_json, encoded, hundredths
from rnn_geometry.pages._explorer_layers import (
    corners_entry,
    decisions,
    final_entry,
    fixed_entry,
    flow_entry,
    logits_at,
    skeleton_of,
    word_step,
)
from rnn_geometry.pages._explorer_opening import opening_network
from rnn_geometry.pages._explorer_traces import (
    chosen_traces,
    sentences_entry,
    telling_sentence,
    traces_entry,
    words_entry,
)
from rnn_geometry.pages._explorer_weights import arrays_of, can_step
from rnn_geometry.pages.templating import environment
from rnn_geometry.plotting import style
from rnn_geometry.store.artifacts import (
    FixedPoints,
    Flow,
    Record,
    SlowModes,
    SlowPoints,
    States,
    Traces,
    Weights,
)
from rnn_geometry.tasks.text.words import CLEANING
from rnn_geometry.tasks.theory import structure_of

POINTS = 1000  # slow points of one network on the page
LONGEST_TAU = 1e5  # words; what lies above is as good as endless
SLOWEST = 1e-30  # q below is drawn as this
PAGE_BYTES = 2_300_000
READ = ("tokens", "offsets", "sentence", "order")  # what says which sentences a network reads
MOST_COMPONENTS = 5  # of the slow points on the page
NO_WIDTH = 1e-9  # of the widest: along such an axis points do not differ
SCRIPTS = (
    "data.js",
    "cells.js",
    "theme.js",
    "surface.js",
    "view.js",
    "layers.js",
    "scene.js",
    "labels.js",
    "legends.js",
    "tips.js",
    "look.js",
    "words.js",
    "bars.js",
    "whole.js",
    "choice.js",
    "link.js",
    "controls.js",
    "splitting.js",
    "typed.js",
    "player.js",
    "export.js",
    "main.js",
)


@dataclass(frozen=True)
class Explored:
    """A network on the page.

    Attributes
    ----------
    record, states, slow_points, slow_modes, traces
        Its artifacts; the eigenvectors of the slow modes are not looked at.
    weights
        None where the page may not step the network itself.
    fixed_points, flow
        Layers of the page; None where they are not known.
    """

    record: Record
    states: States
    slow_points: SlowPoints
    slow_modes: SlowModes
    traces: Traces
    weights: Weights | None = None
    fixed_points: FixedPoints | None = None
    flow: Flow | None = None


def explorer_page(
    templates: Mapping[str, str],
    meta: Mapping[str, Any],
    vocabulary: Sequence[str],
    networks: Sequence[Explored],
    options: Mapping[str, Any],
) -> str:
    """Return the page of one task as HTML that needs no other file.

    Parameters
    ----------
    templates
        Texts of page.html.jinja, explorer.css and SCRIPTS by name.
    meta, vocabulary
        meta.json and vocab.json of the task.
    networks
        The first is the one that others are turned to face like.
    options
        embed_parameters, the most numbers that a network may have for its weights to be on the
        page; page_bytes (optional), about how large the page may be.

    Raises
    ------
    UserError
        For networks that read other sentences.
    """
    data = payload(meta, vocabulary, networks, options)
    page = environment(autoescape=True).from_string(templates["page.html.jinja"])
    return page.render(
        task=data["task"],
        title=data["title"],
        geometry=structure_of(meta).shape(int(meta["classes"])),
        styles=Markup(templates["explorer.css"]),
        scripts=Markup("\n".join(templates[name] for name in SCRIPTS)),
        payload=Markup(embedded_json(data)),
    )


def payload(
    meta: Mapping[str, Any],
    vocabulary: Sequence[str],
    networks: Sequence[Explored],
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what the page shows as plain values.

    Arrays are base64 of little-endian float32 or int32.

    Parameters
    ----------
    meta, vocabulary, networks, options
        As for `explorer_page`.

    Raises
    ------
    UserError
        For networks that read other sentences.
    """
    _same_sentences(networks)
    multi_label = bool(meta.get("multi_label"))
    # Along a line, and where classes have an order, components mean something by themselves.
    turned = structure_of(meta).turned and (meta.get("dimension_expected") or 2) > 1
    size = components_of(meta)
    turns = alignments(networks, meta.get("dimension_expected"), multi_label, turned, size)
    shown = [network_entry(*pair, meta) for pair in zip(networks, turns, strict=True)]
    room = int(options.get("page_bytes", PAGE_BYTES)) - len(embedded_json(shown))
    weights = [
        weights_entry(*pair, options["embed_parameters"])
        for pair in zip(networks, turns, strict=True)
    ]
    wanted = sum(len(embedded_json(entry)) for entry in weights if entry)
    chosen = chosen_traces(networks[0].traces, len(networks), max(room - wanted, room // 2))
    for entry, network, turn in zip(shown, networks, turns, strict=True):
        entry |= traces_entry(network.traces, turn, chosen)
        room -= len(entry["coordinates"]) + len(entry["logits"])
    _add_weights(shown, weights, room)
    classes = len(networks[0].states.readout)
    first = opening_network([network.record for network in networks])
    return {
        "task": networks[0].record.task,
        "title": structure_of(meta).called(int(meta["classes"])),
        "opening": {
            "network": first,
            "sentence": telling_sentence(networks[first].traces, chosen, multi_label),
        },
        "shape": skeleton_of(structure_of(meta), classes, multi_label),
        "components": size,
        "multiLabel": multi_label,
        "axisName": "direction" if turned and len(networks) > 1 else "component",
        "dimension": meta.get("dimension_expected"),
        "classNames": [str(name) for name in meta.get("class_names") or range(1, classes + 1)],
        "classCodes": style.readout_codes(classes, multi_label).tolist(),
        "labelColours": list(style.LABEL_COLOURS),
        "palette": style.palette_of(classes, structure_of(meta).ordered),
        "networks": shown,
        "tokenizer": meta.get("tokenizer", {}).get("kind", "made up"),
        "cleaning": CLEANING,
        **sentences_entry(networks[0].traces, chosen),
        **words_entry(
            networks[0].traces, chosen, vocabulary, any(entry["weights"] for entry in shown)
        ),
    }


def _same_sentences(networks: Sequence[Explored]) -> None:
    first = networks[0]
    for other in networks[1:]:
        pairs = ((getattr(one.traces, name) for one in (first, other)) for name in READ)
        if not all(np.array_equal(*pair) for pair in pairs):
            names = " and ".join(str(Network.of(vars(one.record))) for one in (first, other))
            raise UserError(
                f"{names}: these networks read other sentences; delete the portraits of their task "
                "and run again."
            )


def components_of(meta: Mapping[str, Any]) -> int:
    """Return how many components are on the page: those of the manifold, three at least."""
    return min(max(3, int(meta.get("dimension_expected") or 3)), MOST_COMPONENTS)


def axes_of(network: Explored, size: int = 3) -> np.ndarray:
    """Return the first `size` principal axes (size, S) of the slow points; zeros where no more are.

    The first three are those of the traces.
    """
    axes = network.traces.axes
    points = network.slow_points.points
    if size <= len(axes):
        return axes
    away = points[np.isfinite(points).all(axis=1)] - network.traces.origin
    rest = away - away @ axes.T @ axes
    _, widths, found = np.linalg.svd(rest, full_matrices=False)
    more = found[widths > NO_WIDTH * max(widths.max(initial=0), 1e-30)][: size - len(axes)]
    strongest = np.abs(more).argmax(axis=1)
    more = more * np.sign(more[np.arange(len(more)), strongest])[:, None]
    missing = np.zeros((size - len(axes) - len(more), axes.shape[1]))
    return np.concatenate([axes, more, missing])


def facing(network: Explored, multi_label: bool, size: int = 3) -> np.ndarray:
    """Return the readouts (C, size) along the axes.

    Of exclusive classes only differences between readouts matter.
    """
    along = network.states.readout @ axes_of(network, size).T
    return along if multi_label else along - along.mean(axis=0)


def alignments(
    networks: Sequence[Explored],
    d: int | None,
    multi_label: bool,
    turned: bool = True,
    components: int = 3,
) -> list[np.ndarray]:
    """Return a rotation or reflection per network that turns it to face like the first.

    The orthogonal Procrustes solution (Schoenemann 1966) for the readouts, within the first two
    axes, or the first three where the manifold has d > 2 dimensions: coordinates @ turn. Axes
    beyond these are only pointed the same way.

    Parameters
    ----------
    networks
        What was read of each, its readouts among it.
    d
        Dimension of the manifold.
    multi_label
        Whether outputs are labels.
    turned
        False where components mean something by themselves, along a line or for ordered classes:
        none is turned.
    components
        How many axes there are, the size of the square matrices.
    """
    size = 3 if d is not None and d > 2 else 2
    target = facing(networks[0], multi_label, components)
    turns = [np.eye(components) for _ in networks]
    if not turned:
        return turns
    for turn, network in zip(turns[1:], networks[1:], strict=True):
        own = facing(network, multi_label, components)
        left, _, right = np.linalg.svd(own[:, :size].T @ target[:, :size])
        turn[:size, :size] = left @ right
        for i in range(3, components):
            turn[i, i] = 1.0 if own[:, i] @ target[:, i] >= 0 else -1.0
    return turns


def network_entry(network: Explored, turn: np.ndarray, meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page knows of a network without its sentences.

    Who it is, slow points (n, k), readouts (C, k), layers.
    """
    run, multi_label = network.record, bool(meta.get("multi_label"))
    points = network.slow_points.points
    finite = np.flatnonzero(np.isfinite(points).all(axis=1))
    rows = (
        np.unique(np.linspace(0, len(finite) - 1, min(POINTS, len(finite))).astype(int))
        if len(finite)
        else []
    )
    kept = finite[rows]
    q = np.log10(np.maximum(np.nan_to_num(network.slow_points.q[kept], nan=np.inf), SLOWEST))
    codes = decisions(network.states, points[kept], multi_label)
    corners = (
        codes
        if multi_label
        else nearest_corners(network, points[finite], meta.get("dimension_expected"))[rows]
    )
    size = len(turn)
    axes = axes_of(network, size)

    def place(rows: np.ndarray) -> np.ndarray:
        return (rows - network.traces.origin) @ axes.T @ turn

    logits = logits_at(network.states, points[kept])
    return {
        **{name: str(getattr(run, name)) for name in ("model", "cell", "l2", "seed")},
        "accuracy": run.test_accuracy,
        "points": encoded(place(points[kept])),
        "pointLogits": hundredths(logits),
        "corners": corners_entry(place(points[kept]), logits, codes, multi_label),
        "final": final_entry(network.states, place, multi_label),
        "fixed": fixed_entry(network.fixed_points, place),
        "flow": flow_entry(network.flow, turn),
        "wordStep": word_step(network.states),
        "logQ": [round(float(value), 2) if np.isfinite(value) else None for value in q],
        "tau": longest_tau(network.slow_modes, kept),
        "decision": codes.tolist(),
        "corner": corners.tolist(),
        "readouts": encoded(facing(network, multi_label, size) @ turn),
    }


def nearest_corners(network: Explored, points: np.ndarray, d: int | None) -> np.ndarray:
    """Return the class whose corner is nearest each point (n, S), in d dimensions, (n,)."""
    readout = network.states.readout
    size = max(1, min(d or len(readout) - 1, len(readout) - 1, *points.shape))
    coordinates, directions = simplex.slow_coordinates(points, readout - readout.mean(axis=0), size)
    corners = simplex.corners_along(coordinates, directions)
    return np.linalg.norm(coordinates[:, None] - corners, axis=2).argmin(axis=1)


def longest_tau(modes: SlowModes, rows: np.ndarray) -> list[float | None]:
    """Return the longest time constant, in words, at slow points; None where no mode is slow."""
    tau = modes.tau[rows]
    slow = np.arange(tau.shape[1]) < modes.count[rows, None]
    longest = np.where(slow & ~np.isnan(tau), np.minimum(tau, LONGEST_TAU), 0).max(
        axis=1, initial=0
    )
    return [float(f"{value:.3g}") if value else None for value in longest]


def weights_entry(network: Explored, turn: np.ndarray, limit: int) -> dict[str, Any] | None:
    """Return the weights of a cell that the page knows, with its frame, for the page to run.

    None if there are over `limit`.
    """
    if network.weights is None or not can_step(network.record.cell):
        return None
    tensors, traces = network.weights.tensors, network.traces
    if sum(a.size for a in tensors.values()) > limit:
        return None
    arrays = arrays_of(network.record.cell, tensors) | {
        "origin": traces.origin,
        "axes": turn.T @ axes_of(network, len(turn)),
    }
    return {
        name: {"shape": list(array.shape), "values": encoded(array)}
        for name, array in arrays.items()
    }


def _add_weights(
    entries: Sequence[dict[str, Any]], weights: Sequence[dict[str, Any] | None], room: int
) -> None:
    """Put weights on the page, the first networks' first, while there is room."""
    for entry, found in zip(entries, weights, strict=True):
        size = len(embedded_json(found))
        entry["weights"] = found if found and size <= room else None
        room -= size if entry["weights"] else 0
