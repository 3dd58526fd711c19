"""What the docstrings say: their examples run, and they name what is passed and what comes back."""

import doctest
import importlib
import importlib.util
import inspect
import pkgutil
from enum import Enum
from pathlib import Path

import numpy as np
import pytest
import torch
from numpydoc.docscrape import NumpyDocString

import rnn_geometry

# The packages whose docstrings have numpydoc sections.
PUBLIC = ("rnn_geometry.dynamics", "rnn_geometry.networks")


def modules_of(package):
    """Return the names of the public modules of a package and of the packages in it."""
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    return [part.name for part in found if not any(p.startswith("_") for p in part.name.split("."))]


def examples_of(name):
    """Return the examples in the docstrings of a module."""
    found = doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name))
    return [test for test in found if test.examples]


def has_examples(name):
    """Say whether a docstring of a module has examples, without importing it."""
    return ">>> " in Path(importlib.util.find_spec(name).origin).read_text()


MODULES = [name for name in modules_of(rnn_geometry) if has_examples(name)]


@pytest.fixture
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.usefixtures("one_thread")
def test_examples_run(name):
    tests = examples_of(name)
    assert tests
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    for test in tests:
        torch.manual_seed(0)
        np.random.seed(0)  # noqa: NPY002  an example may draw without a generator
        report = []
        doctest.DocTestRunner(optionflags=flags).run(test, out=report.append)
        assert not report, "".join(report)


def public_objects():
    """Return the functions and classes, by full name, that the public packages define."""
    found = {}
    for package in PUBLIC:
        for name in modules_of(importlib.import_module(package)):
            for key, value in vars(importlib.import_module(name)).items():
                ours = getattr(value, "__module__", None) == name and not key.startswith("_")
                if ours and (inspect.isfunction(value) or inspect.isclass(value)):
                    found[f"{name}.{key}"] = value
    return found


OBJECTS = public_objects()


def passed_to(thing):
    """Return the names of what is passed to a function, or to a class that defines how."""
    if inspect.isclass(thing):
        own = {"__init__", "__new__"} & set(vars(thing))
        if not own or issubclass(thing, Enum) or getattr(thing, "_is_protocol", False):
            return []
    return list(inspect.signature(thing).parameters)


def returns(thing):
    return inspect.isfunction(thing) and thing.__annotations__.get("return") not in ("None", None)


@pytest.mark.parametrize("name", OBJECTS)
def test_docstrings_name_what_is_passed_and_what_comes_back(name):
    thing = OBJECTS[name]
    text = NumpyDocString(inspect.cleandoc(thing.__doc__))
    described = [*text["Parameters"], *text["Attributes"]]
    names = [part.strip() for entry in described for part in entry.name.split(",")]
    assert [each.lstrip("*") for each in names] == passed_to(thing)
    assert all(entry.desc for entry in described)
    assert bool(text["Returns"] or text["Yields"]) == returns(thing)
