"""The committed tables of the natural battery: their verdicts, and docs/natural.md."""

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT
from test_claims_page import text_of
from test_judge import NATURAL

from rnn_geometry.claims.networks import KEYS
from rnn_geometry.pages import natural
from rnn_geometry.store.columns import read_frame

TASKS = pd.DataFrame({"task": ["news", "news-shuffled"], "structure": "unordered"})
GOOD = {
    "task": "news",
    "model": "gru",
    "cell": "gru",
    "l2": "3e-4",
    "seed": 10,
    "control": np.nan,
    "dimension_expected": 2,
    "dimension_predicted": 2,
    "components_95": 2,
    "integration_modes": 2,
    "participation_ratio": 1.9,
    "cliff": 1,
    "readout_angle_mean": 118.0,
    "readout_angle_expected": 120.0,
    "readout_in_subspace": 0.9,
    "test_accuracy": 0.9,
    "bag_of_words_accuracy": 0.91,
    "shuffled_accuracy": 0.89,
    "hold_r2": 0.9,
    "hold_r2_untrained": 0.0,
    "additivity_r2_fitted": 0.9,
    "additivity_r2_fitted_untrained": 0.2,
    "position_independence": 0.9,
    "position_independence_untrained": 0.1,
}


def network(**changes):
    """Return a row of natural.csv of a network that meets every claim."""
    return dict.fromkeys(natural.COLUMNS, 0.5) | GOOD | changes


def judged(*networks):
    found = natural.verdicts(pd.DataFrame(networks), TASKS, NATURAL)
    return found.set_index("claim")


def seeds(count=6, **changes):
    return [network(seed=10 + i, **changes) for i in range(count)]


OTHER = {
    "components_95": 5,
    "participation_ratio": 5.0,
    "cliff": 0,
    "integration_modes": 0,
    "readout_angle_mean": 90.0,
    "readout_in_subspace": 0.1,
    "shuffled_accuracy": 0.5,
    "bag_of_words_accuracy": 0.1,
    "hold_r2": 0.0,
    "additivity_r2_fitted": 0.0,
    "position_independence": 0.1,
}
UNTRAINED = seeds(model="gru-untrained", control="untrained", **OTHER)
# Word counts are those of the task controlled.
SHUFFLED = seeds(
    task="news-shuffled", control="shuffled_labels", **{**OTHER, "test_accuracy": 0.95}
)


def test_six_networks_that_do_everything_beside_controls_that_do_nothing():
    found = judged(*seeds(), *UNTRAINED, *SHUFFLED)
    assert dict(found["verdict"]) == {claim["name"]: "holds" for claim in NATURAL["claims"]}
    assert set(found["judged"]) == {1}


def test_two_networks_decide_nothing():
    assert set(judged(*seeds(2))["verdict"]) == {"undecided"}


@pytest.mark.parametrize(
    ("claim", "change"),
    [
        ("components", {"components_95": 3}),
        ("ratio", {"participation_ratio": 2.5}),
        ("cliff", {"cliff": 0}),
        ("modes", {"integration_modes": 1}),
        ("angles", {"readout_angle_mean": 114.0}),
        ("inside", {"readout_in_subspace": 0.6}),
        ("predicted", {"dimension_predicted": 1}),
        ("bag-of-words", {"bag_of_words_accuracy": 0.87}),
        ("shuffled", {"shuffled_accuracy": 0.87}),
        ("held", {"hold_r2": 0.5}),
        ("added", {"additivity_r2_fitted": 0.7}),
        ("anywhere", {"position_independence": 0.7}),
    ],
)
def test_every_claim_can_fail_and_be_mixed(claim, change):
    assert judged(*seeds(**change)).loc[claim, "verdict"] == "fails"
    mixed = judged(*seeds(3), network(seed=20, **change)).loc[claim]
    assert mixed[["verdict", "met", "runs"]].tolist() == ["undecided", 3, 4]


