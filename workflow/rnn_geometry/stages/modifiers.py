"""What words do to other words in one network: modifiers, where they act, and order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from rnn_geometry.dynamics.integration import sequence_effects
from rnn_geometry.dynamics.modifier_subspace import subspace_numbers
from rnn_geometry.dynamics.modifiers import modifier_numbers
from rnn_geometry.geometry import integration as declared
from rnn_geometry.geometry import modifying_words as modifying
from rnn_geometry.geometry.word_meaning import centred
from rnn_geometry.geometry.word_order import COLUMNS as ORDER
from rnn_geometry.geometry.word_order import WINDOWS, shuffled_within
from rnn_geometry.identity import derive_seed
from rnn_geometry.networks.classifier import analysis_cell
from rnn_geometry.networks.evaluation import evaluate
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.theory import structure_of

if TYPE_CHECKING:
    from rnn_geometry.stages.integration import Probe

PLACES = 32  # points at which modifiers act
GAIN_PLACES, CLAUSE_PLACES = 8, 4  # points at which the words of a text are read
EVIDENCE = 4  # adjectives of each sign that are evidence
ORDER_WORDS = 20_000  # words of test texts that are shuffled


def modifying_numbers(
    probe: Probe,
    test: Sentences,
    meta: Mapping[str, Any],
    vocabulary: Sequence[str],
    identity: Mapping[str, str],
) -> dict[str, Any]:
    """Return what modifiers and order do; None where a task has none.

    Parameters
    ----------
    probe
        The network.
    test
        Its test sentences.
    meta
        meta.json.
    vocabulary
        Words by id.
    identity
        Keys of the network, as text.
    """
    text = meta["kind"] == "text"
    index = {word: i for i, word in enumerate(vocabulary)} if text else {}
    seed = derive_seed("modifiers", *identity.values())
    words = evidence_and_modifiers(meta, index)
    return {
        **gains_of_words(probe, meta, index),
        **where_modifiers_act(probe, words, seed),
        **(order_costs(probe, test, seed) if text or words else dict.fromkeys(ORDER)),
    }


def evidence_and_modifiers(
    meta: Mapping[str, Any], index: Mapping[str, int]
) -> tuple[Sequence[int], Sequence[int]] | None:
    """Return ids of words of evidence, and of what flips and doubles; None of a task without any.

    Parameters
    ----------
    meta
        meta.json: of a context task `evidence` and `modifiers`.
    index
        From word of a text to its id.
    """
    if meta.get("modifiers"):
        return meta["evidence"], meta["modifiers"]
    modifiers = modifying.known_words(("not", "very"), index).tolist()
    signs = (modifying.POSITIVE, modifying.NEGATIVE)
    evidence = np.concatenate([modifying.known_words(w, index)[:EVIDENCE] for w in signs]).tolist()
    enough = len(modifiers) == 2 and len(evidence) == 2 * EVIDENCE
    return (evidence, modifiers) if enough else None


def gains_of_words(
    probe: Probe, meta: Mapping[str, Any], index: Mapping[str, int]
) -> dict[str, Any]:
    """Return gains of modifiers and weights of clauses, at places on the manifold.

    Parameters
    ----------
    probe
        The network.
    meta
        meta.json.
    index
        From word of a text to its id.
    """
    signs = structure_of(meta).ordered
    gains = modifying.modifier_gains(_effects(probe, GAIN_PLACES), index, signs=signs)
    known = index if signs else {}
    return gains | modifying.clause_weights(_effects(probe, CLAUSE_PLACES), known)


def _effects(probe: Probe, count: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from word ids (N, m) to their effects on logits (N, places times C)."""
    step, readout = analysis_cell(probe.classifier), probe.classifier.readout_matrix().double()
    places, vectors = probe.places(count), probe.vectors

    def effects(ids: np.ndarray) -> np.ndarray:
        sequences = vectors[torch.from_numpy(np.ascontiguousarray(ids)).to(probe.x.device)]
        found = sequence_effects(step, places, probe.x, sequences, readout).cpu().numpy()
        return centred(found, probe.multi_label).reshape(len(ids), -1)

    return effects


def where_modifiers_act(
    probe: Probe, words: tuple[Sequence[int], Sequence[int]] | None, seed: int
) -> dict[str, float | None]:
    """Return what modifiers do at places on the manifold; None of a task without any.

    Parameters
    ----------
    probe
        The network.
    words
        Ids of words of evidence, and of the two modifiers.
    seed
        Of random subspaces.
    """
    if words is None:
        return dict.fromkeys((*declared.MODIFIERS, *declared.MODIFIER_SUBSPACE))
    evidence, (flip, double) = probe.vectors[list(words[0])], probe.vectors[list(words[1])]
    known = (probe.places(PLACES), probe.x, flip, double, evidence, probe.axes, probe.differences)
    step = analysis_cell(probe.classifier)
    return {**modifier_numbers(step, *known), **subspace_numbers(step, *known, seed=seed)}


def order_costs(probe: Probe, test: Sentences, seed: int) -> dict[str, float]:
    """Return the accuracy lost on test sentences that are shuffled within windows.

    Parameters
    ----------
    probe
        The network.
    test
        Its test sentences.
    seed
        Of their orders.
    """
    texts = test.subset(np.arange(max(1, int((test.offsets[1:] <= ORDER_WORDS).sum()))))
    whole = evaluate(probe.classifier, texts)[1]
    windows = {**{f"order_cost_{window}": window for window in WINDOWS}, "order_cost_all": None}
    return {
        name: whole - evaluate(probe.classifier, shuffled_within(texts, window, seed))[1]
        for name, window in windows.items()
    }
