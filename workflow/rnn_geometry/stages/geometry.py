"""Numbers of one network, from the arrays of the stages before."""

from __future__ import annotations

from functools import lru_cache

from rnn_geometry.geometry.defined import defined
from rnn_geometry.geometry.network import network_geometry
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store import artifacts
from rnn_geometry.tasks.sentences import read_sentences
from rnn_geometry.tasks.synthetic import totals_of


def run(network: NetworkJob) -> None:
    """Compute all numbers of one network."""
    files = network.input
    meta, totals = of_task(files["meta"], files["test"])
    statistics = artifacts.WordStatistics.read(files["word_statistics"])
    numbers = network_geometry(
        artifacts.Record.read(files["run"]).facts(),
        artifacts.States.read(files["states"]).arrays(),
        artifacts.SlowPoints.read(files["slow_points"]).arrays(),
        artifacts.FixedPoints.read(files["fixed_points"]).arrays(),
        artifacts.Linearization.read(files["linearization"], large=False).arrays(),
        artifacts.Integration.read(files["integration"]),
        {**meta, "dimension_predicted": statistics["dimension_predicted"]},
        totals,
    )
    artifacts.Geometry(facts=defined(numbers)).write(network.output["geometry"])
    ratio, modes = numbers["participation_ratio"], numbers["integration_modes"]
    network.log(f"participation ratio {ratio}, integration modes {modes}")


@lru_cache(maxsize=1)
def of_task(meta_file: str, test_file: str):
    """Return what all networks of a task share: its facts, and summed scores of a synthetic one."""
    meta = artifacts.Meta.read(meta_file)
    synthetic = meta["kind"] == "synthetic"
    return meta, totals_of(meta, read_sentences(test_file)) if synthetic else None
