"""A task and a model of one kind meet; nonsense is one sentence before any job."""

import pytest
import yaml
from conftest import PROJECT

from rnn_geometry.config.kinds import TEXT_MODEL, TRANSLATOR
from rnn_geometry.config.load import load_settings
from rnn_geometry.config.pipeline import NETWORK_STAGES
from rnn_geometry.config.plan import Plan
from rnn_geometry.errors import UserError
from rnn_geometry.store.fingerprint import reached_modules
from rnn_geometry.tasks.language.families import SOURCE_FAMILIES
from rnn_geometry.tasks.pairs.families import PAIR_FAMILIES
from rnn_geometry.tasks.running_text import RUNNING_TEXT

TRANSFORMER_CLASS = "rnn_geometry.networks.transformer:CausalTransformer"
PACKAGE = PROJECT / "workflow/rnn_geometry"
DEFAULT = yaml.safe_load((PROJECT / "config/config.yaml").read_text())
SOURCE = {"name": "bit", "family": "agreement"}
TEXT = {"name": "news", "family": "running_text", "source": {"folder": "news"}}
PAIRS = {"name": "copy", "family": "one_to_one", "words": 3, "length": 5}
CLASSES = {"name": "two", "family": "categorical", "classes": 2}
RECIPE = {"cell": "gru", "steps": 10}
MODELS = {
    "plain": RECIPE,
    **{name: {**RECIPE, "architecture": name} for name in ("ved", "aed", "ao", "lm")},
    "lm-text": {**RECIPE, "architecture": "lm", "embedding_size": 8},
    **{name: {"steps": 10, "architecture": name} for name in ("transformer", "transformer-lm")},
}


@pytest.fixture(autouse=True)
def texts(tmp_path, monkeypatch):
    """Put files where the task of running text looks for them; none of them is read."""
    (tmp_path / "data/news").mkdir(parents=True)
    for name in ("train", "test"):
        (tmp_path / "data/news" / f"{name}.csv").touch()
    monkeypatch.setenv("RNN_GEOMETRY_DATA", str(tmp_path / "data"))


def planned(**changes):
    asked = {"tasks": [PAIRS], "cells": ["aed"], "seeds": [0], "models": MODELS}
    return Plan(load_settings({**asked, **changes}, [], str(PROJECT)))


def both(**changes):
    return planned(tasks=[CLASSES, PAIRS], cells=["plain", "aed", "ved"], **changes)


def all_kinds(**changes):
    tasks = [CLASSES, PAIRS, SOURCE, TEXT]
    cells = ["plain", "aed", "lm", "lm-text", "transformer", "transformer-lm"]
    return planned(tasks=tasks, cells=cells, **changes)


def test_each_task_meets_the_models_of_its_kind():
    plan = both()
    assert {(n.task, n.model) for n in plan.classifiers} == {("two", "plain")}
    assert {(n.task, n.model) for n in plan.translators} == {("copy", "aed"), ("copy", "ved")}
    assert (plan.classified, plan.paired, plan.trained) == (["two"], ["copy"], ["two"])
    assert plan.judged == plan.classifiers == plan.shown
    judged = plan.of_kind(TRANSLATOR, plan.design.judged)
    assert judged == plan.shown_translators == plan.translators
    patterns = [plan.task_pattern(data) for data in ("synthetic", "text", "pairs")]
    assert patterns == ["two", "$none", "copy"]


@pytest.mark.parametrize("stage", NETWORK_STAGES)
def test_a_stage_works_on_networks_of_its_kind_alone(stage):
    plan = all_kinds(analysis={"hold_inputs": ["zero"]})
    tasks_of = {"translator": "copy", "classifier": "two", "language model": "bit"}
    tasks_of |= {TEXT_MODEL: "news", "transformer": "two", "transformer-lm": "bit"}
    kind = tasks_of[NETWORK_STAGES[stage].kind]
    tasks = {task for block in plan.blocks(stage) for task in block.tasks}
    nothing = ("import_network", "train_followed", "train_pooled", "snapshots")
    assert tasks == (set() if stage in nothing else {kind})


