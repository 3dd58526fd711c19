"""What a read-out word at the end of every text changes: networks of a run that tells classes.

    python benchmarks/readout_word.py RESULTS TABLE

RESULTS is a folder of results of the workflow, as of config/read_by_word.yaml. A row per network,
controls among them, goes to TABLE. docs/cells.md says what came out.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import torch

from rnn_geometry.geometry.readout_word import READOUT_WORD, readout_word_numbers
from rnn_geometry.identity import network_of
from rnn_geometry.networks.classifier import analysis_cell, load_classifier
from rnn_geometry.networks.hold_input import hold_input
from rnn_geometry.store.artifacts import Record, Vocabulary
from rnn_geometry.tasks.sentences import read_sentences


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


def main(results: str, table: str) -> None:
    """Write a row per network of a folder of results."""
    root, rows = Path(results), []
    for model in sorted((root / "runs").rglob("model.safetensors")):
        folder = model.parent
        network = network_of(str(folder / "run.json"))
        names = {**network._asdict(), "cell": Record.read(folder / "run.json").cell}
        found = numbers_of(folder, root / "data" / network.task)
        told = {name: "" if v is None else f"{v:.6g}" for name, v in found.items()}
        rows.append({name: {**names, **told}[name] for name in READOUT_WORD})
    with Path(table).open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, [*READOUT_WORD], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
