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


def test_the_version_is_semantic():
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", PACKAGE["version"])


# The paper, in the form that JOSS asks for: these sections, 750 to 1,750 words, references cited.

SECTIONS = [
    "Summary",
    "Statement of need",
    "State of the field",
    "Software design",
    "Research impact statement",
    "AI usage disclosure",
    "Acknowledgements",
    "References",
]


@pytest.fixture(scope="module")
def paper():
    """Return what stands before the paper, and the paper."""
    _, head, text = (PROJECT / "docs/paper/paper.md").read_text().split("---\n", 2)
    return yaml.safe_load(head), text


def test_the_paper_has_the_parts_that_are_asked_for(paper):
    head, text = paper
    assert {"title", "tags", "authors", "affiliations", "date", "bibliography"} == set(head)
    known = {affiliation["index"] for affiliation in head["affiliations"]}
    assert {author["affiliation"] for author in head["authors"]} <= known
    assert re.findall(r"^# (.+)$", text, flags=re.MULTILINE) == SECTIONS
    assert 750 <= len(text.split()) <= 1750


def test_the_paper_cites_what_is_listed_and_nothing_else(paper):
    entries = (PROJECT / "docs/paper/paper.bib").read_text()
    listed = re.findall(r"^@\w+\{(\w+),$", entries, flags=re.MULTILINE)
    assert set(re.findall(r"@(\w+)", paper[1])) == set(listed)
    assert len(re.findall(r"^  (doi|url) = ", entries, flags=re.MULTILINE)) == len(listed)


def test_pictures_of_the_paper_are_there(paper):
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", paper[1])
    assert pictures
    assert all((PROJECT / "docs/paper" / picture).exists() for picture in pictures)


@pytest.mark.parametrize(
    ("number", "page"),
    [
        ("4,554 networks", "docs/results.md"),
        ("1,052 verdicts", "docs/results.md"),
        ("619 hold, 258 fail", "docs/results.md"),
        ("230 networks", "docs/natural.md"),
        ("105 times less", "docs/results.md"),
        (".60 CPU", "docs/results.md"),
    ],
)
def test_numbers_of_the_paper_stand_in_the_pages(paper, number, page):
    def plain(text):
        return " ".join(text.split())

    assert number in plain(paper[1])
    told = plain((PROJECT / page).read_text())
    assert number in told or number.replace("verdicts", "verdicts by task and cell") in told


def test_the_oldest_snakemake_that_is_accepted_is_the_one_that_the_package_asks_for():
    from snakemake.utils import min_version

    stated = re.search(
        r'^min_version\("([0-9.]+)"\)$', (PROJECT / "Snakefile").read_text(), flags=re.MULTILINE
    )[1]
    needed = PACKAGE["optional-dependencies"]["workflow"]
    wanted = next(line for line in needed if line.startswith("snakemake>="))
    assert [int(part) for part in stated.split(".")] <= [
        int(part) for part in wanted.split(">=")[1].split(".")
    ]
    min_version(stated)


def job_of_actions(name):
    """Return the job of GitHub Actions of that name."""
    found = read_yaml(f".github/workflows/{name}.yml")
    triggers = found[True]  # YAML 1.1 reads `on` as true
    assert {"push", "pull_request"} <= set(triggers)
    assert found["permissions"] == {"contents": "read"}
    return found["jobs"][name]


def test_github_actions_do_what_ci_does():
    actions = job_of_actions("tests")
    commands = [step["run"] for step in actions["steps"] if "run" in step]
    assert commands == ["make lint", "bash .ci/run"]
    assert (PROJECT / ".ci/run").exists()
    assert re.search("^lint:", (PROJECT / "Makefile").read_text(), flags=re.MULTILINE)
    assert actions["timeout-minutes"] <= 90
    assert actions["container"]["image"].startswith("python:3.11")


def test_github_actions_build_the_site_and_deploy_nothing():
    steps = job_of_actions("site")["steps"]
    assert [step["run"] for step in steps if "run" in step] == ["make site"]
    assert re.search("^site:", (PROJECT / "Makefile").read_text(), flags=re.MULTILINE)
    assert not [step for step in steps if "deploy" in step.get("uses", "")]


@pytest.mark.parametrize("name", ["tests", "site"])
def test_github_actions_run_no_text_of_a_pull_request(name):
    for step in job_of_actions(name)["steps"]:
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
