"""What theory expects of a task: its structure, dimension and angle between readouts."""

from __future__ import annotations

from collections.abc import Mapping
from math import acos, degrees
from typing import Any


def structure(meta: Mapping[str, Any]) -> str:
    """Return which of the paper's families a task belongs to, by which claims choose their tasks.

    `labels`; `context` (words that change others); `line` and `plane` (more than two ordered classes, in one dimension
    and in two); `binary` (two ordered classes); `unordered`.
    """
    family = meta.get("family", "text")
    if meta["multi_label"]:
        return "labels"
    if family == "context":
        return "context"
    if family in ("ordered", "ordered2d") or meta.get("ordered"):
        return "binary" if meta["classes"] == 2 else "line" if family == "ordered" else "plane"
    return "unordered"


def expected_geometry(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dimension and readout angle that the paper's rules give for a text task.

    N unordered classes: N - 1 and arccos(-1/(N-1)); ordered classes: 2 (sentiment and intensity), or 1 for two
    classes; k labels: k and 90 degrees. An angle that theory does not fix is None.
    """
    classes = meta["classes"]
    if meta["multi_label"]:
        return {
            "dimension_expected": classes,
            "readout_angle_expected": 90.0 if classes > 1 else None,
        }
    if meta["ordered"] and classes > 2:
        return {"dimension_expected": 2, "readout_angle_expected": None}
    return {
        "dimension_expected": classes - 1,
        "readout_angle_expected": degrees(acos(-1 / (classes - 1))),
    }
