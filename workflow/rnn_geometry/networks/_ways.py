"""What several networks leave behind on their way through texts, and how it is walked back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from torch import Tensor


class Ways(NamedTuple):
    """What the way forth leaves for the way back.

    Attributes
    ----------
    drive : (K, T, B, ...)
        Gate values, each where its drive stood.
    states : (K, T + 1, B, H)
        First the initial ones.
    """

    drive: Tensor
    states: Tensor

    @property
    def size(self) -> int:
        """Units H."""
        return self.states.shape[-1]

    def words(self) -> Iterator[tuple[Tensor, ...]]:
        """Yield D, h before and h after each word."""
        before, after = self.states[:, :-1], self.states[:, 1:]
        # A cut for all words costs a third of one for each.
        return zip(*(part.unbind(1) for part in (self.drive, before, after)), strict=True)

    def gates(self) -> Iterator[tuple[Tensor, ...]]:
        """Yield the parts (K, B, H) of D at each word."""
        return zip(*(part.unbind(1) for part in self.drive.split(self.size, -1)), strict=True)


def backwards(*parts: Iterable[Any]) -> list[tuple[int, tuple[Any, ...]]]:
    """Return the number of each word and its parts, the last word first."""
    return list(enumerate(zip(*parts, strict=True)))[::-1]


class Ends:
    """The gradient (K, B, H) of last states, which enters at the last word of each text."""

    def __init__(self, gradient: Tensor, lengths: Tensor):
        self.gradient = gradient
        self.at = {
            int(length) - 1: (lengths == length)[..., None].to(gradient.dtype)
            for length in lengths.unique()
        }

    def add(self, dh: Tensor, t: int) -> None:
        """Add what enters at word t."""
        if t in self.at:
            dh.addcmul_(self.gradient, self.at[t])
