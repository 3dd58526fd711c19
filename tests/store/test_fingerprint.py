"""The fingerprint sees code and nothing but code."""

import re
import shutil

import pytest
from conftest import PROJECT

from rnn_geometry.config.pipeline import STAGES
from rnn_geometry.store import fingerprint as module

PACKAGE = PROJECT / "workflow/rnn_geometry"


def forget():
    for cached in (module.python_source, module.imported_modules):
        cached.cache_clear()


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """Return a copy of the package, and a function that hashes a stage of it."""
    root = tmp_path / "rnn_geometry"
    shutil.copytree(PACKAGE, root, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(module, "__file__", str(root / "store/fingerprint.py"))

    def hash_of(stage):
        forget()
        return module.fingerprint(STAGES[stage].module, STAGES[stage].templates)

    yield root, hash_of
    forget()


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_comments_docstrings_and_layout_do_not_count(sources):
    root, hash_of = sources
    before = hash_of("tabulate")
    edit(root / "geometry/tables.py", '"""', '# a comment\n"""Other words. ')
    edit(root / "stages/tabulate.py", "def run(", "# a comment\n\n\ndef run(")
    assert hash_of("tabulate") == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("store/columns.py", "\n\n\n", "\n\n\nMORE = 1\n"),  # reached by way of another module
        ("store/formats.py", '"zstd"', '"snappy"'),
        ("stages/tabulate.py", "networks of", "nets of"),
    ],
)
def test_a_change_of_code_counts(sources, file, old, new):
    root, hash_of = sources
    before = hash_of("tabulate")
    edit(root / file, old, new)
    assert hash_of("tabulate") != before


@pytest.mark.parametrize("file", ["index.html.jinja", "sort.js", "explorer/main.js"])
def test_a_template_counts_where_it_is_filled_in(sources, file):
    root, hash_of = sources
    stages = ("start_page", "explore", "tabulate")
    before = [hash_of(stage) for stage in stages]
    with (root / module.TEMPLATES / file).open("a") as handle:
        handle.write(" ")
    changed = [hash_of(stage) != old for stage, old in zip(stages, before)]
    of_explorer = file.startswith("explorer/")
    assert changed == [not of_explorer, of_explorer, False]


def test_another_stage_does_not_count(sources):
    root, hash_of = sources
    before = hash_of("train")
    edit(root / "geometry/tables.py", "\n\n\n", "\n\n\nMORE = 1\n")
    edit(root / "stages/tabulate.py", "networks of", "nets of")
    assert hash_of("train") == before


def test_modules_imported_inside_functions_are_reached():
    reached = module.reached_modules(PACKAGE / "stages/intrinsic_dimension.py", PACKAGE)
    assert {"rnn_geometry.geometry.dimension", "rnn_geometry.store.formats"} <= reached
    assert "rnn_geometry.networks.training" not in reached


@pytest.mark.parametrize("package", ["", "dynamics/"])
def test_names_that_a_package_exports_lazily_reach_nothing(package):
    assert not module.reached_modules(PACKAGE / f"{package}__init__.py", PACKAGE)


def test_every_rule_with_a_script_carries_a_fingerprint():
    for file in (PROJECT / "workflow/rules").glob("*.smk"):
        for rule in re.split(r"^ *rule\b", file.read_text(), flags=re.MULTILINE)[1:]:
            if "script:" in rule:
                (script,) = re.findall(r'"\.\./scripts/(\w+)\.py"', rule)
                assert rule.count("**networks_stage(") == (script == "networks")
                own = re.match(r" (\w+):", rule)
                named = re.findall(r'\*\*stage\(\s*"(\w+)"', rule)
                assert named == ([own[1]] if script == "stage" else [])
