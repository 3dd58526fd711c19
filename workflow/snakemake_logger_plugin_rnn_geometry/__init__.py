"""What `snakemake --logger rnn-geometry` shows: a bar a stage, time left, errors in one sentence.

Snakemake finds this package by the beginning of its name and imports it at every start, that of
each job too. So nothing heavy is imported here: rich only once a terminal is there to draw on.
"""

from __future__ import annotations

import logging
import os
import sys

from snakemake_interface_logger_plugins.base import LogHandlerBase

from snakemake_logger_plugin_rnn_geometry import homes, screens, views

__all__ = ["LogHandler"]

homes.find_cache(os.environ)  # the first thing of ours that runs in any Snakemake


class LogHandler(LogHandlerBase):
    """Hand each record of Snakemake to the view that suits what was asked for.

    Snakemake writes its own full log to `.snakemake/log` beside this handler, whatever is shown.
    """

    def __post_init__(self) -> None:
        """Choose between the bars and Snakemake's own lines."""
        settings = self.common_settings
        stream = sys.stdout if settings.stdout else sys.stderr
        if settings.dryrun or settings.verbose or settings.debug_dag:
            self.view = views.AsSnakemake(stream, settings)
        else:
            self.view = views.Reader(screens.screen_for(stream, settings.nocolor), settings)

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record.

        Parameters
        ----------
        record : logging.LogRecord
            A record that passed Snakemake's own filter, which knows `--quiet`.
        """
        try:
            self.view.show(record)
        except Exception:  # a mistake here must not end the run
            self.handleError(record)

    def close(self) -> None:
        """Take down the display and give standard output and error back."""
        self.view.close()
        super().close()

    @property
    def writes_to_stream(self) -> bool:
        """It takes the terminal from Snakemake's default handler."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """The full log is Snakemake's."""
        return False

    @property
    def has_filter(self) -> bool:
        """Snakemake's own filter is wanted: it keeps `--quiet`."""
        return False

    @property
    def has_formatter(self) -> bool:
        """The views format what they show."""
        return True

    @property
    def needs_rulegraph(self) -> bool:
        """The graph of rules is not shown."""
        return False
