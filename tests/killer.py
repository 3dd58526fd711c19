"""The benchmark of killed runs as a module: it starts, kills and compares runs for the tests, too."""

import importlib.util

from conftest import PROJECT


def _loaded(name):
    spec = importlib.util.spec_from_file_location(name, PROJECT / f"benchmarks/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


killed = _loaded("killed")
