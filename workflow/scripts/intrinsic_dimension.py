"""Dimension of the visited states, final states and slow points of all networks of one task."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry import io
    from rnn_geometry.tables import dimension_table

    files = snakemake.input
    table = dimension_table(files.geometry, files.states, files.slow, log)
    io.write_table(snakemake.output[0], table)
