"""The explorer of one task: its networks read sentences word by word."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.pages.explorer import explorer_page
    from rnn_geometry.store import formats

    files, params = snakemake.input, snakemake.params
    names = {"run": "run", "states": "states", "slow": "slow_points", "modes": "slow_modes"}
    networks = [
        {name: files[key][i] for name, key in {**names, "model": "model"}.items()}
        | {"traces": (files.portraits, f"{network}/traces/")}
        for i, network in enumerate(params.names)
    ]
    options = {"embed_parameters": params.embed_parameters}
    page = explorer_page(
        params.templates,
        formats.read_json(files.meta),
        formats.read_json(files.vocab),
        networks,
        options,
    )
    formats.write_text(snakemake.output[0], page)
    log(f"{len(networks)} networks, {len(page) / 1e6:.2f} MB")
