"""Linearised dynamics, integration and effects of words of one network, at a sample of its slow points."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry import io
    from rnn_geometry.integration_run import integration_run
    from rnn_geometry.model import prepare_device
    from rnn_geometry.runs import linearize_run

    params, output = snakemake.params, snakemake.output
    device = prepare_device(params.device, snakemake.threads)
    linearize_run(
        snakemake.input,
        output.linearization,
        spectrum_points=params.spectrum_points,
        shown_words=params.shown_words,
        memory_mb=params.memory_mb,
        where=device,
        log=log,
    )
    words = io.read_npz(output.linearization)["word_ids"]
    identity = dict(snakemake.wildcards.items())
    integration_run(snakemake.input, output, identity=identity, shown_words=words, where=device, log=log)
