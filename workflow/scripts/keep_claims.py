"""Keep the verdicts, the sweeps and the costs of the battery as small committed files."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    import pandas as pd

    from rnn_geometry.pages.costs import cost_table

    DIGITS = 4
    text = {"task": str, "model": str, "cell": str, "l2": str, "value": str, "sweep": str}
    files, output = snakemake.input, snakemake.output
    for name in ("claims", "sweeps"):
        pd.read_csv(files[name], dtype=text).round(DIGITS).to_csv(output[name], index=False)
    rules = cost_table(snakemake.params.folder, snakemake.params.benchmarks)
    costs = pd.DataFrame(rules).drop(columns="memory_mb").round(1)
    costs["networks"] = len(pd.read_csv(files.runs))
    costs.to_csv(output.costs, index=False)
    log(f"{costs['cpu_seconds'].sum():.0f} CPU seconds")
