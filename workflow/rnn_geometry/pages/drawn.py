"""Files of figures: which drew anything, and what lies beside them. One rule for all pages."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

OTHER_KINDS = ("pdf", "svg", "csv")  # beside a figure's PNG: for print, and what is drawn in it


def drew_something(path: Path) -> bool:
    """Tell whether a figure shows any data: what is drawn stands beside it as CSV.

    Parameters
    ----------
    path
        Of the PNG; one without a table beside it is taken to show some.
    """
    table = path.with_suffix(".csv")
    if not path.exists():
        return False
    if not table.exists():
        return True
    with table.open(encoding="utf-8") as lines:
        return len([*islice(lines, 2)]) > 1


def beside(path: Path) -> list[Path]:
    """Return the other files of a figure that there are, those for print first.

    Parameters
    ----------
    path
        Of the PNG.
    """
    others = (path.with_suffix(f".{kind}") for kind in OTHER_KINDS)
    return [other for other in others if other.exists()]


def blank_figures(folder: Path) -> list[str]:
    """Return the figures that drew nothing.

    Parameters
    ----------
    folder
        Of the results.

    Returns
    -------
    list of str
        Files relative to `folder`.
    """
    return [_below(folder, path) for path in _figures(folder) if not drew_something(path)]


def links_of_pictures(folder: Path) -> dict[str, list[list[str]]]:
    """Return what lies beside the pictures of a run, for a page in its folder to lead to.

    Parameters
    ----------
    folder
        Of the results.

    Returns
    -------
    dict
        By the file of a picture, pairs of words and a file, all relative to `folder`: of a figure
        its other kinds, of the panel of a network its page.
    """
    figures = {path: [path, *beside(path)] for path in _figures(folder)}
    links = {
        _below(folder, path): [[one.suffix[1:].upper(), _below(folder, one)] for one in files]
        for path, files in figures.items()
    }
    pages = (path.with_name("index.html") for path in sorted(folder.glob("runs/**/*panel.png")))
    return links | {
        _below(folder, panel): [["its page", _below(folder, page)]]
        for page in pages
        for panel in page.parent.glob("*panel.png")
        if page.exists()
    }


def _figures(folder: Path) -> list[Path]:
    return sorted(folder.glob("figures/**/*.png"))


def _below(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()
