"""Where caches lie when the home folder has no room for them."""

import os

import pytest
from snakemake_logger_plugin_rnn_geometry import homes


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a folder of a project; the working folder is another."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project/Snakefile").touch()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("MPLCONFIGDIR", raising=False)
    return tmp_path / "project"


def test_a_home_that_can_be_written_to_is_left_alone(project, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    before = dict(os.environ)
    homes.find_cache(os.environ, project)
    assert dict(os.environ) == before
    assert not (project / ".snakemake").exists()


@pytest.mark.parametrize("home", ["/dev/null", "/proc/nobody", "/dev/null/x", "relative"])
def test_without_a_home_the_cache_lies_below_the_project(project, monkeypatch, home):
    monkeypatch.setenv("HOME", home)
    homes.find_cache(os.environ, project)
    assert os.environ["XDG_CACHE_HOME"] == str(project / ".snakemake/cache")
    assert os.environ["MPLCONFIGDIR"].startswith(str(project))
    assert (project / ".snakemake/cache").is_dir()
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("MPLCONFIGDIR")


@pytest.mark.parametrize("cache", ["/dev/null", "/proc/x"])
def test_a_cache_of_its_own_that_cannot_be_written_to_is_replaced(project, monkeypatch, cache):
    monkeypatch.setenv("XDG_CACHE_HOME", cache)
    monkeypatch.setenv("MPLCONFIGDIR", cache)
    homes.find_cache(os.environ, project)
    assert os.environ["XDG_CACHE_HOME"] == str(project / ".snakemake/cache")


def test_without_a_project_it_lies_below_the_working_folder(project, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/dev/null")
    monkeypatch.setenv("MPLCONFIGDIR", "x")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    homes.find_cache(os.environ, tmp_path / "installed")
    assert os.environ["XDG_CACHE_HOME"] == str(tmp_path / "work/.snakemake/cache")


def test_an_empty_home_is_none(project, monkeypatch):
    monkeypatch.setenv("HOME", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "mine"))
    homes.find_cache(os.environ, project)
    assert "HOME" not in os.environ


def test_where_nothing_can_be_written_one_sentence_says_so(project, monkeypatch):
    monkeypatch.setenv("HOME", "/dev/null")
    monkeypatch.setattr(homes, "_is_usable", lambda folder: False)
    with pytest.raises(SystemExit, match=r"^ERROR: no cache can be written, neither to /dev/null"):
        homes.find_cache(os.environ, project)
