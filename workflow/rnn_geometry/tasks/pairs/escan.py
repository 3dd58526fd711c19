"""Commands and actions: phrases of SCAN joined to sentences, drawn from the grammar itself.

    C -> S and S | S after S | S        S -> V twice | V thrice | V
    V -> U opposite side | U around side | D | U, and `turn` in the place of U before a side
    D -> U left | U right | turn left | turn right      U -> walk | look | run | jump

Every action carries the place of the word that names it, so that the attention which a translation
needs is known in advance.

References
----------
Lake & Baroni, ICML 2018 (arXiv 1711.00350): grammar and meaning. Aitken et al., NeurIPS 2021
(arXiv 2110.15253): sentences of joined phrases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from rnn_geometry.tasks.pairs.one_to_one import ended
from rnn_geometry.tasks.pairs.pairs import FIRST_ID, Pairs, PairTask, with_ends

VERBS = ("walk", "look", "run", "jump")
SIDES = ("left", "right")
TIMES = {"twice": 2, "thrice": 3}
TURN, OPPOSITE, AROUND, AND, AFTER = "turn", "opposite", "around", "and", "after"
COMMANDS = (*VERBS, *SIDES, *TIMES, AND, AFTER, TURN, OPPOSITE, AROUND)
CLEAN_COMMANDS = (*VERBS, *SIDES, *TIMES, AND)
ACTIONS = {word: word.upper() for word in VERBS} | {side: f"TURN_{side.upper()}" for side in SIDES}


class Said(NamedTuple):
    """A part of a command: its words, its actions, and the place of the word behind each action."""

    words: list[str]
    actions: list[str]
    sources: list[int]

    def moved(self, places: int) -> Said:
        """Return the part, behind so many other words.

        Parameters
        ----------
        places
            Words that stand before it.
        """
        return self._replace(sources=[place + places for place in self.sources])


def escan(family: str, options: Mapping[str, Any]) -> PairTask:
    """Return the task of translating commands into actions.

    Parameters
    ----------
    family
        Its name.
    options
        length: (fewest, most) actions of a sentence, without `<end>`. clean: commands of walk,
        look, run, jump, left, right, twice, thrice and `and` alone, which are translated nearly in
        order.
    """
    words = CLEAN_COMMANDS if options["clean"] else COMMANDS
    draw = partial(_draw, options=options, ids={word: i for i, word in enumerate(words, FIRST_ID)})
    return PairTask(family, with_ends(words), with_ends(tuple(ACTIONS.values())), options, draw)


def _draw(
    n: int, rng: np.random.Generator, options: Mapping[str, Any], ids: Mapping[str, int]
) -> Pairs:
    actions = {name: i for i, name in enumerate(ACTIONS.values(), FIRST_ID)}
    sentences = [_sentence(rng, *options["length"], clean=options["clean"]) for _ in range(n)]
    return ended(
        [np.array([ids[word] for word in said.words]) for said in sentences],
        [np.array([actions[name] for name in said.actions]) for said in sentences],
        [np.array(said.sources) for said in sentences],
    )


def _sentence(rng: np.random.Generator, fewest: int, most: int, *, clean: bool) -> Said:
    """Join phrases until there are enough actions; begin anew where there are too many."""
    sentence = Said([], [], [])
    while len(sentence.actions) < fewest:
        sentence = _joined(sentence, _phrase(rng, clean))
        if len(sentence.actions) > most:
            sentence = Said([], [], [])
    return sentence


def _joined(first: Said, second: Said) -> Said:
    second = second.moved(len(first.words))
    return Said(
        first.words + second.words,
        first.actions + second.actions,
        first.sources + second.sources,
    )


def _chosen(rng: np.random.Generator, among: Sequence[Any]) -> Any:
    return among[int(rng.integers(len(among)))]


def _phrase(rng: np.random.Generator, clean: bool) -> Said:
    """Draw C: one command, or two joined by `and` or `after`."""
    join = _chosen(rng, (AND, None) if clean else (AND, AFTER, None))
    first = _repeated(rng, clean)
    if join is None:
        return first
    first = first._replace(words=[*first.words, join])
    second = _repeated(rng, clean)
    if join == AND:
        return _joined(first, second)
    second = second.moved(len(first.words))
    return Said(
        first.words + second.words,
        second.actions + first.actions,
        second.sources + first.sources,
    )


def _repeated(rng: np.random.Generator, clean: bool) -> Said:
    """Draw S: a command, perhaps two or three times."""
    times = _chosen(rng, (*TIMES, None))
    said = _directed(rng, clean)
    if times is None:
        return said
    return Said([*said.words, times], said.actions * TIMES[times], said.sources * TIMES[times])


def _directed(rng: np.random.Generator, clean: bool) -> Said:
    """Draw V: a verb, with or without a direction."""
    kind = _chosen(rng, ("to", None) if clean else (OPPOSITE, AROUND, "to", None))
    if kind is None:
        verb = _chosen(rng, VERBS)
        return Said([verb], [ACTIONS[verb]], [0])
    verb = _chosen(rng, VERBS if clean else (*VERBS, TURN))
    side = _chosen(rng, SIDES)
    words = [verb, side] if kind == "to" else [verb, kind, side]
    return _meaning(words)


def _meaning(words: list[str]) -> Said:
    """Return a verb with a direction, and what it means."""
    verb, side, kind = words[0], words[-1], words[1:-1]
    turns = 2 if kind == [OPPOSITE] else 1
    sources = [len(words) - 1] * turns + ([] if verb == TURN else [0])
    actions = [ACTIONS[side]] * turns + ([] if verb == TURN else [ACTIONS[verb]])
    rounds = 4 if kind == [AROUND] else 1
    return Said(words, actions * rounds, sources * rounds)
