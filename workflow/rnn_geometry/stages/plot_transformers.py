"""Networks without a step and those beside them as pictures: a panel each, and one over all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rnn_geometry.claims.typed import read_typed
from rnn_geometry.geometry.transformers import TRANSFORMERS
from rnn_geometry.geometry.transformers_language import TRANSFORMERS_LANGUAGE
from rnn_geometry.identity import Network, network_of
from rnn_geometry.pages.task_order import rows_in_order
from rnn_geometry.plotting import style
from rnn_geometry.plotting.by_place import Placed, plot_by_place
from rnn_geometry.plotting.garbage import collected_after
from rnn_geometry.plotting.language import ORDERED
from rnn_geometry.plotting.six_panels import DPI
from rnn_geometry.plotting.transformers import transformers_overview
from rnn_geometry.store.artifacts import Meta, Vocabulary
from rnn_geometry.store.languages import SourceMeta, SourceWords
from rnn_geometry.store.readings import PlacesRead
from rnn_geometry.store.transformers import TransformerNumbers
from rnn_geometry.tasks.language.families import source_of_task
from rnn_geometry.tasks.theory import structure_of

TABLES = {"transformers": TRANSFORMERS, "transformers_language": TRANSFORMERS_LANGUAGE}
FILES = ("places_read", "transformer", "meta", "vocab")  # of every network that is drawn


def run(files, output, params, log) -> None:
    """Draw all of them in every format, with their data."""
    named, formats = dict(files.items()), tuple(params.formats)
    tables = {
        name: rows_in_order(read_typed(named[name], columns), params.tasks)
        for name, columns in TABLES.items()
        if name in named
    }
    stem = Path(output[0]).with_suffix("")
    style.save(transformers_overview(tables, params.claims["claims"]), stem, formats)
    networks = placed_of(named)
    for network, placed in networks.items():
        with collected_after():
            own = stem.parent / "transformers" / f"{network.task}_{network.model}"
            style.save(plot_by_place(placed), own, formats, DPI)
    log(f"{len(networks)} networks, {sum(map(len, tables.values()))} in the figure over all")


def placed_of(files: Mapping[str, Sequence[str]]) -> dict[Network, Placed]:
    """Return what is drawn of each network.

    Parameters
    ----------
    files
        Paths by the names of FILES, all in the same order.
    """
    of_each = zip(*(files[name] for name in FILES), strict=True)
    return {network_of(own[0]): placed(str(network_of(own[0])), *own) for own in of_each}


def placed(title: str, places_read: str, transformer: str, meta: str, vocab: str) -> Placed:
    """Return what is drawn of a network, read from its files.

    Parameters
    ----------
    title
        Which network it is.
    places_read, transformer
        Paths of the texts that it read and of its numbers.
    meta, vocab
        Paths of the facts and the words of its task.
    """
    numbers, read = TransformerNumbers.read(transformer), PlacesRead.read(places_read)
    if "belief_r2" in numbers.facts:
        facts, words = SourceMeta.read(meta), SourceWords.read(vocab).words
        hidden, ordered = source_of_task(facts["settings"]).states, facts["family"] in ORDERED
        return Placed(title, numbers, read, hidden, hidden, words, words, ordered)
    facts, words = Meta.read(meta), Vocabulary.read(vocab).words
    classes, count = facts["class_names"], read.known.shape[-1]
    targets = classes if count == len(classes) else [f"score {i + 1}" for i in range(count)]
    ordered = structure_of(facts).ordered
    return Placed(title, numbers, read, targets, classes, classes, words, ordered)
