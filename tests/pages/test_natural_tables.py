"""docs/natural.md: from tables made by hand, and from what is committed."""

import functools
import re

import pandas as pd
import pytest
import text_battery
import yaml
from conftest import PROJECT
from test_judge import TEXT

from rnn_geometry.config import documents
from rnn_geometry.pages import natural, text_data
from rnn_geometry.pages._abstract import sentences
from rnn_geometry.pages._natural_tables import difference, middle, rows_of
from rnn_geometry.pages._verdict_tables import differing, opening
from rnn_geometry.pages.markdown import short
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.plotting.natural import FIGURES, MODIFIERS, WHY_FIGURES

TEXTS = template_texts(*natural.TEMPLATES)
# Networks of two sets that have lost a dimension, and those of one cell without a gap.
LOST = {"components_95": 4, "cliff": 0, "participation_ratio": 4.0, "modes_median": 3}
CHANGES = {
    ("dbpedia-6", "gru"): LOST,
    ("ag-news-4", "vanilla"): {"integration_modes": 9, "participation_ratio": float("nan")},
}


@functools.cache
def tables():
    return text_battery.tables(CHANGES)


def made(texts=TEXTS, **more):
    return natural.page(texts, {**tables(), **more}, TEXT)


def section(page, title):
    return page.split(f"\n## {title}\n")[1].split("\n## ")[0]


# The page


def test_the_page_opens_with_counts_and_one_table_of_verdicts():
    page = made()
    lines = page.splitlines()
    assert lines[0] == "# Real text: verdict on every claim"
    assert lines[2].startswith("95 networks of 4 cells on 6 tasks of real text, and 285 controls")
    table = page.split("\n\n")[3].splitlines()
    assert table[0] == "| claim | tasks | AG News | DBpedia | emotions | stars | adjusted p |"
    row = next(line for line in table if line.startswith("| **simplex-dimension** |"))
    assert row.split(" | ")[2:4] == ["●4 ○1", "0/5"]


def test_lines_and_cells_are_short():
    page = made(recipes=text_battery.small(), why=text_battery.small())
    assert max(map(len, page.splitlines())) <= 100


def test_sections_stand_in_order_and_begin_with_a_result():
    titles = re.findall("^## (.*)$", made(), flags=re.M)
    wanted = ["The abstract, sentence by sentence", "Published numbers beside ours"]
    wanted += ["Accuracy, a bag of words, and shuffled words", "Dimension", "Modes", "Readouts"]
    assert titles[:6] == wanted
    (first, *_) = section(made(), "Dimension").strip().splitlines()
    assert first.endswith("95 % of the variance of the slow points in 90 of 95 networks.")
    assert "better than a bag of words on 10 of 10 tasks" in section(made(), wanted[2])
    assert "tau over L/2 or growing: 85 of 95 networks" in section(made(), "Modes")


def test_ours_stand_beside_what_is_published():
    lines = section(made(), "Published numbers beside ours").splitlines()
    (row,) = [line for line in lines if "LSTM: accuracy" in line]
    assert row == "| Yelp, 5 stars, LSTM: accuracy | .585 | .900 |"
    without = tables()["networks"].query("cell != 'lstm'")
    assert "| .585 | not run |" in made(networks=without)


@pytest.mark.parametrize(
    ("title", "there"),
    [
        ("The recipe", {"recipes": text_battery.small()}),
        ("Why", {"why": text_battery.small()}),
        ("The forecast", {"forecast": pd.DataFrame([{"task": "a"}])}),
    ],
)
def test_sections_are_left_out_without_their_tables(title, there):
    experiment = {"title": "Topic words", "tasks": ["dbpedia-6"], "told": "Yes."}
    told = yaml.safe_dump({"forecast": "It says.", "why": [experiment]})
    texts = {**TEXTS, "natural_told.yaml": told}
    assert f"\n## {title}\n" not in made(texts)
    assert f"\n## {title}\n" in made(texts, **there)


