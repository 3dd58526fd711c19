"""Integration and words of one trained network beside its untrained self, from files to files."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from rnn_geometry.dynamics import additivity
from rnn_geometry.dynamics.integration import (
    SETTLE,
    delayed_independence,
    delayed_share,
    effects_over_time,
    hold,
    hold_r2,
    position_independence,
    sequence_effects,
)
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.geometry import word_meaning as meaning
from rnn_geometry.geometry.defined import defined
from rnn_geometry.geometry.dimension import principal_axes
from rnn_geometry.geometry.frame import centre_row, manifold_rows
from rnn_geometry.identity import derive_seed
from rnn_geometry.networks.classifier import (
    Classifier,
    analysis_cell,
    build_classifier,
    load_classifier,
)
from rnn_geometry.networks.hold_input import hold_input
from rnn_geometry.networks.states import visit
from rnn_geometry.stages.growth import growth_of
from rnn_geometry.stages.input_output import input_output_numbers
from rnn_geometry.stages.interventions import causal_numbers
from rnn_geometry.stages.manifold_quality import manifold_quality
from rnn_geometry.stages.modifiers import modifying_numbers
from rnn_geometry.store.artifacts import (
    Integration,
    Meta,
    Record,
    SlowPoints,
    States,
    Vocabulary,
    Words,
)
from rnn_geometry.tasks.sentences import Sentences, read_sentences

SENTENCES = 1000  # test sentences of the hold test and of additivity
PLACES = 32  # points at which a word's effects are compared
FEWEST_PLACES = 4
ROWS = 16384  # words times places at which the kicks of a whole vocabulary are measured
POINTS = 400  # states of an untrained network that stand for its manifold
RELAX_STEPS = 2


@dataclass(frozen=True)
class Probe:
    """A network with what its measures need.

    Attributes
    ----------
    classifier
        The network, S entries of a state, E of a word vector.
    points
        Of its manifold, (n, S): the slow points that converged, or all where those are too few.
    x
        The hold input x*, (E,).
    final
        Final states, (m, S).
    axes, mean
        The first d principal axes of the points (d, S), and their mean (S,).
    multi_label
        Whether outputs are labels; classes compete, and only differences of their logits count.
    """

    classifier: Classifier
    points: torch.Tensor
    x: torch.Tensor
    final: torch.Tensor
    axes: torch.Tensor  # first d principal axes of the points, (d, S)
    mean: torch.Tensor
    multi_label: bool

    @classmethod
    def make(
        cls,
        classifier: Classifier,
        points: np.ndarray,
        x: np.ndarray,
        final: np.ndarray,
        d: int,
        *,
        multi_label: bool,
    ) -> Probe:
        """Compute the axes; everything becomes float64 on the network's device."""
        device = next(classifier.buffers(), next(classifier.parameters())).device
        mean, axes, _ = principal_axes(points)
        arrays = (points, x, final, axes[:d], mean)
        tensors = (torch.tensor(part, dtype=torch.float64).to(device) for part in arrays)
        return cls(classifier, *tensors, multi_label=multi_label)

    @property
    def centre(self) -> torch.Tensor:
        """The centre of the manifold, (1, S)."""
        return self.points[[centre_row(self.points.cpu().numpy())]]

    def places(self, count: int) -> torch.Tensor:
        """Return a number of points, all if there are fewer, spread evenly over their order."""
        chosen = torch.linspace(0, len(self.points) - 1, min(count, len(self.points)))
        return self.points[chosen.long()]

    @property
    def differences(self) -> torch.Tensor:
        """The readout (C, S), for classes relative to its mean: they compete."""
        readout = self.classifier.readout_matrix().double()
        return readout if self.multi_label else readout - readout.mean(dim=0)

    @property
    def vectors(self) -> torch.Tensor:
        """Word vectors (V, E) in float64."""
        return self.classifier.embedding_matrix().double()


