"""The file of numbers of a network that needs no step to be measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_geometry.store._artifact import Facts, artifact, value


@artifact
class TransformerNumbers(Facts):
    """transformer.json: numbers that need no step, beside which network it is."""

    FILE = "transformer.json"
    NEEDED = ("task", "model", "l2", "seed", "test_accuracy")
    facts: Mapping[str, Any] = value(
        "numbers by name, see `geometry.transformers` and `transformers_language`"
    )
