"""The states of a trained network on held-out sentences, and the input at which it is analysed."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from rnn_geometry.errors import UserError
from rnn_geometry.networks import states
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.hold_input import hold_input
from rnn_geometry.tasks.sentences import Sentences

WORDS, E, H, C = 60, 3, 5, 2
LENGTHS = (4, 1, 7, 2, 9, 3, 1, 5, 6, 2, 8)
TOTAL = sum(LENGTHS)
# every word occurs at most once, so that all states differ and a row tells where it comes from
TOKENS = np.random.default_rng(0).permutation(WORDS)[:TOTAL]
OFFSETS = np.concatenate([[0], np.cumsum(LENGTHS)])
LABELS = {
    "classes": np.arange(len(LENGTHS)) % C,
    "labels": np.stack([np.arange(len(LENGTHS)) % 2, np.arange(len(LENGTHS)) % 3 == 0], 1).astype(
        np.int8
    ),
}


def sentences_of(labels="classes"):
    return Sentences(TOKENS.astype(np.int32), OFFSETS, LABELS[labels])


def classifier_of(cell, bias=True):
    network = {
        "cell": cell,
        "hidden_size": H,
        "cell_options": {},
        "readout_bias": bias,
        "readout_scale": 1,
        "classes": C,
    }
    vectors = np.random.default_rng(1).normal(size=(WORDS, E))
    classifier = build_classifier(network, vectors, seed=0)
    if bias:
        with torch.no_grad():
            classifier.readout.bias.add_(0.25)
    return classifier.eval()


@torch.no_grad()
def plain_states(classifier):
    """Return the states (T, S) after each word of each sentence, by a loop over single steps."""
    found = []
    for start, end in pairwise(OFFSETS):
        h, rows = torch.zeros(1, classifier.cell.state_size), []
        for token in TOKENS[start:end]:
            h = classifier.cell(h, classifier.embedding[token][None])
            rows.append(h[0].numpy())
        found.append(np.stack(rows))
    return found


@pytest.fixture(params=["vanilla", "gru", "gru_reset_before", "lstm", "ugrnn"])
def network(request):
    return classifier_of(request.param)


@pytest.fixture(params=[3, 256])
def batch_size(request, monkeypatch):
    """Read the sentences in several batches, or in one."""
    monkeypatch.setattr(states, "BATCH", request.param)


def close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)


def visit(network, labels="classes", visited=20, trajectories=4, seed=0):
    return states.visit(
        network, sentences_of(labels), visited=visited, trajectories=trajectories, seed=seed
    )


@pytest.mark.usefixtures("batch_size")
def test_final_states_and_the_readout(network):
    found, expected = visit(network), plain_states(network)
    close(found["final"], [rows[-1] for rows in expected])
    np.testing.assert_array_equal(found["final_labels"], LABELS["classes"])
    logits = found["final"] @ found["readout"].T + found["readout_bias"]
    tokens, lengths = sentences_of().padded()
    close(logits, network(torch.from_numpy(tokens), torch.from_numpy(lengths)).detach())


@pytest.mark.usefixtures("batch_size")
@pytest.mark.parametrize("labels", LABELS)
def test_visited_states_are_words_drawn_without_replacement(network, labels):
    every = np.concatenate(plain_states(network))
    owner = np.repeat(np.arange(len(LENGTHS)), LENGTHS)
    found = visit(network, labels, visited=20)
    assert found["visited"].shape == (20, network.cell.state_size)
    distances = np.linalg.norm(found["visited"][:, None] - every[None], axis=2)
    rows = distances.argmin(1)
    close(found["visited"], every[rows])
    assert len(set(rows)) == 20
    assert (np.sort(distances, 1)[:, 1] > 1e-4).all()  # no other state is as near
    np.testing.assert_array_equal(found["visited_class"], LABELS[labels][owner[rows]])
    everything = visit(network, labels, visited=10 * TOTAL)
    close(everything["visited"], every)
    np.testing.assert_array_equal(everything["visited_class"], LABELS[labels][owner])


@pytest.mark.usefixtures("batch_size")
@pytest.mark.parametrize("shown", [4, 100])
def test_trajectories_start_at_zero_and_end_with_the_sentence(network, shown):
    found, expected = visit(network, trajectories=shown), plain_states(network)
    count, lengths = min(shown, len(LENGTHS)), found["trajectory_lengths"]
    assert len(found["trajectories"]) == count
    assert found["trajectories"].shape == (count, max(lengths) + 1, network.cell.state_size)
    starts = [row[0] for row in found["trajectory_tokens"]]
    chosen = [int(np.flatnonzero(TOKENS[OFFSETS[:-1]] == start)[0]) for start in starts]
    assert len(set(chosen)) == count
    np.testing.assert_array_equal(lengths, np.array(LENGTHS)[chosen])
    np.testing.assert_array_equal(found["trajectory_labels"], LABELS["classes"][chosen])
    for i, sentence in enumerate(chosen):
        trajectory, length = found["trajectories"][i], lengths[i]
        assert not trajectory[0].any()
        close(trajectory[1 : length + 1], expected[sentence])
        assert np.isnan(trajectory[length + 1 :]).all()
        np.testing.assert_array_equal(
            found["trajectory_tokens"][i, :length],
            TOKENS[OFFSETS[sentence] : OFFSETS[sentence + 1]],
        )


def test_sentences_of_near_lengths_are_read_together(monkeypatch):
    network, read = classifier_of("gru"), []
    monkeypatch.setattr(states, "BATCH", 3)
    whole = network.states
    monkeypatch.setattr(network, "states", lambda ids: read.append(ids.shape) or whole(ids))
    visit(network)
    longest = [*sorted(LENGTHS)[2::3], max(LENGTHS)]
    assert [words for _, words in read] == longest


def test_the_draw_follows_from_the_seed():
    network = classifier_of("gru")
    first, again, other = (visit(network, seed=seed) for seed in (3, 3, 4))
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
    assert not np.array_equal(first["visited"], other["visited"])
    assert not np.array_equal(first["trajectory_tokens"], other["trajectory_tokens"])
    np.testing.assert_array_equal(first["final"], other["final"])


def test_a_readout_without_bias_is_zero_and_the_memory_is_not_read():
    found = visit(classifier_of("lstm", bias=False))
    assert not found["readout_bias"].any()
    assert found["readout"].shape == (C, 2 * H)
    assert found["readout"][:, :H].all()
    assert not found["readout"][:, H:].any()


VECTORS = np.float32([[1, 2], [3, 5], [-4, 0], [7, 7]])
TEXT, SYNTHETIC = ["<pad>", "<unk>", "good", "bad"], ["good", "bad", "awful", "the"]
SHORT = Sentences.from_lists([[1, 2, 2], [1]], np.array([0, 1]))


@pytest.mark.parametrize(
    ("name", "vocabulary", "expected"),
    [
        ("zero", TEXT, [0, 0]),
        ("zero", SYNTHETIC, [0, 0]),
        ("mean", TEXT, [-0.5, 2.5]),  # of words 1, 2, 2, 1
        ("mean", SYNTHETIC, [-0.5, 2.5]),
        ("padding", TEXT, [1, 2]),
        ("word:bad", TEXT, [7, 7]),
        ("word:bad", SYNTHETIC, [3, 5]),
    ],
)
def test_the_input_at_which_the_network_is_analysed(name, vocabulary, expected):
    found = hold_input(name, VECTORS, vocabulary, SHORT)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected)


def test_a_word_outside_the_vocabulary_is_named():
    with pytest.raises(
        UserError,
        match=r"analysis\.hold_input: 'excellent' is not a word of the vocabulary \(4 words\)",
    ):
        hold_input("word:excellent", VECTORS, TEXT, SHORT)


def test_a_synthetic_task_has_no_padding_word():
    with pytest.raises(
        UserError, match=r"analysis\.hold_input: padding is accepted for text tasks only"
    ):
        hold_input("padding", VECTORS, SYNTHETIC, SHORT)


def test_a_vector_is_taken_as_it_is():
    np.testing.assert_array_equal(hold_input("vector:0.5,-2", VECTORS, TEXT, SHORT), [0.5, -2])


@pytest.mark.parametrize("text", ["0.5", "1,2,3", "1,nan", "a,b", ""])
def test_a_vector_that_does_not_fit_is_named(text):
    with pytest.raises(UserError, match=r"analysis\.hold_input: "):
        hold_input(f"vector:{text}", VECTORS, TEXT, SHORT)
