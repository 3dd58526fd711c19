"""The explorer of one task: its networks read sentences word by word."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry import io
    from rnn_geometry.explorer import explorer_page

    files, params = snakemake.input, snakemake.params
    names = {"run": "run", "states": "states", "slow": "slow_points", "modes": "slow_modes"}
    networks = [
        {name: files[key][i] for name, key in {**names, "model": "model"}.items()}
        | {"traces": (files.portraits, f"{network}/traces/")}
        for i, network in enumerate(params.names)
    ]
    options = {"embed_parameters": params.embed_parameters}
    page = explorer_page(params.templates, io.read_json(files.meta), io.read_json(files.vocab), networks, options)
    io.write_text(snakemake.output[0], page)
    log(f"{len(networks)} networks, {len(page) / 1e6:.2f} MB")
