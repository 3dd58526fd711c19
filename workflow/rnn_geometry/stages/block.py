"""A job of many networks: each is made apart, kept when done, and costs the others nothing.

Snakemake deletes the outputs of a job before it starts and after it failed. What is finished
therefore lies beside the outputs, below `.kept/` of the results, with a key of all that it depends
on: the code of the stage, its settings, the network, the contents of every file that it reads, and
versions of libraries. A job links what has the right key to its place and computes the rest.
Nothing in a key tells who shared the job.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from rnn_geometry.errors import LONGEST, UserError, in_part
from rnn_geometry.identity import Network, network_of
from rnn_geometry.stages.job import lacks_memory, no_memory
from rnn_geometry.stages.network_job import Log, NetworkJob
from rnn_geometry.store import formats
from rnn_geometry.store.hashes import check_same_data
from rnn_geometry.store.kept import Kept, check_made, key_of_result
from rnn_geometry.store.provenance import library_versions


class NetworksFailed(UserError):
    """Some networks of a job failed; the others are kept."""


def run_block(snakemake: Any, log: Log) -> None:
    """Make the files of every network of a job, those of failed ones excepted.

    Parameters
    ----------
    snakemake
        The job's `snakemake` object.
    log
        Takes one line.

    Raises
    ------
    NetworksFailed
        With a sentence for every network that failed, after all others are done and kept.
    """
    failed: dict[str, list[str]] = {}
    jobs = list(network_jobs(snakemake, log))
    for job, place in jobs:
        try:
            make_or_link(job, place, run_of(snakemake.params.module))
        except Exception as error:
            reason = told(error, log)
            failed.setdefault(reason, []).append(title(job.network))
            log(f"network {title(job.network)}: {reason}")
    if failed:
        kept = len(jobs) - sum(map(len, failed.values()))
        raise NetworksFailed(
            _sentence(failed, f" ({kept} of {len(jobs)} networks are done and kept.)")
        )


def _sentence(failed: Mapping[str, list[str]], end: str) -> str:
    """Return the first reason with its networks; the others are in the log."""
    (reason, names), *others = failed.items()
    more = f" The log has {len(others)} more reasons." if others else ""
    beginning = f"{named(names)}: "
    return beginning + in_part(reason, LONGEST - len(beginning + more + end)) + more + end


def run_of(module: str) -> Callable[[NetworkJob], None]:
    """Return the function `run` of a stage."""
    return import_module(f"rnn_geometry.stages.{module}").run


def network_jobs(snakemake: Any, log: Log) -> Iterator[tuple[NetworkJob, Kept]]:
    """Yield what each network of a Snakemake job needs, and where its results are kept.

    Parameters
    ----------
    snakemake
        The job's `snakemake` object. Its named files are lists, one a network, or one file for all.
    log
        Takes one line.
    """
    params = snakemake.params
    outputs = dict(snakemake.output.items())
    for i, path in enumerate(next(iter(outputs.values()))):
        network = network_of(path)
        output = {name: files[i] for name, files in outputs.items()}
        job = NetworkJob(
            network=network,
            input={n: f if isinstance(f, str) else f[i] for n, f in snakemake.input.items()},
            output=output,
            settings=dict(params.settings),
            own=params.own.get(network.name),
            device=params.device,
            threads=snakemake.threads,
            fingerprint=params.fingerprint,
            log=log,
        )
        yield job, Kept(Path(params.kept), network.folder, params.stage, output)


def make_or_link(job: NetworkJob, place: Kept, run: Callable[[NetworkJob], None]) -> None:
    """Link the results of one network to their places, computed first unless they are kept.

    Parameters
    ----------
    job
        What the stage is given of the network.
    place
        Where its results are kept.
    run
        The stage; it is not called for what is kept.
    """
    facts = {
        "stage": place.stage,
        "fingerprint": job.fingerprint,
        "network": job.identity,
        "settings": {"shared": dict(job.settings), "own": job.own},
        "device": job.device,
        "threads": job.threads,
        "versions": library_versions(),
    }
    key, record = key_of_result(facts, job.input)
    check_made(job.input, record["inputs"])
    if "run" in job.input:
        check_same_data(formats.read_json(job.input["run"]), job.input, record["inputs"])
    if place.has(key):
        job.log(f"{title(job.network)}: kept from an earlier job")
    else:
        job.log(title(job.network))
        part = place.part()
        run(NetworkJob(**{**job.__dict__, "output": {n: str(p) for n, p in part.items()}}))
        place.keep(record)
    place.link(newer_than=job.input.values())


def title(network: Network) -> str:
    """Return a network in the words of a log."""
    return f"{network.task} {network.model} L2 {network.l2} seed {network.seed}"


MOST_NAMED = 3  # networks that failed for the same reason


def named(names: list[str]) -> str:
    """Return some networks in the words of a sentence."""
    if len(names) == 1:
        return f"network {names[0]}"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"networks {', '.join(names[:MOST_NAMED])}{more}"


def told(error: Exception, log: Log) -> str:
    """Return the sentence of an error; the traceback of a mistake of ours goes to the log."""
    if lacks_memory(error):
        return no_memory(error)
    if not isinstance(error, UserError):
        log(traceback.format_exc().rstrip())
        return f"{type(error).__name__}: {error}"
    return str(error)
