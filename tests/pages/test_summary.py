"""What a run says at its end."""

from collections import namedtuple

from rnn_geometry.pages import summary
from rnn_geometry.store import formats


def results(folder, accuracies, **pages):
    rows = {
        "task": ["three"] * len(accuracies),
        "model": ["gru"] * len(accuracies),
        "seed": list(range(len(accuracies))),
        "control": [""] * (len(accuracies) - 1) + ["untrained"],
        "test_accuracy": accuracies,
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


def test_nothing_there_is_nothing_said(tmp_path):
    assert summary.run_summary(str(tmp_path)) == ""


def test_a_full_disk_is_told_after_a_failure(tmp_path, monkeypatch):
    assert summary.advice(str(tmp_path)) == summary.ADVICE
    full = namedtuple("Usage", "free")(0)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: full)
    assert "No space is left on the disk" in summary.advice(str(tmp_path))
