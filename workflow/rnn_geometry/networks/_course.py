"""The course of one training: evaluations, patience, which weights are kept, its checkpoint."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from rnn_geometry.networks._batches import Batches, index_stream
from rnn_geometry.networks._learner import Learner
from rnn_geometry.networks._trainer import Diverged
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.networks.convergence import constant_loss, loss_falling
from rnn_geometry.networks.evaluation import evaluate
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.tasks.sentences import Sentences

Snapshots = dict[int, dict[str, Tensor]]
HISTORY = (
    "epoch",
    "step",
    "train_loss",
    "dev_loss",
    "dev_accuracy",
    "learning_rate",
    "gradient_norm",
)


@dataclass(frozen=True)
class TrainingResult:
    """What a training leaves beside the weights.

    Attributes
    ----------
    history : dict of lists
        One list per column of HISTORY, a row per evaluation.
    best_step : int
        The step whose weights were kept.
    seconds : float
        CPU seconds.
    loss_falling : bool
        Whether the dev loss was still falling at the end, see `convergence.loss_falling`.
    snapshots : dict
        Weights that learn, by name, of every step at which they were noted, and of `best_step`;
        empty unless the recipe asks for them.
    """

    history: dict[str, list]
    best_step: int
    seconds: float
    loss_falling: bool = False
    snapshots: Snapshots = field(default_factory=dict)


@dataclass
class Progress:
    """How far a training has come: steps, evaluations, best weights, and evaluations since then.

    snapshots: weights by name of every step at which they were noted.
    """

    step: int = 0
    history: dict[str, list] = field(default_factory=lambda: {name: [] for name in HISTORY})
    best_loss: float = math.inf
    best_step: int = 0
    best_weights: dict[str, Tensor] | None = None
    snapshots: Snapshots = field(default_factory=dict)
    waited: int = 0
    seconds: float = 0.0
    done: bool = False


class Course:
    """One training from its beginning, or its checkpoint, to its end."""

    def __init__(
        self,
        classifier: Classifier,
        batches: Batches,
        dev: Sentences,
        recipe: Recipe,
        batch_seed: int,
        log: Callable[[str], None],
        checkpoint: Checkpoint | None,
    ):
        self.dev, self.recipe, self.log, self.checkpoint = dev, recipe, log, checkpoint
        self.steps, self.every = recipe.rhythm(len(batches.sentences))
        self.learner = Learner(classifier, recipe, self.steps)
        self.error: Diverged | None = None
        self.noted_at = recipe.noted_at(self.steps)
        self.progress = self._resumed() or Progress()
        self._note()
        generator = np.random.default_rng(batch_seed)
        self.indices = index_stream(
            batches.lengths, recipe.batch_size, generator, skip=self.progress.step
        )

    @property
    def going(self) -> bool:
        """Whether there are steps to be taken."""
        return not self.progress.done and self.error is None

    def _resumed(self) -> Progress | None:
        """Put the network into the state of its checkpoint; None where there is none to be used."""
        facts = None if self.checkpoint is None else self.checkpoint.load(self.learner.tensors())
        if facts is None:
            return None
        losses, norms = facts.pop("losses"), facts.pop("norms")
        progress = Progress(**facts)
        self.learner.resume(progress.step, losses, norms)
        self.log(f"goes on from the checkpoint of step {progress.step}")
        return progress

    def advance(self, rate: float, error: Diverged | None) -> None:
        """Note a step, its learning rate and what went wrong; evaluate where it is time to."""
        self.error = error
        if error is not None:
            return
        self.progress.step += 1
        self.progress.done = self.progress.step == self.steps
        if self.progress.step % self.every == 0 or self.progress.done:
            self._evaluate(rate)
        self._note()

    def _note(self) -> None:
        """Note the weights where it is time to: also at the step at which patience ends."""
        progress = self.progress
        due = progress.step in self.noted_at or (progress.done and self.noted_at)
        if due and progress.step not in progress.snapshots:
            progress.snapshots[progress.step] = self.learner.snapshot()

    def _evaluate(self, rate: float) -> None:
        """Evaluate on the dev split, keep better weights, stop when patience is at its end."""
        progress, network = self.progress, self.learner.classifier
        self.learner.settle()
        row = {"epoch": len(progress.history["step"]) + 1, "step": progress.step}
        row |= {**self.learner.summary(), "learning_rate": rate}
        row["dev_loss"], row["dev_accuracy"] = evaluate(network, self.dev)
        _record(progress.history, row, self.log)
        progress.waited += 1
        if row["dev_loss"] < progress.best_loss:
            progress.best_loss, progress.best_step, progress.waited = (
                row["dev_loss"],
                progress.step,
                0,
            )
            progress.best_weights = {n: w.detach().clone() for n, w in network.state_dict().items()}
        self._lose_patience()

    def _lose_patience(self) -> None:
        """Stop where the dev loss has not been better for too long."""
        progress, patience = self.progress, self.recipe.patience
        if patience is not None and progress.waited >= patience:
            self.log(
                f"stopped at step {progress.step}: no better dev loss in {progress.waited} "
                "evaluations"
            )
            progress.done = True

    def save(self, companions: int) -> None:
        """Write the checkpoint, as so many others do at the same time."""
        if self.checkpoint is not None and self.error is None:
            state = {"losses": self.learner.losses, "norms": self.learner.norms}
            self.checkpoint.save(
                self.learner.tensors(), {**vars(self.progress), **state}, companions
            )

    def is_due(self) -> bool:
        """Tell whether the checkpoint is to be written now."""
        return self.checkpoint is not None and self.checkpoint.is_due()

    def end(self) -> TrainingResult | Diverged:
        """Leave the network with the weights that are kept; return what there is to tell."""
        self.learner.release()
        if self.error is not None:
            return self.error
        progress, rate = self.progress, self.recipe.learning_rate
        if progress.best_weights is None:
            last = {name: progress.history[name][-1] for name in ("learning_rate", "gradient_norm")}
            return Diverged(
                f"training stopped: no dev loss up to step {progress.step} is finite (learning "
                f"rate {last['learning_rate']:.3g}, last gradient norm "
                f"{last['gradient_norm']:.3g}); lower the learning rate."
            )
        falling = loss_falling(progress.history, rate, constant_loss(self.dev.labels))
        kept = progress.step
        if self.recipe.keep_weights == "best":
            kept = progress.best_step
            self.learner.classifier.load_state_dict(progress.best_weights)
        if self.noted_at and kept not in progress.snapshots:
            progress.snapshots[kept] = self.learner.of_learned(progress.best_weights)
        noted = dict(sorted(progress.snapshots.items()))
        return TrainingResult(progress.history, kept, progress.seconds, falling, noted)


def untrained(classifier: Classifier, dev: Sentences, recipe: Recipe) -> TrainingResult:
    """Return what there is to tell of a network that keeps its initial weights, a control."""
    loss, accuracy = evaluate(classifier, dev)
    row = {
        "epoch": 0,
        "step": 0,
        "train_loss": math.nan,
        "dev_loss": loss,
        "dev_accuracy": accuracy,
        "learning_rate": recipe.learning_rate,
        "gradient_norm": math.nan,
    }
    return TrainingResult({name: [row[name]] for name in HISTORY}, 0, 0.0)


def _record(history: dict[str, list], row: Mapping[str, float], log: Callable[[str], None]) -> None:
    """Add an evaluation to the history, and a line to the log."""
    for name in HISTORY:
        history[name].append(row[name])
    log(
        f"epoch {row['epoch']:3d}  step {row['step']:6d}  train loss {row['train_loss']:.4f}  "
        f"dev loss {row['dev_loss']:.4f}  dev accuracy {row['dev_accuracy']:.4f}  "
        f"gradient norm {row['gradient_norm']:.3g}"
    )
