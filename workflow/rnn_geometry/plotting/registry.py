"""Figures over all networks: a function of `overview` that is marked here, and a caption in
workflow/report that bears its name.

Light on purpose: their names are files of the graph, which is made without matplotlib.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OVER_NETWORKS: dict[str, Callable[..., Figure]] = {}


def over_networks(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Draw a figure over all networks in every run.

    Parameters
    ----------
    draw
        Its parameters are named as what it needs: `runs`, `tasks`, `dimension`, `multiverse`
        (tables as frames, rows in the order of tasks), `order` (names of tasks), `mean_lengths`
        (mean words of a sentence by task).

    Returns
    -------
    callable
        The same function.
    """
    OVER_NETWORKS[draw.__name__] = draw
    return draw


def names_over_networks() -> list[str]:
    """Return the names of the marked functions of `overview`, in order, from its text."""
    text = Path(__file__).with_name("overview.py").read_text(encoding="utf-8")
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return [function.name for function in functions if _is_marked(function)]


def _is_marked(function: ast.FunctionDef) -> bool:
    marks = (mark.id for mark in function.decorator_list if isinstance(mark, ast.Name))
    return over_networks.__name__ in marks


def drawn(draw: Callable[..., Figure], tables: Mapping[str, Any]) -> Figure:
    """Return a figure, drawn from those tables that it asks for.

    Parameters
    ----------
    draw
        A marked function.
    tables
        By the names of parameters, see `over_networks`.
    """
    return draw(**{name: tables[name] for name in inspect.signature(draw).parameters})
