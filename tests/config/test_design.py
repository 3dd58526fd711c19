"""Which networks a configuration asks for: its own, its controls, and those of sweeps."""

import pytest

from rnn_geometry.config import settings
from rnn_geometry.config.design import written
from rnn_geometry.config.load import read_schema
from rnn_geometry.errors import UserError
from rnn_geometry.identity import Network, is_control

SCHEMA = read_schema("config")
MODELS = {"gru": {"cell": "gru", "steps": 9}, "lstm": {"cell": "lstm", "steps": 9, "l2": "1e-2"}}


TASK = {"name": "categorical-3", "family": "categorical", "classes": 3}


def design(**changes):
    config = {
        "tasks": [TASK],
        "cells": ["gru", "lstm"],
        "seeds": [100, 101],
        "models": MODELS,
        **changes,
    }
    return settings.resolve(config, SCHEMA)["design"]


def sweep(**changes):
    return {
        "name": "s",
        "over": "classes",
        "values": [2, 3],
        "task": {"name": "categorical", "family": "categorical"},
        "cells": ["gru"],
        **changes,
    }


def test_tasks_times_cells_and_seeds_with_each_models_own_l2():
    found = design()
    assert found.networks == {
        "categorical-3": [
            Network("categorical-3", "gru", "3e-4", 100),
            Network("categorical-3", "gru", "3e-4", 101),
            Network("categorical-3", "lstm", "1e-2", 100),
            Network("categorical-3", "lstm", "1e-2", 101),
        ]
    }
    assert found.judged == found.networks["categorical-3"]
    assert found.sweeps == []


def test_untrained_controls_take_no_step_and_are_the_same_network_else():
    found = design(controls={"untrained": {"seeds": [100]}})
    assert found.models["gru-untrained"] == {**found.models["gru"], "steps": 0}
    added = [network for network in found.judged if is_control(network)]
    assert [(n.model, n.l2, n.seed) for n in added] == [
        ("gru-untrained", "3e-4", 100),
        ("lstm-untrained", "1e-2", 100),
    ]
    assert len(found.networks["categorical-3"]) == 6


def test_reservoirs_learn_their_readout_and_are_the_same_network_else():
    found = design(controls={"reservoir": {"seeds": [100]}})
    assert found.models["gru-reservoir"] == {**found.models["gru"], "trained": "readout"}
    added = [network for network in found.judged if is_control(network)]
    assert [(n.model, n.seed) for n in added] == [("gru-reservoir", 100), ("lstm-reservoir", 100)]
    assert [network.original for network in added] == [
        network for network in found.judged[::2] if not is_control(network)
    ]


def test_shuffled_labels_are_a_task_of_their_own():
    found = design(controls={"shuffled_labels": {"seeds": [7], "tasks": ["categorical-3"]}})
    task = found.tasks["categorical-3-shuffled"]
    assert task == {
        **found.tasks["categorical-3"],
        "name": "categorical-3-shuffled",
        "shuffled_labels": True,
    }
    assert [(n.model, n.seed) for n in found.networks[task["name"]]] == [("gru", 7), ("lstm", 7)]
    assert all(map(is_control, found.networks[task["name"]]))


# Data seeds


def names(networks):
    return [(n.task, n.model, n.seed) for n in networks]


def test_data_seeds_make_of_every_task_one_for_each():
    found = design(data_seeds=[200, 201], cells=["gru"])
    assert found.named == {"categorical-3": ["categorical-3-data200", "categorical-3-data201"]}
    assert [task["data_seed"] for task in found.tasks.values()] == [200, 201]
    assert names(found.judged) == [
        ("categorical-3-data200", "gru", 100),
        ("categorical-3-data200", "gru", 101),
        ("categorical-3-data201", "gru", 100),
        ("categorical-3-data201", "gru", 101),
    ]
    one = found.tasks["categorical-3-data200"]
    plain = design(cells=["gru"]).tasks["categorical-3"]
    assert one == {**plain, "name": "categorical-3-data200", "data_seed": 200}


def test_without_data_seeds_all_is_as_before():
    assert design(data_seeds=[]).networks == design().networks
    assert design().named == {"categorical-3": ["categorical-3"]}
    assert design(tasks=[{**TASK, "data_seed": 5}]).tasks["categorical-3"]["data_seed"] == 5


def test_controls_are_paired_with_the_networks_of_every_data_seed():
    own = {"name": "two", "family": "categorical", "classes": 2, "cells": ["gru"], "seeds": [7]}
    found = design(
        data_seeds=[1, 2], tasks=[TASK, own], controls={"untrained": {}, "shuffled_labels": {}}
    )
    trained = [network for network in found.judged if not is_control(network)]
    for ending in ("-untrained", "-shuffled"):
        controls = [n for n in found.judged if ending in f"{n.model} {n.task}"]
        assert [network.original for network in controls] == trained
    assert all(map(found.tasks.__contains__, ("two-data1-shuffled", "two-data2-shuffled")))
    assert found.tasks["two-data2-shuffled"]["data_seed"] == 2


