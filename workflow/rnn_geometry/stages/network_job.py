"""What a stage is given of one network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from rnn_geometry.identity import Network

Log = Callable[[str], None]
Result = TypeVar("Result")


@dataclass(frozen=True)
class NetworkJob:
    """What a stage needs to know of one network.

    Attributes
    ----------
    network
        The network.
    input
        Paths of the files that it reads, by stem.
    output
        Paths of the files that it writes, by stem.
    settings
        Settings that all networks of the job share.
    own
        Settings of this network alone: of `train` those of its model, of others what the rule says.
    device, threads, fingerprint
        Where to compute, and the hash of the code of the stage.
    log
        Writes one line into the log of the job.
    """

    network: Network
    input: Mapping[str, str]
    output: Mapping[str, str]
    settings: Mapping[str, Any]
    own: Any
    device: str
    threads: int
    fingerprint: str
    log: Log

    @property
    def identity(self) -> dict[str, str]:
        """Task, model, l2 and seed as text."""
        return {name: str(value) for name, value in self.network._asdict().items()}


def tried(
    function: Callable[..., Result], *arguments: Any, **named: Any
) -> tuple[Result | None, Exception | None]:
    """Return the result of a call, or what it raised: the other networks of a job go on.

    Parameters
    ----------
    function
        What to call.
    *arguments, **named
        Its arguments.

    Examples
    --------
    >>> tried(int, "1"), tried(int, "a")
    ((1, None), (None, ValueError("invalid literal for int() with base 10: 'a'")))
    """
    try:
        return function(*arguments, **named), None
    except Exception as error:
        return None, error
