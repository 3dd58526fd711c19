"""The explorer of one task: its networks read sentences word by word."""

from __future__ import annotations

from rnn_geometry.pages.explorer import explorer_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.store import formats

# What the explorer calls the files of a network.
NAMES = {
    "run": "run",
    "states": "states",
    "slow": "slow_points",
    "modes": "slow_modes",
    "model": "model",
}


def run(files, output, params, log) -> None:
    """Write the explorer of one task."""
    networks = [
        {name: files[key][i] for name, key in NAMES.items()}
        | {"traces": (files["portraits"], f"{network}/traces/")}
        for i, network in enumerate(params.names)
    ]
    page = explorer_page(
        template_texts("explorer/*"),
        formats.read_json(files["meta"]),
        formats.read_json(files["vocab"]),
        networks,
        {"embed_parameters": params.embed_parameters},
    )
    formats.write_text(output[0], page)
    log(f"{len(networks)} networks, {len(page) / 1e6:.2f} MB")
