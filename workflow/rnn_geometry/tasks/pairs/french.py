"""A small grammar of English and French: what stands in another order, agrees, or is split.

Adjectives follow their noun but for a few; articles and adjectives agree with it in gender and
number, for which the decoder must look ahead; `does not` becomes `ne .. pas` around the verb.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from rnn_geometry.tasks.pairs.one_to_one import ended
from rnn_geometry.tasks.pairs.pairs import FIRST_ID, Pairs, PairTask, with_ends

# English singular and plural, French singular and plural, feminine or not.
NOUNS = (
    ("dog", "dogs", "chien", "chiens", False),
    ("cat", "cats", "chat", "chats", False),
    ("book", "books", "livre", "livres", False),
    ("garden", "gardens", "jardin", "jardins", False),
    ("table", "tables", "table", "tables", True),
    ("house", "houses", "maison", "maisons", True),
    ("flower", "flowers", "fleur", "fleurs", True),
    ("car", "cars", "voiture", "voitures", True),
)
# English; French masculine and feminine, singular and plural; whether it stands before its noun.
ADJECTIVES = (
    ("small", ("petit", "petits", "petite", "petites"), True),
    ("big", ("grand", "grands", "grande", "grandes"), True),
    ("black", ("noir", "noirs", "noire", "noires"), False),
    ("green", ("vert", "verts", "verte", "vertes"), False),
    ("heavy", ("lourd", "lourds", "lourde", "lourdes"), False),
    ("round", ("rond", "ronds", "ronde", "rondes"), False),
)
# English after a plural or not, and after one; French after one and after several.
VERBS = (
    ("see", "sees", "voit", "voient"),
    ("hide", "hides", "cache", "cachent"),
    ("follow", "follows", "suit", "suivent"),
    ("lose", "loses", "perd", "perdent"),
)
THE = {(False, False): "le", (True, False): "la", (False, True): "les", (True, True): "les"}
SOME = {(False, False): "un", (True, False): "une", (False, True): "des", (True, True): "des"}
ARTICLES = {"the": THE, "a": SOME, "some": SOME}


class Part(NamedTuple):
    """A part of a sentence: English words, French words, the English place behind each of these."""

    english: list[str]
    french: list[str]
    sources: list[int]

    def then(self, other: Part) -> Part:
        """Return this part and the one that follows it.

        Parameters
        ----------
        other
            The one that follows.
        """
        moved = [place + len(self.english) for place in other.sources]
        return Part(self.english + other.english, self.french + other.french, self.sources + moved)


def translation(family: str, options: Mapping[str, Any]) -> PairTask:
    """Return the task of translating sentences of a small English into French.

    Parameters
    ----------
    family
        Its name.
    options
        clauses: (fewest, most) clauses of a sentence, joined by `and`.
    """
    english, french = _vocabulary()
    ids = [{word: i for i, word in enumerate(side, FIRST_ID)} for side in (english, french)]
    draw = partial(_draw, options=options, ids=ids)
    return PairTask(family, with_ends(english), with_ends(french), options, draw)


def _vocabulary() -> tuple[list[str], list[str]]:
    """Return all words of both languages, each once."""
    english = [*ARTICLES, "and", "do", "does", "not"]
    french = [*THE.values(), *SOME.values(), "et", "ne", "pas"]
    for noun in NOUNS:
        english += noun[:2]
        french += noun[2:4]
    for adjective, forms, _ in ADJECTIVES:
        english.append(adjective)
        french += forms
    for verb in VERBS:
        english += verb[:2]
        french += verb[2:]
    return list(dict.fromkeys(english)), list(dict.fromkeys(french))


def _draw(
    n: int,
    rng: np.random.Generator,
    options: Mapping[str, Any],
    ids: Sequence[Mapping[str, int]],
) -> Pairs:
    fewest, most = options["clauses"]
    sentences = [_sentence(rng, int(rng.integers(fewest, most + 1))) for _ in range(n)]
    return ended(
        [np.array([ids[0][word] for word in part.english]) for part in sentences],
        [np.array([ids[1][word] for word in part.french]) for part in sentences],
        [np.array(part.sources) for part in sentences],
    )


def _sentence(rng: np.random.Generator, clauses: int) -> Part:
    sentence = _clause(rng)
    for _ in range(clauses - 1):
        sentence = sentence.then(Part(["and"], ["et"], [0])).then(_clause(rng))
    return sentence


def _clause(rng: np.random.Generator) -> Part:
    subject, plural = _noun_phrase(rng)
    return subject.then(_verb(rng, plural)).then(_noun_phrase(rng)[0])


def _verb(rng: np.random.Generator, plural: bool) -> Part:
    """Draw a verb, in half of the cases under a negation."""
    base, of_one, french_of_one, french_of_many = VERBS[rng.integers(len(VERBS))]
    french = french_of_many if plural else french_of_one
    if rng.random() < 0.5:
        return Part([base if plural else of_one], [french], [0])
    return Part(["do" if plural else "does", "not", base], ["ne", french, "pas"], [0, 2, 1])


def _noun_phrase(rng: np.random.Generator) -> tuple[Part, bool]:
    """Draw an article, no adjective or one, a noun; return whether there are several."""
    *forms, feminine = NOUNS[rng.integers(len(NOUNS))]
    plural = bool(rng.random() < 0.5)
    english, french = forms[plural], forms[2 + plural]
    article = str(rng.choice(["the", "some" if plural else "a"]))
    first = Part([article], [ARTICLES[article][bool(feminine), plural]], [0])
    if rng.random() < 0.5:
        return first.then(Part([english], [french], [0])), plural
    adjective, of_adjective, before = ADJECTIVES[rng.integers(len(ADJECTIVES))]
    agreeing = of_adjective[2 * bool(feminine) + plural]
    said, sources = ([agreeing, french], [0, 1]) if before else ([french, agreeing], [1, 0])
    return first.then(Part([adjective, english], said, sources)), plural
