"""Synthetic tasks against slow labels written from their definitions, and exact distributions."""

import json
import math
from collections import Counter
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from rnn_geometry.errors import UserError, quoted
from rnn_geometry.tasks import _sampling as sampling
from rnn_geometry.tasks.synthetic import FAMILIES, build_task, word_vectors

SENTIMENT = {"awful": -2, "bad": -1, "the": 0, "good": 1, "awesome": 2}
PLANE = {
    "awesome": (2, -1),
    "good": (1, Fraction(1, 2)),
    "okay": (0, 2),
    "bad": (-1, Fraction(1, 2)),
    "awful": (-2, -1),
    "the": (0, 0),
}
# A task of every kind, with a length whose sentences can all be listed.
SMALL = [
    ("categorical", {"classes": 2, "length": 6}),
    ("categorical", {"classes": 3, "length": 5}),
    ("categorical", {"classes": 3, "length": 4, "strong": True, "negative": True}),
    ("categorical", {"classes": 4, "length": 5, "correlation": 0.1}),
    (
        "categorical",
        {"classes": 3, "length": 3, "correlation": 0.7, "strong": True, "negative": True},
    ),
    ("ordered", {"classes": 2, "length": 5}),
    ("ordered", {"classes": 3, "length": 5}),
    ("ordered", {"classes": 5, "length": 5}),
    ("ordered2d", {"length": 5}),
    ("multilabel", {"labels": 1, "length": 6}),
    ("multilabel", {"labels": 2, "length": 5}),
    ("multilabel", {"labels": 3, "length": 4}),
    ("context", {"length": 6}),
]
LARGE = [
    ("categorical", {"classes": 4}),
    (
        "categorical",
        {
            "classes": 4,
            "sampling": "uniform_score",
            "strong": True,
            "negative": True,
            "correlation": 0.3,
        },
    ),
    ("ordered", {"classes": 2}),
    ("ordered", {"classes": 3}),
    ("ordered", {"classes": 5}),
    ("ordered2d", {}),
    ("multilabel", {"labels": 3}),
    ("context", {}),
]


def name_of(case):
    return "-".join([case[0], *(f"{key}={value}" for key, value in case[1].items())])


def every_sentence(task, length):
    return np.array(list(product(range(len(task.words)), repeat=length)))


# ---- slow labels, word by word, from names and exact numbers


def slow_categorical(words, options):
    rho = Fraction(str(options.get("correlation", 0)))
    scores = [Fraction(0)] * options["classes"]
    for word in words:
        if word == "neutral":
            continue
        kind, number = word.split("_")
        strength = {"evid": 1, "strong": 2, "negative": -1}[kind]
        own = int(number)
        other = own + 1 if own % 2 == 0 else own - 1
        scores[own] += strength
        if other < len(scores):
            scores[other] += strength * rho
    best = [i for i, score in enumerate(scores) if score == max(scores)]
    return best[0] if len(best) == 1 else -1


def slow_ordered(words, options):
    longest = np.max(options["length"])
    total = sum(SENTIMENT[word] for word in words)
    inner = [
        Fraction(-2 * longest) + Fraction(4 * longest * k, options["classes"])
        for k in range(1, options["classes"])
    ]
    return sum(total >= boundary for boundary in inner)


def slow_ordered2d(words, options):
    s, n = (sum(PLANE[word][axis] for word in words) for axis in (0, 1))
    rules = {
        3: n > 0 and abs(n) >= abs(s),
        4: s > 0 and n > 0 and not abs(n) >= abs(s),
        5: s > 0 and n <= 0,
        2: s < 0 and n > 0 and not abs(n) >= abs(s),
        1: s <= 0 and n <= 0,
    }
    (number,) = (number for number, holds in rules.items() if holds)  # exactly one rule holds
    return number - 1


def slow_multilabel(words, options):
    score = Counter()
    for word in words:
        kind, _, number = word.partition("_")
        score[number] += {"positive": 1, "negative": -1, "neutral": 0}[kind]
    return tuple(int(score[str(i)] >= 0) for i in range(options["labels"]))


