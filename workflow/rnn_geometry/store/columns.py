"""Columns of runs.csv, without a heavy import, so that a configuration is held against their names early."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

IDENTITY = ("task", "model", "cell", "l2", "seed")
# Columns of runs.csv in order; docs/tables.md says what each one means.
RUN_COLUMNS = (
    *IDENTITY,
    "control",
    "classes",
    "dimension_expected",
    "dimension_predicted",
    "dimension_predicted_frequency",
    "dimension_predicted_tfidf",
    "test_accuracy",
    "bag_of_words_accuracy",
    "shuffled_accuracy",
    "majority_accuracy",
    "learned",
    "participation_ratio",
    "components_90",
    "components_95",
    "components_n",
    "participation_ratio_visited",
    "components_95_visited",
    "participation_ratio_final",
    "components_95_final",
    "integration_modes",
    "modes_mean",
    "modes_equal_d",
    "tau_gap",
    *(f"tau_{i}" for i in range(1, 9)),
    "readout_angle_mean",
    "readout_angle_expected",
    "readout_angle_error",
    "readout_in_subspace",
    "simplex_distance",
    "corner_miss",
    "simplex_shape",
    "score_r2",
    "score_angle",
    "label_crosstalk",
    "accuracy_at_d",
    "accuracy_below_d",
    "cliff",
    "neutral_effect",
    "own_readout_cosine",
    "linear_r2",
    "rollout_error_10",
    "hold_r2",
    "hold_r2_untrained",
    "additivity_r2",
    "additivity_r2_untrained",
    "position_independence",
    "position_independence_untrained",
    "tau_centre",
    "tau_edge",
    "tau_untrained",
    "effect_log_odds_correlation",
    "adjectives",
    "not_gain",
    "very_gain",
    "order_effect",
    "pair_miss",
    "flip_gain",
    "double_gain",
    "modifier_lasting",
    "evidence_lasting",
    "modifier_along",
    "evidence_along",
    "participation_ratio_random",
    "components_95_random",
    "readout_in_subspace_random",
    "simplex_distance_random",
    "corner_miss_random",
    "simplex_shape_random",
    "cover",
    "distinct_points",
    "q_median",
    "fast_q_median",
    "gap_median",
    "slow_no_gap",
    "slow_off_manifold",
    "displacement_median",
    "fixed_points",
    "fixed_points_stable",
    "ghosts",
    "fixed_points_unseen",
    "hold_input",
    "train_seconds",
    "analysis_seconds",
)
# Of dimension.csv, of the slow points; and of tasks.csv.
DIMENSION_COLUMNS = ("id_mle", "id_two_nn", "id_correlation", "id_local_pca")
TASK_COLUMNS = ("mean_length",)
# Of runs.csv, but the same for all networks of a task.
FROM_STATISTICS = (
    "bag_of_words_accuracy",
    "majority_accuracy",
    "dimension_predicted_frequency",
    "dimension_predicted_tfidf",
)
LEARNED = 0.05  # of what lies between the commonest class and 1: a network below it did not learn its task


def learned(run: Mapping[str, Any]) -> bool:
    """Tell whether a network has learned its task: its test accuracy is beyond that of the commonest class."""
    accuracy, commonest = float(run["test_accuracy"]), float(run["majority_accuracy"])
    return accuracy > commonest + LEARNED * (1 - commonest)


TEXT = ("task", "model", "cell", "l2", "control", "value", "sweep", "hold_input", "class", "word")


def read_frame(table: str, path: str | Path) -> pd.DataFrame:
    """Read a table as a frame: text stays text, an empty cell is NaN; in `words`, `null` is a word like others."""
    import pandas as pd

    return pd.read_csv(path, dtype=dict.fromkeys(TEXT, str), keep_default_na=table != "words")
