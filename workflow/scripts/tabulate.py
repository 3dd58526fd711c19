"""Tables over all networks and tasks."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry import io, tables

    files, output = snakemake.input, snakemake.output
    statistics = {io.read_json(meta)["name"]: io.read_json(words) for meta, words in zip(files.meta, files.words)}
    runs = tables.runs_table([io.read_json(path) for path in files.geometry], statistics)
    io.write_table(output.runs, runs)
    io.write_table(output.dimension, tables.stacked([io.read_table(path) for path in files.dimension]))
    io.write_table(output.tasks, tables.tasks_table([io.read_json(path) for path in files.meta], statistics))
    log(f"{len(runs['task'])} networks of {len(statistics)} tasks")
