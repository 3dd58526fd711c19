"""What a word is: blanks of every kind, the option `tokenizer`, and what is told of texts."""

import json

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from rnn_geometry.errors import LONGEST, UserError
from rnn_geometry.tasks.text.account import has_no_blanks, lines_of, rows_of
from rnn_geometry.tasks.text.options import CHARACTERS, WHITESPACE, WORDS
from rnn_geometry.tasks.text.prepare import PAD, UNKNOWN, check_options, prepare_text
from rnn_geometry.tasks.text.splitters import BLANK, make_splitter, splitter_of

BETWEEN = {
    "form feed": "\x0c",
    "vertical tab": "\x0b",
    "next line": "\x85",
    "zero-width space": "\u200b",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "file separator": "\x1c",
    "unit separator": "\x1f",
    "null": "\x00",
    "bell": "\x07",
    "escape": "\x1b",
    "delete": "\x7f",
    "a dash of another encoding": "\x96",
    "no-break space": "\xa0",
    "narrow no-break space": "\u202f",
    "ideographic space": "\u3000",
    "en quad": "\u2000",
    "tab": "\t",
    "carriage return": "\r",
}


@pytest.mark.parametrize("kind", [WORDS, WHITESPACE])
@pytest.mark.parametrize("between", BETWEEN)
def test_what_stands_between_words_never_glues_them(between, kind):
    splitter = make_splitter(kind)
    assert splitter.split(f"Rain{BETWEEN[between]}cloud") == ["rain", "cloud"]
    assert splitter.split(f"Rain{BETWEEN[between]}clöud") == ["rain", "clöud"]


WITHIN = {
    "soft hyphen": ("co\xadoperate", "cooperate"),
    "byte order mark": ("\ufeffrain", "rain"),
    "override of direction": ("ra\u202ein", "rain"),
    "two code points": ("cafe\u0301", "caf\xe9"),
    "capital with a dot": ("CAF\xc9", "caf\xe9"),
}


@pytest.mark.parametrize("within", WITHIN)
def test_what_nobody_sees_within_a_word_is_dropped(within):
    text, word = WITHIN[within]
    assert make_splitter(WORDS).split(text) == [word]


SPLIT = {
    "punctuation": (WORDS, "it won't.", ["it", "won", "'", "t", "."]),
    "split beforehand": (WHITESPACE, "It wo n't .", ["it", "wo", "n't", "."]),
    "Penn Treebank": (WHITESPACE, "-LRB- <unk> $ 5", ["-lrb-", "<unk>", "$", "5"]),
    "Chinese": (WORDS, "天气很好", ["天", "气", "很", "好"]),
    "Thai": (CHARACTERS, "กิน ข้าว", ["กิ", "น", BLANK, "ข้", "า", "ว"]),
    "Japanese": (CHARACTERS, "今日は 雨", ["今", "日", "は", BLANK, "雨"]),
    "Devanagari": (CHARACTERS, "हिन्दी", None),
    "a family": (CHARACTERS, "👨\u200d👩\u200d👧 ok", ["👨\u200d👩\u200d👧", BLANK, "o", "k"]),
    "Latin": (CHARACTERS, "  To\tbe  ", ["t", "o", BLANK, "b", "e"]),
}


@pytest.mark.parametrize("case", SPLIT)
def test_words_of_every_tokenizer(case):
    kind, text, words = SPLIT[case]
    found = make_splitter(kind).split(text)
    assert "".join(found).replace(BLANK, "") == "".join(text.lower().split())
    assert words is None or found == words
    assert words is not None or len(found) < len(text)  # marks stay with their letters


def write(folder, texts, labels, test=None):
    for name, rows in {"train": texts, "test": test or texts}.items():
        pairs = zip(rows, np.resize(labels, len(rows)).tolist(), strict=True)
        lines = [json.dumps({"text": text, "label": label}) for text, label in pairs]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return {"source": {"folder": "."}, "dev_size": 4}


def prepared(folder, options, **kwargs):
    return prepare_text(options, folder, 0, **kwargs)


def read_words(prepared_text, split="train"):
    sentences = getattr(prepared_text, split)
    return {
        " ".join(prepared_text.vocabulary[i] for i in row)
        for row in np.split(sentences.tokens, sentences.offsets[1:-1])
    }


