"""The start page of the results."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from pathlib import Path

    import pandas as pd

    from rnn_geometry.pages.costs import cost_table
    from rnn_geometry.pages.start import figure_groups, start_page
    from rnn_geometry.store import formats

    files, params = snakemake.input, snakemake.params
    results = Path(snakemake.output[0]).parent
    text = {"task": str, "model": str, "cell": str, "l2": str, "control": str}
    runs, found = (pd.read_csv(path, dtype=text) for path in (files.runs, files.claims))
    page = start_page(
        params.templates,
        runs,
        found,
        params.claims,
        shown=params.shown,
        explorers=params.explorers,
        figures=figure_groups(results, params.overviews, params.explorers, params.sweeps),
        opening=params.opening,
        records=[formats.read_json(path) for path in files.record],
        costs=cost_table(results / "benchmarks", params.benchmarks),
        configuration=params.configuration,
    )
    formats.write_text(snakemake.output[0], page)
    log(f"{len(runs)} networks")
