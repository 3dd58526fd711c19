"""Keep the tables of the natural battery as small committed files."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    import pandas as pd

    from rnn_geometry.pages.natural import DIGITS, battery_table

    text = {"task": str, "model": str, "l2": str}
    files, output = snakemake.input, snakemake.output
    tables = {
        n: pd.read_csv(path, dtype=text, keep_default_na=n != "words") for n, path in files.items()
    }
    tables["natural"] = battery_table(tables["runs"], tables["tasks"], tables["dimension"])
    # Words of one network per task and model are enough for a page.
    tables["words"] = (
        tables["words"].groupby(["task", "model", "class", "rank"], sort=False).head(1)
    )
    for name, path in output.items():
        tables[name].round(DIGITS).to_csv(path, index=False)
    log(f"{len(tables['natural'])} networks")
