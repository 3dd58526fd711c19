"""Encoder-decoder networks: what they compute, on hand-built ones whose answers are known."""

import math

import numpy as np
import pytest
import torch
from clocks import GAIN, shifted_translator

from rnn_geometry.errors import UserError
from rnn_geometry.geometry import alignment as aligned
from rnn_geometry.geometry import components
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.networks.training import Diverged
from rnn_geometry.networks.translators import interventions
from rnn_geometry.networks.translators.build import (
    build_translator,
    load_translator,
    save_translator,
)
from rnn_geometry.networks.translators.evaluation import batch_loss, evaluate_pairs, pair_batch
from rnn_geometry.networks.translators.positions import encoding, random_rotation
from rnn_geometry.networks.translators.states import visit_pairs
from rnn_geometry.networks.translators.training import train_translator
from rnn_geometry.networks.translators.translator import ARCHITECTURES
from rnn_geometry.tasks.pairs.families import build_pair_task
from rnn_geometry.tasks.pairs.pairs import Pairs

WORDS, LENGTH, AHEAD = 3, 9, 2
FACTS = {"cell": "gru", "hidden_size": 8, "words_in": 5, "words_out": 5}


@pytest.fixture(scope="module")
def shifted_pairs():
    """Pairs in which word s is that of place s + AHEAD, in a circle."""
    pairs = build_pair_task("one_to_one", words=WORDS, length=LENGTH).sample(400, seed=0)
    sources = [(np.arange(LENGTH) + AHEAD) % LENGTH] * len(pairs)
    rows = [pairs.inputs.row(i) for i in range(len(pairs))]
    targets = [row[s] for row, s in zip(rows, sources, strict=True)]
    return Pairs.from_lists(rows, targets, sources)


# Hand-built networks


@pytest.mark.parametrize("alignment", ["plain", "learned"])
def test_a_known_shift_is_what_attention_does(shifted_pairs, alignment):
    translator = shifted_translator(WORDS, LENGTH, AHEAD, alignment)
    found = evaluate_pairs(translator, shifted_pairs)
    assert found.word_accuracy == found.phrase_accuracy == 1
    attention = visit_pairs(translator, shifted_pairs).attention
    assert (attention.argmax(-1) == shifted_pairs.sources.padded()).all()
    assert np.allclose(attention.sum(-1), 1)
    assert aligned.likeness_to_average(attention) > 1 - 1e-6
    wrong = shifted_translator(WORDS, LENGTH, AHEAD + 1, alignment)
    assert evaluate_pairs(wrong, shifted_pairs).word_accuracy < 0.5


def test_components_of_a_clock_are_its_hand_and_its_word(shifted_pairs):
    translator = shifted_translator(WORDS, LENGTH, AHEAD)
    halves = [shifted_pairs.subset(np.arange(start, 400, 2)) for start in (0, 1)]
    first, second = (visit_pairs(translator, half) for half in halves)
    means, parts, known = {}, {}, {}
    for side in ("encoder", "decoder"):
        one, other = getattr(first, side), getattr(second, side)
        means[side] = components.estimate(*one, vocabulary=WORDS + 2)
        parts[side] = means[side].split(*other)
        known[side] = means[side].known(other.words, other.lengths)
        assert known[side].all()
        assert np.allclose(parts[side].sum(0), other.states)
    hands = np.roll(np.eye(LENGTH), 1, axis=1) * GAIN
    assert np.allclose(means["encoder"].by_place[:, :LENGTH], hands)
    chi = means["encoder"].by_word[2:, LENGTH + 1 :]
    assert np.allclose(chi, np.eye(WORDS) - 1 / WORDS, atol=0.05)
    assert components.explained(parts["encoder"], known["encoder"]) > 0.99
    assert components.explained_by_word(parts["encoder"], known["encoder"]) > 0.97
    assert np.abs(parts["decoder"][1:]).max() < 1e-12
    found = aligned.terms(parts["decoder"], parts["encoder"])
    shares = aligned.signed_shares(found, known["decoder"], known["encoder"])
    assert shares[0, 0] == pytest.approx(1)
    assert aligned.absolute_shares(found, known["decoder"], known["encoder"])[0, 0] > 0.999


