"""Which classes a data set has: from its labels, the names that files and options state."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.tasks.text._keys import Key
from rnn_geometry.tasks.text._plain import by_nature, is_number, yaml_list
from rnn_geometry.tasks.text._rows import RawSplit

SELECTIONS = ("first_classes", "classes", "merge")
MANY = 100  # classes, where more than half of the rows have one of their own: these are no classes
DATE = re.compile(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9:.+]+)?)?")
# Only to propose an order; the person who knows it writes it down.
SCALE = "very worst terrible negative bad none low poor weak slight mild small cold neutral fair"
SCALE += " medium moderate mixed average normal warm good high strong severe large hot positive"
SCALE += " great excellent best"


@dataclass(frozen=True)
class Classes:
    """Original classes of a data set, before any are chosen.

    ids: all of them, from 0. names: of every id, or None where labels are bare numbers. offset:
    the number of id 0. named: numbers are names rather than ids. bare: so are numbers in options.
    in_order: their order is that of the labels, not of letters.
    """

    ids: Sequence[int]
    names: list[str] | None
    offset: int
    named: bool = False
    bare: bool = False
    in_order: bool = True

    def id_of(self, key: Key) -> int | None:
        """Return the id of a label, None where it is no class.

        Parameters
        ----------
        key
            Of the label.
        """
        if self.names is not None and (self.named or key.number is None):
            return self._positions.get(key.text, self._positions.get(key.name))
        number = key.number - self.offset if isinstance(key.number, int) else None
        return number if number in self._known else None

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names or [])}

    @cached_property
    def _known(self) -> frozenset[int]:
        return frozenset(self.ids)

    def shown(self, i: int) -> str:
        """Return the name of an id as people see it.

        Parameters
        ----------
        i
            One of `ids`.
        """
        return str(i + self.offset) if self.names is None else self.names[i]

    def span(self) -> tuple[int, int]:
        """Return the first and last number that is an id."""
        return min(self.ids) + self.offset, max(self.ids) + self.offset


def find_classes(
    raw: Mapping[str, RawSplit], rows: Sequence[Sequence[Key]], options: Mapping[str, Any]
) -> Classes:
    """Return the classes of the training rows.

    Parameters
    ----------
    raw
        Rows by split.
    rows
        Labels of the training rows.
    options
        Of a text data set.

    Raises
    ------
    UserError
        Where the labels leave open which classes there are, or in which order, with the option to
        write.
    """
    _check_codes(raw)
    train, offset = raw["train"], options["label_offset"]
    first = {key: row for row, keys in reversed([*enumerate(rows, 1)]) for key in keys}
    if not first:
        raise UserError(f"{train.where}: no row has a label; name another column in label_column.")
    names, ordered = _stated_names(train, first, options)
    if names is None:
        _check_few(train.where, first, len(rows))
        if all(key.number is None for key in first):
            names, ordered = sorted({key.text for key in first}), False
            _check_apart(train.where, first, options)
        else:
            return _of_numbers(train.where, first, options)
    if options["ordered"] and not (ordered or options["classes"] or options["merge"]):
        _check_order(train.where, names)
    # The order of letters numbers no class: another split cannot mean it by its ids.
    sorted_texts = not options["label_names"] and train.names is None
    named = sorted_texts or (not train.coded and _numbers_are_names(names, first, offset))
    return Classes(range(len(names)), names, offset, named, in_order=ordered or _have_order(names))


def _stated_names(
    train: RawSplit, first: Mapping[Key, int], options: Mapping[str, Any]
) -> tuple[list[str] | None, bool]:
    """Return the names that the options or the file state, and whether their order is meant."""
    if options["label_names"]:
        return list(options["label_names"]), True
    if train.names is None or train.coded:
        return train.names, train.ordered
    used = {text for key in first for text in (key.text, key.name)}
    return [name for name in train.names if name in used], train.ordered  # pandas keeps unused ones


def _check_codes(raw: Mapping[str, RawSplit]) -> None:
    """Refuse splits whose ids stand for different names."""
    for name, split in raw.items():
        if split.coded and split.names != raw["train"].names:
            raise UserError(
                f"{split.where}: its label names ({listed(split.names or [], 60)}) are not those "
                f"of train ({listed(raw['train'].names or [], 60)}), so that ids mean other "
                f"classes; write {name} with the names of train."
            )


def _numbers_are_names(names: Sequence[str], first: Mapping[Key, int], offset: int) -> bool:
    """Tell whether labels that look like numbers are names: all are, or else not all are ids."""
    numbers = [key for key in first if key.number is not None]
    known = [key.text in names or key.name in names for key in numbers]
    ids = all(isinstance(key.number, int) for key in numbers) and all(
        0 <= int(key.number or 0) - offset < len(names) for key in numbers
    )
    return any(known) and (all(known) or not ids)


def _check_few(where: str, first: Mapping[Key, int], rows: int) -> None:
    """Refuse labels of which most rows have one of their own."""
    texts = [key.text for key in first]
    if len(texts) > max(MANY, rows // 2):
        raise UserError(
            f"{where}: {rows} rows have {len(first)} different labels, {quoted(texts[0], 30)} and "
            "so on; classes need several rows each; is label_column the column of labels?"
        )


def _check_apart(where: str, first: Mapping[Key, int], options: Mapping[str, Any]) -> None:
    """Refuse a label that looks like several: they would become a class of their own."""
    texts = {key.text for key in first}
    marks = r"\s*[ ;|,/+&:]\s*" if options["multi_label"] else r"\s*[;|,]\s*"
    for key, row in first.items():
        parts = set(re.split(marks, key.text))
        in_list = not options["multi_label"] and re.fullmatch(r"[\[({]['\"].*[\])}]", key.text)
        if in_list or (len(parts) > 1 and parts <= texts):
            way = (
                'separate labels by ; or | or a comma, or write them as ["joy", "anger"]'
                if options["multi_label"]
                else "set multi_label: true"
            )
            raise UserError(
                f"{where}: row {row}: {quoted(key.text, 50)} looks like several labels; {way}; if "
                "it is one class, name all classes in label_names."
            )


def _check_order(where: str, names: Sequence[str]) -> None:
    """Refuse the order of letters where one is meant; dates have theirs."""
    if _have_order(names):
        return
    proposed = sorted(names, key=by_meaning)
    value = yaml_list(proposed) or f"[{proposed[0]}, ..., {proposed[-1]}]"
    raise UserError(
        f"{where}: ordered is true and the labels {listed(names, 60)} do not say their order; "
        f"write label_names: {value} with the names in their order."
    )


def _have_order(names: Sequence[str]) -> bool:
    return all(map(DATE.fullmatch, names)) or all(map(is_number, names))


def has_meaning(name: str) -> bool:
    """Tell whether a name is a step of a scale, such as low or very good."""
    return any(word in SCALE.split()[1:] for word in re.findall(r"\w+", name.lower()))


def by_meaning(name: str) -> tuple[Any, ...]:
    """Return a key that sorts steps of a scale from the least to the most."""
    words, scale = re.findall(r"\w+", name.lower()), SCALE.split()
    ranks = [scale.index(word) for word in words if word in scale[1:]]
    rank = ranks[0] if ranks else -1
    if "very" in words and ranks:  # very low is below low, very high above high
        rank += -0.5 if rank < scale.index("neutral") else 0.5
    return (rank, by_nature(name))


def _of_numbers(where: str, first: Mapping[Key, int], options: Mapping[str, Any]) -> Classes:
    """Return the classes of labels that are bare numbers; their ids count from label_offset.

    Numbers that are no ids are names where the options choose among them.
    """
    offset = options["label_offset"]
    texts = [key for key in first if key.number is None]
    values = sorted({key.name for key in first}, key=by_nature)
    names = yaml_list(values)
    by_name = options["classes"] is not None or options["merge"] is not None
    if by_name and any(not isinstance(key.number, int) or key.number < offset for key in first):
        return Classes(range(len(values)), values, offset, named=True, bare=True)
    if texts:
        raise UserError(
            f"{where}: row {first[texts[0]]}: the label {quoted(texts[0].text, 40)} is no integer "
            f"as in other rows; write label_names: {names or '[...]'}, the names of all classes, "
            "if it is one."
        )
    numbers = sorted({key.number for key in first if key.number is not None})
    ids = [int(number) - offset for number in numbers]
    whole = all(isinstance(number, int) for number in numbers)
    chosen = any(options[name] is not None for name in SELECTIONS)
    if not whole or max(ids) < 0 or (not chosen and ids != list(range(len(ids)))):
        raise _numbers_refusal(where, numbers, names, first, offset)
    return Classes([i for i in ids if i >= 0], None, offset)


def _numbers_refusal(
    where: str, numbers: Sequence[float], names: str | None, first: Mapping[Key, int], offset: int
) -> UserError:
    least, most = numbers[0], numbers[-1]
    row = min(row for key, row in first.items() if key.number in (least, most))
    rows = {key.number: row for key, row in first.items()}
    run = all(isinstance(n, int) for n in numbers) and most - least == len(numbers) - 1
    shown = listed(numbers, 50)
    if run and least >= 0:
        return UserError(
            f"{where}: row {row}: labels are the numbers {shown} and should begin at {offset} "
            f"(label_offset); write label_offset: {least}."
        )
    odd = rows[least if least < offset else most]
    listing = (
        f"write label_names: {names} if these are the classes"
        if names
        else "write them as texts (such as c7), or list all of them in label_names"
    )
    return UserError(
        f"{where}: row {odd}: labels are the numbers {shown}, and ids count from {offset} without "
        f"gaps; {listing}, or choose some with classes."
    )


def choose(classes: Classes, options: Mapping[str, Any]) -> list[list[int]]:
    """Return for every new class the original ids that make it up.

    Parameters
    ----------
    classes
        Of the data set.
    options
        Of a text data set.

    Raises
    ------
    UserError
        Where the options choose a class that does not exist, one twice, or fewer than two.
    """
    option = next((name for name in SELECTIONS if options[name] is not None), "label_column")
    if option == "label_column":
        wanted: list[Any] = [[i] for i in classes.ids]
    elif option == "first_classes":
        wanted = [[i] for i in range(options[option])]
    else:
        wanted = [group if option == "merge" else [group] for group in options[option]]
    by_name = option in ("classes", "merge")
    if by_name:
        _check_meant([value for group in wanted for value in group], option, classes)
    groups = [
        [
            _resolve(value, option, classes) if by_name else _existing(value, option, classes)
            for value in group
        ]
        for group in wanted
    ]
    if options["ordered"] and classes.in_order:
        _check_follows(groups, option, classes)
    flat = [i for group in groups for i in group]
    if len(set(flat)) < len(flat):
        raise UserError(
            f"{option} names one class twice, by name and by id; every class is accepted once."
        )
    if len(groups) < 2:
        raise UserError(
            f"{option} leaves {len(groups)} class, {listed(map(classes.shown, classes.ids), 40)}; "
            "at least two classes are needed: training rows of another, or another label_column."
        )
    return groups


def _check_follows(groups: Sequence[Sequence[int]], option: str, classes: Classes) -> None:
    """Refuse ordered classes that leave the order of their labels, or reach across each other."""
    spans = [(min(group), max(group)) for group in groups]
    if spans[0] > spans[-1]:
        spans.reverse()
    if any(low <= before for (_, before), (low, _) in pairwise(spans)):
        shown = listed(map(classes.shown, classes.ids), 60)
        raise UserError(
            f"ordered is true and {option} leaves the order of the labels, {shown}; list the "
            "classes as they follow each other and merge neighbours alone, or write another order "
            "in label_names, or ordered: false."
        )


def _check_meant(values: Sequence[int | str], option: str, classes: Classes) -> None:
    """Refuse numbers that may all be labels as stored, and all be ids after label_offset."""
    if classes.names is not None or not classes.offset:
        return
    numbers = [value for value in values if isinstance(value, int)]
    stored = [number - classes.offset for number in numbers]
    if numbers and set(classes.ids).issuperset([*numbers, *stored]):
        raise UserError(
            f"{option}: {listed(numbers, 60)} are labels as stored, and ids of other labels (ids "
            "count from 0, after label_offset); write labels as stored in quotes, as in "
            f'"{numbers[0]}".'
        )


def _resolve(value: int | str, option: str, classes: Classes) -> int:
    """Return the id that an entry of classes or merge means: a name, or an id from 0."""
    shown = {classes.shown(i): i for i in classes.ids}
    if isinstance(value, str) or classes.bare:
        if str(value) not in shown:
            way = "" if classes.names else " (label_names gives them names)"
            raise UserError(
                f"{option} names the unknown class {quoted(value)}; accepted: {listed(shown)}{way}."
            )
        return shown[str(value)]
    named = shown.get(str(value)) if classes.names else None
    if named is None or named == value:
        return _existing(value, option, classes)
    if value in classes.ids:
        raise UserError(
            f"{option}: {value} is the name of one class and the id of "
            f'{quoted(classes.shown(value))}; write "{value}" in quotes for the name, or the name '
            "of the other."
        )
    return named


def _existing(value: int, option: str, classes: Classes) -> int:
    if value in classes.ids:
        return value
    ids = list(classes.ids)
    run = ids[-1] - ids[0] == len(ids) - 1
    there = f"{ids[0]} to {ids[-1]}" if run else listed(ids, 60)
    hint = ""
    if classes.names is None and min(ids) > 0 and not classes.offset:
        hint = f"; ids count from 0: write label_offset: {min(ids)} where labels begin there"
    elif classes.offset:
        hint = "; ids count from 0, after label_offset"
    raise UserError(
        f"{option} asks for class {value}, but the data have the classes {there}; choose among "
        f"these{hint}."
    )
