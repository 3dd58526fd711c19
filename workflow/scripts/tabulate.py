"""Tables over all networks and tasks."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.stages import tabulate as tables
    from rnn_geometry.store import formats

    files, output = snakemake.input, snakemake.output
    metas = {meta["name"]: meta for meta in map(formats.read_json, files.meta)}
    statistics = {name: formats.read_json(words) for name, words in zip(metas, files.words)}
    runs = tables.runs_table([formats.read_json(path) for path in files.geometry], statistics)
    formats.write_table(output.runs, runs)
    formats.write_table(
        output.dimension, tables.stacked([formats.read_table(path) for path in files.dimension])
    )
    formats.write_table(output.tasks, tables.tasks_table(list(metas.values()), statistics))
    formats.write_table(output.predictions, tables.predictions_table(statistics))
    formats.write_table(
        output.words,
        tables.words_table(dict(zip(snakemake.params.run_words, files.run_words)), metas),
    )
    hold_inputs = tables.hold_inputs_table([formats.read_table(path) for path in files.hold_inputs])
    formats.write_table(output.hold_inputs, hold_inputs)
    formats.write_table(
        output.sweeps, tables.sweeps_table(snakemake.params.sweeps, runs, hold_inputs)
    )
    log(f"{len(runs['task'])} networks of {len(statistics)} tasks")
