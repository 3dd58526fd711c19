"""The columns of all tables but claims.csv, in order, from what the measures declare."""

from __future__ import annotations

from rnn_geometry.geometry import (
    baselines,
    class_means,
    dimension,
    flat,
    growth,
    input_output,
    integration,
    interventions,
    manifold_quality,
    modes,
    modifying_words,
    network,
    primacy,
    readouts,
    scores,
    search,
    simplex,
    surrogates,
    word_effects,
    word_meaning,
    word_order,
)
from rnn_geometry.store.columns import Column, Columns, columns

# Of word_statistics.json.
WEIGHTINGS = {
    "raw": "mean word counts",
    "frequency": "mean word frequencies (counts over the length of the text)",
    "tfidf": "mean frequencies times ln(texts / texts that hold the word)",
}
_PREDICTED = network.TASK_FACTS["dimension_predicted"]
PREDICTED = columns(
    *(
        _PREDICTED.again(f"_{name}", f"from {words}")
        for name, words in WEIGHTINGS.items()
        if name != "raw"
    )
)
BAG_OF_WORDS = columns(
    Column("bag_of_words_accuracy", "test accuracy of a linear classifier on word counts"),
    Column(
        "bag_of_bigrams_accuracy",
        "text and context tasks: the same on counts of words and of pairs of neighbours (three in"
        " training at least)",
    ),
)
MAJORITY = columns(
    Column(
        "majority_accuracy",
        "of always answering the commonest training label (or combination of labels)",
    )
)
DATA_SEED = columns(
    Column("data_seed", "seed from which the sentences of the task are drawn", kind="count")
)
# Of runs.csv, but the same for all networks of a task.
FROM_STATISTICS = columns(BAG_OF_WORDS, MAJORITY, baselines.CONSTANT, PREDICTED, class_means.NULL)
POOLING = columns(
    Column(
        "pooling",
        "what the readout sees: `last`, the state after the last word, or `attention`, a mean of"
        " all states by attention. Accuracies are those of the network; analyses are of its"
        " recurrent part, and the decisions that they count are those of its last state",
        kind="text",
    )
)
LEARNED = columns(
    Column(
        "learned",
        "1 where the test accuracy is above `learned_above`: beyond the best constant answer on"
        " test by more than chance; 0: the network did not learn its task; empty where no accuracy"
        " could tell",
        kind="flag",
    )
)
NOT_JUDGED = columns(
    Column(
        "not_judged",
        "why no verdict counts the network: `not learned`, `below the bag of words` by more than"
        " `bag_of_words_margin` of the claims, `loss still falling`; empty where verdicts count it."
        " It stays in all tables and figures, and its page and the start page say so",
        kind="text",
    )
)

# By what they are about, in the order of runs.csv; the page of a network tells them so.
RUN_GROUPS: dict[str, Columns] = {
    "Which network it is": columns(
        network.IDENTITY, POOLING, DATA_SEED, network.CONTROL, network.IMPORTED
    ),
    "What theory and word counts expect": columns(network.TASK_FACTS, PREDICTED, class_means.NULL),
    "Accuracy": columns(
        network.TEST_ACCURACY,
        BAG_OF_WORDS,
        network.SHUFFLED_ACCURACY,
        baselines.HARDER,
        MAJORITY,
        baselines.CONSTANT,
        LEARNED,
        network.LOSS_FALLING,
        NOT_JUDGED,
    ),
    "Dimension": columns(dimension.LINEAR, network.POINT_SETS, network.WHOLE_STATE),
    "Modes at the centre": columns(modes.COLUMNS, flat.COLUMNS),
    "Readouts, shape and scores": columns(
        readouts.COLUMNS, simplex.COLUMNS, surrogates.COLUMNS, scores.COLUMNS, readouts.CLIFF
    ),
    "Words and their sums": columns(word_effects.COLUMNS, integration.MEASURES),
    "Growth, decay and early words": columns(
        modes.OVER_MANIFOLD, growth.COLUMNS, primacy.COLUMNS, integration.UNTRAINED_TAU
    ),
    "Causes: what happens when states are changed": interventions.COLUMNS,
    "Meaning and order of words": columns(
        word_meaning.COLUMNS,
        modifying_words.COLUMNS,
        integration.MODIFIERS,
        integration.MODIFIER_SUBSPACE,
        word_order.COLUMNS,
    ),
    "From inputs to outputs": input_output.COLUMNS,
    "Quality of the manifold, random points beside it": columns(
        manifold_quality.COLUMNS, network.RANDOM
    ),
    "The search and exact fixed points": columns(search.QUALITY, search.SKELETON),
    "Hold input and costs": columns(
        network.HOLD_INPUT, network.TRAIN_SECONDS, network.ANALYSIS_SECONDS
    ),
}
RUNS = columns(*RUN_GROUPS.values())
ADDED = (*POOLING, *DATA_SEED, *FROM_STATISTICS, *LEARNED, *NOT_JUDGED)
# What geometry.json holds of runs.csv; its other numbers are network.FILE_ONLY.
OF_GEOMETRY = [name for name in RUNS if name not in ADDED]


