"""A folder that runs: configuration, profile, Snakefile and what to do with them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from rnn_geometry.cli.block import as_yaml, configuration, first_look
from rnn_geometry.cli.facts import Facts
from rnn_geometry.cli.given import Given, shown_name
from rnn_geometry.cli.project import project_folder
from rnn_geometry.config.load import read_claims
from rnn_geometry.errors import UserError, place

CLAIMS = "config/claims_text.yaml"
RUN_COMMAND = "snakemake --cores 2 claims"
PROFILE = "profiles/default/config.yaml"
SNAKEFILE = """\
# Runs the workflow below on config.yaml beside this file. On another machine, change its path.
configfile: "config.yaml"


include: {snakefile}


localrules:
    everything,


# A file that is included does not say what is made by default.
rule everything:
    default_target: True
    input:
        rules.all.input,
"""
CONFIGURATION = """\
# {models}
# on {data}, judged by {claims}.
# What the keys mean, and all others: {readme}
"""
README = """\
# {name}

Made by `rnn-geometry init` from {data}: {texts} training texts, {classes} {kind}.

    # A first look: one network and its controls, {look_minutes}.
    {look}
    # All {networks} networks, {minutes}. Those that are there are kept.
    snakemake --cores 2 claims
    # The same, and all figures and a report.
    snakemake --cores 2

- `results/index.html`: the start page; `results/claims.html`: a verdict on every claim.
- `results/tables/`: all numbers. `results/explorer/{name}.html`: networks read word by word.
- `config.yaml`: what is run. Change a key and run again: what depends on it is made anew.
- `profiles/default/config.yaml`: settings of Snakemake. `Snakefile`: leads to the workflow.

The networks: {models}, seeds {first} to {last}, and controls
that must not meet the claims, untrained ones and ones trained on shuffled labels. Five networks of
a cell that all meet a claim hold it; more `seeds` decide more.

The data stay where they are, in {folder}.
Accuracy on the test texts{measure}: {bag:.3f} a bag of words, {constant:.3f} one constant answer.
Where a network is below the bag of words, the terminal and the start page say so, and what to do.
"""


def write_folder(
    folder: Path, given: Given, facts: Facts, minutes: Mapping[str, int]
) -> list[Path]:
    """Write what a run needs into a new folder; return the files.

    Parameters
    ----------
    folder
        It must not be there yet, or be empty.
    given, facts
        The data set.
    minutes
        What a first look and the run take on two cores, see `told.minutes_of`.

    Raises
    ------
    UserError
        Where there is something in the folder: nothing is overwritten.
    """
    check_free(folder)
    root = project_folder()
    first = read_claims(CLAIMS, str(root))["judged_from"]
    config = configuration(facts, given.data_folder, first)
    contents = {
        "config.yaml": _configuration(given, config, root) + as_yaml(config),
        "Snakefile": SNAKEFILE.format(snakefile=_quoted(root / "Snakefile")),
        "README.md": _readme(given, facts, config, minutes),
        PROFILE: (root / PROFILE).read_text(encoding="utf-8"),
    }
    for name, text in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in contents]


def check_free(folder: Path) -> None:
    """Refuse a folder that holds something, and a name that is a file.

    Parameters
    ----------
    folder
        Where to write.

    Raises
    ------
    UserError
        Says what to do.
    """
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists():
        raise UserError(
            f"{place(folder)} is there already and nothing is overwritten; name another folder "
            "with --into, or move it away."
        )


def next_commands(folder: Path) -> list[str]:
    """Return the commands that run what was written: a first look, then all.

    Parameters
    ----------
    folder
        Where it was written.
    """
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    return [f"cd {shlex.quote(str(folder))}", _look_command(config), RUN_COMMAND]


def _look_command(config: Mapping[str, Any]) -> str:
    return f"{RUN_COMMAND} --config {shlex.join(first_look(config))}"


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _configuration(given: Given, config: dict[str, Any], root: Path) -> str:
    return CONFIGURATION.format(
        models=" and ".join(config["cells"]),
        data=shown_name(given),
        claims=CLAIMS,
        readme=place(root / "config" / "README.md"),
    )


def _readme(given: Given, facts: Facts, config: dict[str, Any], minutes: Mapping[str, int]) -> str:
    seeds, cells = config["seeds"], config["cells"]
    return README.format(
        name=facts.task["name"],
        data=shown_name(given),
        texts=f"{facts.meta['rows']['train']:,}",
        classes=facts.meta["classes"],
        kind="labels" if facts.meta["multi_label"] else "classes",
        look=_look_command(config),
        look_minutes=_told_minutes(minutes["first look"]),
        minutes=_told_minutes(minutes["run"]),
        networks=len(seeds) * len(cells) * (1 + len(config["controls"])),
        models=" and ".join(cells),
        first=seeds[0],
        last=seeds[-1],
        folder=config["data_folder"] or "the hub",
        measure=", all labels right" if facts.meta["multi_label"] else "",
        bag=facts.bag,
        constant=facts.constant,
    )


def _told_minutes(minutes: int) -> str:
    return f"about {minutes} minute{'s' if minutes > 1 else ''}"
