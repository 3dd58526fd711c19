"""Garbage is looked for once a figure."""

import gc
import weakref

import pytest

from rnn_geometry.plotting import garbage
from rnn_geometry.plotting.garbage import collected_after


class Knot:
    def __init__(self):
        self.itself = self


@pytest.fixture(autouse=True)
def own_limits():
    """Give tests that follow Python's own limits."""
    limits = gc.get_threshold()
    gc.collect()
    yield
    gc.set_threshold(*limits)
    gc.unfreeze()


def test_cycles_wait_until_the_figure_is_done(monkeypatch):
    monkeypatch.setattr(garbage, "MOST", 10)
    with collected_after():
        assert not gc.isenabled()
        knot = weakref.ref(Knot())
        others = [[] for _ in range(20)]
        assert knot() is not None
    assert gc.isenabled()
    assert knot() is None
    assert len(others) == 20


def test_small_figures_share_one_search(monkeypatch):
    monkeypatch.setattr(garbage, "MOST", 100_000)
    with collected_after():
        knot = weakref.ref(Knot())
    assert knot() is not None
    with collected_after():
        others = [[] for _ in range(110_000)]
    assert knot() is None
    assert len(others) == 110_000


def test_an_error_ends_the_waiting_too():
    with pytest.raises(ValueError, match="broken"), collected_after():
        raise ValueError("broken")
    assert gc.isenabled()
