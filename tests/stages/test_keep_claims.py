"""What is kept of a run: few digits, hashes of the data, and networks that can be judged again."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest
import text_battery
from test_judge import SWEEPS, TEXT
from test_natural_tables import META

from rnn_geometry.claims.judge import claims_table
from rnn_geometry.claims.networks import KEYS
from rnn_geometry.claims.registration import code_now
from rnn_geometry.claims.saved import judged_again, read_networks
from rnn_geometry.stages import keep_claims

NEWS = ("ag-news-3", "gru", 200)


@pytest.fixture
def kept(tmp_path):
    """Write tables of two networks and their control; keep some of them, return the folder."""
    seeds = ((200, None), (201, None), (200, "untrained"))
    rows = [text_battery.network(*NEWS, seed, control) for seed, control in seeds]
    runs = pd.DataFrame(rows).drop(columns=["structure", *(f"file_{key}" for key in KEYS)])
    runs["task"] = "ag-news-3-data200"
    runs["model"] = runs["model"] + runs["control"].map({"untrained": "-untrained"}).fillna("")
    runs = runs.assign(hold_r2=0.123456789, train_seconds=5.0)
    points = {"points": "slow", "id_local_pca": 2.0}
    words = {
        "seed": 1,
        "class": "World",
        "rank": 1,
        "word": "null",
        "task": "news",
        "model": "gru",
        "l2": "0",
    }
    files = {
        "runs": runs,
        "tasks": pd.DataFrame([{"task": "ag-news-3-data200", "structure": "unordered"}]),
        "dimension": runs[KEYS].assign(**points),
        "claims": pd.DataFrame([{"claim": "modes", "share": 0.123456}]),
        "words": pd.DataFrame([words]),
    }
    for name, table in files.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "meta.json").write_text(json.dumps(META))
    names = ("claims", "networks", "code", "data", "words", "runs")
    keep_claims.run(
        {name: f"{tmp_path}/{name}.csv" for name in files} | {"meta": [f"{tmp_path}/meta.json"]},
        {name: f"{tmp_path}/kept_{name}" for name in names},
        SimpleNamespace(judged=runs[KEYS].to_numpy().tolist(), claims=TEXT),
        print,
    )
    return tmp_path


def test_tables_are_kept_by_the_name_of_their_output(kept):
    table = {name: pd.read_csv(kept / f"kept_{name}") for name in ("claims", "code", "data")}
    assert table["claims"]["share"].tolist() == [0.1235]
    assert dict(table["code"].to_numpy()) == code_now()
    assert table["data"][["task", "split", "rows"]].to_numpy().tolist() == [
        ["yelp-5", "dev", 0],
        ["yelp-5", "test", 9],
    ]
    words = pd.read_csv(kept / "kept_words", keep_default_na=False)
    assert words.to_dict("records") == [{"task": "news", "class": "World", "words": "null"}]


def test_networks_are_judged_again_as_they_were(kept):
    networks = read_networks(kept / "kept_networks")
    assert networks["hold_r2"].tolist() == [0.12346] * 3
    assert not {"train_seconds", "id_two_nn"} & set(networks)
    assert {"simplex_shape_p", "bag_of_words_accuracy", "modes_low"} <= set(networks)
    control = networks["control"].notna()
    assert networks["modes_low"].isna().tolist() == control.tolist()
    keys = networks[[f"file_{key}" for key in KEYS]].to_numpy().tolist()
    found = claims_table(TEXT, networks, SWEEPS, keys)
    pd.testing.assert_frame_equal(judged_again(TEXT, networks, SWEEPS), found)
    assert found.set_index("claim").loc["words-held", ["met", "runs"]].tolist() == [0, 2]


def test_networks_of_a_small_run_are_kept_in_few_columns(kept):
    runs = pd.read_csv(kept / "kept_runs")
    assert runs["model"].tolist() == ["gru-text"] * 3
    assert runs["hold_r2"].tolist() == [0.12346] * 3
    assert {"task", "tau_1", "components_95"} <= set(runs) <= {*runs, *text_battery.EMPTY}
