"""What was fixed before any language model was judged: thresholds, rule and code.

`python -m rnn_geometry.claims.language_registration FILE DATE` writes the block `registered` at the
end of a file of claims about language models.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnn_geometry.claims._registration_block import registered_block, write_registered
from rnn_geometry.claims.extended import read_whole
from rnn_geometry.claims.language import checked_language_claims, is_about_text
from rnn_geometry.store.fingerprint import code_hash

# Modules whose code decides what a network is, what is measured of it, and what follows from that.
CODE = {
    "data": "rnn_geometry.stages.prepare_source",
    "training": "rnn_geometry.stages.train_language_model",
    "geometry": "rnn_geometry.stages.language_geometry",
    "tables": "rnn_geometry.stages.tabulate_language",
    "rule": "rnn_geometry.claims.judge",
}


# The same of those of running text.
TEXT_CODE = {
    "data": "rnn_geometry.stages.prepare_running_text",
    "training": "rnn_geometry.stages.train_text_model",
    "numbers": "rnn_geometry.stages.text_model_numbers",
    "tables": "rnn_geometry.stages.tabulate_language_text",
    "verdicts": "rnn_geometry.claims.text_model_units",
    "rule": "rnn_geometry.claims.judge",
}


def language_code_now(text: bool = False) -> dict[str, str]:
    """Return the hash of every part of the code that verdicts on language models depend on.

    Parameters
    ----------
    text
        Whether of those of running text.
    """
    return {part: code_hash(module) for part, module in (TEXT_CODE if text else CODE).items()}


def language_registration(claims: Mapping[str, Any], date: datetime.date) -> dict[str, Any]:
    """Return the block `registered` of a file of claims.

    Parameters
    ----------
    claims
        A checked file.
    date
        Of the registration.
    """
    return registered_block(claims, language_code_now(is_about_text(claims)), date)


def main(arguments: list[str]) -> None:
    """Write the block `registered` at the end of a file of claims.

    Parameters
    ----------
    arguments
        The file, and the date of the registration.
    """
    code = language_code_now(is_about_text(read_whole(Path(arguments[0]))))
    write_registered(arguments, checked_language_claims, code)


if __name__ == "__main__":
    main(sys.argv[1:])
