"""What a machine lacks is one sentence before anything else."""

import pytest

from rnn_geometry.config import requirements
from rnn_geometry.errors import UserError


@pytest.mark.parametrize("found", ["3.8.10", "3.10.2"])
def test_a_python_that_is_too_old_is_named(found):
    with pytest.raises(UserError, match=rf"Python >=3\.11 is needed, this is {found}; run `make"):
        requirements.check_python(">=3.11", found)


@pytest.mark.parametrize("found", ["3.11.0", "3.14.1", "3.15.0rc1"])
def test_a_newer_python_is_taken(found):
    requirements.check_python(">=3.11", found)


@pytest.mark.parametrize("version", ["2.12.0", "1.13.1+cu117"])
def test_a_library_that_is_too_old_is_named(monkeypatch, version):
    monkeypatch.setattr(requirements, "version", lambda name: version)
    with pytest.raises(UserError, match=r"torch>=2\.13 is needed, .* is there; run `make install`"):
        requirements.check_requirement("torch>=2.13")


@pytest.mark.parametrize("version", ["2.13.0", "2.13.0+cpu", "2.14.0a0+git1"])
def test_a_library_with_a_local_label_is_taken(monkeypatch, version):
    monkeypatch.setattr(requirements, "version", lambda name: version)
    requirements.check_requirement("torch>=2.13")


def test_a_missing_library_is_named():
    with pytest.raises(UserError, match="package no-such-library>=1 is missing; run `make install"):
        requirements.check_requirement("no-such-library>=1")


def test_this_machine_is_taken(project, tmp_path):
    requirements.check_machine(project)
    requirements.check_machine(tmp_path)  # a copy without pyproject.toml


def test_windows_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr("rnn_geometry.config.requirements.os.name", "nt")
    with pytest.raises(UserError, match=r"not on Windows itself; install WSL"):
        requirements.check_machine(str(tmp_path))
