"""Sentences for people: one line, at most 300 characters, each with a way on."""

import ast
import copy
import re

import pytest
import yaml
from conftest import PROJECT
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_geometry.config import load
from rnn_geometry.config.load import read_schema
from rnn_geometry.errors import LONGEST, UserError, in_part, listed, quoted, told
from rnn_geometry.tasks.synthetic import build_task

PACKAGE = PROJECT / "workflow/rnn_geometry"
DEFAULT = yaml.safe_load((PROJECT / "config/config.yaml").read_text())
FEW = settings(max_examples=60, deadline=None, derandomize=True, database=None)
ANY_TEXT = st.text(alphabet=st.characters(), max_size=700)  # surrogates and controls too


@FEW
@given(ANY_TEXT)
def test_a_sentence_is_one_line_that_can_be_written(text):
    sentence = str(UserError(text))
    assert len(sentence) <= LONGEST
    assert sentence.isprintable()
    sentence.encode()


@FEW
@given(
    st.one_of(ANY_TEXT, st.lists(ANY_TEXT, max_size=5), st.integers(), st.floats()),
    st.integers(8, 90),
)
def test_a_quoted_value_has_the_length_that_is_asked_for(value, limit):
    shown = quoted(value, limit)
    assert len(shown) <= limit
    assert shown.isprintable()


@FEW
@given(st.lists(ANY_TEXT, max_size=40))
def test_a_list_names_all_or_says_how_many_more(values):
    shown = listed(values)
    assert len(shown) <= 120
    assert values or shown == ""
    more = re.search(r" and (\d+) more$", shown)
    assert shown == ", ".join(in_part(value) for value in values) or more


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("joy", "'joy'"),
        (None, "None"),
        (True, "True"),
        ([1, "a"], '[1, "a"]'),
        ({"a": [None]}, '{"a": [null]}'),
        ("a\nb", r"'a\nb'"),
        ("a\x00\x1b[31m", r"'a\x00\x1b[31m'"),
        ("half \ud800", r"'half \ud800'"),
        (b"bytes", "b'bytes'"),
        ({(1, 2): 3}, "a dict"),
    ],
)
def test_a_value_is_quoted_so_that_it_can_be_recognised(value, shown):
    assert quoted(value) == shown


def test_a_long_sentence_keeps_where_it_begins_and_what_to_do():
    sentence = str(UserError(f"config key tasks: {'word ' * 40_000}; accepted are names."))
    assert sentence.startswith("config key tasks: word word")
    assert sentence.endswith("; accepted are names.")


def test_what_a_library_says_is_never_quoted_whole():
    assert told(OSError("x" * 10**6)) == in_part("x" * 10**6, 120)
    assert told(KeyError()) == "KeyError"


LONG = "word " * 40_000
HOSTILE = {
    "a long text": LONG,
    "a long name": "a" * 200_000,
    "a long list": list(range(40_000)),
    "long texts": [LONG, LONG],
    "many keys": {f"key{i}": i for i in range(9_000)},
    "control characters": "\x00\x1b[31m\u202e",
    "half a character": "\ud800",
}
KEYS = (
    "results",
    "tasks",
    "tasks.0.name",
    "tasks.0.family",
    "tasks.0.classes",
    "cells",
    "cells.0",
    "seeds",
    "l2",
    "models.gru.cell",
    "models.gru.l2",
    "models.gru.cell_options",
    "analysis.hold_input",
    "claims",
    "synthetic.length",
    "surprise",
)


@pytest.mark.parametrize(
    ("key", "value"),
    [(key, value) for key in KEYS for value in HOSTILE if (key, value) != ("seeds", "a long list")],
)
def test_a_hostile_value_of_the_configuration_is_one_sentence(key, value):
    config = copy.deepcopy(DEFAULT)
    *parents, last = key.split(".")
    place = config
    for name in parents:
        place = place[int(name) if isinstance(place, list) else name]
    place[int(last) if isinstance(place, list) else last] = copy.deepcopy(HOSTILE[value])
    with pytest.raises(UserError) as caught:
        load.load_settings(config, [], str(PROJECT))
    sentence = str(caught.value)
    assert len(sentence) <= LONGEST
    assert sentence.count("word") < 40  # nothing is quoted whole
    assert WAY_ON.search(sentence)


@pytest.mark.parametrize("options", [{"classes": LONG}, {LONG: 1}, {"length": list(range(9000))}])
def test_a_hostile_option_of_a_task_is_one_sentence(options):
    with pytest.raises(UserError, match="accepted") as caught:
        build_task("categorical", **options)
    assert len(str(caught.value)) <= LONGEST


def test_an_unknown_key_beside_many_known_ones_names_some():
    with pytest.raises(UserError, match=r"Accepted: .* and \d+ more"):
        load.load_settings({**DEFAULT, "zzz": 1}, [], str(PROJECT))
    assert len(read_schema("config")["properties"]) > 10


# Every sentence says what to do. These words do; a sentence that is made elsewhere is held to it
# there.
WAY_ON = re.compile(
    r"accept|give|name |delete|set |must|need|choose|put |fetch|install|wait|run |"
    r"did you mean|use |mend|take|lower|write|pass |state|add |rename|remove|keep|"
    r"leave |list all|join|same command",
    re.IGNORECASE,
)
MADE_ELSEWHERE = re.compile(
    r"^\W*$|^config (task|key) '?\W*$|^claim '|^config key \S*: unknown \w+"
)


# Caught where it is raised: a split that a task does not offer stays empty.
CAUGHT = ("fewer than   word counts are new.",)


def sentences():
    """Yield place and fixed words of every sentence for people in the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "UserError":
                parts = [part for child in node.args for part in ast.walk(child)]
                fixed = [p.value for p in parts if isinstance(p, ast.Constant)]
                words = " ".join(value for value in fixed if isinstance(value, str))
                if words and words not in CAUGHT and not made_elsewhere(node.args[0]):
                    yield f"{path.relative_to(PACKAGE)}:{node.lineno}", words


def made_elsewhere(sentence):
    """Tell whether a sentence ends in another one, which says what to do."""
    last = sentence.values[-1] if isinstance(sentence, ast.JoinedStr) else sentence
    closing = isinstance(last, ast.Constant) and str(last.value) in (".", "")
    if isinstance(sentence, ast.JoinedStr) and closing:
        last = sentence.values[-2]
    return isinstance(last, (ast.FormattedValue, ast.Call))


def test_every_sentence_says_what_to_do():
    found = dict(sentences())
    assert len(found) > 60
    assert {place: words for place, words in found.items() if not WAY_ON.search(words)} == {}
