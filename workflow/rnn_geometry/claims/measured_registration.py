"""What was fixed before a table of `benchmarks/` was judged: thresholds, rule and code.

`python -m rnn_geometry.claims.measured_registration KIND FILE DATE` writes the block `registered`
at the end of a file of claims about a table of `measured.KINDS`.
"""

from __future__ import annotations

import sys

from rnn_geometry.claims._registration_block import write_registered
from rnn_geometry.claims.measured import KINDS, checked_measured_claims
from rnn_geometry.store.fingerprint import code_hash

# Modules whose code decides what a network is, what is measured of it, and what follows from that.
NETWORKS = {
    "data": "rnn_geometry.stages.prepare",
    "training": "rnn_geometry.stages.train",
    "rule": "rnn_geometry.claims.judge",
}
DISTANCES = {
    "search": "rnn_geometry.stages.slow_points",
    "distances": "rnn_geometry.stages.compare_networks",
}


def measured_code_now(kind: str) -> dict[str, str]:
    """Return the hash of every part of the code that verdicts on a table depend on.

    Parameters
    ----------
    kind
        A name in `measured.KINDS`.
    """
    own = {"measure": KINDS[kind].partition(":")[0]}
    parts = NETWORKS | own | (DISTANCES if kind == "degeneracy" else {})
    return {part: code_hash(module) for part, module in parts.items()}


if __name__ == "__main__":
    chosen = sys.argv[1]
    write_registered(sys.argv[2:], checked_measured_claims(chosen), measured_code_now(chosen))
