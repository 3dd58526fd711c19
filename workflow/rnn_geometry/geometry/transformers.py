"""Networks that need no step to be measured: columns of transformers.csv, places of a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from rnn_geometry.geometry import integration, modes, search
from rnn_geometry.geometry.dimension import LINEAR
from rnn_geometry.geometry.network import (
    CONTROL,
    IDENTITY,
    LOSS_FALLING,
    POINT_SETS,
    TASK_FACTS,
    TEST_ACCURACY,
    TRAIN_SECONDS,
)
from rnn_geometry.store.columns import Column, columns

PLACES = ("early", "half", "end")
WHERE = {
    "early": "after a fifth of the text",
    "half": "after half of it",
    "end": "after its last word",
}
TRANSFORMER_CELL = "transformer"  # the column `cell` of a network without one
SIZE = columns(Column("hidden_size", "units H", kind="count"))
SCORE = columns(
    *(
        Column(
            f"score_read_{place}",
            "R^2 of what the words up to there sum to (for classes relative to their mean), by a"
            f" linear map of that place's own, {WHERE[place]}; fitted on every other test sentence,"
            " judged on the rest",
        )
        for place in PLACES
    ),
    Column("score_read_together", "the same with one map for all places"),
)
WORDS_ADD = columns(
    Column(
        "word_additivity",
        "R^2 of the logits of test sentences, relative to a sentence of neutral words, from sums of"
        " what each word does alone among neutral ones, at the mean of all places; nothing fitted",
    ),
    Column(
        "word_additivity_fitted",
        "the same with an affine map of the sums, fitted on every other sentence and judged on the"
        " rest",
    ),
)
CARRIED = columns(
    Column(
        "carried_one_place",
        "what stands at the last place of the first half of a sentence becomes that of another"
        " sentence, in every layer, and the rest is read on: share of decisions that become those"
        " of the sentence spliced from both. 1 with a step: its state is all that it carries on",
    ),
    Column("carried_other_places", "the same of all places before that one; 0 with a step"),
    Column(
        "carried_pairs",
        "pairs of sentences whose decision the whole first half changes, of which these are shares;"
        " fewer than ten tell none",
        kind="count",
    ),
)
WITHOUT_STEP = columns(
    *(IDENTITY, CONTROL, SIZE),
    *({name: TASK_FACTS[name] for name in ("classes", "dimension_expected")}, TEST_ACCURACY),
    *(LOSS_FALLING, POINT_SETS, SCORE, WORDS_ADD, CARRIED, TRAIN_SECONDS),
)
# Of runs.csv: numbers of a step, which a transformer has not.
OF_A_STEP = columns(
    {name: LINEAR[name] for name in ("participation_ratio", "components_95")},
    {name: modes.COLUMNS[name] for name in ("integration_modes", "tau_1")},
    {name: search.SKELETON[name] for name in ("fixed_points", "fixed_points_stable")},
    {name: integration.MEASURES[name] for name in ("hold_r2", "additivity_r2_fitted")},
)
TRANSFORMERS = columns(WITHOUT_STEP, OF_A_STEP)


def places(length: int) -> dict[str, int]:
    """Return the words after which a text is looked at, by the names of PLACES.

    Parameters
    ----------
    length
        Words of the text, one or more.

    Examples
    --------
    >>> places(25)
    {'early': 5, 'half': 12, 'end': 25}
    """
    found = (length // 5, length // 2, length)
    return {name: max(1, words) for name, words in zip(PLACES, found, strict=True)}


def relative_scores(totals: np.ndarray, classes: int, multi_label: bool) -> np.ndarray:
    """Return summed scores, those of classes without what all classes share.

    Parameters
    ----------
    totals
        (.., D).
    classes
        Outputs of the task.
    multi_label
        Whether outputs are labels, each with a score of its own.

    Examples
    --------
    >>> relative_scores(np.array([3.0, 1.0, 2.0]), 3, False)
    array([ 1., -1.,  0.])
    """
    if multi_label or totals.shape[-1] != classes:
        return totals
    return totals - totals.mean(-1, keepdims=True)


def rows_with_step(
    without: Sequence[Mapping[str, Any]],
    by_step: Sequence[Mapping[str, Any]],
    names: Iterable[str],
) -> list[dict[str, Any]]:
    """Return rows of networks, with numbers of a step where there is one, and None elsewhere.

    Parameters
    ----------
    without
        What needs no step, of all networks.
    by_step
        All numbers of those with one, which are found by task, model, L2 and seed. What is measured
        twice is as it stands here.
    names
        Of the columns.

    Returns
    -------
    list of dict
        By task, model, L2 and seed.
    """
    keys = ("task", "model", "l2", "seed")
    known = {tuple(row[key] for key in keys): row for row in by_step}
    columns_asked, rows = list(names), []
    for row in sorted(without, key=_order):
        own = {**row, **known.get(tuple(row[key] for key in keys), {})}
        rows.append({name: _plain(own.get(name)) for name in columns_asked})
    return rows


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["task"], row["model"], float(row["l2"]), row["seed"]
