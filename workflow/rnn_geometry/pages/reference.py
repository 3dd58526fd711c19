"""docs/tables.md and docs/interfaces.md, made of what the code declares.

`python -m rnn_geometry.pages.reference [FOLDER]` writes both, into `docs` unless told otherwise.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from rnn_geometry.claims.text_model_units import MADE
from rnn_geometry.geometry.language_tables import LANGUAGE
from rnn_geometry.geometry.network import FILE_ONLY
from rnn_geometry.geometry.text_models import LANGUAGE_TEXT
from rnn_geometry.geometry.transformers import TRANSFORMERS
from rnn_geometry.geometry.transformers_language import TRANSFORMERS_LANGUAGE
from rnn_geometry.geometry.translator_tables import TRANSLATORS
from rnn_geometry.geometry.universality import DISTANCES, NEIGHBOURS, UNIVERSALITY
from rnn_geometry.pages._meanings import meaning_of
from rnn_geometry.store.columns import Column, table_columns
from rnn_geometry.store.formats import write_text

WIDTH = 100
PACKAGE = Path(__file__).parents[1]
# Rooms in the order of their layers; what lies beside them comes first.
ROOMS = (
    "dynamics",
    "config",
    "store",
    "tasks",
    "networks",
    "geometry",
    "claims",
    "plotting",
    "pages",
    "stages",
)
# Heading and what there is to say beside the columns.
TABLES = {
    "runs": ("one row per network", ""),
    "dimension": (
        "one row per network and set of points",
        "The estimators look at 1,000 rows at most, without duplicates; fewer than 50 leave them"
        " empty.",
    ),
    "tasks": (
        "one row per task",
        "What is known before any network is trained. Resampling adds noise to the means of the"
        " classes, which can only raise the predicted dimension.",
    ),
    "predictions": (
        "one row per subset of the classes of a task",
        "The vocabulary and the weights of words are those of the whole task.",
    ),
    "words": (
        "ten rows per network and class of a text task",
        "The words (ten times in training at least) that move the state most along the readout of a"
        " class, relative to the mean over classes. The full list is `words.parquet` beside the"
        " network.",
    ),
    "hold_inputs": (
        "one row per network, hold input x* and cut",
        "Only with `analysis.hold_inputs`: measures of the slow manifold that 300 visited states"
        " lead to under each x*, and under each cut of `analysis.cuts`.",
    ),
    "sweeps": (
        "one row per network of every sweep",
        "In a sweep over the hold input the numbers of the slow manifold are those under that x*,"
        " and what is measured at the default x* only is empty.",
    ),
    "claims": ("one row per claim, task and cell", "`claims.html` shows the same as a grid."),
    "multiverse": (
        "one row per claim, task and cell that was judged in several analyses",
        "Of claims with `multiverse`, on networks with rows in `hold_inputs.csv`.",
    ),
    "forecast": (
        "one row per network of `config/forecast.yaml`",
        "This and the next two are kept in `docs/data`, and in no other results.",
    ),
    "forecast_scores": (
        "one row per kind of classes, measure and forecast",
        "Sets of classes of which every network failed to learn its task are left out.",
    ),
    "forecast_sets": (
        "one row per data set, number of classes, weighting and forecast",
        "All sets of the classes, without a network; of labels all pairs and triples.",
    ),
}
# Tables whose columns no stage of networks that classify depends on.
OF_OTHERS = {
    "distances": (
        "one row per measure and pair of networks of a task",
        "Of networks that are neither controls nor of a sweep alone, trained and with their initial"
        " weights. All read the same 250 test texts; states are those after 1,000 of their words."
        " Also by task, `tables/distances/{task}.csv`.",
        DISTANCES,
    ),
    "universality": (
        "one row per task and measure of distance",
        "Can the cell of a network be told by its distances from others? Data seeds of a task stand"
        " apart: their texts are others.",
        UNIVERSALITY,
    ),
    "neighbours": (
        "one row per network that was compared",
        "The same of each network, which claims are about.",
        NEIGHBOURS,
    ),
    "claims_universality": (
        "one row per claim about how alike networks are, task and model",
        "The columns of `claims.csv`.",
        {},
    ),
    "translators": (
        "one row per network that translates",
        "Means are estimated on one half of the test split, all else is measured on the other. In"
        " names of terms the part of the decoder comes first.",
        TRANSLATORS,
    ),
    "claims_attention": (
        "one row per claim about networks that translate, task and model",
        "The columns of `claims.csv`; `structure` is a family of pairs, or `dial`.",
        {},
    ),
    "language": (
        "one row per language model",
        "Of networks that say the next word of a source whose hidden state is known. What is"
        " expected is known before any training.",
        LANGUAGE,
    ),
    "language_text": (
        "one row per language model of running text",
        "Of networks that say the next word of the texts of a data set. They see no label; labels"
        " are read from their states afterwards.",
        LANGUAGE_TEXT,
    ),
    "transformers": (
        "one row per transformer that classifies and network beside it",
        "Beside it are classifiers that read the same task by steps. What needs no step is measured"
        " of both in the same way. A transformer has no step: its numbers from"
        " `participation_ratio` on, which are those of `runs.csv`, are empty."
        " `score_..`, `word_..` and `carried_..` are empty of texts, whose words have no known"
        " scores, and where sentences differ in length; `carried_..` of labels, too.",
        TRANSFORMERS,
    ),
    "transformers_language": (
        "one row per transformer that says words and network beside it",
        "The next word, of sources whose hidden state is known, with columns of `language.csv`."
        " Numbers from `dimension_said` on are empty of a transformer: it has no step, and was not"
        " asked to say texts by itself.",
        TRANSFORMERS_LANGUAGE,
    ),
    "claims_transformers": (
        "one row per claim about networks without a step, task and model",
        "The columns of `claims.csv`; `structure` is that of a task, or a family of sources."
        " Networks with a step on the same tasks come last, in families of their own.",
        {},
    ),
    "claims_language": (
        "one row per claim about language models, source and model",
        "The columns of `claims.csv`; `structure` is a family of sources.",
        {},
    ),
    "claims_language_text": (
        "one row per claim about those of running text, task and model",
        "The columns of `claims.csv`. Metrics are columns of `language_text.csv`, or made of them: "
        + "; ".join(f"`{name}`, {meaning}" for name, meaning in MADE.items())
        + ".",
        {},
    ),
}
_MADE = "<!-- Made by `python -m rnn_geometry.pages.reference`; change the code, not this file. -->"


def tables_page() -> str:
    """Return docs/tables.md: every column of every table with kind, unit and meaning."""
    parts = [
        "# What the tables hold",
        _MADE,
        _filled(
            "All tables are CSV with one header line; an undefined value is empty; rows are sorted."
            " Columns whose names end in `seconds` are CPU seconds and differ from run to run; all"
            " others are equal when the same configuration runs again on the same machine. A"
            " *count* is an integer, a *flag* 0 or 1."
        ),
    ]
    for table, (rows, more) in TABLES.items():
        parts += [f"## `tables/{table}.csv`: {rows}", _filled(more), _list(table_columns(table))]
    for table, (rows, more, own) in OF_OTHERS.items():
        parts += [f"## `tables/{table}.csv`: {rows}", _filled(more), _list(own)]
    parts += [
        "## `geometry.json`: more numbers of a network",
        "Beside those of `tables/runs.csv`; they reach no table but `tables/dimension.csv`.",
        _list(FILE_ONLY),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _list(columns: dict[str, Column]) -> str:
    return "\n".join(_entry(f"`{c.name}` ({_kind(c)}): {meaning_of(c)}.") for c in columns.values())


def _kind(column: Column) -> str:
    return f"{column.kind}, {column.unit}" if column.unit else column.kind


def _filled(text: str, first: str = "", rest: str = "") -> str:
    # A line that began with one of these would be a list or a quotation.
    kept = re.sub(r" (?=[>+#|=-]|\d+[.)] )", "\0", text)
    filled = textwrap.fill(
        kept,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace("\0", " ")


def _entry(text: str) -> str:
    return _filled(text, "- ", "  ")


def interfaces_page(package: Path = PACKAGE) -> str:
    """Return docs/interfaces.md: public functions and classes with what their first line says.

    Parameters
    ----------
    package
        Folder of the package; its sources are parsed and not imported.
    """
    parts = [
        "# Interfaces",
        _MADE,
        _filled(
            "Public functions and classes of `rnn_geometry` by module. Modules whose names begin"
            " with `_` belong to their folder alone. Docstrings say the rest: shapes, units,"
            " errors."
        ),
    ]
    for room in ("", *ROOMS):
        modules = sorted(path for path in (package / room).glob(_pattern(room)) if _public(path))
        told = [part for path in modules for part in _module(path, package)]
        parts += [f"## {room}" if room else "## rnn_geometry", *told] if told else []
    return "\n\n".join(parts) + "\n"


def _pattern(room: str) -> str:
    return "**/*.py" if room else "*.py"


def _public(path: Path) -> bool:
    return not path.name.startswith("_")


def _module(path: Path, package: Path) -> list[str]:
    """Return the heading, the first line and the list of one module; nothing if it has no names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    entries = [_entry(text) for text in _names(tree.body)]
    name = ".".join(path.relative_to(package).with_suffix("").parts)
    return [f"### `{name}`", _filled(_first_line(tree)), "\n".join(entries)] if entries else []


def _names(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield a line for every public function and class."""
    for node in body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield f"`{node.name}({', '.join(_parameters(node))})`: {_first_line(node)}"
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield f"class `{node.name}`: {_first_line(node)}"


def _parameters(node: ast.FunctionDef) -> list[str]:
    given = node.args
    names = [one.arg for one in (*given.posonlyargs, *given.args)]
    names += [f"*{given.vararg.arg}"] if given.vararg else ["*"] if given.kwonlyargs else []
    names += [one.arg for one in given.kwonlyargs]
    return names + ([f"**{given.kwarg.arg}"] if given.kwarg else [])


def _first_line(node: ast.Module | ast.FunctionDef | ast.ClassDef) -> str:
    text = (ast.get_docstring(node) or "").split("\n\n")[0]
    return " ".join(text.split())


PAGES = {"tables.md": tables_page, "interfaces.md": interfaces_page}


def main(folder: str = "docs") -> None:
    """Write both pages.

    Parameters
    ----------
    folder
        Where to.
    """
    for name, page in PAGES.items():
        write_text(Path(folder) / name, page())


if __name__ == "__main__":
    main(*sys.argv[1:])
