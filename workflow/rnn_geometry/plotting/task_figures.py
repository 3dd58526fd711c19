"""The figures of one task.

A kind each, with a panel for every network, as in the paper and its talk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from matplotlib.figure import Figure

from rnn_geometry.plotting import arrows, fields, growth, planes, solids, spectra, training, words
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.views import is_ordered

TASK_FIGURES: dict[str, Callable[[Sequence[NetworkArrays]], Figure]] = {
    "trajectories": planes.trajectories,
    "speed_of_points": planes.speed_of_points,
    "space": solids.space,
    "ordered_plane": planes.ordered_plane,
    "label_shape": solids.label_shape,
    "variance": spectra.variance,
    "spectrum": spectra.spectrum,
    "time_constants_everywhere": spectra.time_constants_everywhere,
    "rates_over_manifold": growth.rates_over_manifold,
    "modes": arrows.modes,
    "word_effects": words.word_effects,
    "logits": fields.logits,
    "flow": fields.flow,
    "training_manifold": training.training_manifold,
}


def kinds_of(networks: Sequence[NetworkArrays]) -> list[str]:
    """Return the names of the figures that apply to a task and whose files its networks have."""
    first = networks[0]
    d, labels = first.dimension or 0, len(first.readout)
    widest = min(len(network.components) for network in networks)
    linearized = all(len(network.linearization.index) for network in networks)
    flowing = all(len(network.flow.rows) for network in networks)
    moving = all(len(network.slow_modes.count) for network in networks)
    applies = {
        "space": d >= 3 and widest >= 3,
        "ordered_plane": is_ordered(first.meta) and not first.multi_label and d == 2 and labels > 2,
        "label_shape": first.multi_label and labels in (2, 3) and widest >= labels,
        "spectrum": linearized,
        "time_constants_everywhere": linearized,
        "modes": moving,
        "rates_over_manifold": moving,
        "word_effects": flowing,
        "training_manifold": any(network.snapshots is not None for network in networks),
        "flow": flowing,
    }
    return [name for name in TASK_FIGURES if applies.get(name, True)]


def task_figures(networks: Sequence[NetworkArrays]) -> dict[str, Callable[[], Figure]]:
    """Return by name what draws each figure that applies to one task; `networks`: one for each
    model, of the same task.

    Models stand in the order given. Raises ValueError without networks or with networks of several
    tasks.
    """
    tasks = {network.record.task for network in networks}
    if len(tasks) != 1:
        raise ValueError(
            f"figures of one task need networks of one task, not of {sorted(map(str, tasks))}"
        )
    return {name: partial(TASK_FIGURES[name], networks) for name in kinds_of(networks)}
