"""What theory expects of a task: its structure, dimension and angle between readouts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_geometry.tasks.structures import Structure, text_structure
from rnn_geometry.tasks.synthetic import families, family_of


def structure_of(meta: Mapping[str, Any]) -> Structure:
    """Return the structure of a task: what its family states, or what its options say of texts.

    Parameters
    ----------
    meta
        meta.json: `classes` and, of a synthetic task, `family`; of texts `multi_label`, `ordered`.
    """
    family, classes = meta.get("family", "text"), int(meta["classes"])
    if family in families():
        return family_of(family).structure(classes)
    ordered = bool(meta.get("ordered"))
    return text_structure(classes, multi_label=bool(meta.get("multi_label")), ordered=ordered)


def structure(meta: Mapping[str, Any]) -> str:
    """Return the name of the structure of a task, by which claims choose their tasks.

    Parameters
    ----------
    meta
        meta.json, see `structure_of`.

    Examples
    --------
    >>> structure({"classes": 5, "ordered": True})
    'plane'
    """
    return structure_of(meta).name


def expected_geometry(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dimension and readout angle that theory gives for a task.

    Parameters
    ----------
    meta
        meta.json, see `structure_of`.

    Returns
    -------
    dict
        dimension_expected; readout_angle_expected in degrees, None where theory fixes none.

    References
    ----------
    Aitken et al., ICLR 2021, sections 3 and 4 (arXiv 2010.15114).

    Examples
    --------
    >>> expected_geometry({"classes": 2, "multi_label": True})
    {'dimension_expected': 2, 'readout_angle_expected': 90.0}
    """
    kind, classes = structure_of(meta), int(meta["classes"])
    return {
        "dimension_expected": kind.dimension(classes),
        "readout_angle_expected": kind.angle(classes),
    }
