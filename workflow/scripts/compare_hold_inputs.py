"""The slow manifold of one network under several hold inputs x*."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.networks.classifier import prepare_device
    from rnn_geometry.stages.hold_inputs import compare_hold_inputs

    params = snakemake.params
    compare_hold_inputs(
        snakemake.input,
        snakemake.output[0],
        names=params.names,
        identity=dict(snakemake.wildcards.items()),
        analysis=dict(params.analysis),
        where=prepare_device(params.device, snakemake.threads),
        log=log,
    )
