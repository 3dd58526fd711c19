"""Visited states, slow points and exact fixed points of one network."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.runs import slow_points_run

    slow_points_run(
        snakemake.input,
        snakemake.output,
        identity=dict(snakemake.wildcards.items()),
        analysis=dict(snakemake.params.analysis),
        device=snakemake.params.device,
        threads=snakemake.threads,
        log=log,
    )
