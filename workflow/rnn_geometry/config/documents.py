"""What of the results is committed below docs/, so that the documents can be made from it."""

from __future__ import annotations

# Tables of config/natural.yaml.
NATURAL = ("natural", "hold_inputs", "predictions", "tasks", "words")
# Tables of config/battery.yaml, and what they are made from.
BATTERY = {
    "claims": "claims.csv",
    "sweeps": "sweeps.csv",
    "multiverse": "multiverse.csv",
    "networks": "networks.csv.gz",
    "costs": "battery_costs.csv",
    "code": "battery_code.csv",
}
JUDGED = ("claims", "sweeps", "multiverse", "runs", "tasks", "dimension")
# Figures of docs/claims.md.
GRIDS = ("unordered", "plane", "line", "labels", "binary", "context", "sweep")
SWEEPS = (
    "classes",
    "labels",
    "length",
    "hidden-size",
    "correlation",
    "hold-input",
    "l2-gru",
    "l2-lstm",
    "l2-ugrnn",
    "l2-vanilla",
)
