"""Translators written by hand, whose states, alignments and words are known."""

import torch

from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.translators.translator import Translator

GAIN = 5.0


class Clock(Cell):
    """The state is the place in a circle of `places`, times GAIN, and the word just read."""

    def __init__(self, words, places, *, writes):
        super().__init__(words, places + words)
        self.places, self.writes = places, writes

    def initial_state(self, x):
        state = x.new_zeros(x.shape[0], self.state_size)
        state[:, 0] = GAIN
        return state

    def forward(self, h, x):
        hand = torch.roll(h[:, : self.places], 1, dims=1)
        return torch.cat([hand, x if self.writes else torch.zeros_like(x)], 1)


class AheadClock(Clock):
    """A clock that jumps ahead by `ahead` at its first input, in which all words are alike."""

    def __init__(self, words, places, ahead):
        super().__init__(words, places, writes=False)
        self.ahead = ahead

    def forward(self, h, x):
        after = super().forward(h, x)
        jumped = torch.roll(after[:, : self.places], self.ahead, dims=1)
        first = (x.max(1).values < 1)[:, None]
        return torch.where(first, torch.cat([jumped, torch.zeros_like(x)], 1), after)


def shifted_translator(words, length, ahead, alignment="plain"):
    """Return a translator that attends, at word s, to place s + ahead, and says the word there."""
    ids = words + 2
    size = words + 1  # `<end>` has an entry, too
    translator = Translator(
        Clock(size, length, writes=True),
        AheadClock(size, length, ahead if alignment == "plain" else 0),
        ids,
        ids,
        alignment=alignment,
    )
    hidden = length + size
    with torch.no_grad():
        translator.readout.weight.zero_()
        translator.readout.weight[:, hidden + length :] = torch.eye(size)
        if alignment == "learned":
            translator.query.weight.copy_(torch.eye(hidden) * hidden**0.5)
            turned = torch.roll(torch.eye(length), -ahead, dims=0)
            translator.key.weight.copy_(torch.block_diag(turned, torch.eye(size)))
    return translator.eval()
