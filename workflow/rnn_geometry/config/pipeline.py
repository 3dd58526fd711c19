"""Every stage of the graph as an entry: where its code lies, what it reads and writes.

Light on purpose, since the Snakefile is parsed with it: modules of stages are named here and
imported by the job alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from rnn_geometry.config.kinds import CLASSIFIER, LANGUAGE_MODEL, TEXT_MODEL, TRANSLATOR
from rnn_geometry.config.without_step import TRANSFORMER, TRANSFORMER_LM

PAIRS = tuple(f"pairs/{name}" for name in ("train.parquet", "dev.parquet", "test.parquet"))
TEXTS = tuple(f"texts/{name}" for name in ("train.parquet", "dev.parquet", "test.parquet"))


@dataclass(frozen=True)
class Stage:
    """One stage: a rule of the graph.

    Attributes
    ----------
    module
        Module of `rnn_geometry.stages` whose `run` does the work. Of stages of networks,
        `run(network)` takes a `stages.network_job.NetworkJob`, or `run_together(networks)` several,
        and yields each when it is done; of all others, `run(files, output, params, log)` the parts
        of a Snakemake job.
    reads, of_task, writes
        Files of a network, of its task, and those that the stage makes of a network. Of stages of
        networks alone.
    settings
        Keys of `analysis` on which its results depend.
    templates
        Patterns of the files in `pages/templates` that it fills in.
    kind
        Of stages of networks: the kind of network that it is about.
    """

    module: str
    reads: tuple[str, ...] = ()
    of_task: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    kind: str = CLASSIFIER


# Jobs of these hold many networks of one task.
NETWORK_STAGES = {
    "train": Stage(
        "train",
        of_task=("train.parquet", "dev.parquet", "test.parquet", "vocab.json", "meta.json"),
        writes=("model.safetensors", "run.json", "history.parquet"),
    ),
    # In the place of training, of networks whose weights are noted on the way.
    "train_followed": Stage(
        "train",
        of_task=("train.parquet", "dev.parquet", "test.parquet", "vocab.json", "meta.json"),
        writes=(
            "model.safetensors",
            "run.json",
            "history.parquet",
            "weights_by_step.safetensors",
        ),
    ),
    # In the place of training, of networks whose readout sees all states.
    "train_pooled": Stage(
        "train_pooled",
        of_task=("train.parquet", "dev.parquet", "test.parquet", "vocab.json", "meta.json"),
        writes=("model.safetensors", "run.json", "history.parquet", "pooling.safetensors"),
    ),
    # In the place of training, of networks that were trained elsewhere.
    "import_network": Stage(
        "import_network",
        of_task=("train.parquet", "dev.parquet", "test.parquet", "vocab.json", "meta.json"),
        writes=("model.safetensors", "run.json", "history.parquet"),
    ),
    "slow_points": Stage(
        "slow_points",
        reads=("model.safetensors", "run.json"),
        of_task=("test.parquet", "vocab.json", "meta.json"),
        writes=("states.npz", "slow_points.npz", "slow_modes.npz", "fixed_points.npz"),
        settings=(
            "method",
            "min_tau",
            "relax_steps",
            "rounds",
            "min_gap",
            "audit",
            "memory_mb",
            "hold_input",
            "visited_states",
            "trajectories",
            "exact_starts",
        ),
    ),
    "linearize": Stage(
        "linearize",
        reads=(
            "model.safetensors",
            "run.json",
            "slow_points.npz",
            "slow_modes.npz",
            "fixed_points.npz",
            "states.npz",
        ),
        of_task=("vocab.json", "meta.json", "test.parquet", "train.parquet"),
        writes=("linearization.npz", "integration.json", "words.parquet"),
        settings=("spectrum_points", "shown_words", "memory_mb"),
    ),
    "geometry": Stage(
        "geometry",
        reads=(
            "run.json",
            "states.npz",
            "slow_points.npz",
            "fixed_points.npz",
            "linearization.npz",
            "integration.json",
        ),
        of_task=("meta.json", "word_statistics.json", "test.parquet"),
        writes=("geometry.json",),
    ),
    # The manifold on the way, of networks whose weights were noted.
    "snapshots": Stage(
        "snapshots",
        reads=(
            "model.safetensors",
            "run.json",
            "weights_by_step.safetensors",
            "states.npz",
            "slow_points.npz",
        ),
        of_task=("test.parquet", "vocab.json", "meta.json"),
        writes=("snapshots.npz",),
        settings=("hold_input", "relax_steps", "rounds", "min_gap", "memory_mb"),
    ),
    "compare_hold_inputs": Stage(
        "hold_inputs",
        reads=("model.safetensors", "run.json", "states.npz", "slow_points.npz"),
        of_task=("vocab.json", "meta.json", "test.parquet"),
        writes=("analysis-hold-inputs/points.csv",),
        settings=("min_tau", "cuts", "relax_steps", "rounds", "min_gap", "audit", "memory_mb"),
    ),
    "plot_network": Stage(
        "plot_network",
        reads=(
            "run.json",
            "history.parquet",
            "states.npz",
            "slow_points.npz",
            "fixed_points.npz",
            "linearization.npz",
            "geometry.json",
        ),
        of_task=("meta.json", "vocab.json", "word_statistics.json"),
        writes=("panel.png", "index.html"),
        templates=("network.html.jinja", "style.css", "network.css", "network.js", "cues.js"),
    ),
    "train_translator": Stage(
        "train_translator",
        of_task=(*PAIRS, "pairs/vocab.json", "meta.json"),
        writes=("model.safetensors", "run.json", "history.parquet"),
        kind=TRANSLATOR,
    ),
    "components": Stage(
        "components",
        reads=("model.safetensors", "run.json"),
        of_task=("pairs/test.parquet", "pairs/vocab.json", "meta.json"),
        writes=("components.npz", "translation.json"),
        kind=TRANSLATOR,
    ),
    "plot_attention": Stage(
        "plot_attention",
        reads=("run.json", "components.npz", "translation.json"),
        of_task=("pairs/vocab.json", "meta.json"),
        writes=("attention.png",),
        kind=TRANSLATOR,
    ),
    "train_language_model": Stage(
        "train_language_model",
        of_task=(*TEXTS, "texts/vocab.json", "meta.json"),
        writes=("model.safetensors", "run.json", "history.parquet"),
        kind=LANGUAGE_MODEL,
    ),
    "language_geometry": Stage(
        "language_geometry",
        reads=("model.safetensors", "run.json"),
        of_task=("texts/test.parquet", "texts/vocab.json", "meta.json"),
        writes=("beliefs.npz", "language.json"),
        settings=("min_tau", "visited_states", "exact_starts", "memory_mb"),
        kind=LANGUAGE_MODEL,
    ),
    "text_reading": Stage(
        "text_reading",
        reads=("model.safetensors", "run.json"),
        of_task=("texts/test.parquet", "texts/vocab.json", "meta.json"),
        writes=("reading.npz",),
        kind=LANGUAGE_MODEL,
    ),
    "plot_language": Stage(
        "plot_language",
        reads=("beliefs.npz", "language.json", "reading.npz"),
        of_task=("texts/vocab.json", "meta.json"),
        writes=("language_panel.png",),
        kind=LANGUAGE_MODEL,
    ),
    "train_text_model": Stage(
        "train_text_model",
        of_task=(*TEXTS, "texts/vocab.json", "meta.json"),
        writes=("model.safetensors", "run.json", "history.parquet"),
        kind=TEXT_MODEL,
    ),
    "text_model_numbers": Stage(
        "text_model_numbers",
        reads=("model.safetensors", "run.json"),
        of_task=("texts/test.parquet", "texts/vocab.json", "meta.json"),
        writes=("text_model.json",),
        settings=("min_tau", "visited_states", "memory_mb"),
        kind=TEXT_MODEL,
    ),
    "read_running_text": Stage(
        "read_running_text",
        reads=("model.safetensors", "run.json"),
        of_task=("texts/test.parquet", "texts/vocab.json", "meta.json"),
        writes=("text_read.npz",),
        settings=("min_tau", "visited_states", "memory_mb"),
        kind=TEXT_MODEL,
    ),
    # Networks without a step are trained as those with one.
    "train_transformer": Stage(
        "train",
        of_task=("train.parquet", "dev.parquet", "test.parquet", "vocab.json", "meta.json"),
        writes=("model.safetensors", "run.json", "history.parquet"),
        kind=TRANSFORMER,
    ),
    "train_transformer_lm": Stage(
        "train_language_model",
        of_task=(*TEXTS, "texts/vocab.json", "meta.json"),
        writes=("model.safetensors", "run.json", "history.parquet"),
        kind=TRANSFORMER_LM,
    ),
    # What needs no step is measured of them, and of those that read the same tasks by steps.
    **{
        name: Stage(
            "transformer_numbers",
            reads=("model.safetensors", "run.json"),
            of_task=("test.parquet", "meta.json"),
            writes=("transformer.json",),
            settings=("visited_states", "trajectories"),
            kind=kind,
        )
        for name, kind in {
            "transformer_numbers": TRANSFORMER,
            "beside_transformers": CLASSIFIER,
        }.items()
    },
    **{
        name: Stage(
            "transformer_lm_numbers",
            reads=("model.safetensors", "run.json"),
            of_task=("texts/test.parquet", "meta.json"),
            writes=("transformer.json",),
            kind=kind,
        )
        for name, kind in {
            "transformer_lm_numbers": TRANSFORMER_LM,
            "beside_transformer_lms": LANGUAGE_MODEL,
        }.items()
    },
}

# A few texts, place by place, for the panels and the explorer of networks without a step.
NETWORK_STAGES |= {
    name: Stage(
        module,
        reads=("model.safetensors", "run.json"),
        of_task=of_task,
        writes=("places_read.npz",),
        kind=kind,
    )
    for module, of_task, kinds in (
        ("read_sums", ("test.parquet", "vocab.json", "meta.json"), (TRANSFORMER, CLASSIFIER)),
        (
            "read_beliefs",
            ("texts/test.parquet", "texts/vocab.json", "meta.json"),
            (TRANSFORMER_LM, LANGUAGE_MODEL),
        ),
    )
    for name, kind in zip((module, f"{module}_beside"), kinds, strict=True)
}

# Jobs of these are about one task or about everything.
OTHER_STAGES = {
    "prepare_synthetic": Stage("prepare_synthetic"),
    "prepare_text": Stage("prepare_text"),
    "prepare_pairs": Stage("prepare_pairs"),
    "prepare_source": Stage("prepare_source"),
    "prepare_running_text": Stage("prepare_running_text"),
    "word_statistics": Stage("word_statistics"),
    "intrinsic_dimension": Stage("intrinsic_dimension"),
    "compare_networks": Stage("compare_networks"),
    "universality": Stage("universality"),
    "tabulate": Stage("tabulate"),
    "tabulate_translators": Stage("tabulate_translators"),
    "tabulate_language": Stage("tabulate_language"),
    "tabulate_language_text": Stage("tabulate_language_text"),
    "tabulate_transformers": Stage("tabulate_transformers"),
    "tabulate_transformers_language": Stage("tabulate_transformers"),
    "keep_tables": Stage("keep_tables"),
    "judge_translators": Stage("judge_translators"),
    "judge_language": Stage("judge_language"),
    "judge_language_text": Stage("judge_language"),
    "judge_transformers": Stage("judge_transformers"),
    "plot_translators": Stage("plot_translators"),
    "explore_phrases": Stage("explore_phrases", templates=("phrases.*", "steps.*", "style.css")),
    "plot_languages": Stage("plot_languages"),
    "plot_text_models": Stage("plot_text_models"),
    "text_models_page": Stage("text_models_page", templates=("text_models.*", "style.css")),
    "explore_reading": Stage("explore_reading", templates=("reading.*", "steps.*", "style.css")),
    "plot_transformers": Stage("plot_transformers"),
    "explore_transformers": Stage(
        "explore_transformers", templates=("transformers.*", "reading.*", "steps.*", "style.css")
    ),
    "explore_reading_text": Stage(
        "explore_reading_text", templates=("reading_text.*", "reading.*", "steps.*", "style.css")
    ),
    "attention_page": Stage("attention_page", templates=("attention.html.jinja", "style.css")),
    "judge": Stage(
        "judge",
        templates=(
            *("claims.html.jinja", "claim.html.jinja", "grid.html.jinja"),
            *("style.css", "claims.css", "claims.js"),
        ),
    ),
    "portray": Stage("portray"),
    "plot_overview": Stage("plot_overview"),
    "plot_gallery": Stage("plot_gallery"),
    "plot_headline": Stage("plot_headline"),
    "plot_task": Stage("plot_task"),
    "plot_sweeps": Stage("plot_sweeps"),
    "explore": Stage("explore", templates=("explorer/*",)),
    "start_page": Stage(
        "start_page",
        templates=(
            *("index.html.jinja", "grid.html.jinja", "question.html.jinja", "answer.yaml"),
            *("captions.yaml", "start.css", "style.css", "sort.js", "filter.js", "fold.js"),
        ),
    ),
    "document_natural": Stage("document_natural", templates=("natural.md.jinja", "natural_*.yaml")),
    "document_claims": Stage("document_claims", templates=("claims.md.jinja", "claims_told.yaml")),
    "document_cells": Stage("document_cells", templates=("cells_verdicts.md.jinja",)),
    "keep_claims": Stage("keep_claims"),
    "keep_forecast": Stage("keep_forecast"),
    "document_forecast": Stage("document_forecast", templates=("forecast.md.jinja",)),
    "report": Stage(
        "report",
        templates=("report*", "style.css", "question.html.jinja", "captions.yaml", "answer.yaml"),
    ),
}
STAGES = NETWORK_STAGES | OTHER_STAGES


def key_of(file: str) -> str:
    """Return the name by which a stage knows a file: its stem."""
    return file.rsplit("/", 1)[-1].split(".")[0]