def test_an_experiment_shows_its_tasks_alone():
    experiment = {"title": "Topic words", "tasks": ["dbpedia-6"], "told": "It is  so."}
    texts = {**TEXTS, "natural_told.yaml": yaml.safe_dump({"why": [experiment]})}
    told = section(made(texts, why=text_battery.small()), "Why")
    assert "\n### Topic words\n\nIt is so.\n\n| task | cell | d | accuracy |" in told
    assert "| dbpedia-6 | best-1e-4 |" in told
    assert "yelp-5" not in told


def test_an_experiment_shows_what_it_asks_for():
    experiment = {"title": "Negation", "tasks": ["yelp-5"], "told": "No.", "shows": ["modifiers"]}
    texts = {**TEXTS, "natural_told.yaml": yaml.safe_dump({"why": [experiment]})}
    why = text_battery.small().assign(not_gain=-0.5, control_gain=1.0)
    told = section(made(texts, why=why), "Why")
    assert "| task | cell | the, a | not |" in told
    assert "accuracy" not in told


def test_columns_that_are_not_there_leave_their_tables_out():
    networks = tables()["networks"].drop(columns=["not_gain", "very_gain"]).copy()
    assert "turned round" not in made(networks=networks.assign(control_gain=float("nan")))
    page = made(networks=networks.assign(not_gain=-0.5, control_gain=1.0))
    assert "| task | cell | the, a | not |" in section(page, "Words, and their order")


def test_texts_about_no_claim_are_refused():
    texts = {**TEXTS, "natural_told.yaml": "claims: {nothing: x}"}
    with pytest.raises(KeyError, match="explained, but no claim: nothing"):
        made(texts)


def test_what_is_told_of_a_claim_stands_below_it():
    texts = {**TEXTS, "natural_told.yaml": "claims: {words-held: It lasts.}"}
    assert "at least 0.84)\n  It lasts.\n" in made(texts)


def test_every_claim_of_the_abstract_is_a_claim_of_the_file():
    listed = yaml.safe_load(TEXTS["natural_abstract.yaml"])
    names = {claim["name"] for claim in TEXT["claims"] if not claim["exploratory"]}
    assert {name for one in listed for name in one["claims"]} <= names


# Sentences of the abstract


def verdicts(*rows):
    names = ["claim", "task", "cell", "verdict"]
    return pd.DataFrame(rows, columns=names).assign(
        exploratory=0, look=1, met=3, runs=5, left_out=0
    )


SETS = {"news": "AG News", "stars": "stars"}


def said(*rows, **more):
    (one,) = sentences(verdicts(*rows), [{"says": "So.", "claims": ["a", "b"], **more}], SETS)
    return one


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (["holds", "holds", "undecided"], "confirmed"),
        (["holds", "undecided"], "not decided"),
        (["fails", "fails", "uninformative"], "refuted"),
        (["holds", "fails", "undecided", "undecided"], "conditional"),
        (["undecided"], "not decided"),
        ([], "not decided"),
    ],
)
def test_a_sentence_follows_its_verdicts(words, verdict):
    one = said(*(("a", "news", "gru-text", word) for word in words))
    assert one["verdict"] == verdict
    assert one["open"] == len([word for word in words if word not in ("holds", "fails")])


def test_a_condition_is_what_separates_best():
    news = [("a", "news", f"{cell}-text", "holds") for cell in ("gru", "lstm")]
    stars = [("a", "stars", f"{cell}-text", "fails") for cell in ("gru", "lstm")]
    assert said(*news, *stars)["where"] == {"holds": ["AG News"], "fails": ["stars"], "both": []}
    cells = [("a", "news", "gru-text", "holds"), ("a", "stars", "gru-text", "holds")]
    cells += [("a", "news", "vanilla-text", "fails")]
    assert said(*cells)["where"] == {"holds": ["gru"], "fails": ["vanilla"], "both": []}
    assert said(*news)["where"] == {}


