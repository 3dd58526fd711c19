"""A file of claims that takes over those of another. Light on purpose: read with the Snakefile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from rnn_geometry.errors import UserError, listed, quoted

LAYING = ("extends", "without", "without_controls")  # say how files are laid over each other
OWN = ("registered", "deviations")  # of the one file that states them


def read_whole(path: str | Path) -> Any:
    """Read a file of claims, and those below it that its key `extends` names.

    Parameters
    ----------
    path
        The file; `extends` is a path from its folder.

    Returns
    -------
    Any
        What the file holds; of one that extends another, that one's keys and claims with its own
        laid over them: without the claims that `without` names and the controls that
        `without_controls` names, its own claims last. Unchecked.

    Raises
    ------
    UserError
        If a file extends itself, or `without` names a claim that is not there, or
        `without_controls` leaves a claim without any.
    OSError, yaml.YAMLError
        If a file cannot be read.
    """
    return _read(Path(path), ())


def _read(path: Path, above: tuple[Path, ...]) -> Any:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, Mapping) or not isinstance(raw.get("extends"), str):
        return raw
    seen = (*above, path.resolve())
    below = path.parent / raw["extends"]
    if below.resolve() in seen:
        raise UserError(
            f"claims key extends: {path.name} extends itself by way of {raw['extends']}; name a "
            "file that stands on its own."
        )
    base = _read(below, seen)
    return _laid_over(base, raw) if isinstance(base, Mapping) else base


def _laid_over(base: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    without = raw.get("without") or []
    if not isinstance(without, list):
        raise UserError(f"claims key without: {quoted(without)} is no list; give names of claims.")
    names = [claim.get("name") for claim in _claims(base)]
    for name in without:
        if name not in names:
            raise UserError(
                f"claims key without: {quoted(name)} is no claim of {raw['extends']}; accepted are "
                f"{listed(names)}."
            )
    kept = [claim for claim in _claims(base) if claim.get("name") not in without]
    if "without_controls" in raw:
        kept = [_without_controls(claim, raw["without_controls"]) for claim in kept]
    taken = {key: value for key, value in base.items() if key not in OWN}
    mine = {key: value for key, value in raw.items() if key not in LAYING}
    own = mine.get("claims", [])  # what is no list is for the schema to refuse
    return {**taken, **mine, "claims": [*kept, *own] if isinstance(own, list) else own}


def _without_controls(claim: Mapping[str, Any], dropped: Any) -> dict[str, Any]:
    """Return a claim without some controls, such as none of the battery trains."""
    if not isinstance(dropped, list):
        raise UserError(
            f"claims key without_controls: {quoted(dropped)} is no list; give names of controls."
        )
    controls = [name for name in claim.get("controls") or [] if name not in dropped]
    if not controls:
        raise UserError(
            f"claims key without_controls: it leaves '{claim.get('name')}' without any control; "
            "name fewer, or the claim in without."
        )
    return {**claim, "controls": controls}


def _claims(base: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the claims of a file that nothing has checked yet."""
    claims = base.get("claims")
    listed_ones = claims if isinstance(claims, list) else []
    return [claim for claim in listed_ones if isinstance(claim, Mapping)]
