"""One translator at a glance, as a picture."""

from __future__ import annotations

from pathlib import Path

from rnn_geometry.plotting import style
from rnn_geometry.plotting.attention import Translated, facts_in_words, plot_attention
from rnn_geometry.plotting.garbage import collected_after
from rnn_geometry.plotting.six_panels import DPI
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store.translations import PairWords, Translation, TranslatorComponents


def run(network: NetworkJob) -> None:
    """Draw the panel of one translator."""
    files, numbers = network.input, Translation.read(network.input["translation"])
    shown = Translated(
        title=str(network.network),
        facts=facts_in_words(numbers),
        arrays=TranslatorComponents.read(files["components"]),
        words=PairWords.read(files["vocab"]),
    )
    with collected_after():
        stem = Path(network.output["attention"]).with_suffix("")
        style.save(plot_attention(shown), stem, ("png",), DPI, data=False)
