"""What pages call tasks and cells; a link, a filter and a file have the names of tables."""

from __future__ import annotations

from rnn_geometry.identity import base_task
from rnn_geometry.plotting.text import said_model
from rnn_geometry.tasks.synthetic import FAMILIES


def task_title(task: str) -> str:
    """Return what a reader calls a task that has the name of its family and its number of outputs.

    Parameters
    ----------
    task
        Its name; a data seed and the ending of a control follow the title in brackets.

    Returns
    -------
    str
        How many classes of which kind; of a task with a name of its own this name.

    Examples
    --------
    >>> task_title("categorical-3"), task_title("ordered2d-5"), task_title("news")
    ('Three unordered classes', 'Five ordered classes', 'news')
    >>> task_title("categorical-3-data201-shuffled")
    'Three unordered classes (data201, shuffled)'
    """
    base = base_task(task)
    family, _, count = base.rpartition("-")
    if family not in FAMILIES or not count.isdigit():
        return task
    title = FAMILIES[family].structure(int(count)).called(int(count))
    endings = task[len(base) :].strip("-").replace("-", ", ")
    return f"{title} ({endings})" if endings else title


def cell_label(cell: str) -> str:
    """Return what a reader calls a cell as verdicts name it: a built-in one by its label.

    Parameters
    ----------
    cell
        Name of a model, of all cells, or of a model and its L2.

    Examples
    --------
    >>> cell_label("gru"), cell_label("gru l2 3e-4"), cell_label("tiny-gru")
    ('GRU', 'GRU L2 3e-4', 'tiny-gru')
    """
    model, apart, l2 = cell.partition(" l2 ")
    return said_model(model) + (f" L2 {l2}" if apart else "")