def test_a_control_of_some_tasks_names_them_without_their_data_seeds():
    other = {"name": "two", "family": "categorical", "classes": 2}
    control = {"shuffled_labels": {"seeds": [7], "tasks": ["two"]}}
    found = design(data_seeds=[1, 2], tasks=[TASK, other], cells=["gru"], controls=control)
    assert names(filter(is_control, found.judged)) == [
        ("two-data1-shuffled", "gru", 7),
        ("two-data2-shuffled", "gru", 7),
    ]


def test_a_sweep_has_the_data_seeds_that_it_asks_for_else_one():
    own, named = sweep(name="own", values=[2]), sweep(name="t", over="l2", values=["1e-1"])
    named["task"] = "categorical-3"
    asks = sweep(name="asks", data_seeds=[1, 2], seeds=[100])
    found = design(data_seeds=[1, 2], sweeps=[own, named, asks], cells=["gru"], seeds=[100, 101])
    rows = [(name, value, n.task, n.seed) for name, _, value, n in found.sweeps]
    assert rows == [
        ("own", "2", "categorical-2", 100),
        ("own", "2", "categorical-2", 101),
        ("t", "1e-1", "categorical-3-data1", 100),
        ("t", "1e-1", "categorical-3-data1", 101),
        ("asks", "2", "categorical-2-data1", 100),
        ("asks", "2", "categorical-2-data2", 100),
        ("asks", "3", "categorical-3-data1", 100),
        ("asks", "3", "categorical-3-data2", 100),
    ]
    shared = [n for name, _, value, n in found.sweeps if (name, value) == ("asks", "3")]
    assert set(shared) <= set(found.judged)  # those of the tasks are used again


def test_a_second_look_adds_seeds_to_some_cells_and_their_controls():
    again = {"seeds": [102, 103], "tasks": {"categorical-3": ["lstm"]}, "sweeps": ["s"]}
    sweeps = [sweep(values=[2], seeds=[100]), sweep(name="t", values=[4], seeds=[100])]
    asked = {"data_seeds": [1, 2], "controls": {"untrained": {}}, "sweeps": sweeps}
    first, second = design(**asked), design(**asked, second_look=again)
    added = set(second.judged) - set(first.judged)
    assert sorted(names(added)) == [
        (f"categorical-3-data{data}", f"lstm{ending}", seed)
        for data in (1, 2)
        for ending in ("", "-untrained")
        for seed in (102, 103)
    ]
    assert set(first.judged) <= set(second.judged)
    of_sweeps = [(name, n.seed) for name, *_, n in second.sweeps]
    assert of_sweeps == [("s", 100), ("s", 102), ("s", 103), ("t", 100)]


def test_a_sweep_over_a_task_option_shares_the_tasks_that_are_there():
    found = design(sweeps=[sweep()])
    assert list(found.networks) == ["categorical-3", "categorical-2"]
    assert len(found.networks["categorical-3"]) == 4  # none was added
    assert [(name, over, value, n.task, n.seed) for name, over, value, n in found.sweeps] == [
        ("s", "classes", "2", "categorical-2", 100),
        ("s", "classes", "2", "categorical-2", 101),
        ("s", "classes", "3", "categorical-3", 100),
        ("s", "classes", "3", "categorical-3", 101),
    ]
    assert not [network for network in found.judged if network.task == "categorical-2"]


NEWS = {"name": "news", "family": "text", "source": {"hub": "some/set"}}


@pytest.mark.parametrize(
    ("over", "values", "names"),
    [
        ("first_classes", [2, None], ["2", "none"]),
        ("train_size", [500, 5000], ["500", "5000"]),
        ("length_limit", [10, None], ["10", "none"]),
        ("skip_words", [0, 5], ["0", "5"]),
        ("too_long", ["truncate", "keep_last"], ["truncate", "keep_last"]),
        ("word_order", ["written", "random"], ["written", "random"]),
        ("classes", [[0, 2], [1, 2, 3]], ["0-2", "1-2-3"]),
        ("classes", [["Sci/Tech", "1 star"], None], ["Sci_Tech-1_star", "none"]),
        ("merge", [[[0, 1], [3, 4]], [[0], [4]]], ["0.1-3.4", "0-4"]),
    ],
)
def test_a_sweep_over_an_option_of_texts_names_a_task_for_every_value(over, values, names):
    found = design(sweeps=[sweep(over=over, values=values, task=NEWS)])
    made = [f"news-{name}" for name in names]
    assert [row[3].task for row in found.sweeps[::2]] == made
    assert [found.tasks[name][over] for name in made] == values


