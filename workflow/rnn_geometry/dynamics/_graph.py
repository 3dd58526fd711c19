"""The graph that torch records of one call of a step, cut where the state first meets a matrix."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge

from rnn_geometry.dynamics._calls import gradients_of
from rnn_geometry.dynamics.step import Step

PRODUCTS = {"MmBackward0", "AddmmBackward0", "BmmBackward0", "BaddbmmBackward0", "LinearBackward0"}
MOST_NODES = 2000  # of a graph that is looked into

Node = Any  # torch has no class of them that could be named


class Graph:
    """F(h, x) at states h (n, S), and the products u = W v(h) that no other leads to.

    Whatever shapes a step gives u and v, here they are (n, m) and (n, p).
    """

    def __init__(self, step: Step, h: Tensor, x: Tensor):
        self.h = h.detach().clone().requires_grad_()
        with torch.enable_grad():
            self.result = step(self.h, x)
        found = _first_products(self.result.grad_fn, self.h)
        self._nodes = list(found)
        self._products = [GradientEdge(node, 0) for node in found]
        self._sources = [GradientEdge(*edge) for edge in found.values()]

    def widths(self) -> list[int] | None:
        """Return m of every product, None where one has no row of doubles per state."""
        found = [_width(edge, len(self.h)) for edge in self._products]
        sources = [_width(edge, len(self.h)) for edge in self._sources]
        return None if 0 in found or 0 in sources else found

    def behind(self, weights: Tensor) -> list[Tensor]:
        """Return gradients of weights (S,) * F: of every u (n, m), then of h not by way of a u."""
        with _cut(self._nodes):
            return self._gradients(self.result, [*self._products, self.h], weights)

    def total(self, weights: Tensor) -> Tensor:
        """Return the gradient (n, S) of weights (S,) * F."""
        return self._gradients(self.result, [self.h], weights)[0]

    def of_product(self, index: int, weights: Tensor) -> Tensor:
        """Return the gradient (n, p) of weights (n, m) * u with respect to v."""
        return self._gradients(self._products[index], [self._sources[index]], weights)[0]

    def of_source(self, index: int, weights: Tensor | None = None) -> Tensor:
        """Return the gradient (n, S) of weights (p,) * v, of the sum of v without weights."""
        edge = self._sources[index]
        weights = self.h.new_ones(_width(edge, len(self.h))) if weights is None else weights
        return self._gradients(edge, [self.h], weights)[0]

    def _gradients(self, result: Any, variables: list[Any], weights: Tensor) -> list[Tensor]:
        """Return gradients, (n, size) each, zero where there is none."""
        weights = weights.expand(len(self.h), -1).reshape(_shape(result))
        found = gradients_of(result, variables, weights, again=True)
        shapes = [(len(self.h), _shape(variable).numel() // len(self.h)) for variable in variables]
        return [
            self.h.new_zeros(shape) if gradient is None else gradient.reshape(shape)
            for gradient, shape in zip(found, shapes)
        ]


def _shape(value: Any) -> torch.Size:
    """Return the shape of a tensor, or of what an edge leads to."""
    if isinstance(value, Tensor):
        return value.shape
    return torch.Size(value.node._input_metadata[value.output_nr].shape)


def _width(edge: GradientEdge, count: int) -> int:
    """Return m of float64 of the shape (count, m) but for axes of length one, else 0."""
    shape = _shape(edge)
    width = shape.numel() // count
    long, expected = ([size for size in sizes if size != 1] for sizes in (shape, (count, width)))
    double = edge.node._input_metadata[edge.output_nr].dtype == torch.float64
    return width if double and long == expected else 0


@contextmanager
def _cut(nodes: list[Node]) -> Iterator[None]:
    """Let no gradient pass through some nodes; what they are given is seen all the same."""
    hooks = [node.register_prehook(lambda gradients: (None,) * len(gradients)) for node in nodes]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _first_products(end: Node, h: Tensor) -> dict[Node, tuple[Node, int]]:
    """Return the products that no other leads to on the way from h, each with the edge to its v.

    Empty, too, where h is multiplied by itself, and for a graph too large to look into.
    """
    # How many products lead from h to a node at most; None: h does not reach it.
    depths: dict[Node, int | None] = {None: None}
    found = {}
    for node in _from_the_leaves(end):
        edges = [edge for edge in node.next_functions if depths[edge[0]] is not None]
        depth = max((depths[edge[0]] or 0 for edge in edges), default=None)
        if getattr(node, "variable", None) is h:
            depth = 0
        if depth is not None and node.name() in PRODUCTS:
            if depth == 0 and len(edges) > 1:
                return {}
            if depth == 0:
                found[node] = edges[0]
            depth += 1
        depths[node] = depth
    return found


def _from_the_leaves(end: Node) -> list[Node]:
    """Return the nodes of a graph, each after all that it leads to; none of a large graph."""
    order: list[Node] = []
    seen, stack = {None, end}, [(end, iter(end.next_functions))] if end else []
    while stack:
        fresh = next((edge[0] for edge in stack[-1][1] if edge[0] not in seen), None)
        if fresh is None:
            order.append(stack.pop()[0])
        elif len(seen) > MOST_NODES:
            return []
        else:
            seen.add(fresh)
            stack.append((fresh, iter(fresh.next_functions)))
    return order
