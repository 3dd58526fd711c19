"""Seeds and options that follow from what a network is."""

from rnn_geometry import identity


def test_seeds_are_stable_and_differ_by_purpose_and_wildcard():
    assert identity.derive_seed("train", "a", 0) == 6838406590455047729
    seeds = {identity.derive_seed(*key) for key in [("x", 1), ("x", 2), ("y", 1), ("x", 1, 1)]}
    assert len(seeds) == 4
    assert all(0 <= seed < 2**63 for seed in seeds)


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
