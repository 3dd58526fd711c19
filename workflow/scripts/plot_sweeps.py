"""One figure per sweep, from the table of sweeps."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    import pandas as pd

    from rnn_geometry.plotting import style
    from rnn_geometry.plotting.sweeps import sweep_figure

    text = {
        "sweep": str,
        "over": str,
        "value": str,
        "task": str,
        "model": str,
        "cell": str,
        "l2": str,
    }
    sweeps = pd.read_csv(snakemake.input[0], dtype=text)
    for name in snakemake.params.sweeps:
        figure = sweep_figure(sweeps[sweeps["sweep"] == name])
        style.save(figure, snakemake.output[f"sweep_{name}"].removesuffix(".png"))
    log(f"{len(snakemake.params.sweeps)} sweeps, {len(sweeps)} networks")
