"""Which of Snakemake's messages a person needs, and what a failure says in one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable

TAIL = 30  # lines of a log that holds no sentence for people

# What Snakemake says of itself in every run. All of it is in the full log.
USUAL = (
    "Assuming unrestricted shared filesystem",
    "Using shell:",
    "Provided cores:",
    "Provided remote nodes:",
    "Provided resources:",
    "Rules claiming more threads",
    "Group jobs: inactive",
    "Conda environments: ignored",
    "Singularity containers: ignored",
    "Select jobs to execute",
    "Execute ",
    "Complete log(s):",
    "Elapsed time:",
    "Exiting because a job execution failed",
    "Using workflow specific profile",
    "Shutting down, this might take",
    "Removing output files of failed job",
    "Removing temporary output",
)
CONFIG_FILE = re.compile(r"Config file \S+ is extended by additional config")
FINAL = "At least one job did not complete successfully"
FAILED = "Some jobs failed: "  # how the workflow's own last words begin
BY_HAND = "Terminating processes on user request"
LAST = ("Exiting because a job execution failed", "Shutting down,", BY_HAND)

HEADER = re.compile(r"\AWorkflowError(?: in rule \S+)?(?: in file \".*\", line \d+)?:\n")
FRAME = re.compile(r"^  File \".*\", line \d+, in .*$\n?", re.MULTILINE)


def is_usual(message: str) -> bool:
    """Tell whether a message is one of every run.

    Parameters
    ----------
    message : str
        A message of Snakemake.

    Returns
    -------
    bool
        Whether to leave it out.
    """
    return message.startswith(USUAL) or bool(CONFIG_FILE.match(message))


def of_exception(message: str) -> str:
    """Return what Snakemake says of an exception, without the places in its code.

    Parameters
    ----------
    message : str
        The text that Snakemake prints.

    Returns
    -------
    str
        `ERROR: ` and the sentence for a WorkflowError; a traceback of Python stays whole.
    """
    if "Traceback (most recent call last)" in message:
        return message.rstrip()
    text = FRAME.sub("", message + "\n").rstrip()
    sentence = HEADER.sub("", text)
    if sentence == text or sentence.startswith("ERROR:"):
        return sentence
    return f"ERROR: {sentence}"


def advice_of(message: str) -> str:
    """Return the beginning of the workflow's last words, which go on with what jobs said.

    Parameters
    ----------
    message : str
        The text that Snakemake prints.

    Returns
    -------
    str
        What is to be done.
    """
    text = message[message.index(FAILED) :]
    return text.partition("\nlog: ")[0].partition("\nThese are the last")[0].strip()


def is_about_a_job(message: str) -> bool:
    """Tell whether an exception only says that a job's command failed, which the job's error says.

    Parameters
    ----------
    message : str
        The text that Snakemake prints.

    Returns
    -------
    bool
        Whether to leave it out.
    """
    return message.startswith("RuleException:\nCalledProcessError ")


def from_logs(paths: Iterable[str]) -> tuple[str | None, list[str]]:
    """Find what a failed job says to people.

    Parameters
    ----------
    paths : Iterable[str]
        The job's log files.

    Returns
    -------
    sentence : str | None
        The last text from `ERROR: ` to the end of a log, if there is one.
    tail : list[str]
        Else the last lines of the logs.
    """
    tail: list[str] = []
    for path in paths:
        lines = _lines(path)
        starts = [i for i, line in enumerate(lines) if line.startswith("ERROR: ")]
        if starts:
            return "\n".join(lines[starts[-1] :]), []
        tail += lines[-TAIL:]
    return None, tail


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().rstrip().splitlines()
    except OSError:
        return []
