"""Names that jobs ask a cluster for are no Python, and what is Python still is."""

import pytest
from snakemake.resources import Resources

from rnn_geometry.config.resources import keep_as_written


def asked(**resources):
    """Return what Snakemake makes of a profile's resources, and we of that."""
    parsed = Resources.parse([f"{k}={v}" for k, v in resources.items()], allow_expressions=True)
    keep_as_written(parsed)
    return parsed


@pytest.mark.parametrize("name", ["slurm_account", "slurm_partition", "qos", "queue", "gres"])
@pytest.mark.parametrize(
    "text",
    ["2024-117", "threads", "all", "open", "all.q", "attempt", "input", "1e3", "2024-11-17", "a|b"],
)
def test_a_name_arrives_as_it_is_written(name, text):
    found = asked(**{name: text})
    assert found[name].value == text
    # A group's job on the cluster is told once more, in words that are read once more.
    again = Resources.parse(found.args, allow_expressions=True)
    keep_as_written(again)
    value = again[name]
    evaluated = value.evaluate(
        wildcards={}, input=[], attempt=1, threads=1, rulename="r", async_run=None
    )
    assert evaluated.value == text


def test_a_number_as_a_name_is_text():
    assert asked(slurm_account="2024")["slurm_account"].value == "2024"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("mem_mb", "1000 * 2 ** (attempt - 1)", 2000),
        ("runtime", "10 * attempt", 20),
        ("cpus_per_task", "threads", 3),
        ("gpu", "attempt", 2),
        ("slurm_partition", "'long' if attempt > 1 else 'short'", "long"),
        ("slurm_account", "'0042'", "0042"),
        ("slurm_extra", "'--nice=10'", "--nice=10"),
    ],
)
def test_what_is_python_is_evaluated(name, text, value):
    found = asked(**{name: text})[name]
    evaluated = found.evaluate(
        wildcards={}, input=[], attempt=2, threads=3, rulename="r", async_run=None
    )
    assert evaluated.value == value


def test_numbers_stay_numbers():
    assert asked(mem_mb="500")["mem_mb"].value == 500
