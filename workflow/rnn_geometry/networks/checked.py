"""Cells and networks of a user's own are checked before any job, once for every state of them.

A check runs the user's code and torch, hence in a process of its own: nothing that a module does
can harm the one in which the configuration is read. Light: what was checked before costs no
process.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError, quoted
from rnn_geometry.networks.sources import is_own
from rnn_geometry.store.fingerprint import python_source
from rnn_geometry.store.provenance import SNAKEMAKE

FOLDER = SNAKEMAKE / "rnn-geometry-cells"  # an empty file for every cell that was found good
CHECK = "rnn_geometry.networks.check"
LONGEST_SECONDS = 300
CODE = ("check", "cells", "make", "own")  # modules of a check of cells
CODE_OF_IMPORTS = (
    *("imported", "torch_cells", "_parts", "_agreement", "_weights_file", "own", "cells"),
)
USUAL_EMBEDDING = 5  # entries of a word vector where the configuration leaves them open


def check_own_cells(models: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse cells and networks of a user's own that cannot be trained, read or analysed.

    Parameters
    ----------
    models
        Settings by name.

    Raises
    ------
    UserError
        For the first of them, with what is wrong.
    """
    asked = {
        name: _facts(model)
        for name, model in models.items()
        if "weights" not in model and is_own(model["cell"])
    }
    for name, model in models.items():
        if "weights" in model:
            asked |= _imports(name, model)
    marks = {name: FOLDER / _key(facts) for name, facts in asked.items()}
    left = {name: facts for name, facts in asked.items() if not marks[name].exists()}
    if not left or not _torch():  # without torch here training checks its cell
        return
    for name, fault in _ask(left).items():
        if fault is not None:
            model = asked[name].get("model", name)
            raise UserError(f"config key models.{model}: {fault}")
        _note(marks[name])


def _imports(name: str, model: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the check of an imported model depends on, for each of its weights."""
    shared = {
        "model": name,
        "cell": model["cell"],
        "module": model.get("module"),
        "module_options": model.get("module_options"),
        "module_source": model.get("module_source"),
        "vocabulary": model["vocabulary"],
        "words": model["files"]["vocabulary"],
    }
    files = {what: file for what, file in model["files"].items() if what != "vocabulary"}
    return {
        f"{name} {what}": {
            **shared,
            "weights": file,
            "sha256": [model["sha256"][one] for one in (what, "vocabulary")],
        }
        for what, file in files.items()
    }


def _facts(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the check of a model depends on."""
    return {
        "cell": model["cell"],
        "source": model.get("cell_source"),
        "input_size": model["embedding_size"] or USUAL_EMBEDDING,
        "hidden_size": model["hidden_size"],
        "options": dict(model["cell_options"]),
    }


def _key(facts: Mapping[str, Any]) -> str:
    """Return the name of the file that says that a cell is good."""
    here = Path(__file__).parent
    code = CODE_OF_IMPORTS if "weights" in facts else CODE
    parts = [python_source(here / f"{name}.py") for name in code]
    text = json.dumps([facts, parts, sys.version, _torch()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _torch() -> str:
    try:
        return version("torch")
    except PackageNotFoundError:  # jobs have an environment of their own
        return ""


def _ask(asked: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
    """Check cells in another process; return by model what is wrong, None for nothing."""
    with tempfile.TemporaryDirectory() as folder:
        request, answer = Path(folder, "request.json"), Path(folder, "answer.json")
        request.write_text(json.dumps(asked), encoding="utf-8")
        command = [sys.executable, "-m", CHECK, str(request), str(answer)]
        package = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
        ended = _run(command, {**os.environ, "PYTHONPATH": path})
        found = json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else {}
    for name, facts in asked.items():
        if name not in found:
            what = facts.get("module") or facts["cell"]
            found[name] = f"cell {quoted(what)}: {ended}."
            break
    return found


def _run(command: list[str], environment: Mapping[str, str]) -> str:
    """Run a command; return what to say where it came to no answer."""
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LONGEST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"its check took more than {LONGEST_SECONDS} seconds; let its module do less"
    last = (done.stderr.decode(errors="replace").strip().splitlines() or [""])[-1]
    ending = f"the process ended with status {done.returncode}" + (f", {last}" if last else "")
    return f"it cannot be checked, {ending}; see what its module does when it is imported"


def _note(mark: Path) -> None:
    """Write down that a cell is good; where that fails it is checked again."""
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError:
        pass
