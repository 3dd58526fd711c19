"""Sources of words: what they say, against sums over all hidden paths."""

import itertools

import numpy as np
import pytest

from rnn_geometry.errors import UserError
from rnn_geometry.tasks.language.families import SOURCE_FAMILIES, build_source
from rnn_geometry.tasks.language.source import Source

SMALL = {
    "topics": {"topics": 3, "words": 1, "common": 1, "stay": 0.8},
    "agreement": {"words": 1, "adverbs": 1, "gap": 2},
    "depth": {"most": 2, "words": 1},
    "quotation": {"words": 1, "common": 1},
}


@pytest.fixture(params=sorted(SMALL))
def small(request):
    return build_source(request.param, **SMALL[request.param])


def chance_by_paths(source, text):
    """P(text), as a sum over all hidden paths."""
    total = 0.0
    for path in itertools.product(range(len(source.states)), repeat=len(text) + 1):
        steps = zip(text, path[:-1], path[1:], strict=True)
        total += source.first[path[0]] * np.prod([source.says[w, i, j] for w, i, j in steps])
    return total


def all_texts(source, length):
    return np.array(list(itertools.product(range(len(source.words)), repeat=length)))


class TestSource:
    def test_surprise_is_that_of_all_hidden_paths(self, small):
        texts = all_texts(small, 3)
        expected = np.array([chance_by_paths(small, text) for text in texts])
        with np.errstate(invalid="ignore"):
            found = np.nan_to_num(np.exp(-small.surprise(texts)).prod(1))
        assert found == pytest.approx(expected, abs=1e-12)
        assert expected.sum() == pytest.approx(1)

    def test_samples_have_the_chances_of_the_source(self, small):
        words, _ = small.sample(40_000, 2, seed=3)
        texts = all_texts(small, 2)
        code = words @ [len(small.words), 1]
        shares = np.bincount(code, minlength=len(texts)) / len(words)
        expected = np.array([chance_by_paths(small, text) for text in texts])
        assert np.abs(shares - expected).max() < 5 * np.sqrt(0.25 / len(words))
        assert not shares[expected == 0].any()

    def test_beliefs_are_the_shares_of_hidden_states(self, small):
        words, states = small.sample(60_000, 4, seed=5)
        believed = small.beliefs(words)[:, -1]
        kinds, where = np.unique(believed.round(6), axis=0, return_inverse=True)
        for kind in range(len(kinds)):
            of_kind = states[where == kind, -1]
            if len(of_kind) > 500:
                shares = np.bincount(of_kind, minlength=len(small.states)) / len(of_kind)
                assert np.abs(shares - kinds[kind]).max() < 5 * np.sqrt(0.25 / len(of_kind))

    def test_rank_is_that_of_the_table_of_pasts_and_futures(self, small):
        """Of all texts of four words, cut in the middle."""
        chances = [chance_by_paths(small, text) for text in all_texts(small, 4)]
        table = np.reshape(chances, (len(small.words) ** 2, -1))
        assert small.rank() == np.linalg.matrix_rank(table)

    def test_states_that_say_the_same_count_once(self):
        source = Source.of(
            "twins",
            ["a", "b"],
            ["one", "its twin", "two"],
            first=np.array([0.4, 0.3, 0.3]),
            emits=np.array([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]]),
            goes=np.eye(3),
        )
        assert source.rank() == 2

    def test_a_state_that_cannot_be_reached_does_not_count(self):
        source = build_source("depth", most=2)
        never = Source(
            "never", source.words, source.states, np.array([0, 0, 1.0]),
            np.where(np.arange(len(source.words))[:, None, None] == 1, 0, source.says)
            + np.where(np.arange(len(source.words))[:, None, None] == 2, 1, 0)
            * np.diag(source.says[1].sum(1)),
        )  # fmt: skip
        assert never.rank() == 1

    def test_same_seed_same_texts(self, small):
        one, two, other = (small.sample(50, 9, seed=seed)[0] for seed in (1, 1, 2))
        assert (one == two).all()
        assert (one != other).any()

    def test_a_word_that_cannot_be_said_leaves_no_belief(self):
        source = build_source("depth")
        beliefs = source.beliefs(np.array([[1, 0]]))
        assert np.isnan(beliefs[0, 1:]).all()
        assert np.isinf(source.surprise(np.array([[1]]))).all()

    @pytest.mark.parametrize(
        ("first", "says", "told"),
        [
            (np.ones(2), np.full((2, 2, 2), 0.25), "do not sum to 1"),
            (np.array([0.5, 0.5]), np.full((2, 2, 2), 0.3), "do not sum to 1"),
            (np.array([1.5, -0.5]), np.full((2, 2, 2), 0.25), "below 0"),
            (np.ones(3) / 3, np.full((2, 2, 2), 0.25), "belong to 2 words and 2 states"),
        ],
    )
    def test_what_is_no_source_is_refused(self, first, says, told):
        with pytest.raises(ValueError, match=told):
            Source("bad", ("a", "b"), ("x", "y"), first, says)


