"""What a translator is made of: means by place and word, alignments in nine terms, causes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.geometry import alignment
from rnn_geometry.geometry.attention_maps import mean_without_nan, offset, temporal
from rnn_geometry.geometry.components import Components, estimate
from rnn_geometry.geometry.translator_tables import TRANSLATORS, why_not_judged
from rnn_geometry.geometry.translators import SIDES, SideParts
from rnn_geometry.networks.classifier import prepare_device
from rnn_geometry.networks.translators.build import load_translator
from rnn_geometry.networks.translators.evaluation import fed_back, pair_batch
from rnn_geometry.networks.translators.states import Visited, visit_pairs
from rnn_geometry.networks.translators.translator import Translator
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.translator_nulls import matrix_of, null_numbers
from rnn_geometry.stages.translator_numbers import translator_numbers
from rnn_geometry.store.columns import check_numbers
from rnn_geometry.store.hashes import check_prepared, sha256
from rnn_geometry.store.translations import (
    PairMeta,
    Translation,
    TranslatorComponents,
    TranslatorRecord,
)
from rnn_geometry.tasks.pairs.pairs import UNKNOWN_SOURCE, Pairs, read_pairs

SHOWN = 8  # pairs that pages show in whole


class Halves(NamedTuple):
    """Held-out pairs: means are estimated on the first half, all else is measured on the second."""

    first: Pairs
    second: Pairs

    @classmethod
    def of(cls, pairs: Pairs) -> Halves:
        """Divide pairs.

        Parameters
        ----------
        pairs
            n of them.
        """
        middle = len(pairs) // 2
        return cls(pairs.subset(np.arange(middle)), pairs.subset(np.arange(middle, len(pairs))))


def run(network: NetworkJob) -> None:
    """Write components.npz and translation.json of one network."""
    files = network.input
    record, meta = TranslatorRecord.read(files["run"]), PairMeta.read(files["meta"])
    check_prepared(meta, files)
    where = prepare_device(network.device, network.threads)
    translator = loaded(files["model"], record).to(where)
    halves = Halves.of(read_pairs(files["test"]))
    visits = [visit_pairs(translator, half) for half in halves]
    means = means_of(translator, visits[0])
    rng = np.random.default_rng(network.network.seed_for("nulls"))
    numbers = {
        **facts(record, meta),
        **translator_numbers(translator, *halves),
        **null_numbers(translator, halves, visits, rng),
        "learned_above": meta["learned_above"],
        "train_seconds": record.train_seconds,
    }
    numbers["not_judged"] = why_not_judged(numbers, record.loss_falling)
    check_numbers(f"translation.json of {network.network}", numbers, TRANSLATORS)
    made = components_of(translator, halves.second, visits[1], means)
    made.write(network.output["components"])
    ordered = {name: numbers[name] for name in TRANSLATORS}
    Translation(facts=ordered).write(network.output["translation"])
    network.log(f"{network.network}: words {numbers['word_accuracy']:.4f}")


def loaded(model_file: str, record: TranslatorRecord) -> Translator:
    """Return a trained network, once it is certain that its weights are those of its record.

    Parameters
    ----------
    model_file
        Its weights.
    record
        Its run.json.

    Raises
    ------
    UserError
        For other weights.
    """
    if sha256(model_file) != record.weights_sha256:
        raise UserError(
            f"{model_file}: these are not the weights of the run.json beside them; put the file "
            "back, or delete both, then run the same command again."
        )
    return load_translator(model_file, record.network)


def means_of(translator: Translator, visited: Visited) -> dict[str, Components]:
    """Return the means of states by place and word, of either side.

    Parameters
    ----------
    translator
        Tells how many words there are.
    visited
        States of pairs.
    """
    words = (len(translator.embedding), len(translator.decoder_words))
    return {
        side: estimate(*getattr(visited, side), vocabulary=size)
        for side, size in zip(SIDES, words, strict=True)
    }


def facts(record: TranslatorRecord, meta: PairMeta) -> dict[str, Any]:
    """Return what is known of a network beside its numbers.

    Parameters
    ----------
    record
        Its run.json.
    meta
        Facts of its task.
    """
    made_of, task = record.network, meta["settings"]
    positions = made_of["positions"]
    return {
        **{key: getattr(record, key) for key in ("task", "model", "cell", "l2", "seed", "control")},
        "family": meta["family"],
        "data_seed": task["data_seed"],
        "rho": task.get("rho"),
        "architecture": record.architecture,
        "alignment": made_of["alignment"],
        "positions": int(record.architecture == "ao" if positions is None else positions),
        "feedback": made_of["feedback"],
        "hidden_size": made_of["hidden_size"],
        "steps": record.best_step,
    }


def components_of(
    translator: Translator, pairs: Pairs, visited: Visited, means: dict[str, Components]
) -> TranslatorComponents:
    """Return what figures and pages show of a network.

    Parameters
    ----------
    translator
        The network.
    pairs
        Held-out ones.
    visited
        States of these.
    means
        Of other pairs.
    """
    spoken = visited.decoder.words.shape[1]
    shown = slice(0, min(SHOWN, len(pairs)))
    bilinear = matrix_of(translator)
    aligned = _aligned(visited, means, bilinear)
    attention = aligned.attention
    encoder, decoder = (means[side] for side in SIDES)
    sources = pairs.sources.padded(fill=UNKNOWN_SOURCE)
    return TranslatorComponents(
        encoder_places=encoder.by_place,
        decoder_places=decoder.by_place,
        encoder_words=encoder.by_word,
        decoder_words=decoder.by_word,
        encoder_counts=encoder.places,
        decoder_counts=decoder.places,
        temporal=temporal(encoder.by_place, decoder.by_place, bilinear, translator.attends),
        attention=mean_without_nan(attention),
        offset=offset(attention),
        known_offset=mean_without_nan(pairs.offsets()),
        shares=aligned.shares,
        sizes=aligned.sizes,
        inputs=visited.encoder.words[shown],
        targets=pairs.targets.padded()[shown],
        said=said_words(translator, pairs, shown, spoken),
        sources=sources[shown],
        attention_shown=attention[shown],
        terms_shown=np.moveaxis(aligned.terms[:, :, shown], 2, 0),
    )


class Aligned(NamedTuple):
    """Attention (n, S, T), the nine terms (3, 3, n, S, T) behind it, their shares and sizes."""

    attention: np.ndarray
    terms: np.ndarray
    shares: np.ndarray
    sizes: np.ndarray


def _aligned(
    visited: Visited, means: dict[str, Components], bilinear: np.ndarray | None
) -> Aligned:
    """Return the terms of the alignments of some pairs; NaN where a network has no attention."""
    spoken, read = visited.decoder.words.shape, visited.encoder.words.shape[1]
    if visited.attention is None:
        nowhere, none = np.full((*spoken, read), np.nan), np.full((3, 3), np.nan)
        return Aligned(nowhere, np.full((3, 3, *nowhere.shape), np.nan), none, none)
    sides = {side: SideParts.of(means[side], *getattr(visited, side)) for side in SIDES}
    encoder, decoder = (sides[side] for side in SIDES)
    terms = alignment.terms(decoder.parts, encoder.parts, bilinear)
    counted = decoder.known, encoder.known
    return Aligned(
        visited.attention,
        terms,
        alignment.signed_shares(terms, *counted),
        alignment.absolute_shares(terms, *counted),
    )


def said_words(translator: Translator, pairs: Pairs, shown: slice, places: int) -> np.ndarray:
    """Return what a translator says of some pairs, (n, places), 0 past the end.

    Parameters
    ----------
    translator
        The network.
    pairs
        Held-out ones.
    shown
        Which of them.
    places
        Words of the longest target of all.
    """
    batch = pair_batch(pairs, np.arange(len(pairs))[shown]).to(translator.embedding.device)
    reading = translator.read(batch.words, batch.lengths)
    found = translator.say(reading, fed_back(translator, batch)).said() * (batch.targets != 0)
    said = found.cpu().numpy()
    return np.pad(said, ((0, 0), (0, places - said.shape[1])))
