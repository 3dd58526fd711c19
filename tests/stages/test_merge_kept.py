"""Two parts of a battery, joined: as if it had run in one piece."""

import pandas as pd
import pytest
import text_battery
from test_judge import TEXT

from rnn_geometry.claims.saved import OWN, judged_again, read_networks, save_networks
from rnn_geometry.config.documents import CELLS
from rnn_geometry.config.documents import TEXT as FILES
from rnn_geometry.errors import UserError
from rnn_geometry.stages import merge_kept

NEWS, STARS = ["ag-news-4"], ["yelp-5", "yelp-2"]


def keep(folder, tasks, code="1", cells=("gru", "lstm"), words="null"):
    """Write what a run on some tasks and cells would keep."""
    folder.mkdir()
    networks = text_battery.networks()
    networks = networks[networks["task"].isin(tasks) & networks["cell"].isin(cells)]
    save_networks(folder / FILES["networks"], networks, networks[OWN].to_numpy().tolist())
    found = judged_again(TEXT, read_networks(folder / FILES["networks"])).round(4)
    others = found[["claim", "task", "cell", "verdict"]].assign(networks=5, analyses=9, agree=1.0)
    data = [{"data": "a", "task": task, "split": "test", "rows": 9} for task in tasks]
    tables = {
        "claims": found,
        "multiverse": others.assign(differ=""),
        "costs": pd.DataFrame([{"rule": "train", "jobs": 2, "cpu_seconds": 1.5, "networks": 3}]),
        "code": pd.DataFrame([{"part": "training", "code": code}]),
        "data": pd.DataFrame(data),
        "words": pd.DataFrame([{"task": task, "class": "x", "words": words} for task in tasks]),
    }
    for name, table in tables.items():
        table.to_csv(folder / FILES[name], index=False)
    return folder


def test_two_parts_give_what_one_run_gives(tmp_path):
    whole = keep(tmp_path / "whole", NEWS + STARS)
    one, two = keep(tmp_path / "one", NEWS), keep(tmp_path / "two", STARS)
    joined = merge_kept.merge(one, two, TEXT)
    expected = pd.read_csv(whole / FILES["claims"])
    order = ["claim", "task", "cell"]
    found = joined["claims"].sort_values(order).reset_index(drop=True)
    expected = expected.sort_values(order).reset_index(drop=True)
    same = ["claim", "task", "cell", "verdict", "met", "runs"]
    pd.testing.assert_frame_equal(found[same], expected[same], check_dtype=False)
    pd.testing.assert_frame_equal(
        found[["q", "holm"]].astype(float), expected[["q", "holm"]].astype(float), atol=1e-4
    )
    assert joined["costs"].to_dict("records") == [
        {"rule": "train", "jobs": 4, "cpu_seconds": 3.0, "networks": 6}
    ]
    assert set(joined["data"]["task"]) == set(joined["words"]["task"]) == {*NEWS, *STARS}
    assert joined["words"]["words"].tolist() == ["null"] * 3


def test_words_of_a_task_whose_cells_ran_apart_are_those_of_the_first_part(tmp_path):
    one = keep(tmp_path / "one", NEWS, cells=["gru"])
    two = keep(tmp_path / "two", NEWS, cells=["lstm"], words="other")
    joined = merge_kept.merge(one, two, TEXT)
    assert joined["words"].to_dict("records") == [
        {"task": "ag-news-4", "class": "x", "words": "null"}
    ]


def test_analyses_held_against_a_verdict_that_changed_are_left_out(tmp_path):
    one, two = keep(tmp_path / "one", NEWS), keep(tmp_path / "two", STARS)
    file = two / FILES["multiverse"]
    others = pd.read_csv(file)
    others.loc[0, "verdict"] = "changed"
    others.to_csv(file, index=False)
    first = others.iloc[0]
    left = merge_kept.merge(one, two, TEXT)["multiverse"]
    keys = set(left[["claim", "task", "cell"]].itertuples(index=False, name=None))
    assert (first["claim"], first["task"], first["cell"]) not in keys
    assert len(left) >= len(others) - 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda two: (two / FILES["words"]).unlink(), "there is no such file"),
        (
            lambda two: (two / FILES["code"]).write_text("part,code\ntraining,2\n"),
            "other code (training)",
        ),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(change, said, tmp_path):
    one, two = keep(tmp_path / "one", NEWS), keep(tmp_path / "two", STARS)
    change(two)
    with pytest.raises(UserError) as refused:
        merge_kept.merge(one, two, TEXT)
    assert said in str(refused.value)


def test_parts_of_other_code_are_joined_where_deviations_tell_of_it(tmp_path):
    one, two = keep(tmp_path / "one", NEWS), keep(tmp_path / "two", STARS, code="2")
    with pytest.raises(UserError, match="add --other-code"):
        merge_kept.merge(one, two, TEXT | {"deviations": []}, other_code=True)
    told = TEXT | {"deviations": [{"date": "2026-11-30", "what": "Mended."}]}
    joined = merge_kept.merge(one, two, told, other_code=True)
    assert joined["code"].to_dict("records") == [{"part": "training", "code": 2}]


def test_parts_of_cells_are_joined_without_what_only_texts_have(tmp_path):
    parts = keep(tmp_path / "one", NEWS), keep(tmp_path / "two", STARS)
    for part in parts:
        for name in ("multiverse", "data", "words"):
            (part / FILES[name]).unlink()
        for name, file in CELLS.items():
            (part / FILES[name]).rename(part / file)
    joined = merge_kept.merge(*parts, TEXT)
    assert set(joined) == set(CELLS)
    assert set(joined["networks"]["task"]) == {*NEWS, *STARS}


def test_a_network_that_both_have_is_named(tmp_path):
    one, two = keep(tmp_path / "one", NEWS), keep(tmp_path / "two", NEWS)
    with pytest.raises(UserError, match="are there already, ag-news-4"):
        merge_kept.merge(one, two, TEXT)


def test_the_command_writes_into_the_first_folder(tmp_path, capsys):
    one, two = keep(tmp_path / "one", NEWS), keep(tmp_path / "two", STARS)
    sizes = [len(read_networks(part / FILES["networks"])) for part in (one, two)]
    merge_kept.main([str(one), str(two), "config/claims_text.yaml"])
    assert len(read_networks(one / FILES["networks"])) == sum(sizes)
    assert f"{sum(sizes)} networks" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="are there already"):
        merge_kept.main([str(one), str(two), "config/claims_text.yaml"])
