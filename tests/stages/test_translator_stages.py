"""From pairs of phrases to the numbers of a translator: of a hand-built one they are known."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from clocks import shifted_translator

from rnn_geometry.errors import UserError
from rnn_geometry.geometry.component_nulls import places_shuffled, words_permuted
from rnn_geometry.geometry.translator_tables import NULLS, TRANSLATORS, why_not_judged
from rnn_geometry.identity import Network
from rnn_geometry.networks.translators.states import visit_pairs
from rnn_geometry.plotting.attention import Translated, plot_attention
from rnn_geometry.stages import components, prepare_pairs, train_translator
from rnn_geometry.stages.components import Halves, components_of, means_of
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.translator_nulls import null_numbers
from rnn_geometry.store.translations import (
    PairMeta,
    PairWords,
    Translation,
    TranslatorComponents,
    TranslatorRecord,
)
from rnn_geometry.tasks.pairs.families import build_pair_task
from rnn_geometry.tasks.pairs.pairs import UNKNOWN_SOURCE, Pairs, read_pairs

LENGTH, AHEAD = 9, 2
SIZES = {"train_size": 60, "dev_size": 20, "test_size": 40, "data_seed": 0}
TASK = {"name": "copy", "family": "one_to_one", "words": 3, "length": [2, 4], **SIZES}
OWN = {
    **{"cell": "gru", "architecture": "aed", "alignment": "plain", "positions": None},
    **{"feedback": "own", "hidden_size": 8, "cell_options": {}, "readout_scale": 1.0},
    **{"learning_rate": 1e-2, "l2": "1e-5", "steps": 20, "epochs": None, "batch_size": 8},
    **{"betas": [0.9, 0.99], "clip": 5.0, "keep_weights": "best", "patience": None},
}


def prepared(folder, task, **files):
    logged = []
    output = [str(folder / "pairs/train.parquet")]
    prepare_pairs.run(files, output, SimpleNamespace(task=task), logged.append)
    splits = {s: read_pairs(folder / f"pairs/{s}.parquet") for s in ("train", "dev", "test")}
    return splits, PairMeta.read(folder), logged


# Pairs


def test_pairs_of_a_task_are_its_own(tmp_path):
    splits, meta, logged = prepared(tmp_path / "a", TASK)
    assert [len(pairs) for pairs in splits.values()] == [60, 20, 40]
    assert logged == ["copy: 60 train, 20 dev, 40 test pairs"]
    assert PairWords.read(tmp_path / "a").words_in[2:] == ["in_0", "in_1", "in_2"]
    assert (meta["kind"], meta["learned_above"]) == ("pairs", 0.99)
    again, *_ = prepared(tmp_path / "b", TASK)
    other, *_ = prepared(tmp_path / "c", {**TASK, "data_seed": 1})
    rows = [found["train"].inputs.values.tolist() for found in (splits, again, other)]
    assert rows[0] == rows[1] != rows[2]
    assert splits["train"].inputs.values[:40].tolist() != splits["test"].inputs.values[:40].tolist()


def test_permuted_targets_are_those_of_other_pairs(tmp_path):
    plain, *_ = prepared(tmp_path / "a", TASK)
    shuffled = {**TASK, "name": "copy-shuffled", "shuffled_labels": True}
    permuted, *_ = prepared(tmp_path / "b", shuffled)
    assert permuted["train"].inputs.values.tolist() == plain["train"].inputs.values.tolist()
    one, other = (sorted(p["train"].targets.lengths) for p in (plain, permuted))
    assert one == other
    assert permuted["train"].targets.values.tolist() != plain["train"].targets.values.tolist()
    assert (permuted["train"].sources.values == UNKNOWN_SOURCE).all()
    assert permuted["test"].targets.values.tolist() == plain["test"].targets.values.tolist()


def test_splits_of_a_file_share_no_pair(tmp_path):
    rows = "\n".join(f"word{i},mot{i}" for i in range(20))
    (tmp_path / "own.csv").write_text(f"en,fr\n{rows}\n")
    own = {"name": "own", "family": "parallel", "file": "gone.csv", "input": "en", "output": "fr"}
    task = {**own, "train_size": 10, "dev_size": 4, "test_size": 6, "data_seed": 0}
    splits, meta, _ = prepared(tmp_path / "data", task, file=str(tmp_path / "own.csv"))
    seen = [set(pairs.inputs.padded()[:, 0].tolist()) for pairs in splits.values()]
    assert [len(words) for words in seen] == [10, 4, 6]
    assert not seen[0] & seen[1] | seen[0] & seen[2] | seen[1] & seen[2]
    assert meta["learned_above"] is None


def test_too_few_pairs_are_refused(tmp_path):
    with pytest.raises(UserError, match="task 'copy': test_size is 3; accepted is 4 or more"):
        prepared(tmp_path, {**TASK, "test_size": 3})


# A hand-built network


def shifted_pairs(seed):
    pairs = build_pair_task("one_to_one", words=3, length=LENGTH).sample(200, seed)
    places = (np.arange(LENGTH) + AHEAD) % LENGTH
    rows = [pairs.inputs.row(i) for i in range(len(pairs))]
    return Pairs.from_lists(rows, [row[places] for row in rows], [places] * len(pairs))


@pytest.fixture(scope="module")
def clock():
    translator, halves = shifted_translator(3, LENGTH, AHEAD), Halves(*map(shifted_pairs, (0, 1)))
    visits = [visit_pairs(translator, half) for half in halves]
    return translator, halves, visits


def test_what_is_shown_of_a_clock_is_known(clock):
    translator, halves, visits = clock
    means = means_of(translator, visits[0])
    found = components_of(translator, halves.second, visits[1], means)
    places = (np.arange(LENGTH) + AHEAD) % LENGTH
    assert found.attention.argmax(1).tolist() == places.tolist()
    assert found.temporal.argmax(1).tolist() == places.tolist()
    assert np.allclose(found.temporal.mean(1), 0)
    assert np.allclose(found.offset, found.known_offset, atol=0.01)
    assert found.known_offset[0] == AHEAD
    assert found.shares[0, 0] == pytest.approx(1)
    assert (found.said == found.targets).all()
    assert (found.inputs == halves.second.inputs.padded()[:8]).all()
    total = found.terms_shown.sum((1, 2))
    assert (total.argmax(-1) == found.sources).all()


def test_by_chance_nothing_is_left_of_a_clock(clock):
    found = null_numbers(*clock, np.random.default_rng(0))
    assert list(found) == list(NULLS)
    for name in ("explained_encoder_random", "word_r2_encoder_random", "share_mu_mu_random"):
        assert abs(found[name]) < 0.1, name
    assert found["clock_r2_random"] < 0.2
    assert found["rest_accuracy_lost_random"] > 0.3


# Nulls and measures


def test_shuffled_places_keep_states_with_their_words():
    rng = np.random.default_rng(0)
    words, lengths = rng.integers(1, 9, size=(50, 6)), rng.integers(1, 7, size=50)
    states = np.repeat(words[:, :, None], 2, 2).astype(float)
    moved, of_words, same = places_shuffled(states, words, lengths, rng)
    assert (moved[:, :, 0] == of_words).all()
    assert (same == lengths).all()
    assert (of_words != words).any()
    for row, (one, other) in enumerate(zip(words, of_words, strict=True)):
        end = lengths[row]
        assert sorted(one[:end]) == sorted(other[:end])
        assert one[end:].tolist() == other[end:].tolist()
    permuted = words_permuted(words, lengths, rng)
    inside = np.arange(6) < lengths[:, None]
    assert sorted(permuted[inside]) == sorted(words[inside])
    assert (permuted[~inside] == words[~inside]).all()


def test_why_a_translator_is_not_judged():
    known = {"control": None, "word_accuracy": 0.995, "learned_above": 0.99}
    assert why_not_judged(known, falling=False) == ""
    assert why_not_judged(known, falling=True) == "loss still falling"
    assert why_not_judged({**known, "word_accuracy": 0.98}, falling=True) == "not learned"
    assert why_not_judged({**known, "word_accuracy": 0, "learned_above": None}, falling=None) == ""
    assert why_not_judged({**known, "control": "untrained", "word_accuracy": 0}, falling=True) == ""


# From files to files


def job(root, network, own, output):
    data = root / "data" / network.task
    files = {s: str(data / f"pairs/{s}.parquet") for s in ("train", "dev", "test")}
    files |= {"vocab": str(data / "pairs/vocab.json"), "meta": str(data / "meta.json")}
    folder = root / network.folder
    folder.mkdir(parents=True, exist_ok=True)
    made = {
        **{"model": "model.safetensors", "run": "run.json", "history": "history.parquet"},
        **{"components": "components.npz", "translation": "translation.json"},
    }
    paths = {name: str(folder / file) for name, file in made.items()}
    names = {"network": network, "own": own, "settings": {}, "fingerprint": "f"}
    return NetworkJob(
        **names,
        input={**files, **paths},
        output={name: paths[name] for name in output},
        device="cpu",
        threads=1,
        log=lambda line: None,
    )


TRAINED, ANALYSED = ("model", "run", "history"), ("components", "translation")


@pytest.mark.parametrize("architecture", ["ved", "aed", "ao"])
def test_numbers_of_every_architecture_have_their_columns(tmp_path, architecture):
    prepared(tmp_path / "data/copy", TASK)
    network = Network("copy", "own", "1e-5", 0)
    own = {**OWN, "architecture": architecture, "alignment": "plain"}
    train_translator.run(job(tmp_path, network, own, TRAINED))
    components.run(job(tmp_path, network, None, ANALYSED))
    found = Translation.read(tmp_path / network.folder)
    assert list(found) == sorted(TRANSLATORS)
    assert found["positions"] == int(architecture == "ao")
    assert (found["share_mu_mu_random"] is None) == (architecture == "ved")
    assert (found["clock_r2_random"] is None) == (architecture == "ao")
    arrays = TranslatorComponents.read(tmp_path / network.folder)
    assert np.isnan(arrays.attention).all() == (architecture == "ved")


def test_halves_of_the_test_split_may_differ_in_their_longest_phrase(tmp_path):
    splits, *_ = prepared(tmp_path / "data/copy", {**TASK, "length": [2, 12], "test_size": 6})
    lengths = [half.lengths.max() for half in Halves.of(splits["test"])]
    assert lengths[0] != lengths[1]
    network = Network("copy", "own", "1e-5", 0)
    train_translator.run(job(tmp_path, network, OWN, TRAINED))
    components.run(job(tmp_path, network, None, ANALYSED))
    arrays = TranslatorComponents.read(tmp_path / network.folder)
    assert len(arrays.encoder_places) == lengths[0]
    assert arrays.attention.shape[1] == lengths[1]
    drawn = Translated(
        title="a", facts="", arrays=arrays, words=PairWords.read(tmp_path / "data/copy")
    )
    assert len(plot_attention(drawn).axes) > 6


def test_the_same_network_twice_has_equal_files_and_its_control_its_first_weights(tmp_path):
    weights = []
    for part, own in (("a", OWN), ("b", OWN), ("c", {**OWN, "steps": 0})):
        prepared(tmp_path / part / "data/copy", TASK)
        name = "own" if own["steps"] else "own-untrained"
        network = Network("copy", name, "1e-5", 0)
        train_translator.run(job(tmp_path / part, network, own, TRAINED))
        folder = tmp_path / part / network.folder
        weights.append((folder / "model.safetensors").read_bytes())
        record = TranslatorRecord.read(folder)
        assert record.control == (None if own["steps"] else "untrained")
        assert record.seeds["initialisation"] == Network("copy", "own", "1e-5", 0).seed_for(
            "initialisation"
        )
        assert not (folder / "checkpoint.safetensors").exists()
    assert weights[0] == weights[1] != weights[2]


def test_exchanged_weights_are_refused(tmp_path):
    prepared(tmp_path / "data/copy", TASK)
    network = Network("copy", "own", "1e-5", 0)
    train_translator.run(job(tmp_path, network, OWN, TRAINED))
    run = tmp_path / network.folder / "run.json"
    facts = json.loads(run.read_text())
    run.write_text(json.dumps({**facts, "weights_sha256": "0" * 64}))
    with pytest.raises(UserError, match="these are not the weights of the run"):
        components.run(job(tmp_path, network, None, ANALYSED))
