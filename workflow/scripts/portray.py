"""Flow over the plane, kicks of words and sentences read word by word, for the networks of one task that are shown."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.networks.classifier import prepare_device
    from rnn_geometry.stages.portray import portray_task

    files, params = snakemake.input, snakemake.params
    portray_task(
        {name: files[name] for name in ("model", "run", "slow", "linearization")},
        snakemake.output[0],
        names=params.names,
        task_files={name: files[name] for name in ("test", "vocab", "meta")},
        held_out=params.held_out,
        sentences=params.sentences,
        where=prepare_device(params.device, snakemake.threads),
        log=log,
    )
