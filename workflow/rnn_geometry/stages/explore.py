"""The explorer of one task: its networks read sentences word by word."""

from __future__ import annotations

from rnn_geometry.pages.explorer import Explored, explorer_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.store import formats
from rnn_geometry.store.artifacts import (
    FixedPoints,
    Flow,
    Meta,
    Record,
    SlowModes,
    SlowPoints,
    Snapshots,
    States,
    Traces,
    Vocabulary,
    Weights,
)


def run(files, output, params, log) -> None:
    """Write the explorer of one task."""
    snapshots = Snapshots.read_by_network(files["snapshots"])
    networks = [
        Explored(
            Record.read(files["run"][i]),
            States.read(files["states"][i]),
            SlowPoints.read(files["slow_points"][i]),
            SlowModes.read(files["slow_modes"][i], large=False),
            Traces.read(files["portraits"], part=f"{name}/traces/"),
            Weights.read(files["model"][i]),
            FixedPoints.read(files["fixed_points"][i]),
            Flow.read(files["portraits"], part=f"{name}/flow/"),
            snapshots.get(name),
        )
        for i, name in enumerate(params.names)
    ]
    page = explorer_page(
        template_texts("explorer/*"),
        Meta.read(files["meta"]),
        Vocabulary.read(files["vocab"]).words,
        networks,
        {"embed_parameters": params.embed_parameters, "pages": True},
    )
    formats.write_text(output[0], page)
    log(f"{len(networks)} networks, {len(page) / 1e6:.2f} MB")
