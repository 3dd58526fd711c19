"""Which networks are followed while they learn, and which stage makes a network's weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rnn_geometry.config.imports import is_imported
from rnn_geometry.errors import UserError
from rnn_geometry.identity import Network

TRAIN, FOLLOWED, IMPORT = "train", "train_followed", "import_network"
MAKERS = (TRAIN, FOLLOWED, IMPORT)  # of weights: each network has one of them
FEWEST = 2  # snapshots: the first step and the last


def check_snapshots(count: int) -> None:
    """Refuse a number of snapshots that leaves out the first step or the last.

    Parameters
    ----------
    count
        The key `training.snapshots`, which the schema has accepted.

    Raises
    ------
    UserError
        For one.
    """
    if 0 < count < FEWEST:
        raise UserError(
            f"config key training.snapshots: {count} is not accepted, since the first step and the "
            f"last are always kept; give 0 for none, or {FEWEST} or more."
        )


def followed_among(
    shown: Iterable[Network], models: Mapping[str, Mapping[str, Any]], count: int
) -> list[Network]:
    """Return the networks whose weights are noted during training.

    Parameters
    ----------
    shown
        Networks that figures of tasks and explorers show.
    models
        Settings by name.
    count
        The key `training.snapshots`.

    Returns
    -------
    list of Network
        Those that are trained here; none where no snapshots are asked for.
    """
    return [n for n in shown if count and _learns(models[n.model])]


def _learns(model: Mapping[str, Any]) -> bool:
    return not is_imported(model) and model["steps"] != 0
