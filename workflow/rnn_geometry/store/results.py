"""What a run of the workflow left, by name: tables, tasks, networks; read on first use.

Loads neither torch nor, before a table is asked for, pandas. `networks.results` opens them and
gives the steps of their networks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, overload

from rnn_geometry.errors import UserError, imported, listed, quoted
from rnn_geometry.identity import NETWORKS, Network, network_of
from rnn_geometry.store import artifacts
from rnn_geometry.store.artifacts import Artifact, Flow, Portrait, Traces
from rnn_geometry.store.columns import TABLES, read_frame

if TYPE_CHECKING:
    import pandas as pd

Kind = TypeVar("Kind", bound=Artifact)


def _unknown(where: str | Path, what: str, wanted: Any, known: Iterable[Any]) -> UserError:
    """Return what to say of a name that is not there."""
    names = sorted(map(str, known))
    near = get_close_matches(str(wanted), names, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else "."
    there = f"There is: {', '.join(names)}." if names else "There is none."
    return UserError(f"{where}: no {what} '{wanted}'{hint} {there}")


class Opened:
    """What lies in a folder, by attribute."""

    folder: Path


class OpenedFile(Generic[Kind]):
    """An attribute that is read from a file of the owner's folder when it is first asked for."""

    def __init__(self, kind: type[Kind]):
        self.kind = kind
        self.__doc__ = kind.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...
    @overload
    def __get__(self, owner: Opened, kind: type) -> Kind: ...
    def __get__(self, owner: Opened | None, kind: type) -> Self | Kind:
        if owner is None:
            return self
        found = _read(self.kind, owner.folder)
        vars(owner)[self._name] = found  # where Python looks from now on
        return found


def _read(kind: type[Kind], folder: Path) -> Kind:
    try:
        return kind.read(folder)  # type: ignore[attr-defined]
    except FileNotFoundError:
        files = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
        raise _unknown(folder, "file", kind.FILE, files) from None


class TaskResults(Opened):
    """What is kept of one task.

    Parameters
    ----------
    folder
        Its folder.
    """

    meta = OpenedFile(artifacts.Meta)
    vocabulary = OpenedFile(artifacts.Vocabulary)
    word_statistics = OpenedFile(artifacts.WordStatistics)

    def __init__(self, folder: Path):
        self.folder = folder

    def __repr__(self) -> str:
        there = ", ".join(_there(OF_TASK, self.folder)) or "no files"
        return f"<task {self.folder.name} of {self.folder.parent.parent}: {there}>"

    @property
    def figures(self) -> dict[str, Path]:
        """The figures of its networks, PNG files by name."""
        return _pictures(self.folder.parents[1] / "figures" / self.folder.name)


class NetworkResults(Opened):
    """What is kept of one network; see `store.artifacts` for the fields of each.

    Parameters
    ----------
    root
        The folder of the results.
    network
        Which one.
    """

    weights = OpenedFile(artifacts.Weights)
    record = OpenedFile(artifacts.Record)
    history = OpenedFile(artifacts.History)
    states = OpenedFile(artifacts.States)
    slow_points = OpenedFile(artifacts.SlowPoints)
    slow_modes = OpenedFile(artifacts.SlowModes)
    fixed_points = OpenedFile(artifacts.FixedPoints)
    linearization = OpenedFile(artifacts.Linearization)
    integration = OpenedFile(artifacts.Integration)
    words = OpenedFile(artifacts.Words)
    geometry = OpenedFile(artifacts.Geometry)
    hold_inputs = OpenedFile(artifacts.HoldInputs)
    snapshots = OpenedFile(artifacts.Snapshots)

    def __init__(self, root: Path, network: Network):
        self.network = network
        self.folder = root / network.folder
        self.task = TaskResults(root / "data" / network.task)
        self._portraits = root / "portraits" / f"{network.task}.npz"

    def __repr__(self) -> str:
        there = ", ".join(_there(OF_NETWORK, self.folder)) or "no files"
        return f"<network {self.network}: {there}>"

    @property
    def figures(self) -> dict[str, Path]:
        """Its figures, PNG files by name."""
        return _pictures(self.folder)

    @cached_property
    def _portrait(self) -> Portrait:
        if not self._portraits.is_file():
            known = self._portraits.parent.glob("*.npz")
            raise _unknown(self._portraits.parent, "file", self._portraits.name, known)
        return Portrait.read(self._portraits, self.network.name)

    @property
    def flow(self) -> Flow:
        """The flow over the plane of slow points, of a network that figures show."""
        return self._portrait.flow

    @property
    def traces(self) -> Traces:
        """Sentences read word by word, of a network that figures show."""
        return self._portrait.traces