class TestFamilies:
    @pytest.mark.parametrize("count", [2, 3, 7])
    def test_topics_are_a_simplex(self, count):
        source = build_source("topics", topics=count)
        assert source.rank() == count
        assert source.causal_states() is None

    @pytest.mark.parametrize("most", [1, 3, 6])
    def test_depth_counts(self, most):
        source = build_source("depth", most=most)
        words, states = source.sample(300, 60, seed=0)
        counted = np.cumsum((words == 0).astype(int) - (words == 1), axis=1)
        assert (counted == states[:, 1:]).all()
        assert {counted.min(), counted.max()} == {0, most}
        assert source.rank() == len(source.causal_states()) == most + 1

    def test_verbs_agree_with_their_subjects(self):
        source = build_source("agreement", words=3, gap=4)
        words, states = source.sample(500, 80, seed=1)
        number = -1
        gaps, gap = [], 0
        for word, state in zip(words.ravel(), states[:, :-1].ravel(), strict=True):
            number, gap = (-1, 0) if state == 0 else (number, gap)
            kind = source.words[word]
            if kind.startswith("noun"):
                number, gap = int("plural" in kind), 0
            elif kind.startswith("verb"):
                assert number == int("plural" in kind)
                gaps.append(gap)
            else:
                gap += 1
        assert np.mean(gaps) == pytest.approx(4, abs=0.4)
        assert len(source.causal_states()) == 3

    @pytest.mark.parametrize("marks", ["one", "two"])
    def test_quotation_marks_turn_the_register(self, marks):
        source = build_source("quotation", marks=marks, length=5)
        words, states = source.sample(400, 100, seed=2)
        is_mark = words < (2 if marks == "two" else 1)
        assert (states[:, 1:] == np.cumsum(is_mark, axis=1) % 2).all()
        assert 1 / is_mark.mean() - 1 == pytest.approx(5, rel=0.05)
        assert source.rank() == len(source.causal_states()) == 2

    @pytest.mark.parametrize("family", sorted(SOURCE_FAMILIES))
    def test_neutral_words_change_no_belief(self, family):
        source = build_source(family)
        words, _ = source.sample(200, 10, seed=4)
        before = source.beliefs(words)[:, -1]
        assert len(source.neutral) == 10
        for word in source.neutral:
            said = before @ source.says[word]
            can = said.sum(1) > 0
            assert can.any()
            after = said[can] / said[can].sum(1, keepdims=True)
            assert after == pytest.approx(before[can])

    def test_topics_that_change_have_no_neutral_word(self):
        assert build_source("topics", stay=0.9).neutral == ()

    @pytest.mark.parametrize(
        ("family", "options", "told"),
        [
            ("topic", {}, "family is 'topic'; accepted are topics, agreement, depth"),
            ("topics", {"most": 3}, "most is not an option of topics sources"),
            ("topics", {"topics": 1}, "topics is 1; accepted is a whole number from 2 to 20"),
            ("topics", {"own": True}, "own is True; accepted is a number from 0 to 1"),
            ("quotation", {"marks": "no"}, "marks is 'no'; accepted is"),
        ],
    )
    def test_what_is_not_accepted_is_told(self, family, options, told):
        with pytest.raises(UserError, match=told):
            build_source(family, **options)


def test_beliefs_go_on_from_where_they_were():
    source = build_source("agreement", words=2, adverbs=3, gap=3)
    words, _ = source.sample(20, 12, seed=0)
    whole = source.beliefs(words)
    assert np.allclose(source.beliefs(words[:, 7:], whole[:, 7]), whole[:, 7:])


@pytest.mark.parametrize(
    ("family", "options", "kept"),
    [
        ("topics", {"topics": 4}, 4),
        ("topics", {"topics": 3, "stay": 0.9}, 0),
        ("agreement", {}, 2),  # adverbs follow a subject alone
        ("depth", {"most": 3}, 4),
        ("quotation", {}, 2),
    ],
)
def test_states_in_which_nothing_may_change(family, options, kept):
    assert len(build_source(family, **options).kept_states()) == kept
