"""Train one network."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:  # noqa: F821
    from rnn_geometry.runs import train_run

    train_run(
        snakemake.input,  # noqa: F821
        snakemake.output,  # noqa: F821
        identity=dict(snakemake.wildcards.items()),  # noqa: F821
        settings=dict(snakemake.params.model),  # noqa: F821
        device=snakemake.params.device,  # noqa: F821
        threads=snakemake.threads,  # noqa: F821
        fingerprint=snakemake.params.fingerprint,  # noqa: F821
        log=log,
    )