def _kinds(owner: type) -> dict[str, type[Artifact]]:
    return {name: part.kind for name, part in vars(owner).items() if isinstance(part, OpenedFile)}


# The artifacts of a network and of a task by the names of these attributes.
OF_NETWORK = _kinds(NetworkResults)
OF_TASK = _kinds(TaskResults)


def _there(kinds: Mapping[str, type[Artifact]], folder: Path) -> list[str]:
    """Return the names of the artifacts whose files are there."""
    return [name for name, kind in kinds.items() if (folder / kind.FILE).is_file()]


def _pictures(folder: Path) -> dict[str, Path]:
    """Return the PNG files of a folder by name."""
    return {path.stem: path for path in sorted(folder.glob("*.png"))}


# Tables that no stage of classifiers by steps writes, and where their columns are declared.
OF_OTHERS = {
    "translators": "rnn_geometry.geometry.translator_tables:TRANSLATORS",
    "claims_attention": "rnn_geometry.claims.table:COLUMNS",
    "language": "rnn_geometry.geometry.language_tables:LANGUAGE",
    "claims_language": "rnn_geometry.claims.table:COLUMNS",
    "language_text": "rnn_geometry.geometry.text_models:LANGUAGE_TEXT",
    "claims_language_text": "rnn_geometry.claims.table:COLUMNS",
    "transformers": "rnn_geometry.geometry.transformers:TRANSFORMERS",
    "transformers_language": "rnn_geometry.geometry.transformers_language:TRANSFORMERS_LANGUAGE",
    "claims_transformers": "rnn_geometry.claims.table:COLUMNS",
}


def _read_of_others(name: str, path: Path) -> pd.DataFrame:
    """Read a table of networks that classify nothing: text as str, an empty cell as NaN."""
    module, _, columns = OF_OTHERS[name].partition(":")
    declared = getattr(import_module(module), columns).values()
    text = [column.name for column in declared if column.kind == "text"]
    return imported("pandas", "plots").read_csv(path, dtype=dict.fromkeys(text, str))


