"""A saved table of networks gives the verdicts of the run that it comes from."""

import numpy as np
import pandas as pd
from test_judge import CLAIMS, KEYS, ONE, SWEEPS, controls, of_cells, table

from rnn_geometry.claims.judge import claims_table
from rnn_geometry.claims.saved import columns_judged, judged_again, read_networks, save_networks


def test_verdicts_are_equal_after_a_round_trip(tmp_path):
    rng = np.random.default_rng(0)
    networks = of_cells({}, {"cliff": 0}, {"participation_ratio": np.nan, "slow_no_gap": 0.9})
    noise = rng.normal(1, 1e-3, size=len(networks))
    networks["participation_ratio"] = networks["participation_ratio"] * noise
    keys = networks[KEYS].to_numpy().tolist()
    before = claims_table(CLAIMS, networks, SWEEPS, keys)
    path = tmp_path / "networks.csv.gz"
    save_networks(path, networks.sample(frac=1, random_state=0), keys)
    after = judged_again(CLAIMS, read_networks(path))
    pd.testing.assert_frame_equal(before, after, check_exact=True)
    assert set(after["verdict"]) >= {"holds", "fails", "uninformative"}


def test_networks_of_sweeps_are_not_saved_and_bytes_are_the_same(tmp_path):
    networks = table((ONE, {}), (ONE, {"l2": "1e-1"}), *controls())
    keys = networks.loc[networks["l2"] == "3e-4", KEYS].to_numpy().tolist()
    paths = [tmp_path / "a.csv.gz", tmp_path / "b.csv.gz"]
    for path in paths:
        save_networks(path, networks, keys)
    assert len(read_networks(paths[0])) == len(keys) == 4 * ONE
    assert paths[0].read_bytes() == paths[1].read_bytes()
    save_networks(tmp_path / "plain.csv", networks, keys)
    plain = read_networks(tmp_path / "plain.csv")
    pd.testing.assert_frame_equal(plain, read_networks(paths[0]))


def test_the_columns_that_claims_speak_of_give_the_same_verdicts():
    networks = of_cells({}, {"cliff": 0}, {"participation_ratio": np.nan, "slow_no_gap": 0.9})
    few = networks[[name for name in networks if name in columns_judged(CLAIMS)]]
    assert {"shuffled_accuracy", "majority_accuracy"} <= set(few)  # of `shuffled_share`
    assert {"components_95_random", "corner_miss_p"} <= set(few)  # of a control, of a surrogate
    assert "id_two_nn" in set(networks) - set(few)
    pd.testing.assert_frame_equal(
        judged_again(CLAIMS, few), judged_again(CLAIMS, networks), check_exact=True
    )
