"""Causal tests of the slow subspace of one trained network, and of the one that it was before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_geometry.dynamics.attribution import attribution_agreement
from rnn_geometry.dynamics.interventions import (
    Causes,
    ablation,
    interchange,
    steering,
)
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.slow_subspace import Subspace, of_modes
from rnn_geometry.geometry.dimension import rms_radius
from rnn_geometry.identity import derive_seed
from rnn_geometry.networks.classifier import analysis_cell
from rnn_geometry.tasks.sentences import Sentences

if TYPE_CHECKING:
    from rnn_geometry.stages.integration import Probe

FINAL = 500  # final states that lose their slow coordinates
PAIR_WORDS, PAIRS = 5000, (50, 500)  # texts whose coordinates are exchanged: of so many words
MOVED_WORDS, MOVED = 2500, (25, 100)  # final states that are steered, times words of x*
ATTRIBUTED_WORDS, ATTRIBUTED = 500, (8, 20)  # texts of which words are left out: of so many words
REACH = 4  # longest move, in root-mean-square radii of the slow points


def causal_numbers(
    trained: Probe,
    untrained: Probe,
    test: Sentences,
    meta: Mapping[str, Any],
    identity: Mapping[str, str],
) -> dict[str, float | None]:
    """Return what the slow subspace causes, beside random subspaces and the untrained network.

    Parameters
    ----------
    trained, untrained
        The network, and the same one with its initial weights; their points span the subspace.
    test
        The test sentences that both have read.
    meta
        meta.json.
    identity
        Keys of the network, as text.

    Returns
    -------
    dict
        By the names of `geometry.interventions.COLUMNS`.
    """
    common = {
        "length": round(meta["mean_length"]),
        "multi_label": meta["multi_label"],
        "seed": derive_seed("interventions", *identity.values()),
    }
    found = _tests(trained, test, **common, trained=True)
    plain = _tests(untrained, test, **common, trained=False)
    lost, lost_untrained = found["ablation"], plain["ablation"]
    return {
        **_named("ablation_accuracy", "ablation_chance", lost, lost_untrained),
        "ablation_left": lost.left(lost.share),
        "ablation_left_random": lost.left(lost.random),
        "ablation_left_untrained": lost_untrained.left(lost_untrained.share),
        **_named("interchange_follows", "interchange_chance", found["exchange"], plain["exchange"]),
        "interchange_follows_modes": found["modes"].share,
        **_named("steering_hits", None, found["steering"], plain["steering"]),
        "attribution_agreement": found["attribution"].share,
        "attribution_agreement_untrained": plain["attribution"].share,
    }


def _named(name: str, chance: str | None, found: Causes, plain: Causes) -> dict[str, Any]:
    """Return one test by the names of its columns."""
    controls = {f"{name}_random": found.random, f"{name}_untrained": plain.share}
    return {name: found.share, **controls, **({chance: found.chance} if chance else {})}


def _tests(
    probe: Probe,
    test: Sentences,
    *,
    length: int,
    multi_label: bool,
    seed: int,
    trained: bool,
) -> dict[str, Causes]:
    """Return the tests of one network, whose points span its slow subspace."""
    step, vectors, d = analysis_cell(probe.classifier), probe.vectors, len(probe.axes)
    at_centre = linearize(step, probe.centre, probe.x)
    readout = probe.classifier.readout_matrix().double()
    bias = probe.classifier.readout_bias().double()
    common = {"multi_label": multi_label, "seed": seed}
    subspace = Subspace.make(probe.axes, probe.mean, readout, bias, **common)
    along, left = of_modes(at_centre.right[0], at_centre.left[0], d)
    modes = Subspace.make(along, probe.mean, readout, bias, left=left, **common)
    pairs = test.subset(np.arange(min(_some(PAIR_WORDS, length, PAIRS), len(test))))
    start = probe.classifier.cell.initial_state(vectors[:1])[0]
    exchange = [
        interchange(step, each, pairs, vectors, start, seed=seed)
        for each in (subspace, modes)[: 1 + trained]
    ]
    few = pairs.subset(np.arange(min(_some(ATTRIBUTED_WORDS, length, ATTRIBUTED), len(pairs))))
    kicks = at_centre.input_jacobian[0]
    agreement = attribution_agreement(step, modes, few, vectors, start, probe.x, kicks)
    words, reach = max(1, round(length / 2)), REACH * rms_radius(probe.points.cpu().numpy())
    moved = probe.final[: _some(MOVED_WORDS, length, MOVED)]
    final = probe.final[:FINAL]
    return {
        "ablation": ablation(subspace, final, test.labels[: len(final)]),
        "exchange": exchange[0],
        "modes": exchange[-1],
        "attribution": Causes(agreement, None, None),
        "steering": steering(step, subspace, moved, probe.x, words=words, reach=reach),
    }


def _some(words: int, length: int, least_and_most: tuple[int, int]) -> int:
    """Return how many texts of a mean length have so many words, within bounds."""
    least, most = least_and_most
    return min(max(words // length, least), most)