def test_values_of_a_sweep_that_would_share_a_name_are_refused():
    values = [["a b", "c"], ["a_b", "c"]]
    with pytest.raises(UserError, match="the name 'news-a_b-c' is that of another task"):
        design(sweeps=[sweep(over="classes", values=values, task=NEWS)])


def test_a_sweep_over_a_key_of_a_model_shares_the_model_that_has_the_value():
    found = design(
        sweeps=[sweep(over="hidden_size", values=[16, 64], task="categorical-3", seeds=[100])]
    )
    assert found.models["gru-hidden_size-16"] == {**found.models["gru"], "hidden_size": 16}
    assert [n.model for *_, n in found.sweeps] == ["gru-hidden_size-16", "gru"]


def test_a_sweep_over_l2_and_one_over_the_hold_input():
    found = design(
        sweeps=[
            sweep(over="l2", values=["1e-1", "3e-4"], task="categorical-3", seeds=[100]),
            sweep(
                name="x",
                over="hold_input",
                values=["zero", "mean"],
                task="categorical-3",
                seeds=[100],
            ),
        ]
    )
    assert [n.l2 for name, *_, n in found.sweeps if name == "s"] == ["1e-1", "3e-4"]
    assert found.hold_inputs == {Network("categorical-3", "gru", "3e-4", 100): ["zero", "mean"]}
    assert len(found.networks["categorical-3"]) == 5


@pytest.mark.parametrize(
    ("compared", "seeds"),
    [({"seeds": [101]}, {101}), ({"data_seeds": [7]}, set()), ({"data_seeds": [0]}, None)],
)
def test_hold_inputs_may_be_compared_on_some_networks(compared, seeds):
    found = design(analysis={"hold_inputs": ["zero"], "compared": compared})
    known = {network.seed for networks in found.networks.values() for network in networks}
    assert {network.seed for network in found.hold_inputs} == (known if seeds is None else seeds)


def test_hold_inputs_of_the_analysis_are_for_all_but_controls():
    found = design(analysis={"hold_inputs": ["zero"]}, controls={"untrained": {"seeds": [100]}})
    assert set(found.hold_inputs) == {
        network for network in found.judged if not is_control(network)
    }


