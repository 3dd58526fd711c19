"""The manifolds of all tasks and models side by side."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.plotting import style
    from rnn_geometry.plotting.arrays import load_network
    from rnn_geometry.plotting.gallery import manifold_gallery

    names = ("run", "states", "slow_points", "geometry", "meta")
    files = zip(*(snakemake.input[name] for name in names))
    networks = [load_network(dict(zip(names, paths))) for paths in files]
    style.save(manifold_gallery(networks), snakemake.output.png.removesuffix(".png"))
    log(f"{len(networks)} networks")