def integration_run(
    files, output, *, identity: Mapping[str, str], shown_words: np.ndarray, where, log
) -> None:
    """Measure integration and words; write integration.json and words.parquet.

    Parameters
    ----------
    files, output
        Paths by stem.
    identity
        Keys of the network, as text.
    shown_words
        Ids (w,) of the words whose effects are compared along the manifold.
    where, log
        The device, and what takes one line.
    """
    started = time.process_time()
    trained, control, test = probes(files, identity, where)
    meta, vocabulary = Meta.read(files["meta"]), Vocabulary.read(files["vocab"]).words
    length = round(meta["mean_length"])
    seed = derive_seed("kicks", *identity.values())
    numbers, kicks = measure(trained, test, shown_words, length, seed)
    plain, _ = measure(control, test, shown_words, length, seed)
    numbers |= {f"{name}_untrained": value for name, value in plain.items()}
    step = analysis_cell(control.classifier)
    numbers["tau_untrained"] = float(linearize(step, control.centre, control.x).tau[0].max())
    numbers |= causal_numbers(trained, control, test, meta, identity)
    numbers |= modifying_numbers(trained, test, meta, vocabulary, identity)
    numbers |= growth_of(trained, files, output["linearization"], test, kicks, meta)
    train = read_sentences(files["train"])
    numbers |= input_output_numbers(trained, control, shown_words, train, meta)
    numbers |= manifold_quality(trained, files, output["linearization"], meta, identity)
    words, told = describe_words(
        trained, kicks, train, meta, vocabulary, derive_seed("pairs", *identity.values())
    )
    numbers |= told | {"integration_seconds": time.process_time() - started}
    numbers = defined(numbers)
    Integration(facts=numbers).write(output["integration"])
    words.write(output["words"])
    log(
        f"after {length} words of x* R^2 {numbers['hold_r2']} (untrained "
        f"{numbers['hold_r2_untrained']}); summed kicks predict logits with R^2 "
        f"{numbers['logit_additivity']}; not x {numbers['not_gain']}, very x "
        f"{numbers['very_gain']}"
    )


def probes(
    files, identity: Mapping[str, str], where: torch.device
) -> tuple[Probe, Probe, Sentences]:
    """Return the network, the same one before training, and the test sentences both have read."""
    record, meta = Record.read(files["run"]), Meta.read(files["meta"])
    slow = SlowPoints.read(files["slow_points"])
    classifier = load_classifier(files["model"], files["run"]).to(where)
    whole = read_sentences(files["test"])
    test = whole.subset(np.arange(min(SENTENCES, len(whole))))
    d = meta["dimension_expected"] or max(1, meta["classes"] - 1)
    final = States.read(files["states"]).final[: len(test)]
    points = slow.points[manifold_rows(slow.status)]
    labels = {"multi_label": meta["multi_label"]}
    trained = Probe.make(classifier, points, slow.x, final, d, **labels)
    known = record.network
    fixed = classifier.embedding_matrix().cpu().numpy() if known["fixed_embedding"] else None
    seed = record.seeds["initialisation"]
    untrained = build_classifier(known, fixed, seed=seed).to(where).eval()
    states = visit(
        untrained,
        test,
        visited=POINTS,
        trajectories=1,
        seed=derive_seed("control", *identity.values()),
    )
    vectors = untrained.embedding_matrix().double().cpu().numpy()
    vocabulary = Vocabulary.read(files["vocab"]).words
    x = torch.from_numpy(hold_input(slow.hold_input, vectors, vocabulary, whole)).to(where)
    points = hold(
        analysis_cell(untrained),
        torch.from_numpy(states["visited"]).double().to(where),
        x.double(),
        RELAX_STEPS,
    )
    known = (points.cpu().numpy(), x.cpu().numpy(), states["final"], d)
    return trained, Probe.make(untrained, *known, **labels), test


def measure(
    probe: Probe, test: Sentences, shown_words: np.ndarray, length: int, seed: int
) -> tuple[dict[str, float | None], np.ndarray]:
    """Return the measures of integration, and the kicks of words at the centre.

    Parameters
    ----------
    probe
        The network.
    test
        Its m sentences.
    shown_words
        Ids (w,) of the words whose effects are compared along the manifold.
    length
        Words of x* for which evidence must be held; delayed effects are seen after half of them.
    seed
        Of random kicks.

    Returns
    -------
    dict
        Numbers by name; None where not defined.
    ndarray
        Kicks (V, d + C): coordinates, then logits.
    """
    step, readout = analysis_cell(probe.classifier), probe.classifier.readout_matrix().double()
    effects = _effects(probe, step, torch.cat([probe.axes, readout]))
    kicks = effects(np.arange(len(probe.vectors))[:, None])
    return {
        "hold_r2": hold_r2(step, probe.final, probe.x, probe.differences, length),
        **_additivity(probe, step, test, kicks[:, : len(probe.axes)], seed),
        **_by_place(probe, step, shown_words, length),
    }, kicks