def test_language_models_meet_sources():
    plan = all_kinds(controls={"untrained": {}, "shuffled_labels": {}, "reservoir": {}})
    assert {(n.task, n.model) for n in plan.language_models} == {
        ("bit", "lm"),
        ("bit", "lm-untrained"),
    }
    assert (plan.classified[0], plan.paired[0], plan.sources) == ("two", "copy", ["bit"])
    assert plan.task_pattern("sources") == "bit"
    task = plan.tasks["bit"]
    assert (task["length"], task["train_size"]) == (30, 32000)
    assert "balanced" not in task
    model = plan.models["lm"]
    assert model["architecture"] == "lm"
    assert not {"pooling", "alignment", "positions", "feedback"} & {*model}


def test_language_models_with_learned_words_meet_running_text():
    plan = all_kinds(controls={"untrained": {}, "shuffled_labels": {}, "reservoir": {}})
    assert {(n.task, n.model) for n in plan.text_models} == {
        ("news", "lm-text"),
        ("news", "lm-text-untrained"),
    }
    assert (plan.running, plan.task_pattern("running")) == (["news"], "news")
    task, model = plan.tasks["news"], plan.models["lm-text"]
    assert not {"balanced", "length", "train_size"} & {*task}
    assert set(task["files"]) == {"train", "test"}
    assert model["embedding_size"] == 8
    assert not {"pooling", "alignment", "positions", "feedback"} & {*model}


def test_words_of_running_text_are_swept():
    entries = {"name": "e", "over": "embedding_size", "values": [4, 8], "task": "news"}
    plan = planned(tasks=[TEXT], cells=["lm-text"], sweeps=[entries])
    assert {n.model for n in plan.text_models} == {"lm-text", "lm-text-embedding_size-4"}


def test_transformers_meet_what_classifiers_and_language_models_read():
    plan = all_kinds(controls={"untrained": {}, "shuffled_labels": {}, "reservoir": {}})
    assert {(n.task, n.model) for n in plan.of_kind("transformer")} == {
        *(("two", "transformer"), ("two", "transformer-untrained")),
        ("two-shuffled", "transformer"),
    }
    assert {(n.task, n.model) for n in plan.of_kind("transformer-lm")} == {
        ("bit", "transformer-lm"),
        ("bit", "transformer-lm-untrained"),
    }
    assert {n.model for n in plan.classifiers} == {"plain", "plain-untrained", "plain-reservoir"}
    assert {n.model for n in plan.beside("transformer")} == {n.model for n in plan.classifiers}
    assert plan.beside("transformer-lm") == plan.language_models
    assert plan.portrayed["two"] == plan.first == [n for n in plan.judged if n.model == "plain"][:1]
    model = plan.models["transformer"]
    assert model["cell"] == "rnn_geometry.networks.transformer:CausalTransformer"
    assert len(model["cell_source"]) == 16  # other code makes other networks
    assert not {"pooling", "alignment"} & {*model}


def test_nothing_of_a_step_is_asked_of_a_transformer():
    plan = planned(tasks=[CLASSES], cells=["transformer"], analysis={"hold_inputs": ["zero"]})
    assert (plan.classified, plan.trained, plan.classifiers) == (["two"], [], [])
    asked = {name for name in NETWORK_STAGES if plan.blocks(name)}
    assert asked == {"train_transformer", "transformer_numbers", "read_sums"}
    assert plan.tabled == []  # no page of classifiers
    held = {"name": "x", "over": "hold_input", "values": ["zero"], "task": "two"}
    plan = planned(tasks=[CLASSES], cells=["plain", "transformer"], sweeps=[held])
    assert plan.tabled == ["two"]
    assert {n.model for n in plan.design.hold_inputs} == {"plain"}


def test_layers_are_swept_and_readouts_that_look_back_do_not_stand_beside():
    layers = {"name": "l", "over": "cell_options.layers", "values": [1, 2], "task": "two"}
    pooled = {**RECIPE, "pooling": "attention"}
    plan = planned(
        tasks=[CLASSES],
        cells=["transformer", "pooled"],
        sweeps=[{**layers, "cells": ["transformer"]}],
        models={**MODELS, "pooled": pooled},
    )
    names = {n.model for n in plan.of_kind("transformer")}
    assert names == {"transformer", "transformer-layers-1", "transformer-layers-2"}
    assert plan.beside("transformer") == []


