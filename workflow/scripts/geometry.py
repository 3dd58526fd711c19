"""Numbers of the networks of some seeds."""

from rnn_geometry.stages.job import job, networks_of
from rnn_geometry.tasks.sentences import read_sentences

with job(snakemake.log[0]) as log:
    from rnn_geometry.geometry.network import LARGE, network_geometry
    from rnn_geometry.store import formats
    from rnn_geometry.tasks.synthetic import totals_of

    shared = snakemake.input
    meta, predicted = (
        formats.read_json(shared.meta),
        formats.read_json(shared.words)["dimension_predicted"],
    )
    totals = totals_of(meta, read_sentences(shared.test)) if meta["kind"] == "synthetic" else None
    for network in networks_of(snakemake, log):
        files = network.input
        numbers = network_geometry(
            formats.read_json(files["run"]),
            formats.read_npz(files["states"]),
            formats.read_npz(files["slow"]),
            formats.read_npz(files["fixed"]),
            formats.read_npz(files["linearization"], skip=LARGE),
            formats.read_json(files["integration"]),
            {**meta, "dimension_predicted": predicted},
            totals,
        )
        formats.write_json(network.output["geometry"], numbers)
        log(
            f"participation ratio {numbers['participation_ratio']}, integration modes {numbers['integration_modes']}"
        )
