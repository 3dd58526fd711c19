"""The optimiser, the batches, which weights are kept, what is said when training fails."""

import itertools
import math
import re
import subprocess
import sys

import numpy as np
import pytest
import torch

from rnn_geometry.errors import UserError
from rnn_geometry.networks import _batches, _course, _learner, evaluation, training
from rnn_geometry.networks._learner import Learner
from rnn_geometry.networks._row_adam import Adam, RowAdam
from rnn_geometry.networks._trainer import Trainer
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.training import Recipe
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.synthetic import build_task

NETWORK = {
    "cell": "gru",
    "hidden_size": 16,
    "embedding_size": 4,
    "cell_options": {},
    "readout_bias": True,
    "readout_scale": 1.0,
    "words": 4,
    "classes": 3,
}
TASK = build_task("categorical", classes=3, length=10)
TRAIN, DEV = TASK.sample(320, 0), TASK.sample(64, 1)


def classifier_of(seed=0, words=None, **changes):
    return build_classifier(
        {**NETWORK, **changes}, TASK.word_vectors() if words is None else words, seed=seed
    )


def recipe_of(**changes):
    return Recipe(
        **{
            "learning_rate": 1e-2,
            "l2": 0.0,
            "epochs": 2,
            "batch_size": 32,
            "schedule": "constant",
            **changes,
        }
    )


def run(recipe, seed=0, batch_seed=0, log=lambda line: None):
    network = classifier_of(seed)
    return network, training.train(network, TRAIN, DEV, recipe, batch_seed=batch_seed, log=log)


