"""What is finished is kept with a key of all that it depends on, and linked to its place."""

import os
import shutil

import pytest

from rnn_geometry.errors import UserError
from rnn_geometry.store import formats
from rnn_geometry.store.kept import Kept, check_made, key_of_result, put

FACTS = {"stage": "train", "fingerprint": "f", "settings": {"steps": 3}, "threads": 1}


@pytest.fixture
def place(tmp_path):
    output = {"model": str(tmp_path / "results/runs/a/model.safetensors")}
    return Kept(tmp_path / "results/.kept", "runs/a", "train", output)


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "train.parquet"
    path.write_text("words")
    return {"train": str(path)}


def make(place, data, text="weights", facts=FACTS):
    key, record = key_of_result(facts, data)
    for path in place.part().values():
        path.write_text(text)
    place.keep(record)
    return key


def test_a_result_is_found_by_its_key_and_linked(place, data):
    key, _ = key_of_result(FACTS, data)
    assert not place.has(key)
    assert make(place, data) == key
    assert place.has(key)
    place.link(newer_than=data.values())
    assert place.output["model"].read_text() == "weights"
    assert place.output["model"].samefile(place.folder / "model.safetensors")
    assert formats.read_json(place.record)["key"] == key
    assert not place.folder.with_name("train.part").exists()


@pytest.mark.parametrize(
    "changed",
    [{"fingerprint": "g"}, {"settings": {"steps": 4}}, {"threads": 2}, {"stage": "geometry"}],
)
def test_whatever_a_result_depends_on_changes_its_key(data, changed):
    assert key_of_result(FACTS, data)[0] != key_of_result({**FACTS, **changed}, data)[0]


def test_contents_of_files_count_and_neither_place_nor_time(data, tmp_path):
    key, _ = key_of_result(FACTS, data)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("words")
    os.utime(elsewhere, (1, 1))
    assert key_of_result(FACTS, {"train": str(elsewhere)})[0] == key
    elsewhere.write_text("other words")
    assert key_of_result(FACTS, {"train": str(elsewhere)})[0] != key


def test_the_order_of_settings_is_no_part_of_a_key(data):
    one = {**FACTS, "settings": {"a": 1, "b": 2}}
    assert key_of_result(one, data) == key_of_result({**one, "settings": {"b": 2, "a": 1}}, data)


def test_a_new_result_takes_the_place_of_the_old(place, data):
    old = make(place, data)
    new = make(place, data, "better", {**FACTS, "fingerprint": "g"})
    assert not place.has(old)
    assert place.has(new)
    assert len(list(place.folder.parent.iterdir())) == 1


def test_a_damaged_or_missing_file_is_made_again(place, data):
    key = make(place, data)
    (place.folder / "record.json").write_text("{")
    assert not place.has(key)
    make(place, data)
    (place.folder / "model.safetensors").unlink()
    assert not place.has(key)


def test_a_file_that_was_written_to_in_its_place_is_made_again(place, data):
    key = make(place, data)
    place.link(newer_than=data.values())
    with open(place.output["model"], "r+") as handle:
        handle.write("W")
    assert not place.has(key)


def test_a_file_that_is_linked_again_leaves_nothing_behind(place, data):
    make(place, data)
    for _ in range(2):
        place.link(newer_than=data.values())
    assert [path.name for path in place.output["model"].parent.glob(".*")] == []


def test_linked_files_keep_their_time_unless_they_are_older_than_their_inputs(place, data):
    make(place, data)
    kept = place.folder / "model.safetensors"
    os.utime(data["train"], (100, 100))
    os.utime(kept, (200, 200))
    place.link(newer_than=data.values())
    assert place.output["model"].stat().st_mtime == 200
    os.utime(data["train"], (300, 300))
    place.link(newer_than=data.values())
    assert place.output["model"].stat().st_mtime > 300


def test_where_there_are_no_links_files_are_copied(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "a").write_text("x")
    put(tmp_path / "a", tmp_path / "b/c")
    assert (tmp_path / "b/c").read_text() == "x"
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["c"]


# --- files that another network made --------------------------------------------------------------


@pytest.fixture
def networks(tmp_path):
    """Return the folders of two networks, whose files two stages made."""
    folders = []
    for seed in ("0", "1"):
        network = {"task": "two", "model": "gru", "l2": "3e-4", "seed": seed}
        below = f"runs/two/gru/l2-3e-4/seed-{seed}"
        folder = tmp_path / "results" / below
        for stage, file in (("train", "model"), ("search", "points"), ("compare", "more/rows")):
            output = {file: str(folder / file)}
            place = Kept(tmp_path / "results/.kept", below, stage, output)
            _, record = key_of_result({"stage": stage, "network": network}, {})
            for path in place.part().values():
                path.write_text(f"{file} of {seed}")
            place.keep(record)
            place.link(newer_than=[])
        folders.append(folder)
    return folders


@pytest.mark.parametrize("file", ["model", "points", "more/rows"])
@pytest.mark.parametrize("listed", [False, True])
def test_a_file_of_another_network_is_refused(networks, file, listed):
    mine, other = networks
    files = {"a": [str(mine / file)] if listed else str(mine / file)}
    check_made(files)
    (mine / file).unlink()
    shutil.copy2(other / file, mine / file)
    with pytest.raises(UserError, match=rf"seed-0/{file}: the file is damaged .* another one was"):
        check_made(files)


def test_hashes_that_are_known_are_not_computed_again(networks):
    path = str(networks[0] / "model")
    with pytest.raises(UserError, match="another one was put in its place"):
        check_made({"model": path}, {"model": "0" * 64})


def test_a_whole_folder_of_another_network_is_refused(networks):
    mine, other = networks
    shutil.rmtree(mine)
    shutil.copytree(other, mine)
    with pytest.raises(UserError, match="with the records of another network"):
        check_made({"model": str(mine / "model")})


def test_files_without_a_record_are_accepted(networks, tmp_path):
    mine, _ = networks
    (mine / "note.txt").write_text("mine")
    (tmp_path / "vocab.json").write_text("[]")
    check_made({"note": str(mine / "note.txt"), "vocab": str(tmp_path / "vocab.json")})
    for record in (mine / "stages").iterdir():
        record.write_text("{")
    (mine / "model").write_text("other")
    check_made({"model": str(mine / "model")})


def test_a_stage_that_had_another_name_does_not_count(networks):
    mine, _ = networks
    old = formats.read_json(mine / "stages/train.json")
    formats.write_json(mine / "stages/learn.json", {**old, "outputs": {"model": "0" * 64}})
    check_made({"model": str(mine / "model")})
