"""One network at a glance: its panel and its page."""

from rnn_geometry.stages.job import job

with job(snakemake.log[0]) as log:
    from rnn_geometry.pages.network import network_page
    from rnn_geometry.plotting.network import load_network, plot_network, save_panel
    from rnn_geometry.store import formats
    from rnn_geometry.store.columns import FROM_STATISTICS

    files, output, params = snakemake.input, snakemake.output, snakemake.params
    network = load_network({name: path for name, path in files.items() if name != "statistics"})
    save_panel(plot_network(network), output.panel)
    statistics = formats.read_json(files.statistics)
    numbers = {**network.geometry, **{name: statistics[name] for name in FROM_STATISTICS}}
    page = network_page(params.templates, numbers, network.run, params.explorer)
    formats.write_text(output.page, page)
    log("drawn")
