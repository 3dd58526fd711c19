"""Tables over all networks and tasks."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry import io, tables

    files, output = snakemake.input, snakemake.output
    metas = {meta["name"]: meta for meta in map(io.read_json, files.meta)}
    statistics = {name: io.read_json(words) for name, words in zip(metas, files.words)}
    runs = tables.runs_table([io.read_json(path) for path in files.geometry], statistics)
    io.write_table(output.runs, runs)
    io.write_table(output.dimension, tables.stacked([io.read_table(path) for path in files.dimension]))
    io.write_table(output.tasks, tables.tasks_table(list(metas.values()), statistics))
    io.write_table(output.predictions, tables.predictions_table(statistics))
    io.write_table(output.words, tables.words_table(dict(zip(snakemake.params.run_words, files.run_words)), metas))
    hold_inputs = tables.hold_inputs_table([io.read_table(path) for path in files.hold_inputs])
    io.write_table(output.hold_inputs, hold_inputs)
    io.write_table(output.sweeps, tables.sweeps_table(snakemake.params.sweeps, runs, hold_inputs))
    log(f"{len(runs['task'])} networks of {len(statistics)} tasks")
