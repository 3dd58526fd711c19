"""Snakemake's own report, made by Snakemake itself of everything that is there."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from rnn_geometry.errors import UserError, in_part
from rnn_geometry.pages.answer import answers, sentence_of
from rnn_geometry.pages.drawn import blank_figures, links_of_pictures
from rnn_geometry.pages.report_pictures import with_smaller_pictures
from rnn_geometry.pages.report_reading import with_reading_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.store import formats
from rnn_geometry.store.columns import read_frame
from rnn_geometry.store.files import write_atomically

TARGETS = ("tables", "figures", "claims")  # all of the graph but the report
TEMPLATES = ("report*", "style.css", "question.html.jinja", "captions.yaml", "answer.yaml")

SNAKEFILE = Path(__file__).parents[3] / "Snakefile"  # of this checkout, not of who uses it


def run(files, output, params, log) -> None:
    """Write the report, whole or not at all."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = os.path.join(folder, "configuration.json")
        known = asked(params.asked)
        formats.write_json(configuration, known["config"])
        # The files come first: what lies beside them is found, and what the run read counts.
        files_of_run = [*known["files"], configuration]
        results = Path(output[0]).parent
        write_atomically(output[0], lambda path: make(path, files_of_run, params.tasks, results))
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


def make(path: str, configurations: Sequence[str], tasks: Sequence[str], results: Path) -> None:
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
    results
        Their folder, where the report will lie.

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
    templates = template_texts(*TEMPLATES)
    page = with_reading_page(
        made,
        templates,
        tasks,
        answer=answer_of(results, templates),
        blank=blank_figures(results),
        links=links_of_pictures(results),
    )
    file.write_text(page, encoding="utf-8")


def answer_of(results: Path, templates: Mapping[str, str]) -> str:
    """Return what a run says to the question of the start page in one sentence; empty without.

    Parameters
    ----------
    results
        Their folder.
    templates
        Texts of the templates, by name.
    """
    tables = [results / "tables" / f"{name}.csv" for name in ("claims", "runs")]
    if not all(table.exists() for table in tables):
        return ""
    found, runs = (read_frame(table.stem, str(table)) for table in tables)
    kinds = dict(zip(runs["model"], runs["cell"], strict=True))
    return sentence_of(answers(found, yaml.safe_load(templates["answer.yaml"]), kinds), kinds)
