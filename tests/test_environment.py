"""The lock, the package's requirements and the conda environment agree."""

import re
import tomllib

import yaml
from conftest import PROJECT

from rnn_geometry.config.requirements import required


def locked():
    lines = (PROJECT / "requirements.lock").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", pin) for pin in pins), (
        "no local labels, hashes or hosts"
    )
    return {name.lower(): version for name, version in (pin.split("==") for pin in pins)}


def test_the_conda_environment_equals_the_lock():
    environment = yaml.safe_load((PROJECT / "envs/environment.yaml").read_text())
    pins = dict(pin.split("==") for pin in environment["dependencies"][-1]["pip"])
    assert pins == {name: locked()[name.lower()] for name in pins}


def test_the_lock_holds_every_requirement():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    wanted = [*required(project), *project["optional-dependencies"]["dev"]]
    missing = [
        name
        for name in (re.split("[>=<]", line)[0].lower() for line in wanted)
        if name not in locked()
    ]
    assert not missing


def test_the_oldest_environment_is_what_the_package_accepts():
    lines = (PROJECT / "envs/oldest.txt").read_text().splitlines()
    oldest = dict(line.split("==") for line in lines if not line.startswith("#"))
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    floors = dict(line.split(">=") for line in required(project))
    assert set(floors) <= set(oldest)
    for name, floor in floors.items():
        assert oldest[name] == floor or oldest[name].startswith(f"{floor}."), name


def test_torch_is_pinned_to_the_release_with_a_small_cpu_build():
    assert locked()["torch"] == "2.13.0"


def test_every_profile_keeps_the_two_settings_that_reruns_and_errors_rely_on():
    profiles = list((PROJECT / "profiles").glob("*/config.yaml"))
    assert len(profiles) >= 2
    for profile in profiles:
        settings = yaml.safe_load(profile.read_text())
        assert "code" not in settings["rerun-triggers"], profile
        assert settings["show-failed-logs"] is True, profile
