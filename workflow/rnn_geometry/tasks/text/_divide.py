"""Test rows drawn out of a single file: as many of every label, and no text on both sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.tasks.text._rows import RawSplit
from rnn_geometry.tasks.text.labels import Labelling


def divide(
    whole: RawSplit, labelling: Labelling, share: float, rng: np.random.Generator
) -> tuple[dict[str, RawSplit], Labelling]:
    """Return the rows of one file as train and test, and their labels.

    Rows are drawn by their labels as stored, so that what a task makes of these changes no draw.
    Equal texts count as one and stand on one side.

    Parameters
    ----------
    whole
        All rows, labelled as train.
    labelling
        Labels of `train`.
    share
        Of the texts, for test.
    rng
        Of the draw.

    Raises
    ------
    UserError
        Where train or test would have no row.
    """
    tested = _drawn(whole, share, rng)
    rows = {"train": np.flatnonzero(~tested), "test": np.flatnonzero(tested)}
    for name, index in rows.items():
        if not len(index):
            raise UserError(
                f"{whole.where}: of {len(tested)} rows none is left for {name}; give more texts, "
                "or another source.test_share."
            )
    raw = {name: _rows(whole, index) for name, index in rows.items()}
    raw["train"] = replace(raw["train"], filtered=whole.filtered)
    labels = {name: labelling.labels["train"][index] for name, index in rows.items()}
    return raw, replace(labelling, labels=labels)


def _rows(whole: RawSplit, index: np.ndarray) -> RawSplit:
    texts, labels = ([column[i] for i in index] for column in (whole.texts, whole.labels))
    return replace(whole, texts=texts, labels=labels, filtered=0)


def _drawn(whole: RawSplit, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return which rows are of test, (n,) bool.

    Distinct texts stand in random order, sorted by label, and every 1 / share of them is taken:
    each label has its share to within one text, and all labels together to within one, too.
    """
    first: dict[str | None, int] = {}
    of_text = np.array([first.setdefault(text, row) for row, text in enumerate(whole.texts)])
    leaders = rng.permutation(np.flatnonzero(of_text == np.arange(len(of_text))))
    labels = [str(whole.labels[i]) for i in leaders]
    by_label = leaders[np.argsort(labels, kind="stable")]
    steps = np.floor(np.arange(1, len(by_label) + 1) * share + rng.random())
    taken = by_label[np.diff(steps, prepend=0.0) > 0]
    return np.isin(of_text, taken)
