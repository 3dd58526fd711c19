"""Importing networks that were trained elsewhere, in the place of training, from files to files.

What it writes is what training writes, so that nothing after it knows the difference.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.identity import Network
from rnn_geometry.networks.classifier import Classifier, prepare_device, save_classifier
from rnn_geometry.networks.imported import ImportedNetwork, read_asked
from rnn_geometry.networks.sources import find_source, is_own
from rnn_geometry.networks.training import evaluate
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.train import PACKAGES, TaskData, run_seeds, shuffled_words
from rnn_geometry.store.artifacts import History, Record, Vocabulary
from rnn_geometry.store.hashes import sha256
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.text.vocabulary import Words
from rnn_geometry.tasks.text.words import UNKNOWN_ID

COMPARED_TEXTS = 16  # test texts on which logits are compared
NAMED = "config key models.{model}: "


def run(network: NetworkJob) -> None:
    """Write model.safetensors, run.json and history.parquet of one network."""
    prepare_device("cpu", network.threads)
    data = TaskData(network.input)
    vocabulary = Vocabulary.read(network.input["vocab"]).words
    try:
        imported = imported_network(network.own)
        rows = rows_of(imported, vocabulary, data.splits["test"])
        _check_outputs(imported, data.meta)
        texts = texts_of(data.splits["test"], rows)
        difference = imported.check(texts)
    except UserError as error:
        raise UserError(NAMED.format(model=network.network.model) + str(error)) from error
    network.log(
        f"{imported.name}: logits of {len(texts)} test texts differ by {difference:.2g} from those "
        f"of the network itself, at most"
    )
    write(network, data, imported, classifier_of(imported, rows))


def imported_network(own: Mapping[str, Any]) -> ImportedNetwork:
    """Return the network of a model.

    Parameters
    ----------
    own
        Settings of the model, as `config.imports.of_network` returns them.

    Raises
    ------
    UserError
        For files that are no network, and a file that changed since the run began.
    """
    for what, file in own["files"].items():
        if sha256(file) != own["sha256"][what]:
            raise UserError(f"{what}: {file} was changed since the run began; run it again.")
    return read_asked(
        {**own, "weights": own["files"]["weights"], "words": own["files"]["vocabulary"]}
    )


def rows_of(imported: ImportedNetwork, vocabulary: list[str], test: Sentences) -> list[int | None]:
    """Return the row of its word vectors for every word of a task; None for a word without one.

    Parameters
    ----------
    imported
        The network.
    vocabulary
        Words of the task.
    test
        Its test split.

    Raises
    ------
    UserError
        Where a word of a text has no row.
    """
    words: Words = imported.words  # pyright: ignore[reportAssignmentType]
    rows = words.rows(vocabulary)
    read = np.bincount(test.tokens, minlength=len(vocabulary)) > 0
    without = [word for word, row, seen in zip(vocabulary, rows, read) if row is None and seen]
    if without == [vocabulary[UNKNOWN_ID]]:
        share = (test.tokens == UNKNOWN_ID).mean()
        raise UserError(
            f"vocabulary: {share:.1%} of the words of the test texts are not in it, and it has no "
            "word for those; name one by vocabulary: {file: .., unknown: ..}, or take the texts "
            "out."
        )
    if without:
        raise UserError(
            f"vocabulary: {listed(map(quoted, without))} of the texts have no row; give the "
            "vocabulary that the network was trained with."
        )
    return rows


def _check_outputs(imported: ImportedNetwork, meta: Mapping[str, Any]) -> None:
    """Refuse a readout of another number of outputs than the task has classes."""
    outputs = len(imported.readout)
    if outputs != meta["classes"]:
        one = " (of two classes give the readout two rows, w and -w)" if outputs == 1 else ""
        raise UserError(
            f"weights: the readout has {outputs} outputs and the task '{meta['name']}' "
            f"{meta['classes']} classes ({listed(meta['class_names'])}); they must be as many and "
            f"in the same order{one}: see label_names."
        )


def texts_of(sentences: Sentences, rows: list[int | None]) -> list[Tensor]:
    """Return the first texts as rows of the network's own word vectors, (T,) each."""
    first = range(min(COMPARED_TEXTS, len(sentences)))
    place = np.array([-1 if row is None else row for row in rows])
    ends = sentences.offsets
    return [torch.from_numpy(place[sentences.tokens[ends[i] : ends[i + 1]]]) for i in first]


def classifier_of(imported: ImportedNetwork, rows: list[int | None]) -> Classifier:
    """Return the network as those that are trained here; words without a row are zero."""
    vectors = imported.word_vectors.new_zeros(len(rows), imported.word_vectors.shape[1])
    for i, row in enumerate(rows):
        if row is not None:
            vectors[i] = imported.word_vectors[row]
    biased = imported.parts.readout.bias is not None
    classifier = Classifier(
        vectors, imported.cell, len(imported.readout), readout_bias=biased, trainable_words=True
    )
    with torch.no_grad():
        classifier.readout.weight.copy_(imported.readout)
        if biased:
            classifier.readout.bias.copy_(imported.readout_bias)
    return classifier.eval()


def write(
    network: NetworkJob, data: TaskData, imported: ImportedNetwork, classifier: Classifier
) -> None:
    """Write what training would have written."""
    output, seeds = network.output, run_seeds(network.identity)
    test, dev = data.splits["test"], data.splits["dev"]
    shuffled = shuffled_words(test, seeds["shuffling"])
    found: dict[str, Any] = {
        f"{name}_accuracy": None if part is None else evaluate(classifier, part)[1]
        for name, part in {"test": test, "shuffled": shuffled, **data.harder}.items()
    }
    network.log(f"test accuracy {found['test_accuracy']:.4f}")
    save_classifier(output["model"], classifier)
    _history(*evaluate(classifier, dev)).write(output["history"])
    settings = {key: value for key, value in network.own.items() if key != "files"}
    Record(
        **Network.of(network.identity)._replace(seed=network.network.seed)._asdict(),
        cell=imported.name,
        control=None,
        settings={**settings, "cell": imported.name},
        network=_facts(imported, len(classifier.embedding)),
        seeds=seeds,
        data_sha256=data.hashes,
        weights_sha256=sha256(output["model"]),
        fingerprint=network.fingerprint,
        device="cpu",
        threads=network.threads,
        best_step=0,
        **found,
        loss_falling=None,
        versions={"python": platform.python_version(), **{p: version(p) for p in PACKAGES}},
        train_seconds=0.0,
    ).write(output["run"])


def _history(loss: float, accuracy: float) -> History:
    """Return the one row that there is to tell of a training that was elsewhere."""
    row = {
        "epoch": 0,
        "step": 0,
        "train_loss": math.nan,
        "dev_loss": loss,
        "dev_accuracy": accuracy,
        "learning_rate": math.nan,
        "gradient_norm": math.nan,
    }
    return History(**{name: [value] for name, value in row.items()})


def _facts(imported: ImportedNetwork, words: int) -> dict[str, Any]:
    """Return what `build_classifier` needs to know; the readout's scale is that of its twin."""
    facts = {
        **imported.facts,
        "readout_bias": imported.parts.readout.bias is not None,
        "readout_scale": 1.0,
        "words": words,
        "classes": len(imported.readout),
        "fixed_embedding": False,
    }
    cell = facts["cell"]
    return facts | ({"cell_source": find_source(cell).digest()} if is_own(cell) else {})
