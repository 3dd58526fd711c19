"""What jobs ask a cluster for that is a name: it arrives as it is written.

Snakemake evaluates what a profile or the command line asks for as Python: an account `2024-117`
becomes 1907, a partition `threads` becomes 1.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

# Resources that hold names, in the words of Slurm, Grid Engine, PBS, LSF and Kubernetes.
NAMES = re.compile(
    r"(slurm_)?(account|clusters?|constraint|gpu_manufacturer|gpu_model|gres|nodelist|partition"
    r"|project|qos|queue|reservation|wckey)"
)
# Without blanks, quotes, brackets, braces and `$`: whatever holds one of these is an expression.
WRITTEN = re.compile(r"[\w.:@+,/%&|-]+")


def as_written(name: str, value: object) -> str | None:
    """Return a name that jobs ask for as it is written; None for anything to be evaluated.

    Parameters
    ----------
    name
        Of the resource.
    value
        What the profile or the command line says.

    Examples
    --------
    >>> as_written("slurm_account", "2024-117"), as_written("slurm_partition", "threads")
    ('2024-117', 'threads')
    >>> as_written("slurm_partition", "'gpu' if attempt > 1 else 'cpu'")
    >>> as_written("cpus_per_task", "threads")
    """
    text = str(value) if isinstance(value, (str, int)) else ""
    if NAMES.fullmatch(name) and WRITTEN.fullmatch(text):
        return text
    return None


def keep_as_written(asked: MutableMapping[str, Any]) -> None:
    """Let no name that jobs ask for be Python.

    Parameters
    ----------
    asked
        Resources by name, as Snakemake has read them from a profile or the command line.
    """
    from snakemake.resources import Resource

    for name, resource in list(asked.items()):
        text = as_written(name, resource.raw if resource.is_evaluable() else resource.value)
        if text is not None:
            asked[name] = Resource(name, text, raw=repr(text))
