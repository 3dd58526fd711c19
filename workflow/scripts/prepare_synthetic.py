"""Draw the sentences of a synthetic task."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.stages.prepare import save_prepared, synthetic_data

    task = snakemake.params.task
    prepared = synthetic_data(task)
    save_prepared(prepared, snakemake.output[0].rsplit("/", 1)[0])
    log(
        f"{task['name']}: {len(prepared.train)} train, {len(prepared.dev)} dev, {len(prepared.test)} test sentences"
    )