def _additivity(
    probe: Probe, step, test: Sentences, kicks: np.ndarray, seed: int
) -> dict[str, float | None]:
    """Return how well words add, in coordinates with kicks (V, d) at the centre, and in logits."""
    final, on_logits = (probe.final @ probe.axes.T).cpu().numpy(), probe.differences
    moves, logits = (_moves(probe, step, test, seen) for seen in (probe.axes, on_logits))
    mean, spread = kicks_over_places(probe, step, on_logits)
    return {
        "additivity_r2": additivity.additivity_r2(test, kicks, moves),
        "additivity_slope": additivity.additivity_slope(test, kicks, moves),
        "additivity_r2_fitted": additivity.additivity_r2_fitted(test, kicks, final),
        "additivity_r2_random": additivity.additivity_r2_random(test, kicks, final, seed),
        "logit_additivity": additivity.additivity_r2(test, mean, logits),
        "additivity_noise": additivity.additivity_noise(test, mean, spread, logits),
    }


def _moves(probe: Probe, step, test: Sentences, directions: torch.Tensor) -> np.ndarray:
    """Return what the test sentences change along directions (k, S) against words of x*, (m, k)."""
    start = torch.zeros_like(probe.final[:1])
    without = additivity.without_words(step, start, probe.x, directions, test)
    return (probe.final @ directions.T - without).cpu().numpy()


def kicks_over_places(
    probe: Probe, step, directions: torch.Tensor
) -> tuple[np.ndarray, np.ndarray]:
    """Return what every word changes for good, over places on the manifold.

    Parameters
    ----------
    probe
        The network.
    step
        Its step.
    directions
        What the change is seen along, (k, S).

    Returns
    -------
    mean
        Over places, (V, k).
    spread
        Variance over places, summed over directions, (V,).
    """
    places = probe.places(min(PLACES, max(FEWEST_PLACES, ROWS // len(probe.vectors))))
    words = probe.vectors.split(max(1, ROWS // len(places)))
    effects = (
        effects_over_time(step, places, probe.x, part, directions, [SETTLE])[0] for part in words
    )
    parts = [
        (part.mean(1), part.var(1, correction=int(len(places) > 1)).sum(1)) for part in effects
    ]
    mean, spread = (torch.cat(part).cpu().numpy() for part in zip(*parts, strict=True))
    return mean, spread


def _by_place(probe: Probe, step, shown_words: np.ndarray, length: int) -> dict[str, float | None]:
    """Return how alike the effects of words (w,) are along the manifold, soon and after a delay."""
    shown = probe.vectors[torch.from_numpy(shown_words).to(probe.x.device)]
    directions = torch.cat([probe.axes, probe.differences])
    times, late = sorted({0, SETTLE, length // 2}), length // 2
    found = effects_over_time(step, probe.places(PLACES), probe.x, shown, directions, times)
    effects, d = dict(zip(times, found.cpu().numpy(), strict=True)), len(probe.axes)
    on_logits = effects[0][..., d:], effects[late][..., d:]
    return {
        "position_independence": position_independence(effects[SETTLE][..., :d]),
        "delayed_independence": delayed_independence(*on_logits),
        "delayed_share": delayed_share(*on_logits),
    }


def _effects(probe: Probe, step, directions: torch.Tensor) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from word ids (N, m) to their effects (N, k) at the centre."""

    def effects(ids: np.ndarray) -> np.ndarray:
        sequences = probe.vectors[torch.from_numpy(np.ascontiguousarray(ids)).to(probe.x.device)]
        return (
            sequence_effects(step, probe.centre, probe.x, sequences, directions)[:, 0].cpu().numpy()
        )

    return effects


def describe_words(
    probe: Probe,
    kicks: np.ndarray,
    train: Sentences,
    meta: Mapping[str, Any],
    vocabulary: Sequence[str],
    seed: int,
) -> tuple[Words, dict[str, Any]]:
    """Return what every word does, and the numbers of meaning and of pairs."""
    multi_label, d = meta["multi_label"], len(probe.axes)
    counts = np.bincount(train.tokens, minlength=len(vocabulary))
    on_logits = meaning.centred(kicks[:, d:], multi_label)
    odds = meaning.class_log_odds(train, len(vocabulary), meta["classes"])
    readout = probe.classifier.readout_matrix().double()
    logits = _effects(probe, analysis_cell(probe.classifier), readout)
    is_text = meta["kind"] == "text"
    top = meaning.top_words(on_logits, counts) if is_text else np.arange(len(vocabulary))[None]

    def effects(ids: np.ndarray) -> np.ndarray:
        return meaning.centred(logits(ids), multi_label)

    numbers = {
        "effect_log_odds_correlation": meaning.effect_rank_correlation(on_logits, odds, counts)
        if is_text
        else None,
        **meaning.order_effects(effects, np.unique(top), seed),
    }
    words = {"effect": on_logits, "log_odds": odds, "along": kicks[:, :d]}
    return Words(word=vocabulary, count=counts, **words), numbers
