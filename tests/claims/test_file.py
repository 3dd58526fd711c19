"""Files of claims: dates, seeds that nothing was chosen on, mistakes that are one sentence."""

import copy
import datetime

import pytest
import yaml
from conftest import PROJECT
from test_judge import CLAIMS, TEXT

from rnn_geometry.claims import file as claims_file
from rnn_geometry.claims.metrics import ROW_METRICS, SWEEP_METRICS
from rnn_geometry.config.load import read_claims
from rnn_geometry.errors import UserError

RAW = yaml.safe_load((PROJECT / "config/claims.yaml").read_text())


def test_every_claim_carries_the_day_its_threshold_was_frozen():
    for claim in (*CLAIMS["claims"], *TEXT["claims"]):
        assert datetime.date.fromisoformat(claim["frozen"]) <= datetime.date.today()


@pytest.mark.parametrize("name", ["battery"])
def test_judged_seeds_are_none_that_anything_was_chosen_on(name):
    config = yaml.safe_load((PROJECT / f"config/{name}.yaml").read_text())
    entries = [*config["tasks"], *config["sweeps"], *config["controls"].values(), config]
    groups = [entry[key] for entry in entries for key in ("seeds", "data_seeds") if key in entry]
    used = {seed for seeds in groups for seed in seeds}
    low, high = CLAIMS["tuning_seeds"]
    assert used.isdisjoint(range(low, high + 1))
    assert min(used) >= CLAIMS["judged_from"] > high
    assert len(config["seeds"]) * len(config["data_seeds"]) == CLAIMS["looks"][0]["networks"]


def test_the_default_run_shows_seeds_that_do_not_count():
    config = yaml.safe_load((PROJECT / "config/config.yaml").read_text())
    low, high = CLAIMS["tuning_seeds"]
    assert all(low <= seed <= high for seed in config["seeds"])


@pytest.mark.parametrize(("name", "count"), [("natural", False), ("battery_text", True)])
def test_networks_on_text_have_the_claims_on_text_and_only_a_battery_is_judged(name, count):
    config = yaml.safe_load((PROJECT / f"config/{name}.yaml").read_text())
    assert config["claims"] == "config/claims_text.yaml"
    seeds = {s for owner in (config, *config["tasks"]) for s in owner.get("seeds", [])}
    low, high = TEXT["tuning_seeds"]
    assert {seed >= TEXT["judged_from"] > high >= low for seed in seeds} == {count}


def test_a_metric_that_is_registered_can_be_named():
    row, sweep = set(ROW_METRICS), set(SWEEP_METRICS)
    assert {"bag_of_words_lag", "shuffling_cost"} <= row
    assert {"falls_to_zero", "levels_visited"} <= sweep
    assert not row & set(claims_file.measures()), "a column of that name would be out of reach"


def test_the_margin_to_a_bag_of_words_is_stated_or_a_tenth():
    assert RAW["bag_of_words_margin"] == CLAIMS["bag_of_words_margin"] == 0.1
    silent = {key: value for key, value in RAW.items() if key != "bag_of_words_margin"}
    assert claims_file.checked_claims(silent)["bag_of_words_margin"] == 0.1
    assert claims_file.checked_claims({**RAW, "bag_of_words_margin": 0})["bag_of_words_margin"] == 0


