"""Training: one network, or those of one model that differ in seed and L2 as one batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from rnn_geometry.networks._batches import Batches, Outputs
from rnn_geometry.networks._buffers import BUFFERS
from rnn_geometry.networks._course import HISTORY, Course, TrainingResult, untrained
from rnn_geometry.networks._trainer import Diverged, ReadoutTrainer, Trainer, is_unrolled
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.networks.evaluation import evaluate, read
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.tasks.sentences import Sentences

__all__ = [
    "HISTORY", "Diverged", "Recipe", "TrainingResult", "evaluate", "train", "train_together",
]  # fmt: skip

MOST = 8  # networks in one batch; 16 gain 5 % at 64 units and nothing at 128
ROOM = 2**24  # entries of all states of a batch: with what each keeps of its gates 350 MB


def train(
    classifier: Classifier,
    train: Sentences,
    dev: Sentences,
    recipe: Recipe,
    *,
    batch_seed: int,
    log: Callable[[str], None] = lambda line: None,
    checkpoint: Checkpoint | None = None,
) -> TrainingResult:
    """Train a network in place.

    Parameters
    ----------
    classifier : Classifier
        Ends with the weights of the lowest dev loss, or the last ones (recipe.keep_weights).
    train, dev : Sentences
        What is learned from, and what is evaluated on.
    recipe : Recipe
        How.
    batch_seed : int
        Draws the order of the sentences.
    log : callable
        Takes a line at every evaluation.
    checkpoint : Checkpoint or None
        Where the state is saved now and then, and from which a training that was cut off goes on;
        the weights at the end are the same to the bit.

    Returns
    -------
    TrainingResult
        The course of the training.

    Raises
    ------
    Diverged
        When the loss or the gradient is not finite, with step, learning rate and norm.

    Examples
    --------
    >>> from rnn_geometry.networks.classifier import build_classifier
    >>> from rnn_geometry.tasks.synthetic import build_task
    >>> task = build_task("categorical", classes=3, length=5)
    >>> facts = dict(cell="gru", hidden_size=4, classes=3, readout_bias=True, readout_scale=1)
    >>> network = build_classifier(facts | {"cell_options": {}}, task.word_vectors(), seed=0)
    >>> recipe = Recipe(learning_rate=0.01, l2=0.0, steps=20)
    >>> result = train(network, task.sample(64, 0), task.sample(64, 1), recipe, batch_seed=0)
    >>> result.history["step"]
    [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
    """
    seeds: dict = {"batch_seeds": [batch_seed], "logs": [log], "checkpoints": [checkpoint]}
    (result,) = train_together([classifier], train, dev, [recipe], **seeds)
    if isinstance(result, Diverged):
        raise result
    return result


def train_together(
    classifiers: Sequence[Classifier],
    train: Sentences,
    dev: Sentences,
    recipes: Sequence[Recipe],
    *,
    batch_seeds: Sequence[int],
    logs: Sequence[Callable[[str], None]] | None = None,
    checkpoints: Sequence[Checkpoint | None] | None = None,
) -> list[TrainingResult | Diverged]:
    """Train networks in place, those that fit together as one batch of networks.

    They fit where they differ in their weights, seeds and L2 strengths only, their word vectors are
    fixed, their cell is one of the workflow's own, and all sentences have one length. No bit of a
    network depends on the others.

    Parameters
    ----------
    classifiers : sequence of Classifier
        Each ends as `train` says.
    train, dev : Sentences
        What all learn from, and are evaluated on.
    recipes : sequence of Recipe
        One a network.
    batch_seeds : sequence of int
        Draw the order of the sentences of each.
    logs : sequence of callables, or None
        One a network: takes a line at every evaluation.
    checkpoints : sequence of Checkpoint or None, or None
        One a network, see `train`.

    Returns
    -------
    list of TrainingResult or Diverged
        The course of each training, or why it has none. `seconds` of networks that were trained
        together are their share.

    Examples
    --------
    >>> from rnn_geometry.networks.classifier import build_classifier
    >>> from rnn_geometry.tasks.synthetic import build_task
    >>> task = build_task("categorical", classes=3, length=5)
    >>> facts = dict(cell="ugrnn", hidden_size=4, classes=3, readout_bias=True, readout_scale=1)
    >>> facts |= {"cell_options": {}}
    >>> networks = [build_classifier(facts, task.word_vectors(), seed=seed) for seed in (0, 1)]
    >>> recipes = [Recipe(learning_rate=0.01, l2=l2, steps=20) for l2 in (0.0, 1e-3)]
    >>> sentences = task.sample(64, 0), task.sample(64, 1)
    >>> results = train_together(networks, *sentences, recipes, batch_seeds=[0, 1])
    >>> [result.best_step for result in results]
    [20, 20]
    """
    silent: Sequence[Callable[[str], None]] = [lambda line: None] * len(classifiers)
    kept = checkpoints or [None] * len(classifiers)
    given = list(zip(recipes, batch_seeds, logs or silent, kept, strict=True))
    results: dict[int, TrainingResult | Diverged] = {}
    for group in _groups(classifiers, recipes, train):
        if recipes[group[0]].steps == 0:
            results |= {i: untrained(classifiers[i], dev, recipes[i]) for i in group}
            continue
        batches, spent = _batches(classifiers[group[0]], train, recipes[group[0]])
        courses = {i: Course(classifiers[i], batches, dev, *given[i]) for i in group}
        for course in courses.values():
            course.progress.seconds += spent * course.going
        for together in _at_one_step(courses.values()):
            _go_on(together, batches)
        results |= {i: course.end() for i, course in courses.items()}
    BUFFERS.clear()
    return [results[i] for i in range(len(classifiers))]


def _groups(
    classifiers: Sequence[Classifier], recipes: Sequence[Recipe], train: Sentences
) -> list[list[int]]:
    """Return the numbers of the networks that are trained together."""
    fits = Batches(train, 1).one_length
    alike: dict[object, list[int]] = {}
    for i, (classifier, recipe) in enumerate(zip(classifiers, recipes, strict=True)):
        alone = not fits or classifier.embedding.requires_grad or not is_unrolled(classifier)
        alone = alone or recipe.trained == "readout"
        alike.setdefault(i if alone else _likeness(classifier, recipe), []).append(i)
    parts = []
    for members in alike.values():
        most = _most(classifiers[members[0]], recipes[members[0]], train)
        parts += [members[start : start + most] for start in range(0, len(members), most)]
    return parts


def _batches(classifier: Classifier, train: Sentences, recipe: Recipe) -> tuple[Batches, float]:
    """Return what is learned from, and CPU seconds that this took.

    Where the readout alone learns, all sentences are read once.
    """
    if recipe.trained == "all":
        return Batches(train, recipe.batch_size), 0.0
    mark = time.process_time()
    outputs = read(classifier, train)
    return Outputs(train, recipe.batch_size, outputs), time.process_time() - mark


def _most(classifier: Classifier, recipe: Recipe, train: Sentences) -> int:
    """Return how many networks one batch holds at most."""
    states = recipe.batch_size * int(train.lengths.max()) * classifier.cell.hidden_size
    return min(MOST, max(1, ROOM // states))


def _likeness(classifier: Classifier, recipe: Recipe) -> tuple:
    """Return all that networks trained together have in common."""
    words = classifier.embedding.detach().cpu().numpy()
    shapes = tuple((name, weight.shape) for name, weight in classifier.named_parameters())
    where = classifier.embedding.device
    return type(classifier.cell), shapes, where, words.tobytes(), replace(recipe, l2=0.0)


def _at_one_step(courses: Iterable[Course]) -> list[list[Course]]:
    """Return trainings by the step that they go on from, those that are over left out."""
    by_step: dict[int, list[Course]] = {}
    for course in courses:
        if course.going:
            by_step.setdefault(course.progress.step, []).append(course)
    return list(by_step.values())


def _go_on(courses: list[Course], batches: Batches) -> None:
    """Train networks that are at the same step, each to its own end."""
    while courses:
        step, mark = courses[0].progress.step, time.process_time()
        kind = ReadoutTrainer if courses[0].recipe.trained == "readout" else Trainer
        trainer = kind([course.learner for course in courses], courses[0].steps, step)
        while all(course.going for course in courses):
            step += 1
            errors = trainer.step(step, batches.draw([next(course.indices) for course in courses]))
            for course, error in zip(courses, errors, strict=True):
                course.advance(trainer.rate, error)
            mark = _share_time(courses, mark)
            _save(courses)
        courses = [course for course in courses if course.going]


def _share_time(courses: Sequence[Course], mark: float) -> float:
    """Let each network bear its share of the CPU time since a mark; return the next mark."""
    now = time.process_time()
    for course in courses:
        course.progress.seconds += (now - mark) / len(courses)
    return now


def _save(courses: Sequence[Course]) -> None:
    """Write checkpoints: of what is over, and of all at the same step so that they go on as one."""
    due = any(course.is_due() for course in courses)
    for course in courses:
        if due or not course.going:
            course.save(len(courses))