def test_time_moved_on_moves_attention_and_the_rest_is_not_needed(shifted_pairs):
    translator = shifted_translator(WORDS, LENGTH, AHEAD)
    visited = visit_pairs(translator, shifted_pairs)
    encoder, decoder = (
        components.estimate(*side, vocabulary=WORDS + 2)
        for side in (visited.encoder, visited.decoder)
    )

    def edit_of(places):
        return interventions.moved_in_time(encoder.by_place, places)

    for places in (1, -2):
        assert interventions.share_moved(translator, shifted_pairs, edit_of, places) == 1
    # The aim is one beside that of 3, so that within one place attention moved by 3 as well.
    for within, share in ((0, 0), (1, 1)):
        found = interventions.share_moved(
            translator, shifted_pairs, lambda _: edit_of(2), 3, within=within
        )
        assert found == share
    with pytest.raises(ValueError, match="within is 1; accepted is a number below"):
        interventions.share_moved(translator, shifted_pairs, edit_of, 1, within=1)
    nothing = interventions.moved_in_time(np.zeros_like(encoder.by_place), 1)
    assert interventions.share_moved(translator, shifted_pairs, lambda k: nothing, 1) == 0
    means = [(side.by_place, side.by_word) for side in (encoder, decoder)]
    kept = evaluate_pairs(translator, shifted_pairs, interventions.without_rest(*means))
    assert kept.word_accuracy == 1
    moved = evaluate_pairs(translator, shifted_pairs, edit_of(1))
    assert moved.word_accuracy < 0.5


# What is computed


# What acts on the state before alone, which is zero where attention is all there is.
MEETS_THE_STATE = {"weight_hh", "scale_hh", "nu", "theta"}


def unmoved(names, cell, architecture):
    """Return the weights that nothing of a translation depends on."""
    if architecture == "ao":
        found = {name for name in names if name.rpartition(".")[2] in MEETS_THE_STATE}
        rates = {name for name in names if cell.startswith("mamba") and name.endswith(".decay")}
        return found | rates
    # What a Mamba encoder puts out last is no memory, and no decoder sees it without attention.
    shown = {"cell.encoder.bias_read", "cell.encoder.layers.1.bias_read"}
    return shown & names if architecture == "ved" else set()


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_translator_reads_what_it_said(cell, architecture):
    facts = {**FACTS, "cell": cell, "architecture": architecture, "readout_scale": 10}
    translator = build_translator(facts, seed=1).double()
    pairs = build_pair_task("one_to_one", length=[3, 6]).sample(20, 0)
    batch = pair_batch(pairs, np.arange(20))
    saying = translator(*batch)
    assert torch.equal(saying.words[:, 1:], saying.said()[:, :-1])
    assert (saying.words[:, 0] == 0).all()
    assert (saying.attention is None) == (architecture == "ved")
    loss = batch_loss(translator, batch)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(written_out(translator, batch))
    moved = [name for name, w in translator.named_parameters() if w.grad.abs().max() > 0]
    names = {name for name, _ in translator.named_parameters()}
    assert set(moved) == names - unmoved(names, cell, architecture)


def written_out(translator, batch):
    """Return the mean loss a word, phrase by phrase and word by word, as the paper writes it."""
    losses = []
    for words, length, targets in zip(*batch, strict=True):
        ao, h = translator.architecture == "ao", None
        read = []
        for t, word in enumerate(words[:length]):
            x = translator.embedding[word][None]
            if translator.rotation_in is not None:
                x = x + encoding(torch.tensor([t + 1]), translator.rotation_in)
            begin = translator.encoder.initial_state(x)
            h = translator.encoder(begin if h is None or ao else h, x)
            read.append(translator.encoder.output(h)[0])
        said = 0
        for s, target in enumerate(targets[targets != 0]):
            u = translator.decoder_words[said][None]
            if translator.rotation_out is not None:
                u = u + encoding(torch.tensor([s + 1]), translator.rotation_out)
            h = translator.decoder(translator.decoder.initial_state(u) if ao else h, u)
            q = translator.decoder.output(h)[0]
            weights = torch.stack([q @ k for k in read]).softmax(0)
            context = sum(w * k for w, k in zip(weights, read, strict=True))
            seen = {"ved": [q], "aed": [q, context], "ao": [context]}[translator.architecture]
            logits = translator.readout(torch.cat(seen))
            losses.append((torch.logsumexp(logits, 0) - logits[target - 1]).item())
            said = int(logits.argmax()) + 1
    return sum(losses) / len(losses)


