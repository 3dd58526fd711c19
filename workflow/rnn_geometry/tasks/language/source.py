"""A source of words with a hidden state: what it says, what it will say, how much of it is news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RELATIVE = 1e-9  # singular values below this share of the largest one are rounding
ROWS = 1e-8  # by how much probabilities may miss one
SAME = 6  # digits by which logarithms of beliefs are told apart


@dataclass(frozen=True)
class Source:
    """A hidden Markov source: in a hidden state it says a word and goes on to another one.

    Attributes
    ----------
    name : str
        What it is.
    words : tuple of str, V of them
        Every one can be said.
    states : tuple of str, K of them
        What the hidden states stand for.
    first : (K,)
        P(state) before the first word.
    says : (V, K, K)
        says[w, i, j]: P(word w, then state j | state i). Sums to 1 over w and j.
    neutral : tuple of int
        Ids of words that change no hidden state: what is read while something is held.
    """

    name: str
    words: tuple[str, ...]
    states: tuple[str, ...]
    first: np.ndarray
    says: np.ndarray
    neutral: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.words), len(self.states), len(self.states))
        if self.says.shape != shape or self.first.shape != shape[1:2]:
            raise ValueError(
                f"says has shape {self.says.shape} and first {self.first.shape}; {shape} and "
                f"{shape[1:2]} belong to {shape[0]} words and {shape[1]} states."
            )
        if (self.says < 0).any() or (self.first < 0).any():
            raise ValueError("says and first hold probabilities; some are below 0.")
        totals = np.append(self.says.sum((0, 2)), self.first.sum())
        if np.abs(totals - 1).max() > ROWS:
            raise ValueError("Probabilities of a state, or of the first states, do not sum to 1.")

    @classmethod
    def of(
        cls,
        name: str,
        words: Sequence[str],
        states: Sequence[str],
        *,
        first: np.ndarray,
        emits: np.ndarray,
        goes: np.ndarray,
        neutral: Sequence[int] = (),
    ) -> Source:
        """Make a source from what a state says, and where it goes once a word is said.

        Parameters
        ----------
        name, words, states, first, neutral
            See the class.
        emits : (K, V)
            P(word | state).
        goes : (V, K, K) or (K, K)
            P(next state | word, state), or without regard to the word. Rows of words that a state
            does not say do not count.

        Raises
        ------
        ValueError
            Where shapes do not fit, or probabilities do not sum to 1.

        Examples
        --------
        A coin that is fair or not, and stays so:

        >>> coin = Source.of("coin", ["head", "tail"], ["fair", "bent"], first=np.array([0.5, 0.5]),
        ...     emits=np.array([[0.5, 0.5], [0.9, 0.1]]), goes=np.eye(2))
        >>> coin.rank(), coin.beliefs(np.array([[0, 0]]))[0, -1].round(2).tolist()
        (2, [0.24, 0.76])
        """
        goes = np.broadcast_to(goes, (len(words), len(states), len(states)))
        says = np.asarray(emits, float).T[:, :, None] * goes
        return cls(
            name, tuple(words), tuple(states), np.asarray(first, float), says, tuple(neutral)
        )

    def sample(self, n: int, length: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw texts.

        Parameters
        ----------
        n
            How many.
        length
            T, words of each.
        seed
            Of the draw.

        Returns
        -------
        words : (n, T)
            int64, ids.
        states : (n, T + 1)
            int64, the hidden state before each word and after the last one.
        """
        rng = np.random.default_rng(seed)
        count = len(self.states)
        outcomes = self.says.transpose(1, 0, 2).reshape(count, -1).cumsum(1)
        states = np.empty((n, length + 1), np.int64)
        words = np.empty((n, length), np.int64)
        states[:, 0] = _drawn(self.first.cumsum()[None], rng.random(n))
        for t in range(length):
            outcome = _drawn(outcomes[states[:, t]], rng.random(n))
            words[:, t], states[:, t + 1] = np.divmod(outcome, count)
        return words, states

    def beliefs(self, words: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
        """Return what can be known of the hidden state from the words so far.

        Parameters
        ----------
        words : (n, T)
            Ids.
        start : (n, K), optional
            What is known before them; without it: `first`.

        Returns
        -------
        (n, T + 1, K)
            P(state | words before), at places 0 to T; NaN from a word on that cannot be said.
        """
        before = self.first if start is None else start
        here = np.broadcast_to(before, (len(words), len(self.states)))
        found = [here]
        for column in np.asarray(words).T:
            here = np.einsum("ni,nij->nj", here, self.says[column])
            with np.errstate(invalid="ignore", divide="ignore"):
                here = here / here.sum(1, keepdims=True)
            found.append(here)
        return np.stack(found, 1)

    def next_words(self, beliefs: np.ndarray) -> np.ndarray:
        """Return the chances of the next word.

        Parameters
        ----------
        beliefs : (..., K)
            As of `beliefs`.

        Returns
        -------
        (..., V)
            P(next word | words before): no network can do better.
        """
        return beliefs @ self.says.sum(2).T

    def surprise(self, words: np.ndarray) -> np.ndarray:
        """Return what each word tells to one who knows the source.

        Parameters
        ----------
        words : (n, T)
            Ids.

        Returns
        -------
        (n, T)
            -log P(word | words before), in nats. Its mean over texts of the source is the entropy
            per word, the least loss.
        """
        chances = self.next_words(self.beliefs(words)[:, :-1])
        said = np.take_along_axis(chances, np.asarray(words)[:, :, None], 2)[:, :, 0]
        with np.errstate(divide="ignore"):
            return -np.log(said)

    def kept_states(self) -> np.ndarray:
        """Return the states in which words are said that change none.

        Where such a word is read on and on, a network that holds what it knows comes to rest at as
        many points, one for each state that it may be in for good.

        Returns
        -------
        (m,)
            Numbers of states; none without such words.
        """
        told = self.says.sum(2)[list(self.neutral)] > 0
        return np.flatnonzero(told.any(0))

    def rank(self) -> int:
        """Return the rank of P(future | past), over all pasts and futures.

        What a network has to hold of the past, as a linear system: its vectors of predictions span
        so many dimensions, an affine space of one less, since they sum to 1. At most K; less where
        states are never told apart.

        Returns
        -------
        int
            From 1 on.

        References
        ----------
        Hsu, Kakade & Zhang 2012, A spectral algorithm for learning hidden Markov models.
        """
        pasts = _closure(self.first[None], self.says)
        futures = _closure(np.ones((1, len(self.states))), self.says.swapaxes(1, 2))
        return _numerical_rank(pasts @ futures.T)

    def causal_states(self, most: int = 1000) -> np.ndarray | None:
        """Return all beliefs that texts can lead to, where these are a finite number.

        A source whose words tell its state has as many as states that can be told apart, and a
        network need hold no more than points. One of which only signs are seen has no end of them:
        they fill a continuum, which a network approaches by adding up.

        Parameters
        ----------
        most
            Where there are more, or no end of them, the search stops.

        Returns
        -------
        (m, K) or None
            Beliefs, the first one that before any word; None for more than `most`.

        References
        ----------
        Crutchfield & Young 1989, Inferring statistical complexity.
        """
        found = self.first[None]
        new = found
        while len(new):
            said = np.einsum("ni,wij->nwj", new, self.says).reshape(-1, len(self.states))
            chances = said.sum(1, keepdims=True)
            reached = (said / np.where(chances > 0, chances, 1))[chances[:, 0] > 0]
            every = np.concatenate([found, reached])
            # By logarithms: evidence that adds up for ever makes beliefs ever nearer to one.
            with np.errstate(divide="ignore"):
                told = np.log(every).round(SAME)
            first = np.sort(np.unique(told, axis=0, return_index=True)[1])
            new = every[first[first >= len(found)]]
            found = np.concatenate([found, new])
            if len(found) > most:
                return None
        return found


def _drawn(cumulative: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Return the outcome of each draw: cumulative chances (n or 1, m), uniform numbers (n,)."""
    # The last sum may be below one by rounding: no draw goes past the last outcome with a chance.
    scaled = uniform * cumulative[:, -1]
    return (cumulative <= scaled[:, None]).sum(1)


def _closure(start: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis (r, K) of all that rows (m, K) become by steps (V, K, K)."""
    basis = _row_space(start)
    while True:
        wider = _row_space(np.concatenate([basis, *(basis @ steps)]))
        if len(wider) == len(basis):
            return basis
        basis = wider


def _row_space(rows: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis (r, K) of the span of rows (m, K)."""
    _, sizes, basis = np.linalg.svd(rows, full_matrices=False)
    return basis[sizes > RELATIVE * sizes.max(initial=0)]


def _numerical_rank(matrix: np.ndarray) -> int:
    """Return the number of singular values that are no rounding."""
    sizes = np.linalg.svd(matrix, compute_uv=False)
    return int((sizes > RELATIVE * sizes.max(initial=0)).sum())
