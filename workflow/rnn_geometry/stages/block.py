"""A job of many networks: each is made apart, kept when done, and costs the others nothing.

Snakemake deletes the outputs of a job before it starts and after it failed. What is finished
therefore lies beside the outputs, below `.kept/` of the results, with a key of all that it depends
on: the code of the stage, its settings, the network, the contents of every file that it reads, and
versions of libraries. A job links what has the right key to its place and computes the rest.
Nothing in a key tells who shared the job.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from rnn_geometry.errors import LONGEST, UserError, in_part, lacks_memory
from rnn_geometry.identity import Network, network_of
from rnn_geometry.stages.job import no_memory
from rnn_geometry.stages.network_job import Log, NetworkJob, tried
from rnn_geometry.store import formats
from rnn_geometry.store.hashes import check_same_data
from rnn_geometry.store.kept import Kept, check_made, key_of_result
from rnn_geometry.store.provenance import library_versions

# Networks as they are done, with what went wrong.
Outcomes = Iterator[tuple[NetworkJob, Exception | None]]
RunTogether = Callable[[Sequence[NetworkJob]], Outcomes]


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
    for job, error in make_or_link(jobs, stage_of(snakemake.params.module)):
        if error is not None:
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


def stage_of(module: str) -> RunTogether:
    """Return the function `run_together` of a stage, or its `run` for one network at a time.

    Parameters
    ----------
    module
        Its name in `stages`.
    """
    stage = import_module(f"rnn_geometry.stages.{module}")
    return stage.run_together if hasattr(stage, "run_together") else one_by_one(stage.run)


def one_by_one(run: Callable[[NetworkJob], None]) -> RunTogether:
    """Return a function of many networks from one of a single one.

    Parameters
    ----------
    run
        Makes the files of one network.
    """

    def together(networks: Sequence[NetworkJob]) -> Outcomes:
        for network in networks:
            network.log(title(network.network))
            yield network, tried(run, network)[1]

    return together


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


def make_or_link(jobs: Iterable[tuple[NetworkJob, Kept]], run: RunTogether) -> Outcomes:
    """Link the results of networks to their places, computed first unless they are kept.

    Parameters
    ----------
    jobs
        What the stage is given of each network, and where its results are kept.
    run
        The stage; it is not given what is kept.

    Yields
    ------
    tuple
        A network once it is linked, or has failed, and then why.
    """
    wanted: dict[Network, _Wanted] = {}
    for job, place in jobs:
        found, error = tried(_Wanted, job, place)
        if found is None:
            yield job, error
        elif found.kept:
            yield job, tried(found.link)[1]
        else:
            wanted[job.network] = found
    try:
        for part, error in run([found.part for found in wanted.values()]):
            found = wanted.pop(part.network)
            yield found.job, error or tried(found.keep)[1]
    except Exception as error:
        yield from ((found.job, error) for found in wanted.values())


class _Wanted:
    """A result that a job is to make, and its key."""

    def __init__(self, job: NetworkJob, place: Kept):
        self.job, self.place = job, place
        facts = {
            "stage": place.stage,
            "fingerprint": job.fingerprint,
            "network": job.identity,
            "settings": {"shared": dict(job.settings), "own": job.own},
            "device": job.device,
            "threads": job.threads,
            "versions": library_versions(),
        }
        self.key, self.record = key_of_result(facts, job.input)
        check_made(job.input, self.record["inputs"])
        if "run" in job.input:
            check_same_data(formats.read_json(job.input["run"]), job.input, self.record["inputs"])
        self.kept = place.has(self.key)
        if not self.kept:
            output = {name: str(path) for name, path in place.part().items()}
            # Its files go where they may be cut short.
            self.part = replace(job, output=output)

    def link(self) -> None:
        """Put what is kept into its place."""
        self.job.log(f"{title(self.job.network)}: kept from an earlier job")
        self.place.link(newer_than=self.job.input.values())

    def keep(self) -> None:
        """Keep what was made, and put it into its place."""
        self.place.keep(self.record)
        self.place.link(newer_than=self.job.input.values())


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
        log("".join(traceback.format_exception(error)).rstrip())
        return f"{type(error).__name__}: {error}"
    return str(error)
