"""Training the networks of a task, from files to files.

Apart from the analysis, so that a changed formula there trains nothing again.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rnn_geometry.identity import RESERVOIR, SHUFFLED_LABELS, UNTRAINED, Network
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import build_classifier, prepare_device, save_classifier
from rnn_geometry.networks.sources import is_own
from rnn_geometry.networks.training import Recipe, TrainingResult, evaluate, train_together
from rnn_geometry.stages.job import and_terminal
from rnn_geometry.stages.network_job import Log, NetworkJob, tried
from rnn_geometry.store.artifacts import History, Meta, Record, Vocabulary, WeightsByStep
from rnn_geometry.store.hashes import check_prepared, data_hashes, sha256
from rnn_geometry.tasks.harder import HARDER, harder_sentences
from rnn_geometry.tasks.sentences import Sentences, read_sentences
from rnn_geometry.tasks.synthetic import word_vectors

STILL_FALLING = (
    "the loss on the dev split was still falling at the end, so that no verdict counts this "
    "network; train longer: raise steps or epochs, or give min_steps."
)
ALSO_TOLD = {"shuffled": "with the words of every test text shuffled", **HARDER}
Accuracies = Mapping[str, Any]
WEIGHTS_BY_STEP = "weights_by_step"  # the key of their file
PACKAGES = ("torch", "numpy", "snakemake", "datasets", "tokenizers")


def run_together(networks: Sequence[NetworkJob]) -> Iterator[tuple[NetworkJob, Exception | None]]:
    """Train networks of one task, those of one model as one batch where they fit.

    A checkpoint of each waits beside its files until it is done. Nothing in these tells who shared
    the job, but `train_seconds`, its share of the CPU time.

    Parameters
    ----------
    networks
        What is known of each.

    Yields
    ------
    tuple
        A network as soon as its files are written, or it has failed, and then why.
    """
    by_files: dict[tuple, list[NetworkJob]] = {}
    for network in networks:
        by_files.setdefault(tuple(sorted(network.input.items())), []).append(network)
    for group in by_files.values():
        data, error = tried(TaskData, group[0].input)
        if data is None:
            yield from ((network, error) for network in group)
        else:
            for together in data.companions(group):
                yield from _train(together, data)


def _train(
    networks: Sequence[NetworkJob], data: TaskData
) -> Iterator[tuple[NetworkJob, Exception | None]]:
    """Train some networks, and write what is left of each."""
    trainings = []
    for network in networks:
        network.log(_title(network))
        training, error = tried(Training, network, data, named=len(networks) > 1)
        if training is None:
            yield network, error
        else:
            trainings.append(training)
    results, error = tried(_results, trainings, data)
    for training, result in zip(trainings, results or [error] * len(trainings), strict=True):
        yield training.network, tried(training.finish, result)[1]


def _results(trainings: Sequence[Training], data: TaskData) -> Sequence[TrainingResult | Exception]:
    return train_together(
        [training.classifier for training in trainings],
        data.splits["train"],
        data.splits["dev"],
        [Recipe.from_settings(training.settings) for training in trainings],
        batch_seeds=[training.seeds["batches"] for training in trainings],
        logs=[training.log for training in trainings],
        checkpoints=[training.checkpoint for training in trainings],
    )


class TaskData:
    """The files of a task: read once for all networks that are trained on them.

    Parameters
    ----------
    files
        Paths by stem.
    """

    def __init__(self, files: Mapping[str, str]):
        self.splits = {name: read_sentences(files[name]) for name in ("train", "dev", "test")}
        self.words = len(Vocabulary.read(files["vocab"]).words)
        self.meta = Meta.read(files["meta"])
        self.hashes = data_hashes(files)
        check_prepared(self.meta, files)

    @cached_property
    def harder(self) -> dict[str, Sentences | None]:
        """Sentences that ask more than the test split, by kind."""
        return harder_sentences(self.meta, self.splits["train"], self.splits["test"])

    def companions(self, networks: Sequence[NetworkJob]) -> list[list[NetworkJob]]:
        """Return networks that may fit together: of a synthetic task, equal but for seed and L2.

        Networks of a text are made and trained one by one: each has a table of word vectors.

        Parameters
        ----------
        networks
            What is known of each.
        """
        if self.meta["kind"] != "synthetic":
            return [[network] for network in networks]
        alike: dict[str, list[NetworkJob]] = {}
        for network in networks:
            model = {**network.own, "l2": None}
            alike.setdefault(json.dumps(model, sort_keys=True), []).append(network)
        return list(alike.values())


class Training:
    """One network before and after its training.

    Parameters
    ----------
    network
        What is known of it.
    data
        Its task.
    named
        Whether lines of the log name it, since others write between them.
    """

    def __init__(self, network: NetworkJob, data: TaskData, *, named: bool):
        self.network, self.data = network, data
        self.settings = settings = trained_with(network.own, data.meta)
        self.log, self.tell = _logs(network, named)
        where = prepare_device(network.device, network.threads)
        self.seeds = run_seeds(network.identity)
        made_of = network_settings(settings, data.meta, data.words)
        check_own(made_of)
        self.classifier = build_classifier(
            made_of, fixed_word_vectors(data.meta, data.words), seed=self.seeds["initialisation"]
        ).to(where)
        self.origin = {
            "settings": settings,
            "network": made_of,
            "seeds": self.seeds,
            "data_sha256": data.hashes,
            "fingerprint": network.fingerprint,
            "device": str(where),
            "threads": network.threads,
        }
        self.checkpoint = Checkpoint(
            checkpoint_file(network.output), {**self.origin, "torch": torch.__version__}, self.log
        )

    def finish(self, result: TrainingResult | Exception | None) -> None:
        """Write model.safetensors, run.json, history.parquet, and weights that were noted.

        Parameters
        ----------
        result
            The course of the training.

        Raises
        ------
        Diverged
            Where the loss exploded.
        """
        if not isinstance(result, TrainingResult):
            raise result or RuntimeError("a training without a result")
        test, output = self.data.splits["test"], self.network.output
        shuffled = shuffled_words(test, self.seeds["shuffling"])
        found = {
            f"{name}_accuracy": None if part is None else evaluate(self.classifier, part)[1]
            for name, part in {"test": test, "shuffled": shuffled, **self.data.harder}.items()
        }
        self._report(result, found)
        save_classifier(output["model"], self.classifier)
        History(**result.history).write(output["history"])
        if WEIGHTS_BY_STEP in output:
            by_step = {
                step: {name: weight.numpy() for name, weight in weights.items()}
                for step, weights in result.snapshots.items()
            }
            WeightsByStep(steps=by_step).write(output[WEIGHTS_BY_STEP])
        self._record(result, found).write(output["run"])
        self.checkpoint.path.unlink(missing_ok=True)

    def _report(self, result: TrainingResult, found: Accuracies) -> None:
        self.tell(
            f"test accuracy {found['test_accuracy']:.4f} with the weights of step "
            f"{result.best_step}; {result.seconds:.1f} CPU seconds"
        )
        for name, told in ALSO_TOLD.items():
            if found[f"{name}_accuracy"] is not None:
                self.log(f"accuracy {told} {found[f'{name}_accuracy']:.4f}")
        if result.loss_falling:
            self.tell(STILL_FALLING)

    def _record(self, result: TrainingResult, found: Accuracies) -> Record:
        """Return what run.json holds."""
        identity, settings = self.network.identity, self.settings
        versions = {name: version(name) for name in PACKAGES}
        return Record(
            **Network.of(identity)._replace(seed=int(identity["seed"]))._asdict(),
            cell=settings["cell"],
            control=control_kind(settings, self.data.meta),
            **self.origin,
            weights_sha256=sha256(self.network.output["model"]),
            best_step=result.best_step,
            **found,
            loss_falling=result.loss_falling,
            versions={"python": platform.python_version(), **versions},
            train_seconds=result.seconds,
        )


def _title(network: NetworkJob) -> str:
    """Return a network in the words of a log."""
    return "{task} {model} L2 {l2} seed {seed}".format(**network.identity)


def _logs(network: NetworkJob, named: bool) -> tuple[Log, Log]:
    """Return the logs of a network: for the course of its training, and for what is told."""
    title = _title(network)

    def line(text: str) -> None:
        network.log(f"{title}: {text}")

    return and_terminal(line if named else network.log, f"training {title}")


def checkpoint_file(output: Mapping[str, str]) -> Path:
    """Return the file in which the state of a training lies until its job is done."""
    return Path(output["model"]).with_name("checkpoint.safetensors")


def check_own(network: Mapping[str, Any]) -> None:
    """Refuse a broken cell of a user's own, whoever started the job; no result depends on it."""
    if is_own(network["cell"]):
        # Not imported above: a better check must not train anything again.
        check_cell = import_module("rnn_geometry.networks.check").check_cell
        check_cell(network["cell"], hidden_size=network["hidden_size"], **network["cell_options"])


