"""Linearised dynamics and word effects of one network at a sample of its slow points."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.runs import linearize_run

    params = snakemake.params
    linearize_run(
        snakemake.input,
        snakemake.output[0],
        spectrum_points=params.spectrum_points,
        shown_words=params.shown_words,
        memory_mb=params.memory_mb,
        device=params.device,
        threads=snakemake.threads,
        log=log,
    )
