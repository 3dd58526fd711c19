"""Seeds and options that follow from what a network is."""

import pytest

from rnn_geometry import identity


def test_seeds_are_stable_and_differ_by_purpose_and_wildcard():
    assert identity.derive_seed("train", "a", 0) == 6838406590455047729
    seeds = {identity.derive_seed(*key) for key in [("x", 1), ("x", 2), ("y", 1), ("x", 1, 1)]}
    assert len(seeds) == 4
    assert all(0 <= seed < 2**63 for seed in seeds)


NETWORK = identity.Network("ordered-5-data200", "gru", "3e-4", 201)


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("ordered-5", "ordered-5"),
        ("ordered-5-shuffled", "ordered-5"),
        ("ordered-5-data200", "ordered-5"),
        ("ordered-5-data200-shuffled", "ordered-5"),
        ("my-database", "my-database"),
        ("news-data", "news-data"),
    ],
)
def test_names_of_tasks_without_data_seed_and_control(name, base):
    assert identity.base_task(name) == base


def test_names_are_put_together_and_taken_apart():
    made = identity.with_data_seed("a-b", 12)
    assert identity.names_data_seed(made)
    assert not identity.names_data_seed("a-b")
    assert identity.base_task(made) == "a-b"


def test_a_control_has_the_seeds_of_the_network_that_it_is_paired_with():
    untrained = NETWORK._replace(model="gru-untrained")
    shuffled = NETWORK._replace(task="ordered-5-data200-shuffled")
    for control in (untrained, shuffled):
        assert identity.is_control(control)
        assert control.original == NETWORK
        assert control.seed_for("initialisation") == NETWORK.seed_for("initialisation")
    assert not identity.is_control(NETWORK)


def test_networks_of_other_data_seeds_begin_elsewhere():
    changes = ({}, {"task": "ordered-5-data201"}, {"seed": 200}, {"model": "lstm"})
    starts = {NETWORK._replace(**change).seed_for("initialisation") for change in changes}
    assert len(starts) == 4


def test_a_builder_gets_its_own_options_only():
    common = {"name": "a", "data_seed": 0, "shuffled_labels": True}
    synthetic = {
        **common,
        "family": "categorical",
        "train_size": 5,
        "dev_size": 1,
        "test_size": 1,
        "classes": 3,
    }
    assert identity.family_options(synthetic) == {"classes": 3}
    text = {**common, "family": "text", "train_size": 5, "text_column": "text"}
    assert identity.family_options(text) == {"train_size": 5, "text_column": "text"}