def test_teacher_forcing_reads_targets_and_none_reads_nothing():
    batch = pair_batch(build_pair_task("one_to_one", length=4).sample(5, 0), np.arange(5))
    taught = build_translator({**FACTS, "feedback": "target"}, seed=0)
    assert torch.equal(taught(*batch).words[:, 1:], batch.targets[:, :-1])
    deaf = build_translator({**FACTS, "feedback": "none"}, seed=0)
    assert (deaf.decoder_words[deaf(*batch).words[:, 1:]] == 0).all()
    assert deaf.decoder_words[0].tolist() == [0.25] * 4


def test_the_learned_alignment_is_its_bilinear_form():
    translator = build_translator({**FACTS, "alignment": "learned"}, seed=0)
    pairs = build_pair_task("one_to_one", length=4).sample(5, 0)
    batch = pair_batch(pairs, np.arange(5))
    visited, matrix = visit_pairs(translator, pairs), translator.bilinear().detach().numpy()
    expected = np.einsum("nsh,hk,ntk->nst", visited.decoder.states, matrix, visited.encoder.states)
    assert np.allclose(translator(*batch).alignments.detach(), expected, atol=1e-5)


def test_positions_are_turned_waves():
    rotation = random_rotation(6, torch.Generator().manual_seed(0))
    assert torch.allclose(rotation @ rotation.mT, torch.eye(6), atol=1e-5)
    waves = encoding(torch.arange(1, 5), rotation) @ rotation
    assert float(waves[2, 2]) == pytest.approx(math.sin(3 / 100 ** (2 / 6)), abs=1e-5)
    assert float(waves[2, 3]) == pytest.approx(math.cos(3 / 100 ** (2 / 6)), abs=1e-5)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"architecture": "rnn"}, "architecture is 'rnn'; accepted are ved, aed, ao"),
        ({"depth": 2}, "'depth' is unknown; accepted are cell, words_in"),
        ({"input_size": 3}, "input_size is 3 and words_in has 4 words but for padding"),
        ({"cell": "gro"}, "unknown cell 'gro'"),
    ],
)
def test_what_no_translator_can_be_made_of(changed, sentence):
    with pytest.raises(UserError, match=sentence):
        build_translator({**FACTS, **changed}, seed=0)


def test_weights_come_back_from_disk(tmp_path):
    facts = {**FACTS, "architecture": "ao", "cell": "lstm"}
    translator = build_translator(facts, seed=3)
    save_translator(tmp_path / "model.safetensors", translator)
    back = load_translator(tmp_path / "model.safetensors", facts)
    pairs = build_pair_task("one_to_one", length=4).sample(9, 0)
    assert evaluate_pairs(back, pairs) == evaluate_pairs(translator, pairs)
    with pytest.raises(UserError, match="do not fit the network"):
        load_translator(tmp_path / "model.safetensors", {**facts, "hidden_size": 9})


# Training

TASK = build_pair_task("one_to_one", words=2, length=3)
RECIPE = Recipe(learning_rate=0.02, l2=1e-6, steps=300, batch_size=32, clip=5.0)


def trained(recipe=RECIPE, **more):
    facts = {**FACTS, "words_in": 4, "words_out": 4, "hidden_size": 16}
    translator = build_translator(facts, seed=0)
    splits = TASK.sample(300, 0), TASK.sample(64, 1)
    return translator, train_translator(translator, *splits, recipe, batch_seed=0, **more)


def test_training_learns_and_is_the_same_when_it_was_cut_off(tmp_path):
    class Cut(Checkpoint):
        def is_due(self):
            return True

        def save(self, *arguments):
            super().save(*arguments)
            if arguments[1]["step"] == 130:
                raise KeyboardInterrupt

    whole, result = trained()
    assert result.history["dev_accuracy"][-1] > 0.99
    assert result.history["step"] == list(range(30, 301, 30))
    with pytest.raises(KeyboardInterrupt):
        trained(checkpoint=Cut(tmp_path / "c.safetensors", {}, print))
    lines = []
    checkpoint = Checkpoint(tmp_path / "c.safetensors", {}, lines.append)
    again, resumed = trained(checkpoint=checkpoint, log=lines.append)
    assert lines[0] == "goes on from the checkpoint of step 130"
    assert resumed.history == result.history
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name])


def test_what_cannot_be_trained_is_told():
    with pytest.raises(Diverged, match="not finite"):
        trained(Recipe(learning_rate=math.inf, l2=0.0, steps=50))
    with pytest.raises(ValueError, match="as a whole"):
        trained(Recipe(learning_rate=0.1, l2=0.0, steps=5, trained="readout"))
    _, result = trained(Recipe(learning_rate=0.1, l2=0.0, steps=0))
    assert result.history["step"] == [0]
