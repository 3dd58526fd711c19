"""Words of a network that was trained elsewhere: files of them, and texts in their ids."""

import json

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from rnn_geometry.errors import UserError
from rnn_geometry.tasks.text.prepare import prepare_text
from rnn_geometry.tasks.text.vocabulary import read_words, reads_tokenizer, stated

NAMES = ["sun", "[PAD]", "rain", "[UNK]", "wind"]


def written(folder, contents, name="vocab.json"):
    path = folder / name
    path.write_text(contents if isinstance(contents, str) else json.dumps(contents))
    return str(path)


@pytest.mark.parametrize("form", ["list", "mapping", "lines"])
def test_the_special_words_lie_anywhere_and_the_others_keep_their_order(tmp_path, form):
    contents = {"list": NAMES, "mapping": {n: i for i, n in enumerate(NAMES)}}.get(form)
    lines = "\n".join(NAMES) + "\n"
    path = written(tmp_path, contents or lines, "v.json" if contents else "v.txt")
    words = read_words(path)
    assert (words.unknown, words.padding, words.rows_needed) == (3, 1, 5)
    assert words.in_order() == ["<pad>", "<unk>", "sun", "rain", "wind"]
    assert words.rows(words.in_order()) == [1, 3, 0, 2, 4]


def test_words_that_the_file_lacks_have_no_row(tmp_path):
    words = read_words(written(tmp_path, ["sun", "rain"]))
    assert words.in_order() == ["<pad>", "<unk>", "sun", "rain"]
    assert words.rows(["<pad>", "<unk>", "rain", "snow"]) == [None, None, 1, None]


def test_special_words_are_named(tmp_path):
    path = written(tmp_path, ["oov", "sun", "fill", "rain"])
    words = read_words({"file": path, "unknown": "oov", "padding": "fill"})
    assert words.in_order() == ["<pad>", "<unk>", "sun", "rain"]
    assert words.rows(words.in_order()) == [2, 0, 1, 3]
    with pytest.raises(UserError, match=r"vocabulary.unknown: 'oof' is no word of .*sun"):
        read_words({"file": path, "unknown": "oof"})


def tokenizer(folder, vocabulary, unknown="[UNK]"):
    made = Tokenizer(models.WordLevel(vocabulary, unk_token=unknown))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.save(str(folder / "tokenizer.json"))
    return str(folder / "tokenizer.json")


def test_tokens_of_a_tokenizer_have_the_names_that_texts_have(tmp_path):
    path = tokenizer(tmp_path, {"[PAD]": 0, "sun": 1, "[UNK]": 2, "Rain": 3})
    words = read_words(path)
    assert reads_tokenizer(path)
    assert words.in_order() == ["<pad>", "<unk>", "sun", "Rain"]
    assert words.rows(words.in_order()) == [0, 2, 1, 3]
    assert words.rows_needed == 4


def test_a_tokenizer_without_an_unknown_token_has_no_row_for_it(tmp_path):
    words = read_words(tokenizer(tmp_path, {"sun": 0, "rain": 1}, unknown="<unk>"))
    assert words.rows_needed == 2
    assert words.rows(["<pad>", "<unk>", "rain"]) == [None, None, 1]


BROKEN = {
    "twice": (["a", "b", "a"], "'a' twice, as number 0 and 2"),
    "numbers": ([1, 2], "holds no words"),
    "nothing": ([], "holds no words"),
    "ids": ({"a": "0"}, "gives 'a' the id '0'"),
    "same id": ({"a": 0, "b": 0}, "'a' and 'b' the same id 0"),
    "no json": ("{", "cannot be read"),
    "two for one": (["[UNK]", "<unk>", "a"], None),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_is_no_vocabulary_is_refused(tmp_path, case):
    contents, sentence = BROKEN[case]
    path = written(tmp_path, contents)
    if sentence is None:
        with pytest.raises(UserError, match="has the word <unk> beside another"):
            read_words({"file": path, "unknown": "[UNK]"})
    else:
        with pytest.raises(UserError, match=sentence):
            read_words(path)


@pytest.mark.parametrize("option", [3, {"unknown": "a"}, {"file": "a", "other": 1}, ""])
def test_the_option_is_a_path_or_a_mapping(option):
    with pytest.raises(UserError, match="accepted is a path, or a mapping"):
        stated(option)


def prepared(folder, vocabulary, **options):
    rows = ["text,label", "sun rain snow,a", "rain wind,b", "snow snow sun,a", "wind wind,b"]
    for split in ("train", "test"):
        (folder / f"{split}.csv").write_text("\n".join([rows[0], *rows[1:] * 3]))
    source = {name: str(folder / f"{name}.csv") for name in ("train", "test")}
    options = {"source": source, "label_names": ["a", "b"], "vocabulary": vocabulary, **options}
    return prepare_text(options, None, 0)


def test_texts_are_read_in_the_words_of_a_file(tmp_path):
    data = prepared(tmp_path, written(tmp_path, NAMES))
    assert data.vocabulary == ["<pad>", "<unk>", "sun", "rain", "wind"]
    texts = {tuple(data.test.tokens[i:j]) for i, j in zip(data.test.offsets, data.test.offsets[1:])}
    assert texts == {(2, 3, 1), (3, 4), (1, 1, 2), (4, 4)}  # snow is unknown
    assert data.meta["splits"]["test"]["unknown_word_rate"] == pytest.approx(3 / 10)


def test_words_of_another_language_are_refused(tmp_path):
    with pytest.raises(UserError, match="none of its 2 words is in the texts"):
        prepared(tmp_path, written(tmp_path, ["soleil", "pluie"]))
    with pytest.raises(UserError, match="vocabulary and vocabulary_size exclude each other"):
        prepared(tmp_path, written(tmp_path, NAMES), vocabulary_size=9)
