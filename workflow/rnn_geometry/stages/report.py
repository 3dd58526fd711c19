"""Snakemake's own report, made by Snakemake itself of everything that is there."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError, in_part
from rnn_geometry.pages.report_pictures import with_smaller_pictures
from rnn_geometry.pages.report_reading import with_reading_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.store import formats
from rnn_geometry.store.files import write_atomically

TARGETS = ("tables", "figures", "claims")  # all of the graph but the report
TEMPLATES = ("report*", "style.css", "captions.yaml")

SNAKEFILE = Path(__file__).parents[3] / "Snakefile"  # of this checkout, not of who uses it


def run(files, output, params, log) -> None:
    """Write the report, whole or not at all."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = os.path.join(folder, "configuration.json")
        known = asked(params.asked)
        formats.write_json(configuration, known["config"])
        # The files come first: what lies beside them is found, and what the run read counts.
        files_of_run = [*known["files"], configuration]
        write_atomically(output[0], lambda path: make(path, files_of_run, params.tasks))
    log(f"{os.path.getsize(output[0]) / 1e6:.1f} MB")


def asked(known: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration of the run, and the files that it comes from.

    Parameters
    ----------
    known
        These two, as `config` and `files`, or the file that was written when the run began.

    Raises
    ------
    UserError
        If there is no such file.
    """
    if not isinstance(known, str):
        return dict(known)
    try:
        return formats.read_json(known)
    except OSError as error:
        raise UserError(
            f"{known}: the file is missing; give the same command without --no-hooks."
        ) from error


def make(path: str, configurations: Sequence[str], tasks: Sequence[str]) -> None:
    """Call Snakemake with the same configuration, and lay a page to read over what it made.

    It draws no figure and runs no job.

    Parameters
    ----------
    path
        Of the report.
    configurations
        Files that hold the configuration of the run.
    tasks
        In the order of the configuration.

    Raises
    ------
    UserError
        If Snakemake makes no report.
    """
    options = ["--quiet", "all", "--nolock", "--snakefile", str(SNAKEFILE), "--report", path]
    command = [sys.executable, "-m", "snakemake", *TARGETS, *options]
    command += ["--configfile", *configurations]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode or not os.path.getsize(path):
        said = in_part(done.stderr.strip() or done.stdout.strip() or "it said nothing", 180)
        raise UserError(
            f"Snakemake could not make its report ({said}); the same command goes on from there."
        )
    file = Path(path)
    made = with_smaller_pictures(file.read_text(encoding="utf-8"))
    file.write_text(with_reading_page(made, template_texts(*TEMPLATES), tasks), encoding="utf-8")