def broken(changes, remove=(), **top):
    raw = copy.deepcopy({**RAW, **top})
    raw["claims"] = raw["claims"][:1]
    raw["claims"][0] = {k: v for k, v in {**raw["claims"][0], **changes}.items() if k not in remove}
    return raw


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (
            broken({"metric": "participation"}),
            "'simplex-dimension': metric is 'participation'; accepted are",
        ),
        (
            broken({"metric": "participation_ration"}),
            r"a column of runs.csv \(did you mean 'participation_ratio'\?\)",
        ),
        (broken({"structures": ["unorderd"]}), r"structures is 'unorderd'; .*'unordered'\?"),
        (broken({"metric": "seed"}), "metric is 'seed'; accepted are"),
        (broken({"within_share": float("nan")}), "within_share is nan; accepted is a number"),
        (broken({"expected": float("inf")}), "expected is inf; accepted is a number"),
        (broken({}, tuning_seeds=[9, 0]), "tuning_seeds: 9 is above 0"),
        (
            broken({"control_at_most": 0.2}),
            "'simplex-dimension': control_at_most goes with at_least, and only with it",
        ),
        (
            broken({"at_least": 0.1, "control_at_most": 0.2}, ["within_share", "expected"]),
            "control_at_most 0.2 is above at_least 0.1",
        ),
        (broken({"expected": "d"}), "expected is 'd'; accepted are a number"),
        (broken({}, remove=["expected"]), "expected goes with within"),
        (broken({"at_least": 1}), "give one of at_least"),
        (broken({"controls": ["permuted"]}), "controls is 'permuted'; accepted are untrained"),
        (broken({"sweep": "l2"}), "give either structures or sweep"),
        (broken({"controls": []}), "controls: .*too short"),
        (broken({"thresold": 1}), "thresold: unknown key"),
        (broken({}, judged_from=199), "judged_from: 199 is not above the tuning seeds 0 to 199"),
        ({**RAW, "claims": [RAW["claims"][0]] * 2}, "'simplex-dimension' is used twice"),
        ({key: value for key, value in RAW.items() if key != "frozen"}, "frozen: missing"),
        ({**RAW, "frozen": "soon"}, "frozen: 'soon' is no date"),
        (broken({"metric": "hold_input"}), "metric is 'hold_input'; accepted are"),
        (
            broken({"given": {"metric": "hold_r", "at_least": 1}}),
            r"given.metric is 'hold_r'; .*'hold_r2'",
        ),
        (broken({"given": {"metric": "hold_r2"}}), "given: give one of at_least, .*; there are 0"),
        (
            broken({"given": {"metric": "hold_r2", "at_least": 0.1, "at_most": 1}}),
            "given: give one of at_least, .*; there are 2",
        ),
        (
            broken({"given": {"metric": "hold_r2", "at_least": float("nan")}}),
            "given: at_least is nan",
        ),
        (
            broken(
                {"given": [{"metric": "hold_r2", "at_least": 1}, {"metric": "x", "at_least": 1}]}
            ),
            "given.metric is 'x'; accepted are",
        ),
        (
            broken({"given": {"metric": "hold_r2", "at_least": 1, "expected": 2}}),
            "given: expected goes with within",
        ),
        (broken({"surrogate": {"metric": "hold_r2"}}), "given: give one of"),
        (broken({"exploratory": True}), "it is exploratory or a headline, not both"),
        (broken({"margin": 0}), "margin: 0 is not accepted, it must be more than 0"),
        (
            broken({}, looks=[{"networks": 10, "holds": 1, "fails": 1}]),
            "looks: 1 to hold and 1 to fail of 10 networks; accepted are fails < holds <= networks",
        ),
        (
            broken({}, looks=[{"networks": 9, "holds": 9, "fails": 1}] * 2),
            "looks: the networks are 9, 9; accepted are numbers that grow",
        ),
        (broken({}, bag_of_words_margin=-0.1), "bag_of_words_margin: "),
        (
            broken({"metric": "hold_r2", "controls": ["random"]}),
            "there is no control random for hold_r2",
        ),
        (
            broken(
                {"sweep": "h", "metric": "falls_to_zero", "controls": ["permuted"], "at_least": 1},
                remove=["structures", "expected", "within_share", "given"],
            ),
            "sweep is 'h'; accepted are l2",
        ),
        (
            broken(
                {"sweep": "l2", "metric": "falls_to_zero", "controls": ["permuted"]},
                remove=["structures", "given"],
            ),
            "a sweep has no expected value; give at_least or at_most, not within_share",
        ),
    ],
)
def test_mistakes_in_the_file_are_one_sentence(raw, sentence, tmp_path):
    file = tmp_path / "claims.yaml"
    file.write_text(yaml.safe_dump(raw))
    with pytest.raises(UserError, match=sentence) as caught:
        read_claims(str(file), str(tmp_path))
    assert "\n" not in str(caught.value)