def test_verdicts_over_all_cells_and_exploratory_ones_count_for_no_sentence():
    rows = verdicts(("a", "news", "gru", "holds"), ("a", "news", "all", "fails"))
    more = verdicts(("a", "news", "lstm", "fails")).assign(exploratory=1)
    listed = [{"says": "So.", "claims": ["a"]}]
    (one,) = sentences(pd.concat([rows, more]), listed, SETS)
    assert (one["hold"], one["fail"]) == (1, 0)


def test_sets_of_few_networks_stand_beside_a_sentence_and_decide_nothing():
    rows = verdicts(("a", "news", "gru", "holds"), ("a", "stars", "gru", "undecided"))
    listed = [{"says": "So.", "claims": ["a"]}]
    (one,) = sentences(rows.assign(look=[1, None]), listed, SETS)
    assert (one["verdict"], one["open"], one["seen"]) == ("confirmed", 0, ["stars 3/5"])
    assert "**Confirmed where judged**" in made()


def test_cells_agree_where_all_that_were_decided_say_the_same():
    same = [("a", "news", "gru", "fails"), ("a", "news", "lstm", "fails")]
    other = [("b", "news", "gru", "holds"), ("b", "news", "lstm", "fails")]
    alone = [("a", "stars", "gru", "holds"), ("a", "stars", "lstm", "undecided")]
    one = said(*same, *other, *alone, across="cells")
    assert (one["hold"], one["fail"], one["open"]) == (1, 1, 0)
    assert one["where"] == {"holds": ["a"], "fails": ["b"], "both": []}


# Tables


def test_verdicts_stand_by_set_of_data_and_those_of_few_networks_as_a_fraction():
    claims = {"claims": [{"name": "a"}]}
    found = verdicts(("a", "news", "gru", "holds"), ("a", "stars", "gru", "undecided"))
    found = found.assign(look=[1, None], met=[10, 3], runs=[10, 5], q=None, holm=None)
    (row,) = opening(found, claims, SETS)
    assert (row["AG News"], row["stars"]) == ("●", "3/5")
    (row,) = opening(found.assign(runs=0, met=0, left_out=5), claims, SETS)
    assert (row["AG News"], row["stars"]) == ("●", "−5")


def test_sets_on_which_cells_differ_are_told_apart():
    claims = {"claims": [{"name": "a"}]}
    rows = [("a", "news", "gru-text", "holds"), ("a", "news", "vanilla-text", "fails")]
    rows += [("a", "stars", "gru-text", "holds"), ("a", "stars", "vanilla-text", "holds")]
    (row,) = differing(verdicts(*rows), claims, SETS)
    assert row == {"claim": "a", "data": "AG News", "gru": "●", "vanilla": "○"}


def test_rows_are_medians_with_their_range():
    assert middle(pd.Series([0.9, 0.8, 0.85]), 2) == ".85 (.80 to .90)"
    assert middle(pd.Series([2.0, float("nan")]), 0) == "2"
    assert middle(pd.Series([float("nan")]), 0) == ""
    assert middle(pd.Series([0.9, 0.8]), 3, ranged=False) == ".850"
    networks = text_battery.networks().query("control.isna()")
    (*_, last) = rows_of(networks, {"d": ("dimension_expected", 0), "none": ("missing", 0)})
    assert last == {"task": "yelp-5", "cell": "lstm", "d": "2"}


def test_a_difference_has_its_interval_over_data_seeds():
    part = pd.DataFrame({"a": [0.9, 0.92], "b": 0.9, "data_seed": [0, 1], "seed": 0})
    assert difference(part, "a", "b") == "+.010 (-.117 to +.137)"
    assert difference(part[:1], "a", "b") == "0"


