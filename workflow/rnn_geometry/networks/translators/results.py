"""What is kept of a network that translates, opened by name; torch is loaded with its weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rnn_geometry.errors import UserError
from rnn_geometry.identity import Network
from rnn_geometry.store import artifacts
from rnn_geometry.store.hashes import sha256
from rnn_geometry.store.results import Opened, OpenedFile
from rnn_geometry.store.translations import (
    PairMeta,
    PairWords,
    Translation,
    TranslatorComponents,
    TranslatorRecord,
)

if TYPE_CHECKING:
    from rnn_geometry.networks.translators.translator import Translator


class PairTaskResults(Opened):
    """What is kept of a task of pairs.

    Parameters
    ----------
    folder
        Its folder.
    """

    meta = OpenedFile(PairMeta)
    words = OpenedFile(PairWords)

    def __init__(self, folder: Path):
        self.folder = folder

    def __repr__(self) -> str:
        return f"<task of pairs {self.folder.name} of {self.folder.parent.parent}>"


class TranslatorResults(Opened):
    """What is kept of one network that translates; see `store.translations` for the fields.

    Parameters
    ----------
    root
        The folder of the results.
    network
        Which one.
    """

    weights = OpenedFile(artifacts.Weights)
    record = OpenedFile(TranslatorRecord)
    history = OpenedFile(artifacts.History)
    components = OpenedFile(TranslatorComponents)
    translation = OpenedFile(Translation)

    def __init__(self, root: Path, network: Network):
        self.network = network
        self.folder = root / network.folder
        self.task = PairTaskResults(root / "data" / network.task)

    def __repr__(self) -> str:
        return f"<network that translates {self.network}>"

    def translator(self) -> Translator:
        """Return the trained network.

        Returns
        -------
        Translator
            In evaluation mode.

        Raises
        ------
        UserError
            For weights that are not those of run.json.
        """
        from rnn_geometry.networks.translators.build import load_translator

        weights = self.folder / artifacts.Weights.FILE
        if sha256(weights) != self.record.weights_sha256:
            raise UserError(
                f"{weights}: these are not the weights of the run.json beside them; put the file "
                "back."
            )
        return load_translator(weights, self.record.network)


def has_pairs(root: Path, task: str) -> bool:
    """Tell whether a task of some results is one of pairs.

    Parameters
    ----------
    root
        The folder of the results.
    task
        Its name.

    Returns
    -------
    bool
        Whether the words of its pairs were kept.
    """
    return (root / "data" / task / PairWords.FILE).is_file()
