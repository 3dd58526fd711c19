"""One network at a glance: its panel and its page."""

from rnn_geometry.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry import io
    from rnn_geometry.columns import FROM_STATISTICS
    from rnn_geometry.network_page import network_page
    from rnn_geometry.plotting.network import load_network, plot_network, save_panel

    files, output, params = snakemake.input, snakemake.output, snakemake.params
    network = load_network({name: path for name, path in files.items() if name != "statistics"})
    save_panel(plot_network(network), output.panel)
    statistics = io.read_json(files.statistics)
    numbers = {**network.geometry, **{name: statistics[name] for name in FROM_STATISTICS}}
    page = network_page(params.templates, numbers, network.run, params.explorer)
    io.write_text(output.page, page)
    log("drawn")
