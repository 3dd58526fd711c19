"""Do words add? Sums of what single words do, against where sentences end.

Nothing is fitted to the sentences but where a name says so. Shapes: V words of the vocabulary, m
sentences, k coordinates or logits. A *move* is what a sentence changes against as many words of
the hold input from the same start; its prediction is the sum of the kicks of its words.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics._checks import real_array, refusal, whole
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics._tensors import real_tensor
from rnn_geometry.dynamics.integration import r_squared
from rnn_geometry.dynamics.step import Array, Step

DRAWS = 10  # of random kicks; their R^2 is the mean


class Texts(Protocol):
    """Word ids of all texts one after the other, and where each text begins."""

    @property
    def tokens(self) -> np.ndarray:
        """Word ids."""
        ...

    @property
    def offsets(self) -> np.ndarray:
        """Where each text begins, and the end."""
        ...


@isolated()
def without_words(
    step: Step, start: Array, x: Array, directions: Array, sentences: Texts
) -> Tensor:
    """Return where sentences would end if each of their words were x*.

    Parameters
    ----------
    step : Step
        Not changed.
    start : (1, S)
        The state before the first word.
    x : (E,)
        The hold input x*.
    directions : (k, S)
        Coordinates are directions @ state.
    sentences : Texts
        Of m sentences; only their lengths count.

    Returns
    -------
    (m, k) float64
        The coordinates then.

    Raises
    ------
    ValueError
        As `integration.hold` does.
    """
    system, h = System.of(step, start, x, gradients=False)
    directions = real_tensor("directions", directions, ("k", h.shape[1]), device=h.device)
    lengths = np.diff(np.asarray(sentences.offsets))
    path = [h @ directions.T]
    for _ in range(whole("the longest sentence", int(lengths.max(initial=0)))):
        h = system(h)
        path.append(h @ directions.T)
    return torch.cat(path)[torch.from_numpy(lengths).to(h.device)]


def additivity_r2(sentences: Texts, kicks: np.ndarray, moves: np.ndarray) -> float | None:
    """Return how well summed one-word kicks predict the moves of sentences, nothing fitted.

    Parameters
    ----------
    sentences : Texts
        Of m sentences.
    kicks : (V, k)
        Of every word of the vocabulary.
    moves : (m, k)
        Of the sentences.

    Returns
    -------
    float or None
        1 - squared misses / squared distances of the moves from their mean; None where the moves
        do not vary.

    Raises
    ------
    ValueError
        For arrays of another shape, tokens that are no rows of `kicks`, and offsets that fall.
    """
    sums, moves = _sums_and(sentences, kicks, "moves", moves)
    return r_squared(moves, sums)


def additivity_slope(sentences: Texts, kicks: np.ndarray, moves: np.ndarray) -> float | None:
    """Return by how much sums of kicks overrate the moves: the slope of moves on sums through 0.

    Parameters
    ----------
    sentences : Texts
        Of m sentences.
    kicks : (V, k)
        Of every word of the vocabulary.
    moves : (m, k)
        Of the sentences.

    Returns
    -------
    float or None
        1: sums have the right size; below 1: they are too large, as where the state saturates.
        None where all sums are zero.

    Raises
    ------
    ValueError
        As `additivity_r2` does.
    """
    sums, moves = _sums_and(sentences, kicks, "moves", moves)
    size = (sums**2).sum()
    return float((sums * moves).sum() / size) if size > 0 else None


def additivity_r2_fitted(sentences: Texts, kicks: np.ndarray, final: np.ndarray) -> float | None:
    """Return how well an affine map of summed kicks predicts final coordinates of sentences.

    The map is fitted on every other sentence and judged on the rest. It forgives saturation of the
    whole, and much else: hold it against `additivity_r2_random`.

    Parameters
    ----------
    sentences : Texts
        Of m sentences.
    kicks : (V, k)
        Of every word of the vocabulary.
    final : (m, k)
        Coordinates of the sentences' last states, or their moves.

    Returns
    -------
    float or None
        R^2, at most 1; None where the coordinates do not vary.

    Raises
    ------
    ValueError
        As `additivity_r2` does.
    """
    return _fitted_r2(*_sums_and(sentences, kicks, "final", final))


def additivity_r2_random(
    sentences: Texts, kicks: np.ndarray, final: np.ndarray, seed: int
) -> float | None:
    """Return what `additivity_r2_fitted` would be by chance.

    Parameters
    ----------
    sentences : Texts
        Of m sentences.
    kicks : (V, k)
        Of every word of the vocabulary.
    final : (m, k)
        Coordinates of the sentences' last states, or their moves.
    seed : int
        Of normal kicks with the mean and covariance of the true ones.

    Returns
    -------
    float or None
        Mean over DRAWS of them; None where the coordinates do not vary.

    Raises
    ------
    ValueError
        As `additivity_r2` does.
    """
    _, final = _sums_and(sentences, kicks, "final", final)
    kicks, rng = np.asarray(kicks, dtype=np.float64), np.random.default_rng(seed)
    covariance = np.atleast_2d(np.cov(kicks.T, bias=True))
    drawn = rng.multivariate_normal(kicks.mean(axis=0), covariance, (DRAWS, len(kicks)))
    found = [_fitted_r2(summed(sentences, some), final) for some in drawn]
    return None if None in found else float(np.mean([r2 for r2 in found if r2 is not None]))


def additivity_noise(
    sentences: Texts, kicks: np.ndarray, spread: np.ndarray, moves: np.ndarray
) -> float | None:
    """Return the misses of summed kicks over those of as many independent errors.

    A kick differs from place to place. If the words of a sentence met independent places, the
    squared miss of their sum would be the sum of the variances of their kicks.

    Parameters
    ----------
    sentences : Texts
        Of m sentences.
    kicks : (V, k)
        Mean kick of every word over places.
    spread : (V,)
        Variance of every word's kick over places, summed over coordinates.
    moves : (m, k)
        Of the sentences.

    Returns
    -------
    float or None
        1: errors are those of independent words; more: they are systematic. None where kicks are
        the same everywhere.

    Raises
    ------
    ValueError
        As `additivity_r2` does.
    """
    sums, moves = _sums_and(sentences, kicks, "moves", moves)
    spread = real_array("spread", spread, (len(kicks),))
    expected = summed(sentences, spread[:, None]).sum()
    return float(((moves - sums) ** 2).sum() / expected) if expected > 0 else None


def summed(sentences: Texts, kicks: np.ndarray) -> np.ndarray:
    """Return the sum of the kicks of the words of each sentence.

    Parameters
    ----------
    sentences : Texts
        Of m sentences; one without words adds nothing.
    kicks : (V, k)
        Of every word of the vocabulary.

    Returns
    -------
    (m, k) float64
        The sums.

    Raises
    ------
    ValueError
        For tokens that are no rows of `kicks`, and offsets that fall.
    """
    kicks = real_array("kicks", kicks, ("V", "k"))
    tokens, offsets = np.asarray(sentences.tokens), np.asarray(sentences.offsets)
    if len(tokens) and not 0 <= tokens.min() <= tokens.max() < len(kicks):
        raise refusal(f"sentences.tokens must be rows of kicks, from 0 below {len(kicks)}.")
    lengths = np.diff(offsets)
    if offsets[0] < 0 or offsets[-1] != len(tokens) or (lengths < 0).any():
        raise refusal("sentences.offsets must rise up to the number of tokens.")
    sums = np.zeros((len(lengths), kicks.shape[1]))
    if lengths.any():
        sums[lengths > 0] = np.add.reduceat(kicks[tokens], offsets[:-1][lengths > 0], axis=0)
    return sums


def _sums_and(
    sentences: Texts, kicks: np.ndarray, name: str, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return sums of kicks (m, k) and the checked values (m, k) that they predict."""
    kicks = real_array("kicks", kicks, ("V", "k"))
    values = real_array(name, values, (len(sentences.offsets) - 1, kicks.shape[1]))
    return summed(sentences, kicks), values


def _fitted_r2(sums: np.ndarray, final: np.ndarray) -> float | None:
    inputs = np.column_stack([sums, np.ones(len(sums))])
    fitted = np.linalg.lstsq(inputs[::2], final[::2], rcond=None)[0]
    return r_squared(final[1::2], inputs[1::2] @ fitted)
