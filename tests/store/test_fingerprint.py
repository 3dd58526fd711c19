"""The fingerprint sees code and nothing but code."""

import importlib.util
import re
import shutil
from pathlib import Path

import pytest
from conftest import PROJECT

from rnn_geometry.config.pipeline import STAGES
from rnn_geometry.store import _sources
from rnn_geometry.store import fingerprint as module

PACKAGE = PROJECT / "workflow/rnn_geometry"


def forget():
    for cached in (module.read_module, module.imported_modules):
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
        for rule in re.split(r"^ *(?:use )?rule\b", file.read_text(), flags=re.MULTILINE)[1:]:
            if "params:" in rule and "script:" not in rule:  # a rule that is used as another
                assert "**stage(" in rule
            if "script:" in rule:
                (script,) = re.findall(r'"\.\./scripts/(\w+)\.py"', rule)
                assert rule.count("**networks_stage(") == (script == "networks")
                # A rule is named behind its colon where a loop makes it.
                own = re.findall(r"^ (\w+):", rule) or re.findall(r'name:\s*f"([^"]+)"', rule)
                named = re.findall(r'\*\*stage\(\s*f?"([^"]+)"', rule)
                assert named == (own if script == "stage" else [])
                assert len(own) == 1 or script == "networks"


# --- a module of a user's own ---------------------------------------------------------------------

OWN = {
    "mine.py": "import json\nfrom helper import leak\nimport package.part\n\nx = leak\n",
    "helper.py": '"""Words."""\nfrom deeper import *\n\nleak = 0.1  # a comment\n',
    "deeper.py": "y = 1\n",
    "package/__init__.py": "",
    "package/part.py": "from . import other\nfrom .below.deep import z\n",
    "package/other.py": "w = 3\n",
    "package/below/deep.py": "def z():\n    import late\n    return late\n",
    "late.py": "v = 4\n",
    "unused.py": "u = 5\n",
}


@pytest.fixture
def own(tmp_path):
    """Return a folder with a user's modules, and a function that hashes the first of them."""
    for name, text in OWN.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path, lambda: module.source_hash(tmp_path / "mine.py", tmp_path)


@pytest.mark.parametrize("file", [name for name in OWN if name != "unused.py"])
def test_whatever_a_users_module_imports_counts(own, file):
    folder, hash_of = own
    before = hash_of()
    (folder / file).write_text(OWN[file] + "more = 1\n")
    assert hash_of() != before
    (folder / file).write_text(OWN[file])
    assert hash_of() == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("mine.py", "\n\nx", "\n\n\n# a comment\nx"),
        ("helper.py", "# a comment", "# another"),
        ("helper.py", "  # a comment", ""),
        ("helper.py", "\n", "\r\n"),
        ("unused.py", "5", "6"),
    ],
)
def test_comments_empty_lines_and_other_files_do_not_count(own, file, old, new):
    folder, hash_of = own
    before = hash_of()
    (folder / file).write_bytes(OWN[file].replace(old, new).encode())
    assert hash_of() == before


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("a = 'x # y'\n", "a = 'x # z'\n"),
        ("a = 'x # y'\n", "a = 'x'\n"),
        ('a = """x\n\ny"""\n', 'a = """x\ny"""\n'),
        ("if a:\n    b = 1\nc = 2\n", "if a:\n    b = 1\n    c = 2\n"),
        ("def broken(:\n", "def broken(::\n"),
        ("a = -1\n", "a = 1\n"),
    ],
)
def test_what_is_no_comment_counts(own, text, other):
    folder, hash_of = own
    (folder / "deeper.py").write_text(text)
    before = hash_of()
    (folder / "deeper.py").write_text(other)
    assert hash_of() != before


def test_a_hash_knows_no_place(own, tmp_path_factory):
    folder, hash_of = own
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "folder"
    shutil.copytree(folder, elsewhere)
    assert module.source_hash(elsewhere / "mine.py", elsewhere) == hash_of()


def test_an_installed_package_counts_by_its_version(own, monkeypatch):
    folder, hash_of = own
    (folder / "mine.py").write_text("import pytest.mark\nimport numpy\nimport nothing_there\n")
    before = hash_of()
    versions = {"numpy": "0"}
    monkeypatch.setattr(_sources, "version", lambda name: versions.get(name, "1"))
    assert hash_of() != before
    changed = hash_of()
    versions["numpy"] = "9"  # part of every result anyway
    assert hash_of() == changed
    versions["pytest"] = "2"
    assert hash_of() != changed


@pytest.mark.parametrize("in_place", [False, True])  # pip install -e keeps the version
def test_a_package_that_anybody_may_edit_counts_by_its_code(
    own, in_place, tmp_path_factory, monkeypatch
):
    folder, hash_of = own
    if in_place:
        monkeypatch.setattr(_sources, "version", lambda name: "1.0")
    other = tmp_path_factory.mktemp("path")
    (other / "of_a_friend").mkdir()
    for name in ("__init__.py", "part.py"):
        (other / "of_a_friend" / name).write_text("")
    monkeypatch.syspath_prepend(other)
    (folder / "mine.py").write_text("import of_a_friend\n")
    before = hash_of()
    (other / "of_a_friend/part.py").write_text("a = 1\n")
    assert hash_of() != before


def test_code_of_a_library_that_results_note_is_not_read(monkeypatch):
    site = Path(importlib.util.find_spec("torch").origin).parents[1]
    monkeypatch.setattr(module, "is_installed", lambda folder: True)
    monkeypatch.setattr(module, "files_beside", lambda *_: pytest.fail("its files are read"))
    assert len(module.source_hash(site / "torch" / "nn" / "__init__.py", site)) == 16
