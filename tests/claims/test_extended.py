"""A file of claims laid over another: what is taken over, left out, and refused in one sentence."""

import pytest
import yaml
from conftest import PROJECT

from rnn_geometry.claims import registration
from rnn_geometry.claims.extended import read_whole
from rnn_geometry.config.load import read_claims
from rnn_geometry.errors import UserError

BELOW = PROJECT / "config/claims.yaml"
OWN = {
    "name": "mine",
    "statement": "One component.",
    "source": "here",
    "structures": ["binary"],
    "metric": "components_95",
    "at_most": 1,
    "controls": ["untrained"],
}


@pytest.fixture
def written(tmp_path):
    """Yield a function that writes a file beside that of the project and returns its path."""
    (tmp_path / "below.yaml").write_text(BELOW.read_text())

    def write(content, name="own.yaml"):
        (tmp_path / name).write_text(yaml.safe_dump(content))
        return str(tmp_path / name)

    return write


def test_a_file_takes_over_the_rule_and_the_claims_of_another(written):
    path = written({"extends": "below.yaml", "without": ["line-curve"], "claims": [OWN]})
    claims, below = read_claims(path), read_claims(str(BELOW))
    names = [claim["name"] for claim in claims["claims"]]
    assert names == [*(c["name"] for c in below["claims"] if c["name"] != "line-curve"), "mine"]
    assert {key: claims[key] for key in ("looks", "level", "half", "judged_from")} == {
        key: below[key] for key in ("looks", "level", "half", "judged_from")
    }


def test_its_own_keys_lie_over_those_below_and_registrations_are_not_inherited(written):
    claims = read_claims(written({"extends": "below.yaml", "judged_from": 300}))
    assert claims["judged_from"] == 300
    assert "registered" in read_claims(str(BELOW))
    assert not {"registered", "deviations", "extends", "without"} & set(claims)


def test_a_claim_left_out_may_be_stated_anew(written):
    again = {**OWN, "name": "line-curve"}
    path = written({"extends": "below.yaml", "without": ["line-curve"], "claims": [again]})
    (found,) = (c for c in read_claims(path)["claims"] if c["name"] == "line-curve")
    assert found["metric"] == "components_95"
    with pytest.raises(UserError, match="'line-curve' is used twice"):
        read_claims(written({"extends": "below.yaml", "claims": [again]}))


def test_controls_that_nothing_trains_are_left_out_of_every_claim_that_is_taken_over(written):
    path = written({"extends": "below.yaml", "without_controls": ["reservoir"]})
    claims, below = read_claims(path)["claims"], read_claims(str(BELOW))["claims"]
    for claim, old in zip(claims, below, strict=True):
        assert claim["controls"] == [name for name in old["controls"] if name != "reservoir"]
    assert any("reservoir" in old["controls"] for old in below)


def test_a_registration_counts_the_claims_that_are_taken_over(written, tmp_path):
    path = written({"extends": "below.yaml"})
    registration.main([path, "2026-11-28"])
    assert read_whole(path)["registered"]["claims"] == registration.claims_hash(read_claims(path))
    changed = yaml.safe_load(BELOW.read_text())
    changed["claims"][0]["within_share"] = 0.5
    written(changed, "below.yaml")
    (told, *_) = registration.deviations(read_claims(path), registration.code_now())
    assert told.startswith("Thresholds or rule differ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"extends": "own.yaml"}, "own.yaml extends itself by way of own.yaml"),
        ({"extends": "nowhere.yaml"}, "no YAML file"),
        ({"extends": 3}, "extends"),
        ({"without": ["line-curve"]}, "without"),
        ({"extends": "below.yaml", "without": ["line"]}, "'line' is no claim of below.yaml"),
        ({"extends": "below.yaml", "without": 3}, "claims key without: 3 is no list"),
        ({"extends": "below.yaml", "claims": 3}, "claims"),
        ({"extends": "below.yaml", "without_controls": 3}, "without_controls: 3 is no list"),
        (
            {"extends": "below.yaml", "without_controls": ["permuted"]},
            "leaves 'l2-falls' without any control",
        ),
    ],
)
def test_a_mistake_is_one_sentence(written, content, words):
    with pytest.raises(UserError) as caught:
        read_claims(written(content))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("below", [{}, {"claims": 3}, {"claims": [3]}, [3], None])
def test_a_file_below_that_is_none_of_claims_is_refused(written, below):
    written(below, "below.yaml")
    with pytest.raises(UserError):
        read_claims(written({"extends": "below.yaml", "claims": [OWN]}))
