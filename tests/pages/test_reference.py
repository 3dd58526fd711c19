"""The reference of tables and interfaces: made of what the code declares."""

import re

import pytest
from conftest import PROJECT

from rnn_geometry.geometry.language_tables import LANGUAGE
from rnn_geometry.geometry.translator_tables import TRANSLATORS
from rnn_geometry.pages import reference
from rnn_geometry.pages._meanings import APART
from rnn_geometry.store.columns import TABLES, table_columns


@pytest.mark.parametrize("name", reference.PAGES)
def test_the_committed_page_is_what_the_code_declares(name):
    made = reference.PAGES[name]()
    assert (PROJECT / "docs" / name).read_text(encoding="utf-8") == made, (
        "run `python -m rnn_geometry.pages.reference` and commit docs"
    )


@pytest.mark.parametrize("name", reference.PAGES)
def test_lines_are_short_and_none_begins_like_another_element(name):
    lines = reference.PAGES[name]().splitlines()
    assert max(map(len, lines)) <= 100
    continued = [line for line in lines if line.startswith("  ")]
    assert not [line for line in continued if re.match(r"\s+([>+#|=-]|\d+[.)] )", line)]


def test_every_column_of_every_table_is_told():
    page = reference.tables_page()
    for table in set(TABLES) - {"networks"}:
        section = page.split(f"`tables/{table}.csv`: ")[1].split("\n## ")[0]
        assert re.findall(r"^- `(\w+)`", section, flags=re.M) == list(table_columns(table))


@pytest.mark.parametrize(("table", "own"), [("translators", TRANSLATORS), ("language", LANGUAGE)])
def test_every_column_of_other_networks_is_told(table, own):
    section = reference.tables_page().split(f"`tables/{table}.csv`: ")[1].split("\n## ")[0]
    assert re.findall(r"^- `(\w+)`", section, flags=re.M) == list(own)


def test_interfaces_are_read_from_sources(tmp_path):
    room = tmp_path / "dynamics"
    room.mkdir()
    (room / "flow.py").write_text(
        '"""What flows."""\n\n\ndef go(x, *more, late=1, **rest):\n    """Return\n    it.\n\n'
        '    More.\n    """\n\n\ndef _hidden():\n    """No."""\n\n\nclass Path:\n    """A way."""\n'
    )
    (room / "_inside.py").write_text("def seen():\n    return 1\n")
    page = reference.interfaces_page(tmp_path)
    assert "### `dynamics.flow`\n\nWhat flows.\n\n" in page
    assert "- `go(x, *more, late, **rest)`: Return it.\n- class `Path`: A way.\n" in page
    assert "hidden" not in page
    assert "seen" not in page


def test_speed_and_adjusted_p_are_told_apart_wherever_columns_are():
    page = " ".join((PROJECT / "docs/tables.md").read_text().split())
    bare = [page[m.start() - 40 : m.end() + 20] for m in re.finditer(r"(?<![`\w])q(?![`\w])", page)]
    told = ("speed q", "vanishes and q does not")  # that q was named before
    assert [words for words in bare if not any(name in words for name in told)] == []
    assert "`q` (number): adjusted p:" in page
    meanings = [c.meaning for table in TABLES for c in table_columns(table).values()]
    meanings += [column.meaning for column in LANGUAGE.values()]
    assert [words for words in APART if not any(words in told for told in meanings)] == []