def slow_context(words, options):
    total = 0
    for place, word in enumerate(words):
        factor = 1
        for back in range(1, 5):
            if place - back >= 0 and words[place - back] == "not":
                factor = -factor
        if place > 0 and words[place - 1] == "extremely":
            factor *= 2
        total += factor * SENTIMENT.get(word, 0)
    return (total > 0) if total else -1


SLOW = {
    "categorical": slow_categorical,
    "ordered": slow_ordered,
    "ordered2d": slow_ordered2d,
    "multilabel": slow_multilabel,
    "context": slow_context,
}


def slow_labels(task, options, tokens, lengths):
    names = np.array(task.words, dtype=object)
    rows = [names[row[:length]].tolist() for row, length in zip(tokens, lengths)]
    return np.array([SLOW[task.family](row, options) for row in rows])


@pytest.mark.parametrize(("family", "options"), SMALL, ids=map(name_of, SMALL))
def test_labels_of_all_short_sentences(family, options):
    task = build_task(family, **options)
    tokens = every_sentence(task, options["length"])
    # Once more with every other sentence cut short, so that padding is tried.
    lengths = np.arange(len(tokens)) % 2 * 2 + options["length"] - 2
    for some in (np.full(len(tokens), options["length"]), lengths):
        expected = slow_labels(task, options, tokens, some)
        np.testing.assert_array_equal(task.labels_of(tokens, some), expected)
        assert len(np.unique(expected, axis=0)) > 1


@pytest.mark.parametrize(("family", "options"), LARGE, ids=map(name_of, LARGE))
@pytest.mark.parametrize("length", [12, [3, 12]], ids=["fixed", "variable"])
def test_sampled_sentences_bear_their_label_and_no_tie(family, options, length):
    task = build_task(family, **options, length=length)
    drawn = task.sample(1003, seed=5)
    tokens, lengths = drawn.padded()
    assert (drawn.labels >= 0).all()
    np.testing.assert_array_equal(
        drawn.labels, slow_labels(task, {**options, "length": length}, tokens, lengths)
    )
    assert set(np.unique(lengths)) == set(range(np.min(length), np.max(length) + 1))
    assert set(np.unique(drawn.tokens)) == set(range(len(task.words)))