def test_what_a_classifier_depends_on_says_nothing_of_architectures():
    plan = planned(tasks=[CLASSES], cells=["plain", "same"], models={
        **MODELS, "same": {**RECIPE, "architecture": "classifier"}
    })  # fmt: skip
    assert plan.models["plain"] == plan.models["same"]
    assert not {"architecture", "alignment", "positions", "feedback"} & {*plan.models["plain"]}


def test_the_default_configuration_has_no_translators():
    plan = Plan(load_settings(DEFAULT, [], str(PROJECT)))
    stages = [name for name, stage in NETWORK_STAGES.items() if stage.kind != "classifier"]
    assert plan.blocks(*stages) == plan.translators == plan.paired == []
    assert plan.language_models == plan.sources == []
    assert plan.networks == plan.classifiers
    assert "attention" not in plan.written()


@pytest.mark.parametrize(
    "name", [name for name, stage in NETWORK_STAGES.items() if stage.kind == "classifier"]
)
def test_no_stage_of_classifiers_depends_on_code_of_others(name):
    reached = reached_modules(PACKAGE / "stages" / f"{NETWORK_STAGES[name].module}.py", PACKAGE)
    foreign = ("pairs", "transl", ".config", "language", "next_word")
    assert not [one for one in reached if any(name in one for name in foreign)]


def test_a_translator_has_the_keys_of_its_kind():
    model = planned().models["aed"]
    assert (model["alignment"], model["positions"], model["feedback"]) == ("plain", None, "own")
    stated = {**RECIPE, "architecture": "ao", "alignment": "learned", "feedback": "none"}
    assert planned(models={**MODELS, "aed": stated}).models["aed"]["feedback"] == "none"


def test_sizes_alone_are_taken_from_synthetic():
    task = planned(synthetic={"train_size": 50, "length": 9}).tasks["copy"]
    assert (task["train_size"], task["length"]) == (50, 5)
    assert "balanced" not in task


def test_controls_of_translators():
    plan = planned(controls={"untrained": {}, "shuffled_labels": {}, "reservoir": {}})
    assert {(n.task, n.model) for n in plan.translators} == {
        ("copy", "aed"),
        ("copy", "aed-untrained"),
        ("copy-shuffled", "aed"),
    }
    assert [n.model for n in plan.shown_translators] == ["aed"]


def test_a_sweep_over_an_option_and_over_an_architecture():
    dial = {"name": "dial", "over": "rho", "values": [0, 0.5], "task": {
        "name": "dial", "family": "reordered"}}  # fmt: skip
    kind = {"name": "kind", "over": "alignment", "values": ["plain", "learned"], "task": "copy"}
    plan = planned(sweeps=[dial, kind])
    tasks = {n.task for n in plan.translators}
    assert tasks == {"copy", "dial-0", "dial-0.5"}
    assert {n.model for n in plan.translators} == {"aed", "aed-alignment-learned"}
    assert {n.task for n in plan.of_kind(TRANSLATOR, plan.design.judged)} == {"copy"}


