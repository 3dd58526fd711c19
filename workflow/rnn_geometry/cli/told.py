"""What `describe` prints: facts in plain lines, then what to paste."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rnn_geometry.cli.block import as_yaml, model_names, seconds_of
from rnn_geometry.cli.facts import Facts
from rnn_geometry.cli.given import Given, shown_name
from rnn_geometry.cli.scripts import shares
from rnn_geometry.errors import in_part, listed

MOST_CLASSES = 30  # are listed one by one
BAR = 30  # characters of the largest class
RARE = 50  # training texts of a label below which its numbers are noise
CORES = 2
INDENT = 12


def lines(given: Given, facts: Facts) -> Iterator[str]:
    """Yield what is told of a data set, line by line.

    Parameters
    ----------
    given
        What was asked for, and guessed.
    facts
        What was found.
    """
    yield from _row("data", shown_name(given), *_columns(given))
    yield from _row("rows", *_rows(facts.meta))
    yield from _row("labels", *_labels(given, facts))
    yield from _row("words", *_words(given, facts))
    yield from _row("dimension", *_dimension(facts))
    yield from _row("accuracy", *_accuracy(facts))
    yield from _row("time", *_time(facts))
    if facts.meta["warnings"]:
        yield from _row("WARNING", *facts.meta["warnings"])
    yield ""


def block(given: Given, facts: Facts) -> str:
    """Return the YAML to paste into a configuration: the task, and a model that fits its size.

    Parameters
    ----------
    given, facts
        The data set.
    """
    name, cell = next(iter(model_names(facts.task["name"]).items()))
    place = {} if given.data_folder is None else {"data_folder": given.data_folder}
    models = {name: {"cell": cell, **facts.recipe}}
    return as_yaml({**place, "tasks": [facts.task], "cells": [name], "models": models})


def _row(title: str, *texts: str) -> Iterator[str]:
    for text in filter(None, texts):
        yield f"{title:{INDENT}}{text}"
        title = ""


def _columns(given: Given) -> Iterator[str]:
    found = given.columns
    if found is None:
        return
    for what, name, others in (
        ("text", found.text, found.texts),
        ("label", found.label, found.labels),
    ):
        more = f"; it could also be {listed(others, 50)}" if others else ""
        yield f"column of {what}s: {in_part(name, 40)} (another: --{what} NAME{more})"


def _rows(meta: Mapping[str, Any]) -> Iterator[str]:
    splits, duplicates = meta["splits"], meta["duplicates"]
    used = ", ".join(f"{splits[name]['used']:,} {name}" for name in ("train", "dev", "test"))
    read = sum(split["rows_read"] for split in splits.values())
    yield f"{read:,} read; used: {used}"
    yield from meta["notes"]
    repeated = sum(duplicates[name] for name in ("train", "dev", "test"))
    both = {name: duplicates[f"{name}_in_train"] for name in ("dev", "test")}
    shown = ", ".join(f"{count:,} of {name}" for name, count in both.items())
    yield f"texts that came before in their split: {repeated:,}; that stand in train, too: {shown}"


def _labels(given: Given, facts: Facts) -> Iterator[str]:
    meta = facts.meta
    kind = "labels, several a text" if meta["multi_label"] else "classes, one a text"
    order = ", ordered" if meta["ordered"] else ""
    yield f"{meta['classes']} {kind}{order}"
    yield from given.why
    yield from _on_order(facts)
    counts = meta["splits"]["train"]["class_counts"]
    yield from _bars(meta["class_names"], counts)
    yield _balance(counts, meta)
    rare = [name for name, count in zip(meta["class_names"], counts, strict=True) if count < RARE]
    if rare:
        yield f"fewer than {RARE} training texts: {listed(rare)}; classes: [...] chooses others"


def _bars(names: Sequence[str], counts: Sequence[int]) -> Iterator[str]:
    width = min(30, max(len(name) for name in names[:MOST_CLASSES]))
    for name, count in list(zip(names, counts, strict=True))[:MOST_CLASSES]:
        bar = "#" * round(BAR * count / max(max(counts), 1))
        yield f"  {in_part(name, 30):{width}} {count:7,} {bar}"
    if len(names) > MOST_CLASSES:
        yield f"  and {len(names) - MOST_CLASSES} more"


def _balance(counts: Sequence[int], meta: Mapping[str, Any]) -> str:
    texts = max(meta["splits"]["train"]["used"], 1)
    most, least = max(counts) / texts, min(counts) / texts
    told = f"of the training texts: commonest {most:.0%}, rarest {least:.1%}"
    uneven = max(counts) > 2 * max(min(counts), 1)
    return f"{told}; balanced: true draws as many of each" if uneven else f"{told}; balanced"


def _on_order(facts: Facts) -> Iterator[str]:
    share = facts.order
    if share is not None:
        yield f"{share:.0%} of all orders of the classes fit their words as well as this one"
        if facts.meta["ordered"]:
            yield "not ordered: --no-ordered"
        else:
            yield "if the numbers have an order (stars, grades): --ordered"
    elif facts.meta["classes"] > 2 and not facts.meta["multi_label"]:
        yield "if the classes have an order: --order NAME NAME .., from the least to the most"


def _words(given: Given, facts: Facts) -> Iterator[str]:
    lengths, meta = facts.lengths, facts.meta
    middle, long = np.quantile(lengths, [0.5, 0.9])
    told = f"median {middle:.0f} words a text, 90 % at most {long:.0f}, longest {lengths.max()}"
    limit = facts.task.get("length_limit")
    kept = f" keeps {(lengths <= limit).mean():.0%} whole" if limit else ""
    yield f"{told}; {f'length_limit: {limit}{kept}' if limit else 'no length_limit is needed'}"
    splits = meta["splits"]
    unknown = {name: splits[name]["unknown_word_rate"] for name in ("train", "test")}
    least = meta["settings"].get("minimum_count", 3)
    yield (
        f"{meta['vocabulary_size']:,} words occur {least} times or more in train; unknown: "
        f"{unknown['train']:.1%} of the words of train, {unknown['test']:.1%} of test"
    )
    if given.texts:
        scripts = [f"{share:.1%} {name}" for name, share in shares(given.texts).items()]
        yield f"letters: {listed(scripts, 70)}"


def _dimension(facts: Facts) -> Iterator[str]:
    found, null = facts.predicted["dimension"]["raw"], facts.predicted["null"]
    yield f"{facts.meta['dimension_expected']} by the kind of labels"
    if null["dimension_predicted_null"] is None:
        yield f"{found} by word counts (too many combinations of labels for a null)"
        return
    yield (
        f"{found} by word counts; permuted labels give {null['dimension_predicted_null']:.0f} "
        f"(as low or lower: p {null['dimension_predicted_p']:.3f})"
    )
    if null["class_spread_p"] > 0.05:
        groups = "combinations of labels" if facts.meta["multi_label"] else "classes"
        yield (
            f"mean word counts of {groups} differ no more than with permuted labels: no prediction "
            "can be made from them"
        )


def _accuracy(facts: Facts) -> Iterator[str]:
    lead = "all labels right: " if facts.meta["multi_label"] else ""
    yield f"{lead}{facts.bag:.3f} a bag of words on test; {facts.constant:.3f} one constant answer"


def _time(facts: Facts) -> Iterator[str]:
    minutes = minutes_of(facts)
    yield (
        f"about {seconds_of(facts)['network']:.0f} CPU seconds a network; what `rnn-geometry init` "
        f"writes: {minutes['run']} min on {CORES} cores, a first look {minutes['first look']} min"
    )


def minutes_of(facts: Facts) -> dict[str, int]:
    """Return about how many minutes on two cores take a first look and the run that `init` writes.

    Parameters
    ----------
    facts
        Of the data set.
    """
    seconds = seconds_of(facts)
    return {what: max(1, round(seconds[what] / CORES / 60)) for what in ("first look", "run")}
