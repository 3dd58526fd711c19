"""Strip plots of the values behind a claim: one strip a task, all on one axis, as inline SVG.

Colours come from the style sheet; a strip says where things stand and of which kind they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, isfinite, log10
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from rnn_geometry.claims.values import Value
from rnn_geometry.identity import RESERVOIR, SHUFFLED_LABELS, UNTRAINED
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.pages.names import cell_label, task_title
from rnn_geometry.pages.templating import number, typeset

WIDTH, MARGIN = 360, 12  # of a strip, and what stays free on either side, in its own units
LANE, AXIS = 7, 20  # height of the values of one cell, a dot and a gap, and of the axis
SMALLEST = 1e-6  # values that are typically less are as good as 0
FIGURES = (2, 3)  # at least and at most so many of a typical value that is told
FAR = 10.0  # interquartile ranges beyond the quartiles from which on a value is set at the edge
TICKS = 5  # about so many
MOST_TOLD = 20  # values that a tooltip lists
# How a control is marked, from its place at the middle of a lane: a bar, a slash, a caret.
CONTROL_MARKS = {
    UNTRAINED: "m0 -3.5v7",
    SHUFFLED_LABELS: "m-3 3l6 -6",
    RESERVOIR: "m-3.5 3l3.5 -6l3.5 6",
}


@dataclass(frozen=True)
class Scale:
    """The axis of a claim: its ends, its ticks, and decimals that tell them apart.

    Attributes
    ----------
    low, high
        The ends of what is shown.
    step
        Distance of two ticks.
    told
        Decimals with which values are told; None for one more than ticks have.
    """

    low: float
    high: float
    step: float
    told: int | None = None

    @classmethod
    def over(cls, values: np.ndarray, marks: Iterable[float]) -> Scale:
        """Return the axis for some values, far ones left out, and marks, which all are shown."""
        known = values[np.isfinite(values)]
        ends = [mark for mark in marks if isfinite(mark)]
        if len(known):
            first, third = np.quantile(known, (0.25, 0.75))
            reach = FAR * max(third - first, 1e-3 * max(abs(first), abs(third)))
            near = known[(known >= first - reach) & (known <= third + reach)]
            ends += [float(near.min()), float(near.max())]
        low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
        if high - low < 1e-9 * max(1.0, abs(high)):
            low, high = low - 0.5, high + 0.5
        step = _step((high - low) / TICKS)
        return cls(low, high, max(step, 1.0) if _are_whole(known) and high - low >= 1 else step)

    def x(self, value: float) -> float:
        """Return where a value stands; at an edge if it is beyond the axis."""
        share = (value - self.low) / (self.high - self.low)
        return round(MARGIN + min(max(share, -0.02), 1.02) * (WIDTH - 2 * MARGIN), 1)

    @property
    def decimals(self) -> int:
        """Decimals by which neighbouring ticks differ."""
        return max(0, -floor(log10(self.step) + 1e-9))

    @property
    def ticks(self) -> list[float]:
        """The values at which the axis has a tick."""
        first, last = ceil(self.low / self.step - 1e-9), floor(self.high / self.step + 1e-9)
        return [i * self.step for i in range(first, last + 1)]


def _are_whole(values: np.ndarray) -> bool:
    return len(values) > 0 and np.array_equal(values, values.round())


def _step(rough: float) -> float:
    """Return the next larger one of 1, 2, 5, 10, .. ."""
    power = 10.0 ** floor(log10(rough))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))


def bounds(claim: Mapping[str, Any], expected: float) -> tuple[float, float]:
    """Return from where to where a value keeps the threshold of a claim.

    Parameters
    ----------
    claim
        With one of `at_least`, `at_most`, `within` and `within_share`.
    expected
        What `within` and `within_share` are about.

    Returns
    -------
    tuple of float
        Infinite where there is no end, NaN where nothing is expected.

    Examples
    --------
    >>> bounds({"at_least": 0.5}, float("nan"))
    (0.5, inf)
    >>> bounds({"within_share": 0.5}, 2.0)
    (1.0, 3.0)
    """
    if "at_least" in claim:
        return float(claim["at_least"]), float("inf")
    if "at_most" in claim:
        return float("-inf"), float(claim["at_most"])
    margin = claim["within"] if "within" in claim else claim["within_share"] * abs(expected)
    return expected - margin, expected + margin


def scale_of(claim: Mapping[str, Any], values: Sequence[Value]) -> Scale:
    """Return the axis of a claim.

    Parameters
    ----------
    claim
        Of a checked file.
    values
        What its networks gave.
    """
    expected = [*dict.fromkeys(one.expected for one in values if isfinite(one.expected))]
    ends = [end for one in (expected or [float("nan")]) for end in bounds(claim, one)]
    marks = [*expected, *ends]
    trained = np.array([one.value for one in values if not one.control])
    scale = Scale.over(trained, marks)
    # Controls far from all networks stand at the edge: else they would crush these into a corner.
    reach = scale.high - scale.low
    low, high = scale.low - reach, scale.high + reach
    near = [one.value for one in values if one.control and low <= one.value <= high]
    scale = Scale.over(trained, [*marks, *near])
    return replace(scale, told=_decimals_told(scale, values))


def _decimals_told(scale: Scale, values: Sequence[Value]) -> int:
    """Return the decimals of values: none of whole numbers, of others two to three figures."""
    known = np.array([one.value for one in values if isfinite(one.value)])
    if _are_whole(known):
        return 0
    trained = [abs(one.value) for one in values if isfinite(one.value) and not one.control]
    typical = float(np.median(trained)) if trained else 0.0
    if typical < SMALLEST:
        return scale.decimals + 1
    least, most = (figures - 1 - floor(log10(typical)) for figures in FIGURES)
    return max(0, min(max(scale.decimals + 1, least), most))


def told(value: float, scale: Scale) -> str:
    """Return a value as text, with the decimals of its claim.

    Parameters
    ----------
    value
        Of a network, or a mean.
    scale
        The axis of the claim.
    """
    decimals = scale.decimals + 1 if scale.told is None else scale.told
    return typeset(f"{value:.{decimals}f}")


def height(cells: Sequence[str]) -> int:
    """Return the height of a strip with a lane for each of some cells."""
    return max(22, LANE * len(cells) + 5)


def strip(
    claim: Mapping[str, Any],
    task: str,
    values: Sequence[Value],
    cells: Sequence[str],
    scale: Scale,
) -> Markup:
    """Return the values of one task: networks as dots, a lane for each cell, controls as ticks.

    Parameters
    ----------
    claim
        Of a checked file.
    task
        Its name, for those who hear the page.
    values
        What the networks of this task gave.
    cells
        All cells of the claim, one lane each from top to bottom.
    scale
        The axis that all tasks share.
    """
    trained = [one for one in values if not one.control]
    expected = [one.expected for one in trained if isfinite(one.expected)]
    known = sum(expected) / len(expected) if expected else float("nan")
    low, high = bounds(claim, known)
    tall = height(cells)
    between = f'<path class="between" d="M0 {tall - 0.5:g}H{WIDTH}"/>'
    marks = [_kept(scale, low, high, tall), between, _theory(scale, known, tall)]
    top = (tall - LANE * len(cells)) / 2
    for lane, cell in enumerate(cells):
        middle = top + LANE * (lane + 0.5)
        own = [one for one in values if one.cell == cell and isfinite(one.value)]
        marks += _lane(own, cell, scale, middle)
    met = f"{sum(one.met for one in trained)} of {len(trained)} networks meet the claim"
    label = escape(f"{claim['name']}, {task_title(task)}: {met}")
    return Markup(
        f'<svg class="strip" viewBox="0 0 {WIDTH} {tall}" width="{WIDTH}" height="{tall}"'
        f' role="img" aria-label="{label}">{"".join(marks)}</svg>'
    )


def _kept(scale: Scale, low: float, high: float, tall: int) -> str:
    """Return the range that keeps the threshold, with a line at each of its ends."""
    if low != low:
        return ""
    left = scale.x(low) if isfinite(low) else 0
    right = scale.x(high) if isfinite(high) else WIDTH
    ends = [x for x, end in ((left, low), (right, high)) if isfinite(end)]
    lines = "".join(f"M{x:g} 0v{tall}" for x in dict.fromkeys(ends))
    wide = max(right - left, 0)
    return (
        f'<rect class="kept" x="{left:g}" width="{wide:g}" height="{tall}"/>'
        f'<path class="limit" d="{lines}"/>'
    )


def _theory(scale: Scale, expected: float, tall: int) -> str:
    if not isfinite(expected):
        return ""
    title = f"<title>theory: {typeset(number(expected, digits=4))}</title>"
    return f'<path class="theory" d="M{scale.x(expected):g} 0v{tall}">{title}</path>'


def _lane(units: Sequence[Value], cell: str, scale: Scale, middle: float) -> list[str]:
    """Return the marks of one cell: controls below, then networks left out, failing, meeting."""
    controls: dict[str, list[Value]] = {}
    trained: dict[str, list[Value]] = {"out": [], "misses": [], "meets": []}
    for one in units:
        name = "out" if one.not_judged else "meets" if one.met else "misses"
        (controls.setdefault(one.control, []) if one.control else trained[name]).append(one)
    return [
        *(_ticks(part, control, cell, scale, middle) for control, part in controls.items()),
        *(_dots(part, name, cell, scale, middle) for name, part in trained.items() if part),
    ]


def _ticks(part: Sequence[Value], control: str, cell: str, scale: Scale, middle: float) -> str:
    mark = CONTROL_MARKS.get(control, CONTROL_MARKS[UNTRAINED])
    drawn = "".join(f"M{x:g} {middle:g}{mark}" for x in _places(part, scale))
    title = escape(f"{cell_label(cell)}, control {control.replace('_', ' ')}: {_told(part, scale)}")
    owner = f'class="control" data-cell="{escape(cell)}"'
    return f'<path {owner} d="{drawn}"><title>{title}</title></path>'


def _dots(part: Sequence[Value], name: str, cell: str, scale: Scale, middle: float) -> str:
    shape = "h0" if name != "out" else "m-2 -2l4 4m-4 0l4 -4"
    drawn = "".join(f"M{x:g} {middle:g}{shape}" for x in _places(part, scale))
    words = {"meets": "meets the claim", "misses": "does not", "out": "not judged"}[name]
    title = escape(f"{cell_label(cell)}, {words}: {_told(part, scale)}")
    # A ring is a dot with a smaller one of paper on it; what is below is named by the upper one.
    ring = (
        f'<path class="hole" d="{drawn}"><title>{title}</title></path>' if name == "misses" else ""
    )
    return (
        f'<g class="dots {name} {kind_class(part[0].kind)}" data-cell="{escape(cell)}">'
        f'<path d="{drawn}"><title>{title}</title></path>{ring}</g>'
    )


def _places(part: Sequence[Value], scale: Scale) -> list[float]:
    return sorted({scale.x(one.value) for one in part})


def _told(part: Sequence[Value], scale: Scale) -> str:
    """Return values as text; of many the ends."""
    values = sorted(one.value for one in part)
    if len(values) > MOST_TOLD:
        return f"{len(values)} from {told(values[0], scale)} to {told(values[-1], scale)}"
    return ", ".join(told(value, scale) for value in values)


def kind_class(kind: str) -> str:
    """Return the class in the style sheet of a kind of cell."""
    return f"cell-{list(CELLS).index(kind)}" if kind in CELLS else "cell-own"


def cell_colours() -> dict[str, str]:
    """Return the colour of every built-in kind of cell by its class in the style sheet."""
    return {kind_class(name): cell.colour for name, cell in CELLS.items()}


def control_marks(names: Collection[str]) -> dict[str, str]:
    """Return the path that marks each kind of control, by its name in words, for a legend.

    Parameters
    ----------
    names
        Of the controls that there are; those without a mark of their own have that of the first.
    """
    known = [name for name in CONTROL_MARKS if name in names]
    others = sorted(set(names) - set(CONTROL_MARKS))
    marks = {**CONTROL_MARKS, **dict.fromkeys(others, CONTROL_MARKS[UNTRAINED])}
    return {name.replace("_", " "): f"M8 6{marks[name]}" for name in [*known, *others]}


def axis(scale: Scale) -> Markup:
    """Return the axis below the strips of a claim.

    Parameters
    ----------
    scale
        Its ends and ticks.
    """
    words = [typeset(f"{tick:.{scale.decimals}f}") for tick in scale.ticks]
    places = [*zip(map(scale.x, scale.ticks), words, strict=True)]
    lines = "".join(f"M{x:g} 0v4" for x, _ in places)
    names = "".join(f'<text x="{x:g}" y="16">{text}</text>' for x, text in places)
    return Markup(
        f'<svg class="strip axis" viewBox="0 0 {WIDTH} {AXIS}" width="{WIDTH}" height="{AXIS}"'
        f' aria-hidden="true"><path d="M{MARGIN} 0H{WIDTH - MARGIN}{lines}"/>{names}</svg>'
    )
