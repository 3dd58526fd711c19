"""Figures over all networks: a function of `overview` that is marked here, and a caption in
workflow/report that bears its name.

Light on purpose: their names are files of the graph, which is made without matplotlib.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OVER_NETWORKS: dict[str, Callable[..., Figure]] = {}
# What is to be seen in each, above all its panels; one without a sentence has none.
TITLES = {
    "dimension_overview": "Dimension of the slow points of every network, beside theory",
    "readout_angles": "Angles between readout vectors, beside theory",
    "accuracy_cliff": "What is lost with d components of the final states, and with one fewer",
    "generalisation": "Accuracy on sentences like those of training, and on those that ask more",
    "time_constants": "How many words slow modes last; those that theory expects are shaded",
    "growth_and_decay": "Where slow modes grow, above 0, and where they decay",
    "predicted_dimension": "How far the dimension is from that predicted before training",
    "estimators": "Dimension of three sets of points by six measures, beside theory",
    "causal_tests": "What decisions owe to the slow subspace, beside controls",
    "modifier_gains": "By what factor a word changes the effect of the next one",
    "input_output_dimension": "Through how many dimensions inputs reach outputs: above the cut",
    "robustness_to_noise": "What noise on weights leaves of manifold, memory and fixed points",
    "analyses_agree": "How many analyses agree with each verdict",
}
LETTERS = 0.057  # inches of a letter of a title
TITLE_LINE, MARGIN = 0.15, 0.06  # inches


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
    figure = draw(**{name: tables[name] for name in inspect.signature(draw).parameters})
    title = TITLES.get(draw.__name__, "")
    if title and any(ax.axison for ax in figure.axes):  # else it says why it is blank
        _head(figure, title)
    return figure


def _head(figure: Figure, title: str) -> None:
    """Write a sentence above all panels, at the left; the figure grows by its lines."""
    lines = textwrap.wrap(title, int((figure.get_figwidth() - 2 * MARGIN) / LETTERS))
    figure.set_figheight(figure.get_figheight() + TITLE_LINE * len(lines))
    look = {"fontsize": 8, "ha": "left", "weight": "normal"}
    # Its height is left to the layout, which makes room for it.
    figure.suptitle("\n".join(lines), x=MARGIN / figure.get_figwidth(), **look)