META = {
    "kind": "text",
    "name": "yelp-5-data200",
    "classes": 5,
    "settings": {"source": {"folder": "yelp_reviews"}},
    "source": {"kind": "files", "files": {"test": {"path": "yelp/test.parquet", "sha256": "ab"}}},
    "splits": {
        "test": {"rows_read": 9, "used": 5, "mean_length": 71.44, "unknown_word_rate": 0.125},
        "dev": {"used": 2, "mean_length": 70.0, "unknown_word_rate": 0.1},
    },
}


def test_the_data_are_told_by_hash_and_without_a_text():
    test, dev = text_data.data_rows(META)
    assert test == {
        **{"task": "yelp-5", "data": "yelp_reviews", "split": "test", "classes": 5},
        **{"file": "yelp/test.parquet", "sha256": "ab", "rows": 9, "used": 5},
        **{"words": 71.4, "unknown": 0.125},
    }
    assert (dev["file"], dev["rows"], dev["used"]) == ("", 0, 2)
    assert list(text_data.data_rows({"kind": "synthetic"})) == []
    assert text_data.data_name({**META, "settings": {}}) == "yelp"
    hub = {**META, "settings": {"source": {"hub": "yelp_full"}}, "source": {"kind": "hub"}}
    assert text_data.data_name(hub) == "yelp_full"


def test_words_are_those_of_the_first_network_most_effect_first():
    known = {"task": "news-data0", "class": "World", "model": "gru", "l2": "0"}
    rows = [{**known, "seed": s, "rank": r, "word": f"{s}{r}"} for s in (1, 2) for r in (2, 1)]
    controls = [{**row, "word": "no", "model": "gru-untrained"} for row in rows]
    controls += [{**row, "word": "no", "task": "news-data0-shuffled"} for row in rows]
    kept = natural.class_words(pd.DataFrame([*controls, *rows]))
    assert kept.to_dict("records") == [{"task": "news", "class": "World", "words": "11 12"}]


# Figures


@pytest.mark.parametrize("name", ["accuracy", "dimension", "modes"])
def test_figures_draw_every_task_and_name_their_axes(name):
    networks = tables()["networks"]
    figure = FIGURES[name](networks[networks["control"].isna()])
    left, right = figure.axes
    named = [label.get_text() for label in left.get_yticklabels()]
    assert named == sorted(text_battery.TASKS)
    assert left.get_xlabel() != right.get_xlabel() != ""
    (legend,) = figure.legends
    assert {"GRU", "LSTM", "UGRNN", "vanilla"} <= {text.get_text() for text in legend.get_texts()}


@pytest.mark.parametrize("name", documents.TEXT_FIGURES)
def test_figures_show_all_that_is_drawn(name):
    networks = tables()["networks"]
    gains = dict.fromkeys(MODIFIERS.values(), 3.0)
    far = networks.assign(modes_high=9, modes_tau_only_length=8, components_95=7, **gains)
    for ax in FIGURES[name](far[far["control"].isna()]).axes:
        low, high = ax.get_xlim()
        # Lines from side to side (axhline) are in shares of the axes.
        lines = [line for line in ax.lines if line.get_transform() == ax.transData]
        drawn = [float(x) for line in lines for x in line.get_xdata() if x == x]
        assert low <= min(drawn) <= max(drawn) <= high


def test_modifiers_are_drawn_of_tasks_that_have_them_on_one_scale():
    assert set(FIGURES) == set(documents.TEXT_FIGURES)
    networks = tables()["networks"]
    gains = {"control_gain": 1.0, "not_gain": -0.5, "nt_gain": 0.1, "very_gain": 1.4}
    stars = networks["task"] == "yelp-5"
    networks = networks.assign(never_gain=float("nan"), but_gain=float("nan"))
    for column, gain in gains.items():
        networks[column] = pd.Series(gain, networks.index).where(stars)
    figure = FIGURES["modifiers"](networks[networks["control"].isna()])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["yelp-5"]
    assert [ax.get_xlabel() for ax in figure.axes][:3] == ["the, a", "not", "isn't"]
    assert len({ax.get_xlim() for ax in figure.axes}) == 1
    of_not = {x for line in figure.axes[1].lines[2:] for x in line.get_xdata()}
    assert of_not == {-0.5}


