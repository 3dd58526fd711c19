"""What the site is made of: docstrings made legible to Sphinx, pages of modules, the gallery."""

import importlib.util
import re
import tomllib

import pytest
from conftest import PROJECT

import rnn_geometry


def part(name):
    """Return a module of the site's folder."""
    spec = importlib.util.spec_from_file_location(f"site_{name}", PROJECT / f"docs/site/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("line", "escaped"),
    [
        ("The norm |r|^2 of 2 * r.", r"The norm \|r\|^2 of 2 \* r."),
        ("Code `a*b|c` and ``x_`` stay, h_ not.", r"Code `a*b|c` and ``x_`` stay, h\_ not."),
        ("state_size is a name.", "state_size is a name."),
        ("**options", "**options"),
        ("    >>> 2 * [1]", "    >>> 2 * [1]"),
    ],
)
def test_marks_in_prose_are_plain_and_code_stays(line, escaped):
    assert part("docstrings").escaped([line]) == [escaped]


def test_what_an_example_prints_stays_and_what_follows_does_not():
    lines = [">>> f()", "a | b", "", "c | d"]
    assert part("docstrings").escaped(lines) == [">>> f()", "a | b", "", r"c \| d"]


def test_every_public_name_and_every_module_of_the_dynamics_has_a_page(tmp_path):
    api = part("api")
    (tmp_path / "gone.rst").write_text("")
    api.write(tmp_path)
    public = (tmp_path / "public.rst").read_text()
    assert all(f":: rnn_geometry.{name}\n" in public for name in rnn_geometry.__all__)
    modules = {path.stem for path in (PROJECT / "workflow/rnn_geometry/dynamics").glob("[a-z]*.py")}
    pages = {path.stem for path in tmp_path.glob("dynamics.*.rst")}
    assert pages <= {f"dynamics.{name}" for name in modules}
    assert {"dynamics.slow_points", "dynamics.results"} <= pages
    assert not (tmp_path / "gone.rst").exists()
    index = (tmp_path / "index.rst").read_text().split()
    assert pages <= set(index)


def test_a_page_that_says_the_same_keeps_its_time(tmp_path):
    api = part("api")
    api.write(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    api.write(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_the_gallery_copes_with_no_example_and_leaves_out_parts_of_others(tmp_path):
    examples = part("metadata").examples
    assert examples(tmp_path) == []
    assert examples(tmp_path / "nowhere") == []
    for name in ("b.py", "a.py", "_shared.py", "data.npz"):
        (tmp_path / name).touch()
    assert [path.name for path in examples(tmp_path)] == ["a.py", "b.py"]


def test_the_lock_holds_what_the_site_is_made_with():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    wanted = {re.split("[>=<]", line)[0] for line in project["optional-dependencies"]["docs"]}
    lock = (PROJECT / "requirements.lock").read_text().lower()
    assert wanted == set(re.findall(rf"(?m)^({'|'.join(wanted)})==", lock))
