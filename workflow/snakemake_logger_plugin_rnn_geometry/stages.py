"""Stages of the workflow: what a rule is called on the terminal, how long its jobs tend to be."""

from __future__ import annotations

from collections.abc import Mapping

TITLES = {
    "prepare_synthetic": "data",
    "prepare_text": "data",
    "prepare_pairs": "data",
    "prepare_source": "data",
    "prepare_running_text": "data",
    "word_statistics": "word counts",
    "train": "training",
    "train_followed": "training",
    "train_pooled": "training",
    "snapshots": "manifold during training",
    "train_translator": "training",
    "train_language_model": "training",
    "train_text_model": "training",
    "text_model_numbers": "text model geometry",
    "train_transformer": "training",
    "train_transformer_lm": "training",
    "transformer_numbers": "running scores",
    "beside_transformers": "running scores",
    "transformer_lm_numbers": "beliefs",
    "beside_transformer_lms": "beliefs",
    "read_sums": "sentences by place",
    "read_sums_beside": "sentences by place",
    "read_running_text": "texts by place",
    "read_beliefs": "texts by place",
    "read_beliefs_beside": "texts by place",
    "import_network": "import",
    "slow_points": "fixed-point search",
    "linearize": "eigen-analysis",
    "intrinsic_dimension": "dimension estimates",
    "compare_hold_inputs": "hold inputs",
    "compare_networks": "distances between networks",
    "universality": "tables",
    "portray": "portraits",
    "tabulate": "tables",
    "tabulate_translators": "tables",
    "tabulate_language": "tables",
    "tabulate_language_text": "tables",
    "tabulate_transformers": "tables",
    "tabulate_transformers_language": "tables",
    "judge_translators": "tables",
    "judge_language": "tables",
    "judge_language_text": "tables",
    "judge_transformers": "tables",
    "attention_page": "pages",
    "explore_phrases": "pages",
    "explore_reading": "pages",
    "explore_transformers": "pages",
    "explore_reading_text": "pages",
    "text_models_page": "pages",
    "explore": "pages",
    "start_page": "pages",
    "judge": "pages",
    "report": "pages",
    "document_natural": "pages",
    "document_claims": "pages",
    "document_cells": "pages",
    "keep_claims": "kept files",
    "keep_transformers": "kept files",
    "keep_language_text": "kept files",
}

# Names of targets: rules that only ask for files of others and do nothing themselves.
TARGETS = frozenset(
    (
        "all",
        "everything",
        "data",
        "models",
        "tables",
        "figures",
        "claims",
        "documentation",
        "translators",
        "language",
        "transformers",
    )
)

# Seconds of a job in the default configuration on two cores. Only their ratios count: the times
# of this run's own finished jobs scale them, and replace them where a rule has enough.
SECONDS = {
    "prepare_synthetic": 0.5,
    "prepare_text": 20,
    "word_statistics": 1.5,
    "train": 8,
    "train_followed": 8,
    "train_pooled": 8,
    "snapshots": 14,
    "import_network": 1,
    "slow_points": 6.5,
    "linearize": 2.5,
    "geometry": 1,
    "compare_hold_inputs": 2,
    "intrinsic_dimension": 1.5,
    "compare_networks": 5,
    "portray": 2,
    "plot_network": 1,
    "plot_task": 4,
    "plot_gallery": 3,
    "plot_overview": 4,
}
OTHER_SECONDS = 1.5


def kind_of(rule: str) -> str:
    """Return a rule's name without the block of networks that it holds.

    Parameters
    ----------
    rule : str
        A name such as `train.gru-10`, or `portray`.

    Returns
    -------
    str
        The text before the first dot.
    """
    return rule.partition(".")[0]


def title_of(rule: str) -> str:
    """Return what a rule's stage is called.

    Parameters
    ----------
    rule : str
        The name of the rule.

    Returns
    -------
    str
        A title for people; for a rule that is not known here, its name.
    """
    kind = kind_of(rule)
    return TITLES.get(kind) or ("figures" if kind.startswith("plot_") else kind.replace("_", " "))


def job_title(rule: str, wildcards: Mapping[str, str]) -> str:
    """Return what a job is called: its stage, its network or task, its block.

    Parameters
    ----------
    rule : str
        The name of the rule.
    wildcards : Mapping[str, str]
        The job's wildcards.

    Returns
    -------
    str
        Such as `training categorical-3 gru L2 3e-4 seed 10`.
    """
    block = rule.partition(".")[2].replace("_to_", " to ")
    words = [title_of(rule), *(_shown(name, str(value)) for name, value in wildcards.items())]
    if rule.startswith("plot_"):
        words.insert(1, kind_of(rule).removeprefix("plot_"))
    return " ".join(words) + (f", {block}" if block else "")


def _shown(name: str, value: str) -> str:
    """Return a wildcard as the jobs themselves name it."""
    if name in ("l2", "seed"):
        return f"{'L2' if name == 'l2' else name} {value}"
    return value.replace("/l2-", " L2 ").replace("/seed-", " seed ").replace("/", " ")
