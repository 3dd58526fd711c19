"""Train the networks of some seeds."""

from rnn_geometry.stages.job import job, networks_of

with job(snakemake.log[0]) as log:
    from rnn_geometry.stages.train import train_runs

    params = snakemake.params
    train_runs(
        networks_of(snakemake, log),
        settings=dict(params.model),
        device=params.device,
        threads=snakemake.threads,
        fingerprint=params.fingerprint,
        log=log,
    )
