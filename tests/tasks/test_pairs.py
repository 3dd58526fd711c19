"""Tasks of pairs: order, context, the dial, the grammars, a corpus of the user's, their files."""

import re

import numpy as np
import pytest

from rnn_geometry.errors import UserError
from rnn_geometry.tasks.pairs import french
from rnn_geometry.tasks.pairs.families import PAIR_FAMILIES, build_pair_task
from rnn_geometry.tasks.pairs.pairs import END, Pairs, read_pairs, write_pairs

DRAWN = [name for name in PAIR_FAMILIES if name != "parallel"]


def told(task, pairs):
    """Return (words read, words said, sources) of every pair, ends left out."""
    for i in range(len(pairs)):
        read = [task.words_in[word] for word in pairs.inputs.row(i)]
        said = [task.words_out[word] for word in pairs.targets.row(i)]
        sources = pairs.sources.row(i).tolist()
        if END in said:
            assert (read.pop(), said.pop()) == (END, END)
            assert sources.pop() in (len(read), -1)
        assert END not in read + said
        yield read, said, sources


@pytest.mark.parametrize("family", DRAWN)
def test_the_seed_alone_decides_what_is_drawn(family, tmp_path):
    task = build_pair_task(family)
    pairs = task.sample(50, seed=3)
    again, other = task.sample(50, seed=3), task.sample(50, seed=4)
    for part in ("inputs", "targets", "sources"):
        assert np.array_equal(getattr(pairs, part).values, getattr(again, part).values)
    assert not np.array_equal(pairs.inputs.values[:99], other.inputs.values[:99])
    write_pairs(tmp_path / "pairs.parquet", pairs)
    back = read_pairs(tmp_path / "pairs.parquet")
    for part in ("inputs", "targets", "sources"):
        assert np.array_equal(getattr(pairs, part).values, getattr(back, part).values)
        assert np.array_equal(getattr(pairs, part).ends, getattr(back, part).ends)


def test_one_to_one_in_order_has_no_offset():
    task = build_pair_task("one_to_one", words=4, length=7)
    pairs = task.sample(30, 0)
    assert (pairs.offsets() == 0).all()
    for read, said, _ in told(task, pairs):
        assert len(read) == 7
        assert said == [word.replace("in", "out") for word in read]


def test_one_to_one_of_random_length_ends_and_reverses():
    task = build_pair_task("one_to_one", length=[3, 6], reversed=True)
    pairs = task.sample(200, 0)
    assert set(pairs.lengths) == {4, 5, 6, 7}
    for read, said, _ in told(task, pairs):
        assert said == [word.replace("in", "out") for word in reversed(read)]
    offsets = pairs.offsets()[0, : pairs.lengths[0] - 1]
    assert offsets.tolist() == [len(offsets) - 1 - 2 * s for s in range(len(offsets))]


@pytest.mark.parametrize("turned", [False, True])
def test_a_word_after_itself_is_translated_as_again(turned):
    task = build_pair_task("one_to_one", length=6, prev0=True, reversed=turned)
    seen = set()
    for read, said, _ in told(task, task.sample(100, 0)):
        expected = [
            "again" if before == word else word.replace("in", "out")
            for before, word in zip([None, *read], read, strict=False)
        ]
        assert said == (expected[::-1] if turned else expected)
        seen |= set(said)
    assert seen == {"out_0", "out_1", "out_2", "again"}


def test_the_dial_re_orders_a_share_of_the_phrases():
    for rho in (0.0, 0.4, 1.0):
        task = build_pair_task("reordered", rho=rho, length=8)
        moved = 0
        for read, said, _ in told(task, task.sample(500, 1)):
            expected = [word.replace("in", "out") for word in read]
            if "from" in read:
                m = read.index("from")
                expected = [*expected[m + 1 :], "from", *expected[:m]]
                moved += 1
            assert said == expected
        assert abs(moved / 500 - rho) < 0.07
        assert rho not in (0.0, 1.0) or moved / 500 == rho


def by_rewriting(command):
    """Translate a command by rewriting its text, a rule at a time: no part of the task's code."""
    units = re.split(r" (?=(?:walk|look|run|jump|turn)\b)", command)
    units = [unit for part in units for unit in re.split(r" (?=and$|after$)", part)]
    out = []
    for unit in units:
        if unit in ("and", "after"):
            out.append(unit)
            continue
        times = 2 if unit.endswith("twice") else 3 if unit.endswith("thrice") else 1
        unit = re.sub(r" (twice|thrice)$", "", unit)
        do = re.sub(r"^turn\b.*|^(\w+).*", lambda m: (m[1] or "").upper(), unit)
        side = re.search(r"left|right", unit)
        turn = f"TURN_{side[0].upper()} " if side else ""
        if "around" in unit:
            text = f"{turn}{do} " * 4
        elif "opposite" in unit:
            text = f"{turn}{turn}{do} "
        else:
            text = f"{turn}{do} "
        out.append((text * times).split())
    # `after` exchanges its neighbours; `and` keeps them.
    while "after" in out:
        i = out.index("after")
        out[i - 1 : i + 2] = [out[i + 1] + out[i - 1]]
    return [action for part in out if part != "and" for action in part]


