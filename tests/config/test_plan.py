"""What is to be run and shown, and the limits of its jobs."""

import re
from types import SimpleNamespace

import pytest
import yaml
from conftest import PROJECT

from rnn_geometry.config.kinds import CLASSIFIER
from rnn_geometry.config.limits import Limits
from rnn_geometry.config.load import load_settings
from rnn_geometry.config.neighbours import neighbours
from rnn_geometry.config.pipeline import NETWORK_STAGES, STAGES
from rnn_geometry.config.plan import Plan
from rnn_geometry.errors import UserError
from rnn_geometry.identity import is_control

DEFAULT = yaml.safe_load((PROJECT / "config/config.yaml").read_text())
PACKAGE = PROJECT / "workflow/rnn_geometry"


def planned(**changes):
    return Plan(load_settings({**DEFAULT, **changes}, [], str(PROJECT)))


@pytest.fixture(scope="module")
def plan():
    return planned(controls={"untrained": {"seeds": [100]}})


def of(task):
    return SimpleNamespace(task=task)


def test_controls_are_run_and_judged_but_not_shown(plan):
    controls = [network for network in plan.networks if is_control(network)]
    assert len(plan.networks) == 40 + len(controls) == 60
    assert set(controls) <= set(plan.judged)
    assert {plan.maker_of(network) for network in plan.networks} == {"train"}
    for shown in (plan.shown, plan.first, plan.overview, *plan.portrayed.values()):
        assert not set(controls) & set(shown)
    assert (len(plan.shown), len(plan.first)) == (40, 20)


def test_pages_and_figures_of_networks_show_the_first_data_seed():
    many = planned(data_seeds=[7, 5], controls={"untrained": {}, "shuffled_labels": {}}, seeds=[10])
    assert len(many.networks) == 2 * 20 * 3
    assert len(many.overview) == 2 * 20
    for shown in (many.shown, many.first, many.headline, *many.portrayed.values()):
        assert {network.task.rpartition("-")[2] for network in shown} == {"data7"}
    assert (len(many.shown), len(many.first), len(many.portrayed)) == (20, 20, 5)


def test_sentences_of_ones_own_name_a_task_without_its_data_seed():
    sentences = {"categorical-3": ["evid_0 evid_0"]}
    many = planned(data_seeds=[7, 5], explorer={"sentences": sentences})
    assert many.own_sentences("categorical-3-data7") == sentences["categorical-3"]


def test_an_added_seed_of_a_weight_leaves_all_blocks_that_are_there():
    jobs = {"data_seeds": [7, 5], "networks_per_job": 8}
    first, second = planned(seeds=[10, 11], **jobs), planned(seeds=[10, 11, 12], **jobs)

    def of(plan):
        return {(b.name, task) for b in plan.blocks("train") for task in b.tasks}

    assert of(first) < of(second)


def test_figures_of_the_first_networks_alone(plan):
    assert planned(figures="first").shown == plan.first


def test_formats_of_figures_beside_png(plan):
    assert plan.vector == ["svg"]
    assert [planned(vector_formats=chosen).vector for chosen in ([], ["pdf"])] == [[], ["pdf"]]


@pytest.mark.parametrize("formats", [["png"], ["pdf", "pdf"], "pdf", None])
def test_other_formats_are_refused(formats):
    with pytest.raises(UserError, match="config key vector_formats"):
        planned(vector_formats=formats)


def test_the_headline_pairs_a_gated_network(plan):
    assert [(n.task, n.model) for n in plan.headline] == [
        ("categorical-5", "gru"),
        ("ordered2d-5", "gru"),
    ]
    assert planned(tasks=DEFAULT["tasks"][:2]).headline == []


@pytest.mark.parametrize("stage", NETWORK_STAGES)
def test_a_stage_works_once_on_every_network_it_is_about(plan, stage):
    made = [
        path.format(task=task)
        for block in plan.blocks(stage)
        for task in block.tasks
        for path in next(iter(block.output.values()))
    ]
    nothing = (
        *("compare_hold_inputs", "import_network", "snapshots"),
        *("train_followed", "train_pooled", "beside_transformers", "read_sums_beside"),
    )
    about = {"plot_network": plan.shown, **{name: [] for name in nothing}}
    of_others = NETWORK_STAGES[stage].kind != CLASSIFIER
    networks = about.get(stage, [] if of_others else plan.networks)
    assert sorted(made) == sorted(plan.of(networks, NETWORK_STAGES[stage].writes[0]))
    assert len({block.rule for block in plan.blocks(stage)}) == len(plan.blocks(stage))


