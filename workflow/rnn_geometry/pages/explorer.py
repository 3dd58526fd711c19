"""The explorer: one self-contained page per task on which a reader watches networks read sentences.

Shapes: n points shown, m traces (a sentence in one order of its words), T words of a trace, S
entries of a state, C outputs, V words, k components. Coordinates are along the components of the
slow points, each network's own, as in figures (`geometry.frame`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from rnn_geometry.dynamics.results import Status
from rnn_geometry.errors import UserError
from rnn_geometry.geometry import simplex
from rnn_geometry.geometry.frame import slow_frame
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
from rnn_geometry.pages._explorer_training import training_entry
from rnn_geometry.pages._explorer_weights import arrays_of, can_step
from rnn_geometry.pages.templating import environment
from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import said_model, spoken
from rnn_geometry.store.artifacts import (
    FixedPoints,
    Flow,
    Record,
    SlowModes,
    SlowPoints,
    Snapshots,
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
SCRIPTS = (
    "data.js",
    "cells.js",
    "theme.js",
    "surface.js",
    "align.js",
    "view.js",
    "layers.js",
    "training.js",
    "scene.js",
    "labels.js",
    "legends.js",
    "tips.js",
    "look.js",
    "decision.js",
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
    fixed_points, flow, snapshots
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
    snapshots: Snapshots | None = None


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
        In the order in which they may be chosen.
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
    size = components_of(meta)
    shown = [network_entry(network, size, meta) for network in networks]
    steps = [0 if one.snapshots is None else len(one.snapshots.step) for one in networks]
    for entry, network in zip(shown, networks, strict=True):
        entry["training"] = training_entry(network.snapshots, size, sum(steps), multi_label)
        entry["page"] = page_of(network.record) if options.get("pages") else None
    room = int(options.get("page_bytes", PAGE_BYTES)) - len(embedded_json(shown))
    weights = [weights_entry(network, size, options["embed_parameters"]) for network in networks]
    wanted = sum(len(embedded_json(entry)) for entry in weights if entry)
    chosen = chosen_traces(networks[0].traces, len(networks), max(room - wanted, room // 2))
    for entry, network in zip(shown, networks, strict=True):
        entry |= traces_entry(network.traces, chosen)
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
        "dimension": meta.get("dimension_expected"),
        "classNames": spoken(meta.get("class_names") or range(1, classes + 1)),
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


def page_of(record: Record) -> str:
    """Return where the page of a network lies, seen from the explorer."""
    return f"../{Network.of(vars(record)).folder}/index.html"


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
    """Return the first `size` axes (size, S) of the slow points, those of figures.

    The first three are those of the traces. A state of fewer entries has rows of zeros.
    """
    axes = network.traces.axes
    if size <= len(axes):
        return axes
    _, more = slow_frame(network.slow_points.points, network.states.readout, size)
    return np.concatenate([axes, more[len(axes) :]])


def facing(network: Explored, multi_label: bool, size: int = 3) -> np.ndarray:
    """Return the readouts (C, size) along the axes.

    Of exclusive classes only differences between readouts matter.
    """
    along = network.states.readout @ axes_of(network, size).T
    return along if multi_label else along - along.mean(axis=0)


def network_entry(network: Explored, size: int, meta: Mapping[str, Any]) -> dict[str, Any]:
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
    axes = axes_of(network, size)

    def place(rows: np.ndarray) -> np.ndarray:
        return (rows - network.traces.origin) @ axes.T

    logits = logits_at(network.states, points[kept])
    return {
        **{name: str(getattr(run, name)) for name in ("model", "cell", "l2", "seed")},
        "said": said_model(run.model),
        "accuracy": run.test_accuracy,
        "looksBack": "pooling" in run.settings,
        "noGap": float(np.mean(network.slow_points.status == Status.NO_GAP)),
        "points": encoded(place(points[kept])),
        "pointLogits": hundredths(logits),
        "corners": corners_entry(place(points[kept]), logits, codes, multi_label),
        "final": final_entry(network.states, place, multi_label),
        "fixed": fixed_entry(network.fixed_points, place),
        "flow": flow_entry(network.flow, size),
        "wordStep": word_step(network.states),
        "logQ": [round(float(value), 2) if np.isfinite(value) else None for value in q],
        "tau": longest_tau(network.slow_modes, kept),
        "decision": codes.tolist(),
        "corner": corners.tolist(),
        "readouts": encoded(facing(network, multi_label, size)),
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


def weights_entry(network: Explored, size: int, limit: int) -> dict[str, Any] | None:
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
        "axes": axes_of(network, size),
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
