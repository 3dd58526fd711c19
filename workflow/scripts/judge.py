"""Verdicts on all claims, as a table and as a page."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    import pandas as pd

    from rnn_geometry.claims.judge import claims_table, networks_table
    from rnn_geometry.pages.claims import html_page
    from rnn_geometry.store import formats

    files, output, params = snakemake.input, snakemake.output, snakemake.params
    text = {
        "task": str,
        "model": str,
        "cell": str,
        "l2": str,
        "control": str,
        "value": str,
        "sweep": str,
    }
    tables = {
        name: pd.read_csv(files[name], dtype=text)
        for name in ("runs", "tasks", "dimension", "sweeps")
    }
    networks = networks_table(tables["runs"], tables["tasks"], tables["dimension"])
    found = claims_table(params.claims, networks, tables["sweeps"], params.judged)
    formats.write_table(output.table, {name: found[name].tolist() for name in found})
    page = html_page(params.templates, found, params.claims, params.shown)
    formats.write_text(output.page, page)
    log(f"{len(found)} verdicts: {found['verdict'].value_counts().to_dict()}")
