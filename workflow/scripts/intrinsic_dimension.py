"""Dimension of the visited states, final states and slow points of all networks of one task."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.stages.intrinsic_dimension import dimension_table
    from rnn_geometry.store import formats

    files = snakemake.input
    table = dimension_table(files.geometry, files.states, files.slow, log)
    formats.write_table(snakemake.output[0], table)
