"""The networks to which the page of a network leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnn_geometry.identity import Network


def neighbours(shown: Sequence[Network], network: Network) -> dict[str, list[list[Any]]]:
    """Return the networks with pages to which the page of a network leads.

    Parameters
    ----------
    shown
        All networks with pages, in order.
    network
        One of them.

    Returns
    -------
    dict
        Keys (task, model, l2, seed): the one before and the one after, `seeds` of the same cell and
        `cells` of the same seed, each on the same task.
    """
    place = shown.index(network)
    of_task = [one for one in shown if one.task == network.task]
    found = {
        "previous": shown[max(place - 1, 0) : place],
        "next": shown[place + 1 : place + 2],
        "seeds": [one for one in of_task if one[:3] == network[:3] and one != network],
        "cells": [
            one for one in of_task if one.seed == network.seed and one.model != network.model
        ],
    }
    return {name: [list(one) for one in networks] for name, networks in found.items()}