def _of_runs(*names: str) -> Columns:
    return columns(*(RUNS[name] for name in names))


TASK_FACTS = columns(
    Column("mean_length", "mean length of the test sentences", "words"),
)
TASKS = columns(
    RUNS["task"],
    Column("kind", "`synthetic` or `text`", kind="text"),
    Column("structure", "the kind of task by which claims choose their tasks", kind="text"),
    RUNS["classes"],
    Column("multi_label", "1 where a text may have several labels", kind="flag"),
    _of_runs("dimension_expected", "readout_angle_expected"),
    TASK_FACTS,
    _PREDICTED,
    Column(
        "participation_ratio_predicted",
        "participation ratio of the mean word counts per class",
    ),
    DATA_SEED,
    FROM_STATISTICS,
    baselines.HARDER_OF_TASK,
    *(
        Column(
            f"predicted_{name}_{measure}",
            f"from {words}: {meaning} over 100 bootstrap samples of the training texts of each"
            " class; empty with more than 64 classes or combinations of labels",
            kind=kind,
        )
        for name, words in WEIGHTINGS.items()
        for measure, meaning, kind in (
            ("low", "5 % quantile of the predicted dimension", "count"),
            ("high", "95 % quantile of the predicted dimension", "count"),
            ("agreement", "share that agrees with all texts on the predicted dimension", "number"),
        )
    ),
    *(
        Column(f"{split}_rows", f"sentences of the {split} split", kind="count")
        for split in ("train", "dev", "test")
    ),
)
POINTS = columns(Column("points", "`visited`, `final` or `slow`", kind="text"))
DIMENSION = columns(network.IDENTITY, POINTS, dimension.LINEAR, dimension.ESTIMATORS)
PREDICTIONS = columns(
    RUNS["task"],
    Column(
        "rule",
        "`first`: the first N classes; `stars 1 3 5`; `pair` or `triple` of labels",
        kind="text",
    ),
    Column("classes", "ids of the classes or labels", kind="text"),
    Column("expected", "dimension that theory gives for them", kind="count"),
    *(
        Column(name, f"dimension predicted from {words}", kind="count")
        for name, words in WEIGHTINGS.items()
    ),
    class_means.SUBSET_NULL,
)
WORDS = columns(network.KEYS, word_meaning.WORDS)
HOLD_INPUTS = columns(
    network.KEYS,
    RUNS["hold_input"],
    Column("default", "1 for the x* of all other tables", kind="flag"),
    Column("x_norm", "length of x*"),
    Column("cut", "time constant from which a mode is slow, as a share of the mean length"),
    Column("default_cut", "1 for the cut of all other tables", kind="flag"),
    _of_runs("participation_ratio", "components_95", "integration_modes", "tau_1", "cover"),
    _of_runs("corner_miss", "simplex_shape", "readout_in_subspace"),
    _of_runs("slow_off_manifold", "slow_no_gap", "hold_r2"),
)
SWEEP_MEASURES = (
    "data_seed",
    "cell",
    "classes",
    "dimension_expected",
    "dimension_predicted",
    "test_accuracy",
    "majority_accuracy",
    "not_judged",
    "participation_ratio",
    "components_95",
    "integration_modes",
    "accuracy_at_d",
    "accuracy_below_d",
    "readout_angle_mean",
    "readout_angle_expected",
    "hold_r2",
    "cover",
    "slow_off_manifold",
)
SWEEPS = columns(
    Column("sweep", "name of the sweep", kind="text"),
    Column("over", "what it varies", kind="text"),
    Column("value", "the value of this network", kind="text"),
    network.KEYS,
    _of_runs(*SWEEP_MEASURES),
)
# All that is known of a network: what claims are held against.
NETWORKS = columns(RUNS, dimension.ESTIMATORS, *(c for n, c in TASKS.items() if n not in RUNS))