@pytest.mark.parametrize(
    ("claim", "change"),
    [
        ("held", {"hold_r2_untrained": 0.5}),
        ("added", {"additivity_r2_fitted_untrained": 0.4}),
        ("anywhere", {"position_independence_untrained": 0.99}),
    ],
)
def test_untrained_selves_that_do_the_same_are_marked(claim, change):
    row = judged(*seeds(**change)).loc[claim]
    assert (row["control_met"], row["verdict"]) == (1, "uninformative")
    assert judged(*seeds(), *SHUFFLED).loc[claim, "control_met"] == 0


def test_undefined_values_give_no_verdict():
    assert "angles" not in judged(network(readout_angle_mean=np.nan)).index


def test_networks_that_differ_in_l2_are_left_out():
    swept = network(task=natural.SWEEPS[0])
    assert set(judged(network(), swept)["task"]) == {"news"}


def committed():
    names = ("natural", "hold_inputs", "predictions", "tasks", "words")
    return {name: read_frame(name, PROJECT / f"docs/data/{name}.csv") for name in names}


def test_the_page_is_what_the_committed_tables_give():
    template = text_of("natural.md")
    made = natural.page(template, committed(), NATURAL)
    assert made == (PROJECT / "docs/natural.md").read_text(encoding="utf-8")
    with pytest.raises(KeyError, match="no place for the table accuracy"):
        natural.page(template.replace("{{accuracy}}", ""), committed(), NATURAL)
    with pytest.raises(KeyError, match=r"no such table: \{\{more"):
        natural.page(template + "{{more}}", committed(), NATURAL)


@pytest.mark.parametrize("page", ["natural", "claims"])
def test_no_row_of_a_table_is_wider_than_a_line(page):
    lines = (PROJECT / f"docs/{page}.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("|") and len(line) > 100] == []


def test_the_verdicts_of_the_committed_networks_are_complete():
    tables = committed()
    found = natural.verdicts(tables["natural"], tables["tasks"], NATURAL)
    own = found[found["cell"] != "all"]
    asked = tables["natural"][~tables["natural"]["task"].isin(natural.SWEEPS)]
    assert len(own[own["claim"] == "cliff"]) == len(asked.groupby(["task", "model"]))
    assert set(found["claim"]) == {claim["name"] for claim in NATURAL["claims"]}
    assert set(own.loc[own["claim"] == "held", "control"].str.split().str[0]) == {"untrained"}


def test_the_battery_table_keeps_controls_and_drops_other_points():
    runs = pd.DataFrame([network(seed=seed) for seed in (11, 10)]).drop(
        columns=["mean_length", "train_rows", "id_local_pca"]
    )
    tasks = TASKS.assign(mean_length=38.12345, train_rows=20000)
    points = [
        runs[KEYS].assign(points=name, id_local_pca=i) for i, name in enumerate(("slow", "final"))
    ]
    table = natural.battery_table(runs, tasks, pd.concat(points))
    assert table[["seed", "mean_length", "id_local_pca"]].to_numpy().tolist() == [
        [10, 38.1234, 0],
        [11, 38.1234, 0],
    ]


def test_the_committed_tables_hold_the_sets_that_were_asked_for():
    battery = committed()["natural"]
    assert list(battery.columns) == list(natural.COLUMNS)
    for task in ("ag-news-3", "ag-news-4"):
        part = battery[battery["task"] == task]
        assert set(part["model"]) == {"gru-text", "lstm-text", "ugrnn-text", "vanilla-text"}
        assert part.groupby("model")["seed"].nunique().tolist() == [2, 2, 2, 2]
    assert {
        "dbpedia-2",
        "dbpedia-14",
        "stars-5",
        "stars-3",
        "stars-2",
        "emotions-2",
        "emotions-3",
        "imdb",
    } <= set(battery["task"])


def test_the_figure_draws_every_task_and_names_its_axes():
    from rnn_geometry.plotting.natural import battery_figure

    rows = [
        network(task=task, l2=l2)
        for task in ("news-3", "news-12", "ag-news-4-l2")
        for l2 in ("0", "1e-2")
    ]
    figure = battery_figure(pd.DataFrame(rows), ("ag-news-4-l2",))
    axes = [part for part in figure.findobj() if part.__class__.__name__ == "Axes"]
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["news-3", "news-12"]
    assert all(part.get_xlabel() for part in axes[:3])