def trained_with(own: Mapping[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a training: those of the model; on permuted labels to the last step.

    The dev loss of permuted labels grows from the beginning, so that its best weights are hardly
    trained, and no control for those of a network that learned.
    """
    to_the_end = {"patience": None, "keep_weights": "last"}
    return {**own, **(to_the_end if meta["settings"].get("shuffled_labels") else {})}


def control_kind(settings: Mapping[str, Any], meta: Mapping[str, Any]) -> str | None:
    """Return which control a network is by what makes it one, not by its name; None for none."""
    if settings["steps"] == 0:
        return UNTRAINED
    if settings.get("trained") == "readout":
        return RESERVOIR
    return SHUFFLED_LABELS if meta["settings"].get("shuffled_labels") else None


def run_seeds(identity: Mapping[str, str]) -> dict[str, int]:
    """Return a network's seeds for weights, batch order and shuffled texts.

    A control has those of the network that it is paired with.
    """
    network = Network.of({**identity, "seed": int(identity["seed"])}).original
    return {
        purpose: network.seed_for(purpose) for purpose in ("initialisation", "batches", "shuffling")
    }


def shuffled_words(sentences: Sentences, seed: int) -> Sentences:
    """Return the sentences with the words of each in a random order: a bag of words is left."""
    order = np.random.default_rng(seed).random(len(sentences.tokens))
    sentence_of = np.repeat(np.arange(len(sentences)), sentences.lengths)
    return Sentences(
        sentences.tokens[np.lexsort((order, sentence_of))], sentences.offsets, sentences.labels
    )


def network_settings(
    settings: Mapping[str, Any], meta: Mapping[str, Any], words: int
) -> dict[str, Any]:
    """Return what `build_classifier` needs to know: cell, sizes, options of cell and readout."""
    return {
        "cell": settings["cell"],
        "hidden_size": settings["hidden_size"],
        "embedding_size": settings["embedding_size"] or settings["hidden_size"],
        "cell_options": dict(settings["cell_options"]),
        "readout_bias": settings["readout_bias"],
        "readout_scale": settings["readout_scale"],
        "words": words,
        "classes": meta["classes"],
        "fixed_embedding": meta["kind"] == "synthetic",
    } | {key: settings[key] for key in ("cell_source",) if key in settings}


def fixed_word_vectors(meta: Mapping[str, Any], words: int) -> np.ndarray | None:
    """Return the one-hot word vectors (V, E) of a synthetic task; None for a text."""
    return word_vectors(words, meta["zero_word"]) if meta["kind"] == "synthetic" else None
