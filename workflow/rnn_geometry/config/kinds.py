"""Kinds of networks: classifiers of sentences, translators of pairs of phrases, language models.

Those of running text are a kind of their own: nobody knows the source of their words. So are
transformers, which have no step; they read what classifiers or language models read.

A task and a model are each of one kind, and meet only where the task is of the kind that it reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rnn_geometry.config.schema import _shown
from rnn_geometry.config.without_step import TRANSFORMER, TRANSFORMER_LM
from rnn_geometry.errors import UserError, listed
from rnn_geometry.networks.pooling import LAST, POOLING
from rnn_geometry.tasks.language.families import SOURCE_FAMILIES
from rnn_geometry.tasks.pairs.families import PAIR_FAMILIES
from rnn_geometry.tasks.running_text import RUNNING_TEXT

CLASSIFIER, TRANSLATOR, LANGUAGE_MODEL = "classifier", "translator", "language model"
TEXT_MODEL = "language model of running text"
ARCHITECTURE, VED, LM = "architecture", "ved", "lm"
# Kinds whose architecture is called so, with the kind that reads the same tasks by steps.
WITHOUT_STEP = {TRANSFORMER: CLASSIFIER, TRANSFORMER_LM: LANGUAGE_MODEL}
LEARNED_WORDS = "embedding_size"  # with it a language model is one of running text
# Keys of translators alone, and of classifiers alone, with their defaults.
OF_TRANSLATORS = {"alignment": "plain", "positions": None, "feedback": "own"}
OF_CLASSIFIERS = {
    **{"embedding_size": None, "readout_bias": False, "trained": "all", "l2_on": "all"},
    POOLING: LAST,
}
# What means nothing to a kind, with the values that say nothing.
FOREIGN = {
    TRANSLATOR: OF_CLASSIFIERS,
    **{kind: {"trained": "all", POOLING: LAST} for kind in (LANGUAGE_MODEL, TEXT_MODEL)},
    TRANSFORMER: {"trained": "all", POOLING: LAST},
    TRANSFORMER_LM: {"trained": "all", POOLING: LAST, LEARNED_WORDS: None},
}
DOES = {
    CLASSIFIER: "classifies sentences",
    TRANSLATOR: "translates pairs of phrases",
    LANGUAGE_MODEL: "says the next word",
    TEXT_MODEL: "says the next word with learned word vectors",
    TRANSFORMER: "classifies sentences without a step",
    TRANSFORMER_LM: "says the next word without a step",
}
TASK_OF = {
    CLASSIFIER: "has classes",
    TRANSLATOR: "is made of pairs of phrases",
    LANGUAGE_MODEL: "is a source of words",
    TEXT_MODEL: "is running text",
}
ARCHITECTURES = {  # of each kind, in words
    CLASSIFIER: f"not given or {TRANSFORMER}",
    TRANSLATOR: "ved, aed or ao",
    LANGUAGE_MODEL: f"{LM} without {LEARNED_WORDS} or {TRANSFORMER_LM}",
    TEXT_MODEL: f"{LM} with {LEARNED_WORDS}",
}
Settings = Mapping[str, Any]


def kind_of_task(task: Settings) -> str:
    """Return the kind of the networks that a task is for.

    Parameters
    ----------
    task
        Its settings.
    """
    if task["family"] in SOURCE_FAMILIES:
        return LANGUAGE_MODEL
    if task["family"] == RUNNING_TEXT:
        return TEXT_MODEL
    return TRANSLATOR if task["family"] in PAIR_FAMILIES else CLASSIFIER


def kind_of_model(model: Settings) -> str:
    """Return the kind of a model.

    Parameters
    ----------
    model
        Its settings.
    """
    says = LANGUAGE_MODEL if model.get(LEARNED_WORDS) is None else TEXT_MODEL
    kinds = {CLASSIFIER: CLASSIFIER, LM: says, **{kind: kind for kind in WITHOUT_STEP}}
    return kinds.get(model.get(ARCHITECTURE, CLASSIFIER), TRANSLATOR)


def reads(model: Settings) -> str:
    """Return the kind of the tasks that a model reads.

    Parameters
    ----------
    model
        Its settings.

    Examples
    --------
    >>> reads({"architecture": "transformer"}), reads({"architecture": "ved"})
    ('classifier', 'translator')
    """
    kind = kind_of_model(model)
    return WITHOUT_STEP.get(kind, kind)


def with_own_keys(name: str, model: Settings) -> dict[str, Any]:
    """Return a model with the keys of its kind alone.

    A classifier says nothing of its architecture: what its results depend on is as it always was.

    Parameters
    ----------
    name
        Of the model, for the sentence.
    model
        With the defaults of classifiers filled in; it satisfies the schema.

    Raises
    ------
    UserError
        For a key that means nothing to its kind.
    """
    kind = kind_of_model(model)
    _check_keys(name, model, kind)
    if kind == CLASSIFIER:
        return {key: value for key, value in model.items() if key != ARCHITECTURE}
    if kind in (LANGUAGE_MODEL, TEXT_MODEL, *WITHOUT_STEP):
        return {key: value for key, value in model.items() if key != POOLING}
    whole = {**OF_TRANSLATORS, **{key: value for key, value in model.items() if key != POOLING}}
    if model[ARCHITECTURE] == VED and whole["alignment"] != OF_TRANSLATORS["alignment"]:
        raise UserError(
            f"config key models.{name}.alignment: a ved has no attention, and so no alignment; "
            "leave it out, or make the architecture aed or ao."
        )
    return whole


def _check_keys(name: str, model: Settings, kind: str) -> None:
    """Refuse keys of another kind."""
    alone = next((key for key in OF_TRANSLATORS if key in model), None)
    if kind != TRANSLATOR and alone is not None:
        raise UserError(
            f"config key models.{name}.{alone}: it goes with architecture "
            f"{ARCHITECTURES[TRANSLATOR]}, and this model {DOES[kind]}; leave it out or give such "
            "an architecture."
        )
    foreign = FOREIGN.get(kind, {})
    other = next((key for key, usual in foreign.items() if model.get(key, usual) != usual), None)
    if other is not None:
        raise UserError(
            f"config key models.{name}.{other}: {_shown(model[other])} means nothing to a model "
            f"that {DOES[kind]} (architecture: {model[ARCHITECTURE]}); leave it out."
        )


def fitting(
    task: Settings,
    asked: Sequence[str] | None,
    all_cells: Sequence[str],
    models: Mapping[str, Settings],
    key: str,
) -> list[str]:
    """Return the models of a task: those that it names, or those of all that are of its kind.

    Parameters
    ----------
    task
        Its settings.
    asked
        Names of its own models; None where it names none.
    all_cells
        Those of the whole configuration.
    models
        Settings by name.
    key
        The key of what is asked for, for the sentence.

    Raises
    ------
    UserError
        For a model of the other kind, and where none is left.
    """
    kind = kind_of_task(task)
    for name in asked or ():
        if reads(models[name]) != kind:
            raise UserError(
                f"config key {key}: '{name}' {DOES[kind_of_model(models[name])]}, and the task "
                f"'{task['name']}' {TASK_OF[kind]}; name models whose architecture is "
                f"{ARCHITECTURES[kind]}."
            )
    if asked is not None:
        return list(asked)
    found = [name for name in all_cells if reads(models[name]) == kind]
    if not found:
        raise UserError(
            f"config task '{task['name']}': it {TASK_OF[kind]} (family {task['family']}), and none "
            f"of the cells {listed(all_cells)} {DOES[kind]}; "
            + (
                "name one without architecture."
                if kind == CLASSIFIER
                else f"name a model with architecture {ARCHITECTURES[kind]}."
            )
        )
    return found


def check_met(
    cells: Iterable[str], tasks: Iterable[Settings], models: Mapping[str, Settings]
) -> None:
    """Refuse a model that no task of the configuration is for.

    Parameters
    ----------
    cells
        Names of the models of the whole configuration.
    tasks
        All tasks, those of sweeps among them.
    models
        Settings by name.

    Raises
    ------
    UserError
        For the first such model.
    """
    kinds = {kind_of_task(task) for task in tasks}
    for name in cells:
        if reads(models[name]) not in kinds:
            raise UserError(
                f"config key cells: '{name}' {DOES[kind_of_model(models[name])]}, and no task "
                f"{TASK_OF[reads(models[name])]}; take it out or add such a task."
            )
