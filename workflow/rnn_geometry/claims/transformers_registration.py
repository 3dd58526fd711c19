"""What was fixed before any network without a step was judged: thresholds, rule and code.

`python -m rnn_geometry.claims.transformers_registration FILE DATE` writes the block `registered` at
the end of a file of claims about networks without a step.
"""

from __future__ import annotations

import sys

from rnn_geometry.claims._registration_block import write_registered
from rnn_geometry.claims.transformers import checked_transformer_claims
from rnn_geometry.store.fingerprint import code_hash

# Modules whose code decides what a network is, what is measured of it, and what follows from that.
CODE = {
    "data": "rnn_geometry.stages.prepare_synthetic",
    "sources": "rnn_geometry.stages.prepare_source",
    "network": "rnn_geometry.networks.transformer",
    "training": "rnn_geometry.stages.train",
    "training_language": "rnn_geometry.stages.train_language_model",
    "numbers": "rnn_geometry.stages.transformer_numbers",
    "numbers_language": "rnn_geometry.stages.transformer_lm_numbers",
    "tables": "rnn_geometry.stages.tabulate_transformers",
    "verdicts": "rnn_geometry.claims.transformer_units",
    "rule": "rnn_geometry.claims.judge",
}


def transformers_code_now() -> dict[str, str]:
    """Return the hash of every part of the code that verdicts on these networks depend on."""
    return {part: code_hash(module) for part, module in CODE.items()}


if __name__ == "__main__":
    write_registered(sys.argv[1:], checked_transformer_claims, transformers_code_now())
