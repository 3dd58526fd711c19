"""The documentation: links lead somewhere, commands are run, blocks of code are what they say."""

import ast
import importlib.util
import resource
import subprocess
import sys

import pytest
import yaml
from browser import OVERFLOW, opened
from conftest import PROJECT
from site_pages import (
    COMMANDS,
    INDEX,
    LISTED,
    PAGES,
    SHOWN,
    anchors,
    blocks,
    commands,
    in_toctrees,
    links,
    write_modules,
)

from rnn_geometry.config.load import laid_over, read_defaults, read_schema
from rnn_geometry.config.settings import resolve

NEEDED = ("sphinx", "furo", "myst_parser", "sphinx_gallery", "numpydoc")
WIDTHS = (390, 1280, 1920)
SEEN = ("docs/site/index", "docs/site/library/public", "docs/claims", "docs/glossary")


@pytest.mark.parametrize("page", [*PAGES, INDEX], ids=str)
def test_links_lead_to_a_file_and_a_heading(page):
    for link in links(page):
        file, _, anchor = link.partition("#")
        target = (PROJECT / page).parent / file if file else PROJECT / page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.resolve().relative_to(PROJECT)), link


def test_every_page_has_its_place_in_the_site():
    pages = {(PROJECT / page).resolve() for page in PAGES} - {PROJECT / "README.md"}
    assert in_toctrees() == pages


@pytest.mark.parametrize("page", SHOWN, ids=str)
def test_every_command_is_run_by_a_test_or_listed_as_not_run(page):
    missing = [command for command in commands(page) if command not in COMMANDS]
    assert not missing, "say in tests/commands.yaml what runs it, or why nothing does"


def test_commands_are_listed_once_and_stand_in_a_page():
    shown = {command for page in SHOWN for command in commands(page)}
    assert len(COMMANDS) == len(set(COMMANDS))
    assert not set(COMMANDS) - shown


@pytest.mark.parametrize("place", sorted(set(LISTED["tested"].values())))
def test_tests_that_run_commands_are_there(place):
    file, _, name = place.partition("::")
    assert (PROJECT / file).exists()
    assert not name or f"def {name}(" in (PROJECT / file).read_text()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_blocks_of_yaml_are_configurations(page, tmp_path, monkeypatch):
    write_modules(page, tmp_path)
    monkeypatch.chdir(tmp_path)
    if str(page) in LISTED["yaml not checked"]:
        return
    below, schema = read_defaults(str(PROJECT)), read_schema("config")
    for block in blocks(page, "yaml"):
        said = yaml.safe_load(block)
        resolve(laid_over(below, said.get("rnn_geometry", said)), schema)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_blocks_of_python_compile_and_run(page, tmp_path, monkeypatch):
    write_modules(page, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    names = {}
    for block in blocks(page, "python"):
        if str(page) not in LISTED["python not run"]:
            exec(compile(block, str(page), "exec"), names)
        elif "Snakefile" not in LISTED["python not run"][str(page)]:
            ast.parse(block)


@pytest.mark.parametrize(
    ("key", "kind"), [("python not run", "python"), ("yaml not checked", "yaml")]
)
def test_pages_whose_blocks_are_not_tried_have_some(key, kind):
    for page, reason in LISTED[key].items():
        assert blocks(page, kind), page
        assert reason


# The site itself


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of the site, what its making printed, and the CPU seconds it took."""
    missing = [name for name in NEEDED if not importlib.util.find_spec(name)]
    if missing:
        pytest.skip(f"the site needs {', '.join(missing)}: pip install '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    options = ["-W", "--keep-going", "-q", "-E", "-b", "html", "-D", "plot_gallery=0"]
    folders = ["-c", "docs/site", "-d", folder / "trees", ".", folder / "html"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, *folders],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return folder / "html", done, seconds


@pytest.mark.slow
def test_the_site_builds_without_a_warning(site):
    folder, done, seconds = site
    assert (done.returncode, done.stderr) == (0, "")
    assert seconds < 90
    assert "docs/site/index.html" in (folder / "index.html").read_text()


@pytest.mark.slow
def test_the_api_shows_shapes_and_norms_as_they_are_written(site):
    page = (site[0] / "docs/site/library/public.html").read_text()
    assert "project_to_slow_manifold" in page
    assert "(n, S)" in page
    assert "|r|" in page
    assert "\\|" not in page


@pytest.mark.slow
@pytest.mark.parametrize("page", SEEN)
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_their_width_and_ask_nobody(site, browser, page, width):
    with opened(browser, site[0] / f"{page}.html", width=width) as shown:
        assert shown.evaluate(OVERFLOW) == []
