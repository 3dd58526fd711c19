"""Adam (Kingma & Ba 2015) on torch's fused kernel.

torch.optim imports the compiler when its first optimiser is made, 1.3 CPU seconds that every small
network would pay; the kernel underneath is the same and a test holds the two equal. A table of word
vectors, of which a batch uses a few rows, has a variant of its own that touches those rows only and
ends at the same weights.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


class Adam:
    """theta <- theta - rate * m_hat / (sqrt(v_hat) + eps), m, v means of gradient and square.

    Weights and their moments are changed in place; `count` steps were taken before.
    """

    def __init__(
        self,
        weights: Tensor,
        moments: tuple[Tensor, Tensor],
        betas: tuple[float, float],
        eps: float,
        count: int = 0,
    ):
        self.weights, self.moments, self.betas, self.eps = weights, moments, betas, eps
        self.count = torch.full((), float(count), device=weights.device)

    @torch.no_grad()
    def step(self, gradient: Tensor, rate: float) -> None:
        """Change the weights by their gradient."""
        self.count += 1
        means, squares = self.moments
        torch._fused_adam_(  # pyright: ignore[reportPrivateImportUsage]
            [self.weights],
            [gradient],
            [means],
            [squares],
            [],
            [self.count],
            lr=rate,
            beta1=self.betas[0],
            beta2=self.betas[1],
            weight_decay=0.0,
            eps=self.eps,
            amsgrad=False,
            maximize=False,
        )


# Share of a row's first move without gradient below which its later ones are left out.
STANDSTILL = 1e-9


class RowAdam:
    """Adam on a table (V, E) of which each step uses some rows, at the cost of those rows.

    The other rows have a zero gradient, yet dense Adam moves them on: j steps after its last
    gradient a row moves by rate * correction * (beta1 / sqrt(beta2))^j * m / sqrt(v). These moves
    are summed here for every step at which a row may have been left, and made up for when the row
    is wanted again. Equal to dense Adam but for eps, which counts as at the row's last gradient (a
    test says how equal). torch.optim.SparseAdam leaves the moves out, and with them nine tenths of
    what a rare word learns.
    """

    TENSORS = ("means", "squares", "last", "moves")  # its state, beside the table and `count`

    def __init__(self, table: Tensor, betas: tuple[float, float], eps: float, steps: int):
        self.table, self.betas, self.eps, self.count = table, betas, eps, 0
        self.means, self.squares = torch.zeros_like(table), torch.zeros_like(table)
        self.last = torch.zeros(len(table), dtype=torch.int64, device=table.device)
        self.moves = torch.zeros(steps + 1, dtype=torch.float64, device=table.device)
        self.ratio = betas[0] / math.sqrt(betas[1])
        if self.ratio >= 1:
            raise ValueError(f"beta1^2 must be less than beta2, got betas {betas}")
        self.taken: tuple[Tensor, ...] = ()
        self.window = (
            math.ceil(math.log(STANDSTILL) / math.log(self.ratio)) if self.ratio > 0 else 1
        )

    @torch.no_grad()
    def take(self, rows: Tensor) -> Tensor:
        """Return a copy (U, E) of distinct `rows` (U,) as dense Adam would have them by now."""
        last = self.last[rows]
        missed = (self.count - last).double()
        words, mean, square = (
            part.index_select(0, rows) for part in (self.table, self.means, self.squares)
        )
        # A row that never had a gradient has m = v = 0 and stays where it is.
        move = mean / square.sqrt().add_(self.eps)
        words.sub_(move.mul_(self.moves[last].to(mean)[:, None]))
        mean.mul_((self.betas[0] ** missed).to(mean)[:, None])
        square.mul_((self.betas[1] ** missed).to(mean)[:, None])
        self.taken = rows, words, mean, square
        return words

    @torch.no_grad()
    def step(self, gradient: Tensor, rate: float) -> None:
        """Change the rows taken last by their gradient (U, E)."""
        _, words, mean, square = self.taken
        self.count += 1
        (beta1, beta2), root = self.betas, math.sqrt(1 - self.betas[1] ** self.count)
        rate = rate * root / (1 - beta1**self.count)
        start = max(0, self.count - self.window)
        ages = torch.arange(
            self.count - start, 0, -1, device=self.moves.device, dtype=torch.float64
        )
        self.moves[start : self.count] += rate * self.ratio**ages
        mean.lerp_(gradient, 1 - beta1)
        square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        words.addcdiv_(mean, square.sqrt().add_(self.eps * root), value=-rate)
        self._put_back()

    @torch.no_grad()
    def settled(self) -> Tensor:
        """Return a copy of the whole table (V, E) as of the present step; nothing is changed."""
        return self.take(torch.arange(len(self.table), device=self.table.device))

    @torch.no_grad()
    def settle(self) -> None:
        """Bring the whole table up to the present step."""
        self.settled()
        self._put_back()

    def _put_back(self) -> None:
        """Write the rows taken last into the table and its moments."""
        rows, *parts = self.taken
        for whole, part in zip((self.table, self.means, self.squares), parts, strict=True):
            whole.index_copy_(0, rows, part)
        self.last[rows] = self.count
