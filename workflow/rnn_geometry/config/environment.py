"""The surroundings of every job: the same on every machine, whatever its owner has set.

Jobs inherit the variables of the process that reads the Snakefile, and every job reads it again,
on whatever machine and in whatever container it runs. So this is the one place where they are set.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

from rnn_geometry.errors import UserError, quoted

# What Python itself reads, but where modules and caches lie.
PYTHON_KEPT = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONUSERBASE",
    "PYTHONNOUSERSITE",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
    "PYTHONUNBUFFERED",
)
# Beginnings of variables that choose other precisions, dates or looks. How many threads a job has
# is said by Snakemake, what proxy it takes by its owner; which GPUs it sees and which processor it
# is to be (OPENBLAS_CORETYPE, ATEN_CPU_CAPABILITY, ..) by the machine.
DROPPED = (
    "MATPLOTLIBRC",
    "NVIDIA_TF32_OVERRIDE",
    "PANDAS_",
    "SKLEARN_",
    "SOURCE_DATE_EPOCH",
    "TORCH_",
    "TORCHDYNAMO_",
    "TORCHINDUCTOR_",
)
# What glibc reads: freed memory stays with a process up to this many bytes. Pages that are given
# back and asked for again cost a search of slow points a sixth of its CPU, and no memory is saved.
HELD = str(2**30)
FIXED = {
    "MALLOC_MMAP_THRESHOLD_": HELD,
    "MALLOC_TOP_PAD_": str(2**26),
    "MALLOC_TRIM_THRESHOLD_": HELD,
    "MATPLOTLIBRC": os.devnull,  # no settings of the person's; figures set all of theirs
    "MPLBACKEND": "Agg",  # a notebook's cannot be loaded outside of it
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",  # a file `types.py` in the working folder is nobody's module
    "PYTHONUTF8": "1",  # whatever the language of the machine
    "TOKENIZERS_PARALLELISM": "false",  # a job has one core; threads that wait for it only cost
}


def fix(environ: MutableMapping[str, str], package: str) -> None:
    """Make the variables of this process those that jobs are to have.

    Parameters
    ----------
    environ
        The variables, which are changed.
    package
        The folder of the package: jobs in environments of their own find that of this checkout.

    Examples
    --------
    >>> variables = {"MPLBACKEND": "inline", "PYTHONOPTIMIZE": "2", "TZ": "UTC"}
    >>> fix(variables, "here")
    >>> variables["MPLBACKEND"], variables["PYTHONPATH"], "PYTHONOPTIMIZE" in variables
    ('Agg', 'here', False)
    """
    for name in list(environ):
        of_python = name.startswith("PYTHON") and name not in PYTHON_KEPT
        if of_python or name.startswith(DROPPED):
            del environ[name]
    others = [path for path in environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    path = [package, *(path for path in others if path != package)]
    environ.update(FIXED, PYTHONPATH=os.pathsep.join(path))


def check_matplotlibrc(path: str | os.PathLike) -> None:
    """Refuse a file in the working folder that ends matplotlib when it is imported.

    Parameters
    ----------
    path
        The file, which need not be there. What it says is without effect.

    Raises
    ------
    UserError
        If it is no text in UTF-8.
    """
    try:
        Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{quoted(str(path))} in the working folder is no text in UTF-8, and matplotlib reads "
            "it before anything else; delete it or save it as UTF-8."
        ) from error
    except OSError:
        return
