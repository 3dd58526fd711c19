"""The state of a training on disk, from which one that was cut off goes on to the same weights."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.errors import UserError
from rnn_geometry.store import formats

FORMAT = 2  # of the file; a file of another one is not used
CHECKPOINT_SECONDS = 60.0  # between two writes
SHARE = 0.05  # of the time that writing may take
OF_TENSORS = ("best_weights", "snapshots")  # facts that are no JSON
NOTED = "noted-"  # how groups of tensors begin that were noted at a step


class Checkpoint:
    """One file that holds the last state of one training.

    A file with another identity, of another format, or damaged is not used, and the log says so: it
    saves time, and no result may depend on it. For the same reason a file that cannot be written
    stops nothing.

    Parameters
    ----------
    path : str or Path
        Of the file.
    identity : mapping
        Everything on which the weights at the end depend: settings, seeds, hashes of the data,
        code, versions.
    log : callable
        Takes a line.
    """

    def __init__(self, path: str | Path, identity: Mapping[str, Any], log: Callable[[str], None]):
        self.path, self.log = Path(path), log
        text = json.dumps({"format": FORMAT, **identity}, sort_keys=True)
        self.key = hashlib.sha256(text.encode()).hexdigest()
        self._next = time.monotonic() + CHECKPOINT_SECONDS

    def load(self, tensors: Mapping[str, Tensor]) -> dict[str, Any] | None:
        """Copy what was saved into `tensors`, in place, and return the facts saved beside them.

        Tensors named `best.` and `noted-` are in the facts. Returns None and changes nothing where
        there is no file to be used.
        """
        if not self.path.exists():
            return None
        try:
            arrays = formats.read_tensors(self.path)
            facts = json.loads(arrays.pop("facts").tobytes())
        except (UserError, OSError, KeyError, ValueError):
            self.log(f"{self.path} is damaged and not used: training begins anew")
            return None
        if facts.pop("key", None) != self.key:
            self.log(
                f"{self.path} is of other settings, data or versions and not used: "
                "training begins anew"
            )
            return None
        with torch.no_grad():
            for name, tensor in tensors.items():
                tensor.copy_(torch.from_numpy(arrays.pop(name)).reshape(tensor.shape))
        groups = _grouped(arrays)
        noted = {int(name.removeprefix(NOTED)): groups.pop(name) for name in _noted_of(groups)}
        return {**facts, "best_weights": groups.get("best"), "snapshots": noted}

    def is_due(self) -> bool:
        """Tell whether the last write is long enough ago."""
        return time.monotonic() >= self._next

    def save(
        self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any], companions: int = 1
    ) -> None:
        """Write tensors and facts (JSON; `best_weights`, `snapshots` as tensors) over the last.

        companions: checkpoints that one process writes each time.
        """
        started = time.monotonic()
        plain = {name: value for name, value in facts.items() if name not in OF_TENSORS}
        plain["key"] = self.key
        groups = {"best": facts["best_weights"] or {}}
        groups |= {f"{NOTED}{step}": of for step, of in facts.get("snapshots", {}).items()}
        more = {f"{group}.{n}": tensor for group, of in groups.items() for n, tensor in of.items()}
        arrays = {
            name: tensor.detach().cpu().numpy() for name, tensor in {**tensors, **more}.items()
        }
        arrays["facts"] = np.frombuffer(json.dumps(plain).encode(), dtype=np.uint8)
        try:
            formats.write_tensors(self.path, arrays)
        except (UserError, OSError) as error:
            self.log(f"no checkpoint was written: {error}")
        now = time.monotonic()
        self._next = now + max(CHECKPOINT_SECONDS, companions * (now - started) / SHARE)


def _grouped(arrays: Mapping[str, np.ndarray]) -> dict[str, dict[str, Tensor]]:
    """Return arrays named `group.name` as tensors by group and name."""
    groups: dict[str, dict[str, Tensor]] = {}
    for name, array in arrays.items():
        group, _, own = name.partition(".")
        groups.setdefault(group, {})[own] = torch.from_numpy(array)
    return groups


def _noted_of(groups: Iterable[str]) -> list[str]:
    return [group for group in groups if group.startswith(NOTED)]
