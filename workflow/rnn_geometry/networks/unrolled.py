"""Several networks of one kind read their texts at once: states and gradients written by hand.

K networks advance as one batch of matrix products. Autograd would make a node and a tensor of every
operation on every word; here each word is a few operations into buffers that are kept from step to
step, and the gradient replaces, in place, what the way forth left in them. No product mixes
networks, so that a network's numbers do not depend on its companions.

Symbols and shapes as in `cells`; K networks, U words that a batch uses, r, z, n reset gate, hold
gate and candidate, D the input drive A x + b, later gate values, at last the loss's gradient.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from rnn_geometry.networks._buffers import BUFFERS
from rnn_geometry.networks._ways import Ends, Ways, backwards
from rnn_geometry.networks.cells import GRU, UGRNN, Cell, GRUResetBefore, VanillaRNN

_sigmoid_gradient = torch.ops.aten.sigmoid_backward.grad_input
_tanh_gradient = torch.ops.aten.tanh_backward.grad_input

Weights = Mapping[str, Tensor]

# Units and entries of word vectors are padded with zeros, which change no sum, to multiples of this
# many: the libraries add up in another order where a network's part of the memory begins elsewhere.
ALIGNED = 16


class _Kind(ABC):
    """How networks of a kind read their texts, and the way back."""

    def columns(self, gates: Tensor) -> Tensor:
        """Return drives (..., GH) in the order in which they are kept."""
        return gates

    def ungated(self, gradient: Tensor) -> Tensor:
        """Return gradients of kept drives in the order of the weights."""
        return gradient

    @abstractmethod
    def forth(self, ways: Ways, weight: Tensor) -> None:
        """Fill the states, word by word."""

    @abstractmethod
    def back(self, ways: Ways, weight: Tensor, ends: Ends) -> Tensor:
        """Turn gate values into gradients; return that of the recurrent weights."""


class _Vanilla(_Kind):
    """h' = tanh(W h + D)."""

    def forth(self, ways: Ways, weight: Tensor) -> None:
        (before,) = _scratch(ways.drive, ways.size)
        for drive, h, after in ways.words():
            torch.baddbmm(drive, h, weight.mT, out=before)
            _tanh(before, after)
        BUFFERS.give(before)

    def back(self, ways: Ways, weight: Tensor, ends: Ends) -> Tensor:
        (dh,) = _scratch(ways.drive, ways.size)
        dh.zero_()
        for t, ((drive, _, after),) in backwards(ways.words()):
            ends.add(dh, t)
            _tanh_gradient(dh, after, grad_input=drive)
            torch.bmm(drive, weight, out=dh)
        BUFFERS.give(dh)
        return _product(ways.drive, ways.states)


class _UGRNN(_Kind):
    """h' = u h + (1 - u) n; D holds u, n."""

    def forth(self, ways: Ways, weight: Tensor) -> None:
        size = ways.size
        (before,) = _scratch(ways.drive, 2 * size)
        for (drive, h, after), (hold, candidate) in zip(ways.words(), ways.gates(), strict=True):
            torch.baddbmm(drive, h, weight.mT, out=before)
            torch.sigmoid(before[..., :size], out=hold)
            _tanh(before[..., size:], candidate)
            torch.lerp(candidate, h, hold, out=after)
        BUFFERS.give(before)

    def back(self, ways: Ways, weight: Tensor, ends: Ends) -> Tensor:
        dh, held, change = _scratch(ways.drive, *[ways.size] * 3)
        dh.zero_()
        for t, ((drive, h, _), (hold, candidate)) in backwards(ways.words(), ways.gates()):
            ends.add(dh, t)
            _leave_held(dh, h, hold, candidate, held, change)
            torch.baddbmm(held, drive, weight, out=dh)
        BUFFERS.give(dh, held, change)
        return _product(ways.drive, ways.states)


class _GRU(_Kind):
    """h' = (1 - z) n + z h, n = tanh(D + r (W h)); D holds n, r, z and W h of the candidate."""

    def columns(self, gates: Tensor) -> Tensor:
        reset, hold, candidate = gates.chunk(3, -1)
        return torch.cat([candidate, reset, hold, torch.zeros_like(hold)], -1)

    def ungated(self, gradient: Tensor) -> Tensor:
        candidate, reset, hold, _ = gradient.chunk(4, -1)
        return torch.cat([reset, hold, candidate], -1)

    def forth(self, ways: Ways, weight: Tensor) -> None:
        size = ways.size
        (before,) = _scratch(ways.drive, 3 * size)
        of_gates, of_candidate = before.split([2 * size, size], -1)
        both = ways.drive[..., size : 3 * size].unbind(1)
        for (_, h, after), gates, parts in zip(ways.words(), both, ways.gates(), strict=True):
            candidate, reset, hold, recurrent = parts
            torch.bmm(h, weight.mT, out=before)
            gates.add_(of_gates).sigmoid_()
            recurrent.copy_(of_candidate)
            _tanh(candidate.addcmul_(reset, recurrent), candidate)
            torch.lerp(candidate, h, hold, out=after)
        BUFFERS.give(before)

    def back(self, ways: Ways, weight: Tensor, ends: Ends) -> Tensor:
        dh, held, change = _scratch(ways.drive, *[ways.size] * 3)
        dh.zero_()
        gradient = ways.drive[..., ways.size :]
        words = backwards(ways.words(), gradient.unbind(1), ways.gates())
        for t, ((_, h, _), met, parts) in words:
            candidate, reset, hold, recurrent = parts
            ends.add(dh, t)
            _leave_held(dh, h, hold, candidate, held, change)
            torch.mul(candidate, recurrent, out=change)
            torch.mul(candidate, reset, out=recurrent)
            _sigmoid_gradient(change, reset, grad_input=reset)
            torch.baddbmm(held, met, weight, out=dh)
        BUFFERS.give(dh, held, change)
        return _product(gradient, ways.states)


