"""Do the choices of the analysis matter? One network's slow manifold under several, same starts.

Varied are x* and the cut between slow and fast modes, as `analysis.hold_inputs` and `analysis.cuts`
name them. The measures are those of geometry.json that claims are about, by the same functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from rnn_geometry.dynamics.integration import hold_r2
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.results import SlowPoints as Found
from rnn_geometry.dynamics.results import Status
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.spectrum import integration_modes
from rnn_geometry.dynamics.step import budget
from rnn_geometry.geometry.dimension import cover
from rnn_geometry.geometry.frame import centre_row, seen_entries
from rnn_geometry.geometry.network import manifold_points, point_geometry, simplex_geometry
from rnn_geometry.geometry.readouts import share_in_subspace
from rnn_geometry.networks.classifier import (
    Classifier,
    analysis_cell,
    load_classifier,
    prepare_device,
)
from rnn_geometry.networks.hold_input import hold_input
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store.artifacts import (
    HoldInputs,
    Meta,
    SlowPoints,
    States,
    Vocabulary,
)
from rnn_geometry.tasks.sentences import read_sentences

STARTS = 300
SEARCH = ("relax_steps", "rounds", "min_gap", "audit", "memory_mb")


def run(network: NetworkJob) -> None:
    """Compare the hold inputs and cuts that the configuration names for one network."""
    compare_hold_inputs(
        network.input,
        network.output["points"],
        names=network.own,
        identity=network.identity,
        analysis=network.settings,
        where=prepare_device(network.device, network.threads),
        log=network.log,
    )


def compare_hold_inputs(
    files,
    output: str,
    *,
    names: Sequence[str],
    identity: Mapping[str, str],
    analysis: Mapping[str, Any],
    where,
    log,
) -> None:
    """Search the slow manifold under several hold inputs and cuts; write a row for each as CSV.

    Parameters
    ----------
    files
        Paths of the network's and its task's files, by stem.
    output
        The CSV file.
    names
        Names of the hold inputs, see `networks.hold_input`.
    identity
        Keys of the network, as text.
    analysis
        Settings of the analysis.
    where, log
        The device, and what takes one line.
    """
    classifier = load_classifier(files["model"], files["run"]).to(where)
    meta, test = Meta.read(files["meta"]), read_sentences(files["test"])
    states = States.read(files["states"])
    vectors = classifier.embedding_matrix().double().cpu().numpy()
    vocabulary = Vocabulary.read(files["vocab"]).words
    default = SlowPoints.read(files["slow_points"]).hold_input
    rows = []
    for name in names:
        x = hold_input(name, vectors, vocabulary, test)
        known = {**identity, "hold_input": name, "default": int(name == default)}
        for facts, min_tau in cuts(analysis, meta["mean_length"]):
            numbers = under_choices(classifier, states, x, meta, min_tau, analysis, where)
            rows.append({**known, "x_norm": float(np.linalg.norm(x)), **facts, **numbers})
            log(
                f"x* {name}, slow from {min_tau:.4g} words: {numbers['components_95']} components, "
                f"{numbers['integration_modes']} modes at the centre"
            )
    HoldInputs(columns={name: [row[name] for row in rows] for name in rows[0]}).write(output)


def cuts(analysis: Mapping[str, Any], mean_length: float) -> Iterator[tuple[dict[str, Any], float]]:
    """Yield the cuts to compare: what columns say of each, and its length in words.

    Parameters
    ----------
    analysis
        Settings of the analysis: `min_tau`, and `cuts` as shares of the mean length.
    mean_length
        Of the texts, in words.

    Examples
    --------
    >>> [words for _, words in cuts({"min_tau": None, "cuts": [0.5, 1]}, 30)]
    [15.0, 30]
    """
    own = analysis["min_tau"] or mean_length / 2
    for words in dict.fromkeys([own, *(share * mean_length for share in analysis["cuts"])]):
        yield {"cut": words / mean_length, "default_cut": int(words == own)}, words


def under_choices(
    classifier: Classifier,
    states: States,
    x: np.ndarray,
    meta: Mapping[str, Any],
    min_tau: float,
    analysis: Mapping[str, Any],
    where: torch.device,
) -> dict[str, Any]:
    """Return measures of the slow manifold that STARTS visited states lead to.

    Parameters
    ----------
    classifier
        The network.
    states
        Its states.
    x
        The hold input x*, (E,).
    meta
        meta.json.
    min_tau
        The cut between slow and fast modes, in words.
    analysis
        Settings of the search.
    where
        The device.
    """
    step, held = analysis_cell(classifier), torch.from_numpy(x).double().to(where)
    rows = np.linspace(0, len(states.visited) - 1, min(STARTS, len(states.visited)))
    starts = states.visited[np.unique(rows.astype(int))]
    options = {key: analysis[key] for key in SEARCH}
    found = project_to_slow_manifold(
        step, torch.from_numpy(starts).double().to(where), held, min_tau=min_tau, **options
    )
    centre = torch.from_numpy(found.points[[centre_row(found.points, found.status)]]).to(where)
    modes = linearize(step, centre, held, memory_mb=budget(analysis["memory_mb"]))
    readout = classifier.readout_matrix().double()
    differences = readout if meta["multi_label"] else readout - readout.mean(dim=0)
    final = torch.from_numpy(states.final[:1000]).double().to(where)
    return {
        **_geometry(found, starts, readout.cpu().numpy(), meta),
        "integration_modes": int(integration_modes(modes.eigenvalues[0], min_tau)),
        "tau_1": float(modes.tau[0].max()),
        "hold_r2": hold_r2(step, final, held, differences, round(meta["mean_length"])),
    }


def _geometry(
    found: Found, starts: np.ndarray, readout: np.ndarray, meta: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the measures of points found from starts (n, S), as geometry.json has them."""
    d = meta["dimension_expected"] or max(1, meta["classes"] - 1)
    whole = manifold_points({"points": found.points, "status": found.status})
    seen = seen_entries(readout)
    points = None if whole is None else whole[:, seen]
    shape = simplex_geometry(points, readout[:, seen], meta)
    linear = point_geometry(points, "", meta["classes"])
    return {
        **{name: linear[name] for name in ("participation_ratio", "components_95")},
        **{name: shape[name] for name in ("corner_miss", "simplex_shape")},
        "readout_in_subspace": None
        if points is None
        else share_in_subspace(readout[:, seen], points, d),
        "cover": None if whole is None else cover(starts, whole, d),
        "slow_off_manifold": float((found.status == Status.OFF_MANIFOLD).mean()),
        "slow_no_gap": float((found.status == Status.NO_GAP).mean()),
    }
