"""Edits of a step: each takes back the motion along the manifold that it names, and no other."""

import importlib.util
import sys

import pytest
import torch
from conftest import PROJECT

AXES = torch.eye(3, dtype=torch.float64)[:2]
X = torch.zeros(3, dtype=torch.float64)
WORD = torch.tensor([[0.0, 0.1, 0.2]], dtype=torch.float64)
GROWING, DECAYING = 1.1, 0.8


@pytest.fixture(scope="module")
def growth():
    """The script as a module, known by name while its dataclasses are made."""
    path = PROJECT / "benchmarks" / "growth.py"
    spec = importlib.util.spec_from_file_location("benchmarks_growth", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    yield spec.loader.exec_module(module) or module
    del sys.modules[spec.name]


def step(h, x):
    """Grows within a distance of 1 in the plane of the first two entries, and decays beyond."""
    inside = h[:, :2].norm(dim=1, keepdim=True) < 1
    slow = h[:, :2] * torch.where(inside, GROWING, DECAYING)
    return torch.cat([slow, 0.3 * h[:, 2:]], dim=1) + x


@pytest.mark.parametrize(
    ("cancel", "inside", "outside"),
    [("outward", 1, DECAYING), ("inward", GROWING, 1), ("all", 1, 1)],
)
def test_an_edit_takes_back_what_it_names(growth, cancel, inside, outside):
    manifold = growth.Manifold(step, None, X, AXES, torch.zeros(1, 3, dtype=torch.float64))
    h = torch.tensor([[0.3, 0.4, 1.0], [3.0, 4.0, 1.0]], dtype=torch.float64)
    factors = torch.tensor([[inside], [outside]], dtype=torch.float64)
    expected = torch.cat([h[:, :2] * factors, 0.3 * h[:, 2:]], dim=1) + WORD
    found = growth.edited(manifold, cancel)(h, WORD.expand(2, 3))
    torch.testing.assert_close(found, expected)