class Tables:
    """The tables over networks and tasks that are there, as data frames by name.

    Parameters
    ----------
    folder
        Where they lie.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._read: dict[str, pd.DataFrame] = {}

    def __iter__(self) -> Iterator[str]:
        return (name for name in (*TABLES, *OF_OTHERS) if self._place(name).is_file())

    def __contains__(self, name: object) -> bool:
        return name in list(self)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self:
            raise _unknown(self.folder, "table", name, self)
        if name not in self._read:
            read = _read_of_others if name in OF_OTHERS else read_frame
            self._read[name] = read(name, self._place(name))
        return self._read[name]

    def __repr__(self) -> str:
        return f"<tables {', '.join(self)}>"

    def _place(self, name: str) -> Path:
        return self.folder / f"{name}.csv"


class Results:
    """The results of a run of the workflow.

    Parameters
    ----------
    folder
        Where they lie.
    """

    NETWORK: ClassVar[type[NetworkResults]] = NetworkResults  # the class of its networks

    def __init__(self, folder: str | Path = "results"):
        self.folder = Path(folder)
        self.tables = Tables(self.folder / "tables")

    @classmethod
    def open(cls, folder: str | Path = "results") -> Self:
        """Return the results in a folder, once it is certain that it holds some.

        Parameters
        ----------
        folder
            Where they lie.

        Raises
        ------
        UserError
            If no task lies there, and for what is no path.
        """
        if not isinstance(folder, str | Path):
            raise UserError(f"the folder of results is {quoted(folder)}; accepted is a path.")
        results = cls(folder)
        if not results.tasks:
            raise UserError(
                f"{folder}: no results lie there (no folder data/); name the folder that the key "
                "`results` of the configuration names."
            )
        return results

    def __repr__(self) -> str:
        networks = self.networks
        parts = {name: {str(getattr(one, name)) for one in networks} for name in ("model", "seed")}
        told = {
            "tasks": self.tasks,
            "models": sorted(parts["model"]),
            "seeds": sorted(parts["seed"], key=lambda seed: (len(seed), seed)),
            "tables": list(self.tables),
            "figures": list(self.figures),
        }
        lines = [f"  {name}: {listed(found)}" for name, found in told.items() if found]
        return "\n".join([f"<results of {len(networks)} networks in {self.folder}", *lines]) + ">"

    @property
    def figures(self) -> dict[str, Path]:
        """The figures over all networks, PNG files by name."""
        return _pictures(self.folder / "figures")

    @cached_property
    def tasks(self) -> list[str]:
        """Names of the tasks."""
        return sorted(path.name for path in (self.folder / "data").glob("*") if path.is_dir())

    @cached_property
    def networks(self) -> list[Network]:
        """The trained networks."""
        files = (self.folder / NETWORKS).glob(f"*/*/l2-*/seed-*/{artifacts.Record.FILE}")
        return sorted(network_of(str(path)) for path in files)

    def task(self, name: str) -> TaskResults:
        """Return what is kept of a task.

        Parameters
        ----------
        name
            Its name.

        Raises
        ------
        UserError
            If there is none of this name.
        """
        if name not in self.tasks:
            raise _unknown(self.folder, "task", name, self.tasks)
        return TaskResults(self.folder / "data" / name)

    def __getitem__(self, key: Network | tuple[str, str, int]) -> NetworkResults:
        """Return a network by `task, model, seed`, or by a `Network`."""
        if isinstance(key, Network):
            return self.network(key.task, key.model, key.seed, l2=key.l2)
        if not isinstance(key, tuple) or len(key) != 3:
            raise UserError(
                f"{self.folder}: a network is named by its task, model and seed, such as "
                f"results['categorical-3', 'gru', 10], not by {key!r}."
            )
        return self.network(*key)

    def network(self, task: str, model: str, seed: int, *, l2: str | None = None) -> NetworkResults:
        """Return what is kept of a network.

        Parameters
        ----------
        task, model, seed
            Which one.
        l2
            Strength of its L2 penalty, as it was written; needed where there are several.

        Returns
        -------
        NetworkResults
            Its files as attributes, read on first use.

        Raises
        ------
        UserError
            If there is no such network, or there are several.
        """
        found = self.networks
        wanted = {"task": task, "model": model, "seed": seed} | ({"l2": l2} if l2 else {})
        for name, value in wanted.items():
            known = {getattr(network, name) for network in found}
            found = [one for one in found if str(getattr(one, name)) == str(value)]
            if not found:
                raise _unknown(self.folder, name, value, known)
        if len(found) > 1:
            several = " or ".join(repr(network.l2) for network in found)
            raise UserError(
                f"{self.folder}: {task}, {model}, seed {seed} was trained with several L2; name "
                f"one: network({task!r}, {model!r}, {seed}, l2={several})."
            )
        return self._opened(found[0])

    def _opened(self, network: Network) -> NetworkResults:
        return self.NETWORK(self.folder, network)
