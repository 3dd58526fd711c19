"""Which networks share a job: blocks named by what they hold, which later seeds leave alone."""

import re

import pytest

from rnn_geometry.config.blocks import blocks
from rnn_geometry.identity import Network


def networks(tasks="a", models=("gru", "lstm"), seeds=(10, 11), l2=("1e-3",)):
    return [
        Network(task, model, strength, seed)
        for task in tasks
        for model in models
        for strength in l2
        for seed in seeds
    ]


def test_every_network_is_in_one_block():
    asked = networks("ab", seeds=range(5))
    made = blocks(asked, 4)
    found = [network for block in made for task in block.tasks for network in block.networks(task)]
    assert sorted(found) == sorted(asked)
    assert max(len(block.members) for block in made) == 4


def test_tasks_with_the_same_networks_share_a_rule():
    (block,) = blocks(networks("abc"), 8)
    assert block.tasks == ("a", "b", "c")
    assert block.name == "gru-10_to_lstm-11"


def test_an_added_seed_leaves_full_blocks_alone():
    before = blocks(networks(seeds=(10, 11)), 4)
    after = blocks(networks(seeds=(10, 11, 12)), 4)
    assert after[0] == before[0]
    assert {member[2] for member in after[1].members} == {12}


def test_a_block_of_one_bears_one_name():
    assert [block.name for block in blocks(networks(models=["gru"]), 1)] == ["gru-10", "gru-11"]


def test_l2_is_named_where_a_model_has_several():
    (block,) = blocks(networks(models=["gru"], seeds=[10], l2=("1e-3", "1e-2")), 8)
    assert block.name == "gru-l2-1e-3-10_to_gru-l2-1e-2-10"


def test_l2_is_named_where_it_tells_blocks_apart():
    one, other = networks("a", ["gru"], [1], ["1e-3"]), networks("b", ["gru"], [1], ["1e-2"])
    names = [block.name for block in blocks([*one, *other], 8)]
    assert names == ["gru-l2-1e-3-1", "gru-l2-1e-2-1"]


def test_blocks_with_the_same_ends_have_names_of_their_own():
    one = networks("a", models=("gru", "lstm", "ugrnn"), seeds=[1])
    other = networks("b", models=("gru", "vanilla", "ugrnn"), seeds=[1])
    names = [block.name for block in blocks([*one, *other], 8)]
    assert len(set(names)) == 2
    assert all(re.fullmatch(r"gru-1_to_ugrnn-1-[0-9a-f]{6}", name) for name in names)


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_name_does_not_depend_on_other_tasks(size):
    alone = {block.name for block in blocks(networks("a", seeds=range(4)), size)}
    beside = {block.name for block in blocks(networks("ab", seeds=range(4)), size)}
    assert alone == beside
