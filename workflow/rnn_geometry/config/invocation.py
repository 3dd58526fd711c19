"""How Snakemake was called: what of it is refused or put right, and how its errors are told.

It reads attributes of the running workflow that are Snakemake's own.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from typing import Any

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from rnn_geometry.config.environment import check_matplotlibrc
from rnn_geometry.config.resources import keep_as_written
from rnn_geometry.errors import UserError


class ToldError(WorkflowError):
    """A sentence for people, after which Snakemake lists no places in code.

    Parameters
    ----------
    sentence
        What went wrong.
    workflow
        The running one; with `--quiet all` it says nothing at all, so the sentence is printed.
    """

    # Whatever is raised from here has no places to list.
    __traceback__: Any = property(lambda self: None, lambda self, places: None)

    def __init__(self, sentence: object, workflow: Any):
        super().__init__(str(sentence))
        if "ALL" in {quiet.name for quiet in workflow.output_settings.quiet or ()}:
            print(sentence, file=sys.stderr)


ToldError.__name__ = "WorkflowError"  # what Snakemake prints above the sentence


def check_invocation(workflow: Any) -> None:
    """Refuse options of Snakemake that would take files or defaults from their places.

    Parameters
    ----------
    workflow
        The running one.

    Raises
    ------
    UserError
        For the first of them.
    """
    if workflow.config_settings.replace_workflow_config:
        raise UserError(
            "--replace-workflow-config is not accepted: config/config.yaml is always read first; "
            "a list or a value of your own replaces that of the file."
        )
    moved = workflow.modifier.path_modifier
    if moved.prefix or moved.modifies_prefixes:
        raise UserError(
            "prefix and replace_prefix of a module are not accepted: name the folder of its "
            'results in its config, {"results": "sub/results"}.'
        )
    if workflow.is_main_process:
        check_matplotlibrc("matplotlibrc")


def tell(sentence: str | None) -> None:
    """Tell what a person should know before the first job and what stops nothing.

    Parameters
    ----------
    sentence
        None: there is nothing to tell.
    """
    if sentence:
        logger.warning(sentence)


def arguments_to(workflow: Any, config: Mapping[str, Any]) -> list[str]:
    """Return what `--config` says to this configuration, each as `key=value`.

    That of a module may be a part of another one: then only what has arrived in it is said to it.

    Parameters
    ----------
    workflow
        The running one.
    config
        The configuration that the rules see.
    """
    given: list[str] = list(workflow.config_settings.config_args or [])
    if workflow.modifier.is_main_snakefile():
        return given
    said = workflow.config_settings.overwrite_config
    keys = {key for key in said if key in config and config[key] == said[key]}
    return [argument for argument in given if argument.partition("=")[0] in keys]


def take_as_written(workflow: Any) -> None:
    """Let resources arrive as they are written, and names that a terminal cannot show be shown.

    Parameters
    ----------
    workflow
        The running one.
    """
    resources = workflow.resource_settings
    overwritten = resources._parsed_overwrite_resources.values()
    for asked_for in (resources._parsed_default_resources, *overwritten):
        keep_as_written(asked_for)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def quote_python() -> None:
    """Quote the path of Python, which Snakemake writes into shell commands of jobs as it is."""
    if os.path.exists(sys.executable):
        sys.executable = shlex.quote(sys.executable)