@pytest.mark.parametrize("clean", [False, True])
def test_commands_mean_what_another_interpreter_says(clean):
    task = build_pair_task("escan", clean=clean)
    pairs, used = task.sample(600, 5), set()
    for read, said, sources in told(task, pairs):
        assert said == by_rewriting(" ".join(read))
        assert 10 <= len(said) <= 15
        named = {"left": "TURN_LEFT", "right": "TURN_RIGHT"}
        assert [named.get(read[s], read[s].upper()) for s in sources] == said
        used |= set(read)
    assert used == set(task.words_in[2:])
    assert clean == ("after" not in used)


def test_offsets_of_commands_are_those_known_in_advance():
    task = build_pair_task("escan", clean=True, length=[3, 3])
    found = {}
    for read, _, sources in told(task, task.sample(3000, 0)):
        found[" ".join(read)] = [place - s for s, place in enumerate(sources)]
    assert found["walk and run jump"] == [0, 1, 1]
    assert found["walk left run"] == [1, -1, 0]
    assert found["walk thrice"] == [0, -1, -2]


def test_french_agrees_and_changes_the_order():
    task = build_pair_task("translation", clauses=[1, 2])
    nouns = {noun: (f, i == 1) for *e, s, p, f in french.NOUNS for i, noun in enumerate((s, p))}
    of_noun = {(False, False): "le un", (True, False): "la une"}
    forms = {
        form: (i >= 2, i % 2 == 1, before)
        for _, four, before in french.ADJECTIVES
        for i, form in enumerate(four)
    }
    negated = 0
    for read, said, sources in told(task, task.sample(400, 2)):
        assert sorted(sources) == list(range(len(read)))
        assert len(read) == len(said)
        for i, word in enumerate(said):
            if word in nouns:
                start = i - 1 - (said[i - 1] in forms and forms[said[i - 1]][2])
                assert said[start] in of_noun.get(nouns[word], "les des").split()
                assert {read[sources[start]]} <= {"the", "a", "some"}
            if word in forms:
                feminine, plural, before = forms[word]
                assert nouns[said[i + 1 if before else i - 1]] == (feminine, plural)
            if word == "ne":
                assert said[i + 2] == "pas"
                assert sources[i + 1] == sources[i] + 2
                negated += 1
    assert negated > 100


def test_a_parallel_corpus_is_read_from_two_columns(tmp_path):
    lines = ["en;fr", "The dog runs.;Le chien court.", "A cat;Un chat", "so very long a line;bref"]
    (tmp_path / "mine.csv").write_text("\n".join(lines), encoding="utf-8")
    options = {"file": str(tmp_path / "mine.csv"), "input": "en", "output": "fr"}
    task = build_pair_task("parallel", **options, longest=4)
    found = {" ".join(read): " ".join(said) for read, said, _ in told(task, task.sample(2, 0))}
    assert found == {"the dog runs .": "le chien court .", "a cat": "un chat"}
    assert np.isnan(task.sample(2, 0).offsets()).all()
    short = build_pair_task("parallel", **options, longest=4, most_words=1)
    assert short.words_in == ("<pad>", "<end>", "<unk>", ".")
    with pytest.raises(UserError, match="3 pairs were asked for and 2 are short enough"):
        task.sample(3, 0)
    with pytest.raises(UserError, match="no pair has from 1 to 1 words"):
        build_pair_task("parallel", **options, longest=1)
    with pytest.raises(UserError, match="has no column 'de'; its columns are en, fr"):
        build_pair_task("parallel", **{**options, "output": "de"})
    with pytest.raises(UserError, match="no such file"):
        build_pair_task("parallel", **{**options, "file": "gone.csv"})


@pytest.mark.parametrize(
    ("family", "options", "sentence"),
    [
        ("one", {}, "family is 'one'; accepted are"),
        ("escan", {"rho": 1}, "rho is not an option of escan tasks; accepted are length, clean"),
        ("reordered", {"rho": 1.5}, "rho is 1.5; accepted is a number from 0 to 1"),
        ("one_to_one", {"length": [5, 3]}, "accepted is a whole number from 1 to 1000, or two"),
        ("one_to_one", {"words": True}, "words is True; accepted is a whole number from 2"),
        ("parallel", {"file": "a.csv"}, "parallel tasks need the option input"),
    ],
)
def test_what_is_not_accepted_is_told(family, options, sentence):
    with pytest.raises(UserError, match=re.escape(sentence)):
        build_pair_task(family, **options)


def test_pairs_that_do_not_fit_each_other_are_refused(tmp_path):
    with pytest.raises(ValueError, match="differ in rows"):
        Pairs.from_lists([[2]], [[2], [3]])
    with pytest.raises(ValueError, match="targets and sources"):
        Pairs.from_lists([[2]], [[2, 3]], [[0]])
    (tmp_path / "no.parquet").write_bytes(b"nothing")
    with pytest.raises(UserError, match=r"no\.parquet"):
        read_pairs(tmp_path / "no.parquet")
