"""What was fixed before any network's distances were judged: thresholds, rule and code.

`python -m rnn_geometry.claims.universality_registration FILE DATE` writes the block `registered` at
the end of a file of claims about how alike networks are.
"""

from __future__ import annotations

import sys

from rnn_geometry.claims._registration_block import write_registered
from rnn_geometry.claims.universality import checked_universality_claims
from rnn_geometry.store.fingerprint import code_hash

# Modules whose code decides what a network is, what is measured of it, and what follows from that.
CODE = {
    "data": "rnn_geometry.stages.prepare",
    "training": "rnn_geometry.stages.train",
    "search": "rnn_geometry.stages.slow_points",
    "distances": "rnn_geometry.stages.compare_networks",
    "rule": "rnn_geometry.claims.judge",
}


def universality_code_now() -> dict[str, str]:
    """Return the hash of every part of the code that verdicts on distances depend on."""
    return {part: code_hash(module) for part, module in CODE.items()}


if __name__ == "__main__":
    write_registered(sys.argv[1:], checked_universality_claims, universality_code_now())