class _GRUResetBefore(_Kind):
    """As `_GRU`, but n = tanh(D + W (r h)); D holds r, z, n and r h."""

    def columns(self, gates: Tensor) -> Tensor:
        return torch.cat([gates, torch.zeros_like(gates.chunk(3, -1)[0])], -1)

    def ungated(self, gradient: Tensor) -> Tensor:
        return torch.cat(gradient.chunk(4, -1)[:3], -1)

    def forth(self, ways: Ways, weight: Tensor) -> None:
        size = ways.size
        before, inner = _scratch(ways.drive, 2 * size, size)
        of_gates, of_candidate = weight.mT.split([2 * size, size], -1)
        both = ways.drive[..., : 2 * size].unbind(1)
        for (_, h, after), gates, parts in zip(ways.words(), both, ways.gates(), strict=True):
            reset, hold, candidate, kept = parts
            torch.baddbmm(gates, h, of_gates, out=before)
            torch.sigmoid(before, out=gates)
            torch.mul(reset, h, out=kept)
            torch.baddbmm(candidate, kept, of_candidate, out=inner)
            _tanh(inner, candidate)
            torch.lerp(candidate, h, hold, out=after)
        BUFFERS.give(before, inner)

    def back(self, ways: Ways, weight: Tensor, ends: Ends) -> Tensor:
        size = ways.size
        dh, held, change = _scratch(ways.drive, size, size, size)
        dh.zero_()
        of_gates, of_candidate = weight.split([2 * size, size], 1)
        both = ways.drive[..., : 2 * size]
        for t, ((_, h, _), met, parts) in backwards(ways.words(), both.unbind(1), ways.gates()):
            reset, hold, candidate, _ = parts
            ends.add(dh, t)
            _leave_held(dh, h, hold, candidate, held, change)
            torch.bmm(candidate, of_candidate, out=change)
            held.addcmul_(change, reset)
            change.mul_(h)
            _sigmoid_gradient(change, reset, grad_input=reset)
            torch.baddbmm(held, met, of_gates, out=dh)
        BUFFERS.give(dh, held, change)
        candidate, kept = ways.drive[..., 2 * size :].split(size, -1)
        inner = torch.bmm(candidate.flatten(1, 2).mT, kept.flatten(1, 2))
        return torch.cat([_product(both, ways.states), inner], 1)


KINDS = {
    VanillaRNN: _Vanilla(),
    UGRNN: _UGRNN(),
    GRU: _GRU(),
    GRUResetBefore: _GRUResetBefore(),
}


def _tanh(before: Tensor, out: Tensor) -> None:
    """Write tanh = 2 sigmoid(2 .) - 1; `before` is lost. torch's tanh takes five times as long."""
    torch.sigmoid(before.mul_(2), out=out)
    out.mul_(2).sub_(1)


def _leave_held(
    dh: Tensor, h: Tensor, hold: Tensor, candidate: Tensor, held: Tensor, change
) -> None:
    """Go back through h' = z h + (1 - z) n: gradients in place of z and n; `held` = z dh."""
    torch.sub(h, candidate, out=change).mul_(dh)
    torch.mul(dh, hold, out=held)
    dh.sub_(held)
    _sigmoid_gradient(change, hold, grad_input=hold)
    _tanh_gradient(dh, candidate, grad_input=candidate)


def _product(gradient: Tensor, states: Tensor) -> Tensor:
    """Return the gradient (K, G, H) of weights that the states before each word have met."""
    return torch.bmm(gradient.flatten(1, 2).mT, states[:, :-1].flatten(1, 2))


def _scratch(like: Tensor, *widths: int) -> list[Tensor]:
    """Return buffers (K, B, width)."""
    networks, _, texts, _ = like.shape
    return [BUFFERS.take(like, networks, texts, width) for width in widths]


