"""Numbers of one network."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry import io
    from rnn_geometry.geometry import LARGE, network_geometry
    from rnn_geometry.tasks import totals_of

    files = snakemake.input
    meta, predicted = io.read_json(files.meta), io.read_json(files.words)["dimension_predicted"]
    numbers = network_geometry(
        io.read_json(files.run),
        io.read_npz(files.states),
        io.read_npz(files.slow),
        io.read_npz(files.fixed),
        io.read_npz(files.linearization, skip=LARGE),
        io.read_json(files.integration),
        {**meta, "dimension_predicted": predicted},
        totals_of(meta, io.read_sentences(files.test)) if meta["kind"] == "synthetic" else None,
    )
    io.write_json(snakemake.output[0], numbers)
    log(f"participation ratio {numbers['participation_ratio']}, integration modes {numbers['integration_modes']}")