def weights_of(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


def same(one, two):
    return all(torch.equal(one[name], two[name]) for name in one)


def adam_of(weights, betas, eps):
    return Adam(weights, (torch.zeros_like(weights), torch.zeros_like(weights)), betas, eps)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_adam_equals_the_one_of_torch(dtype, tolerance):
    generator = np.random.default_rng(0)
    ours = torch.from_numpy(generator.normal(size=(3, 5))).to(dtype)
    theirs = torch.nn.Parameter(ours.clone())
    mine = adam_of(ours, (0.8, 0.95), 1e-3)
    other = torch.optim.Adam([theirs], lr=1.0, betas=(0.8, 0.95), eps=1e-3)
    for rate in (0.1, 0.05, 0.2, 0.01, 0.1, 0.3):
        gradient = torch.from_numpy(generator.normal(size=ours.shape)).to(dtype)
        theirs.grad = gradient.clone()
        other.param_groups[0]["lr"] = rate
        mine.step(gradient, rate)
        other.step()
        torch.testing.assert_close(ours, theirs.detach(), rtol=tolerance, atol=tolerance)


def rare_rows(steps, words=200):
    """Yield the rows that each step uses, some often and most rarely, and their gradient."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(steps):
        rows = torch.unique((torch.rand(10, generator=generator) ** 3 * words).long())
        yield rows, torch.randn(len(rows), 8, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("betas", [(0.9, 0.99), (0.9, 0.9), (0.0, 0.9)])
def test_adam_by_row_ends_where_dense_adam_does(betas):
    start = torch.randn(200, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    dense, by_row = start.clone(), start.clone()
    one, other = adam_of(dense, betas, 1e-16), RowAdam(by_row, betas, 1e-16, 400)
    for step, (rows, gradient) in enumerate(rare_rows(400)):
        rate = 2e-3 * (1 - step / 400)
        whole = torch.zeros_like(dense)
        whole[rows] = gradient
        one.step(whole, rate)
        other.take(rows)
        other.step(gradient, rate)
    # Rows not asked for since have stayed behind, where there is momentum.
    assert ((by_row - dense).abs().max() > 1e-6) == (betas[0] > 0)
    other.settle()
    torch.testing.assert_close(by_row, dense, rtol=0, atol=1e-9)
    assert (dense - start).abs().max() > 0.01


def test_word_vectors_without_penalty_are_trained_by_row_as_by_dense_adam(monkeypatch):
    learned = build_classifier({**NETWORK, "words": 4}, None, seed=0)
    dense = build_classifier({**NETWORK, "words": 4}, None, seed=0)
    recipe = recipe_of(l2=1e-3, l2_on="text", clip=0.5)
    training.train(learned, TRAIN, DEV, recipe, batch_seed=0)
    monkeypatch.setattr(_learner, "moves_by_row", lambda *facts: False)
    training.train(dense, TRAIN, DEV, recipe, batch_seed=0)
    assert not any(
        weight is learned.embedding for weight in _learner.penalised_weights(learned, "text")
    )
    torch.testing.assert_close(learned.state_dict(), dense.state_dict(), rtol=0, atol=1e-4)


def test_penalised_word_vectors_are_trained_as_a_whole():
    network = build_classifier({**NETWORK, "words": 4}, None, seed=0)

    def by_row(classifier, **recipe):
        return Learner(classifier, recipe_of(**recipe), 5).words is not None

    assert not by_row(network, l2_on="all")
    assert by_row(network, l2_on="text")
    assert not by_row(network, l2_on="text", betas=(0.9, 0.8))
    assert not by_row(classifier_of(), l2_on="text")


def test_schedules():
    cosine, exponential, constant = (
        recipe_of(learning_rate=0.2, schedule=name, decay=0.5).rate_at(10)
        for name in ("cosine", "exponential", "constant")
    )
    assert [cosine(1), cosine(6)] == pytest.approx([0.2, 0.1])
    assert cosine(10) == pytest.approx(0.1 * (1 + math.cos(0.9 * math.pi)))
    assert [exponential(step) for step in (1, 2, 3)] == pytest.approx([0.2, 0.1, 0.05])
    assert [constant(step) for step in (1, 7)] == [0.2, 0.2]


def test_the_rate_of_the_schedule_is_used():
    rates = run(recipe_of(schedule="exponential", decay=0.5, epochs=2))[1].history["learning_rate"]
    assert rates == pytest.approx([1e-2 * 0.5**9, 1e-2 * 0.5**19])


def test_a_recipe_out_of_settings():
    settings = {**vars(recipe_of()), "l2": "1e-4", "betas": [0.5, 0.6], "cell": "gru"}
    recipe = Recipe.from_settings(settings)
    assert (recipe.l2, recipe.betas, recipe.batch_size) == (1e-4, (0.5, 0.6), 32)


@pytest.mark.parametrize("n", [1, 16, 1999])
def test_batches_cover_every_row_once(n):
    lengths = np.random.default_rng(1).integers(1, 50, n)
    order = _batches.bucketed_order(lengths, 16, np.random.default_rng(0))
    assert sorted(np.concatenate(order).tolist()) == list(range(n))
    assert len(order) == math.ceil(n / 16)
    assert max(map(len, order)) <= 16


def test_batches_hold_nearly_equal_lengths_in_random_order():
    lengths = np.random.default_rng(1).integers(1, 50, 2000)
    first, again, other = (
        _batches.bucketed_order(lengths, 16, np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    spread = [np.ptp(lengths[rows]) for rows in first]
    assert np.mean(spread) < 3
    assert max(spread) < 8
    assert [rows.tolist() for rows in first] == [rows.tolist() for rows in again]
    assert [rows.tolist() for rows in first] != [rows.tolist() for rows in other]
    means = [lengths[rows].mean() for rows in first]
    assert abs(np.corrcoef(means[1:], means[:-1])[0, 1]) < 0.5


def test_every_epoch_has_a_new_order():
    stream = _batches.index_stream(TRAIN.lengths, 32, np.random.default_rng(0))
    first, second = (np.concatenate([next(stream) for _ in range(10)]) for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(320))
    assert not np.array_equal(first, second)


def test_weights_follow_from_the_seeds():
    recipe = recipe_of(epochs=1)
    first, again, batches, start = (
        weights_of(run(recipe, *seeds)[0]) for seeds in ((0, 0), (0, 0), (0, 1), (1, 0))
    )
    assert same(first, again)
    assert not same(first, batches)
    assert not same(first, start)


def plan(monkeypatch, losses):
    """Let the dev losses be `losses`; return the list of the weights at each evaluation."""
    seen = []

    def evaluate(classifier, sentences):
        seen.append(weights_of(classifier))
        return losses[len(seen) - 1], 0.5

    monkeypatch.setattr(_course, "evaluate", evaluate)
    return seen


def test_the_weights_with_the_lowest_dev_loss_are_kept(monkeypatch):
    seen = plan(monkeypatch, [0.9, 0.4, 0.6, 0.4])
    network, result = run(recipe_of(epochs=4))
    assert len(seen) == 4
    assert same(weights_of(network), seen[1])
    assert not same(seen[1], seen[3])
    assert result.best_step == 20
    assert result.history["dev_loss"] == [0.9, 0.4, 0.6, 0.4]


def test_a_network_that_gets_worse_goes_back():
    # Such steps are chaos: which rate ends badly differs from processor to processor.
    for rate in (0.5, 0.7, 1.0, 1.5, 2.0):
        network, result = run(recipe_of(learning_rate=rate, epochs=6))
        losses = result.history["dev_loss"]
        if losses[-1] > min(losses):
            break
    assert losses[-1] > min(losses)
    assert training.evaluate(network, DEV)[0] == pytest.approx(min(losses), rel=1e-6)
    assert result.best_step == result.history["step"][int(np.argmin(losses))]


def test_patience_stops_early_and_says_so(monkeypatch):
    seen, lines = plan(monkeypatch, [0.9, 0.4, 0.6, 0.5, 0.1]), []
    network, result = run(recipe_of(epochs=5, patience=2), log=lines.append)
    assert len(seen) == 4
    assert same(weights_of(network), seen[1])
    assert lines[-1] == "stopped at step 40: no better dev loss in 2 evaluations"
    assert result.history["step"] == [10, 20, 30, 40]


@pytest.mark.parametrize(
    ("length", "evaluated"),
    [
        ({"epochs": 3}, [10, 20, 30]),
        ({"epochs": None, "steps": 20}, list(range(2, 21, 2))),
        ({"epochs": None, "steps": 25}, [*range(2, 25, 2), 25]),
        ({"epochs": None, "steps": 3}, [1, 2, 3]),
    ],
)
def test_one_line_for_each_evaluation(length, evaluated):
    lines = []
    history = run(recipe_of(**length), log=lines.append)[1].history
    assert history["step"] == evaluated
    assert history["epoch"] == list(range(1, len(evaluated) + 1))
    assert set(history) == set(training.HISTORY)
    assert [int(re.search(r"step +(\d+)", line)[1]) for line in lines] == evaluated
    for line, loss in zip(lines, history["dev_loss"], strict=True):
        assert f"dev loss {loss:.4f}" in line
        assert "\n" not in line


def test_what_is_under_l2():
    network = build_classifier(NETWORK, None, seed=0)
    names = {id(weight): name for name, weight in network.named_parameters()}
    assert "embedding" in names.values()
    found = {
        kind: {names[id(w)] for w in _learner.penalised_weights(network, kind)}
        for kind in ("all", "text")
    }
    assert found["all"] == set(names.values())
    assert found["text"] == {"cell.weight_ih", "cell.weight_hh", "readout.weight"}


@pytest.mark.parametrize("l2_on", ["all", "text"])
def test_l2_reaches_the_gradient(l2_on):
    network, index = classifier_of(), np.arange(32)
    tokens, lengths, labels = _batches.batch(TRAIN, index)
    kept = [w for n, w in network.named_parameters() if l2_on == "all" or "bias" not in n]
    loss = torch.nn.functional.cross_entropy(network(tokens, lengths), labels) + 0.3 * sum(
        (w**2).sum() for w in kept
    )
    gradients = torch.autograd.grad(loss, list(network.parameters()))
    expected = math.sqrt(sum(float(g.square().sum()) for g in gradients))
    learner = Learner(network, recipe_of(l2=0.3, l2_on=l2_on), 1)
    Trainer([learner], 1).step(1, _batches.Batches(TRAIN, 32).draw([index]))
    assert learner.summary()["gradient_norm"] == pytest.approx(expected, rel=1e-5)


def test_gradients_are_clipped():
    network = classifier_of()
    before = weights_of(network)
    learner = Learner(network, recipe_of(learning_rate=1.0, eps=1.0, clip=1e-3), 1)
    Trainer([learner], 1).step(1, _batches.Batches(TRAIN, 32).draw([np.arange(32)]))
    moved = math.sqrt(
        sum(
            float((value - before[name]).square().sum())
            for name, value in network.state_dict().items()
        )
    )
    assert learner.norms[0] > 1e-2  # the norm before the clip
    assert moved == pytest.approx(1e-3, rel=1e-2)  # the first step is rate * g / (|g| + eps)


def test_a_loss_that_is_not_finite_is_explained():
    with pytest.raises(
        UserError, match=r"at step 2, learning rate 1e\+39, gradient norm nan; lower learning_rate"
    ):
        run(recipe_of(learning_rate=1e39))
    words = TASK.word_vectors()
    words[0] = np.nan
    with pytest.raises(
        UserError, match=r"loss \(nan\) .* at step 1, learning rate 0\.01, gradient norm nan"
    ):
        training.train(classifier_of(words=words), TRAIN, DEV, recipe_of(), batch_seed=0)


class Table(torch.nn.Module):
    """Logits by the first word, whatever follows it."""

    def __init__(self, rows):
        super().__init__()
        self.rows = torch.nn.Parameter(torch.tensor(rows))

    def forward(self, tokens, lengths):
        return self.rows[tokens[:, 0]]


def test_a_multi_label_sentence_is_right_when_all_its_labels_are():
    logits = [[2.0, -1.0], [2.0, 1.0], [-3.0, 0.5], [0.0, -1.0]]
    labels = np.array(
        [[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.int8
    )  # right; one wrong; right; both wrong
    sentences = Sentences.from_lists([[0], [1], [2, 0], [3, 0, 0]], labels)
    signed = np.array(logits) * np.where(labels, -1, 1)
    for batch_size in (3, 512):
        loss, accuracy = training.evaluate(Table(logits), sentences, batch_size)
        assert accuracy == 0.5
        assert loss == pytest.approx(np.log1p(np.exp(signed)).mean(), rel=1e-5)


def test_accuracy_and_loss_of_classes():
    logits = [[2.0, -1.0, 0.0], [0.0, 1.0, 0.0], [-3.0, 0.5, 1.0], [0.0, 5.0, 0.0]]
    sentences = Sentences.from_lists([[3, 1, 1], [0], [1, 0], [2]], np.array([1, 0, 0, 2]))
    log_p = np.array(logits) - np.log(np.exp(logits).sum(1, keepdims=True))
    expected = -np.mean([log_p[3, 1], log_p[0, 0], log_p[1, 0], log_p[2, 2]])
    for batch_size in (3, 512):
        loss, accuracy = training.evaluate(Table(logits), sentences, batch_size)
        assert accuracy == 0.75
        assert loss == pytest.approx(expected, rel=1e-5)


def test_learns_a_small_task():
    network = classifier_of()
    recipe = recipe_of(learning_rate=2e-2, epochs=None, steps=200, batch_size=64, schedule="cosine")
    assert training.evaluate(network, DEV)[1] < 0.8
    history = training.train(network, TASK.sample(2000, 2), DEV, recipe, batch_seed=0).history
    assert training.evaluate(network, TASK.sample(500, 3))[1] > 0.9
    assert history["train_loss"][-1] < 0.5 * history["train_loss"][0]


@pytest.mark.parametrize(
    ("sentences", "min_steps", "steps"),
    [
        (64, None, [2, 4]),  # two epochs of two steps
        (64, 3, [2, 4]),  # fewer than they are
        (64, 20, list(range(2, 21, 2))),
        (64, 5, [1, 2, 3, 4, 5]),
        (20, 1, [1, 2]),
    ],
)
def test_few_sentences_are_read_until_there_are_enough_steps(sentences, min_steps, steps):
    recipe = recipe_of(min_steps=min_steps)
    result = training.train(classifier_of(), TASK.sample(sentences, 2), DEV, recipe, batch_seed=0)
    assert result.history["step"] == steps


def test_a_training_says_whether_its_loss_was_still_falling():
    def falling(steps):
        recipe = recipe_of(learning_rate=1e-2, epochs=None, steps=steps, schedule="cosine")
        options = {"recipe": recipe, "batch_seed": 0}
        return training.train(classifier_of(), TASK.sample(2000, 2), DEV, **options).loss_falling

    assert [falling(steps) for steps in (0, 20, 600)] == [False, True, False]


def test_a_recipe_of_older_settings_has_no_least_number_of_steps():
    known = {**vars(recipe_of()), "l2": "3e-4"}
    del known["min_steps"]
    assert Recipe.from_settings(known).min_steps is None


def test_learns_several_labels():
    task = build_task("multilabel", labels=2, length=5)
    network = classifier_of(words=task.word_vectors(), classes=2)
    recipe = recipe_of(learning_rate=2e-2, epochs=None, steps=150, batch_size=64)
    training.train(network, task.sample(2000, 0), task.sample(200, 1), recipe, batch_seed=0)
    assert training.evaluate(network, task.sample(500, 3))[1] > 0.8


def test_training_does_not_import_the_compiler():
    code = """
import sys
from rnn_geometry.networks import training
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.tasks.synthetic import build_task

task = build_task("categorical", classes=3, length=4)
facts = {"cell": "gru", "hidden_size": 4, "cell_options": {}, "classes": 3}
facts |= {"readout_bias": True, "readout_scale": 1}
recipe = training.Recipe(learning_rate=0.01, l2=1e-4, epochs=1)
classifier = build_classifier(facts, task.word_vectors(), seed=0)
training.train(classifier, task.sample(20, 0), task.sample(20, 1), recipe, batch_seed=0)
print("torch._dynamo" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"


def test_the_last_weights_are_kept_on_request():
    recipe = {"learning_rate": 0.05, "epochs": 6, "schedule": "constant"}
    best, found = run(recipe_of(**recipe))
    last, ended = run(recipe_of(**recipe, keep_weights="last"))
    assert found.history == ended.history
    assert ended.best_step == ended.history["step"][-1] == 60
    loss = ended.history["dev_loss"]
    assert training.evaluate(last, DEV)[0] == pytest.approx(loss[-1], rel=1e-5)
    assert training.evaluate(best, DEV)[0] == pytest.approx(min(loss), rel=1e-5)


def plainly(network, recipe, batch_seed):
    """Train the readout of a network by torch's own Adam, on what it sees of each sentence."""
    seen = evaluation.read(network, TRAIN)
    labels, weights = torch.from_numpy(TRAIN.labels), list(network.readout.parameters())
    options = {"betas": recipe.betas, "eps": recipe.eps}
    adam = torch.optim.Adam(weights, lr=recipe.learning_rate, **options)
    rows = _batches.index_stream(
        TRAIN.lengths, recipe.batch_size, np.random.default_rng(batch_seed)
    )
    for index in itertools.islice(rows, recipe.steps):
        adam.zero_grad()
        loss = torch.nn.functional.cross_entropy(network.readout(seen[index]), labels[index])
        (loss + recipe.l2 * sum((weight**2).sum() for weight in weights)).backward()
        torch.nn.utils.clip_grad_norm_(weights, recipe.clip)
        adam.step()


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_readout_alone_learns_as_by_plain_torch_while_all_else_stays(cell):
    recipe = recipe_of(l2=1e-3, epochs=None, steps=25, trained="readout", keep_weights="last")
    before, expected, found = (classifier_of(cell=cell) for _ in range(3))
    plainly(expected, recipe, batch_seed=4)
    result = training.train(found, TRAIN, DEV, recipe, batch_seed=4)
    for name, weight in found.state_dict().items():
        if name.startswith("readout."):
            torch.testing.assert_close(weight, expected.state_dict()[name], rtol=1e-4, atol=1e-5)
            assert not torch.equal(weight, before.state_dict()[name])
        else:
            assert torch.equal(weight, before.state_dict()[name])
    assert result.history["step"][-1] == 25


def test_learned_word_vectors_stay_where_the_readout_alone_learns():
    network = build_classifier(NETWORK, None, seed=0)
    before = network.embedding.detach().clone()
    training.train(network, TRAIN, DEV, recipe_of(trained="readout"), batch_seed=0)
    assert torch.equal(network.embedding, before)


def test_what_a_network_sees_is_what_its_logits_are_made_of():
    network = classifier_of()
    tokens, lengths = (torch.from_numpy(part) for part in DEV.padded())
    expected = network(tokens, lengths)
    torch.testing.assert_close(network.readout(evaluation.read(network, DEV, 7)), expected)
