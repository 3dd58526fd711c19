"""Make docs/claims.md and its figures from the committed tables."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from pathlib import Path

    import pandas as pd
    import yaml

    from rnn_geometry.claims.grid import groups
    from rnn_geometry.pages.claims import markdown_page
    from rnn_geometry.plotting import style
    from rnn_geometry.plotting.sweeps import sweep_figure
    from rnn_geometry.plotting.verdicts import verdict_grid
    from rnn_geometry.store import formats

    files, output, claims = snakemake.input, snakemake.output, snakemake.params.claims
    text = {"task": str, "model": str, "cell": str, "l2": str, "value": str, "sweep": str}
    found, sweeps = (pd.read_csv(files[name], dtype=text) for name in ("claims", "sweeps"))
    told = yaml.safe_load(Path(files.told).read_text(encoding="utf-8"))
    template = Path(files.template).read_text(encoding="utf-8")
    page = markdown_page(template, found, claims, told, pd.read_csv(files.costs))
    formats.write_text(output.page, page)
    grids = {group["structure"]: group for group in groups(found, claims)}
    for path in output.grids:
        name = Path(path).stem.removeprefix("claims_")
        style.save(verdict_grid(grids[name]), path.removesuffix(".png"), suffixes=["png"], dpi=110)
    for path in output.sweeps:
        name = Path(path).stem.removeprefix("sweep_")
        figure = sweep_figure(sweeps[sweeps["sweep"] == name])
        style.save(figure, path.removesuffix(".png"), suffixes=["png"], dpi=90)
    log(f"{len(found)} verdicts, {len(output.sweeps)} sweeps")
