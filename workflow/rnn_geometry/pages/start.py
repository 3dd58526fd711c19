"""The start page of a run's results.

The question, what came out, where it lies, how it was computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import yaml

from rnn_geometry.claims.below import below_bag_of_words
from rnn_geometry.claims.grid import cells_in_order
from rnn_geometry.claims.judged import counted
from rnn_geometry.identity import Network, run_folder
from rnn_geometry.pages import claims as claims_page
from rnn_geometry.pages._controls_told import meeting, told_of_controls
from rnn_geometry.pages._meanings import meaning_of
from rnn_geometry.pages.answer import (
    answers,
    battery_counts,
    met_by_claim,
    seen_counts,
    sentence_of,
    task_titles,
)
from rnn_geometry.pages.drawn import OTHER_KINDS, beside, drew_something
from rnn_geometry.pages.names import task_title
from rnn_geometry.pages.questions import COMMAND, questions
from rnn_geometry.pages.task_order import tasks_in_order
from rnn_geometry.pages.templating import environment, number, series, typeset
from rnn_geometry.plotting.text import said_model
from rnn_geometry.store.columns import table_columns
from rnn_geometry.tasks.text.account import THIRD, rows_of

# Columns of runs.csv in the table of the start page: what they are called there, and decimals.
SHOWN = {
    "task": ("task", None),
    "model": ("model", None),
    "l2": ("L2", None),
    "seed": ("seed", None),
    "control": ("control", None),
    "test_accuracy": ("accuracy", 3),
    "bag_of_words_accuracy": ("bag of words", 3),
    "dimension_expected": ("expected d", 0),
    # A telephone may break the long word.
    "participation_ratio": ("partici\u00adpation ratio", 2),
    "components_95": ("components for 95 %", 0),
    "io_dimension_places": ("inputs to outputs", 0),
    "integration_modes": ("integration modes", 0),
    "tau_1": ("longest τ (words)", 0),
    "readout_angle_mean": ("readout angle", 1),
    "readout_angle_expected": ("angle by theory", 1),
    "cliff": ("cliff", 0),
    "hold_r2": ("hold R²", 2),
    "cover": ("cover", 2),
}
# What theory says of a column is in another one; a number farther off than these shares is tinted.
THEORY = {
    **dict.fromkeys(
        ("participation_ratio", "components_95", "io_dimension_places", "integration_modes"),
        "dimension_expected",
    ),
    "readout_angle_mean": "readout_angle_expected",
}
# Those that a telephone shows; the others when asked for.
NARROW = ("task", "model", "seed", "test_accuracy", "dimension_expected", "participation_ratio")
KIND_TITLES = {"gated": "gated", "ungated": "no gates", "other": "other cells"}
LAST = ("cliff", "hold_r2", "cover")  # on a laptop, too, those are shown when asked for
OFF, FAR = 0.1, 0.25
OPENINGS = {
    "headline": {
        "alt": "Five unordered classes on a simplex of four dimensions beside "
        "five ordered classes on a plane",
        "caption": "As many classes, the same cell: five unordered ones span four dimensions, "
        "five ordered a plane.",
    },
    "manifolds": {
        "alt": "Slow manifolds of all tasks and models side by side",
        "caption": "Rows: tasks; columns: models. "
        "Small dots: slow points; large ones: final states; arrows: readout vectors.",
    },
}
TEXT = ("task", "model", "control")
PICTURE = "thumbnail.svg"  # of a task, that leads into its explorer
OF_DIMENSION = "dimension_overview"  # a figure, whose networks without a dimension are counted


def start_page(
    templates: Mapping[str, str],
    runs: pd.DataFrame,
    found: pd.DataFrame,
    claims: Mapping[str, Any],
    *,
    shown: Sequence[Sequence[Any]],
    explorers: Sequence[str],
    figures: Sequence[Mapping[str, Any]],
    opening: str,
    records: Sequence[Mapping[str, Any]],
    costs: Sequence[Mapping[str, Any]],
    configuration: str,
    texts: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    shipped: pd.DataFrame | None = None,
    opened: Sequence[Sequence[Any]] = (),
    translators: bool = False,
    language: bool = False,
    tasks: Sequence[str] = (),
    text_models: bool = False,
    transformers: bool = False,
    report_bytes: int = 0,
) -> str:
    """Return results/index.html, the page that leads to all others.

    Parameters
    ----------
    templates
        Texts of the templates, by name.
    runs, found
        runs.csv and claims.csv.
    claims
        The checked claims.
    shown
        Keys of the networks that have a page.
    explorers
        Tasks that have one.
    figures
        Groups of files.
    opening
        Which figure the page begins with, a key of OPENINGS.
    records
        run.json of the networks with pages.
    costs
        `costs.cost_table`.
    configuration
        The configuration as YAML.
    texts
        meta.json of every task of texts, by task.
    shipped
        claims.csv of the battery, to stand beside; None where there is none.
    opened
        Keys of the networks in the figure that the page begins with, which names them.
    translators
        Whether there is a page of networks that translate.
    language
        Whether there is a page of language models.
    tasks
        In the order of the configuration, which all tables keep.
    text_models
        Whether there is one of those of running text.
    transformers
        Whether there is one of networks without a step.
    report_bytes
        The most that the report takes; 0 where that is not known.
    """
    pages = {tuple(map(str, key)) for key in shown}
    known = runs.astype(object).where(runs.notna(), None).to_dict("records")
    rows = [_row(run, pages) for run in _in_order(known, tasks)]
    columns = {name: title for name, (title, _) in SHOWN.items() if _says_something(name, rows)}
    page = environment(autoescape=True, templates=templates).get_template("index.html.jinja")
    words = claims_page.page_words(found)
    seen, judged = seen_counts(found), None if shipped is None else battery_counts(shipped)
    missing = without_dimension(known, words["gapless"])
    return page.render(
        **words,
        **claims_page.grids_beside(found, claims, shipped, tasks),
        claims=claims,
        columns=[
            {
                "name": name,
                "title": title,
                "number": name not in TEXT,
                "meaning": _meaning(name),
                "shown": _where_shown(name),
            }
            for name, title in columns.items()
        ],
        rows=rows,
        off=OFF,
        far=FAR,
        **_answer(found, templates, {run["model"]: run["cell"] for run in known}),
        seen_boxes=seen,
        battery=judged,
        titles=task_titles(found, known),
        below=below_bag_of_words(known),
        questions=questions(
            known,
            seen,
            judged,
            costs,
            tasks=tasks,
            explorers=explorers,
            files={one["file"] for group in figures for one in group["figures"]},
            pages=pages,
            kinds=_kinds(figures),
            met=met_by_claim(found),
            controls=[] if shipped is None else told_of_controls(meeting(found), meeting(shipped)),
        ),
        command=COMMAND,
        left_out=sum(bool(row["not_judged"]) for row in rows),
        left_out_why=counted(row["not_judged"] for row in rows if row["not_judged"]),
        explorers=[_explorer(task, figures) for task in explorers],
        figures=_captioned(figures, _captions(templates, missing)),
        translators=translators,
        language=language,
        text_models=text_models,
        transformers=transformers,
        report_bytes=report_bytes,
        opening={
            "file": f"figures/{opening}.png",
            **OPENINGS[opening],
            "caption": OPENINGS[opening]["caption"]
            + (_told_of_needed(known, opened) if opening == "headline" else ""),
            "networks": [_named(Network(*key), pages) for key in opened],
        },
        versions=versions_of(records),
        data={record["task"]: record["data_sha256"] for record in records},
        costs=sorted(costs, key=lambda row: -row["cpu_seconds"]),
        computed={
            "networks": len(rows),
            "seeds": sorted({run["seed"] for run in known}),
            "cpu_seconds": sum(row["cpu_seconds"] for row in costs),
        },
        configuration=configuration,
        texts=text_rows(texts),
        text_lines={
            kind: [(task, line) for task, meta in texts.items() for line in meta.get(kind, [])]
            for kind in ("warnings", "notes")
        },
    )


def text_rows(texts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for every split of every task of texts, as the page shows it.

    Parameters
    ----------
    texts
        meta.json by task.

    Returns
    -------
    list of dict
        As `account.rows_of`, with shares as percent, the task, and which shares are warned of.
    """
    shares = ("unknown", "in_train")
    return [
        {
            **row,
            "task": task,
            "mean_length": number(row["mean_length"]),
            **{name: "" if row[name] is None else f"{row[name]:.1%}" for name in shares},
            "warned": {name for name in shares if row[name] is not None and row[name] > THIRD},
        }
        for task, meta in texts.items()
        for row in rows_of(meta)
    ]


