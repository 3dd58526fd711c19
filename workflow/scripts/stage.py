"""One stage that is about a task or about everything.

`run` of its module in rnn_geometry.stages.
"""

from importlib import import_module

from rnn_geometry.stages.job import job
from rnn_geometry.store.kept import check_made

with job(snakemake.log[0]) as log:
    check_made(dict(snakemake.input.items()))
    stage = import_module(f"rnn_geometry.stages.{snakemake.params.module}")
    stage.run(snakemake.input, snakemake.output, snakemake.params, log)
