"""Jobs that hold many networks: each is kept when it is done, whatever happens to the others."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from rnn_geometry.errors import UserError
from rnn_geometry.stages import block
from rnn_geometry.stages.block import NetworksFailed, run_block


class Files(dict):
    """Named files of a job, as Snakemake has them."""


@pytest.fixture
def job(tmp_path):
    """Return a Snakemake job of three networks whose stage writes a number."""
    (tmp_path / "data.txt").write_text("data")
    folder = tmp_path / "results/runs/two"
    numbers = [str(folder / f"gru/l2-3e-4/seed-{seed}/number.txt") for seed in (1, 2, 3)]
    params = SimpleNamespace(
        module="numbers",
        stage="numbers",
        kept=str(tmp_path / "results/.kept"),
        settings={"power": 2},
        own={f"gru/l2-3e-4/seed-{seed}": seed for seed in (1, 2, 3)},
        device="cpu",
        fingerprint="f",
    )
    return SimpleNamespace(
        input=Files(data=str(tmp_path / "data.txt")),
        output=Files(number=numbers),
        params=params,
        threads=1,
    )


@pytest.fixture
def computed(monkeypatch):
    """Return a list of what is computed.

    Let a network fail by putting it into `computed.broken`.
    """

    class Computed(list):
        broken = ()

    done = Computed()

    def run(network):
        seed = network.network.seed
        if seed in done.broken:
            raise done.broken[seed]
        done.append(seed)
        with open(network.output["number"], "w") as handle:
            handle.write(str(network.own ** network.settings["power"]))

    monkeypatch.setattr(block, "stage_of", lambda module: block.one_by_one(run))
    return done


def read(job):
    return [Path(path).read_text() for path in job.output["number"]]


def test_every_network_has_its_own_settings_and_files(job, computed):
    run_block(job, lambda line: None)
    assert read(job) == ["1", "4", "9"]
    assert computed == [1, 2, 3]


def test_a_second_job_computes_nothing(job, computed):
    run_block(job, lambda line: None)
    run_block(job, lambda line: None)
    assert computed == [1, 2, 3]


@pytest.mark.parametrize("error", [UserError("it diverged."), KeyError("x")])
def test_a_network_that_fails_leaves_the_others(job, computed, error):
    computed.broken, lines = {2: error}, []
    with pytest.raises(NetworksFailed, match=r"network two gru L2 3e-4 seed 2: .*2 of 3 networks"):
        run_block(job, lines.append)
    assert computed == [1, 3]
    assert ("Traceback" in "\n".join(lines)) == isinstance(error, KeyError)
    computed.broken = {}
    run_block(job, lambda line: None)
    assert computed == [1, 3, 2]
    assert read(job) == ["1", "4", "9"]


def test_one_reason_is_told_once_for_all_networks(job, computed):
    computed.broken = {seed: UserError("the disk is full.") for seed in (1, 2, 3)}
    with pytest.raises(NetworksFailed) as failed:
        run_block(job, lambda line: None)
    assert str(failed.value).count("the disk is full.") == 1
    assert "networks two gru L2 3e-4 seed 1, two gru L2 3e-4 seed 2, two" in str(failed.value)


def test_a_lack_of_memory_says_what_to_do(job, computed):
    computed.broken = {1: MemoryError()}
    with pytest.raises(NetworksFailed, match=r"not enough memory .*; lower analysis\.memory_mb"):
        run_block(job, lambda line: None)


def test_a_changed_setting_of_one_network_computes_that_one(job, computed):
    run_block(job, lambda line: None)
    job.params.own["gru/l2-3e-4/seed-2"] = 5
    run_block(job, lambda line: None)
    assert computed == [1, 2, 3, 2]
    assert read(job) == ["1", "25", "9"]


def test_companions_are_no_part_of_a_key(job, computed):
    run_block(job, lambda line: None)
    job.output["number"] = job.output["number"][1:2]
    run_block(job, lambda line: None)
    assert computed == [1, 2, 3]


def test_other_data_compute_everything(job, computed):
    run_block(job, lambda line: None)
    with open(job.input["data"], "w") as handle:
        handle.write("others")
    run_block(job, lambda line: None)
    assert computed == [1, 2, 3, 1, 2, 3]
