"""Networks that say the next word: their loss, and what they learn of known sources."""

import numpy as np
import pytest
import torch

from rnn_geometry.networks import checkpoint as module
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.next_word import (
    BEHIND,
    evaluate_next_word,
    next_word_logits,
    next_word_loss,
    words_of,
)
from rnn_geometry.networks.next_word_said import own_texts, said_after
from rnn_geometry.networks.next_word_training import train_next_word
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.tasks.language.families import build_source
from rnn_geometry.tasks.pairs.pairs import Ragged

CELLS = ("vanilla", "gru", "ugrnn", "lstm")


def network_of(words, cell="gru", seed=0, hidden=16, learned=False):
    facts = {
        "cell": cell, "hidden_size": hidden, "embedding_size": 8, "words": words, "classes": words,
        "readout_bias": True, "readout_scale": 1.0, "cell_options": {},
    }  # fmt: skip
    return build_classifier(facts, None if learned else np.eye(words), seed=seed)


def by_hand(network, text):
    """-log P of each word, one step after the other."""
    state = torch.zeros(1, network.cell.state_size)
    found = []
    for word in text:
        found.append(-network.logits(state).log_softmax(1)[0, word])
        state = network.cell(state, network.words(torch.tensor([[word]]))[0])
    return torch.stack(found)


@pytest.mark.parametrize("cell", CELLS)
def test_loss_is_that_of_single_steps(cell):
    network = network_of(5, cell)
    texts = [[0, 4, 2], [3], [1, 1, 1, 2]]
    single = torch.cat([by_hand(network, text) for text in texts])
    words = words_of(Ragged.of(texts), np.arange(3))
    assert words[1].tolist() == [3, BEHIND, BEHIND, BEHIND]
    assert next_word_loss(network, words).item() == pytest.approx(single.mean().item(), rel=1e-5)
    assert evaluate_next_word(network, Ragged.of(texts)).loss == pytest.approx(
        single.mean().item(), rel=1e-5
    )


def test_a_word_is_said_before_it_is_read():
    network = network_of(5)
    one, two = torch.tensor([[0, 1, 2, 3]]), torch.tensor([[0, 1, 2, 4]])
    assert torch.equal(next_word_logits(network, one), next_word_logits(network, two))
    earlier = torch.tensor([[0, 2, 2, 3]])
    same = (next_word_logits(network, one) == next_word_logits(network, earlier)).all(2)[0]
    assert same.tolist() == [True, True, False, False]


def test_accuracy_counts_the_most_likely_words():
    network = network_of(3)
    with torch.no_grad():
        network.readout.weight.zero_()
        network.readout.bias.copy_(torch.tensor([0.0, 2.0, 1.0]))
    fit = evaluate_next_word(network, Ragged.of([[1, 1, 0], [2], [1]]))
    assert fit.accuracy == 3 / 5


@pytest.fixture(scope="module")
def agreement():
    source = build_source("agreement", words=2, adverbs=3, gap=3)
    splits = [source.sample(n, 25, seed=n)[0] for n in (2000, 400)]
    return source, *(Ragged.of(words) for words in splits)


def trained(agreement, cell="gru", steps=600, learned=False, **options):
    source, train, dev = agreement
    network = network_of(len(source.words), cell, hidden=24, learned=learned)
    recipe = Recipe(learning_rate=0.01, l2=1e-6, l2_on="text", steps=steps, clip=5.0)
    result = train_next_word(network, train, dev, recipe, batch_seed=1, **options)
    return network, result


@pytest.mark.parametrize("cell", CELLS)
def test_a_bit_held_over_a_gap_is_learned(agreement, cell):
    """Who forgets the number of the subject loses log 2 a verb, some .15 nats a word."""
    source, _, dev = agreement
    network, result = trained(agreement, cell)
    best = source.surprise(dev.padded()).mean()
    found = evaluate_next_word(network, dev).loss
    assert best - 0.01 < found < best + 0.04
    assert min(result.history["dev_loss"]) == pytest.approx(found, abs=1e-6)
    assert not result.loss_falling


def test_learned_word_vectors_learn(agreement):
    source, _, dev = agreement
    network, _ = trained(agreement, learned=True)
    begun = network_of(len(source.words), hidden=24, learned=True)
    assert evaluate_next_word(network, dev).loss < source.surprise(dev.padded()).mean() + 0.06
    moved = (network.embedding - begun.embedding).detach().abs().amax(1)
    assert (moved > 1e-3).all()


def test_same_seeds_same_network(agreement):
    one, two = (trained(agreement, steps=30)[0].state_dict() for _ in range(2))
    assert all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("learned", [False, True])
def test_a_training_that_was_cut_off_goes_on_to_the_same_weights(
    agreement, learned, tmp_path, monkeypatch
):
    class CutOffError(Exception):
        pass

    def cut(line):
        if line.startswith("step     20"):
            raise CutOffError

    def kept(lines):
        return Checkpoint(tmp_path / "checkpoint.safetensors", {"of": "this"}, lines.append)

    monkeypatch.setattr(module, "CHECKPOINT_SECONDS", 0.0)
    facts, lines = {"steps": 40, "learned": learned}, []
    whole = trained(agreement, **facts)[0].state_dict()
    with pytest.raises(CutOffError):
        trained(agreement, **facts, log=cut, checkpoint=kept(lines))
    went_on = trained(agreement, **facts, log=lines.append, checkpoint=kept(lines))[0].state_dict()
    assert any(line.startswith("goes on from the checkpoint of step") for line in lines)
    assert all(torch.equal(whole[name], went_on[name]) for name in whole)


def test_untrained_networks_keep_their_weights(agreement):
    network, result = trained(agreement, steps=0)
    begun = network_of(len(agreement[0].words), hidden=24)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), begun.parameters()))
    assert result.best_step == 0


def test_a_network_whose_classes_are_not_its_words_is_refused(agreement):
    facts = {
        "cell": "gru", "hidden_size": 4, "classes": 3, "readout_bias": True, "readout_scale": 1.0,
        "cell_options": {},
    }  # fmt: skip
    network = build_classifier(facts, np.eye(9), seed=0)
    recipe = Recipe(learning_rate=0.01, l2=0.0, steps=1)
    with pytest.raises(ValueError, match="3 classes and 9 words"):
        train_next_word(network, agreement[1], agreement[2], recipe, batch_seed=0)


def test_own_texts_are_as_likely_as_the_network_says():
    network = network_of(4)
    with torch.no_grad():
        network.readout.weight.zero_()
        network.readout.bias.copy_(torch.tensor([0.1, 0.2, 0.3, 0.4]).log())
    words = own_texts(network, 2000, 5, seed=0)
    assert np.bincount(words.ravel()) / words.size == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=0.02)
    assert np.array_equal(words, own_texts(network, 2000, 5, seed=0))


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_said_after_words_is_what_reading_them_gives(cell):
    network = network_of(5, cell)
    words = np.array([[0, 4, 2, 1]])
    states = network.states(torch.from_numpy(words)).detach().numpy()
    whole = next_word_logits(network, torch.from_numpy(words)).softmax(2).detach()
    found = said_after(network, states[:, 0], words[:, 1:3])
    assert found[0] == pytest.approx(whole[0, 3].numpy(), abs=1e-5)
