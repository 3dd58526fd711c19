"""Defaults below every configuration, paths from wherever they are meant, numbers in `--config`."""

import os

import pytest
import yaml
from conftest import PROJECT

from rnn_geometry.config import load
from rnn_geometry.config.load import (
    found_from,
    load_settings,
    read_claims,
    read_schema,
    said,
    typed,
)
from rnn_geometry.errors import UserError

SCHEMA = read_schema("config")


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("seeds=[10,11]", {"seeds": [10, 11]}),
        ("l2=['3e-4']", {"l2": ["3e-4"]}),
        ('analysis={"visited_states": 50}', {"analysis": {"visited_states": 50}}),
        ("analysis={min_tau: null}", {"analysis": {"min_tau": None}}),
        ("synthetic={balanced: false}", {"synthetic": {"balanced": False}}),
        ("models={m: {cell: gru, steps: 20}}", {"models": {"m": {"cell": "gru", "steps": 20}}}),
        ("threads=2", {"threads": 2}),
        ("data_folder=null", {"data_folder": None}),
        ("data_folder=", {"data_folder": None}),
        ("data_folder=a=b", {"data_folder": "a=b"}),
        ("results=2024", {"results": "2024"}),
        ("results=2024-01-01", {"results": "2024-01-01"}),
        ("results=true", {"results": "true"}),
        ("device=auto", {"device": "auto"}),
        ("seeds=[", {}),
        ("unknown=[1]", {"unknown": [1]}),
    ],
)
def test_values_of_the_command_line_are_read_as_those_of_a_file(argument, value):
    assert typed([argument], SCHEMA) == value


def test_several_values_of_one_mapping_are_joined():
    arguments = ["analysis={rounds: 3}", "analysis={audit: 0.5}"]
    assert typed(arguments, SCHEMA) == {"analysis": {"rounds": 3, "audit": 0.5}}


def test_text_of_the_command_line_becomes_the_numbers_it_stands_for():
    """Snakemake hands over text; what came from a file stays as strict as before."""
    raw = {"seeds": ["10", "11"], "analysis": {"visited_states": "50"}}
    arguments = ["seeds=[10, 11]", "analysis={visited_states: 50}"]
    settings = load_settings(raw, [], str(PROJECT), arguments)
    assert settings["seeds"] == [10, 11]
    assert settings["analysis"]["visited_states"] == 50
    with pytest.raises(UserError, match=r"config key analysis\.visited_states: \"50\" is not "):
        load_settings(raw, [], str(PROJECT))


def test_what_the_command_line_says_can_be_noted_and_read_again():
    raw = {"seeds": ["10"], "tasks": [{"name": "t", "family": "categorical", "classes": 3}]}
    arguments = ["seeds=[10]"]
    noted = said(raw, arguments)
    assert noted["seeds"] == [10]
    assert load_settings(noted, [], str(PROJECT))["seeds"] == [10]


def test_the_default_lies_below_everything_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text("nonsense: [")
    settings = load_settings({"seeds": [3]}, [], str(PROJECT))
    written = yaml.safe_load((PROJECT / "config/config.yaml").read_text())
    assert settings["seeds"] == [3]
    assert settings["cells"] == written["cells"]
    assert set(settings["models"]) == set(written["models"])
    assert "ag_news" in settings["text_sets"]


@pytest.mark.parametrize("place", ["here", "beside", "project"])
def test_a_relative_path_is_found_from_where_it_is_meant(tmp_path, monkeypatch, place):
    folders = {name: tmp_path / name for name in ("here", "beside", "project")}
    for folder in folders.values():
        folder.mkdir()
    monkeypatch.chdir(folders["here"])
    (folders[place] / "data").mkdir()
    found = found_from(["", folders["beside"], folders["project"]], "data", os.path.isdir)
    assert os.path.abspath(found) == str(folders[place] / "data")


@pytest.mark.parametrize("path", [None, "", 3, "nowhere", "/nowhere", "~/data", "a\0b"])
def test_a_path_that_is_nowhere_is_left_to_what_reads_it(path):
    assert found_from(["", "/tmp"], path, os.path.isdir) == path


@pytest.mark.parametrize("value", [{}, [], 0, False])
def test_a_data_folder_of_another_type_is_refused_and_not_taken_for_none(value):
    with pytest.raises(UserError, match=r"^config key data_folder: "):
        load_settings({"data_folder": value}, [], str(PROJECT))


def test_claims_of_another_folder_are_not_taken_for_the_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/claims.yaml").write_text("no claims")
    assert load_settings({}, [], str(PROJECT))["claims"]["claims"]
    with pytest.raises(UserError, match="config key"):
        load_settings({"claims": "config/claims.yaml"}, [], str(PROJECT))


def test_claims_beside_a_configuration_are_found(tmp_path, monkeypatch):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "own.yaml").write_text((PROJECT / "config/claims.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"there is no file 'own\.yaml'; put it below"):
        read_claims("own.yaml", "", str(PROJECT))
    settings = load_settings({"claims": "own.yaml"}, [str(mine / "x.yaml")], str(PROJECT))
    assert settings["claims"]["claims"]


def test_a_default_that_states_a_key_twice_is_refused(tmp_path):
    (tmp_path / "config").mkdir()
    for name in load.DEFAULTS:
        (tmp_path / "config" / name).write_text("seeds: [1]\nseeds: [2]\n")
    with pytest.raises(UserError, match=r"config key .seeds.: it is given twice"):
        load_settings({}, [], str(tmp_path))
