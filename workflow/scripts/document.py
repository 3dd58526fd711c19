"""Make docs/natural.md and its figure from the committed tables."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from pathlib import Path

    import pandas as pd

    from rnn_geometry.pages.natural import SWEEPS, page
    from rnn_geometry.plotting import style
    from rnn_geometry.plotting.natural import battery_figure
    from rnn_geometry.store import formats

    text = {"task": str, "model": str, "l2": str}
    files, output = snakemake.input, snakemake.output
    kept = {name: path for name, path in files.items() if name != "template"}
    tables = {
        name: pd.read_csv(path, dtype=text, keep_default_na=name != "words")
        for name, path in kept.items()
    }
    made = page(Path(files.template).read_text(encoding="utf-8"), tables)
    formats.write_text(output.page, made)
    style.save(
        battery_figure(tables["natural"], SWEEPS),
        output.figure.removesuffix(".png"),
        suffixes=["png"],
    )
    log(f"{len(tables['natural'])} networks")
