"""A tokenizer.json of the user: where it is looked for, and refused before any job."""

import copy

import pytest
import yaml
from conftest import PROJECT
from tokenizers import Tokenizer, models

from rnn_geometry.config.load import load_settings
from rnn_geometry.config.plan import Plan
from rnn_geometry.errors import UserError

DEFAULT = yaml.safe_load((PROJECT / "config/config.yaml").read_text())


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Return a function that loads settings with a tokenizer; the configuration lies below."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "below").mkdir()
    (tmp_path / "below/config.yaml").write_text("{}")
    for split in ("train", "test"):
        (tmp_path / f"{split}.csv").write_text("text,label\nrain,0\nsun,1\n")

    def load(tokenizer):
        task = {"name": "own", "family": "text", "source": {"folder": "."}, "tokenizer": tokenizer}
        config = {**copy.deepcopy(DEFAULT), "tasks": [task], "data_folder": str(tmp_path)}
        return load_settings(config, ["below/config.yaml"], str(PROJECT))

    return load


def write(path):
    path.parent.mkdir(exist_ok=True)
    Tokenizer(models.BPE()).save(str(path))
    return path


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("tokenizer.json", "tokenizer.json"),
        ("below/tokenizer.json", "tokenizer.json"),
        ("below/deep/tok.json", "deep/tok.json"),
        ("with blank's/tok.json", "with blank's/tok.json"),
    ],
)
def test_it_is_found_here_or_beside_the_configuration(settings, tmp_path, place, named):
    path = write(tmp_path / "x.json")
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    path.rename(tmp_path / place)
    plan = Plan(settings(named))
    assert plan.tokenizer_of("own") == {"tokenizer": place}
    assert plan.data_files()["own"]["tokenizer"] == place


@pytest.mark.parametrize("kind", ["words", "whitespace", "characters"])
def test_built_in_ones_have_no_file(settings, kind):
    assert Plan(settings(kind)).tokenizer_of("own") == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "task 'own': tokenizer: there is no file 'tok.json'; put it below"),
        ("", "task 'own': tokenizer: tok.json is no tokenizer that can be read"),
        ("{}", "task 'own': tokenizer: tok.json is no tokenizer that can be read"),
    ],
)
def test_it_is_refused_before_any_job(settings, tmp_path, content, sentence):
    if content is not None:
        (tmp_path / "tok.json").write_text(content)
    with pytest.raises(UserError, match=sentence):
        settings("tok.json")


def test_a_pattern_of_paths_is_no_path(settings, tmp_path):
    write(tmp_path / "a{b}.json")
    with pytest.raises(UserError, match=r"tokenizer: .* a path must not hold any of"):
        settings("a{b}.json")
