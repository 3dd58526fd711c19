"""Numbers of one network, from the arrays of the stages before."""

from __future__ import annotations

from functools import lru_cache

from rnn_geometry.geometry.network import LARGE, network_geometry
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store import formats
from rnn_geometry.tasks.sentences import read_sentences
from rnn_geometry.tasks.synthetic import totals_of


def run(network: NetworkJob) -> None:
    """Compute all numbers of one network."""
    files = network.input
    meta, totals = of_task(files["meta"], files["test"])
    predicted = formats.read_json(files["word_statistics"])["dimension_predicted"]
    numbers = network_geometry(
        formats.read_json(files["run"]),
        formats.read_npz(files["states"]),
        formats.read_npz(files["slow_points"]),
        formats.read_npz(files["fixed_points"]),
        formats.read_npz(files["linearization"], skip=LARGE),
        formats.read_json(files["integration"]),
        {**meta, "dimension_predicted": predicted},
        totals,
    )
    formats.write_json(network.output["geometry"], numbers)
    ratio, modes = numbers["participation_ratio"], numbers["integration_modes"]
    network.log(f"participation ratio {ratio}, integration modes {modes}")


@lru_cache(maxsize=1)
def of_task(meta_file: str, test_file: str):
    """Return what all networks of a task share: its facts, and summed scores of a synthetic one."""
    meta = formats.read_json(meta_file)
    synthetic = meta["kind"] == "synthetic"
    return meta, totals_of(meta, read_sentences(test_file)) if synthetic else None