def test_angles_are_drawn_of_tasks_that_have_a_theory_of_them():
    networks = tables()["networks"]
    several = networks["task"] == "ag-news-3"
    networks = networks.assign(
        readout_angle_error=pd.Series(12.0, networks.index).where(several), readout_angle_p=0.4
    )
    figure = FIGURES["readouts"](networks[networks["control"].isna()])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["ag-news-3"]


# What is committed


def test_figures_of_experiments_are_made_where_there_are_some(tmp_path):
    (tmp_path / "data").mkdir()
    assert documents.text_figures(str(tmp_path)) == list(documents.TEXT_FIGURES)
    (tmp_path / "data" / "why.csv").touch()
    assert (
        set(documents.text_figures(str(tmp_path))) > set(WHY_FIGURES) == set(documents.WHY_FIGURES)
    )


def test_tables_beside_the_battery_are_asked_for_where_they_are_there(tmp_path):
    (tmp_path / "data").mkdir()
    assert set(documents.text_tables(str(tmp_path))) == set(documents.TEXT)
    assert documents.text_pages(str(tmp_path)) == []
    for name in ("why.csv", "claims_text.csv"):
        (tmp_path / "data" / name).touch()
    assert documents.text_tables(str(tmp_path))["why"] == f"{tmp_path}/data/why.csv"
    assert documents.text_pages(str(tmp_path)) == [f"{tmp_path}/natural.md"]
    assert documents.runs_kept("results/recipes", "docs") == "docs/data/recipes.csv"
    assert documents.runs_kept("results/mine", "docs") == "results/mine/kept/runs.csv"


@pytest.mark.parametrize(
    ("column", "tasks"),
    [
        ("not_gain", ["yelp-2-5000", "yelp-2-20000", "yelp-2-all", "yelp-5-random-order"]),
        ("not_gain", ["sentences-20000", "sentences-all"]),
        ("participation_ratio", ["yelp-5", "yelp-5-public", "yelp-5-full"]),
        ("participation_ratio", ["yelp-5-mixed-4718", "yelp-5-public-4718"]),
        ("tau_2", ["emotions-1-2"]),
        ("accuracy_at_d", ["dbpedia-6"]),
        ("accuracy_below_d", ["dbpedia-6"]),
    ],
)
def test_numbers_told_of_experiments_are_those_of_the_table(column, tasks):
    why = pd.read_csv(PROJECT / "docs/data/why.csv")
    digits = {"not_gain": 2, "participation_ratio": 1, "tau_2": 0}.get(column, 3)
    told = yaml.safe_load(TEXTS["natural_told.yaml"])["why"]
    for task in tasks:
        number = why.loc[why["task"] == task, column].median()
        said = [one["told"] for one in told if task in one["tasks"]]
        assert any(short(number, digits) in text for text in said), (task, number)


def test_the_page_is_what_the_committed_tables_give():
    from rnn_geometry.stages.document_natural import read_tables

    page = (PROJECT / "docs/natural.md").read_text(encoding="utf-8")
    if not documents.text_pages(str(PROJECT / "docs")):
        assert page.split("\n\n")[1].startswith("**The battery on real text")
        assert "has not run yet" in page.split("\n\n")[1]
    else:
        files = documents.text_tables(str(PROJECT / "docs"))
        assert natural.page(TEXTS, read_tables(files), TEXT) == page


@pytest.mark.parametrize("page", ["natural", "claims"])
def test_no_row_of_a_table_is_wider_than_a_line(page):
    lines = (PROJECT / f"docs/{page}.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("|") and len(line) > 100] == []
