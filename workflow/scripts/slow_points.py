"""Visited states, slow points and exact fixed points of the networks of some seeds."""

from rnn_geometry.stages.job import job, networks_of

with job(snakemake.log[0]) as log:
    from rnn_geometry.stages.slow_points import slow_points_run

    for network in networks_of(snakemake, log):
        slow_points_run(
            network.input,
            network.output,
            identity=network.identity,
            analysis=dict(snakemake.params.analysis),
            device=snakemake.params.device,
            threads=snakemake.threads,
            log=log,
        )
