"""Slow invariant subspaces of batches of Jacobians J (n, S, S), without their full spectrum.

Slow modes of a network that integrates lie near lambda = 1, where (I - J)^-1 is large: a few steps
of a block Krylov method with it (Saad 2011, Numerical methods for large eigenvalue problems, ch. 6
and 8) find their right and left subspaces. Bases of different width are padded with zero columns,
so that n points are one batch. The factors are kept in single precision: they only steer the
iteration; residuals and results are in double precision.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

SHIFT = 1 + 1e-4  # off 1, where planted and saturated modes lie exactly
# For Jacobians with an eigenvalue at SHIFT: a pivot this small tells.
SECOND_SHIFT, SINGULAR = 1 + 3e-3, 1e-5
REACH = 0.3  # |1 - lambda| up to which Ritz values of the inverse are trusted
BLOCK, BLOCKS = 4, 3  # vectors in a start block, and how many blocks span the space
POWERS, ARNOLDI = 4, 6  # steps that look for modes elsewhere
LONG_TURN = 0.5
# Most corrections of what follows an anchor, and the error that they may leave; a first guess at
# the turn before the first, the least share of an error that a correction is trusted to leave, and
# the share that tells that there is no use in going on.
SETTLING, SETTLED, GUESSED, LEAST_SHARE, HOPELESS = 8, 1e-5, 0.1, 1e-2, 3.0
INNER = 2  # solves per correction of a basis
TINY = torch.finfo(torch.float64).tiny


class Linear(Protocol):
    """Products with Jacobians of n points, however they are made."""

    def right(self, columns: Tensor) -> Tensor: ...

    def left(self, rows: Tensor) -> Tensor: ...

    def only(self, rows: Tensor) -> Any: ...


class Dense:
    """Jacobians (n, S, S), and their products with thin matrices."""

    def __init__(self, matrices: Tensor):
        self.matrices = matrices

    def right(self, columns: Tensor) -> Tensor:
        """Return J columns for (n, S, k)."""
        return (columns.mT @ self.matrices.mT).mT

    def left(self, rows: Tensor) -> Tensor:
        """Return rows J for (n, k, S)."""
        return rows @ self.matrices

    def only(self, rows: Tensor) -> Dense:
        """Return the Jacobians of some points: a mask or indices."""
        return self if _all(rows, len(self.matrices)) else Dense(self.matrices[rows])

    def dense(self) -> Tensor:
        """Return the Jacobians themselves."""
        return self.matrices


class Factors:
    """LU factors of shift I - J in single precision, for n Jacobians; shift (n, 1, 1) is near 1."""

    def __init__(self, matrices: Tensor):
        self.shift = torch.full_like(matrices[:, :1, :1], SHIFT)
        self._factor(matrices)
        singular = self.factors.diagonal(dim1=1, dim2=2).abs().amin(1) < SINGULAR
        if singular.any():
            self.put(singular, Factors._beside(matrices[singular]))

    @classmethod
    def _beside(cls, matrices: Tensor) -> Factors:
        """Factor Jacobians that have an eigenvalue right at SHIFT."""
        factors = object.__new__(cls)
        factors.shift = torch.full_like(matrices[:, :1, :1], SECOND_SHIFT)
        factors._factor(matrices)
        return factors

    def _factor(self, matrices: Tensor) -> None:
        """Factor shift I - J in single precision."""
        shifted = matrices.to(torch.float32).neg_()
        shifted.diagonal(dim1=1, dim2=2).add_(self.shift[:, :, 0].float())
        self.factors, self.pivots, _ = torch.linalg.lu_factor_ex(shifted)

    def put(self, rows: Tensor, other: Factors) -> None:
        """Write `other` to the places `rows`."""
        for name in ("shift", "factors", "pivots"):
            getattr(self, name)[rows] = getattr(other, name)

    def columns32(self, rows: Tensor) -> Tensor:
        """Return, in rows, (shift I - J)^-1 of columns that stand in rows (n, k, S), float32."""
        return torch.linalg.lu_solve(self.factors, self.pivots, rows.mT).mT

    def rows32(self, rows: Tensor) -> Tensor:
        """Return rows (shift I - J)^-1 for (n, k, S), float32."""
        return torch.linalg.lu_solve(self.factors, self.pivots, rows.mT, adjoint=True).mT

    def only(self, rows: Tensor) -> Factors:
        """Return the factors of the points `rows`, a mask or indices."""
        if _all(rows, len(self.pivots)):
            return self
        part = object.__new__(Factors)
        for name in ("shift", "factors", "pivots"):
            setattr(part, name, getattr(self, name)[rows])
        return part

    def renew(self, rows: Tensor, matrices: Tensor) -> Factors:
        """Return the factors with those of `rows` (a mask) made again from Jacobians (n, S, S)."""
        if rows.all():
            return Factors(matrices)
        if rows.any():
            self.put(rows, Factors(matrices[rows]))
        return self


def _all(rows: Tensor, count: int) -> bool:
    """Say whether a mask, or indices, take all of `count` points."""
    return bool(rows.all()) if rows.dtype == torch.bool else len(rows) == count


class Solver(Protocol):
    """What stands for (shift I - J)^-1 at n points: factors of their own, or those of others."""

    @property
    def shift(self) -> Tensor: ...

    def columns32(self, rows: Tensor) -> Tensor: ...

    def rows32(self, rows: Tensor) -> Tensor: ...

    def only(self, rows: Tensor) -> Any: ...


class Subspace(NamedTuple):
    """Bases of an invariant subspace of each of n Jacobians: left @ right = 1 on used columns.

    right (n, S, K), left (n, K, S), zero in unused columns; used (n, K).
    """

    right: Tensor
    left: Tensor
    used: Tensor

    def project(self, vectors: Tensor) -> Tensor:
        """Return P vectors, (n, S), for the oblique projection P = right @ left on the subspace."""
        return ((vectors[:, None] @ self.left.mT) @ self.right.mT)[:, 0]

    def only(self, rows: Tensor) -> Subspace:
        """Return the subspaces of the points `rows`, a mask or indices."""
        return Subspace(self.right[rows], self.left[rows], self.used[rows])

    def put(self, rows: Tensor, other: Subspace) -> Subspace:
        """Return the subspaces with those of the points `rows` taken from `other`."""
        width = max(self.used.shape[1], other.used.shape[1])
        mine, theirs = self.widened(width), other.widened(width)
        for part, new in zip(mine, theirs):
            part[rows] = new
        return mine

    def widened(self, width: int) -> Subspace:
        """Return a copy with unused columns up to `width`."""
        missing = width - self.used.shape[1]
        pad = torch.nn.functional.pad
        right, left = pad(self.right, (0, missing)), pad(self.left, (0, 0, 0, missing))
        return Subspace(right.clone(), left.clone(), pad(self.used, (0, missing)).clone())


def joined(parts: list[Subspace]) -> Subspace:
    """Return the subspaces of all parts as one."""
    width = max(part.used.shape[1] for part in parts)
    return Subspace(*map(torch.cat, zip(*(part.widened(width) for part in parts))))


def start_blocks(mean: Tensor) -> tuple[Tensor, Tensor]:
    """Return orthonormal bases (S, BLOCK) of the slowest right and left eigenvectors of J."""
    return _slowest_basis(mean), _slowest_basis(mean.T)


def _slowest_basis(matrix: Tensor) -> Tensor:
    """Return an orthonormal basis (S, BLOCK) of the eigenvectors nearest to lambda = 1."""
    values, vectors = torch.linalg.eig(matrix)
    slowest = vectors[:, (1 - values).abs().argsort()[: 2 * BLOCK]]
    columns = torch.stack([slowest.real, slowest.imag], 2).flatten(1)
    basis, triangle = torch.linalg.qr(columns)
    return basis[:, triangle.diagonal().abs() > 1e-8][:, :BLOCK]


def slow_subspace(
    factors: Factors, blocks: tuple[Tensor, Tensor], min_modulus: float
) -> tuple[Subspace, Tensor]:
    """Return the span of the modes with |lambda| above `min_modulus` within REACH of 1.

    Also returned: agree (n,), whether the right and the left search saw equally many modes.
    `blocks` are start blocks (S, b), right and left.
    """
    right, right_used = _dominant(factors.columns32, blocks[0], factors.shift, min_modulus)
    left, left_used = _dominant(factors.rows32, blocks[1], factors.shift, min_modulus)
    agree = right_used.sum(1) == left_used.sum(1)
    width = min(right.shape[2], left.shape[2])
    used = right_used[:, :width] & left_used[:, :width]
    right, left = right[:, :, :width] * used[:, None], left[:, :, :width] * used[:, None]
    return Subspace(right, dual(left.mT, right, used), used), agree


def _dominant(solve, block: Tensor, shift: Tensor, min_modulus: float) -> tuple[Tensor, Tensor]:
    """Return a real basis (n, S, K) of the wanted Ritz vectors, and which are used (n, K)."""
    spanned, images = _krylov(solve, block.expand(len(shift), -1, -1))
    ritz, vectors = small_eig(spanned.mT @ images)
    values = shift[:, 0] - 1 / ritz
    wanted = ((1 - values).abs() < REACH) & (values.abs() > min_modulus)
    order = torch.where(wanted, ritz.abs(), -1.0).argsort(dim=1, descending=True, stable=True)
    order = order[:, : max(1, int(wanted.sum(1).max()))]
    used, ritz = wanted.gather(1, order), ritz.gather(1, order)
    vectors = vectors.gather(2, order[:, None, :].expand(-1, vectors.shape[1], -1))
    # A conjugate pair spans the plane of its real and its imaginary part.
    real = torch.where(ritz.imag[:, None, :] >= 0, vectors.real, vectors.imag)
    return (spanned @ real) * used[:, None], used


def _krylov(solve, block: Tensor) -> tuple[Tensor, Tensor]:
    """Return an orthonormal basis (n, S, m) of the Krylov space of `solve`, and its images."""
    basis, images = [block], []
    for step in range(BLOCKS):
        images.append(solve(basis[-1].mT.float()).mT.double())
        if step + 1 < BLOCKS:
            basis.append(_orthonormal_to(torch.cat(basis, 2), images[-1]))
    return torch.cat(basis, 2), torch.cat(images, 2)


def _orthonormal_to(basis: Tensor, vectors: Tensor) -> Tensor:
    """Return an orthonormal basis of what vectors span outside a basis."""
    for _ in range(2):  # once is not enough in floating point
        vectors = torch.linalg.qr(vectors - basis @ (basis.mT @ vectors))[0]
    return vectors


def dual(rows: Tensor, right: Tensor, used: Tensor) -> Tensor:
    """Return left (n, K, S) with the span of `rows`, left @ right = 1; not finite if impossible."""
    gram = rows @ right
    gram.diagonal(dim1=1, dim2=2).add_((~used).double())
    return torch.linalg.solve_ex(gram, rows)[0]


def small_eig(matrices: Tensor) -> tuple[Tensor, Tensor]:
    """Return eigenvalues and vectors of matrices (n, m, m); what is not finite counts as zero."""
    finite = matrices.isfinite().all(2).all(1)
    values, vectors = torch.linalg.eig(torch.where(finite[:, None, None], matrices, 0.0).cpu())
    return values.to(matrices.device), vectors.to(matrices.device)


def correct(
    linear: Linear, factors: Solver, space: Subspace, rounds: int = 1
) -> tuple[Subspace, Tensor]:
    """Return the subspace turned into an invariant one of J, and whether it was close.

    A turn longer than LONG_TURN is no correction any more.
    """
    close = torch.ones_like(space.used[:, 0])
    for _ in range(rounds):
        space, turn = turned(linear, factors, space)
        close &= turn < LONG_TURN
    return space, close


def turned(linear: Linear, factors: Solver, space: Subspace) -> tuple[Subspace, Tensor]:
    """Return the subspace after one correction, and how long that was (n,), as a share.

    Newton's method for invariant subspaces (Stewart 1973, Error and perturbation bounds for
    subspaces): the residual E = J V - V M asks for a turn Z with (I - J) Z - Z (I - M) = E, solved
    by INNER fixed-point steps with `factors`, which may belong to Jacobians nearby.
    """
    right, left, used = space
    image, preimage = linear.right(right).mT, linear.left(left)
    coupling = left @ image.mT
    rest = (factors.shift * _one(coupling) - coupling).float()
    # The turn need not be exact. Its columns stand in rows, where thin products are faster.
    error, left_error = (
        (image - coupling.mT @ right.mT).float(),
        (preimage - coupling @ left).float(),
    )
    own, left_own = right.mT.float(), left.float()
    turn, left_turn = error, left_error
    for step in range(INNER):
        # What the solve adds inside the subspace, where it may be nearly singular, means nothing.
        turn = factors.columns32(error + rest.mT @ turn if step else error)
        turn = turn - (turn @ left_own.mT) @ own
        left_turn = factors.rows32(left_error + rest @ left_turn if step else left_error)
        left_turn = left_turn - (left_turn @ own.mT) @ left_own
    length = _share(turn, own).maximum(_share(left_turn, left_own)).double()
    right = (right.mT + turn).mT
    return Subspace(right, dual(left + left_turn, right, used), used), length


def _one(like: Tensor) -> Tensor:
    """Return the identity of the size of matrices (n, k, k)."""
    return torch.eye(like.shape[1], dtype=like.dtype, device=like.device)


def settle(linear: Linear, factors: Solver, space: Subspace) -> tuple[Subspace, Tensor]:
    """Correct a subspace until it is invariant, and say where (n,) that worked."""
    active = torch.arange(len(space.used), device=space.used.device)
    turns = torch.full_like(factors.shift[:, 0, 0], GUESSED)
    settled = torch.zeros_like(space.used[:, 0])
    for _ in range(SETTLING):
        better, turn = turned(linear, factors, space.only(active))
        space = better if len(active) == len(turns) else space.put(active, better)
        # Every correction leaves about the same share of an error, so this is what is left.
        remaining = turn * (turn / turns[active]).clamp(LEAST_SHARE, 1)
        settled[active] = remaining < SETTLED
        on = ~(remaining < SETTLED) & (turn < HOPELESS * turns[active])
        turns[active] = turn
        if not on.any():
            break
        if on.sum() < len(active) / 2:
            active, linear, factors = active[on], linear.only(on), factors.only(on)
    return space, settled


def _share(turn: Tensor, basis: Tensor) -> Tensor:
    """Return the length (n,) of a turn over that of the basis."""
    return torch.linalg.matrix_norm(turn) / torch.linalg.matrix_norm(basis).clamp_min(
        torch.finfo(basis.dtype).tiny
    )


def held_part(space: Subspace, linear: Linear, min_modulus: float) -> Subspace:
    """Return the part of `space` that belongs to modes with |lambda| above `min_modulus`."""
    values, vectors = small_eig(space.left @ linear.right(space.right))
    slow = (values.abs() > min_modulus) & space.used
    inverse = torch.linalg.inv_ex(vectors)[0]
    projector = ((vectors * slow[:, None]) @ inverse).real
    rotated, lengths, onto = torch.linalg.svd(torch.where(projector.isfinite(), projector, 0.0))
    count = slow.sum(1)
    width = max(1, int(count.max()))
    used = torch.arange(width, device=count.device) < count[:, None]
    right = (space.right @ rotated[:, :, :width]) * used[:, None]
    left = (lengths[:, :width, None] * onto[:, :width]) @ space.left * used[:, :, None]
    return Subspace(right, left, used)


def remaining_modulus(linear: Linear, space: Subspace) -> Tensor:
    """Estimate the largest |lambda| (n,) outside `space`, wherever in the complex plane it lies.

    POWERS steps of (1 - P) J on one random row damp what is small, then ARNOLDI steps tell the
    outer Ritz values (accurate to some .05 in trained networks, better for a mode that stands out).
    """
    right, left = space.right, space.left
    generator = torch.Generator("cpu").manual_seed(0)
    drawn = torch.randn(1, right.shape[1], generator=generator, dtype=torch.float64, device="cpu")
    row = _outside(drawn.to(right.device).expand(len(right), -1, -1), right, left)
    for _ in range(POWERS):
        row = _outside(linear.left(_unit(row)), right, left)
    basis, images = [_unit(row)], []
    for step in range(ARNOLDI):
        images.append(_outside(linear.left(basis[-1]), right, left))
        if step + 1 < ARNOLDI:
            spanned, row = torch.cat(basis, 1), images[-1]
            for _ in range(2):
                row = _unit(row - (row @ spanned.mT) @ spanned)
            basis.append(row)
    return small_eig(torch.cat(images, 1) @ torch.cat(basis, 1).mT)[0].abs().max(1).values


def _outside(rows: Tensor, right: Tensor, left: Tensor) -> Tensor:
    """Return rows (n, k, S) without their part in a subspace."""
    return rows - (rows @ right) @ left


def _unit(rows: Tensor) -> Tensor:
    """Return rows (n, 1, S) of unit length."""
    return rows / torch.linalg.vector_norm(rows, dim=2, keepdim=True).clamp_min(TINY)


def min_modulus_of(tau: float) -> float:
    """Return |lambda| of a decaying mode with time constant tau in words: exp(-1 / tau)."""
    return math.exp(-1 / tau)
