"""Which networks are followed while they learn, and which stage makes a network's weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rnn_geometry.config.imports import is_imported
from rnn_geometry.config.pooling import is_pooled
from rnn_geometry.errors import UserError
from rnn_geometry.identity import Network

TRAIN, FOLLOWED, POOLED, IMPORT = "train", "train_followed", "train_pooled", "import_network"
MAKERS = (TRAIN, FOLLOWED, POOLED, IMPORT)  # of weights: each network has one of them
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
        Those that are trained here and read their last state; none where no snapshots are asked
        for.
    """
    return [n for n in shown if count and _is_noted(models[n.model])]


def _is_noted(model: Mapping[str, Any]) -> bool:
    return not is_imported(model) and not is_pooled(model) and model["steps"] != 0


def maker_of(network: Network, model: Mapping[str, Any], followed: Iterable[Network]) -> str:
    """Return the stage that makes the weights of a classifier.

    Parameters
    ----------
    network
        The network.
    model
        Settings of its model.
    followed
        Networks whose weights are noted during training.
    """
    if is_imported(model):
        return IMPORT
    if is_pooled(model):
        return POOLED
    return FOLLOWED if network in followed else TRAIN
