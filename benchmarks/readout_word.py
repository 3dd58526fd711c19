"""What a read-out word at the end of every text changes: networks of a run that tells classes.

    python benchmarks/readout_word.py RESULTS FOLDER
    python benchmarks/readout_word.py draw

RESULTS is a folder of results of config/read_by_word.yaml. readout_word.csv, a row per network with
controls among them, and claims_readout_word.csv go to FOLDER, which is docs/data. The second
form draws all verdicts on these networks, of claims_read_by_word.csv there. docs/cells.md says what
came out.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from rnn_geometry.claims.grid import groups
from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.measured import checked_measured_claims
from rnn_geometry.claims.universality import judged_neighbours
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.config.load import read_claims
from rnn_geometry.geometry.readout_word import READOUT_WORD, readout_word_numbers
from rnn_geometry.identity import network_of
from rnn_geometry.networks.classifier import analysis_cell, load_classifier
from rnn_geometry.networks.hold_input import hold_input
from rnn_geometry.plotting import style
from rnn_geometry.plotting.verdicts import verdict_grid
from rnn_geometry.stages.document_claims import ON_PAGE
from rnn_geometry.store.artifacts import Record, Vocabulary
from rnn_geometry.store.columns import read_frame
from rnn_geometry.tasks.sentences import read_sentences

PROJECT = Path(__file__).parents[1]
DOCS = PROJECT / "docs"
CLAIMS, KEY = "config/claims_readout_word.yaml", "claims_readout_word"
KEYS = ["task", "model", "l2", "seed"]


@torch.no_grad()
def numbers_of(folder: Path, data: Path) -> dict[str, float | None]:
    """Return what one more word x* changes in the network of a folder, on its test texts."""
    classifier = load_classifier(folder / "model.safetensors", folder / "run.json")
    test, words = read_sentences(data / "test.parquet"), Vocabulary.read(data / "vocab.json").words
    tokens, lengths = (torch.from_numpy(part) for part in test.padded(np.arange(len(test))))
    states = classifier.states(tokens)[torch.arange(len(test)), lengths - 1].double()
    vectors = classifier.embedding_matrix().double().numpy()
    x = torch.from_numpy(hold_input("zero", vectors, words, test)).double()
    after = analysis_cell(classifier)(states, x.expand(len(states), -1))
    readout, bias = classifier.readout_matrix().double(), classifier.readout_bias().double()
    last, read = ((part @ readout.T + bias).numpy() for part in (states, after))
    counts = np.zeros((len(test), len(words)))
    np.add.at(counts, (np.repeat(np.arange(len(test)), test.lengths), test.tokens), 1)
    return readout_word_numbers(counts, last, read, test.labels)


def table_of(root: Path) -> pd.DataFrame:
    """Return a row per network of a folder of results."""
    rows = []
    for model in sorted((root / "runs").rglob("model.safetensors")):
        folder = model.parent
        network = network_of(str(folder / "run.json"))
        names = {**network._asdict(), "cell": Record.read(folder / "run.json").cell}
        rows.append({**names, **numbers_of(folder, root / "data" / network.task)})
    return pd.DataFrame(rows, columns=[*READOUT_WORD])


def main(results: str, folder: str) -> None:
    """Write what was measured of a folder of results, and the verdicts on it."""
    root, target = Path(results), Path(folder)
    table = table_of(root)
    checked = checked_measured_claims("readout_word")
    claims = read_claims(CLAIMS, str(PROJECT), key=KEY, checked=checked)
    runs, tasks = (read_frame(name, root / f"tables/{name}.csv") for name in ("runs", "tasks"))
    own = table.assign(l2=table["l2"].astype(str), seed=table["seed"].astype(int))
    judged = own[KEYS].to_numpy().tolist()
    frame, keys = judged_neighbours(own, runs.astype({"l2": str}), tasks, judged)
    found = judged_units(claims, units_of_claims(claims, frame, None, keys))
    for name, made in {"readout_word": table, KEY: found}.items():
        made.to_csv(target / f"{name}.csv", index=False, float_format="%.6g")


def draw() -> None:
    """Draw the grid of verdicts of docs/cells.md."""
    claims = read_claims("config/claims_read_by_word.yaml", str(PROJECT))
    found = read_frame("claims", DOCS / "data/claims_read_by_word.csv")
    (group,) = groups(found, claims)
    style.save(verdict_grid(group), DOCS / "figures/read_by_word_claims", **ON_PAGE)


if __name__ == "__main__":
    draw() if sys.argv[1] == "draw" else main(*sys.argv[1:])