@pytest.mark.parametrize("kind", [WORDS, WHITESPACE, CHARACTERS])
def test_a_data_set_is_read_by_its_tokenizer(tmp_path, kind):
    options = write(tmp_path, ["wo n't", "do n't"] * 10, [0, 1])
    found = prepared(tmp_path, {**options, "tokenizer": kind})
    expected = {
        WORDS: {"wo n ' t", "do n ' t"},
        WHITESPACE: {"wo n't", "do n't"},
        CHARACTERS: {f"{first} o {BLANK} n ' t" for first in "wd"},
    }
    assert read_words(found) == expected[kind]
    assert found.meta["tokenizer"] == {"kind": kind}
    assert splitter_of(found.meta).kind == kind


def trained(path, trainer, model, texts, byte_level=False):
    tokenizer = Tokenizer(model)
    level = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.pre_tokenizer = level if byte_level else pre_tokenizers.Whitespace()
    if byte_level:
        tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.enable_padding(length=50)
    tokenizer.enable_truncation(2)
    tokenizer.save(str(path))
    return path


TEXTS = ["the rain in spain", "the café is closed"] * 20
SPECIAL = {"special_tokens": ["[UNK]", "[PAD]", "[CLS]"], "show_progress": False}
TOKENIZERS = {
    "WordLevel": (lambda: models.WordLevel(unk_token="[UNK]"), trainers.WordLevelTrainer, {}),
    "WordPiece": (lambda: models.WordPiece(unk_token="[UNK]"), trainers.WordPieceTrainer, {}),
    "BPE": (lambda: models.BPE(unk_token="[UNK]"), trainers.BpeTrainer, {}),
    "BPE of bytes": (models.BPE, trainers.BpeTrainer, {"vocab_size": 300}),
    "Unigram": (models.Unigram, trainers.UnigramTrainer, {"unk_token": "[UNK]"}),
}


@pytest.mark.parametrize("name", TOKENIZERS)
def test_a_tokenizer_of_the_user_is_followed(tmp_path, name):
    model, trainer, more = TOKENIZERS[name]
    byte_level = "bytes" in name
    file = trained(
        tmp_path / "tokenizer.json", trainer(**SPECIAL, **more), model(), TEXTS, byte_level
    )
    options = write(tmp_path, TEXTS, [0, 1], test=[*TEXTS, "ж 天"])
    found = prepared(tmp_path, {**options, "tokenizer": str(file), "minimum_count": 1})
    assert found.vocabulary[:2] == [PAD, UNKNOWN]
    assert len(set(found.vocabulary)) == len(found.vocabulary)
    assert not {"[UNK]", "[PAD]", "[CLS]"} & set(found.vocabulary)
    own = Tokenizer.from_file(str(file))
    own.no_padding()
    own.no_truncation()
    assert max(found.train.lengths) == len(own.encode(TEXTS[1], add_special_tokens=False).ids)
    words = splitter_of(found.meta, file).split("the café")
    assert set(words) <= set(found.vocabulary)
    if byte_level:
        assert "▁café" in "".join(words)
    else:
        assert found.meta["splits"]["test"]["unknown_word_rate"] > 0


def test_the_same_tokenizer_elsewhere_makes_the_same_data(tmp_path):
    file = trained(tmp_path / "a.json", trainers.BpeTrainer(**SPECIAL), models.BPE(), TEXTS)
    options = {**write(tmp_path, TEXTS, [0, 1]), "tokenizer": "a.json"}
    moved = tmp_path / "b.json"
    moved.write_bytes(file.read_bytes())
    first, second = (prepared(tmp_path, options, tokenizer_file=path) for path in (file, moved))
    assert first.meta == second.meta
    assert (first.train.tokens == second.train.tokens).all()


def test_another_tokenizer_than_that_of_the_data_is_refused(tmp_path):
    file = trained(tmp_path / "a.json", trainers.BpeTrainer(**SPECIAL), models.BPE(), TEXTS)
    found = prepared(tmp_path, {**write(tmp_path, TEXTS, [0, 1]), "tokenizer": str(file)})
    trained(file, trainers.BpeTrainer(**SPECIAL), models.BPE(), ["another"])
    with pytest.raises(UserError, match="is not the file that the texts were prepared with"):
        splitter_of(found.meta, file)


