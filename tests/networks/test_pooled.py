"""A readout that looks back: what it computes, that it learns, and that others do not know it."""

from pathlib import Path

import numpy as np
import pytest
import torch

import rnn_geometry
from rnn_geometry.config.pipeline import NETWORK_STAGES
from rnn_geometry.errors import UserError
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.evaluation import evaluate
from rnn_geometry.networks.pooled import build_pooled, with_query, without_query, write_query
from rnn_geometry.networks.pooled_training import train_pooled
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.store.fingerprint import reached_modules
from rnn_geometry.tasks.synthetic import build_task

FACTS = {
    "cell": "gru", "hidden_size": 8, "classes": 3, "readout_bias": True, "readout_scale": 1.0,
    "cell_options": {}, "words": 5, "embedding_size": 4,
}  # fmt: skip
TASK = build_task("categorical", classes=3, length=[4, 8])


def asking(cell="gru", vectors=None, seed=0):
    network = build_pooled({**FACTS, "cell": cell}, vectors, seed=seed).double()
    with torch.no_grad():
        network.query.copy_(torch.linspace(-2, 3, len(network.query)))
    return network


@pytest.mark.parametrize("cell", CELLS)
def test_logits_are_those_of_the_mean_by_attention_written_out(cell):
    network = asking(cell, np.eye(5))
    texts = torch.tensor([[0, 3, 1, 4], [2, 2, 0, 0]])
    lengths = torch.tensor([4, 2])
    for text, length, logits in zip(texts, lengths, network(texts, lengths), strict=True):
        states, h = [], network.cell.initial_state(network.embedding[text[:1]])
        for word in text[:length]:
            h = network.cell(h, network.embedding[word][None])
            states.append(network.cell.output(h)[0])
        weights = torch.stack([state @ network.query for state in states]).softmax(0)
        mean = sum(w * state for w, state in zip(weights, states, strict=True))
        assert torch.allclose(network.readout(mean), logits)
    attention = network.attention(texts, lengths)
    assert torch.allclose(attention.sum(1), torch.ones(2, dtype=torch.float64))
    assert (attention[1, 2:] == 0).all()


def test_without_a_query_it_reads_the_mean_and_begins_as_its_twin():
    pooled, plain = (build(FACTS, None, seed=4) for build in (build_pooled, build_classifier))
    assert set(pooled.state_dict()) - set(plain.state_dict()) == {"query"}
    for name, weight in plain.state_dict().items():
        assert torch.equal(weight, pooled.state_dict()[name])
    texts, lengths = torch.tensor([[0, 3, 1]]), torch.tensor([3])
    mean = plain.cell.outputs(plain.words(texts)).mean(1)
    assert torch.allclose(pooled(texts, lengths), plain.readout(mean), atol=1e-6)


def trained(vectors, checkpoint=None, steps=200):
    network = build_pooled({**FACTS, "words": len(TASK.words)}, vectors, seed=0)
    splits = TASK.sample(2000, 0), TASK.sample(300, 1)
    recipe = Recipe(learning_rate=0.02, l2=1e-5, steps=steps, batch_size=32)
    result = train_pooled(network, *splits, recipe, batch_seed=0, checkpoint=checkpoint)
    return network, result


class Cut(Checkpoint):
    def is_due(self):
        return True

    def save(self, *arguments):
        super().save(*arguments)
        if arguments[1]["step"] == 70:
            raise KeyboardInterrupt


@pytest.mark.parametrize("learned_words", [False, True])
def test_it_learns_its_query_too_and_goes_on_where_it_was_cut_off(tmp_path, learned_words):
    vectors = None if learned_words else TASK.word_vectors()
    whole, result = trained(vectors)
    assert result.history["dev_accuracy"][-1] > 0.9
    assert evaluate(whole, TASK.sample(300, 2))[1] > 0.9
    assert float(whole.query.detach().norm()) > 0.1
    with pytest.raises(KeyboardInterrupt):
        trained(vectors, Cut(tmp_path / "c.safetensors", {}, print))
    again, resumed = trained(vectors, Checkpoint(tmp_path / "c.safetensors", {}, print))
    assert resumed.history == result.history
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name])


def test_an_untrained_one_is_evaluated_and_a_readout_alone_refused():
    assert trained(TASK.word_vectors(), steps=0)[1].history["step"] == [0]
    recipe = Recipe(learning_rate=0.1, l2=0.0, steps=5, trained="readout")
    with pytest.raises(ValueError, match="as a whole"):
        train_pooled(build_pooled(FACTS, None, seed=0), TASK.sample(9, 0), TASK.sample(9, 0),
                     recipe, batch_seed=0)  # fmt: skip


def test_weights_come_back_from_disk_in_two_parts(tmp_path):
    network = asking(seed=2).float()
    write_query(tmp_path / "pooling.safetensors", network)
    plain = without_query(network)
    assert set(plain.state_dict()) == set(build_classifier(FACTS, None, seed=0).state_dict())
    back = with_query(plain, tmp_path / "pooling.safetensors")
    texts, lengths = torch.tensor([[0, 3, 1]]), torch.tensor([3])
    assert torch.equal(back(texts, lengths), network(texts, lengths))
    other = build_classifier({**FACTS, "hidden_size": 9}, None, seed=0)
    with pytest.raises(UserError, match="holds no query of 9 entries"):
        with_query(other, tmp_path / "pooling.safetensors")


def test_no_stage_of_networks_that_read_their_last_state_depends_on_pooling():
    package = Path(rnn_geometry.__file__).parent
    modules = {stage.module for name, stage in NETWORK_STAGES.items() if name != "train_pooled"}
    assert len(modules) > 8
    for module in modules:
        reached = reached_modules(package / "stages" / f"{module}.py", package)
        assert not {name for name in reached if "pool" in name}, module
