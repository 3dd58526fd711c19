"""A causal transformer in the place of a cell, so that the same classifier can be one.

It has no step: what it knows of a text is not one state, but what stands at every place of the
text in every layer, its *streams*. `unroll` returns those of the last layer, which the readout
sees, so that training, evaluation and language models take it as they take a cell; analyses of a
step do not. Shapes: B texts, T words, E entries of a word vector, H units, L layers.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rnn_geometry.networks.cells import Cell

WIDER = 4  # units of the feed-forward part over H
PERIOD = 100.0  # words, of the slowest wave of a place


class CausalTransformer(Cell):
    """Layers of causal self-attention, each place reading itself and what stands before it.

    Layer norm before each part (pre-norm) and once at the end, no dropout; torch's own layers.
    Places are told by sines and cosines that are added to the words.

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H of a stream.
    layers : int
        L, at least 1.
    heads : int
        Of attention; they divide H.

    Raises
    ------
    ValueError
        For no layer, and heads that do not divide H.

    Examples
    --------
    >>> network = CausalTransformer(4, 8, layers=2, heads=2)
    >>> network.reset_parameters(torch.Generator().manual_seed(0))
    >>> network.streams(torch.zeros(3, 5, 4)).shape
    torch.Size([3, 3, 5, 8])
    """

    def __init__(self, input_size: int, hidden_size: int, *, layers: int = 1, heads: int = 4):
        super().__init__(input_size, hidden_size)
        if layers < 1 or heads < 1 or hidden_size % heads:
            raise ValueError(
                f"layers is {layers}, heads {heads}: at least 1 each, and heads divide the "
                f"{hidden_size} units"
            )
        self.entry = nn.Linear(input_size, hidden_size, bias=False)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                hidden_size,
                heads,
                WIDER * hidden_size,
                dropout=0.0,
                activation="gelu",
                batch_first=True,
                norm_first=True,
            )
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(hidden_size)

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        """Refuse: there is no state from which alone it could go on."""
        raise TypeError("a transformer has no step h' = F(h, x); see its streams")

    def unroll(self, x: Tensor, h0: Tensor | None = None) -> Tensor:
        """Return what the readout sees, (B, T, H), at each of the word vectors x (B, T, E)."""
        if h0 is not None:
            raise ValueError("a transformer cannot start from a state")
        return self.norm(self.streams(x)[:, -1])

    def streams(self, x: Tensor) -> Tensor:
        """Return the streams (B, L + 1, T, H) of word vectors x (B, T, E), words and places first.

        Parameters
        ----------
        x : (B, T, E)
            Word vectors.
        """
        return torch.stack(self._layers(x, None, None), 1)

    def unroll_with(self, x: Tensor, given: Tensor, where: Tensor) -> Tensor:
        """Return what the readout sees where some streams are other ones: a causal test.

        Parameters
        ----------
        x : (B, T, E)
            Word vectors.
        given : (B, L + 1, T, H)
            Streams that stand in the place of its own, in every layer.
        where : (B, T)
            At which places, true or false.

        Returns
        -------
        (B, T, H)
            As `unroll` returns it.
        """
        return self.norm(self._layers(x, given, where)[-1])

    def _layers(self, x: Tensor, given: Tensor | None, where: Tensor | None) -> list[Tensor]:
        """Return the streams of each layer, (B, T, H), those that are given in place of its own."""
        own = self.entry(x) + _waves(x.shape[1], self.hidden_size).to(x)
        count = x.shape[1]
        mask = torch.ones(count, count, dtype=torch.bool, device=x.device).triu(1)
        found = []
        for i in range(len(self.layers) + 1):
            own = self.layers[i - 1](own, src_mask=mask, is_causal=True) if i else own
            if given is not None and where is not None:
                own = torch.where(where[..., None], given[:, i], own)
            found.append(own)
        return found

    def reset_parameters(self, generator: torch.Generator) -> None:
        """Draw matrices uniformly within 1 / sqrt(inputs); biases are 0, scales of norms 1."""
        scales = {id(m.weight) for m in self.modules() if isinstance(m, nn.LayerNorm)}
        with torch.no_grad():
            for weight in self.parameters():
                if weight.ndim > 1:
                    bound = weight.shape[1] ** -0.5
                    weight.uniform_(-bound, bound, generator=generator)
                else:
                    weight.fill_(1.0 if id(weight) in scales else 0.0)


def has_no_step(cell: Cell) -> bool:
    """Tell whether what stands in the place of a cell has no step.

    Parameters
    ----------
    cell : Cell
        Of a network.

    Returns
    -------
    bool
        Whether it is a transformer.
    """
    return isinstance(cell, CausalTransformer)


def _waves(places: int, size: int) -> Tensor:
    """Return sines and cosines of the places (T, H)."""
    even = torch.arange(0, size, 2, dtype=torch.float64)
    angles = torch.arange(1, places + 1)[:, None] / PERIOD ** (even / size)
    return torch.stack([torch.sin(angles), torch.cos(angles)], -1).flatten(1)[:, :size]