def test_values_as_they_stand_in_names():
    assert [written(value) for value in (3, 0.5, "1e-2", [5, 25], None)] == [
        "3",
        "0.5",
        "1e-2",
        "5-25",
        "none",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"controls": {"untrained": {"seeds": [1], "tasks": ["x"]}}},
            "controls.untrained.tasks: unknown task 'x'",
        ),
        (
            {"controls": {"untrained": {"seeds": "all"}}},
            'controls.untrained.seeds: "all" is not accepted; accepted is same, or a list',
        ),
        ({"data_seeds": [1, 1]}, r"data_seeds: \[1, 1\] names an entry twice"),
        (
            {"data_seeds": [1], "tasks": [{**TASK, "data_seed": 2}]},
            "task 'categorical-3': data_seed beside the key data_seeds",
        ),
        (
            {"tasks": [{**TASK, "name": "a-data7"}]},
            "'a-data7' ends like the tasks that the key data_seeds makes",
        ),
        (
            {"sweeps": [sweep(task={"name": "a-data7", "family": "categorical"})]},
            r"sweeps\[0\].task.name: 'a-data7' ends like the tasks that data_seeds makes",
        ),
        (
            {"sweeps": [sweep(over="data_seed", values=[1, 2], data_seeds=[3])]},
            r"sweeps\[0\].data_seeds: the sweep varies data_seed",
        ),
        (
            {"second_look": {"seeds": [7], "tasks": {"x": ["gru"]}}},
            "second_look.tasks: unknown task 'x'; accepted are categorical-3",
        ),
        (
            {"second_look": {"seeds": [7], "tasks": {"categorical-3": ["x"]}}},
            "second_look.tasks.categorical-3: 'x' is no cell of the task; accepted are gru, lstm",
        ),
        (
            {"second_look": {"seeds": [7], "sweeps": ["x"]}, "sweeps": [sweep()]},
            "second_look.sweeps: unknown sweep 'x'; accepted are s",
        ),
        (
            {"models": {**MODELS, "a-reservoir": MODELS["gru"]}, "cells": ["a-reservoir"]},
            "models.a-reservoir: it ends in -reservoir like a control",
        ),
        ({"controls": {"random": {"seeds": [1]}}}, "controls.random: unknown key"),
        ({"sweeps": [sweep(task="x")]}, r"sweeps\[0\].task: unknown task 'x'"),
        ({"sweeps": [sweep(cells=["x"])]}, r"sweeps\[0\].cells: unknown cell 'x'"),
        ({"sweeps": [sweep(), sweep()]}, "sweeps.*'s' is used twice"),
        (
            {"sweeps": [sweep(over="l2", values=[0.1])]},
            r"sweeps\[0\].values: 0.1 is not accepted; accepted is a quoted decimal",
        ),
        (
            {"sweeps": [sweep(over="hidden_size", values=[0], task="categorical-3")]},
            "hidden_size-0.hidden_size: 0 is",
        ),
        (
            {"sweeps": [sweep(task={"name": "a", "family": "categorial"})]},
            r"sweeps\[0\].task.family: \"categorial\"",
        ),
        (
            {"sweeps": [sweep(task={"name": "categorical", "family": "categorical", "length": 9})]},
            "another task with",
        ),
        (
            {
                "models": {**MODELS, "gru-untrained": MODELS["gru"]},
                "controls": {"untrained": {"seeds": [1]}},
            },
            "the name",
        ),
        ({"sweeps": [sweep(values=[])]}, "too short"),
        (
            {"sweeps": [sweep(over="hold_input", values=["zero", "one"])]},
            r"sweeps\[0\].values\[1\]: \"one\" is not",
        ),
        (
            {"sweeps": [sweep(over="train_size", values=["all"])]},
            'tasks.categorical-all.train_size: "all" is not',
        ),
        (
            {"sweeps": [sweep(over="data_seed", values=[-1])]},
            "tasks.categorical--1.data_seed: -1 is less than 0",
        ),
        ({"sweeps": [sweep(over="name", values=["x"])]}, r"sweeps\[0\].over: a name is no setting"),
        (
            {"sweeps": [sweep(over="l2", values=["1e-2\n"])]},
            r"sweeps\[0\].values: '1e-2\\n' is not accepted; accepted is a quoted decimal",
        ),
        (
            {"controls": {"untrained": {"seeds": [1], "tasks": []}}},
            r"controls.untrained.tasks: \[\] is too short",
        ),
        (
            {
                "models": {**MODELS, "gru-hidden_size-16": MODELS["gru"]},
                "sweeps": [sweep(over="hidden_size", values=[16], task="categorical-3")],
            },
            "models.gru-hidden_size-16: a sweep gives this name to 'gru' with another hidden_size",
        ),
        (
            {"sweeps": [sweep(over="sampling", values=["../../x"])]},
            r"'categorical-../../x' is no name",
        ),
        (
            {"sweeps": [sweep(over="cell_options", values=[{"a/b": 1}], task="categorical-3")]},
            r"sweeps\[0\].over: name one option of the cell, as cell_options.leak",
        ),
        (
            {
                "sweeps": [
                    sweep(over="cell_options.hold_bias", values=["a/b"], task="categorical-3")
                ]
            },
            "'gru-hold_bias-a/b' is no name",
        ),
        (
            {"sweeps": [sweep(over="cell_options.leak", values=[0.5], task="categorical-3")]},
            r"models.gru-leak-0.5.cell_options.leak: unknown key; .*hold_bias",
        ),
    ],
)
def test_mistakes_are_one_sentence(changes, sentence):
    with pytest.raises(UserError, match=sentence) as caught:
        design(**changes)
    assert "\n" not in str(caught.value)


def test_an_unknown_option_of_a_sweep_is_the_familys_to_refuse():
    from rnn_geometry.identity import family_options
    from rnn_geometry.tasks.synthetic import build_task

    task = design(sweeps=[sweep(over="clases", values=[2])]).tasks["categorical-2"]
    with pytest.raises(UserError, match="clases is not an option"):
        build_task(task["family"], **family_options(task))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"over": "seeds", "values": [1, 2]}, "seeds is no setting that a sweep varies; write"),
        ({"over": "cell", "values": ["gru", "lstm"]}, "cell is no setting that a sweep varies"),
        ({"over": "source", "values": [{"folder": "a"}]}, "makes no name of a task; write a task"),
        ({"over": "where", "values": [{"source": "a"}]}, "makes no name of a task; write a task"),
    ],
)
def test_what_no_sweep_varies(changes, match):
    with pytest.raises(UserError, match=match):
        design(sweeps=[sweep(**changes)])


def test_an_option_of_a_cell_is_swept_with_its_prefix():
    models = {**MODELS, "gru": {**MODELS["gru"], "cell_options": {"hold_bias": 1}}}
    with pytest.raises(UserError, match=r"hold_bias is an option of a cell; write cell_options\."):
        design(models=models, sweeps=[sweep(over="hold_bias", values=[2, 3])])