@pytest.mark.parametrize(("family", "options"), LARGE, ids=map(name_of, LARGE))
@pytest.mark.parametrize("n", [0, 1, 7, 1003])
def test_balance_is_exact(family, options, n):
    task = build_task(family, **options, length=[8, 20])
    labels = task.sample(n, seed=1).labels
    groups = 2 ** options["labels"] if task.multi_label else len(task.class_names)
    counts = Counter(map(tuple, labels.tolist())) if task.multi_label else Counter(labels.tolist())
    expected = [n // groups + 1] * (n % groups) + [n // groups] * (groups - n % groups)
    assert sorted(counts.values(), reverse=True) == [count for count in expected if count]
    assert labels.shape == ((n, options["labels"]) if task.multi_label else (n,))
    assert labels.dtype == (np.int8 if task.multi_label else np.int64)


def test_without_balance_the_classes_have_their_natural_share():
    task = build_task("ordered2d", length=2, balanced=False)
    exact = np.bincount(task.labels_of(every_sentence(task, 2), np.full(36, 2)), minlength=5) / 36
    drawn = np.bincount(task.sample(20000, seed=0).labels, minlength=5)
    assert np.ptp(exact) > 0.1
    assert chi_square(drawn, exact * 20000) < limit(4)


def test_balanced_sentences_come_in_no_order_of_classes():
    labels = build_task("ordered2d", length=50).sample(5000, seed=0).labels
    assert np.bincount(labels[-500:], minlength=5).min() > 60


def test_redrawing_does_not_favour_a_sentence_of_a_class():
    task = build_task("categorical", classes=2, length=3, balanced=True)
    drawn = task.sample(24000, seed=3)
    tokens = every_sentence(task, 3)
    labels = task.labels_of(tokens, np.full(27, 3))
    expected = np.where(labels < 0, 0, 12000 / np.maximum(np.bincount(labels + 1)[labels + 1], 1))
    found = np.bincount(drawn.padded()[0] @ [9, 3, 1], minlength=27)
    assert found[expected == 0].sum() == 0
    assert chi_square(found[expected > 0], expected[expected > 0]) < limit((expected > 0).sum() - 2)


@pytest.mark.parametrize(("family", "options"), LARGE, ids=map(name_of, LARGE))
def test_a_seed_decides_the_sentences(family, options):
    task = build_task(family, **options)
    one, same, other = (
        task.sample(64, seed=2),
        build_task(family, **options).sample(64, seed=2),
        task.sample(64, seed=3),
    )
    for name in ("tokens", "offsets", "labels"):
        np.testing.assert_array_equal(getattr(one, name), getattr(same, name))
    assert not np.array_equal(one.tokens, other.tokens)


def test_sampling_leaves_numpy_s_global_state_alone():
    before = repr(np.random.get_state())  # noqa: NPY002
    build_task("categorical").sample(10, seed=0)
    assert repr(np.random.get_state()) == before  # noqa: NPY002


# ---- distributions


def chi_square(found, expected):
    return float(((found - expected) ** 2 / expected).sum())


def limit(degrees):
    """Return what chi-square with so many degrees of freedom passes with a chance below 1e-4."""
    return degrees * (1 - 2 / (9 * degrees) + 3.72 * math.sqrt(2 / (9 * degrees))) ** 3


def test_uniform_score_is_uniform_over_compositions():
    task = build_task("categorical", classes=3, length=5, sampling="uniform_score", balanced=False)
    counts = sampling.word_counts(*task.sample(42000, seed=0).padded(), 4)
    compositions = [c for c in product(range(6), repeat=4) if sum(c) == 5]
    allowed = [c for c in compositions if sorted(c[:3])[-1] > sorted(c[:3])[-2]]
    assert len(compositions) == 56
    found = Counter(map(tuple, counts.tolist()))
    assert set(found) == set(allowed)
    found = np.array([found[c] for c in allowed])
    assert chi_square(found, 42000 / len(allowed)) < limit(len(allowed) - 1)


def test_uniform_score_shuffles_words_at_every_length():
    rng = np.random.default_rng(0)
    lengths = np.tile([2, 4], 20000)
    tokens = sampling.uniform_compositions(rng, lengths, 3)
    assert (tokens[lengths == 2, 2:] == sampling.PADDING).all()
    short = sampling.word_counts(tokens[lengths == 2], lengths[lengths == 2], 3)
    found = np.bincount(short @ [9, 3, 1])
    assert chi_square(found[found > 0], 20000 / 6) < limit(5)
    for tokens_of_length, length in ((tokens[lengths == 2], 2), (tokens[lengths == 4], 4)):
        sentences = tokens_of_length[:, :length]
        # Two neighbours and first and last word: a pair is as likely as its mirror image.
        for i, j in {(0, 1), (0, length - 1)}:
            up, down = (
                (sentences[:, i] < sentences[:, j]).sum(),
                (sentences[:, i] > sentences[:, j]).sum(),
            )
            assert abs(up - down) < 4 * math.sqrt(up + down)


def test_uniform_word_is_uniform():
    task = build_task("categorical", classes=3, length=1, balanced=False)
    found = np.bincount(task.sample(9000, seed=0).tokens, minlength=4)
    assert found[3] == 0  # neutral alone is a tie
    assert chi_square(found[:3], 3000) < limit(2)


@pytest.mark.parametrize("length", [5, 50])
def test_the_score_of_ordered_sentences_is_uniform(length):
    task = build_task("ordered", length=length, balanced=False)
    tokens, _ = task.sample(40000, seed=0).padded()
    sums = task.scores[tokens, 0].sum(axis=1).astype(int)
    found = np.bincount(sums + 2 * length, minlength=4 * length + 1)
    assert len(found) == 4 * length + 1
    assert chi_square(found, 40000 / len(found)) < limit(len(found) - 1)


def test_ordered_sentences_of_a_score_are_equally_likely():
    task = build_task("ordered", length=3, balanced=False)
    drawn = task.sample(65000, seed=1).padded()[0]
    tokens = every_sentence(task, 3)
    sums = task.scores[tokens, 0].sum(axis=1).astype(int) + 6
    expected = 65000 / 13 / np.bincount(sums)[sums]
    assert chi_square(np.bincount(drawn @ [25, 5, 1], minlength=125), expected) < limit(124 - 12)


def test_ordered_sentences_of_1000_words_do_not_underflow():
    task = build_task("ordered", length=1000, balanced=False)
    tokens, _ = task.sample(200, seed=0).padded()
    sums = task.scores[tokens, 0].sum(axis=1)
    assert sums.min() < -1700
    assert sums.max() > 1700


def test_the_score_of_variable_ordered_sentences_is_uniform_at_each_length():
    task = build_task("ordered", length=[2, 3], balanced=False)
    tokens, lengths = task.sample(30000, seed=0).padded()
    inside = np.arange(3) < lengths[:, None]
    sums = (task.scores[tokens, 0] * inside).sum(axis=1).astype(int)
    for length in (2, 3):
        found = np.bincount(sums[lengths == length] + 2 * length)
        assert len(found) == 4 * length + 1
        assert chi_square(found, found.mean()) < limit(4 * length)


def test_lengths_are_uniform():
    lengths = (
        build_task("multilabel", length=[10, 50], balanced=False).sample(41000, seed=0).lengths
    )
    assert chi_square(np.bincount(lengths)[10:], 1000) < limit(40)


# ---- hand-computed cases


def label(task, text):
    words = [task.words.index(word) for word in text.split()]
    return task.labels_of(np.array([words]), np.array([len(words)]))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("good", 1),
        ("bad the the", 0),
        ("the the", -1),
        ("not good", 0),
        ("good not", 1),
        ("not the the the good", 0),
        ("not the the the the good", 1),  # the fifth word is out of reach
        ("not not good", 1),  # two flips cancel
        ("not the not the the good", 0),  # only the second reaches it
        ("good bad", -1),
        ("extremely good bad", 1),
        ("good extremely bad", 0),
        ("extremely the good bad", -1),  # only the next word
        ("extremely extremely good bad bad", -1),  # a doubled `extremely` doubles no more
        ("not extremely good good", 0),
        ("not extremely the bad bad bad", 1),  # 1 + 1 - 1: the last is out of reach
        ("extremely not good the", 0),
        ("extremely awesome awful bad", 1),  # 4 - 2 - 1
        ("extremely awful awesome good", 0),
    ],
)
def test_modifiers(text, expected):
    assert label(build_task("context"), text) == expected


