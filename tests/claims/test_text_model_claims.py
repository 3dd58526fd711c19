"""Claims about language models of running text: their file, and the rule on planted numbers."""

import copy

import pandas as pd
import pytest
import yaml
from conftest import PROJECT

from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.language import checked_language_claims
from rnn_geometry.claims.language_registration import language_code_now
from rnn_geometry.claims.registration import deviations
from rnn_geometry.claims.text_model_units import judged_text_models, why_not_judged, with_made
from rnn_geometry.claims.typed import read_typed
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.config.load import laid_over, load_settings, read_claims
from rnn_geometry.config.plan import Plan
from rnn_geometry.errors import UserError
from rnn_geometry.geometry.text_models import LANGUAGE_TEXT

FILE = PROJECT / "config/claims_language_text.yaml"
CLAIMS = read_claims(str(FILE), key="claims_language_text", checked=checked_language_claims)
TUNED = read_typed(PROJECT / "docs/data/language_text.csv", LANGUAGE_TEXT)
NUMBERS = {
    **{"perplexity": 85.0, "perplexity_ngram_1": 460.0, "perplexity_ngram_2": 119.0},
    **{"perplexity_ngram_3": 94.0, "perplexity_ngram_4": 100.0, "constant": 0.25},
    **{"label_bag_of_words": 0.75, "label": 0.65, "label_slow": 0.6, "label_random": 0.5},
    **{"tau_1": 90.0, "tau_2": 40.0, "tau_3": 60.0, "tau_4": 80.0, "information_reach": 20},
    **{"slow_modes": 40, "slow_participation_ratio": 15.0, "loss_falling": 0},
}
UNTRAINED = {
    **{"perplexity": 5000.0, "label": 0.3, "label_slow": 0.25, "label_random": 0.27},
    **{f"tau_{i}": 2.0 for i in (1, 2, 3, 4)},
    **{"slow_modes": 0, "slow_participation_ratio": 3.0},
}


def network(seed, control=None, **numbers):
    known = {
        **{"task": "news", "model": "gru-text" + ("-untrained" if control else "")},
        **{"cell": "gru", "l2": "1e-6", "seed": seed, "control": control, "data_seed": 0},
        **{**NUMBERS, **(UNTRAINED if control else {})},
    }
    return {**dict.fromkeys(LANGUAGE_TEXT), **known, **numbers}


def judged(**numbers):
    """Judge five networks, each beside an untrained one."""
    both = [(s, c) for s in range(450, 455) for c in (None, "untrained")]
    table = pd.DataFrame([network(s, c, **({} if c else numbers)) for s, c in both])
    keys = table[["task", "model", "l2", "seed"]].to_records(index=False).tolist()
    frame, keys = judged_text_models(table, keys)
    return judged_units(CLAIMS, units_of_claims(CLAIMS, frame, None, keys)).set_index("claim")


def test_numbers_are_made_of_those_of_the_table():
    made = with_made(pd.DataFrame([network(450)])).iloc[0]
    assert made["perplexity_over_ngrams"] == pytest.approx(85 / 94)
    assert made["label_told"] == pytest.approx(0.8)
    assert made["label_slow_beyond_random"] == pytest.approx(0.2)
    assert made["slowest_over_reach"] == 2


def test_planted_networks_are_judged_as_they_were_planted():
    found = judged()
    assert set(found["verdict"]) == {"holds"}
    assert [*found.index] == [claim["name"] for claim in CLAIMS["claims"]]
    assert set(found["structure"]) == {"running_text"}
    worse = judged(perplexity=93.0, label_slow=0.52)["verdict"]
    assert worse["R1-ngrams"] == worse["R3-along-slow"] == "fails"
    assert worse["R2-label"] == "holds"


def test_a_control_that_does_as_well_tells_nothing():
    both = [(s, c) for s in range(450, 455) for c in (None, "untrained")]
    table = pd.DataFrame([network(s, c, label=0.7) for s, c in both])
    keys = table[["task", "model", "l2", "seed"]].to_records(index=False).tolist()
    frame, keys = judged_text_models(table, keys)
    found = judged_units(CLAIMS, units_of_claims(CLAIMS, frame, None, keys)).set_index("claim")
    assert found["verdict"]["R2-label"] == "uninformative"


def test_networks_that_are_not_done_count_nowhere():
    assert why_not_judged(network(450, perplexity=470.0)) == "not learned"
    assert "falling" in why_not_judged(network(450, loss_falling=1))
    assert why_not_judged(network(450, "untrained")) == ""
    assert judged(loss_falling=1)["runs"].max() == 0


def test_thresholds_were_met_by_the_networks_they_were_chosen_on():
    table = with_made(TUNED)
    chosen = table[table["model"] == "gru-text"]
    assert set(chosen["seed"]) == {0, 1}
    for claim in CLAIMS["claims"]:
        values = chosen[claim["metric"]]
        least, most = claim.get("at_least"), claim.get("at_most")
        assert least is None or (values >= least).all()
        assert most is None or (values <= most).all()


def test_a_file_is_about_sources_or_about_text():
    raw = copy.deepcopy({**CLAIMS, "claims": CLAIMS["claims"][:1]})
    raw["claims"][0]["metric"] = "belief_r2"
    with pytest.raises(UserError, match=r"a number of language_text\.csv, perplexity_over_ngrams"):
        checked_language_claims(raw)
    raw["claims"][0]["structures"] = ["topics", "running_text"]
    with pytest.raises(UserError, match="structures is 'running_text'; accepted are topics"):
        checked_language_claims(raw)


def test_code_that_is_not_the_registered_one_is_told():
    told = deviations(CLAIMS, language_code_now(text=True))
    assert not any("Thresholds" in line for line in told)
    assert not told or any(line.startswith("2026-11-30: After the run") for line in told)


def test_the_run_that_judges_them_is_planned(tmp_path):
    parts = [
        yaml.safe_load((PROJECT / f"config/{name}.yaml").read_text())
        for name in ("language_text", "language_text_claims")
    ]
    for name in ("ag_news", "yelp_reviews"):
        (tmp_path / name).mkdir()
        for split in ("train", "test"):
            (tmp_path / name / f"{split}.csv").touch()
    asked = {**laid_over(*parts), "data_folder": str(tmp_path)}
    plan = Plan(load_settings(asked, [], str(PROJECT)))
    assert len(plan.text_models) == 2 * 5 * 2
    assert min(network.seed for network in plan.networks) == CLAIMS["judged_from"]