def test_networks_on_show_are_followed_where_it_is_asked_for():
    more = {"controls": {"untrained": {"seeds": [100]}}, "seeds": [10, 11, 12], "l2": ["0", "1e-3"]}
    plan = planned(training={"snapshots": 8}, **more)
    shown = {network for networks in plan.portrayed.values() for network in networks}
    assert set(plan.followed) == shown
    assert len(plan.followed) == 5 * 4 * 2
    made = {stage: [] for stage in ("train", "train_followed", "snapshots")}
    for stage, networks in made.items():
        for block in plan.blocks(stage):
            networks += [n for name in block.tasks for n in block.block.networks(name)]
    assert set(made["train_followed"]) == set(made["snapshots"]) == shown
    assert set(made["train"]) == set(plan.networks) - shown
    assert len(made["train"]) + len(shown) == len(plan.networks)
    stages = {(one.stage, one.folder) for one in plan.made()}
    for network in plan.networks:
        makers = {
            m for m in ("train", "train_followed") if (m, f"results/{network.folder}") in stages
        }
        assert makers == {plan.maker_of(network)}


def test_a_network_that_is_not_followed_is_asked_for_as_before():
    before, after = (
        planned(seeds=[10, 11, 12]),
        planned(seeds=[10, 11, 12], training={"snapshots": 8}),
    )
    others = [network for network in after.networks if network not in after.followed]
    assert others
    for network in others:
        assert after.own("train", network) == before.own("train", network)
    network = after.followed[0]
    expected = {**before.own("train", network), "snapshots": 8}
    assert after.own("train_followed", network) == expected


def test_networks_that_learn_nothing_are_not_followed():
    still = {"models": {"still": {"cell": "gru", "steps": 0}}, "cells": ["still", "gru"]}
    plan = planned(training={"snapshots": 8}, **still)
    assert {network.model for network in plan.followed} == {"gru"}


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "1 is not accepted, since the first step and the last are always kept; give 0 for"),
        (-1, "-1 is less than 0, the smallest accepted value"),
        (51, "51 is more than 50, the largest accepted value"),
        ("some", '"some" is not accepted; accepted is a whole number'),
    ],
)
def test_other_numbers_of_snapshots_are_refused(count, told):
    with pytest.raises(UserError, match=re.escape(f"config key training.snapshots: {told}")):
        planned(training={"snapshots": count})


def test_a_followed_training_asks_for_what_is_said_of_training():
    plan = planned(training={"snapshots": 8}, limits={"train": {"mem_mb": 9000}})
    (block, *_) = plan.blocks("train_followed")
    assert Limits(plan).of_block(block)["mem_mb"] == 9000
    own = planned(
        training={"snapshots": 8},
        limits={"train": {"mem_mb": 9000}, "train_followed": {"mem_mb": 7000}},
    )
    assert Limits(own).of_block(block)["mem_mb"] == 7000


def test_every_stage_reads_what_another_one_writes():
    written = {file for stage in NETWORK_STAGES.values() for file in stage.writes}
    assert {file for stage in NETWORK_STAGES.values() for file in stage.reads} <= written


@pytest.mark.parametrize("name", STAGES)
def test_every_stage_has_its_module_and_templates(name):
    stage = STAGES[name]
    assert (PACKAGE / "stages" / f"{stage.module}.py").is_file()
    for pattern in stage.templates:
        assert list((PACKAGE / "pages/templates").glob(pattern)), pattern


def test_settings_of_a_network_are_its_own(plan):
    (block, *_) = plan.blocks("train")
    own = block.own(of("categorical-3"))
    gru = own["gru/l2-3e-4/seed-10"]
    assert (gru["cell"], gru["l2"], gru["learning_rate"]) == ("gru", "3e-4", 1.0e-2)
    assert own["vanilla/l2-1e-3/seed-10"]["clip"] == 1.0
    assert list(gru) == sorted(gru)


