"""docs/cells_verdicts.md: what the committed tables give, with every verdict counted once."""

import pandas as pd
from conftest import PROJECT

from rnn_geometry.claims.grid import SIGNS, boxes, groups
from rnn_geometry.config import documents
from rnn_geometry.config.load import read_claims
from rnn_geometry.pages.cells_verdicts import by_cell, by_claim, page, short_label
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.store.columns import read_frame

DATA = PROJECT / "docs/data"
CLAIMS = read_claims("config/claims_cells.yaml", str(PROJECT))
FOUND = read_frame("claims", DATA / documents.CELLS["claims"])


def test_the_document_is_what_the_committed_tables_give():
    costs, code = (pd.read_csv(DATA / documents.CELLS[name]) for name in ("costs", "code"))
    template = template_texts("cells_verdicts.md.jinja")["cells_verdicts.md.jinja"]
    made = page(template, FOUND, CLAIMS, costs, dict(zip(code["part"], code["code"], strict=True)))
    assert made == (PROJECT / "docs/cells_verdicts.md").read_text(encoding="utf-8")


def test_every_structure_that_has_run_has_its_grid():
    assert tuple(group["structure"] for group in groups(FOUND, CLAIMS)) == documents.CELL_GRIDS
    for name in documents.CELL_GRIDS:
        assert (PROJECT / f"docs/figures/cells_claims_{name}.png").exists()


def test_a_verdict_is_counted_once_for_its_cell_and_stands_in_the_row_of_its_claim():
    single = boxes(FOUND)
    counted = by_cell(single)
    numbers = [count for row in counted for count in row.values() if isinstance(count, int)]
    assert sum(numbers) == len(single)
    rows = {row["claim"].strip("*"): row for row in by_claim(FOUND, CLAIMS)}
    assert set(rows) == set(single["claim"])
    for (claim, cell), part in single.groupby(["claim", "cell"]):
        told = rows[claim][short_label(cell)]
        assert {sign for sign in SIGNS.values() if sign in told} == {
            SIGNS[verdict] for verdict in part["verdict"]
        }


def test_a_claim_that_does_not_speak_of_a_cell_leaves_its_box_empty():
    row = next(row for row in by_claim(FOUND, CLAIMS) if row["claim"] == "P3-words-add-exactly")
    assert row["LRU"]
    assert not row["sLSTM"]
