"""Garbage is looked for once a figure."""

import gc
import weakref

import pytest

from rnn_geometry.plotting.garbage import collected_after


class Knot:
    def __init__(self):
        self.itself = self


def test_cycles_wait_until_the_figure_is_done():
    with collected_after():
        assert not gc.isenabled()
        knot = weakref.ref(Knot())
        assert knot() is not None
    assert gc.isenabled()
    assert knot() is None


def test_an_error_ends_the_waiting_too():
    with pytest.raises(ValueError, match="broken"), collected_after():
        raise ValueError("broken")
    assert gc.isenabled()
