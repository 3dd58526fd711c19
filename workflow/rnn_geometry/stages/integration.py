"""Integration and words of one trained network beside its untrained self, from files to files."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from rnn_geometry.dynamics.integration import (
    additivity_r2,
    hold,
    hold_r2,
    position_independence,
    sequence_effects,
)
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.modifiers import modifier_numbers
from rnn_geometry.geometry import integration as declared
from rnn_geometry.geometry import word_meaning as meaning
from rnn_geometry.geometry.dimension import principal_axes
from rnn_geometry.geometry.frame import centre_row
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
        Of its manifold, (n, S).
    x
        The hold input x*, (E,).
    final
        Final states, (m, S).
    axes, mean
        The first d principal axes of the points (d, S), and their mean (S,).
    """

    classifier: Classifier
    points: torch.Tensor
    x: torch.Tensor
    final: torch.Tensor
    axes: torch.Tensor  # first d principal axes of the points, (d, S)
    mean: torch.Tensor

    @classmethod
    def make(
        cls, classifier: Classifier, points: np.ndarray, x: np.ndarray, final: np.ndarray, d: int
    ) -> Probe:
        """Compute the axes; everything becomes float64 on the network's device."""
        device = next(classifier.buffers(), next(classifier.parameters())).device
        mean, axes, _ = principal_axes(points)
        arrays = (points, x, final, axes[:d], mean)
        return cls(
            classifier, *(torch.tensor(part, dtype=torch.float64).to(device) for part in arrays)
        )

    @property
    def centre(self) -> torch.Tensor:
        """The centre of the manifold, (1, S)."""
        return self.points[[centre_row(self.points.cpu().numpy())]]

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
    numbers, kicks = measure(trained, test, shown_words, length, meta["multi_label"])
    plain, _ = measure(control, test, shown_words, length, meta["multi_label"])
    numbers |= {f"{name}_untrained": value for name, value in plain.items()}
    step = analysis_cell(control.classifier)
    numbers["tau_untrained"] = float(linearize(step, control.centre, control.x).tau[0].max())
    numbers |= causal_numbers(trained, control, files, test, meta, identity)
    numbers |= modifiers_of_task(trained, meta)
    numbers |= growth_of(trained, files, output["linearization"], test, kicks, meta)
    train = read_sentences(files["train"])
    numbers |= input_output_numbers(trained, control, shown_words, train, meta)
    words, told = describe_words(
        trained, kicks, train, meta, vocabulary, derive_seed("pairs", *identity.values())
    )
    numbers |= told | {"integration_seconds": time.process_time() - started}
    Integration(facts=numbers).write(output["integration"])
    words.write(output["words"])
    log(
        f"after {length} words of x* R^2 {numbers['hold_r2']} (untrained "
        f"{numbers['hold_r2_untrained']}); summed kicks "
        f"predict with R^2 {numbers['additivity_r2']}; not x {numbers['not_gain']}, very x "
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
    trained = Probe.make(classifier, slow.points, slow.x, final, d)
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
    return (
        trained,
        Probe.make(untrained, points.cpu().numpy(), x.cpu().numpy(), states["final"], d),
        test,
    )


def measure(
    probe: Probe, test: Sentences, shown_words: np.ndarray, length: int, multi_label: bool
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
        Words of x* for which evidence must be held.
    multi_label
        Whether outputs are labels; classes compete, and only differences of their logits count.

    Returns
    -------
    dict
        Numbers by name; None where not defined.
    ndarray
        Kicks (V, d + C): coordinates, then logits.
    """
    step, readout = analysis_cell(probe.classifier), probe.classifier.readout_matrix().double()
    differences = readout if multi_label else readout - readout.mean(dim=0)
    effects = _effects(probe, step, torch.cat([probe.axes, readout]))
    kicks = effects(np.arange(len(probe.vectors))[:, None])
    places = torch.linspace(0, len(probe.points) - 1, min(PLACES, len(probe.points))).long()
    shown = probe.vectors[torch.from_numpy(shown_words).to(probe.x.device)][:, None]
    by_place = sequence_effects(step, probe.points[places], probe.x, shown, probe.axes)
    d = len(probe.axes)
    final = (probe.final - probe.mean) @ probe.axes.T
    return {
        "hold_r2": hold_r2(step, probe.final, probe.x, differences, length),
        "additivity_r2": additivity_r2(test, kicks[:, :d], final.cpu().numpy()),
        "position_independence": position_independence(by_place.cpu().numpy()),
    }, kicks


def modifiers_of_task(probe: Probe, meta: Mapping[str, Any]) -> Mapping[str, float | None]:
    """Return what modifiers do at places on the manifold; None of a task without any."""
    if not meta.get("modifiers"):
        return dict.fromkeys(declared.MODIFIERS)
    places = probe.points[
        torch.linspace(0, len(probe.points) - 1, min(PLACES, len(probe.points))).long()
    ]
    flip, double = probe.vectors[meta["modifiers"]]
    readout = probe.classifier.readout_matrix().double()
    readout = readout if meta["multi_label"] else readout - readout.mean(dim=0)
    step = analysis_cell(probe.classifier)
    evidence = probe.vectors[meta["evidence"]]
    return modifier_numbers(step, places, probe.x, flip, double, evidence, probe.axes, readout)


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
    """Return what every word does, and the numbers of context and order effects."""
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

    index = {word: i for i, word in enumerate(vocabulary)} if is_text else {}
    numbers = {
        "effect_log_odds_correlation": meaning.effect_rank_correlation(on_logits, odds, counts)
        if is_text
        else None,
        **meaning.context_effects(effects, index),
        **meaning.order_effects(effects, np.unique(top), seed),
    }
    words = {"effect": on_logits, "log_odds": odds, "along": kicks[:, :d]}
    return Words(word=vocabulary, count=counts, **words), numbers
