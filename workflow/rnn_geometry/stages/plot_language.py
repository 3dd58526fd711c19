"""One language model at a glance, as a picture."""

from __future__ import annotations

from pathlib import Path

from rnn_geometry.plotting import style
from rnn_geometry.plotting.garbage import collected_after
from rnn_geometry.plotting.language import Spoken, plot_language
from rnn_geometry.plotting.six_panels import DPI
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store.languages import BeliefStates, LanguageNumbers, SourceMeta, SourceWords
from rnn_geometry.store.readings import TextsRead
from rnn_geometry.tasks.language.families import source_of_task

FILES = ("language", "beliefs", "reading", "meta", "vocab")  # what `spoken` reads, in that order


def run(network: NetworkJob) -> None:
    """Draw the panel of one language model."""
    shown = spoken(str(network.network), *(network.input[name] for name in FILES))
    with collected_after():
        stem = Path(network.output["language_panel"]).with_suffix("")
        style.save(plot_language(shown), stem, ("png",), DPI, data=False)


def spoken(title: str, language: str, beliefs: str, reading: str, meta: str, vocab: str) -> Spoken:
    """Return what is drawn of a language model, read from its files.

    Parameters
    ----------
    title
        Which network it is.
    language, beliefs, reading
        Paths of its numbers, its states and the texts that it read.
    meta, vocab
        Paths of the facts and the words of its source.
    """
    return Spoken(
        title=title,
        numbers=LanguageNumbers.read(language),
        states=BeliefStates.read(beliefs),
        texts=TextsRead.read(reading),
        hidden=source_of_task(SourceMeta.read(meta)["settings"]).states,
        words=SourceWords.read(vocab).words,
    )
