"""What readers ask of a run, with the answer in a line and where more of it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from rnn_geometry.identity import Network
from rnn_geometry.pages.answer import NEARLY_ALL
from rnn_geometry.pages.names import task_title
from rnn_geometry.pages.task_order import tasks_in_order
from rnn_geometry.pages.templating import series, typeset
from rnn_geometry.plotting.text import said_model

Runs = Sequence[Mapping[Any, Any]]
COMMAND = "snakemake --cores all --configfile config.yaml"  # of a configuration saved as that
RATIO = "Participation ratio (how many components share the variance)"
PLANE = "plane-dimension"  # the claim by another measure than the figure of planes


class Question(NamedTuple):
    """A question of readers.

    Attributes
    ----------
    asked, answer
        In words.
    links
        Words and where they lead, relative to the start page.
    """

    asked: str
    answer: str
    links: tuple[tuple[str, str], ...]


def questions(
    runs: Runs,
    seen: Mapping[str, Any],
    battery: Mapping[str, int] | None,
    costs: Sequence[Mapping[str, Any]],
    *,
    tasks: Sequence[str],
    explorers: Sequence[str],
    files: Collection[str],
    pages: Collection[tuple[str, ...]],
    kinds: Sequence[str] = (),
    met: Mapping[str, tuple[int, int]] = MappingProxyType({}),
    controls: Sequence[str] = (),
) -> list[Question]:
    """Return the questions that a run answers.

    Parameters
    ----------
    runs
        Rows of runs.csv, None where a value is not defined.
    seen, battery
        Of `answer.seen_counts` and `answer.battery_counts`.
    costs
        `costs.cost_table`.
    tasks
        In the order of the configuration.
    explorers
        Tasks that have one.
    files
        Figures that there are, relative to the start page.
    pages
        Keys of networks that have a page, as text.
    kinds
        Of the files that a figure has: PNG, SVG, CSV.
    met
        By claim, how many networks meet it, of how many.
    controls
        Of `_controls_told.told_of_controls`.
    """
    trained = [run for run in runs if not run["control"]]
    made = [
        Question(
            "Which cell fails which claim?",
            f"Boxes (a claim on one task and cell) that not all networks meet: {seen['cells']}."
            if seen["all"]
            else "",
            (("Exceptions, cell by cell", "claims.html#exceptions"),),
        ),
        Question(
            "How many dimensions do slow points have, and how many by theory?",
            dimensions(trained, tasks),
            _there(files, ("Figure", "figures/dimension_overview.png")),
        ),
        *_of_explorers(explorers, files),
        *_of_planes(trained, files, met.get(PLANE)),
        *_of_verdicts(seen, battery, controls),
        *_least_accurate(trained, pages),
        Question(
            "How is a figure cited and made again, and where are its data?",
            f"{_kinds(kinds)}Delete a file and give the command of the run: it alone is made again."
            f" The command is {COMMAND}, config.yaml the configuration at the end of this page.",
            (
                ("How to cite, version", "#cite"),
                ("Figures", "#figures"),
                ("Command and configuration", "#configuration"),
            ),
        ),
        *_cost(costs),
    ]
    return [one for one in made if one.answer]


def _kinds(kinds: Sequence[str]) -> str:
    """Return what lies below figures; formats for print that lack are asked for by a key."""
    if not kinds:
        return ""
    lacking = [kind for kind in ("PDF", "SVG") if kind not in kinds]
    more = f" ({series(lacking)} by the key vector_formats)" if lacking else ""
    drawn = "; CSV is what is drawn" if "CSV" in kinds else ""
    return f"Below each figure: {series(kinds)}{more}{drawn}. "


def dimensions(runs: Runs, tasks: Sequence[str]) -> str:
    """Return the range of participation ratios of every task beside theory, and who has none.

    Parameters
    ----------
    runs
        Rows of runs.csv without controls.
    tasks
        In the order of the configuration.
    """
    told = []
    for task in tasks_in_order((str(run["task"]) for run in runs), tasks):
        own = [run for run in runs if run["task"] == task]
        known = [
            run["participation_ratio"] for run in own if run["participation_ratio"] is not None
        ]
        theory = own[0]["dimension_expected"]
        if known and theory is not None:
            none = f", {len(own) - len(known)} without a gap" if len(known) < len(own) else ""
            between = f"{_range(known)} in {len(known)} {_networks(len(known))}{none}"
            told.append(f"{task_title(task)}: {theory:.0f} by theory, {between}")
    return "\n".join([f"{RATIO}:", *told]) if told else ""


def _networks(count: int) -> str:
    return "network" if count == 1 else "networks"


def _range(values: Iterable[float]) -> str:
    known = sorted(values)
    ends = dict.fromkeys(typeset(f"{value:.2f}") for value in (known[0], known[-1]))
    return " to ".join(ends)


def _there(files: Collection[str], *links: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(link for link in links if link[1] in files)


def _of_explorers(explorers: Sequence[str], files: Collection[str]) -> list[Question]:
    if not explorers:
        return []
    links = tuple((task_title(task), f"explorer/{task}.html") for task in explorers)
    speed = ("Speed of points", f"figures/{explorers[0]}/speed_of_points.png")
    return [
        Question(
            "At which word is a sentence decided, in a GRU and in an LSTM?",
            "Open an explorer, choose “other cells” under “Side by side”, then choose or type a"
            " sentence: the word of decision of each is told.",
            links,
        ),
        Question(
            "What is a slow point, and what is its speed?",
            "A state h that nearly stays where it is while nothing is read: F(h) is the state one"
            " step later, and the speed is q = ½|F(h) − h|², 0 at a fixed point.",
            (*_there(files, speed), links[0]),
        ),
    ]


def _of_planes(runs: Runs, files: Collection[str], met: tuple[int, int] | None) -> list[Question]:
    drawn = [file for file in sorted(files) if file.endswith("/ordered_plane.png")]
    if not drawn:
        return []
    own = [run for run in runs if str(run["task"]) == drawn[0].split("/")[1]]
    known = [run["components_95"] for run in own if run["components_95"] is not None]
    two = sum(one <= 2 for one in known)
    none = (
        f"; {len(own) - len(known)} have no gap, and so no value" if len(known) < len(own) else ""
    )
    return [
        Question(
            "Do ordered classes lie on a plane?",
            f"{_verdict_on_planes(met)}{_by_claim(met)}In {two} of {len(own)} networks two"
            f" components hold 95 % of the variance of the slow points{none}.{_differ(two, met)}",
            (("Figure", drawn[0]), (f"Claim {PLANE}", f"claims.html#{PLANE}")),
        )
    ]


def _verdict_on_planes(met: tuple[int, int] | None) -> str:
    """Return yes, mostly or no, by the claim."""
    if met is None or not met[1]:
        return ""
    share = met[0] / met[1]
    return "Yes. " if share >= NEARLY_ALL else "Mostly. " if share > 0.5 else "Mostly not. "


def _by_claim(met: tuple[int, int] | None) -> str:
    if met is None:
        return ""
    return f"By the participation ratio, which the claim asks for, {met[0]} of {met[1]} do. "


def _differ(two: int, met: tuple[int, int] | None) -> str:
    """Return why two measures of a plane count other networks; empty where they do not."""
    if met is None or two == met[0]:
        return ""
    return (
        " A sheet that bends takes a third component for a few percent of the variance: the ratio"
        " hardly counts these, 95 % do. The figure says how much is a bend."
    )


def _of_verdicts(
    seen: Mapping[str, Any], battery: Mapping[str, int] | None, controls: Sequence[str]
) -> list[Question]:
    if battery is None or not seen["all"]:
        return []
    grid = (("All on one grid", "claims.html#overview"),)
    return [
        Question(
            "What is undecided, and why?",
            f"Here: in {seen['some']} of {seen['all']} boxes some networks meet the claim and some"
            f" do not.\nIn the battery (◐): {battery['undecided']} of {battery['all']:,} verdicts."
            f" {battery['some']} are met by too few networks to hold and too many to fail;"
            f" {battery['unsure']} by enough, with an adjusted p above the limit; {battery['few']}"
            " have too few networks that do their task. Each says so on pointing at it, and in its"
            " row under Numbers.",
            grid,
        ),
        Question(
            "What do controls show?",
            "\n".join(
                [
                    "That a claim says nothing where they meet it as well:"
                    f" {battery['uninformative']} verdicts of the battery (◇),"
                    f" {seen['controls']} of {seen['every']} boxes that all networks of this run"
                    " meet. Ticks, slashes and carets beside the values are controls.",
                    *controls,
                ]
            ),
            grid,
        ),
    ]


def _least_accurate(runs: Runs, pages: Collection[tuple[str, ...]]) -> list[Question]:
    known = [run for run in runs if run["test_accuracy"] is not None]
    if not known:
        return []
    run = min(known, key=lambda one: one["test_accuracy"])
    network = Network.of(run)
    beside = run["bag_of_words_accuracy"]
    words = "" if beside is None else f"; a bag of words {beside:.3f}"
    name = f"{said_model(str(run['model']))} on {task_title(str(run['task']))}, seed {run['seed']}"
    page = (("Its page", f"{network.folder}/index.html"),)
    return [
        Question(
            "Which network is the least accurate?",
            f"{name}: {run['test_accuracy']:.3f}{words}. The accuracy sorts the table of networks.",
            (*(page if tuple(map(str, network)) in pages else ()), ("Networks", "#networks")),
        )
    ]


def _cost(costs: Sequence[Mapping[str, Any]]) -> list[Question]:
    whole = sum(row["cpu_seconds"] for row in costs)
    if not whole:
        return []
    most = sorted(costs, key=lambda row: -row["cpu_seconds"])[:2]
    named = ", then ".join(f"{m['rule']} ({m['cpu_seconds'] / whole:.0%})" for m in most)
    told = f"{whole:,.0f} CPU seconds, most in {named}."
    return [Question("What did the run cost, and what cost most?", told, (("Costs", "#how"),))]
