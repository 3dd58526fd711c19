"""How far a run is: jobs that wait, are under way, are done or failed, and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from snakemake_logger_plugin_rnn_geometry.stages import (
    OTHER_SECONDS,
    SECONDS,
    TARGETS,
    job_title,
    kind_of,
    title_of,
)

PRIOR_WEIGHT = 1.0  # the expected time of a rule counts as much as one finished job


@dataclass
class Rule:
    """The jobs of the rules that share a name before the dot."""

    expected: float
    total: int = 0
    finished: int = 0
    seconds: float = 0.0
    failed: set[int] = field(default_factory=set)

    @property
    def left(self) -> int:
        """Return how many jobs are still to be done."""
        return max(0, self.total - self.finished - len(self.failed))


@dataclass
class Stage:
    """What a bar shows."""

    title: str
    total: int = 0
    finished: int = 0
    failed: int = 0


@dataclass
class Job:
    """A job that was begun."""

    began: float
    rule: str = ""
    title: str = ""


class Progress:
    """Count jobs by rule and estimate the time that is left.

    Parameters
    ----------
    clock : Callable[[], float], default time.monotonic
        Gives seconds; tests give their own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self.began = clock()
        self.rules: dict[str, Rule] = {}
        self.running: dict[int, Job] = {}
        self.jobs: dict[int, Job] = {}

    def plan(self, counts: Mapping[str, int]) -> None:
        """Take Snakemake's table of jobs.

        Parameters
        ----------
        counts : Mapping[str, int]
            Jobs of each rule, in the table's order; targets and the sum are left out.
        """
        for name, count in counts.items():
            if name != "total" and name not in TARGETS:
                self._rule(name).total += count

    def _rule(self, name: str) -> Rule:
        kind = kind_of(name)
        return self.rules.setdefault(kind, Rule(SECONDS.get(kind, OTHER_SECONDS)))

    def start(self, ids: Iterable[int]) -> None:
        """Note that jobs were begun, some perhaps once more.

        Parameters
        ----------
        ids : Iterable[int]
            Their numbers.
        """
        for number in ids:
            self.running[number] = self.jobs[number] = Job(self.clock())
            for rule in self.rules.values():
                rule.failed.discard(number)

    def name(self, number: int, rule: str, wildcards: Mapping[str, str]) -> None:
        """Note which job has a number.

        Parameters
        ----------
        number : int
            Snakemake's number of the job.
        rule : str
            Its rule.
        wildcards : Mapping[str, str]
            Its wildcards.
        """
        job = self.jobs.setdefault(number, Job(self.clock()))
        job.rule, job.title = rule, job_title(rule, wildcards)
        if rule in TARGETS:
            self.running.pop(number, None)
        else:
            self.running.setdefault(number, job)  # a job of a group, which has its own number

    def finish(self, number: int) -> str | None:
        """Note that a job is done.

        Parameters
        ----------
        number : int
            Snakemake's number of the job.

        Returns
        -------
        str | None
            What the job is called; nothing for a target.
        """
        job, _ = self.jobs.get(number), self.running.pop(number, None)
        if job is None or not job.rule or job.rule in TARGETS:
            return None
        rule = self._rule(job.rule)
        rule.finished += 1
        rule.total = max(rule.total, rule.finished)  # a checkpoint adds jobs
        rule.seconds += self.clock() - job.began
        return job.title

    def fail(self, number: int, rule: str) -> str:
        """Note that a job failed.

        Parameters
        ----------
        number : int
            Snakemake's number of the job.
        rule : str
            Its rule.

        Returns
        -------
        str
            What the job is called.
        """
        self.running.pop(number, None)
        self._rule(rule).failed.add(number)
        job = self.jobs.get(number)
        return job.title if job and job.title else title_of(rule)

    @property
    def total(self) -> int:
        """Return the number of jobs."""
        return sum(rule.total for rule in self.rules.values())

    @property
    def finished(self) -> int:
        """Return the number of jobs that are done."""
        return sum(rule.finished for rule in self.rules.values())

    @property
    def failed(self) -> int:
        """Return the number of jobs that failed and were not begun again."""
        return sum(len(rule.failed) for rule in self.rules.values())

    @property
    def elapsed(self) -> float:
        """Return the seconds since the run began."""
        return self.clock() - self.began

    def stages(self) -> list[Stage]:
        """Return what the bars show, in the order of Snakemake's table.

        Returns
        -------
        list[Stage]
            Rules with one title share a stage.
        """
        stages: dict[str, Stage] = {}
        for kind, rule in self.rules.items():
            stage = stages.setdefault(title_of(kind), Stage(title_of(kind)))
            stage.total += rule.total
            stage.finished += rule.finished
            stage.failed += len(rule.failed)
        return list(stages.values())

    def time_left(self) -> float | None:
        """Estimate the seconds until the last job is done.

        Returns
        -------
        float | None
            Nothing before the first job is done.
        """
        if not self.finished:
            return None
        running = [job for job in list(self.running.values()) if job.rule]  # a thread adds some
        passed = [self.clock() - job.began for job in running]
        rests = [max(self._mean(job) - past, 0.0) for job, past in zip(running, passed)]
        waiting = sum(self._mean_of(rule) * rule.left for rule in self.rules.values())
        waiting = max(0.0, waiting - sum(map(self._mean, running)))
        return max([(waiting + sum(rests)) / self._lanes(sum(passed)), *rests])

    def _lanes(self, under_way: float) -> float:
        """Return how many jobs ran at a time, so far."""
        worked = under_way + sum(rule.seconds for rule in self.rules.values())
        return max(1.0, worked / max(self.elapsed, 1e-6))

    def _scale(self) -> float:
        """Return by how much this run's jobs are longer than expected."""
        worked = sum(rule.seconds for rule in self.rules.values())
        return worked / sum(rule.finished * rule.expected for rule in self.rules.values())

    def _mean_of(self, rule: Rule) -> float:
        """Return the time of a job: that of finished ones, or the expected one where few are."""
        expected = PRIOR_WEIGHT * rule.expected * self._scale()
        return (rule.seconds + expected) / (rule.finished + PRIOR_WEIGHT)

    def _mean(self, job: Job) -> float:
        return self._mean_of(self._rule(job.rule))


def in_words(seconds: float) -> str:
    """Return a duration as people say it, no finer than it can be known.

    Parameters
    ----------
    seconds : float
        The duration.

    Returns
    -------
    str
        Such as `40 s`, `3 min` or `1 h 20 min`.
    """
    if seconds < 55:
        return f"{max(5, 5 * round(seconds / 5))} s"
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def exactly(seconds: float) -> str:
    """Return a measured duration.

    Parameters
    ----------
    seconds : float
        The duration.

    Returns
    -------
    str
        Such as `4 min 13 s`.
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "less than a second"
