"""Visited states, slow points and exact fixed points of one network."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:  # noqa: F821
    from rnn_geometry.runs import slow_points_run

    slow_points_run(
        snakemake.input,  # noqa: F821
        snakemake.output,  # noqa: F821
        identity=dict(snakemake.wildcards.items()),  # noqa: F821
        analysis=dict(snakemake.params.analysis),  # noqa: F821
        device=snakemake.params.device,  # noqa: F821
        threads=snakemake.threads,  # noqa: F821
        log=log,
    )
