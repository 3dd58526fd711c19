"""docs/forecast.md and its figure say what stands in the tables."""

import numpy as np
import pandas as pd
from fake_forecast import planted

from rnn_geometry.claims.forecast import scores
from rnn_geometry.pages.forecast import TEMPLATE, data_rows, page, score_rows, set_rows, sweep_rows
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.plotting.forecast import MEASURED, forecast_figure


def all_sets():
    """Return three sets of three classes, of which raw counts see two as a plane."""
    facts = {"data": "planted", "kind": "unordered", "classes": 3, "dimension_expected": 2}
    found = [("raw", 1, 1), ("raw", 2, 2), ("frequency", 2, 3), ("tfidf", 1, 3)]
    names = ("weighting", "predicted", "sets")
    return pd.DataFrame([facts | dict(zip(names, one, strict=True)) for one in found])


def test_the_page_is_made_of_its_tables_and_keeps_its_width():
    text = page(template_texts(TEMPLATE)[TEMPLATE], planted(), all_sets())
    assert max(map(len, text.splitlines())) <= 100
    assert "{{" not in text
    assert "8 small networks on 4 sets" in text.replace("\n", " ")


def test_scores_are_shown_beside_the_rule():
    rows = score_rows(scores(planted()), "components_95")
    raw, rule = (
        next(row for row in rows if (row["classes"], row["forecast"]) == ("all", name))
        for name in ("raw", "by structure")
    )
    assert raw["right"] == "4 of 4 (.51 to 1.00)"
    assert raw["alone right : rule alone"] == "3 : 0, p .250"
    assert raw["where they differ"] == "3 of 3"
    assert (rule["off by"], rule["bias"], rule["alone right : rule alone"]) == ("1.00", "1.00", "")


def test_all_sets_are_summed_by_number_of_classes():
    (row,) = set_rows(all_sets())
    assert (row["sets"], row["mean"], row["range"]) == ("3", "1.7", "1 to 2")
    assert (row["raw = d"], row["frequency = d"], row["tfidf = d"]) == (".67", "1.00", "0")


def test_the_files_are_named():
    networks = planted().assign(train_sha256="0123456789abcdef" * 4, train_rows=[*range(8)])
    (row,) = data_rows(networks)
    assert (row["sets"], row["networks"], row["training texts"]) == ("4", "8", "0 to 7")
    assert row["SHA-256"] == "0123456789abcdef"


def test_a_dot_a_set_stands_at_its_distance_from_the_forecast():
    networks = planted()
    figure = forecast_figure(networks)
    panels = figure.axes
    assert [axes.get_title(loc="left") for axes in panels[:3]] == ["unordered", "ordered", "labels"]
    dots = [[line for line in axes.get_lines() if line.get_label() == "planted"] for axes in panels]
    sets = networks.drop_duplicates("task")
    mine = sets[sets["kind"] == "unordered"]
    forecast, rule = dots[0][0], dots[3][0]
    for line, column in ((forecast, "dimension_predicted"), (rule, "dimension_expected")):
        assert line.get_ydata().tolist() == sorted(mine[MEASURED] - mine[column])
        places = list(zip(*line.get_data(), strict=True))
        assert len(set(places)) == len(mine)  # those of one value stand side by side
        assert np.abs(line.get_xdata()).max() < 0.5


def test_sets_are_told_apart_by_how_they_were_chosen():
    networks = planted()
    networks["sweep"] = networks["task"].map(
        {f"task-{i}": "far" if i else "near" for i in range(4)}
    )
    far, near = sweep_rows(networks)
    assert (near["sets"], near["how many"], near["components"]) == ("near", "1", "3.0")
    assert (far["sets"], far["how many"], far["components"]) == ("far", "3", "1.7")
    assert far["d of theory"] == "3.0"