def _says_something(name: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    return any(row["raw"][name] != "" for row in rows)


def _in_order(runs: Sequence[Mapping[Any, Any]], tasks: Sequence[str]) -> list[Mapping[Any, Any]]:
    """Return networks by task, and within it by cell in the order of all pages; seeds as before."""
    models = cells_in_order(str(run["model"]) for run in runs)
    names = tasks_in_order((str(run["task"]) for run in runs), tasks)

    def place(run: Mapping[Any, Any]) -> tuple[int, int]:
        return names.index(str(run["task"])), models.index(str(run["model"]))

    return sorted(runs, key=place)


def without_dimension(
    runs: Sequence[Mapping[Any, Any]], gapless: Sequence[Mapping[str, Any]]
) -> str:
    """Return how many networks have no dimension to draw, of which cells and why; empty if none.

    Parameters
    ----------
    runs
        Rows of runs.csv; controls are in no figure over networks.
    gapless
        Of `claims.without_gap`.
    """
    drawn = [run for run in runs if not run["control"]]
    out = [run for run in drawn if run["participation_ratio"] is None]
    if not out:
        return ""
    cells = series(cells_in_order(str(run["model"]) for run in out))
    known = min(sum(one["networks"] for one in gapless), len(out))
    whose = "their slow and fast modes" if known == len(out) else f"of {known} slow and fast modes"
    why = f": {whose} have no gap, so that a dimension would depend on the cut" if known else ""
    told = f"{len(out)} of {len(drawn)} networks ({cells}) have no value"
    return f"{told}, a hollow mark below the axis{why}."


def _told_of_needed(runs: Sequence[Mapping[Any, Any]], drawn: Sequence[Sequence[Any]]) -> str:
    """Return how many networks of each task in the first figure need as many components as theory
    says: one network is drawn of each."""
    told = []
    for task in dict.fromkeys(str(key[0]) for key in drawn):
        rows = [run for run in runs if run["task"] == task and not run["control"]]
        theory = {run["dimension_expected"] for run in rows} - {None}
        if len(theory) != 1:
            continue
        d = int(*theory)
        same = sum(run["components_95"] == d for run in rows)
        told.append(f"{d} in {same} of {len(rows)} networks ({task_title(task).lower()})")
    return f" Components that 95 % of the variance takes: {', '.join(told)}." if told else ""


def _named(network: Network, pages: set[tuple[str, ...]]) -> dict[str, str | None]:
    """Return a network in words, and its page where it has one."""
    page = f"{network.folder}/index.html" if tuple(map(str, network)) in pages else None
    called = task_title(network.task), said_model(network.model)
    words = (*called, f"L2 {network.l2}", f"seed {network.seed}")
    return {"name": ", ".join(words), "page": page}


def _row(run: Mapping[Any, Any], pages: set[tuple[str, ...]]) -> dict[str, Any]:
    """Return a row of the table.

    Values to sort by, texts to show, the network's page, why no verdict counts it.
    """
    key = tuple(map(str, Network.of(run)))
    values = {name: "" if run[name] is None else run[name] for name in SHOWN}
    if run.get("imported"):  # a reader asks where a network is from
        values["control"] = "none, imported"
    texts = {name: _decimals(value, SHOWN[name][1]) for name, value in values.items()}
    texts |= {"task": task_title(run["task"]), "model": said_model(run["model"])}
    not_judged = run["not_judged"] or ""
    if not_judged:
        texts["test_accuracy"] = f"{texts['test_accuracy']} ({not_judged})"
    return {
        "raw": values,
        "shown": texts,
        "page": f"{run_folder(run)}/index.html" if key in pages else None,
        "not_judged": not_judged,
        "tints": {name: _tint(run[name], run[of]) for name, of in THEORY.items()},
    }


def _where_shown(name: str) -> str:
    """Return the classes of a column that hide it where there is no room."""
    if name in NARROW or name == "control":
        return ""
    return "wide last" if name in LAST else "wide"


def _decimals(value: Any, digits: int | None) -> str:
    """Return a number with as many decimals as its column has, and thousands apart."""
    known = digits is not None and isinstance(value, (int, float))
    return typeset(f"{value:,.{digits}f}") if known else str(value)


def _tint(value: float | None, theory: float | None) -> str:
    """Return how far a number is off theory: near, off, or far; empty without either."""
    if value is None or theory is None:
        return ""
    share = abs(value / theory - 1)
    return "near" if share <= OFF else "off" if share <= FAR else "far"


def _meaning(name: str) -> str:
    """Return what a column of runs.csv says, as docs/tables.md does."""
    column = table_columns("runs")[name]
    unit = f" ({column.unit})" if column.unit else ""
    return f"{meaning_of(column).replace('`', '')}{unit}"


def _answer(
    found: pd.DataFrame, templates: Mapping[str, str], kinds: Mapping[str, str]
) -> dict[str, Any]:
    """Return the table of answers, with a column per kind of cell that there is."""
    told = answers(found, yaml.safe_load(templates["answer.yaml"]), kinds)
    columns = {kind: title for kind, title in KIND_TITLES.items() if any(one[kind] for one in told)}
    return {
        "in_short": sentence_of(told, kinds),
        "answers": told,
        "columns_of_answer": columns,
        "exceptions": [
            one[kind]["exceptions"]
            for kind in columns
            if kind != "ungated"
            for one in told
            if one[kind] and one[kind]["exceptions"]
        ],
        "controls_answer": any(one[k] and one[k]["controls"] for one in told for k in columns),
    }


def _explorer(task: str, figures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the explorer of a task, and a picture that leads to it where figures were drawn."""
    drawn = any(group["title"] == task for group in figures)
    return {
        "task": task,
        "file": f"explorer/{task}.html",
        "picture": f"figures/{task}/{PICTURE}" if drawn else None,
    }


def _kinds(figures: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the kinds of files that figures have, those for print before data."""
    others = [one["kind"] for group in figures for f in group["figures"] for one in f["others"]]
    kinds = ["PNG", *(kind.upper() for kind in OTHER_KINDS if kind.upper() in others)]
    return kinds if figures else []


def _captions(templates: Mapping[str, str], missing: str) -> dict[str, str]:
    """Return the caption of every figure by its name; one says which networks it leaves out."""
    known = yaml.safe_load(templates["captions.yaml"])
    return known | {OF_DIMENSION: f"{known[OF_DIMENSION]} {missing}".strip()}


def _captioned(
    figures: Sequence[Mapping[str, Any]], captions: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the groups of figures with a sentence under each figure that has one.

    Figures stand in the order of their captions, as in the report.
    """
    rank = {name: place for place, name in enumerate(captions)}
    groups = []
    for group in figures:
        ordered = sorted(group["figures"], key=lambda one: rank.get(_caption_name(one), len(rank)))
        told = [{**one, "caption": captions.get(_caption_name(one), "")} for one in ordered]
        groups.append({**group, "figures": told})
    return groups


def _caption_name(figure: Mapping[str, Any]) -> str:
    stem = Path(figure["file"]).stem
    return "sweep" if stem.startswith("sweep_") else stem


def versions_of(records: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return versions, devices and threads of some run.json.

    Values that differ between networks are all named.
    """
    found: dict[str, set[str]] = {}
    for record in records:
        for name, value in {
            **record["versions"],
            "device": record["device"],
            "threads": record["threads"],
        }.items():
            found.setdefault(name, set()).add(str(value))
    return {name: ", ".join(sorted(values)) for name, values in found.items()}


def figure_groups(
    folder: Path, overviews: Sequence[str], tasks: Sequence[str], sweeps: Sequence[str]
) -> list[dict]:
    """Return the figures of a run for the start page.

    Over networks, by task, by sweep; files relative to `folder`. One that had nothing to draw is
    left out.
    """
    groups = [("Over networks", [folder / "figures" / f"{name}.png" for name in overviews])]
    groups += [(task, sorted((folder / "figures" / task).glob("*.png"))) for task in tasks]
    groups += [("Sweeps", [folder / "figures" / f"sweep_{name}.png" for name in sweeps])]
    return [
        {"title": title, "figures": [_figure(path, folder) for path in paths]}
        for title, paths in ((title, [*filter(drew_something, all_)]) for title, all_ in groups)
        if paths
    ]


def report_size(folder: Path) -> int:
    """Return the most bytes that the report takes: all pictures of a run as text.

    Parameters
    ----------
    folder
        Of the results.
    """
    drawn = [*folder.glob("figures/**/*.png"), *folder.glob("runs/**/panel.png")]
    return sum(path.stat().st_size for path in drawn) * 4 // 3


def _figure(path: Path, folder: Path) -> dict[str, Any]:
    return {
        "file": path.relative_to(folder).as_posix(),
        "name": path.stem.replace("_", " "),
        "others": [
            {"kind": other.suffix[1:].upper(), "file": other.relative_to(folder).as_posix()}
            for other in beside(path)
        ],
    }
