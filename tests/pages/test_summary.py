"""What a run says at its end."""

from collections import namedtuple

import pytest

from rnn_geometry.pages import summary
from rnn_geometry.store import formats


def results(folder, accuracies, bag="", falling=0, **pages):
    rows = {
        "task": ["three"] * len(accuracies),
        "model": ["gru"] * len(accuracies),
        "seed": list(range(len(accuracies))),
        "control": [""] * (len(accuracies) - 1) + ["untrained"],
        "test_accuracy": accuracies,
        "bag_of_words_accuracy": [bag] * len(accuracies),
        "loss_falling": [falling] * len(accuracies),
        "not_judged": ["not learned" * (accuracy < 0.35) for accuracy in accuracies[:-1]] + [""],
    }
    formats.write_table(folder / "tables/runs.csv", rows)
    for name in pages:
        (folder / f"{name}.html").write_text("")
    return summary.run_summary(str(folder)).splitlines()


def test_accuracy_by_task_without_controls_and_places_of_pages(tmp_path):
    lines = results(tmp_path, [0.9, 0.8, 0.3], index=1)
    assert lines[0] == "three  test accuracy 0.800 to 0.900, 2 networks"
    assert lines[1:] == [
        f"Start page: {tmp_path / 'index.html'}",
        f"Tables:     {tmp_path / 'tables'}",
    ]


def test_networks_that_did_not_learn_are_named_a_few_of_them(tmp_path):
    lines = results(tmp_path, [0.33] * 7 + [0.3])
    begin = "Not judged (7 not learned): three gru seed 0, three gru seed 1, "
    assert lines[1].startswith(begin)
    assert lines[1].endswith("seed 4 and 2 more")


@pytest.mark.parametrize(
    ("falling", "advice"), [(0, "its loss falls no more: give more texts"), (1, "train longer")]
)
def test_networks_below_a_bag_of_words_are_never_passed_over(tmp_path, falling, advice):
    lines = results(tmp_path, [0.9, 0.85, 0.3], bag=0.88, falling=falling)
    assert lines[1].startswith(
        "Warning, three gru: 1 of 2 networks are below a bag of words by up to 0.03; its loss"
    )
    assert advice in lines[1]
    assert not any("bag of words" in line for line in results(tmp_path, [0.9, 0.85, 0.3], bag=0.86))


@pytest.mark.parametrize("count", [0, 1, 5, 6, 40])
def test_warnings_on_texts_are_told_a_few_of_them(tmp_path, count):
    warnings = [f"{i}% of the words of test are unknown" for i in range(count)]
    formats.write_json(tmp_path / "data/three/meta.json", {"warnings": warnings})
    formats.write_json(tmp_path / "data/old/meta.json", {"warnings": ["of another configuration"]})
    _, *lines = results(tmp_path, [0.9, 0.8, 0.3])
    expected = [f"Warning, three: {line}." for line in warnings[:5]]
    expected += [f"{count - 5} more warnings: see the start page."] if count > 5 else []
    assert lines[:-1] == expected


def test_nothing_there_is_nothing_said(tmp_path):
    assert summary.run_summary(str(tmp_path)) == ""


def test_a_full_disk_is_told_after_a_failure(tmp_path, monkeypatch):
    (tmp_path / "log").write_text("ERROR: no.")
    logs = [[str(tmp_path / "log")]]
    assert "No space is left" not in summary.failure_summary(str(tmp_path), logs)
    full = namedtuple("Usage", "free")(0)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: full)
    lines = summary.failure_summary(str(tmp_path), logs).splitlines()
    assert lines[1].startswith("No space is left on the disk")
    assert lines[-1] == "ERROR: no."


KILLED = f"ERROR: {summary.KILLED}"


@pytest.mark.parametrize(
    ("texts", "last"),
    [
        (["ERROR: the row 3 is empty."], "ERROR: the row 3 is empty."),
        (["12:00:00 begun\nERROR: first.\nERROR: second."], "ERROR: second."),
        (["begun\nERROR: a sentence of\ntwo lines."], "ERROR: a sentence of\ntwo lines."),
        (["ERROR: theirs.", "begun"], "ERROR: theirs."),
        (["an ERROR: inside a line"], KILLED),
        (
            ["Traceback (most recent call last):\n  ...\nKeyError: 3"],
            "its log ends in: KeyError: 3",
        ),
        (["12:00:00 begun"], KILLED),
        ([""], KILLED),
        ([" \n"], KILLED),
        ([None], KILLED),
        ([], KILLED),
    ],
)
def test_the_last_words_are_the_sentence_or_what_there_is(tmp_path, texts, last):
    logs = [tmp_path / f"{i}.log" for i in range(len(texts))]
    for log, text in zip(logs, texts):
        if text is not None:
            log.write_text(text, encoding="utf-8")
    words = summary.last_words([str(log) for log in logs])
    assert words.startswith("ERROR: ")
    assert last in words
    assert ("memory" in words) == (last == KILLED)


def test_of_many_failures_the_last_ones_are_told(tmp_path):
    logs = [[str(tmp_path / f"{i}.log")] for i in range(9)]
    for (log,) in logs:
        with open(log, "w") as handle:
            handle.write(f"ERROR: {log[-5]}.")
    lines = summary.failure_summary(str(tmp_path), logs).splitlines()
    assert lines[0] == f"Some jobs failed: 9. {summary.GOES_ON}"
    assert [line for line in lines if line.startswith("ERROR")] == [
        f"ERROR: {i}." for i in range(4, 9)
    ]
