"""What was registered before judging, and what a page lists where something differs."""

import datetime

import pytest
import yaml
from conftest import PROJECT

from rnn_geometry.claims import registration
from rnn_geometry.claims.file import checked_claims

DAY = datetime.date(2026, 11, 28)
FILE = PROJECT / "config/claims.yaml"


@pytest.fixture
def claims():
    checked = checked_claims(yaml.safe_load(FILE.read_text()))
    return {key: value for key, value in checked.items() if key not in registration.APART}


@pytest.fixture
def registered(claims):
    return {**claims, "registered": registration.registration(claims, DAY)}


def test_nothing_differs_from_what_was_registered(registered):
    assert registration.deviations(registered, registration.code_now()) == []


def test_an_unregistered_file_says_so(claims):
    (told,) = registration.deviations(claims, registration.code_now())
    assert told.startswith("Nothing is registered")


def test_a_threshold_changed_later_is_told(registered):
    first, *rest = registered["claims"]
    changed = {**registered, "claims": [{**first, "controls": ["untrained"]}, *rest]}
    (told,) = registration.deviations(changed, registration.code_now())
    assert told == "Thresholds or rule differ from those registered on 2026-11-28."


def test_a_statement_is_words_and_may_be_mended(registered):
    first, *rest = registered["claims"]
    changed = {**registered, "claims": [{**first, "statement": "Better words."}, *rest]}
    assert registration.deviations(changed, registration.code_now()) == []


def test_other_code_is_told_by_its_part(registered):
    code = {**registration.code_now(), "search": "0" * 16}
    (told,) = registration.deviations(registered, code)
    assert told == "The code of search differs from that registered on 2026-11-28."


def test_deviations_noted_by_hand_are_told(registered):
    noted = {**registered, "deviations": [{"date": "2026-12-01", "what": "A fault was mended."}]}
    assert registration.deviations(noted, registration.code_now()) == [
        "2026-12-01: A fault was mended."
    ]


def test_the_command_writes_the_block_once_and_the_hash_does_not_hang_on_it(tmp_path, registered):
    file = tmp_path / "claims.yaml"
    file.write_text(FILE.read_text())
    for _ in range(2):
        registration.main([str(file), DAY.isoformat()])
    text = file.read_text()
    assert text.count(f"\n{registration.KEY}") == 1
    assert yaml.safe_load(text)["registered"] == registered["registered"]
