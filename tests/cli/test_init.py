"""What `rnn-geometry init` writes: Snakemake plans it as it stands, and nothing is overwritten."""

import subprocess
import sys

import pytest
import yaml
from conftest import PROJECT
from own_sets import write_letters, write_remarks, write_reviews

from rnn_geometry.cli.main import main
from rnn_geometry.cli.project import fit_name
from rnn_geometry.config.load import load_settings, read_claims
from rnn_geometry.config.names import check_name
from rnn_geometry.networks.recipe_by_size import recipe_by_size


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Write a folder for 400 letters; return it."""
    base = tmp_path_factory.mktemp("init")
    file = write_letters(base / "my letters (2024).csv", 400)
    assert main(["init", str(file), "--into", str(base / "it's mine")]) == 0
    return base / "it's mine"


def settings(folder):
    path = folder / "config.yaml"
    return load_settings(yaml.safe_load(path.read_text()), [str(path)], str(PROJECT))


def test_the_folder_holds_what_a_run_needs(made):
    files = [path.relative_to(made) for path in made.rglob("*") if path.is_file()]
    # Dry runs of other tests leave Snakemake's own folder there.
    names = {str(path) for path in files if path.parts[0] != ".snakemake"}
    assert names == {"config.yaml", "Snakefile", "README.md", "profiles/default/config.yaml"}
    assert len((made / "README.md").read_text().splitlines()) <= 25
    texts = [(made / name).read_text() for name in names]
    assert not any("{" in text and "}" in text and "{name}" in text for text in texts)


def test_verdicts_can_count_its_networks(made):
    asked = settings(made)
    claims = read_claims("config/claims_text.yaml", str(PROJECT))
    assert min(asked["seeds"]) >= claims["judged_from"]
    assert len(asked["seeds"]) >= min(look["networks"] for look in claims["looks"])
    assert {"untrained", "shuffled_labels"} <= set(asked["controls"])
    task = next(task for task in asked["tasks"] if task["name"] == "my-letters-2024")
    assert set(task.get("cells") or asked["cells"]) >= {
        "gru-my-letters-2024",
        "vanilla-my-letters-2024",
    }


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (write_letters, {}),
        (write_reviews, {"ordered": True}),
        (write_remarks, {"multi_label": True}),
    ],
)
def test_the_recipe_is_that_of_the_size_and_the_kind_of_labels(tmp_path, write, kind):
    names = {write_letters: "a.csv", write_reviews: "a.jsonl", write_remarks: "a.parquet"}
    assert (
        main(["init", str(write(tmp_path / names[write], 300)), "--into", str(tmp_path / "b")]) == 0
    )
    written = yaml.safe_load((tmp_path / "b/config.yaml").read_text())["models"]
    expected = recipe_by_size(192, **kind)
    assert {key: written["gru-a"][key] for key in expected} == expected
    plain = written["vanilla-a"]
    assert plain["cell_options"] == {"input_scale": 1.0}
    assert plain["learning_rate"] <= expected["learning_rate"] / 4
    assert plain["min_steps"] == 3 * expected["min_steps"]


def test_it_says_what_to_run_next_as_its_readme_does(made, tmp_path, capsys):
    file = write_letters(tmp_path / "a.csv", 300)
    assert main(["init", str(file), "--into", str(tmp_path / "b c")]) == 0
    said = capsys.readouterr().out.splitlines()[-3:]
    commands = [line.partition(": ")[2].strip() for line in said]
    assert commands[0] == f"cd '{tmp_path / 'b c'}'"
    assert commands[1].endswith("claims --config 'seeds=[200]' 'cells=[gru-a]'")
    readme = (tmp_path / "b c/README.md").read_text().splitlines()
    assert all(f"    {command}" in readme for command in commands[1:])


@pytest.mark.workflow
def test_snakemake_plans_it_without_options(made):
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "--cores", "2", "claims"],
        cwd=made, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rule judge:" in done.stdout
    assert "results/runs/my-letters-2024/gru-my-letters-2024/" in done.stdout


def test_nothing_is_overwritten(made, tmp_path, capsys):
    file = write_remarks(tmp_path / "remarks.parquet", 300)
    before = (made / "config.yaml").read_text()
    assert main(["init", str(file), "--into", str(made)]) == 1
    assert "is there already and nothing is overwritten" in capsys.readouterr().err
    assert (made / "config.yaml").read_text() == before
    (tmp_path / "a file").write_text("")
    assert main(["init", str(file), "--into", str(tmp_path / "a file")]) == 1


@pytest.mark.parametrize(
    "text", ["null", "a b", "..", "x" * 300, "Übung", "set.png", "texts-data3", "my-shuffled", ""]
)
def test_a_name_is_made_of_any_file(text):
    name = fit_name(text)
    check_name(name, "tasks")
    assert not name.endswith(("-shuffled", "-data3"))
