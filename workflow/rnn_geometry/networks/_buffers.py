"""Memory that is used again from step to step of a training."""

from __future__ import annotations

import math
from threading import Lock

import torch
from torch import Tensor


class Buffers:
    """Tensors that are lent and given back; what they held is lost.

    Fresh memory costs a page fault every 4 KB, as much as the arithmetic on it. Batches of texts
    have many lengths, so that a buffer serves every shape that fits.
    """

    def __init__(self):
        self._free: list[Tensor] = []
        self._lock = Lock()  # on a GPU the way back is another thread's

    def take(self, like: Tensor, *shape: int) -> Tensor:
        """Return a tensor of this shape with the dtype and device of another."""
        size = math.prod(shape)
        with self._lock:
            return self._fitting(like, size)[:size].view(shape)

    def _fitting(self, like: Tensor, size: int) -> Tensor:
        """Return the shortest tensor of at least so many entries, a new one where there is none."""
        fit = [i for i, whole in enumerate(self._free) if _same(whole, like) and len(whole) >= size]
        if fit:
            return self._free.pop(min(fit, key=lambda i: len(self._free[i])))
        # The shorter ones that lie here were of shorter batches: as many stay as are in use.
        if self._free:
            self._free.pop(min(range(len(self._free)), key=lambda i: len(self._free[i])))
        # What is made in inference mode could not be written to outside of it.
        with torch.inference_mode(False):
            return like.new_empty(size)

    def give(self, *lent: Tensor) -> None:
        """Take tensors back that nobody uses any more."""
        with self._lock, torch.inference_mode(False):
            for part in lent:
                size = part.untyped_storage().nbytes() // part.element_size()
                self._free.append(part.as_strided((size,), (1,), 0))

    def clear(self) -> None:
        """Forget what lies here."""
        with self._lock:
            self._free.clear()


def _same(whole: Tensor, like: Tensor) -> bool:
    return whole.dtype == like.dtype and whole.device == like.device


BUFFERS = Buffers()
