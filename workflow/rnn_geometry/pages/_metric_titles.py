"""What readers call the metrics of claims; their columns are told beside."""

from __future__ import annotations

import re

from rnn_geometry.pages._key_numbers import KEY_NUMBERS

METRIC_TITLES = {one.name: one.title for one in KEY_NUMBERS} | {
    "dimension_expected": "theory",
    "dimension_predicted": "the components that word counts take",
    "dimension_share": "share of the expected dimension",
    "learned": "task learned (1: yes)",
    "cliff": "accuracy falls off without a component of d (1: yes)",
    "readout_angle_p": "p of so even angles between readouts",
    "readout_angle_error": "worst angle between readouts, off theory (°)",
    "corner_miss": "worst corner, off its place in the simplex",
    "corner_miss_p": "p of corners so near their places",
    "score_r2": "scores read from coordinates of final states (R²)",
    "score_angle": "angle between the directions of two scores (°)",
    "id_local_pca": "intrinsic dimension (local PCA)",
    "label_crosstalk": "crosstalk between labels",
    "io_gain_places": "gain from inputs to outputs",
    "skeleton_match": "fixed points that theory has, too (share)",
    "degree_is_one": "degree of the fixed points is 1 (0: some are missing)",
    "ablation_left": "accuracy left without the slow subspace (share)",
    "interchange_follows": "decisions that follow exchanged coordinates (share)",
    "steering_hits": "moves that reach the decision they were made for (share)",
    "noise_roots_kept": "stable fixed points left under noise (share)",
    "noise_manifold_shift": "shift of the manifold under noise",
    "noise_found": "points found again under noise (share)",
    "longer_accuracy": "accuracy on sentences twice as long",
    "bag_of_words_gap": "accuracy, off a bag of words",
    "shuffled_share": "accuracy on shuffled words, to a bag of words",
    "shuffled_accuracy": "accuracy on shuffled words",
    "flip_gain": "factor of “not” on the effect of the next word",
    "double_gain": "factor of “extremely” on the effect of the next word",
    "modifier_lasting": "change by a modifier left after ten words (share)",
    "modifier_words": "words that a modifier lasts",
    "lasting_ratio": "how much longer evidence stays than modifiers (ratio)",
    "along_ratio": "move along the manifold, evidence to modifiers (ratio)",
    "falls_to_zero": "dimension falls to 0 along the sweep (1: yes)",
    "levels_visited": "dimensions passed on the way to 0 (share)",
    "neutral_effect": "move by a neutral word, to that by evidence",
    "position_independence": "kick of a word, wherever it is read",
    "additivity_r2_fitted": "logits as fitted sums over words (R²)",
    "own_readout_cosine": "cosine of a word's effect and its score",
    "hyperbolicity": "slowest fast mode, over fastest slow one",
    "fixed_points": "exact fixed points",
    "flat_modes": "slow modes where the Jacobian is constant",
    "participation_ratio_visited": "dimension of visited states (participation ratio)",
    "primacy": "weight of the first fifth of a text, to the last",
    "kick_growth_edge": "what is left of a kick at the rim",
    "kick_growth_centre": "what is left of a kick at the centre",
    "effect_log_odds_correlation": "effects of words and their log-odds (rank correlation)",
    "not_gain_high": "factor of “not”, upper end",
    "not_shift_high": "shift by “not”, upper end",
    "very_shift_low": "shift by “very”, lower end",
    "flip_restored": "effect of “not” undone without its modes (share)",
    "flip_restored_random": "the same without random modes",
}
_NAMES = re.compile(rf"\b({'|'.join(sorted(METRIC_TITLES, key=len, reverse=True))})\b")


def metric_title(name: str) -> str:
    """Return what readers call a metric; one that has no title is told by its column.

    Parameters
    ----------
    name
        The column.
    """
    return METRIC_TITLES.get(name, name)


def with_titles(told: str) -> str:
    """Return a condition with titles in place of columns.

    Parameters
    ----------
    told
        As `claims.grid` writes thresholds.

    Examples
    --------
    >>> with_titles("learned at least 1")
    'task learned (1: yes) at least 1'
    """
    return _NAMES.sub(lambda found: METRIC_TITLES[found[1]], told)
