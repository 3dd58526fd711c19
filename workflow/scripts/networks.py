"""One stage of many networks of one task."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.stages.block import run_block

    run_block(snakemake, log)