def total(task, text):
    words = [task.words.index(word) for word in text.split()]
    flip, double = task.modifiers
    return sampling.modified_sum(
        np.array([words]), np.array([len(words)]), task.scores, flip, double
    )[0, 0]


def test_modified_scores():
    task = build_task("context")
    assert [task.words[i] for i in task.modifiers] == ["not", "extremely"]
    assert total(task, "not extremely awesome good") == -5
    assert (
        total(task, "not extremely good awesome awesome bad") == -7
    )  # -2 -2 -2, and `bad` out of reach -1
    assert total(task, "not not extremely awesome") == 4


def test_strong_negative_and_correlated_words():
    task = build_task("categorical", classes=3, strong=True, negative=True, correlation=0.25)
    kinds = [f"{kind}_{i}" for kind in ("evid", "strong", "negative") for i in range(3)]
    assert task.words == (*kinds, "neutral")
    evidence = np.array([[1, 0.25, 0], [0.25, 1, 0], [0, 0, 1]])
    np.testing.assert_array_equal(
        task.scores, np.vstack([evidence, 2 * evidence, -evidence, np.zeros(3)])
    )
    assert label(task, "strong_2 evid_0") == 2
    assert label(task, "negative_0 negative_1") == 2
    assert label(task, "evid_1 evid_1 evid_2 evid_2") == -1
    assert label(task, "evid_0 evid_2 evid_1 neutral") == -1  # 1.25 and 1.25
    assert label(task, "evid_0 evid_2 negative_2") == 0


