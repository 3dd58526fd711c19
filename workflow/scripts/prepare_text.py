"""Read, tokenise and split a real data set."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.stages.prepare import save_prepared, text_data

    task = snakemake.params.task
    prepared = text_data(task, snakemake.params.data_folder)
    save_prepared(prepared, snakemake.output[0].rsplit("/", 1)[0])
    log(
        f"{task['name']}: {len(prepared.train)} train, {len(prepared.dev)} dev, {len(prepared.test)} test texts"
    )
