"""The committed tables of the natural battery: verdicts, Markdown, and that docs/natural.md is what they give."""

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT

from rnn_geometry.pages import natural

TEXT = {"task": str, "model": str, "l2": str}


def network(**changes):
    """Return a row of natural.csv of a network that meets every claim."""
    row = dict.fromkeys(natural.COLUMNS, 0.5)
    row |= {
        "task": "news",
        "model": "gru",
        "l2": "3e-4",
        "seed": 10,
        "dimension_expected": 2,
        "components_95": 2,
    }
    row |= {
        "dimension_predicted": 2,
        "participation_ratio": 1.9,
        "cliff": 1,
        "integration_modes": 2,
    }
    row |= {
        "readout_angle_mean": 118.0,
        "readout_angle_expected": 120.0,
        "readout_in_subspace": 0.9,
    }
    row |= {
        "test_accuracy": 0.9,
        "bag_of_words_accuracy": 0.91,
        "shuffled_accuracy": 0.89,
        "hold_r2": 0.9,
    }
    row |= {"hold_r2_untrained": 0.0, "additivity_r2": 0.9, "additivity_r2_untrained": 0.2}
    return row | {"position_independence": 0.9} | changes


def test_a_network_that_does_everything_meets_every_claim():
    found = natural.verdicts(pd.DataFrame([network()]))
    assert set(found["verdict"]) == {"holds"}
    assert list(found["claim"]) == [claim.name for claim in natural.CLAIMS]


@pytest.mark.parametrize(
    ("claim", "change"),
    [
        ("components = d", {"components_95": 3}),
        ("PR = d", {"participation_ratio": 2.5}),
        ("cliff", {"cliff": 0}),
        ("d modes", {"integration_modes": 1}),
        ("angles", {"readout_angle_mean": 114.0}),
        ("readouts inside", {"readout_in_subspace": 0.6}),
        ("predicted", {"dimension_predicted": 1}),
        ("bag of words", {"bag_of_words_accuracy": 0.87}),
        ("shuffled", {"shuffled_accuracy": 0.87}),
        ("held", {"hold_r2": 0.5}),
        ("held", {"hold_r2_untrained": 0.5}),
        ("added", {"additivity_r2_untrained": 0.9}),
        ("anywhere", {"position_independence": 0.7}),
    ],
)
def test_every_claim_can_fail_and_be_undecided(claim, change):
    bad = natural.verdicts(pd.DataFrame([network(**change)])).set_index("claim")["verdict"]
    assert bad[claim] == "fails"
    mixed = natural.verdicts(pd.DataFrame([network(**change), network()])).set_index("claim")
    assert mixed.loc[claim, ["verdict", "hits", "networks"]].tolist() == ["undecided", 1, 2]


def test_undefined_values_give_no_verdict():
    found = natural.verdicts(pd.DataFrame([network(readout_angle_expected=np.nan)])).set_index(
        "claim"
    )
    assert found.loc["angles", ["verdict", "networks"]].tolist() == ["", 0]


def test_numbers_are_shown_as_ranges():
    assert natural.span(pd.Series([0.5, 0.5])) == ".50"
    assert natural.span(pd.Series([-0.04, 1.25, np.nan])) == "-.04 to 1.25"
    assert natural.span(pd.Series([100.2, 101.6]), 0) == "100 to 102"
    assert natural.span(pd.Series([np.nan])) == ""
    assert natural.span(pd.Series([-0.001])) == "0"


def test_markdown_leaves_undefined_cells_empty():
    assert (
        natural.markdown(pd.DataFrame({"a": [1], "b": [None]}))
        == "| a | b |\n| --- | --- |\n| 1 |  |"
    )


def committed():
    names = ("natural", "hold_inputs", "predictions", "tasks", "words")
    return {
        name: pd.read_csv(
            PROJECT / f"docs/data/{name}.csv", dtype=TEXT, keep_default_na=name != "words"
        )
        for name in names
    }


def test_the_page_is_what_the_committed_tables_give():
    template = (PROJECT / "workflow/report/natural.md").read_text(encoding="utf-8")
    assert natural.page(template, committed()) == (PROJECT / "docs/natural.md").read_text(
        encoding="utf-8"
    )
    with pytest.raises(KeyError, match="no place for the table accuracy"):
        natural.page(template.replace("{{accuracy}}", ""), committed())
    with pytest.raises(KeyError, match=r"no such table: \{\{more"):
        natural.page(template + "{{more}}", committed())


def test_the_committed_tables_hold_the_sets_that_were_asked_for():
    battery = committed()["natural"]
    assert list(battery.columns) == list(natural.COLUMNS)
    for task in ("ag-news-3", "ag-news-4"):
        part = battery[battery["task"] == task]
        assert set(part["model"]) == {"gru-text", "lstm-text", "ugrnn-text", "vanilla-text"}
        assert part.groupby("model")["seed"].nunique().tolist() == [2, 2, 2, 2]
    assert {
        "dbpedia-2",
        "dbpedia-14",
        "stars-5",
        "stars-3",
        "stars-2",
        "emotions-2",
        "emotions-3",
        "imdb",
    } <= set(battery["task"])


def test_the_figure_draws_every_task_and_names_its_axes():
    from rnn_geometry.plotting.natural import battery_figure

    rows = [
        network(task=task, l2=l2)
        for task in ("news-3", "news-12", "ag-news-4-l2")
        for l2 in ("0", "1e-2")
    ]
    figure = battery_figure(pd.DataFrame(rows), ("ag-news-4-l2",))
    axes = [part for part in figure.findobj() if part.__class__.__name__ == "Axes"]
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["news-3", "news-12"]
    assert all(part.get_xlabel() for part in axes[:3])
