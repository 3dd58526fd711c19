"""Run code where nothing is installed but numpy, scipy and torch, and what these require."""

import contextlib
import subprocess
import sys
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CORE = ("numpy", "scipy", "torch")
GATE = """
import sys

modules, rooms = (words.split(",") for words in sys.argv[1:3])
ALLOWED = {*sys.stdlib_module_names, *modules}


class Gated:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        top, _, inner = name.partition(".")
        room = inner.partition(".")[0]
        ours = top == "rnn_geometry" and (not room or not rooms[0] or room in rooms)
        # A part of the standard library is called after the machine.
        known = ours or top in ALLOWED or top.startswith("_sysconfigdata")
        return self.finder.find_spec(name, path, target) if known else None


sys.meta_path[:] = [Gated(finder) for finder in sys.meta_path]
"""


def with_requirements(*names):
    """Return the names of distributions and of all that they require on this machine."""
    found, waiting = set(), list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        with contextlib.suppress(metadata.PackageNotFoundError):
            needed = map(Requirement, metadata.requires(name) or ())
            if name not in found:
                found.add(name)
                waiting += [
                    each.name for each in needed if not each.marker or each.marker.evaluate()
                ]
    return found


def core_modules():
    """Return the names of the modules that the core's distributions hold."""
    accepted = with_requirements(*CORE)
    modules = [
        module
        for module, owners in metadata.packages_distributions().items()
        if accepted & set(map(canonicalize_name, owners))
    ]
    assert {"numpy", "torch"} <= set(modules)
    assert not {"pandas", "snakemake", "yaml"} & set(modules)
    return modules


def alone(code, *arguments, rooms=()):
    """Return what code prints in such a process; of this package only some rooms, if any named."""
    command = [sys.executable, "-c", GATE + code, ",".join(core_modules()), ",".join(rooms)]
    done = subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
