"""Files by which others find, cite and check this workflow.

Catalog, citation, licence, versions, GitHub Actions.
"""

import re
import tomllib

import pytest
import yaml
from conftest import PROJECT

PACKAGE = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]


def read_yaml(name):
    return yaml.safe_load((PROJECT / name).read_text())


# The catalog reads usage.mandatory-flags, usage.software-stack-deployment and usage.report, and
# shows config/README.md.


def test_the_catalog_finds_what_it_shows():
    usage = read_yaml(".snakemake-workflow-catalog.yml")["usage"]
    assert set(usage) == {"mandatory-flags", "software-stack-deployment", "report"}
    assert set(usage["mandatory-flags"]) == {"desc", "flags"}
    assert usage["report"] is True
    assert (PROJECT / "config/README.md").read_text().startswith("# Configuration")
    readme = (PROJECT / "README.md").read_text().lower()
    assert "snakemake" in readme
    assert "workflow" in readme
    assert list((PROJECT / "workflow/rules").glob("*.smk"))


def test_the_catalog_promises_conda_where_every_rule_that_needs_it_has_an_environment():
    deployment = read_yaml(".snakemake-workflow-catalog.yml")["usage"]["software-stack-deployment"]
    assert deployment == {"conda": True, "singularity": False, "singularity+conda": False}
    assert read_yaml("envs/environment.yaml")["dependencies"]
    for rules in (PROJECT / "workflow/rules").glob("*.smk"):
        text = rules.read_text()
        assert text.count("    script:\n") + text.count("    shell:\n") == text.count(
            "    conda:\n"
        ), rules


def test_files_named_in_the_readme_exist():
    for target in re.findall(r"\]\(([^)#:]+)\)", (PROJECT / "README.md").read_text()):
        assert (PROJECT / target).exists(), target


def test_the_citation_is_complete():
    citation = read_yaml("CITATION.cff")
    required = {"cff-version", "message", "title", "authors"}
    assert required | {"type", "license", "version", "references"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    for author in citation["authors"]:
        assert author.get("name") or {"family-names", "given-names"} <= set(author)
    for reference in citation["references"]:
        assert {"type", "title", "authors", "year"} <= set(reference)
        assert reference["type"] == "conference-paper"
        assert all(
            {"family-names", "given-names"} == set(author) for author in reference["authors"]
        )


def test_licence_and_version_agree_everywhere():
    citation = read_yaml("CITATION.cff")
    licence = (PROJECT / "LICENSE").read_text()
    assert PACKAGE["license"] == citation["license"] == "MIT"
    assert licence.startswith("MIT License\n\nCopyright (c) ")
    assert "WITHOUT WARRANTY OF ANY KIND" in licence
    assert PACKAGE["license-files"] == ["LICENSE"]
    assert PACKAGE["version"] == citation["version"]


def test_the_changelog_tells_what_is_new():
    heads = re.findall(r"^## (.+)$", (PROJECT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert heads
    assert heads[0] == "Unreleased" or heads[0].startswith(PACKAGE["version"])


def test_the_oldest_snakemake_that_is_accepted_is_the_one_that_the_package_asks_for():
    from snakemake.utils import min_version

    stated = re.search(
        r'^min_version\("([0-9.]+)"\)$', (PROJECT / "Snakefile").read_text(), flags=re.MULTILINE
    )[1]
    wanted = next(line for line in PACKAGE["dependencies"] if line.startswith("snakemake>="))
    assert [int(part) for part in stated.split(".")] <= [
        int(part) for part in wanted.split(">=")[1].split(".")
    ]
    min_version(stated)


@pytest.fixture
def actions():
    """Return the job of GitHub Actions."""
    found = read_yaml(".github/workflows/tests.yml")
    triggers = found[True]  # YAML 1.1 reads `on` as true
    assert {"push", "pull_request"} <= set(triggers)
    assert found["permissions"] == {"contents": "read"}
    return found["jobs"]["tests"]


def test_github_actions_do_what_ci_does(actions):
    commands = [step["run"] for step in actions["steps"] if "run" in step]
    assert commands == ["make lint", "bash .ci/run"]
    assert (PROJECT / ".ci/run").exists()
    assert re.search("^lint:", (PROJECT / "Makefile").read_text(), flags=re.MULTILINE)
    assert actions["timeout-minutes"] <= 90
    assert actions["container"]["image"].startswith("python:3.11")


def test_github_actions_run_no_text_of_a_pull_request(actions):
    for step in actions["steps"]:
        assert "${{" not in step.get("run", "")
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/none@v1"))


@pytest.mark.workflow
def test_the_snakefile_of_the_catalog_plans_what_the_plain_one_does(project_copy):
    def planned(*arguments):
        text = project_copy.snakemake("-n", "--configfile", "config/test.yaml", *arguments).stdout
        jobs = dict(re.findall(r"^(\S+) +(\d+)$", text, flags=re.MULTILINE))
        return {
            rule: count
            for rule, count in jobs.items()
            if rule not in ("total", "all", "everything")
        }

    plain = planned()
    assert plain["train.tiny-gru-0_to_tiny-ugrnn-0"] == "2"
    assert planned("--snakefile", "workflow/Snakefile") == plain
    (project_copy.root / "Outer").write_text(
        'configfile: "config/test.yaml"\nmodule geometry:\n    snakefile: "workflow/Snakefile"\n'
        "    config: config\n"
        "use rule * from geometry\n"
    )
    assert planned("--snakefile", "Outer", "everything") == plain
