"""The fingerprint sees code and nothing but code."""

import shutil

import pytest
from conftest import PROJECT

from rnn_geometry.store import fingerprint as module

RULES = PROJECT / "workflow/rules"
SCRIPTS = PROJECT / "workflow/scripts"


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """Return a copy of rules, scripts and package, and a function that hashes a rule of it."""
    shutil.copytree(
        PROJECT / "workflow", tmp_path / "workflow", ignore=shutil.ignore_patterns("__pycache__")
    )
    root = tmp_path / "workflow"
    monkeypatch.setattr(module, "__file__", str(root / "rnn_geometry/store/fingerprint.py"))

    def hash_of(rule, rules_file):
        for cached in (module.rule_source, module.python_source, module.imported_modules):
            cached.cache_clear()
        return module.fingerprint(
            rule, root / "rules" / rules_file, root / "scripts" / f"{rule}.py"
        )

    yield root, hash_of
    for cached in (module.rule_source, module.python_source, module.imported_modules):
        cached.cache_clear()


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_comments_docstrings_and_layout_do_not_count(sources):
    root, hash_of = sources
    before = hash_of("tabulate", "geometry.smk")
    edit(root / "rnn_geometry/tables.py", '"""Tables over', '# a comment\n"""Other words over')
    edit(root / "scripts/tabulate.py", "with job", "# a comment\nwith job")
    edit(root / "rules/geometry.smk", "rule tabulate:\n", "rule tabulate:\n    # a comment\n")
    assert hash_of("tabulate", "geometry.smk") == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rnn_geometry/columns.py", '"analysis_seconds",', '"analysis_seconds",\n    "more",'),
        ("rnn_geometry/io.py", '"zstd"', '"snappy"'),
        ("scripts/tabulate.py", "networks of", "nets of"),
        ("rules/geometry.smk", "tables/tasks.csv", "tables/sets.csv"),
    ],
)
def test_a_change_of_code_counts(sources, file, old, new):
    root, hash_of = sources
    before = hash_of("tabulate", "geometry.smk")
    edit(root / file, old, new)
    assert hash_of("tabulate", "geometry.smk") != before


@pytest.mark.parametrize(
    ("rules_file", "rule", "old", "new"),
    [
        ("geometry.smk", "tabulate", "hold_minutes(10", "hold_minutes(11"),
        ("data.smk", "word_statistics", '"data"\n', '"other"\n'),
        ("geometry.smk", "tabulate", "logs/tabulate.log", "logs/table.log"),
        ("geometry.smk", "tabulate", "benchmarks/tabulate.tsv", "benchmarks/table.tsv"),
        ("train.smk", "train", "mem_mb=training_memory", "mem_mb=9000"),
    ],
)
def test_where_a_job_runs_does_not_count(sources, rules_file, rule, old, new):
    root, hash_of = sources
    before = hash_of(rule, rules_file)
    edit(root / "rules" / rules_file, old, new)
    assert hash_of(rule, rules_file) == before


@pytest.mark.parametrize("section", ["input:", "params:", "script:", "threads:", "output:"])
def test_the_parts_after_those_of_the_place_count(section):
    for rule, rules_file in (("train", "train.smk"), ("tabulate", "geometry.smk")):
        tokens = module.rule_source(rule, RULES / rules_file).split()
        assert section.rstrip(":") in tokens
        assert not {"resources", "group", "log", "benchmark"} & set(tokens)


def test_another_stage_does_not_count(sources):
    root, hash_of = sources
    before = hash_of("train", "train.smk")
    edit(root / "rnn_geometry/columns.py", "RUN_COLUMNS = (", "RUN_COLUMNS = (\n    'more',")
    edit(root / "rules/geometry.smk", "tables/tasks.csv", "tables/sets.csv")
    assert hash_of("train", "train.smk") == before


def test_modules_imported_inside_functions_are_reached():
    reached = module.reached_modules(
        SCRIPTS / "intrinsic_dimension.py", PROJECT / "workflow/rnn_geometry"
    )
    assert {
        "rnn_geometry.stages.tabulate",
        "rnn_geometry.geometry.dimension",
        "rnn_geometry.store.formats",
    } <= reached
    assert "rnn_geometry.networks.training" not in reached


def test_every_rule_with_a_script_carries_its_own_fingerprint():
    for rules_file in RULES.glob("*.smk"):
        text = rules_file.read_text()
        for script in [
            line.split("/")[-1].rstrip('",') for line in text.splitlines() if "../scripts/" in line
        ]:
            rule = script.removesuffix(".py")
            assert f'fingerprint("{rule}", "{rules_file.name}")' in text
            source = module.rule_source(rule, rules_file)
            assert source.startswith((f"rule {rule} :", f'rule : name : named ( "{rule}" ,'))
            assert source.count("script :") == 1  # and nothing of the rule after it
