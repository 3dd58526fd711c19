"""Keep the verdicts, the sweeps and the costs of the battery as small committed files."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from pathlib import Path

    import pandas as pd

    DIGITS = 4
    text = {"task": str, "model": str, "cell": str, "l2": str, "value": str, "sweep": str}
    files, output = snakemake.input, snakemake.output
    for name in ("claims", "sweeps"):
        pd.read_csv(files[name], dtype=text).round(DIGITS).to_csv(output[name], index=False)
    rows = []
    for rule in sorted(Path(snakemake.params.benchmarks).iterdir()):
        measured = [pd.read_csv(path, sep="\t") for path in sorted(rule.rglob("*.tsv"))]
        if measured:
            seconds = pd.concat(measured)["cpu_time"]
            rows.append({"rule": rule.name, "jobs": len(seconds), "cpu_seconds": round(float(seconds.sum()), 1)})
    costs = pd.DataFrame(rows)
    costs["networks"] = len(pd.read_csv(files.runs))
    costs.to_csv(output.costs, index=False)
    log(f"{costs['cpu_seconds'].sum():.0f} CPU seconds")
