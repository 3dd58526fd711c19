"""What a reader types is split in the page as the workflow splits the texts of the task."""

import pytest
from browser import opened
from explorer_run import TEMPLATES, fake_explored, fake_meta, fake_vocabulary

from rnn_geometry.pages.explorer import explorer_page
from rnn_geometry.tasks.text.options import BUILT_IN
from rnn_geometry.tasks.text.splitters import FILE, make_splitter

LIMIT = {"embed_parameters": 150_000}
TYPED = {
    "punctuation": "It wo n't: a_b, $5 — “so”…",
    "signs that are no punctuation": "a€b 5°C x+y ½ ™",
    "Chinese": "天气很好 rain雨",
    "Japanese": "今日は雨です。",
    "Thai": "ฝนตกหนัก น้ำ",
    "Hindi": "हिन्दी क्षत्रिय",
    "Hindi with a joiner": "क्\u200dष",
    "Bengali": "বৃষ্টি পড়ছে",
    "Tamil": "க்ஷ மழை",
    "Persian": "می\u200cروم \u200cا",
    "Arabic": "مَطَر، ثلج؟",
    "Hebrew": "שָׁלוֹם",
    "Korean": "비가 온다 \u1112\u1161\u11ab",
    "Greek in capitals": "ΟΔΟΣ ΣΑΣ",
    "Turkish": "İstanbul IĞDIR",
    "German": "STRASSE ẞ Füße",
    "decomposed": "Cafe\u0301 J\u030c",
    "marks behind what is not seen": "e\u200d\u0301 e\u00ad\u0301",
    "emoji": "lol🤣 ❤️ 👨\u200d👩\u200d👧 👍🏽 🇩🇪🇫🇷",
    "a flag of tags": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f!",
    "control characters": "rain\x0ccloud\x0bsun\x85snow\x1bhail\x00fog",
    "unseen": "\ufeffra\u202ein co\u00adop a\u2060b a\u180eb a\u061cb",
    "separators": "a\u2028b\u2029c\u200bd\u3000e\xa0f\u202fg\u3164h",
    "damaged": "rain\ufffdcloud rain\ue000cloud",
    "blanks": "  two\t\tblanks \n",
    "nothing": "",
    "nothing that is seen": "\ufeff\u200b\u00ad",
    "full width": "ＲＡＩＮ！",
    "ligatures": "ﬁne Ǆ ǅ",
    "letters beyond the first plane": "𝒉ello 𞤀𞤀 𠀀𠀁",
    "special tokens": "<unk> <pad> [CLS]",
}


@pytest.fixture(scope="module")
def split(browser, tmp_path_factory):
    """Return a function that splits a text in a page of a tokenizer."""
    folder = tmp_path_factory.mktemp("splitting")
    network = fake_explored(fake_meta(), "gru")
    found = {}
    for kind in (*BUILT_IN, FILE):
        meta = fake_meta(tokenizer={"kind": kind})
        path = folder / f"{kind}.html"
        path.write_text(explorer_page(TEMPLATES, meta, fake_vocabulary(), [network], LIMIT))
        with opened(browser, path) as page:
            texts = list(TYPED.values())
            read = page.evaluate("(texts) => texts.map(explorer.split)", texts)
            found[kind] = dict(zip(texts, read, strict=True))
    return lambda kind, text: found[kind][text]


@pytest.mark.parametrize("kind", BUILT_IN)
@pytest.mark.parametrize("text", TYPED)
def test_typed_texts_are_split_as_the_workflow_splits_them(split, kind, text):
    assert split(kind, TYPED[text]) == make_splitter(kind).split(TYPED[text])


def test_tokens_of_a_file_stand_between_blanks(split):
    assert split(FILE, TYPED["special tokens"]) == ["<unk>", "<pad>", "[CLS]"]
