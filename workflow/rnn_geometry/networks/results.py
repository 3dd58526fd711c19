"""What a run of the workflow left, opened by name, and the steps of its networks.

Loads torch when a step is asked for, not before.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rnn_geometry.errors import UserError
from rnn_geometry.identity import Network
from rnn_geometry.networks.translators.results import TranslatorResults, has_pairs
from rnn_geometry.store import results
from rnn_geometry.store.artifacts import History, Record, Weights
from rnn_geometry.store.languages import (
    BeliefStates,
    LanguageNumbers,
    LanguageRecord,
    SourceMeta,
    SourceWords,
)
from rnn_geometry.store.readings import PlacesRead, TextsFollowed, TextsRead
from rnn_geometry.store.text_models import TextModelNumbers
from rnn_geometry.store.transformers import TransformerNumbers
from rnn_geometry.tasks.language.families import source_of_task
from rnn_geometry.tasks.running_text import RUNNING_TEXT

if TYPE_CHECKING:
    from rnn_geometry.networks.cells import Cell
    from rnn_geometry.networks.classifier import Classifier
    from rnn_geometry.networks.pooled import PooledClassifier
    from rnn_geometry.tasks.language.source import Source

QUERY_FILE = "pooling.safetensors"


def open_results(folder: str | Path = "results") -> Results:
    """Open the results of a run of the workflow.

    Parameters
    ----------
    folder : str or Path
        Where they lie: the key `results` of the configuration.

    Returns
    -------
    Results
        `results["categorical-3", "gru", 10].slow_points` and `results.tables["runs"]`; printed, it
        tells what is there.

    Raises
    ------
    UserError
        If no task lies there, and for what is no path.

    Examples
    --------
    >>> import tempfile
    >>> from rnn_geometry.store.artifacts import Vocabulary
    >>> folder = Path(tempfile.mkdtemp())
    >>> Vocabulary(words=["good", "the"]).write(folder / "data/reviews/vocab.json")
    >>> results = open_results(folder)
    >>> results.task("reviews").vocabulary.words
    ['good', 'the']
    >>> results.task("review")
    Traceback (most recent call last):
    rnn_geometry.errors.UserError: ... no task 'review'; did you mean 'reviews'? There is: reviews.
    """
    return Results.open(folder)


class Trained(results.Opened):
    """What is kept of a network that is read with `load_classifier`."""

    def classifier(self) -> Classifier:
        """Return the trained network: word vectors, cell, readout.

        Returns
        -------
        Classifier
            In evaluation mode.

        Raises
        ------
        UserError
            For weights that are not those of run.json, and a cell of the user's own whose code
            was changed since.
        """
        from rnn_geometry.networks.classifier import load_classifier

        return load_classifier(self.folder / Weights.FILE, self.folder / Record.FILE)

    def step(self) -> Cell:
        """Return the step h' = F(h, x) of the trained network, as it was analysed.

        Returns
        -------
        Cell
            In float64, for all functions of the library; its hold input is `slow_points.x`.

        Raises
        ------
        UserError
            As `classifier` does.
        """
        from rnn_geometry.networks.classifier import analysis_cell

        return analysis_cell(self.classifier())


class NetworkResults(Trained, results.NetworkResults):
    """What is kept of one network, and the network itself.

    See `store.artifacts` for the fields of each file.
    """

    # Of one without a step, and of others on its task.
    transformer = results.OpenedFile(TransformerNumbers)
    places_read = results.OpenedFile(PlacesRead)

    def pooled(self) -> PooledClassifier:
        """Return the trained network with its readout that looks back.

        Returns
        -------
        PooledClassifier
            In evaluation mode.

        Raises
        ------
        UserError
            As `classifier` does, and for a network that reads its last state.
        """
        from rnn_geometry.networks.pooled import with_query

        query = self.folder / QUERY_FILE
        if not query.is_file():
            raise UserError(f"{query}: there is none; {self.network} reads its last state.")
        return with_query(self.classifier(), query)


class SourceResults(results.Opened):
    """What is kept of a source of words.

    Parameters
    ----------
    folder
        Its folder.
    """

    meta = results.OpenedFile(SourceMeta)
    words = results.OpenedFile(SourceWords)

    def __init__(self, folder: Path):
        self.folder = folder

    def __repr__(self) -> str:
        return f"<source {self.folder.name} of {self.folder.parent.parent}>"

    def source(self) -> Source:
        """Return the source itself.

        Returns
        -------
        Source
            Of which beliefs and chances of the next word are known.

        Raises
        ------
        UserError
            Of running text, whose source nobody knows.
        """
        if self.meta["family"] == RUNNING_TEXT:
            raise UserError(
                f"{self.folder}: it is running text, whose source nobody knows; use `meta` and "
                "`words`."
            )
        return source_of_task(self.meta["settings"])


class LanguageResults(Trained):
    """What is kept of one language model, and the network.

    See `store.languages` and `store.readings` for the fields.

    Parameters
    ----------
    root
        The folder of the results.
    network
        Which one.
    """

    weights = results.OpenedFile(Weights)
    record = results.OpenedFile(LanguageRecord)
    history = results.OpenedFile(History)
    beliefs = results.OpenedFile(BeliefStates)
    language = results.OpenedFile(LanguageNumbers)
    reading = results.OpenedFile(TextsRead)
    places_read = results.OpenedFile(PlacesRead)
    text_read = results.OpenedFile(TextsFollowed)  # in the place of `reading`, of running text
    text_model = results.OpenedFile(TextModelNumbers)  # in the place of `language`, of running text
    transformer = results.OpenedFile(TransformerNumbers)  # of one without a step, see `store`

    def __init__(self, root: Path, network: Network):
        self.network = network
        self.folder = root / network.folder
        self.task = SourceResults(root / "data" / network.task)

    def __repr__(self) -> str:
        return f"<language model {self.network}>"


def has_texts(root: Path, task: str) -> bool:
    """Tell whether a task of some results is a source of words.

    Parameters
    ----------
    root
        The folder of the results.
    task
        Its name.

    Returns
    -------
    bool
        Whether the words of its texts were kept.
    """
    return (root / "data" / task / SourceWords.FILE).is_file()


class Results(results.Results):
    """The results of a run of the workflow; networks of other kinds have files of their own."""

    NETWORK: ClassVar = NetworkResults

    def _opened(self, network: Network) -> Any:
        if has_pairs(self.folder, network.task):
            return TranslatorResults(self.folder, network)
        if has_texts(self.folder, network.task):
            return LanguageResults(self.folder, network)
        return super()._opened(network)

    if TYPE_CHECKING:
        # Of networks of other kinds what `_opened` says, which no type tells beforehand.
        def __getitem__(self, key) -> NetworkResults: ...
