"""Language models of running text, from a file of one's own to a table: two topics are known."""

import csv
import re

import pytest
import yaml
from conftest import PROJECT, ProjectCopy

from rnn_geometry.config.load import load_settings
from rnn_geometry.config.plan import Plan
from rnn_geometry.networks.results import open_results
from rnn_geometry.tasks.language.families import build_source

pytestmark = pytest.mark.workflow

SOURCE = build_source("topics", topics=2, words=3, common=3, share=0.7, own=0.9)
CONFIG = {
    "results": "results",
    "tasks": [
        {
            **{"name": "two", "family": "running_text", "source": {"folder": "two"}},
            **{"label_names": ["topic 0", "topic 1"], "dev_size": 50},
        }
    ],
    "cells": ["gru-text"],
    "seeds": [0],
    "controls": {"untrained": {}},
    "analysis": {"visited_states": 60},
    "models": {
        "gru-text": {
            **{"cell": "gru", "architecture": "lm", "hidden_size": 16, "embedding_size": 8},
            **{"readout_bias": True, "learning_rate": 2.0e-2, "l2": "1e-6", "l2_on": "text"},
            **{"clip": 5.0, "steps": 250},
        }
    },
}
HOME = "runs/two/gru-text/l2-1e-6/seed-0"


def write_texts(folder, name, size):
    """Write texts of two topics, which are their labels."""
    words, topics = SOURCE.sample(size, 12, size)
    with open(folder / f"{name}.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["text", "label"])
        for text, topic in zip(words, topics[:, 0], strict=True):
            said = " ".join(SOURCE.words[word].replace("_", "") for word in text)
            table.writerow([said, f"topic {topic}"])


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    copy = ProjectCopy(tmp_path_factory.mktemp("running") / "project")
    folder = copy.root / "data/two"
    folder.mkdir(parents=True)
    for name, size in (("train", 1500), ("test", 600)):
        write_texts(folder, name, size)
    (copy.root / "own.yaml").write_text(yaml.safe_dump(CONFIG | {"data_folder": "data"}))
    copy.snakemake("--configfile", "own.yaml")
    return copy


@pytest.fixture(scope="module")
def rows(read):
    with open(read.root / "results/tables/language_text.csv", newline="") as handle:
        return {row["model"]: row for row in csv.DictReader(handle)}


def number(row, name):
    return float(row[name])


def test_the_topic_is_held_without_labels_along_the_slow_modes(rows):
    trained, untrained = rows["gru-text"], rows["gru-text-untrained"]
    bag = number(trained, "label_bag_of_words")
    assert number(trained, "label") > bag - 0.03 > 0.9
    assert number(trained, "slow_modes") > number(untrained, "slow_modes") == 0
    assert number(trained, "label_slow") > bag - 0.03
    assert number(untrained, "label_slow") < number(trained, "label_slow")
    assert untrained["control"] == "untrained"


def test_words_of_a_topic_move_along_it_and_common_ones_do_not(rows):
    up, down = (rows["gru-text"][key].split()[:3] for key in ("words_up", "words_down"))
    assert {word[:6] for word in up} in ({"topic0"}, {"topic1"})
    assert {word[:6] for word in down} in ({"topic0"}, {"topic1"})
    assert up[0][:6] != down[0][:6]


def test_it_is_better_than_single_words(rows):
    trained, untrained = rows["gru-text"], rows["gru-text-untrained"]
    assert number(trained, "perplexity") < number(trained, "perplexity_ngram_1")
    assert number(untrained, "perplexity") > number(trained, "perplexity_ngram_1")


def test_words_tell_of_words_at_every_lag_alike(rows):
    row = rows["gru-text"]
    assert (row["information_reach"], row["information_20"]) == ("11", "")
    assert number(row, "information_5") == pytest.approx(number(row, "information_1"), rel=0.3)
    assert row["information_half"] in ("5", "6", "7")


def test_a_panel_and_a_page_show_them(read, rows):
    results = read.root / "results"
    untrained = results / HOME.replace("gru-text", "gru-text-untrained")
    assert not (untrained / "text_panel.png").exists()
    page = (results / "text_models.html").read_text()
    assert "two, gru-text, L2 1e-6, seed 0" in page
    assert f"{number(rows['gru-text'], 'label'):.2f}" in page
    assert rows["gru-text"]["words_up"] in page
    assert "index.html" not in page  # nothing classifies here
    texts = (results / "reading_text.html").read_text()
    assert '"states":["topic 0","topic 1"]' in texts
    assert not (untrained / "text_read.npz").exists()
    assert "reading.html" not in page


def test_nothing_else_is_made(read):
    results = read.root / "results"
    tables = {path.name for path in (results / "tables").iterdir()}
    assert tables == {"language_text.csv", "claims_language_text.csv"}
    assert {path.name for path in (results / HOME).iterdir()} == {
        *("model.safetensors", "run.json", "history.parquet", "text_model.json", "stages"),
        *("text_panel.png", "text_read.npz"),
    }


def test_results_are_opened_by_name(read, rows):
    results = open_results(read.root / "results")
    found = results["two", "gru-text", 0]
    read = found.text_read
    ends = (read.words >= 0).sum(1) - 1
    told = read.told[range(len(ends)), ends].argmax(1)
    assert (told == read.labels).mean() > 0.6
    assert found.text_model["label"] == pytest.approx(number(rows["gru-text"], "label"))
    assert found.classifier().embedding.shape == (len(found.task.words.words), 8)
    assert set(results.tables) == {"language_text", "claims_language_text"}
    verdicts = results.tables["claims_language_text"]
    assert set(verdicts["judged"]) == {0}  # of a seed that was chosen on
    assert len(verdicts) == 6
    assert results.tables["language_text"]["train_words"].tolist() == [1450 * 12] * 2
    with pytest.raises(Exception, match="running text, whose source nobody knows"):
        found.task.source()


def test_a_lost_file_is_made_again_and_nothing_is_trained(read):
    for file in (f"{HOME}/text_model.json", "tables/language_text.csv"):
        (read.root / "results" / file).unlink()
    text = read.snakemake("-n", "--configfile", "own.yaml").stdout
    jobs = set(re.findall(r"^(\w+)\S* +\d+$", text, flags=re.MULTILINE))
    assert "text_model_numbers" in jobs
    assert not {"train_text_model", "prepare_running_text"} & jobs


def test_the_large_configuration_is_planned(tmp_path):
    asked = yaml.safe_load((PROJECT / "config/language_text.yaml").read_text())
    for name in ("ag_news", "yelp_reviews"):
        (tmp_path / name).mkdir()
        for split in ("train", "test"):
            (tmp_path / name / f"{split}.csv").touch()
    asked["data_folder"] = str(tmp_path)
    plan = Plan(load_settings(asked, [], str(PROJECT)))
    assert len(plan.text_models) == 2 * 2 * 3 * 2 + 1
    assert plan.running == ["ag-news-4", "yelp-2"]
    assert plan.classifiers == plan.language_models == []
