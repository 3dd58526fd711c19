"""A tokenizer.json of any making: nothing lost, nothing by chance, every token readable."""

import json

import numpy as np
import pytest
from tokenizers import Tokenizer

from rnn_geometry.errors import LONGEST, UserError
from rnn_geometry.tasks.text.account import has_no_blanks, warnings_of
from rnn_geometry.tasks.text.options import CHARACTERS, WHITESPACE, WORDS
from rnn_geometry.tasks.text.prepare import PAD, UNKNOWN, prepare_text
from rnn_geometry.tasks.text.splitters import make_splitter

PIECES = {"r": 0, "a": 1, "i": 2, "n": 3}


def bpe(vocabulary=PIECES, **more):
    return {"type": "BPE", "vocab": dict(vocabulary), "merges": [], **more}


def words(vocabulary, **more):
    return {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]", **more}


def pieces(vocabulary):
    model = {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##"}
    return {**model, "max_input_chars_per_word": 100, "vocab": vocabulary}


def scores(*tokens, unknown=None):
    return {"type": "Unigram", "unk_id": unknown, "vocab": [[token, -1.0] for token in tokens]}


def saved(path, model, **more):
    stated = {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"}}
    empty = dict.fromkeys(("truncation", "padding", "normalizer", "post_processor", "decoder"))
    path.write_text(json.dumps({**stated, **empty, "model": model, **more}), encoding="utf-8")
    return str(path)


# Without what is done here the first two vanish, and all others end in an error of the library.
WITHOUT_UNKNOWN = {
    "BPE that states none": bpe(),
    "BPE whose token is empty": bpe(unk_token=None),
    "BPE, not in its vocabulary": bpe(unk_token="[UNK]"),
    "BPE of the time before types": {"vocab": dict(PIECES), "merges": []},
    "WordLevel": words({"rain": 0}),
    "WordLevel with gaps": words({"rain": 7}),
    "WordPiece": pieces({"rain": 0}),
    "Unigram": scores("rain"),
    "Unigram that has one": scores("<unk>", "rain", unknown=0),
}


@pytest.mark.parametrize("name", WITHOUT_UNKNOWN)
def test_what_a_tokenizer_does_not_know_is_unknown_not_lost(tmp_path, name):
    splitter = make_splitter(saved(tmp_path / "t.json", WITHOUT_UNKNOWN[name]))
    found = splitter.split("rain \u0436 rain \u5929")
    text = "".join(found).replace(UNKNOWN, "?")
    assert text == "rain?rain?"
    assert splitter.have_words(["\u0436", "rain", ""]).tolist() == [True, True, False]


def test_unknown_characters_of_a_split_are_counted(tmp_path):
    for name, texts in {
        "train": ["rain", "rani"],
        "test": ["rain \u0436\u0436\u0436\u0436"],
    }.items():
        rows = [{"text": text, "label": i % 2} for i, text in enumerate(texts * 8)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    options = {"source": {"folder": "."}, "tokenizer": saved(tmp_path / "t.json", bpe())}
    meta = prepare_text(options, tmp_path, 0).meta
    assert meta["splits"]["test"]["unknown_word_rate"] == 0.5
    assert any("50% of the words of test are unknown" in line for line in meta["warnings"])


def test_dropout_of_a_tokenizer_draws_nothing(tmp_path):
    merged = {**PIECES, "ra": 4, "in": 5, "rain": 6}
    merges = [["r", "a"], ["i", "n"], ["ra", "in"]]
    model = bpe(merged, merges=merges, dropout=0.9)
    splitter = make_splitter(saved(tmp_path / "t.json", model))
    assert splitter.split("rain " * 50) == ["rain"] * 50


CUT = {
    "truncation": {"max_length": 1, "strategy": "LongestFirst", "stride": 0, "direction": "Right"},
    "padding": {
        "strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
        "pad_type_id": 0, "pad_token": "r",
    },
    "post_processor": {
        "type": "BertProcessing", "sep": ["r", 0], "cls": ["a", 1]
    },
}  # fmt: skip


@pytest.mark.parametrize("part", CUT)
def test_nothing_is_cut_or_added(tmp_path, part):
    splitter = make_splitter(saved(tmp_path / "t.json", bpe(), **{part: CUT[part]}))
    assert splitter.split("rain") == ["r", "a", "i", "n"]


READABLE = {
    "a line end": ("a\nb", "a\\nb"),
    "escape": ("\x1b[31m", "\\x1b[31m"),
    "override of direction": ("\u202e", "\\u202e"),
    "null": ("\x00", "\\x00"),
    "our padding": ("<pad>", "<pad>~1"),
    "our unknown": ("<unk>", "<unk>~1"),
    "Chinese": ("\u5929", "\u5929"),
}


@pytest.mark.parametrize("case", READABLE)
def test_every_token_has_a_name_that_pages_can_show(tmp_path, case):
    token, name = READABLE[case]
    splitter = make_splitter(saved(tmp_path / "t.json", words({"[UNK]": 0, token: 1})))
    assert splitter.names == [UNKNOWN, name]


def test_tokens_written_alike_stay_apart(tmp_path):
    vocabulary = {"[UNK]": 0, "a\nb": 1, "a\\nb": 2, "a\\nb~2": 3}
    names = make_splitter(saved(tmp_path / "t.json", words(vocabulary))).names
    assert names[0] == UNKNOWN
    assert len(set(names)) == 4


def test_bytes_that_are_no_text_keep_their_signs(tmp_path):
    tokens = {"\u0120the": 0, "\u010a": 1, "\u00e2\u0124": 2, "[UNK]": 3}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    file = saved(tmp_path / "t.json", words(tokens), pre_tokenizer=level)
    assert make_splitter(file).names == ["\u2581the", "\u010a", "\u00e2\u0124", UNKNOWN]


def test_a_file_with_the_mark_of_bytes_is_read(tmp_path):
    path = saved(tmp_path / "t.json", bpe())
    content = (tmp_path / "t.json").read_bytes()
    (tmp_path / "t.json").write_bytes(b"\xef\xbb\xbf" + content)
    assert make_splitter(path).split("ra") == ["r", "a"]


DAMAGED = {
    "an id of nine digits": words({"rain": 900_000_000, "[UNK]": 0}),
    "an id below 0": words({"rain": -1}),
    "an id that is no number": words({"rain": "0"}),
    "a merge of what is unknown": bpe(merges=[["x", "y"]]),
    "an unknown token beyond the list": scores("rain", unknown=7),
    "no vocabulary": {"type": "BPE", "merges": []},
    "no model": None,
    "pairs that are none": {"type": "Unigram", "unk_id": None, "vocab": ["rain"]},
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_model_is_one_sentence(tmp_path, damage):
    path = saved(tmp_path / "t.json", DAMAGED[damage])
    with pytest.raises(UserError, match=r"accepted is a tokenizer\.json") as caught:
        make_splitter(path)
    assert len(str(caught.value)) <= LONGEST


BROKEN = {
    "brackets without end": "[" * 100_000,
    "a pointer of LFS": "version https://git-lfs.github.com/spec/v1\n",
    "another file of the model": '{"tokenizer_class": "BertTokenizer"}',
}


@pytest.mark.parametrize("content", BROKEN)
def test_a_file_without_a_model_is_one_sentence(tmp_path, content):
    (tmp_path / "t.json").write_text(BROKEN[content])
    with pytest.raises(UserError, match=r"accepted is a tokenizer\.json"):
        make_splitter(str(tmp_path / "t.json"))


def test_a_panic_of_the_library_is_one_sentence(tmp_path, capfd):
    broken = {"type": "Precompiled", "precompiled_charsmap": "AAAA"}
    path = saved(tmp_path / "t.json", bpe(), normalizer=broken)
    with pytest.raises(UserError, match=r"no tokenizer that can be read .*charsmap"):
        make_splitter(path)
    assert "panicked" in capfd.readouterr().err  # the library's own words come before


def test_an_intact_tokenizer_is_read_as_the_library_reads_it(tmp_path):
    merges = [["r", "a"], ["i", "n"]]
    model = bpe({**PIECES, "ra": 4, "in": 5, "[UNK]": 6}, merges=merges, unk_token="[UNK]")
    special = {"id": 7, "content": "[MASK]", "special": True, "single_word": False}
    special |= dict.fromkeys(("lstrip", "rstrip", "normalized"), False)
    path = saved(tmp_path / "t.json", model, added_tokens=[special])
    texts = ["rain", "a [MASK] in", "xyz rain", ""]
    own = Tokenizer.from_file(path)
    for text in texts:
        tokens = own.encode(text, add_special_tokens=False).tokens
        expected = [UNKNOWN if token == "[UNK]" else token for token in tokens]
        assert make_splitter(path).split(text) == expected


CLEAN = {
    "byte order mark": ("\ufeffrain", ["rain"]),
    "soft hyphen": ("co\xadop", ["coop"]),
    "word joiner": ("a\u2060b", ["ab"]),
    "override of direction": ("ra\u202ein", ["rain"]),
    "Arabic letter mark": ("a\u061cb", ["ab"]),
    "joiners at an end": ("\u200drain\u200c", ["rain"]),
    "a joiner within": ("\u0645\u06cc\u200c\u0631", ["\u0645\u06cc\u200c\u0631"]),
    "a mark behind what is not seen": ("e\xad\u0301", ["\xe9"]),
    "small letters with a form of their own": ("J\u030c", ["\u01f0"]),
    "fillers": ("rain\u3164cloud\uffa0sun", ["rain", "cloud", "sun"]),
    "nothing that is seen": ("\ufeff \u2060", []),
}


@pytest.mark.parametrize("case", CLEAN)
def test_texts_that_look_alike_are_alike_without_punctuation_rules(case):
    text, expected = CLEAN[case]
    splitter = make_splitter(WHITESPACE)
    assert splitter.split(text) == expected
    assert splitter.have_words([text]).tolist() == [bool(expected)]
    letters = make_splitter(CHARACTERS).split(text)
    assert "".join(letters).split("\u2423") == (expected or [""])


GLUED = {
    "a sign of damage": "rain\ufffdcloud",
    "a bullet of a font": "rain\uf0b7cloud",
    "a private plane": "rain\U000f0000cloud",
    "a Hangul filler": "rain\u3164cloud",
}


@pytest.mark.parametrize("case", GLUED)
def test_what_the_rules_of_bert_drop_glues_no_words(case):
    assert make_splitter(WORDS).split(GLUED[case]) == ["rain", "cloud"]


@pytest.mark.parametrize(
    ("text", "kind", "without"),
    [
        ("\u5929\u6c14\u5f88\u597d", WORDS, False),  # set apart anyway
        ("\u5929\u6c14\u5f88\u597d", WHITESPACE, True),
        ("\u0f46\u0f62\u0f0b\u0f54", WORDS, True),
        ("\ube44\uac00 \uc628\ub2e4", WHITESPACE, False),
    ],
)
def test_scripts_without_blanks_depend_on_the_tokenizer(text, kind, without):
    assert has_no_blanks([text], kind) is without


class Split:
    def __init__(self, texts):
        self.texts = texts


def unknown_in(split, texts, kind=WORDS):
    facts = {"rows_read": 4, "dropped": {}, "used": 4, "truncated": 0, "mean_length": 2.0}
    names = ("train", "dev", "test")
    splits = {name: {**facts, "unknown_word_rate": 0.9 * (name == split)} for name in names}
    duplicates = {"train": 0, "dev": 0, "test": 0, "dev_in_train": 0, "test_in_train": 0}
    meta = {"splits": splits, "duplicates": duplicates}
    (warning,) = warnings_of(meta, dict.fromkeys(names, Split(texts)), kind)
    return warning


def test_rare_words_of_train_are_no_other_language():
    assert unknown_in("train", ["it rains"]).endswith("lower minimum_count, or give more texts")
    assert "in the language of train?" in unknown_in("test", ["it rains"])


@pytest.mark.parametrize("kind", [WORDS, WHITESPACE])
def test_thai_names_the_tokenizer_to_set(kind):
    assert "set tokenizer: characters" in unknown_in("train", ["\u0e1d\u0e19\u0e15\u0e01"], kind)


@pytest.mark.parametrize("kind", [WORDS, CHARACTERS])
def test_the_way_on_is_not_what_is_set_already(tmp_path, kind):
    rng = np.random.default_rng(0)
    drawn = rng.permutation(np.arange(0x4E00, 0x4E00 + 40))
    rows = [{"text": chr(letter), "label": i % 2} for i, letter in enumerate(drawn)]
    for name in ("train", "test"):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    options = {"source": {"folder": "."}, "tokenizer": kind}
    with pytest.raises(UserError, match="minimum_count = 3 times; lower it") as caught:
        prepare_text(options, tmp_path, 0)
    assert ("tokenizer: characters" in str(caught.value)) is (kind == WORDS)


def test_padding_is_first_in_every_vocabulary(tmp_path):
    rows = [{"text": "rain", "label": i % 2} for i in range(8)]
    for name in ("train", "test"):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    file = saved(tmp_path / "t.json", bpe({**PIECES, "<pad>": 4}, unk_token=None))
    found = prepare_text({"source": {"folder": "."}, "tokenizer": file}, tmp_path, 0)
    assert found.vocabulary == [PAD, UNKNOWN, "a", "i", "n", "r"]
