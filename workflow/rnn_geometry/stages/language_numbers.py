"""All numbers of one language model whose source is known: what it holds, where it rests, causes.

States are those after each word of held-out texts; beliefs are what these words tell of the hidden
state of the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics.completeness import completed_skeleton
from rnn_geometry.dynamics.fixed_points import distinct_roots, find_fixed_points
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.results import Skeleton, SlowPoints, Status
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.spectrum import integration_modes
from rnn_geometry.dynamics.step import budget
from rnn_geometry.geometry.beliefs import linear_reading, told_by_direction
from rnn_geometry.geometry.dimension import (
    LINKAGE_RADIUS,
    components_for,
    participation_ratio,
    rms_radius,
)
from rnn_geometry.geometry.hankel import hankel_spectrum
from rnn_geometry.geometry.language import MODES, encoding, followed, signed_rates
from rnn_geometry.networks.classifier import Classifier, analysis_cell
from rnn_geometry.networks.next_word_said import own_texts, said_after
from rnn_geometry.tasks.language.source import Source

Numbers = dict[str, Any]
TOLD = 0.8  # R^2 from which a direction of beliefs counts as held
READ_ON = 3  # words after a patch
PATCHES = 500  # pairs of places
DRAWS = 5  # of random directions
HELD_TEXTS, END_RADIUS, END_SHARE = 10, 0.1, 0.02  # see the column `ends`
ROUNDS = 8  # of a search that goes on since fixed points are missing for certain


@dataclass(frozen=True)
class Visits:
    """Where a network goes on texts of its source.

    Attributes
    ----------
    network : Classifier
        Its classes are the words.
    source : Source
        Whose words these are.
    words : (n, T)
        Held-out texts.
    """

    network: Classifier
    source: Source
    words: np.ndarray

    @cached_property
    def states(self) -> np.ndarray:
        """States after each word, (n T, S)."""
        with torch.no_grad():
            words = torch.from_numpy(self.words).to(self.network.embedding.device)
            return self.network.states(words).flatten(0, 1).double().cpu().numpy()

    @cached_property
    def beliefs(self) -> np.ndarray:
        """What can be known at the same places, (n T, K)."""
        return self.source.beliefs(self.words)[:, 1:].reshape(len(self.states), -1)

    @cached_property
    def texts(self) -> np.ndarray:
        """The text of each place, (n T,)."""
        return np.repeat(np.arange(len(self.words)), self.words.shape[1])

    @property
    def seen(self) -> np.ndarray:
        """The entries of states that the readout sees, (n T, H)."""
        return self.states[:, : self.network.cell.hidden_size]

    @cached_property
    def waiting(self) -> np.ndarray:
        """Numbers of places after which words may come that change no hidden state."""
        kept = self.source.kept_states()
        if not len(kept):
            return np.arange(len(self.states))
        return np.flatnonzero(self.beliefs[:, kept].sum(1) > 0.5)

    def on_device(self, array: np.ndarray) -> Tensor:
        """Return an array as a tensor in float64, where the network is."""
        return torch.from_numpy(np.asarray(array, float)).to(self.network.embedding.device)

    def held_words(self) -> np.ndarray:
        """Return ids of words that change no hidden state; without such, that all states say."""
        said = (self.source.says.sum(2) > 0).all(1)
        return np.array(self.source.neutral or np.flatnonzero(said), np.int64)

    def held_input(self) -> tuple[str, np.ndarray]:
        """Return the input that is held, by name and as a vector (E,)."""
        vectors = self.network.embedding_matrix().double().cpu().numpy()
        if self.source.neutral:
            return "neutral", vectors[list(self.source.neutral)].mean(0)
        return "mean", vectors[self.words.ravel()].mean(0)


class Rest(NamedTuple):
    """Where a network comes to rest: its input, starts (n,), slow points and fixed points."""

    x: np.ndarray
    starts: np.ndarray
    slow: SlowPoints
    bones: Skeleton


def held_numbers(visits: Visits, rng: np.random.Generator) -> Numbers:
    """Return how much of what can be known the states hold, and in how many dimensions.

    Parameters
    ----------
    visits
        Of the network.
    rng
        Draws nothing but the text whose beliefs are taken for chance.

    Returns
    -------
    dict
        By the names of `language_tables`.
    """
    turn = int(rng.integers(1, len(visits.words)))
    others = np.roll(visits.beliefs, 2 * turn * visits.words.shape[1], axis=0)
    found: Numbers = {
        "participation_ratio": participation_ratio(visits.seen),
        "components_95": components_for(visits.seen, 0.95),
    }
    for ending, beliefs in {"": visits.beliefs, "_random": others}.items():
        reading = linear_reading(visits.states, beliefs, visits.texts)
        told = told_by_direction(reading, visits.states, beliefs, visits.texts)
        found[f"belief_r2{ending}"] = reading.r2
        found[f"dimension_held{ending}"] = int((told > TOLD).sum())
    return found


def said_numbers(visits: Visits, expected: Mapping[str, Any], texts: int, seed: int) -> Numbers:
    """Return the dimension of what a network says by itself.

    Parameters
    ----------
    visits
        Of the network.
    expected
        With `dimension_texts_low` and `dimension_texts_high` of its source.
    texts
        How many it says.
    seed
        Of the draw, and of their division into halves.
    """
    words = own_texts(visits.network, texts, visits.words.shape[1], seed)
    said = hankel_spectrum(words, len(visits.source.words), seed=seed).dimension
    low, high = expected["dimension_texts_low"], expected["dimension_texts_high"]
    return {"dimension_said": said, "dimension_said_off": max(low - said, said - high, 0)}


def at_rest(
    visits: Visits, settings: Mapping[str, Any], rng: np.random.Generator, *, bounded: bool
) -> Rest:
    """Search slow points and fixed points from visited states, under the held input.

    Parameters
    ----------
    visits
        Of the network.
    settings
        Of the analysis: visited_states, exact_starts, min_tau, memory_mb.
    rng
        Draws the states.
    bounded
        Whether the cell takes a convex body into itself, so that its fixed points have degree 1.
    """
    held, step = visits.held_input()[1], analysis_cell(visits.network)
    starts = rng.permutation(visits.waiting)[: settings["visited_states"]]
    states, x = visits.on_device(visits.states[starts]), visits.on_device(held)
    min_tau = settings["min_tau"] or visits.words.shape[1] / 2
    slow = project_to_slow_manifold(
        step, states, x, min_tau=min_tau, memory_mb=settings["memory_mb"]
    )
    memory_mb = budget(settings["memory_mb"])
    exact = find_fixed_points(step, states[: settings["exact_starts"]], x, memory_mb=memory_mb)
    bones = completed_skeleton(
        step,
        exact,
        x,
        slow.points,
        radius=LINKAGE_RADIUS * rms_radius(visits.states),
        rounds=ROUNDS if bounded else 0,
        seed=int(rng.integers(2**32)),
        memory_mb=memory_mb,
    )
    return Rest(held, starts, slow, bones)


def rest_numbers(visits: Visits, rest: Rest, settings: Mapping[str, Any]) -> Numbers:
    """Return the dimension of slow points, the rates of modes, and how many points of rest.

    Parameters
    ----------
    visits
        Of the network.
    rest
        Of `at_rest`.
    settings
        Of the analysis.
    """
    points, bones = rest.slow.points, rest.bones
    seen = points[:, : visits.network.cell.hidden_size]
    centre = points[[np.argmin(np.linalg.norm(points - points.mean(0), axis=1))]]
    at, x = visits.on_device(centre), visits.on_device(rest.x)
    eigenvalues = linearize(analysis_cell(visits.network), at, x).eigenvalues[0]
    min_tau = settings["min_tau"] or visits.words.shape[1] / 2
    rates = signed_rates(eigenvalues)
    return {
        "hold_input": visits.held_input()[0],
        "slow_participation_ratio": participation_ratio(seen),
        "slow_components_95": components_for(seen, 0.95),
        "slow_modes": int(integration_modes(eigenvalues[None], min_tau)[0]),
        **{f"rate_{i + 1}": rates[i] if i < len(rates) else None for i in range(MODES)},
        "stable": int((bones.unstable == 0).sum()),
        "saddles": int((bones.unstable > 0).sum()),
        "degree": bones.degree,
        "ghosts": bones.ghosts / max(len(bones.ids), 1),
        "ends": ends(visits, rest),
    }


def ends(visits: Visits, rest: Rest) -> int:
    """Return how many places states have come to after ten texts of the held input.

    Parameters
    ----------
    visits
        Of the network.
    rest
        Its starts and its input.
    """
    step = analysis_cell(visits.network)
    states = visits.on_device(visits.states[rest.starts])
    x = visits.on_device(rest.x).expand(len(states), -1)
    for _ in range(HELD_TEXTS * visits.words.shape[1]):
        states = step(states, x)
    radius = END_RADIUS * rms_radius(visits.states[rest.starts])
    status = np.full(len(states), Status.CONVERGED)
    ids, _ = distinct_roots(states.cpu().numpy(), status, radius)
    return int((np.bincount(ids) >= END_SHARE * len(ids)).sum())


def patch_numbers(visits: Visits, rng: np.random.Generator) -> Numbers:
    """Return how predictions follow where one belief is put in the place of another.

    States move with beliefs as on every other text; patched are states of the rest of the texts.

    Parameters
    ----------
    visits
        Of the network.
    rng
        Draws places, words and random directions.
    """
    fitted = visits.texts % 2 == 0
    moves = encoding(visits.states[fitted], visits.beliefs[fitted])
    places = visits.waiting[~fitted[visits.waiting]]
    one = rng.permutation(places)[:PATCHES]
    other = rng.permutation(places)[: len(one)]
    words = rng.choice(visits.held_words(), (len(one), READ_ON))
    beliefs = visits.beliefs[other] - visits.beliefs[one]
    by_belief, whole = beliefs @ moves, visits.states[other] - visits.states[one]
    both = _Pairs(visits, one, other)
    by_chance = [
        both.followed(_as_long(beliefs @ rng.normal(size=moves.shape), by_belief), words)
        for _ in range(DRAWS)
    ]
    return {
        "patch_followed": both.followed(by_belief, words),
        "patch_followed_now": both.followed(by_belief, words[:, :0]),
        "patch_whole": both.followed(whole, words),
        "patch_followed_random": float(np.mean(by_chance)),
    }


def _as_long(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return rows (m, S), each as long as that of others; zero rows stay."""
    wanted, given = (np.linalg.norm(part, axis=1, keepdims=True) for part in (others, rows))
    return rows * wanted / np.where(given > 0, given, 1)


class _Pairs(NamedTuple):
    """Places (m,) whose states are changed, and places from which beliefs are taken."""

    visits: Visits
    one: np.ndarray
    other: np.ndarray

    def followed(self, moves: np.ndarray, words: np.ndarray) -> float:
        """Return which share of the expected change of predictions moves (m, S) bring about."""
        network, states = self.visits.network, self.visits.states[self.one]
        changes = said_after(network, states + moves, words) - said_after(network, states, words)
        expected = self._said(self.other, words) - self._said(self.one, words)
        possible = np.isfinite(expected).all(1)  # what cannot be said has no theory
        return followed(changes[possible], expected[possible])

    def _said(self, places: np.ndarray, words: np.ndarray) -> np.ndarray:
        """Return what one who knows the source says after places and words, (m, V)."""
        source = self.visits.source
        return source.next_words(source.beliefs(words, self.visits.beliefs[places])[:, -1])
