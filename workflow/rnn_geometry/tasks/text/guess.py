"""Which columns hold texts and labels, and what the labels are, guessed from some rows.

Nothing is read by these guesses alone: they become options that a person sees and may change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from rnn_geometry.errors import UserError, listed, place, quoted
from rnn_geometry.tasks.text._cells import PAIRS
from rnn_geometry.tasks.text._classes import by_meaning, has_meaning
from rnn_geometry.tasks.text._keys import MISSING
from rnn_geometry.tasks.text._plain import by_nature, is_number, plain, written

TEXT_NAMES = "text texts sentence review content body comment message tweet document question"
TEXT_NAMES = set(f"{TEXT_NAMES} description summary abstract answer title headline".split())
LABEL_NAMES = "label labels class classes category categories target topic topics stars rating"
LABEL_NAMES = f"{LABEL_NAMES} sentiment emotion emotions intent tag tags genre score y"
LABEL_NAMES = set(LABEL_NAMES.split())
ORDER_NAMES = re.compile(
    r"(?i)star|rating|score|grade|level|severity|rank|likert|priority|urgency|stern|note|punkte"
)
NUMBERED = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*[-_ ]?\s*(\D*)|(\D*?)\s*[-_ ]?\s*([0-9]+)")
MARKS = ";|,\t"
FEW = 20  # different labels that a column may have, whatever its rows
MOST = 10  # of the rows one label needs on average, where there are more
NAMED = 3.0  # what a telling name counts beside another column's longer texts


@dataclass(frozen=True)
class Found:
    """Columns of texts and labels, and the other columns that could be meant."""

    text: str
    label: str
    texts: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Labels:
    """What labels are: options of a text data set that say it, and why, a line for each."""

    options: dict[str, Any]
    why: tuple[str, ...]


def find_columns(
    path: object, rows: Mapping[str, Sequence[Any]], text: str | None, label: str | None
) -> Found:
    """Return which columns hold texts and labels.

    Texts are the longest, labels are few; a column called text or label is taken first.

    Parameters
    ----------
    path
        Of the file, for sentences.
    rows
        Columns of some rows, see `peek`.
    text, label
        Names that are known; None: guess.

    Raises
    ------
    UserError
        Where a named column is missing, or no column can be one of texts or of labels.
    """
    for option, name in (("--text", text), ("--label", label)):
        if name is not None and name not in rows:
            raise UserError(
                f"{place(path)}: there is no column {quoted(name, 30)} ({option}); columns that "
                f"exist: {listed(map(quoted, rows), 120)}."
            )
    labels = [name for name in rows if name != text and _may_label(rows[name])]
    labels.sort(key=lambda name: (_plain(name) not in LABEL_NAMES, _kinds(rows[name])))
    named = label or (labels[0] if labels and _plain(labels[0]) in LABEL_NAMES else None)
    texts = {name: _as_text(name, rows[name]) for name in rows if name != named}
    ranked = sorted((name for name in texts if texts[name]), key=lambda name: -texts[name])
    text = text or (ranked[0] if ranked else None)
    label = named or next((name for name in labels if name != text), None)
    for option, found, what in (("--text", text, "texts"), ("--label", label, "labels")):
        if found is None:
            raise UserError(
                f"{place(path)}: no column looks like one of {what}; name it with {option}; "
                f"columns that exist, by the first row: {listed(map(quoted, rows), 120)}."
            )
    if named is None and label in set(map(written, rows[str(label)])):
        raise UserError(
            f"{place(path)}: the first row must hold the names of columns, and {quoted(label, 30)} "
            f"is a label, too; write names above it, or say --label {quoted(label, 30)}."
        )
    others = [name for name in ranked if texts[name] * 3 > texts.get(str(text), 0)]
    return Found(
        text=str(text),
        label=str(label),
        texts=tuple(name for name in others if name not in (text, label)),
        labels=tuple(name for name in labels if name not in (text, label)),
    )


def _plain(name: str) -> str:
    return plain(str(name)).casefold()


def _as_text(name: str, values: Sequence[Any]) -> float:
    """Return how much a column looks like one of texts: characters in each, 0 for none."""
    held = [value for value in values if isinstance(value, str) and value]
    if 2 * len(held) < len(values) or all(map(is_number, held)):
        return 0.0
    several = len(set(held)) / len(held)
    return fmean(map(len, held)) * several * (NAMED if _plain(name) in TEXT_NAMES else 1.0)


def _may_label(values: Sequence[Any]) -> bool:
    """Tell whether a column can hold labels: at least two, few beside its rows, none long."""
    held = [value for value in values if not _is_missing(value)]
    if not held or any(isinstance(value, (Mapping, bytes)) for value in held):
        return False
    if any(isinstance(value, (list, tuple)) for value in held):
        return all(isinstance(value, (list, tuple)) for value in held)
    kinds = set(map(written, held))
    few = len(kinds) <= min(max(FEW, len(held) // MOST), len(held) // 2)
    parts = _parts(held)
    return max(map(len, kinds)) <= 200 and len(kinds) > 1 and (few or parts is not None)


def _kinds(values: Sequence[Any]) -> int:
    return len({str(value) for value in values})


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, (str, float)) and plain(str(value)) in MISSING)


def _parts(held: Sequence[Any]) -> Counter[str] | None:
    """Return the labels within cells such as `joy;anger`, None where cells are single labels.

    They are several where a part stands in different cells, or alone in one.
    """
    cells = {plain(value) for value in held if isinstance(value, str)}
    if len(cells) < 2 or len(cells) > len(held) // 2 + 2:
        return None
    if all(cell[:1] in PAIRS for cell in cells if cell):
        return Counter(cells)
    for mark in MARKS:
        split = {cell: [part.strip() for part in cell.split(mark)] for cell in cells}
        several = [parts for parts in split.values() if len(parts) > 1]
        counts = Counter(part for parts in split.values() for part in set(parts) if part)
        shared = sum(counts[part] > 1 for parts in several for part in parts)
        if several and shared > 0.9 * sum(map(len, several)) and len(counts) < len(cells):
            return counts
    return None


def label_options(
    column: str,
    values: Sequence[Any],
    *,
    multi_label: bool | None = None,
    ordered: bool | None = None,
    order: Sequence[str] | None = None,
) -> Labels:
    """Return the options that fit the labels of a column, and why.

    Parameters
    ----------
    column
        Its name: `stars` tells of an order.
    values
        Labels as stored.
    multi_label, ordered
        What is known; None: guess.
    order
        Names of the classes in their order, where it is known.

    Raises
    ------
    UserError
        Where an order leaves out a class.
    """
    if order:
        _check_order(column, values, order)
        return Labels({"ordered": True, "label_names": list(order)}, ("ordered: as you said",))
    held = [value for value in values if not _is_missing(value)]
    lists = any(isinstance(value, (list, tuple)) for value in held)
    several = lists or _parts(held) is not None if multi_label is None else multi_label
    if several:
        return _of_several(values, lists, known=multi_label is not None)
    names = sorted({written(value) for value in held}, key=by_nature)
    options: dict[str, Any] = {}
    numbers = [float(name) for name in names if is_number(name)]
    if len(numbers) == len(names) > 0:
        whole = all(number == int(number) for number in numbers)
        run = whole and numbers[-1] - numbers[0] == len(numbers) - 1 and numbers[0] >= 0
        if run and numbers[0] > 0:
            options["label_offset"] = int(numbers[0])
        elif not run:
            options["label_names"] = [_number(name) for name in names]
    proposed, why = _order(column, names, all_numbers=len(numbers) == len(names))
    if ordered is None:
        ordered = proposed is not None
    else:
        why, options["ordered"] = "as you said", ordered
    if ordered:
        options["ordered"] = True
        if len(numbers) < len(names) and proposed:
            options["label_names"] = proposed
    return Labels(options, (f"ordered: {why}",) if ordered else ())


def _check_order(column: str, values: Sequence[Any], order: Sequence[str]) -> None:
    """Refuse an order that leaves out names; numbers may be ids of what it names."""
    held = {plain(written(value)) for value in values if not _is_missing(value)}
    left_out = sorted(held - set(map(plain, order)), key=by_nature)
    if left_out and not all(map(is_number, held)):
        raise UserError(
            f"--order names {len(order)} classes, and the column {quoted(column, 30)} holds others "
            f"too: {listed(map(quoted, left_out), 90)}; name all classes, from the least to the "
            "most."
        )


def _number(name: str) -> int | float:
    return int(name) if re.fullmatch("[+-]?[0-9]+", name) else float(name)


def _of_several(values: Sequence[Any], lists: bool, known: bool) -> Labels:
    options: dict[str, Any] = {"multi_label": True}
    why = "as you said" if known else "cells are lists" if lists else "labels repeat within cells"
    vectors = lists and _are_vectors([value for value in values if value is not None])
    if any(_is_bare(value, vectors) for value in values):
        options["unlabelled"] = "keep"
    return Labels(options, (f"several labels a text: {why}",))


def _are_vectors(values: Sequence[Any]) -> bool:
    """Tell whether lists are vectors of 0 and 1, an entry for each label."""
    lengths = {len(value) for value in values}
    signs = {str(sign) for value in values for sign in value}
    return len(lengths) == 1 < max(lengths) and signs <= {"0", "1", "True", "False"}


def _is_bare(value: Any, vectors: bool) -> bool:
    if isinstance(value, (list, tuple)):
        return not any(value) if vectors else not value
    return _is_missing(value) or plain(str(value)) in ("[]", "{}", "()")


def _order(column: str, names: Sequence[str], *, all_numbers: bool) -> tuple[list[str] | None, str]:
    """Return the names in the order that they seem to have, None for none, and why."""
    if len(names) < 3:
        return None, ""
    if all_numbers:
        telling = ORDER_NAMES.search(column) is not None
        return (list(names) if telling else None), f"numbers in a column called {column}"
    parts = [NUMBERED.fullmatch(name) for name in names]
    rest = {(part[2] if part[1] else part[3] or "").rstrip("s ") for part in parts if part}
    if all(parts) and len(rest) == 1:
        return list(names), "the names count"
    if all(map(has_meaning, names)):
        return sorted(names, key=by_meaning), "the names are steps of a scale"
    return None, ""
