"""Train one network."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.training_run import train_run

    train_run(
        snakemake.input,
        snakemake.output,
        identity=dict(snakemake.wildcards.items()),
        settings=dict(snakemake.params.model),
        device=snakemake.params.device,
        threads=snakemake.threads,
        fingerprint=snakemake.params.fingerprint,
        log=log,
    )
