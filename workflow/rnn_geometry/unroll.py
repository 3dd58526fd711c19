"""Unroll of cells whose units meet only through the recurrent product, with a gradient written out by hand.

For such a cell h'_j depends on h_j, on its own drives (A x + b)_gj and on its own recurrent products (W h)_gj of the
gates g. All slopes of a sentence are then known at once, and a backward step is one product with W and three
elementwise operations, instead of some twenty nodes of the autograd graph: benchmarks/training.py prints what this
gains over torch's own kernels on the CPU. Units are rows and sentences columns, so that every operand is contiguous.
"""

from __future__ import annotations

import torch
from torch import Tensor


class Unroll(torch.autograd.Function):
    """States (T, H, B) of `cell` from drives (T, GH, B), the recurrent matrix (GH, H) and h0 (H, B)."""

    @staticmethod
    def forward(ctx, drives: Tensor, weight: Tensor, h0: Tensor, cell) -> Tensor:
        states, kept = [h0], []
        for drive in drives:
            h, parts = cell.activate(states[-1], drive, weight @ states[-1])
            states.append(h)
            kept.append(parts)
        stacked = torch.stack(states)
        ctx.cell = cell
        ctx.save_for_backward(weight, stacked, *(torch.stack(part) for part in zip(*kept, strict=True)))
        return stacked[1:]

    @staticmethod
    def backward(ctx, grad_states: Tensor):
        weight, states, *kept = ctx.saved_tensors
        before, transposed = states[:-1], weight.t().contiguous()
        hold, by_recurrent, by_drive = ctx.cell.slopes(before, kept)
        steps, gates, size, batch = by_recurrent.shape
        grads = torch.empty_like(before)
        grad = torch.zeros_like(before[0])
        for t in range(steps - 1, -1, -1):
            torch.add(grad, grad_states[t], out=grads[t])
            through_gates = (grads[t] * by_recurrent[t]).view(gates * size, batch)
            grad = torch.addmm(grads[t] * hold[t], transposed, through_gates)
        spread = grads.unsqueeze(1)
        grad_products = (spread * by_recurrent).view(steps, gates * size, batch)
        grad_weight = torch.bmm(grad_products, before.mT).sum(0)
        return (spread * by_drive).view(steps, gates * size, batch), grad_weight, grad, None
