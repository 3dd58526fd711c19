"""The page of networks that translate, from planted tables."""

import re

import pandas as pd
from conftest import PROJECT

from rnn_geometry.claims.table import COLUMNS
from rnn_geometry.claims.translators import checked_translator_claims
from rnn_geometry.config.load import read_claims
from rnn_geometry.geometry.translator_tables import TRANSLATORS
from rnn_geometry.identity import Network
from rnn_geometry.pages.attention import attention_page, claim_rows, network_rows
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.plotting.data import figure_data
from rnn_geometry.plotting.translators import attention_dial, attention_terms

KEYS = {"key": "claims_attention", "checked": checked_translator_claims}
CLAIMS = read_claims("config/claims_attention.yaml", str(PROJECT), **KEYS)
SHARES = [name for name in TRANSLATORS if name.startswith("share_") and "random" not in name]


def networks():
    """A network on each of three settings of the dial, and one that did not learn."""
    rows = []
    for rho in (0.0, 0.3, 0.6):
        known = {"task": f"dial-{rho}", "model": "aed", "family": "reordered", "rho": rho}
        shares = {**dict.fromkeys(SHARES, 0.0), "share_mu_mu": 1 - rho, "share_delta_delta": rho}
        known |= {**shares, "likeness_to_average": 1 - rho / 2, "word_accuracy": 1.0}
        rows.append({**dict.fromkeys(TRANSLATORS), **known, "seed": 400})
    rows.append({**rows[0], "seed": 401, "word_accuracy": 0.5, "not_judged": "not learned"})
    return pd.DataFrame(rows)


def verdict(**changes):
    row = dict.fromkeys(COLUMNS) | {"claim": "S2-temporal", "task": "<copy>", "cell": "aed"}
    row |= {"met": 5, "runs": 5, "judged": 1, "look": 1, "verdict": "holds", "observed": 0.95}
    return pd.DataFrame([{**row, "low": 0.9, "high": 0.99, **changes}])


def page(tmp_path, found, **changes):
    picture = tmp_path / "attention_dial.png"
    picture.write_bytes(b"PNG")
    panels = {Network("copy", "aed", "1e-5", 400): picture}
    texts = template_texts("attention.html.jinja", "style.css")
    return attention_page(texts, networks(), found, CLAIMS, [picture], panels, **{
        "start": False, **changes})  # fmt: skip


def test_a_verdict_is_told_with_its_numbers(tmp_path):
    made = page(tmp_path, verdict())
    assert '<td class="holds"><b>holds</b></td><td>5 of 5</td>' in made
    assert "<td>0.950 (0.900 to 0.990)</td>" in made
    assert "None of the rows below is a verdict yet" not in made
    assert "&lt;copy&gt;" in made
    assert "<copy>" not in made
    assert not re.findall(r'(?:src|href)="(?!data:|#)', made)
    assert 'href="index.html"' in page(tmp_path, verdict(), start=True)


def test_what_is_no_verdict_does_not_look_like_one(tmp_path):
    made = page(tmp_path, verdict(judged=0))
    assert "None of the rows below is a verdict yet" in made
    assert ">holds<" not in made
    (row,) = next(c["rows"] for c in claim_rows(verdict(look=None), CLAIMS) if c["rows"])
    assert row["verdict"] == "not judged"


def test_means_are_over_seeds_and_those_that_learned_are_counted():
    rows = network_rows(networks())
    assert [row["learned"] for row in rows] == ["1 of 2", "1 of 1", "1 of 1"]
    assert rows[0]["means"][0] == "0.750"


def test_the_dial_and_the_terms_show_their_numbers():
    header, rows = figure_data(attention_dial(networks()))
    dots = {(row[header.index("x")], row[header.index("y")]) for row in rows if row[0] == "a"}
    assert dots == {(1.0, 1.0), (0.85, 0.7), (0.7, 0.4)}
    header, rows = figure_data(attention_terms(networks()))
    assert header == ("task", "model", "terms", "share")
    assert ("dial-0.3", "aed", "μμ", 0.7) in rows
    assert ("dial-0.3", "aed", "with δ", 0.3) in rows


def test_figures_of_networks_without_attention_are_empty_and_no_error():
    table = networks().assign(share_mu_mu=float("nan"))
    for draw in (attention_dial, attention_terms):
        assert figure_data(draw(table))[1] == []
