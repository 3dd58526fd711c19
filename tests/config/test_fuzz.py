"""Configurations made from the schema.

Valid ones are planned, damaged ones refused with the key, without traceback.
"""

import functools
from pathlib import Path

import pytest
import strategies
import yaml
from conftest import PROJECT, ProjectCopy
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config
from strategies import SCHEMA, configurations, damaged, littered

from rnn_geometry.config import load
from rnn_geometry.errors import UserError
from rnn_geometry.tasks import synthetic as synthetic_tasks
from rnn_geometry.tasks.text import options as text_options

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

# Equal examples on every machine.
IN_PROCESS = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
DRY_RUNS = settings(IN_PROCESS, max_examples=12, phases=[Phase.generate])


@pytest.fixture(scope="module")
def resolve(tmp_path_factory):
    """Yield a function that checks a configuration as the Snakefile does, beside some texts."""
    texts = tmp_path_factory.mktemp("texts")
    strategies.write_texts(texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("RNN_GEOMETRY_DATA", raising=False)
        patch.chdir(texts)
        patch.setattr(load, "read_defaults", lambda root: {})  # what is missing stays missing
        for name in ("read_schema", "read_claims"):  # the same files for every example
            patch.setattr(load, name, functools.cache(getattr(load, name)))
        yield lambda config, *files: load.load_settings(config, files, str(PROJECT))


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Return a copy of the project for dry runs."""
    folder = (
        tmp_path_factory.mktemp("fuzz") / "project"
    )  # one below: some results lie beside the project
    folder.mkdir()
    made = ProjectCopy(folder)
    strategies.write_texts(made.root)
    return made


def one_sentence(error):
    text = str(error)
    assert "\n" not in text, text
    assert text.endswith("."), text
    return text


# The strategies are about all of the schema, and all of the families


def test_the_strategies_know_every_keyword_of_the_schema():
    for schema in strategies.subschemas(SCHEMA):
        assert set(schema) <= strategies.KEYWORDS, set(schema) - strategies.KEYWORDS


def test_the_strategies_know_every_option_of_every_family():
    families = synthetic_tasks.FAMILIES
    assert {name: set(family.own) for name, family in families.items()} == {
        name: set(options) for name, options in strategies.OPTIONS.items()
    }
    assert set(strategies.COMMON) == set(synthetic_tasks._COMMON)
    assert {*strategies.TEXT, "source"} == set(text_options._ACCEPTED)


# In this process


@IN_PROCESS
@given(config=configurations())
def test_a_valid_configuration_is_accepted_and_complete(resolve, config):
    found = resolve(config)
    assert any(found["design"].networks.values())
    assert set(SCHEMA["properties"]) <= set(found)
    for network in (
        network for networks in found["design"].networks.values() for network in networks
    ):
        assert {*found["design"].models[network.model]} == {*strategies.RECIPE["properties"]}


@IN_PROCESS
@given(data=st.data(), config=configurations())
def test_one_mistake_is_refused_with_its_key(resolve, data, config):
    mistake = data.draw(damaged(config))
    with pytest.raises(UserError) as caught:
        resolve(mistake.config)
    assert mistake.key in one_sentence(caught.value)


@settings(IN_PROCESS, max_examples=6)
@given(config=configurations())
def test_a_contradiction_is_refused_with_its_key(resolve, config):
    for mistake in strategies.contradictions(config):
        with pytest.raises(UserError) as caught:
            resolve(mistake.config)
        assert mistake.key in one_sentence(caught.value)


@IN_PROCESS
@given(data=st.data(), config=configurations())
def test_rubbish_anywhere_is_accepted_or_refused_in_one_sentence(resolve, data, config):
    try:
        resolve(data.draw(littered(config)))
    except UserError as error:
        one_sentence(error)


# Through Snakemake


def planned(copy, config):
    """Dry-run a configuration; return the exit code and all that a person sees."""
    text = (
        config if isinstance(config, bytes) else yaml.safe_dump(config, allow_unicode=True).encode()
    )
    (copy.root / "fuzz.yaml").write_bytes(text)
    done = copy.snakemake("-n", "--quiet", "rules", "--configfile", "fuzz.yaml", check=False)
    return done.returncode, done.stdout + done.stderr


@DRY_RUNS
@given(config=configurations())
def test_a_valid_configuration_is_planned(copy, config):
    code, output = planned(copy, config)
    assert code == 0, output
    assert "Traceback" not in output
    assert "dry-run" in output


@DRY_RUNS
@given(data=st.data(), config=configurations())
def test_one_mistake_stops_snakemake_with_its_key(copy, data, config):
    known = set(SCHEMA["required"])  # config/config.yaml fills in what is missing there
    mistake = data.draw(damaged(config).filter(lambda mistake: known <= set(mistake.config)))
    code, output = planned(copy, mistake.config)
    assert code == 1, output
    assert mistake.key in output
    assert "Traceback" not in output


TINY = b"tasks: [{name: two, family: categorical}]\ncells: [gru]\nseeds: [0]\n"
AWAY = TINY.replace(b"categorical", b"text, source: {folder: %s}")
# Snakemake itself reads the file: these sentences are its own.
NOT_READ = {
    "no mapping": (
        b"- a\n- b\n",
        "Config file must be given as JSON or YAML with keys at top level",
    ),
    "empty": (b"", "Config file must be given as JSON or YAML with keys at top level"),
    "tabs": (b"tasks:\n\t- x\n", "Config file is not valid JSON or YAML"),
    "two documents": (TINY + b"---\n" + TINY, "Config file is not valid JSON or YAML"),
    "an object of Python": (
        b'results: !!python/object/apply:os.system ["touch hacked"]\n',
        "not valid JSON or YAML",
    ),
}
ODDITIES = {
    "a key twice": (
        TINY + b"seeds: [1]\n",
        'config key "seeds": it is given twice, in lines 3 and 4',
    ),
    "a key twice further down": (
        TINY + b"models: {gru: {l2: '1', l2: '2'}}\n",
        'config key "l2": it is given twice',
    ),
    "a key of JSON twice": (
        b'{"seeds": [0],\n "seeds": [1]}',
        'config key "seeds": it is given twice',
    ),
    "an alias of itself": (b"seeds: &s [*s]\n", "config key seeds: it contains itself"),
    "a date": (
        TINY.replace(b"two", b"2026-11-25"),
        'config key tasks[0].name: "2026-11-25" is a date to YAML',
    ),
    "no number": (
        TINY + b"models: {gru: {eps: .nan}}\n",
        "config key models.gru.eps: nan is not accepted",
    ),
    "no end": (
        TINY + b"models: {gru: {eps: .inf}}\n",
        "config key models.gru.eps: inf is not accepted",
    ),
    "a number as text": (
        TINY + b"models: {gru: {eps: 1e-8}}\n",
        "(YAML reads 1e-8 as text; write it with a point",
    ),
    "a whole number with a point": (
        TINY.replace(b"[0]", b"[1.0]"),
        "config key seeds[0]: 1.0 is not accepted; accepted is a whole number",
    ),
    "a huge number": (
        TINY.replace(b"[0]", b"[1%s]" % (b"0" * 30)),
        "config key seeds[0]: the number is too large",
    ),
    "a key that is no text": (
        TINY + b"models: {1: {cell: gru}}\n",
        "config key models.1: a key must be text",
    ),
    "nothing": (
        TINY.replace(b"[0]", b"~"),
        "config key seeds: null is not accepted; accepted is a list",
    ),
    "a control character": (
        TINY + b'results: "a\\0b"\n',
        'config key results: "a\\u0000b" holds a control character',
    ),
    "text that is no number": (
        TINY + b"models: {gru: {l2: 1e999}}\n",
        'config key models.gru.l2: "1e999" is not',
    ),
    "a claims file that is none": (
        TINY + b"claims: colons\n",
        "config key claims: 'colons' is no YAML file",
    ),
    "a claims file that is binary": (
        TINY + b"claims: binary\n",
        "config key claims: 'binary' is no YAML file",
    ),
    "a home of nobody": (
        b"data_folder: ~no-such-user/x\n" + AWAY % b"texts",
        "make no path (Could not determine home",
    ),
    "a name that is too long": (
        b"data_folder: .\n" + AWAY % (b"x" * 300),
        "([Errno 36] File name too long",
    ),
    "a pattern in place of a path": (
        b"data_folder: '{x}'\n" + AWAY % b"texts",
        'config key data_folder: "{x}" is not',
    ),
}


@pytest.mark.parametrize("oddity", [*NOT_READ, "a key twice", "an alias of itself"])
def test_a_file_that_is_no_configuration_is_one_sentence(copy, oddity):
    text, sentence = {**NOT_READ, **ODDITIES}[oddity]
    code, output = planned(copy, text)
    assert code == 1, output
    assert sentence in output
    assert "Traceback" not in output
    assert not (copy.root / "hacked").exists()


@pytest.mark.parametrize("oddity", ODDITIES)
def test_an_oddity_of_yaml_is_one_sentence(resolve, oddity):
    text, sentence = ODDITIES[oddity]
    Path("odd.yaml").write_bytes(text)
    Path("binary").write_bytes(b"\xff\xfe\x00")
    Path("colons").write_bytes(b"a: b: c\n")
    config = load_configfile(PROJECT / "config/config.yaml")
    update_config(config, load_configfile("odd.yaml"))
    with pytest.raises(UserError) as caught:
        resolve(config, "odd.yaml")
    assert sentence in one_sentence(caught.value)


def test_aliases_that_grow_without_end_are_refused(resolve):
    bomb = ["x"] * 10
    for _ in range(9):
        bomb = [bomb] * 10
    with pytest.raises(UserError, match="config key seeds: it holds more than 100000 values"):
        resolve({"tasks": [], "cells": [], "seeds": bomb})


def test_a_thousand_tasks_are_planned(resolve):
    tasks = [{"name": f"task-{i}", "family": "categorical", "classes": 2} for i in range(1000)]
    models = {"gru": {"cell": "gru", "steps": 1}}
    found = resolve({"tasks": tasks, "cells": ["gru"], "seeds": [0], "models": models})
    assert len(found["design"].networks) == 1000
