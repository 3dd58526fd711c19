"""The values behind verdicts are those that the verdicts count."""

from math import isnan

from test_judge import CLAIMS, ONE, controls, table

from rnn_geometry.claims.judge import claims_table
from rnn_geometry.claims.table import ALL_CELLS
from rnn_geometry.claims.values import units_of_claims, values_by_claim

KEYS = ["file_task", "file_model", "file_l2", "file_seed"]


def planted():
    networks = table((ONE, {"cliff": 0}), (3, {"participation_ratio": float("nan")}), *controls())
    own = {f"file_{name}": networks[name] for name in ("task", "model", "l2", "seed")}
    networks = networks.assign(**{k: v for k, v in own.items() if k not in networks})
    return networks, networks[KEYS].to_numpy().tolist()


def test_values_are_those_that_a_verdict_counts():
    networks, judged = planted()
    values = values_by_claim(units_of_claims(CLAIMS, networks, None, judged))
    found = claims_table(CLAIMS, networks, None, judged)
    assert set(found["claim"]) == set(values)
    single = found[found["cell"] != ALL_CELLS]
    assert len(single)
    for row in single.to_dict("records"):
        own = [v for v in values[row["claim"]] if (v.task, v.cell) == (row["task"], row["cell"])]
        trained = [one for one in own if not one.control and not one.not_judged]
        assert len(trained) >= row["runs"]
        assert sum(one.met for one in trained) >= row["met"]


def test_a_network_without_a_value_is_among_them_and_controls_are_named():
    networks, judged = planted()
    values = values_by_claim(units_of_claims(CLAIMS, networks, None, judged))
    ratio = values["simplex-dimension"]
    assert sum(isnan(one.value) and not one.control for one in ratio) == 3
    assert {one.control for one in ratio} >= {"", "untrained", "reservoir", "shuffled_labels"}
    assert {one.kind for one in ratio} == {"gru"}
