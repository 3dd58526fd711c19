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

PRODUCTS = ("MmBackward0", "AddmmBackward0")
MOST_NODES = 2000  # of a graph that is looked into

Node = Any  # torch has no class of them that could be named
Edge = tuple[Node, int]


class Graph:
    """F(h, x) at states h (n, S), and the products u = v W' (n, m) that no other leads to."""

    def __init__(self, step: Step, h: Tensor, x: Tensor):
        self.h = h.detach().clone().requires_grad_()
        with torch.enable_grad():
            self.result = step(self.h, x)
        found = _first_products(self.result.grad_fn, self.h)
        self.nodes = list(found)
        self.products = [GradientEdge(node, 0) for node in found]
        self.sources = [GradientEdge(*edge) for edge in found.values()]

    def widths(self) -> list[int] | None:
        """Return m of every product, None where one has no row per state."""
        shapes = [tuple(node._input_metadata[0].shape) for node in self.nodes]
        fit = all(len(shape) == 2 and shape[0] == len(self.h) for shape in shapes)
        return [shape[1] for shape in shapes] if fit else None

    def sources_widths(self) -> list[int]:
        """Return p of every v (n, p)."""
        return [edge.node._input_metadata[edge.output_nr].shape[-1] for edge in self.sources]

    def behind(self, weights: Tensor) -> list[Tensor | None]:
        """Return gradients of weights * F: of every u (n, m), then of h not by way of a u."""
        with _cut(self.nodes):
            return self._gradients(self.result, [*self.products, self.h], weights)

    def total(self, weights: Tensor) -> Tensor | None:
        """Return the gradient (n, S) of weights * F."""
        return self._gradients(self.result, [self.h], weights)[0]

    def of_product(self, index: int, weights: Tensor) -> Tensor | None:
        """Return the gradient of weights (n, m) * u with respect to v."""
        return self._gradients(self.products[index], [self.sources[index]], weights)[0]

    def of_source(self, index: int, weights: Tensor) -> Tensor | None:
        """Return the gradient (n, S) of weights * v."""
        return self._gradients(self.sources[index], [self.h], weights)[0]

    def _gradients(self, result: Any, variables: list[Any], weights: Tensor):
        return list(gradients_of(result, variables, weights, again=True))


@contextmanager
def _cut(nodes: list[Node]) -> Iterator[None]:
    """Let no gradient pass through some nodes; what they are given is seen all the same."""
    hooks = [node.register_prehook(lambda gradients: (None,) * len(gradients)) for node in nodes]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _first_products(end: Node, h: Tensor) -> dict[Node, Edge]:
    """Return the products that no other leads to on the way from h, each with its variable edge.

    Empty, too, for a product of two variables, and for a graph that is too large to look into.
    """
    order = _from_the_leaves(end)
    # How many products lead from h to a node at most; none: h does not reach it.
    above: dict[Node, int | None] = {}
    found: dict[Node, Edge] = {}
    for node in order:
        edges = [edge for edge in node.next_functions if above.get(edge[0]) is not None]
        depth = max((above[edge[0]] for edge in edges), default=None)
        if getattr(node, "variable", None) is h:
            depth = 0
        if depth is not None and node.name() in PRODUCTS:
            if depth == 0:
                found[node] = edges[0]
                if len(edges) > 1:
                    return {}
            depth += 1
        above[node] = depth
    return found


def _from_the_leaves(end: Node) -> list[Node]:
    """Return the nodes of a graph, each after all that it leads to; none of a large graph."""
    order: list[Node] = []
    if end is None:
        return order
    seen, stack = {end}, [(end, iter(end.next_functions))]
    while stack:
        node, edges = stack[-1]
        fresh = next((edge[0] for edge in edges if edge[0] and edge[0] not in seen), None)
        if fresh is None:
            order.append(stack.pop()[0])
        elif len(seen) == MOST_NODES:
            return []
        else:
            seen.add(fresh)
            stack.append((fresh, iter(fresh.next_functions)))
    return order
