"""Snakemake's own report, made by Snakemake itself of everything that is there."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from rnn_geometry.errors import UserError, in_part
from rnn_geometry.store import formats
from rnn_geometry.store.files import write_atomically

TARGETS = ("tables", "figures", "claims")  # all of the graph but the report


def run(files, output, params, log) -> None:
    """Write the report, whole or not at all."""
    asked = formats.read_json(params.asked)
    with tempfile.TemporaryDirectory() as folder:
        configuration = os.path.join(folder, "configuration.json")
        formats.write_json(configuration, asked["config"])
        write_atomically(output[0], lambda path: make(path, asked["snakefile"], configuration))
    log(f"{os.path.getsize(output[0]) / 1e6:.1f} MB")


def make(path: str, snakefile: str, configuration: str) -> None:
    """Call Snakemake with the same configuration; it draws no figure and runs no job."""
    options = ["--quiet", "all", "--nolock", "--snakefile", snakefile, "--report", path]
    command = [sys.executable, "-m", "snakemake", *TARGETS, *options]
    command += ["--configfile", configuration]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        reason = in_part(done.stderr.strip()[-150:], 150)
        raise UserError(
            f"Snakemake could not make its report ({reason}); run `snakemake report` for all that "
            "it says."
        )