class _Unroll(torch.autograd.Function):
    """From weights, words and texts to last states."""

    @staticmethod
    def forward(ctx: Any, kind: _Kind, *inputs: Tensor) -> Tensor:
        weight_ih, weight_hh, bias, words, tokens, lengths = inputs
        networks, texts, steps = tokens.shape
        drives = torch.baddbmm(bias[:, None], words.expand(networks, -1, -1), weight_ih.mT)
        drives = kind.columns(drives)
        first = drives.shape[1] * torch.arange(networks, device=tokens.device)[:, None, None]
        rows = (tokens.mT + first).flatten()
        drive = BUFFERS.take(drives, networks, steps, texts, drives.shape[-1])
        torch.index_select(drives.flatten(0, 1), 0, rows, out=drive.view(len(rows), -1))
        states = BUFFERS.take(drives, networks, steps + 1, texts, weight_hh.shape[-1])
        states[:, 0] = 0
        ways = Ways(drive, states)
        kind.forth(ways, weight_hh)
        network = torch.arange(networks, device=tokens.device)[:, None]
        last = states[network, lengths, torch.arange(texts, device=tokens.device)]
        if any(ctx.needs_input_grad):
            ctx.save_for_backward(weight_ih, weight_hh, words, rows, lengths)
            ctx.kind, ctx.ways = kind, ways
        else:
            BUFFERS.give(*ways)
        return last

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        weight_ih, weight_hh, words, rows, lengths = ctx.saved_tensors
        kind, ways, ctx.ways = ctx.kind, ctx.ways, None
        if ways is None:
            raise RuntimeError("the gradient of an unrolled network can be taken once")
        of_recurrent = kind.back(ways, weight_hh, Ends(gradients[0], lengths))
        networks, shape = len(weight_hh), (-1, ways.drive.shape[-1])
        of_drives = ways.drive.new_zeros(networks * words.shape[1], shape[1])
        of_drives.index_add_(0, rows, ways.drive.view(shape))
        of_drives = kind.ungated(of_drives.view(networks, -1, shape[1]))
        BUFFERS.give(*ways)
        of_inputs = torch.bmm(of_drives.mT, words.expand(networks, -1, -1))
        of_words = torch.bmm(of_drives, weight_ih) if ctx.needs_input_grad[4] else None
        if of_words is not None and len(words) < networks:
            of_words = of_words.sum(0, keepdim=True)
        return None, of_inputs, of_recurrent, of_drives.sum(1), of_words, None, None


def has_unrolled(cell: Cell) -> bool:
    """Tell whether networks with this cell can be unrolled at once.

    Parameters
    ----------
    cell : Cell
        One of the project's own kinds; a class derived from one is another cell. The LSTM has
        none: torch's kernel takes two thirds of the time for it.

    Returns
    -------
    bool
        Whether `last_outputs` takes it.

    Examples
    --------
    >>> has_unrolled(GRU(4, 8))
    True
    """
    return type(cell) in KINDS


def last_outputs(
    cell: Cell, weights: Weights, words: Tensor, tokens: Tensor, lengths: Tensor
) -> Tensor:
    """Return the states of K networks after the last real word of their texts.

    Parameters
    ----------
    cell : Cell
        An example; its class says the kind.
    weights : mapping
        weight_ih (K, GH, E), weight_hh (K, GH, H) and bias (K, GH).
    words : (K, U, E) or (1, U, E)
        Word vectors, of each network or of all.
    tokens : (K, B, T)
        Ids into the words.
    lengths : (K, B)
        Words of each text, from 1 to T; what follows them does not matter.

    Returns
    -------
    (K, B, H)
        From zero states; differentiable, once, with respect to weights and words.

    Raises
    ------
    KeyError
        For a cell that `has_unrolled` refuses.

    Examples
    --------
    >>> cell = GRU(4, 8)
    >>> weights = {name: weight[None] for name, weight in cell.named_parameters()}
    >>> texts = torch.tensor([[[0, 3, 1]]]), torch.tensor([[3]])
    >>> last_outputs(cell, weights, torch.eye(4)[None], *texts).shape
    torch.Size([1, 1, 8])
    """
    kind, size, inputs = KINDS[type(cell)], cell.hidden_size, words.shape[-1]
    weight_ih, weight_hh, bias = (
        weights[name].unflatten(1, (-1, size)) for name in ("weight_ih", "weight_hh", "bias")
    )
    more, wider = -size % ALIGNED, -inputs % ALIGNED
    aligned = [
        padded(part, *room).flatten(1, 2)
        for part, room in (
            (weight_ih, (0, wider, 0, more)),
            (weight_hh, (0, more, 0, more)),
            (bias, (0, more)),
        )
    ]
    words = padded(words, 0, wider)
    found: Tensor = _Unroll.apply(kind, *aligned, words, tokens, lengths)  # type: ignore
    return found[..., :size]


def padded(part: Tensor, *room: int) -> Tensor:
    """Return a tensor with zeros around its entries.

    Parameters
    ----------
    part : (...)
        Any tensor.
    room : int
        Zeros before and after the entries of the last dimension, then of the one before it.

    Returns
    -------
    (...)
        The tensor itself where there is no room.
    """
    return nn.functional.pad(part, room) if any(room) else part
