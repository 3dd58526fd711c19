"""Jacobians of steps that are products u = W v(h) and, apart from those, work entry by entry.

Such are most cells, however their code looks. An entry of F then depends on few entries of all u
and of h, and J is a sum of few rows of W, scaled per point. All scales come of a few backward
passes that stop at the products (Curtis, Powell & Reid 1974, On the estimation of sparse Jacobian
matrices), where plain reverse mode needs a pass through all products per entry of the state.

The structure is guessed from the graph and from derivatives at a few points. It is not trusted: at
every point J' c is compared with the gradient of c' F for a vector c without a pattern.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from rnn_geometry.dynamics._graph import Graph
from rnn_geometry.dynamics.step import Step

ROWS = 32  # points at which a structure is looked for, at least a quarter of them
MOST_TERMS, MOST_COLOURS = 16, 8  # of an entry of F; backward passes
TOLERANCE = 1e-11  # share of the largest entry of a gradient
CACHE_BYTES = 2**20


class Term(NamedTuple):
    """One row of W for every entry i of F: J[i] += scale[place[i]] * rows[i]."""

    place: Tensor
    rows: Tensor


class Product(NamedTuple):
    """A product u = W v: W (m, S), as if v were h, and the terms that it adds to J.

    Only the columns from `start` to `stop` are not zero; `bent`: v is no mere part of h.
    """

    matrix: Tensor
    terms: list[Term]
    start: int
    stop: int
    bent: bool


class Structure(NamedTuple):
    """Where derivatives are: colours (c, S) of entries of F that share no variable.

    Variables are the entries of all u, then of h; owner (c, V) names the entry of F that depends on
    a variable, S for none. direct: the entries (i, j) of J that come of h itself, and whence.
    """

    colours: Tensor
    owner: Tensor
    products: list[Product]
    direct: tuple[Tensor, Tensor]

    def jacobian(self, step: Step, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return J_rec (n, S, S), and the points (n,) at which it is right."""
        graph = Graph(step, h, x)
        if len(graph.products) != len(self.products) or graph.widths() is None:
            return h.new_empty(len(h), h.shape[1], h.shape[1]), torch.zeros_like(h[:, 0]).bool()
        scales = torch.stack([_scales(graph, colour, h) for colour in self.colours], 1)
        bends = [_bend(graph, k, h) if p.bent else None for k, p in enumerate(self.products)]
        right = self._right(graph, scales, bends)
        return self._assembled(scales.flatten(1), bends), right

    def _right(self, graph: Graph, scales: Tensor, bends: list[Tensor | None]) -> Tensor:
        """Compare J' c with the gradient of c' F, at each of n points."""
        size = self.colours.shape[1]
        weights = wave(size, scales)
        expected = graph.total(weights.expand(len(scales), -1))
        given = torch.nn.functional.pad(weights, (0, 1))[self.owner]
        by_variable = (scales * given).sum(1)
        *parts, found = by_variable.split([*map(len, (p.matrix for p in self.products)), size], 1)
        largest = found.abs()
        for part, product, bend in zip(parts, self.products, bends):
            change = part @ product.matrix
            found = found + (change if bend is None else change * bend)
            largest = largest.maximum(change.abs())
        if expected is None:
            return torch.zeros_like(found[:, 0]).bool()
        limit = TOLERANCE * largest.maximum(expected.abs()).amax(1)
        return (found - expected).abs().amax(1) <= limit

    def _assembled(self, scales: Tensor, bends: list[Tensor | None]) -> Tensor:
        """Return J of scales (n, cV): sums that are limited by memory, so made within the cache."""
        size = self.colours.shape[1]
        result = scales.new_zeros(len(scales), size, size)
        length = len(scales) if scales.is_cuda else max(1, CACHE_BYTES // (8 * size**2))
        for first in range(0, len(scales), length):
            rows = slice(first, first + length)
            for product, bend in zip(self.products, bends):
                _add(result[rows], product, scales[rows], None if bend is None else bend[rows])
        places, whence = self.direct
        result.flatten(1)[:, places] += scales[:, whence]
        return result


def _add(result: Tensor, product: Product, scales: Tensor, bend: Tensor | None) -> None:
    """Add what comes by way of a product to J."""
    block = result[:, :, product.start : product.stop]
    added = block if bend is None else torch.zeros_like(block)
    for place, rows in product.terms:
        added.addcmul_(scales[:, place, None], rows)
    if bend is not None:
        block.addcmul_(added, bend[:, None, product.start : product.stop])


def wave(size: int, like: Tensor) -> Tensor:
    """Return a vector (size,) of numbers without a pattern."""
    return torch.cos(torch.arange(1, size + 1, dtype=like.dtype, device=like.device) ** 1.5)


def look(step: Step, h: Tensor, x: Tensor) -> Structure | None:
    """Return the structure of a step at states h (n, S), None where it has none that helps."""
    rows = torch.linspace(0, len(h) - 1, ROWS, device=h.device).long()
    graph = Graph(step, h[rows], x[rows])
    widths = graph.widths()
    touched = None if widths is None else _touched(graph)
    if widths is None or touched is None:
        return None
    colour = _colouring(touched)
    if colour.max() >= MOST_COLOURS:
        return None
    size, variables = touched.shape
    colours = h.new_zeros(int(colour.max()) + 1, size)
    colours[colour, torch.arange(size)] = 1
    owner = torch.full((len(colours), variables), size)
    entries, places = touched.nonzero().unbind(1)
    owner[colour[entries], places] = entries
    whence = colour[:, None] * variables + torch.arange(variables)
    products, first = [], 0
    for index, width in enumerate(widths):
        own = slice(first, first + width)
        products.append(_product(graph, index, touched[:, own], whence[:, own]))
        first += width
    entries, places = touched[:, first:].nonzero().unbind(1)
    direct = entries * size + places, whence[:, first:][entries, places]
    to = h.device
    return Structure(colours, owner.to(to), products, (direct[0].to(to), direct[1].to(to)))


def _touched(graph: Graph) -> Tensor | None:
    """Return which variables each entry of F depends on, (S, V); None where those are many."""
    found = []
    for weights in torch.eye(graph.h.shape[1], dtype=graph.h.dtype, device=graph.h.device):
        scales = _scales(graph, weights, graph.h)
        found.append((scales != 0).any(0).cpu())
        if found[-1].sum() > MOST_TERMS:
            return None
    return torch.stack(found)


def _scales(graph: Graph, weights: Tensor, h: Tensor) -> Tensor:
    """Return the gradient of weights (S,) * F with respect to all variables, (n, V)."""
    widths = [*(graph.widths() or []), h.shape[1]]
    parts = graph.behind(weights.expand(len(h), -1))
    empty = (h.new_zeros(len(h), width) for width in widths)
    return torch.cat([none if part is None else part for part, none in zip(parts, empty)], 1)


def _colouring(touched: Tensor) -> Tensor:
    """Return a colour (S,) for every row, rows of one colour having no column in common."""
    taken, colours = [], []
    for row in touched:
        free = (index for index, columns in enumerate(taken) if not (columns & row).any())
        colour = next(free, len(taken))
        if colour == len(taken):
            taken.append(torch.zeros_like(row))
        taken[colour] |= row
        colours.append(colour)
    return torch.tensor(colours)


def _product(graph: Graph, index: int, touched: Tensor, whence: Tensor) -> Product:
    """Return a product of a graph: which of its entries (S, m) count, and where scales stand."""
    h = graph.h
    matrix, bent = _straightened(_matrix(graph, index, touched.shape[1]), graph, index)
    used = matrix.any(0).nonzero()[:, 0]
    start, stop = (int(used[0]), int(used[-1]) + 1) if len(used) else (0, 0)
    padded = torch.nn.functional.pad(matrix[:, start:stop], (0, 0, 0, 1))
    # The columns that count of every row, in order, filled up with the column of zeros.
    columns = torch.where(touched, torch.arange(len(matrix)), len(matrix)).sort(1).values
    count = int(touched.sum(1).max())
    terms = []
    for column in columns[:, :count].unbind(1):
        place = whence.gather(1, column.clamp(max=len(matrix) - 1)[:, None])[:, 0]
        terms.append(Term(place.to(h.device), padded[column.to(h.device)]))
    return Product(matrix, terms, start, stop, bent)


def _matrix(graph: Graph, index: int, width: int) -> Tensor:
    """Return W (m, p) of a product: in one pass a row of it for each point."""
    one = torch.eye(width, dtype=graph.h.dtype, device=graph.h.device)
    blocks = []
    for rows in one.split(len(graph.h)):
        weights = one.new_zeros(len(graph.h), width)
        weights[: len(rows)] = rows
        blocks.append(graph.of_product(index, weights)[: len(rows)])
    return torch.cat(blocks)


def _straightened(matrix: Tensor, graph: Graph, index: int) -> tuple[Tensor, bool]:
    """Return W (m, S) as if v were h, and whether it is no mere part of h."""
    h = graph.h
    counted = torch.arange(1, matrix.shape[1] + 1, dtype=h.dtype, device=h.device)
    slope, by_place = (
        graph.of_source(index, weights.expand(len(h), -1))
        for weights in (torch.ones_like(counted), counted)
    )
    steepest = slope.abs().argmax(0, keepdim=True)
    slope_there = slope.gather(0, steepest)[0]
    place = by_place.gather(0, steepest)[0] / slope_there
    place = place.nan_to_num(1.0).round().long().clamp(1, matrix.shape[1]) - 1
    straight = torch.where(slope_there != 0, matrix[:, place], 0.0)
    return straight, bool(((slope != 1) & (slope_there != 0)).any())


def _bend(graph: Graph, index: int, h: Tensor) -> Tensor:
    """Return the slopes (n, S) of v of a product, at the entries of h that it depends on."""
    width = graph.sources_widths()[index]
    return graph.of_source(index, torch.ones(len(h), width, dtype=h.dtype, device=h.device))