def test_correlation_makes_pairs_score_together():
    for rho, low, high in ((0.0, -0.6, -0.05), (0.8, 0.75, 1.0)):
        task = build_task("categorical", classes=4, correlation=rho, balanced=False)
        tokens, lengths = task.sample(4000, seed=0).padded()
        scores = sampling.sum_of_words(tokens, lengths, task.scores)
        assert low < np.corrcoef(scores.T)[0, 1] < high
        assert np.corrcoef(scores.T)[0, 2] < 0


@pytest.mark.parametrize(("rho", "times"), [(0.7, 7), (0.8, 7)])
def test_rounding_hides_no_tie(rho, times):
    task = build_task("categorical", classes=4, correlation=rho)
    for first, second in ((0, 1), (2, 3)):
        assert label(task, " ".join([f"evid_{first}"] * times + [f"evid_{second}"] * times)) == -1
        assert (
            label(task, " ".join([f"evid_{first}"] * times + [f"evid_{second}"] * (times + 1)))
            == second
        )


# ---- description


@pytest.mark.parametrize(
    ("family", "options", "dimension", "angle"),
    [
        ("categorical", {"classes": 2}, 1, 180.0),
        ("categorical", {"classes": 3}, 2, 120.0),
        ("categorical", {"classes": 4}, 3, 109.4712206),
        ("ordered", {"classes": 2}, 1, 180.0),
        ("ordered", {"classes": 3}, 1, None),
        ("ordered", {"classes": 5}, 1, None),
        ("ordered2d", {}, 2, None),
        ("multilabel", {"labels": 1}, 1, None),
        ("multilabel", {"labels": 3}, 3, 90.0),
        ("context", {}, 1, 180.0),
    ],
)
def test_expected_geometry(family, options, dimension, angle):
    task = build_task(family, **options)
    assert task.dimension_expected == dimension
    assert task.readout_angle_expected == (None if angle is None else pytest.approx(angle))


@pytest.mark.parametrize("family", FAMILIES)
def test_word_vectors_and_kinds_of_words(family):
    zero, one_hot = build_task(family), build_task(family, neutral="one_hot")
    size, neutral = len(zero.words), zero.neutral
    vectors = zero.word_vectors()
    assert vectors.shape == (size, size - 1)
    assert vectors.dtype == np.float32
    assert zero.zero_word == neutral
    assert not vectors[neutral].any()
    np.testing.assert_array_equal(np.delete(vectors, neutral, axis=0), np.eye(size - 1))
    assert one_hot.zero_word is None
    np.testing.assert_array_equal(one_hot.word_vectors(), np.eye(size))
    np.testing.assert_array_equal(word_vectors(size, neutral), vectors)
    assert sorted([*zero.evidence, *zero.modifiers, neutral]) == list(range(size))
    assert zero.words[neutral] in ("neutral", "the")
    assert not zero.scores[neutral].any()
    assert zero.scores[list(zero.evidence)].any(axis=1).all()
    assert (one_hot.sample(20, seed=0).tokens == zero.sample(20, seed=0).tokens).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_meta_is_plain(family):
    task = build_task(family, length=[4, 9])
    meta = task.meta()
    assert json.loads(json.dumps(meta, allow_nan=False)) == meta
    assert meta["classes"] == len(task.class_names)
    assert meta["options"]["length"] == [4, 9]
    assert meta["options"]["balanced"] is True
    assert meta["words"] == list(task.words)
    assert meta["scores"] == task.scores.tolist()


