"""The page of one network: its panel, its numbers, how it was trained, and where its files lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from rnn_geometry.claims.judged import not_judged
from rnn_geometry.geometry.tables import RUNS as RUN_COLUMNS
from rnn_geometry.identity import run_folder
from rnn_geometry.pages.templating import environment, number
from rnn_geometry.store.columns import learned
from rnn_geometry.store.results import OF_NETWORK

# What the sentence on a network that no verdict counts names.
OF_TASK = ("test_accuracy", "bag_of_words_accuracy", "constant_accuracy")
# Files of a network beside its page.
FILES = [kind.FILE for kind in OF_NETWORK.values() if "/" not in kind.FILE]


def network_page(
    templates: Mapping[str, str],
    run: Mapping[str, Any],
    record: Mapping[str, Any],
    explorer: bool,
    margin: float,
) -> str:
    """Return the page of one network.

    run: its numbers, those of runs.csv that follow from others apart; record: its run.json;
    explorer: whether the explorer of its task shows it; margin: `bag_of_words_margin` of the
    claims.
    """
    run = {**run, "learned": learned(run)}
    run |= {"not_judged": not_judged(run, margin)}
    up = "/".join([".."] * len(PurePosixPath(run_folder(run)).parts))
    settings = {key: value for key, value in record["settings"].items() if value is not None}
    origin = {
        **{f"seed of {name}": value for name, value in record["seeds"].items()},
        **record["versions"],
    }
    origin |= {
        f"SHA-256 of {name}": f"{value[:16]}…" for name, value in record["data_sha256"].items()
    }
    choice = f"#model={run['model']}&l2={run['l2']}&seed={run['seed']}"
    page = environment(autoescape=True, templates=templates).get_template("network.html.jinja")
    return page.render(
        title=f"{run['task']}, {run['model']}, L2 {run['l2']}, seed {run['seed']}",
        up=up,
        not_judged=run["not_judged"],
        imported="weights" in settings,
        numbers_of_task={name: _shown(run.get(name)) for name in OF_TASK},
        explorer=f"{up}/explorer/{run['task']}.html{choice}" if explorer else None,
        numbers={name: _text(run[name]) for name in RUN_COLUMNS if run.get(name) not in (None, "")},
        training={
            **settings,
            "step of the kept weights": record["best_step"],
            "device": record["device"],
        },
        origin=origin | {"fingerprint of the training code": record["fingerprint"]},
        files=FILES,
    )


def _shown(value: Any) -> str:
    return "not known" if value is None else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return number(value, digits=4) if isinstance(value, float) else str(value)