def test_the_page_of_a_network_leads_to_its_neighbours(plan):
    first, second = plan.shown[:2]
    assert neighbours(plan.shown, first)["previous"] == []
    assert neighbours(plan.shown, first)["next"] == [list(second)]
    assert neighbours(plan.shown, plan.shown[-1])["next"] == []
    (network,) = (n for n in plan.shown if n[:2] == ("categorical-3", "gru") and n.seed == 10)
    found = neighbours(plan.shown, network)
    assert [(n[1], n[3]) for n in found["seeds"]] == [("gru", 11)]
    assert {(n[1], n[3]) for n in found["cells"]} == {
        ("lstm", 10),
        ("ugrnn", 10),
        ("vanilla", 10),
    }
    assert plan.own("plot_network", network)["beside"] == found


def test_sentences_of_a_task_without_an_explorer_are_refused():
    text = {"name": "news", "family": "text", "data": "ag_news", "cells": []}
    sets = yaml.safe_load((PROJECT / "config/text_sets.yaml").read_text())
    changes = {
        **sets,
        "tasks": [*DEFAULT["tasks"], text],
        "explorer": {"sentences": {"news": ["a b"]}},
    }
    with pytest.raises(UserError, match=r"explorer\.sentences\.news: the task has no explorer"):
        planned(**changes)


# --- limits ---------------------------------------------------------------------------------------


def limits_of(plan, stage, task="categorical-3"):
    (block, *_) = plan.blocks(stage)
    resources = Limits(plan).of_block(block)
    return {name: resources[name](of(task), 1) for name in ("mem_mb", "runtime")}


@pytest.mark.parametrize("stage", ["train", "slow_points", "geometry"])
def test_time_is_that_of_all_networks_and_memory_that_of_one(stage):
    same = {"cells": ["gru"], "seeds": list(range(8))}
    alone = limits_of(planned(networks_per_job=1, **same), stage)
    eight = limits_of(planned(networks_per_job=8, **same), stage)
    assert eight["mem_mb"] == alone["mem_mb"]
    assert 8 * alone["runtime"] <= eight["runtime"] < 8 * (alone["runtime"] + 1)


def test_limits_double_with_every_try(plan):
    (block, *_) = plan.blocks("train")
    resources = Limits(plan).of_block(block)
    for name in ("mem_mb", "runtime"):
        first, third = (resources[name](of("categorical-3"), attempt) for attempt in (1, 3))
        assert third == 4 * first
    assert Limits(plan).tables_mb(None, 2) == 2 * (1000 + len(plan.judged))


def test_limits_of_ones_own_replace_ours():
    own = {"train": {"mem_mb": 9000, "gres": "gpu:a100:1"}}
    (block, *_), plan = planned().blocks("train"), planned(limits=own)
    resources = Limits(plan).of_block(block)
    assert (resources["mem_mb"], resources["gres"]) == (9000, "gpu:a100:1")
    assert resources["runtime"](of("categorical-3"), 1) > 0
    with pytest.raises(UserError, match=r"limits\.trian: unknown key; did you mean 'train'"):
        planned(limits={"trian": {}})


def test_larger_networks_get_more():
    models = {"gru": {**DEFAULT["models"]["gru"], "hidden_size": 512}}
    large = planned(models={**DEFAULT["models"], **models}, cells=["gru"])
    for stage in ("train", "slow_points"):
        small = limits_of(planned(cells=["gru"]), stage)
        assert all(limits_of(large, stage)[name] > small[name] for name in small), stage


def test_a_gpu_is_asked_for_where_one_may_be_used():
    assert Limits(planned(device="auto")).gpu == 1
    assert Limits(planned()).gpu == 0


def test_no_figure_is_planned_that_has_nothing_to_show(plan):
    names = ["modifier_gains", "dimension_overview", "analyses_agree"]
    assert plan.drawn_over_networks(names) == ["dimension_overview"]
    tasks = [{"name": "context-2", "family": "context", "classes": 2, "length": 15}]
    assert planned(tasks=tasks).drawn_over_networks(names)[:1] == ["modifier_gains"]
