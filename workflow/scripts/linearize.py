"""Linearised dynamics, integration and effects of words at a sample of slow points, for the networks of some seeds."""

from rnn_geometry.stages.job import job, networks_of

with job(snakemake.log[0]) as log:
    from rnn_geometry.networks.classifier import prepare_device
    from rnn_geometry.stages.integration import integration_run
    from rnn_geometry.stages.linearize import linearize_run
    from rnn_geometry.store import formats

    params = snakemake.params
    device = prepare_device(params.device, snakemake.threads)
    for network in networks_of(snakemake, log):
        files, output = network.input, network.output
        linearize_run(
            files,
            output["linearization"],
            spectrum_points=params.spectrum_points,
            shown_words=params.shown_words,
            memory_mb=params.memory_mb,
            where=device,
            log=log,
        )
        words = formats.read_npz(output["linearization"])["word_ids"]
        integration_run(
            files, output, identity=network.identity, shown_words=words, where=device, log=log
        )
