"""The file of numbers of a language model of running text; its others are those of `languages`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_geometry.store._artifact import Facts, artifact, value


@artifact
class TextModelNumbers(Facts):
    """text_model.json: all numbers of the network, beside which network it is."""

    FILE = "text_model.json"
    NEEDED = ("task", "model", "l2", "seed", "test_loss")
    facts: Mapping[str, Any] = value("numbers by name, see `geometry.text_models`")
