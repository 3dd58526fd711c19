"""One network at a glance."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.plotting.network import load_network, plot_network, save_panel

    network = load_network(dict(snakemake.input.items()))
    save_panel(plot_network(network), snakemake.output[0])
    log("drawn")
