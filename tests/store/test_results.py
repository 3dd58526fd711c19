"""Results by name: what is read, when, and what is said of names that are not there."""

import subprocess
import sys

import numpy as np
import pytest
from drawn import drawn, record

from rnn_geometry import open_results
from rnn_geometry.errors import UserError
from rnn_geometry.identity import Network
from rnn_geometry.store import artifacts, formats

FIRST = Network("categorical-3", "gru", "3e-4", 10)
NETWORKS = [FIRST, Network("categorical-3", "lstm", "3e-4", 10), FIRST._replace(l2="1e-3", seed=11)]
NETWORKS.append(NETWORKS[-1]._replace(l2="3e-4"))


@pytest.fixture
def folder(tmp_path):
    """Return results of one task and four networks, the first with files and a table."""
    for network in NETWORKS:
        record(**network._asdict()).write(tmp_path / network.folder / "run.json")
    drawn(artifacts.SlowPoints).write(tmp_path / FIRST.folder)
    artifacts.Vocabulary(words=["good", "the"]).write(tmp_path / "data/categorical-3/vocab.json")
    columns = {"task": ["null"], "dimension_predicted": [2]}
    formats.write_table(tmp_path / "tables/predictions.csv", columns)
    return tmp_path


def test_files_of_a_network_by_name(folder):
    network = open_results(folder)["categorical-3", "gru", 10]
    assert network.record.l2 == "3e-4"
    expected = artifacts.SlowPoints.read(folder / FIRST.folder)
    np.testing.assert_array_equal(network.slow_points.points, expected.points)
    assert network.task.vocabulary.words == ["good", "the"]
    assert repr(network) == "<network categorical-3, gru, L2 3e-4, seed 10: record, slow_points>"
    assert repr(network.task).startswith("<task categorical-3 of ")
    assert repr(network.task).endswith(": vocabulary>")


def test_a_file_is_read_on_first_use_and_once(folder):
    network = open_results(folder)["categorical-3", "gru", 10]
    (folder / FIRST.folder / "slow_points.npz").rename(folder / "away.npz")
    with pytest.raises(UserError, match=r"no file 'slow_points.npz'. There is: run.json\."):
        network.slow_points  # noqa: B018
    (folder / "away.npz").rename(folder / FIRST.folder / "slow_points.npz")
    first = network.slow_points
    (folder / FIRST.folder / "slow_points.npz").unlink()
    assert network.slow_points is first


def test_the_flow_and_the_traces_are_read_from_the_portraits(folder):
    portrait = artifacts.Portrait(drawn(artifacts.Flow), drawn(artifacts.Traces))
    network = open_results(folder)["categorical-3", "gru", 10]
    with pytest.raises(UserError, match=r"no file 'categorical-3.npz'. There is none."):
        network.flow  # noqa: B018
    artifacts.write_portraits(folder / "portraits/categorical-3.npz", {FIRST.name: portrait})
    np.testing.assert_array_equal(network.traces.logits, portrait.traces.logits)
    np.testing.assert_array_equal(network.flow.speed, portrait.flow.speed)


def test_networks_are_listed_and_found_by_what_is_listed(folder):
    results = open_results(folder)
    assert results.networks == sorted(NETWORKS)
    assert [results[network].record.l2 for network in NETWORKS] == [n.l2 for n in NETWORKS]
    assert repr(results).splitlines() == [
        f"<results of 4 networks in {folder}",
        "  tasks: categorical-3",
        "  models: gru, lstm",
        "  seeds: 10, 11",
        "  tables: predictions>",
    ]


def test_l2_is_named_only_where_there_are_several(folder):
    results = open_results(folder)
    with pytest.raises(UserError, match=r"several L2; name one: .*l2='1e-3' or '3e-4'\)"):
        results["categorical-3", "gru", 11]
    assert results.network("categorical-3", "gru", 11, l2="1e-3").network == NETWORKS[2]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (("categorial-3", "gru", 10), "no task 'categorial-3'; did you mean 'categorical-3'?"),
        (
            ("categorical-3", "gruu", 10),
            "no model 'gruu'; did you mean 'gru'? There is: gru, lstm.",
        ),
        (("categorical-3", "lstm", 7), "no seed '7'. There is: 10."),
        (Network("categorical-3", "gru", "3e-5", 10), "no l2 '3e-5'; did you mean '3e-4'?"),
        ("categorical-3", "a network is named by its task, model and seed"),
    ],
)
def test_unknown_networks_are_told_with_what_is_there(folder, key, said):
    with pytest.raises(UserError) as error:
        open_results(folder)[key]
    assert said in str(error.value)


def test_tables_are_frames_read_by_their_columns(folder):
    tables = open_results(folder).tables
    assert list(tables) == ["predictions"]
    assert "runs" not in tables
    assert tables["predictions"]["dimension_predicted"].tolist() == [2]
    assert tables["predictions"] is tables["predictions"]
    with pytest.raises(UserError, match="no table 'prediction'; did you mean 'predictions'"):
        tables["prediction"]


def test_figures_are_named_by_their_files(folder):
    for place in ("figures", "figures/categorical-3", FIRST.folder):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "panel.png").touch()
    results = open_results(folder)
    network = results[FIRST]
    assert results.figures == {"panel": folder / "figures/panel.png"}
    assert network.figures == {"panel": folder / FIRST.folder / "panel.png"}
    assert network.task.figures == {"panel": folder / "figures/categorical-3/panel.png"}
    assert repr(results).endswith("figures: panel>")


def test_a_folder_without_results_is_told(tmp_path):
    with pytest.raises(UserError, match="no results lie there"):
        open_results(tmp_path)


def test_opening_loads_neither_torch_nor_pandas(folder):
    code = f"""
import sys
from rnn_geometry import open_results
open_results({str(folder)!r})["categorical-3", "gru", 10].slow_points
print({{"torch", "pandas", "pyarrow"}} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