WRONG = {
    "named": (
        {"tasks": [{**PAIRS, "cells": ["plain"]}], "cells": ["aed"]},
        r"config key tasks\[0\]\.cells: 'plain' classifies sentences, and the task 'copy' is made",
    ),
    "the other way": (
        {"tasks": [{**CLASSES, "cells": ["aed"]}, PAIRS]},
        r"config key tasks\[0\]\.cells: 'aed' translates pairs of phrases, and the task 'two' has",
    ),
    "none left": (
        {"cells": ["plain"]},
        "config task 'copy': it is made of pairs .* name a model with architecture ved, aed or ao",
    ),
    "without a task": (
        {"cells": ["aed", "plain"]},
        "config key cells: 'plain' classifies sentences, and no task has classes",
    ),
    "a classifier that aligns": (
        {"models": {**MODELS, "plain": {**RECIPE, "alignment": "plain"}}},
        r"config key models\.plain\.alignment: it goes with architecture",
    ),
    "a translator with a bias": (
        {"models": {**MODELS, "aed": {**MODELS["aed"], "readout_bias": True}}},
        r"config key models\.aed\.readout_bias: true means nothing to a model that translates",
    ),
    "an alignment of none": (
        {"models": {**MODELS, "ved": {**MODELS["ved"], "alignment": "learned"}}},
        r"config key models\.ved\.alignment: a ved has no attention",
    ),
    "an unknown architecture": (
        {"models": {**MODELS, "aed": {**RECIPE, "architecture": "mamba"}}},
        r"models\.aed\.architecture: \"mamba\" is not accepted; accepted are classifier",
    ),
    "a transformer with a cell": (
        {"models": {**MODELS, "t": {**RECIPE, "architecture": "transformer"}}},
        r"config key models\.t\.cell: \"gru\" means nothing to a transformer .*; leave it out",
    ),
    "a cell that has no step": (
        {"models": {**MODELS, "t": {**RECIPE, "cell": TRANSFORMER_CLASS}}},
        r"config key models\.t\.cell: a transformer has no step .* write architecture: transformer",
    ),
    "a network without a cell": (
        {"models": {**MODELS, "t": {"steps": 10, "architecture": "lm"}}},
        r"config key models\.t\.cell: missing; it must be given",
    ),
    "no layers": (
        {"models": {**MODELS, "t": {**MODELS["transformer"], "cell_options": {"layers": 0}}}},
        r"models\.t\.cell_options\.layers: 0 is not accepted; accepted is a whole number from 1",
    ),
    "heads that do not divide": (
        {"models": {**MODELS, "t": {**MODELS["transformer"], "cell_options": {"heads": 3}}}},
        r"models\.t\.cell_options\.heads: 3 heads do not share out the 64 units of hidden_size",
    ),
    "an option that a transformer has not": (
        {"models": {**MODELS, "t": {**MODELS["transformer"], "cell_options": {"depth": 2}}}},
        r"models\.t\.cell_options\.depth: unknown key; Accepted: heads, layers",
    ),
    "a transformer whose readout looks back": (
        {"models": {**MODELS, "t": {**MODELS["transformer"], "pooling": "attention"}}},
        r"models\.t\.pooling: \"attention\" means nothing to a model that classifies sentences "
        "without a step",
    ),
    "a transformer of which a part rests": (
        {"models": {**MODELS, "t": {**MODELS["transformer-lm"], "trained": "readout"}}},
        r"models\.t\.trained: \"readout\" means nothing to a model that says the next word without",
    ),
    "a transformer that learns words of a source": (
        {"models": {**MODELS, "t": {**MODELS["transformer-lm"], "embedding_size": 8}}},
        r"models\.t\.embedding_size: 8 means nothing to a model that says the next word without",
    ),
    "a transformer that translates": (
        {"models": {**MODELS, "t": {**MODELS["transformer"], "feedback": "own"}}},
        r"config key models\.t\.feedback: it goes with architecture ved, aed or ao",
    ),
    "a transformer for running text": (
        {"tasks": [{**TEXT, "cells": ["transformer-lm"]}], "cells": ["lm-text"]},
        r"tasks\[0\]\.cells: 'transformer-lm' says the next word without a step, and the task",
    ),
    "a transformer without a task": (
        {"cells": ["aed", "transformer"]},
        "config key cells: 'transformer' classifies sentences without a step, and no task has",
    ),
    "the hold input of a transformer": (
        {
            **{"tasks": [CLASSES], "cells": ["plain", "transformer"]},
            "sweeps": [
                {
                    **{"name": "x", "over": "hold_input", "values": ["zero"], "task": "two"},
                    "cells": ["transformer"],
                }
            ],
        },
        r"config key sweeps\[0\]\.cells: 'transformer' has no step and no hold input",
    ),
    "swept heads that do not divide": (
        {
            **{"tasks": [CLASSES], "cells": ["transformer"]},
            "sweeps": [
                {"name": "h", "over": "cell_options.heads", "values": [3], "task": "two"},
            ],
        },
        r"models\.transformer-heads-3\.cell_options\.heads: 3 heads do not share out",
    ),
    "a language model that translates": (
        {"models": {**MODELS, "lm": {**MODELS["lm"], "feedback": "own"}}},
        r"config key models\.lm\.feedback: it goes with architecture ved, aed or ao",
    ),
    "a language model with a frozen cell": (
        {"models": {**MODELS, "lm": {**MODELS["lm"], "trained": "readout"}}},
        r"config key models\.lm\.trained: \"readout\" means nothing to a model that says the next",
    ),
    "a source for classifiers": (
        {"tasks": [SOURCE], "cells": ["plain"]},
        "config task 'bit': it is a source of words .* name a model with architecture lm",
    ),
    "running text without learned words": (
        {"tasks": [TEXT], "cells": ["lm"]},
        "task 'news': it is running text .* name a model with architecture lm with embedding_size",
    ),
    "learned words of a source": (
        {"tasks": [{**SOURCE, "cells": ["lm-text"]}], "cells": ["lm"]},
        r"tasks\[0\]\.cells: 'lm-text' says the next word with learned word vectors, and the task "
        "'bit' is a source of words; name models whose architecture is lm without embedding_size",
    ),
    "swept words of a source": (
        {
            **{"tasks": [SOURCE], "cells": ["lm"]},
            "sweeps": [{"name": "e", "over": "embedding_size", "values": [4], "task": "bit"}],
        },
        r"sweeps\[0\]\.values: 'lm-embedding_size-4' says the next word with learned word vectors",
    ),
    "labels of running text": (
        {
            **{"tasks": [TEXT], "cells": ["lm-text"]},
            "controls": {"shuffled_labels": {"tasks": ["news"]}},
        },
        "controls.shuffled_labels.tasks: 'news' is running text and has no labels that a network",
    ),
    "several labels": (
        {"tasks": [{**TEXT, "multi_label": True}], "cells": ["lm-text"]},
        "task 'news': multi_label is true; accepted is false: of running text one label a text",
    ),
    "an option of running text": (
        {"tasks": [{**TEXT, "classes": 0}], "cells": ["lm-text"]},
        "config task 'news': classes",
    ),
    "an option of a source": (
        {"tasks": [{**SOURCE, "classes": 3}], "cells": ["lm"]},
        "task 'bit': classes is not an option of agreement sources",
    ),
    "short texts": (
        {"tasks": [{**SOURCE, "length": 10}], "cells": ["lm"]},
        "task 'bit': length is 10; accepted is a whole number from 20 to 1000",
    ),
    "labels of a source": (
        {
            **{"tasks": [SOURCE], "cells": ["lm"]},
            "controls": {"shuffled_labels": {"tasks": ["bit"]}},
        },
        "config key controls.shuffled_labels.tasks: 'bit' is a source of words and has no labels",
    ),
    "an option": ({"tasks": [{**PAIRS, "classes": 3}]}, "task 'copy': classes is not an option"),
    "a range": ({"tasks": [{**PAIRS, "length": [9, 3]}]}, "task 'copy': length is .9, 3."),
    "no file": (
        {"tasks": [{"name": "own", "family": "parallel", "input": "a", "output": "b"}]},
        "task 'own': parallel tasks need the option file; give it",
    ),
    "a file that is not there": (
        {"tasks": [
            {"name": "own", "family": "parallel", "file": "no.csv", "input": "a", "output": "b"}
        ]},
        "task 'own': file: there is no file 'no.csv'",
    ),
    "hold inputs": (
        {"sweeps": [{"name": "x", "over": "hold_input", "values": ["zero"], "task": "copy"}]},
        r"config key sweeps\[0\]\.over: no hold input is compared",
    ),
    "sentences": (
        {"explorer": {"sentences": {"copy": ["in_0"]}}},
        r"config key explorer\.sentences\.copy: the task has no explorer",
    ),
    "weights": (
        {"models": {**MODELS, "aed": {"weights": "w.pt", "architecture": "aed"}}},
        r"config key models\.aed\.architecture: the model has weights",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_nonsense_is_one_sentence(name):
    changes, sentence = WRONG[name]
    with pytest.raises(UserError, match=sentence) as caught:
        planned(**changes)
    assert "\n" not in str(caught.value)


def test_a_corpus_is_found_and_not_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.csv").write_text("whatever")
    task = {"name": "own", "family": "parallel", "file": "own.csv", "input": "a", "output": "b"}
    plan = planned(tasks=[task])
    assert plan.data_files() == {"own": {"file": "own.csv"}}
    assert "files" not in plan.text_options("own")


def test_families_of_pairs_have_names_of_their_own():
    from rnn_geometry.tasks.synthetic import families

    assert not {*PAIR_FAMILIES} & {*families(), "text"}
    assert not {*SOURCE_FAMILIES} & {*families(), "text", RUNNING_TEXT, *PAIR_FAMILIES}
