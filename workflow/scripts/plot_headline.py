"""Five unordered classes beside five ordered ones: what the labels do to the manifold."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.plotting import style
    from rnn_geometry.plotting.arrays import load_networks
    from rnn_geometry.plotting.headline import headline

    unordered, ordered = load_networks(dict(snakemake.input.items()))
    style.save(headline(unordered, ordered), snakemake.output.png.removesuffix(".png"))
    log(f"{unordered.title}; {ordered.title}")