# ---- bad options

BAD = [
    (
        "categorical",
        "classes",
        [1, 0, -3, 101, 2.0, "3", True, None, [3]],
        "an integer from 2 to 100",
    ),
    ("categorical", "sampling", ["uniform", None, 1, []], "uniform_word or uniform_score"),
    ("categorical", "strong", [1, "yes", None], "true or false"),
    ("categorical", "negative", [0, "false"], "true or false"),
    (
        "categorical",
        "correlation",
        [1, 1.0, -0.1, "0.5", True, False, math.nan, None],
        "less than 1",
    ),
    ("ordered", "classes", [4, 1, "5", 5.0, True, None], "2, 3 or 5"),
    ("ordered2d", "classes", [3, "5"], "5"),
    ("context", "classes", [5], "2"),
    ("multilabel", "labels", [0, -1, 17, 2.5, True, "2"], "an integer from 1 to 16"),
    *[
        (
            family,
            "length",
            [[20, 10], [5], [1, 2, 3], 0, [0, 4], 5.0, "25", True, [True, 3], 1001, None, {}],
            "low <= high",
        )
        for family in FAMILIES
    ],
    ("ordered2d", "balanced", [1, "true", None], "true or false"),
    ("context", "neutral", ["none", None, 0, False], "zero or one_hot"),
]


@pytest.mark.parametrize(
    ("family", "name", "value", "accepted"),
    [(family, name, value, accepted) for family, name, values, accepted in BAD for value in values],
)
def test_bad_values_are_named(family, name, value, accepted):
    with pytest.raises(UserError) as caught:
        build_task(family, **{name: value})
    text = str(caught.value)
    assert text.startswith(f"{name} is {quoted(value)}; accepted is ")
    assert accepted in text
    assert text.endswith(".")


@pytest.mark.parametrize(
    ("family", "name"),
    [("ordered", "sampling"), ("categorical", "labels"), ("multilabel", "classes")],
)
def test_options_of_another_family_are_refused(family, name):
    with pytest.raises(
        UserError, match=rf"^{name} is not an option of {family} tasks; accepted are .*length.*\.$"
    ):
        build_task(family, **{name: 3})


@pytest.mark.parametrize("family", ["categorial", None, 3, ["ordered"], "text"])
def test_an_unknown_family_lists_the_known(family):
    with pytest.raises(UserError, match=f"accepted are {', '.join(FAMILIES)}"):
        build_task(family)


@pytest.mark.parametrize("n", [-1, 2.0, True, "5"])
def test_a_bad_number_of_sentences_is_refused(n):
    with pytest.raises(UserError, match="number of sentences"):
        build_task("context").sample(n, seed=0)


def test_labels_that_no_sentence_can_have_are_refused_when_the_task_is_built():
    with pytest.raises(UserError, match=r"length is at most 2; accepted is at least 3"):
        build_task("multilabel", labels=3, length=[1, 2])
    assert build_task("multilabel", labels=3, length=[1, 2], balanced=False).sample(
        10, seed=0
    ).labels.shape == (10, 3)
    assert (
        build_task("multilabel", labels=3, length=3).sample(16, seed=0).labels.any(axis=1).sum()
        == 14
    )


def test_a_class_that_comes_up_too_rarely_ends_in_a_sentence():
    with pytest.raises(
        UserError,
        match=r"class 'no label' came up only \d+ times in \d+ sentences with length \[9, 9\]",
    ):
        build_task("multilabel", labels=9, length=9).sample(2000, seed=0)


def test_a_class_that_never_comes_up_ends_the_redrawing():
    def draw(rows):
        return (np.arange(rows) % 2,)

    with pytest.raises(sampling.RareClassError) as caught:
        sampling.redraw(draw, lambda columns: columns[0], np.array([1, 1, 1]), chunk=10**5)
    assert caught.value.index == 2
    assert caught.value.seen == 0