DAMAGED = {
    "missing": None,
    "empty": "",
    "cut short": '{"version": "1.0", "model": {',
    "another JSON file": '{"a": 1}',
    "a list": "[]",
    "a vocabulary": '{"the": 0, "rain": 1}',
    "no text": b"\xff\xfe\x00",
    "a model nobody knows": '{"version": "1.0", "model": {"type": "Magic"}}',
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_file_that_is_no_tokenizer_is_one_sentence(tmp_path, damage):
    content, path = DAMAGED[damage], tmp_path / "tokenizer.json"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match=r"accepted is a tokenizer\.json") as caught:
        make_splitter(str(path))
    assert len(str(caught.value)) <= LONGEST


@pytest.mark.parametrize("value", ["bert", "tokenizer.txt", "", None, 3, ["words"], "gpt2"])
def test_a_tokenizer_that_is_none_is_refused_with_what_is_accepted(value):
    options = {"source": {"folder": "."}, "tokenizer": value}
    with pytest.raises(UserError, match="words, whitespace, characters or the path of a tokenizer"):
        check_options(options)


def test_every_split_is_told_of(tmp_path):
    options = write(
        tmp_path,
        ["rain here", "sun there"] * 10,
        [0, 1],
        test=["rain here", "rain here", "snow everywhere", "sun there again"],
    )
    meta = prepared(tmp_path, {**options, "length_limit": 2}).meta
    rows = {row["split"]: row for row in rows_of(meta)}
    assert rows["test"]["in_train"] == 0.5  # compared before they are cut
    assert rows["test"]["repeated"] == 1
    assert rows["test"]["truncated"] == 1
    assert rows["test"]["unknown"] == 0.25
    assert rows["train"]["in_train"] is None
    lines = lines_of(meta)
    told = "test: 4 texts of 4 rows, 1 cut, 2.0 words each, 25.0% of the words unknown"
    assert sum(line.startswith(told) for line in lines) == 1
    assert lines[-1].startswith("WARNING 50% of the texts of test stand in train, too")


def thai(n):
    """Return n clauses, every one another word to who splits at blanks."""
    rng = np.random.default_rng(0)
    return ["".join(map(chr, rng.integers(0x0E01, 0x0E2E, 12))) for _ in range(n)]


def test_a_language_without_blanks_is_told_of_the_way(tmp_path):
    options = write(tmp_path, thai(300), [0, 1])
    with pytest.raises(
        UserError, match="minimum_count = 3 times; lower it, or set tokenizer: char"
    ):
        prepared(tmp_path, options)
    found = prepared(tmp_path, {**options, "tokenizer": CHARACTERS})
    assert found.meta["splits"]["test"]["unknown_word_rate"] == 0
    assert found.train.lengths.mean() == 12


SCRIPTS = {
    "Thai": ("ฝนตกหนักมาก", True),
    "Lao": ("ຝົນຕົກ", True),
    "Khmer": ("ភ្លៀង", True),
    "kana": ("きょうはあめ", True),
    "English": ("it rains", False),
    "Russian": ("идёт дождь", False),
    "nothing": ("123 !!", False),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_without_blanks_are_known(script):
    text, without = SCRIPTS[script]
    assert has_no_blanks([text] * 3) is without


def about_words(found):
    return [line for line in found.meta["warnings"] if "unknown" in line]


def test_a_test_set_in_another_language_is_warned_of(tmp_path):
    options = write(tmp_path, ["it rains", "it snows"] * 10, [0, 1], test=["идёт дождь"] * 4)
    (warning,) = about_words(prepared(tmp_path, options))
    assert warning.startswith("100% of the words of test are unknown; is it in the language of")


def test_a_thai_test_set_names_characters(tmp_path):
    options = write(tmp_path, [*thai(40), *["ฝน ตก"] * 20], [0, 1], test=thai(60)[40:])
    *_, warning = about_words(prepared(tmp_path, options))
    assert warning.startswith("100% of the words of test are unknown; ")
    assert warning.endswith("set tokenizer: characters, or to a file")
