"""Jacobians of steps that are products u = W v(h) and, apart from those, work entry by entry.

Such are most cells, however their code looks. An entry of F then depends on few entries of all u
and of h, and J is a sum of few rows of W, scaled per point. All scales come of a few backward
passes that stop at the products (Curtis, Powell & Reid 1974, On the estimation of sparse Jacobian
matrices); plain reverse mode needs a pass through all products for every entry of the state.

The structure is guessed from the graph and from derivatives at a few points. It is not trusted: at
every point J' c is compared with the gradient of c' F for a vector c without a pattern.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from rnn_geometry.dynamics._graph import Graph
from rnn_geometry.dynamics.step import Step

ROWS = 32  # points at which a structure is looked for
MOVE = 1e-3  # of the first copy of a point, as a share of 1 + |h|
MOST_TERMS, MOST_COLOURS = 16, 8  # terms of an entry of F, backward passes
TOLERANCE = 1e-11  # share of the largest that a part of a gradient may be
CACHE_BYTES = 2**21


class Product(NamedTuple):
    """A product u = W v, and what it adds to J.

    matrix (m, S) is W with the columns of those entries of h that v depends on, zero outside of
    `start` to `stop`. Term k adds scales[places[k]] times the row rows[k] (S, stop - start). Where
    v is no mere part of h it is `bent`: J is scaled by its slopes as well.
    """

    matrix: Tensor
    places: list[Tensor]
    rows: list[Tensor]
    start: int
    stop: int
    bent: bool


class Structure(NamedTuple):
    """Where the derivatives of a step are.

    Variables are the entries of all u, then of h, V together. colours (c, S) marks entries of F
    that share no variable; owner (c, V) names the one that depends on a variable, S for none.
    direct: the places in J of what comes of h itself, and the places of their scales in (c, V).
    """

    colours: Tensor
    owner: Tensor
    products: list[Product]
    direct: tuple[Tensor, Tensor]

    def jacobian(self, step: Step, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return J_rec (n, S, S), and the points (n,) at which it is right."""
        graph = Graph(step, h, x)
        if graph.widths() != [len(product.matrix) for product in self.products]:
            return h[:, :, None].repeat(1, 1, h.shape[1]), torch.zeros_like(h[:, 0]).bool()
        scales = torch.stack([torch.cat(graph.behind(colour), 1) for colour in self.colours], 1)
        slopes = [graph.of_source(k) if p.bent else None for k, p in enumerate(self.products)]
        return self._assembled(scales.flatten(1), slopes), self._right(graph, scales, slopes)

    def _right(self, graph: Graph, scales: Tensor, slopes: list[Tensor | None]) -> Tensor:
        """Say at which of n points J' c is the gradient of c' F."""
        size = self.colours.shape[1]
        weights = wave(size, scales)
        expected = graph.total(weights)
        given = (scales * torch.nn.functional.pad(weights, (0, 1))[self.owner]).sum(1)
        widths = [len(product.matrix) for product in self.products]
        *parts, found = given.split([*widths, size], 1)
        largest = found.abs().maximum(expected.abs())
        for part, product, slope in zip(parts, self.products, slopes):
            added = part @ product.matrix
            # What a sum is at most says how much rounding it may hold. Entries of the state may
            # have units of very different size, so that each is judged by itself.
            most = part.norm(dim=1)[:, None] * product.matrix.norm(dim=0)
            if slope is not None:
                added, most = added * slope, most * slope.abs()
            found, largest = found + added, largest.maximum(most)
        return ((found - expected).abs() <= TOLERANCE * largest).all(1)

    def _assembled(self, scales: Tensor, slopes: list[Tensor | None]) -> Tensor:
        """Return J (n, S, S) of scales (n, cV)."""
        size = self.colours.shape[1]
        result = scales.new_zeros(len(scales), size, size)
        # Sums of products are limited by memory: made while they fit the cache.
        length = len(scales) if scales.is_cuda else max(1, CACHE_BYTES // (8 * size**2))
        for first in range(0, len(scales), length):
            rows = slice(first, first + length)
            for product, slope in zip(self.products, slopes):
                _add(result[rows], product, scales[rows], None if slope is None else slope[rows])
        places, whence = self.direct
        result.flatten(1)[:, places] += scales[:, whence]
        return result


def _add(result: Tensor, product: Product, scales: Tensor, slope: Tensor | None) -> None:
    """Add what comes by way of a product to J (n, S, S)."""
    block = result[:, :, product.start : product.stop]
    added = block if slope is None else torch.zeros_like(block)
    for place, rows in zip(product.places, product.rows):
        added.addcmul_(scales[:, place, None], rows)
    if slope is not None:
        block.addcmul_(added, slope[:, None, product.start : product.stop])


def wave(size: int, like: Tensor) -> Tensor:
    """Return a vector (size,) of numbers without a pattern."""
    return torch.cos(torch.arange(1, size + 1, dtype=like.dtype, device=like.device) ** 1.5)


def _one(size: int, like: Tensor) -> Tensor:
    """Return the unit matrix (size, size)."""
    return torch.eye(size, dtype=like.dtype, device=like.device)


def look(step: Step, h: Tensor, x: Tensor) -> Structure | None:
    """Return the structure of a step at states h (n, S), None where it has none that helps."""
    graph = Graph(step, *_some(h, x))
    widths, touched = graph.widths(), None
    if widths is not None:
        touched = _touched(graph)
    if widths is None or touched is None:
        return None
    colour = _colouring(touched)
    size, variables = touched.shape
    owner = colour.new_full((int(colour.max()) + 1, variables), size)
    entries, places = touched.nonzero().unbind(1)
    owner[colour[entries], places] = entries
    whence = colour[:, None] * variables + torch.arange(variables, device=colour.device)
    parts = zip(touched.split([*widths, size], 1), whence.split([*widths, size], 1))
    products = [_product(graph, index, *next(parts)) for index in range(len(widths))]
    direct, whence = next(parts)
    if len(owner) > min(MOST_COLOURS, 1 + size // 4):
        return None
    return Structure(
        torch.nn.functional.one_hot(colour).T.to(h),
        owner.to(h.device),
        products,
        (direct.flatten().nonzero()[:, 0].to(h.device), whence[direct].to(h.device)),
    )


def _some(h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return ROWS of the points; of fewer, copies that are moved a little."""
    if len(h) >= ROWS:
        rows = torch.arange(ROWS, device=h.device) * (len(h) - 1) // (ROWS - 1)
        return h[rows], x[rows]
    rows = torch.arange(ROWS, device=h.device)
    copies, rows = rows // len(h), rows % len(h)
    moves = MOVE * copies[:, None] * wave(h.shape[1], h)
    return h[rows] + moves * (1 + h[rows].abs()), x[rows]


def _touched(graph: Graph) -> Tensor | None:
    """Return which variables each entry of F depends on, (S, V); None where those are many."""
    found = []
    for weights in _one(graph.h.shape[1], graph.h):
        found.append((torch.cat(graph.behind(weights), 1) != 0).any(0).cpu())
        if found[-1].sum() > MOST_TERMS:
            return None
    return torch.stack(found)


def _colouring(touched: Tensor) -> Tensor:
    """Return a colour (S,) for every row, such that rows of one colour have no column in common."""
    taken: list[Tensor] = []
    colours = []
    for row in touched:
        free = (colour for colour, columns in enumerate(taken) if not (columns & row).any())
        colours.append(next(free, len(taken)))
        if colours[-1] == len(taken):
            taken.append(torch.zeros_like(row))
        taken[colours[-1]] |= row
    return torch.tensor(colours, device=touched.device)


def _product(graph: Graph, index: int, touched: Tensor, whence: Tensor) -> Product:
    """Return a product: `touched` (S, m) says on which u each entry of F depends."""
    matrix, bent = _in_states(_matrix(graph, index, touched.shape[1]), graph, index)
    used = matrix.any(0).nonzero()[:, 0].tolist() or [0]
    start, stop = used[0], used[-1] + 1
    # The columns that each row touches, in order, filled up with one that stands for nothing.
    width = len(matrix)
    numbers = torch.arange(width, device=touched.device)
    columns = torch.where(touched, numbers, width).sort(1).values
    columns = columns[:, : int(touched.sum(1).max())].T
    padded = torch.nn.functional.pad(matrix[:, start:stop], (0, 0, 0, 1))
    entries = torch.arange(len(touched), device=touched.device)
    return Product(
        matrix,
        [whence[entries, column.clamp(max=width - 1)].to(matrix.device) for column in columns],
        [padded[column.to(matrix.device)] for column in columns],
        start,
        stop,
        bent,
    )


def _matrix(graph: Graph, index: int, width: int) -> Tensor:
    """Return W (m, p) of a product: every pass brings a row of it per point."""
    count, blocks = len(graph.h), []
    for rows in _one(width, graph.h).split(count):
        weights = torch.nn.functional.pad(rows, (0, 0, 0, count - len(rows)))
        blocks.append(graph.of_product(index, weights)[: len(rows)])
    return torch.cat(blocks)


def _in_states(matrix: Tensor, graph: Graph, index: int) -> tuple[Tensor, bool]:
    """Return W (m, S) by entries of h in place of those of v, and whether v is bent.

    As v works entry by entry, slopes of v and of v times its places tell which entry is whose.
    """
    width = matrix.shape[1]
    slope = graph.of_source(index)
    counted = torch.arange(1, width + 1, dtype=slope.dtype, device=slope.device)
    by_place = graph.of_source(index, counted)
    steepest = slope.abs().argmax(0, keepdim=True)
    slope_there, place = slope.gather(0, steepest)[0], by_place.gather(0, steepest)[0]
    place = (place / slope_there).nan_to_num(1.0).round().long().clamp(1, width) - 1
    moved = slope_there != 0
    return torch.where(moved, matrix[:, place], 0.0), bool((slope[:, moved] != 1).any())
