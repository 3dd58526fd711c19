"""Numbers of the networks of some seeds."""

from rnn_geometry.job import job, networks_of

with job(snakemake.log[0]) as log:
    from rnn_geometry import io
    from rnn_geometry.geometry import LARGE, network_geometry
    from rnn_geometry.tasks import totals_of

    shared = snakemake.input
    meta, predicted = io.read_json(shared.meta), io.read_json(shared.words)["dimension_predicted"]
    totals = totals_of(meta, io.read_sentences(shared.test)) if meta["kind"] == "synthetic" else None
    for network in networks_of(snakemake, log):
        files = network.input
        numbers = network_geometry(
            io.read_json(files["run"]),
            io.read_npz(files["states"]),
            io.read_npz(files["slow"]),
            io.read_npz(files["fixed"]),
            io.read_npz(files["linearization"], skip=LARGE),
            io.read_json(files["integration"]),
            {**meta, "dimension_predicted": predicted},
            totals,
        )
        io.write_json(network.output["geometry"], numbers)
        log(f"participation ratio {numbers['participation_ratio']}, integration modes {numbers['integration_modes']}")
