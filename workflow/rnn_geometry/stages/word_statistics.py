"""What word counts alone say of a task: dimension predicted before training, bag of words."""

from __future__ import annotations

from rnn_geometry.geometry.word_counts import word_statistics
from rnn_geometry.store import formats
from rnn_geometry.tasks.harder import harder_sentences
from rnn_geometry.tasks.sentences import read_sentences

SEED = 0  # the baseline's solver is deterministic; the seed only splits off its tuning rows


def run(files, output, params, log) -> None:
    """Write word_statistics.json of one task."""
    train, test = (read_sentences(files[name]) for name in ("train", "test"))
    words, meta = len(formats.read_json(files["vocab"])), formats.read_json(files["meta"])
    harder = harder_sentences(meta, train, test)
    found = word_statistics(train, test, words, meta, SEED, harder)
    formats.write_json(output[0], found)
    log(f"predicted dimension {found['dimension_predicted']}")
    log(f"accuracy of a bag of words {found['bag_of_words_accuracy']}")
