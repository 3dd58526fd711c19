"""Figures over all networks, from the tables."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    import pandas as pd

    from rnn_geometry.plotting import intrinsic, overview, style

    text = {"task": str, "model": str, "cell": str, "l2": str}
    runs = pd.read_csv(snakemake.input.runs, dtype=text)
    tasks = pd.read_csv(snakemake.input.tasks, dtype=text)
    dimension = pd.read_csv(snakemake.input.dimension, dtype=text)
    # Neither controls nor networks that only a sweep asks for.
    shown = pd.DataFrame(snakemake.params.shown, columns=["task", "model", "l2", "seed"])
    runs, dimension = (table.merge(shown, on=list(shown)) for table in (runs, dimension))
    tasks = tasks[tasks["task"].isin(runs["task"])]
    lengths = dict(zip(tasks["task"], tasks["mean_length"]))
    figures = {
        "dimension_overview": overview.dimension_against_classes(runs),
        "readout_angles": overview.readout_angles(runs),
        "accuracy_cliff": overview.accuracy_cliff(runs),
        "time_constants": overview.time_constants(runs, lengths),
        "predicted_dimension": overview.predicted_dimension(runs),
        "estimators": intrinsic.dimension_by_estimator(dimension, tasks),
    }
    for name, figure in figures.items():
        style.save(figure, snakemake.output[name].removesuffix(".png"))
    log(f"{len(figures)} figures of {len(runs)} networks")
