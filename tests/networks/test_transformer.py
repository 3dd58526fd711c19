"""A transformer in the place of a cell: causal, trained as a cell is, and opened by exchange."""

import pytest
import torch
from averages import averaging
from torch import nn

from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.evaluation import evaluate
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.training import train
from rnn_geometry.networks.transformer import CausalTransformer
from rnn_geometry.networks.whole_texts import carried, word_kicks
from rnn_geometry.tasks.synthetic import build_task

NAME = "rnn_geometry.networks.transformer:CausalTransformer"
FACTS = {
    "cell": NAME,
    "hidden_size": 16,
    "classes": 3,
    "readout_bias": False,
    "readout_scale": 1.0,
    "cell_options": {"layers": 2, "heads": 2},
}


def made(layers=2, seed=0):
    cell = CausalTransformer(5, 8, layers=layers, heads=2)
    cell.reset_parameters(torch.Generator().manual_seed(seed))
    return cell.double().eval()


def drawn(texts=4, words=6, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(texts, words, 5, generator=generator, dtype=torch.float64)


def test_a_place_knows_nothing_of_what_comes_after_it():
    cell, words = made(), drawn()
    changed = words.clone()
    changed[:, 4:] += 1
    assert (cell.unroll(words) - cell.unroll(changed))[:, 4:].abs().max() > 0.1
    torch.testing.assert_close(cell.unroll(words)[:, :4], cell.unroll(changed)[:, :4])
    torch.testing.assert_close(cell.unroll(words)[:, :4], cell.unroll(words[:, :4]))


def test_places_are_told_apart():
    cell = made()
    same = drawn(1, 1).expand(1, 6, 5)
    first, *others = cell.unroll(same)[0]
    assert all((other - first).abs().max() > 1e-3 for other in others)


def test_streams_that_are_given_stand_in_the_place_of_its_own():
    cell, mine, other = made(), drawn(seed=1), drawn(seed=2)
    given, nowhere = cell.streams(other), torch.zeros(4, 6, dtype=torch.bool)
    torch.testing.assert_close(cell.unroll_with(mine, given, nowhere), cell.unroll(mine))
    torch.testing.assert_close(cell.unroll_with(mine, given, ~nowhere), cell.unroll(other))
    first = nowhere.clone()
    first[:, :3] = True
    spliced = torch.cat([other[:, :3], mine[:, 3:]], 1)
    torch.testing.assert_close(cell.unroll_with(mine, given, first), cell.unroll(spliced))


def test_weights_follow_from_the_seed():
    one, again, other = made(), made(), made(seed=1)
    assert all(
        torch.equal(*pair) for pair in zip(one.parameters(), again.parameters(), strict=True)
    )
    assert not torch.equal(one.entry.weight, other.entry.weight)
    scales = [module.weight for module in one.modules() if isinstance(module, nn.LayerNorm)]
    assert len(scales) == 5
    assert all((scale == 1).all() for scale in scales)


@pytest.mark.parametrize("options", [{"layers": 0}, {"heads": 3}, {"heads": 0}])
def test_sizes_that_do_not_go_together_are_refused(options):
    with pytest.raises(ValueError, match="heads divide the 8 units"):
        CausalTransformer(5, 8, **options)


def test_it_has_no_step_and_starts_from_no_state():
    cell = made()
    with pytest.raises(TypeError, match="no step"):
        cell(torch.zeros(1, 8), torch.zeros(1, 5))
    with pytest.raises(ValueError, match="cannot start"):
        cell.unroll(drawn(), torch.zeros(4, 8))


def test_it_is_trained_as_a_cell_is():
    task = build_task(family="categorical", classes=3, length=8)
    sizes = enumerate((1500, 200, 300))
    learned, dev, test = (task.sample(size, seed) for seed, size in sizes)
    network = build_classifier(FACTS, task.word_vectors(), seed=0)
    before = evaluate(network.eval(), test)[1]
    train(network, learned, dev, Recipe(learning_rate=5e-3, l2=0.0, steps=120), batch_seed=0)
    assert before < 0.6
    assert evaluate(network.eval(), test)[1] > 0.95


def test_of_two_words_the_first_place_carries_all_there_is():
    tokens = torch.randint(3, (200, 2), generator=torch.Generator().manual_seed(0))
    found = carried(averaging(), tokens, seed=0)
    assert found.pairs > 20
    assert (found.one_place, found.other_places) == (1.0, 0.0)


def test_a_mean_over_all_places_is_not_carried_by_one():
    tokens = torch.randint(3, (300, 21), generator=torch.Generator().manual_seed(0))
    found = carried(averaging(), tokens, seed=0)
    assert found.pairs > 50
    assert found.one_place < 0.3
    assert found.other_places > 0.7


def test_what_cannot_be_exchanged_is_refused_and_too_few_pairs_say_nothing():
    network, tokens = averaging(), torch.zeros(30, 4, dtype=torch.long)
    assert carried(network, tokens, seed=0).pairs == 0
    assert carried(network, tokens, seed=0).one_place != carried(network, tokens, seed=0).one_place
    with pytest.raises(ValueError, match="first half"):
        carried(network, tokens[:, :1], seed=0)
    stepping = build_classifier(FACTS | {"cell": "gru", "cell_options": {}}, torch.eye(3), seed=0)
    with pytest.raises(ValueError, match="has a step"):
        carried(stepping, tokens, seed=0)


def test_a_word_of_a_mean_kicks_alike_wherever_it_stands_and_the_neutral_one_not_at_all():
    network = averaging()
    kicks = word_kicks(network, neutral=0, length=5)
    assert kicks.shape == (3, 3)
    torch.testing.assert_close(kicks[0], torch.zeros(3))
    text = torch.tensor([[0, 0, 1, 0, 0], [0, 0, 0, 0, 0]])
    with torch.no_grad():
        one, none = network(text, torch.tensor([5, 5]))
    torch.testing.assert_close(kicks[1], one - none, atol=1e-3, rtol=1e-3)
    assert kicks[1].argmax() == 1
