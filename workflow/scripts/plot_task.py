"""The figures of one task: a panel per model."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from pathlib import Path

    from rnn_geometry.plotting import style
    from rnn_geometry.plotting.arrays import load_networks
    from rnn_geometry.plotting.task_figures import task_figures

    networks = load_networks(dict(snakemake.input.items()))
    figures = task_figures(networks)
    for name, figure in figures.items():
        style.save(figure, Path(snakemake.output[0]) / name)
    log(f"{', '.join(figures)} of {len(networks)} networks")
