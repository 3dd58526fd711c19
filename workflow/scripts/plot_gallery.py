"""The manifolds of all tasks and models side by side."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.plotting import style
    from rnn_geometry.plotting.arrays import load_networks
    from rnn_geometry.plotting.gallery import manifold_gallery

    networks = load_networks(dict(snakemake.input.items()))
    style.save(manifold_gallery(networks), snakemake.output.png.removesuffix(".png"))
    log(f"{len(networks)} networks")
