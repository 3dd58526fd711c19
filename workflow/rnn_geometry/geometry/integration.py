"""Numbers of integration that stages/integration.py measures with the step of a network.

They are declared here, since the measures themselves need torch.
"""

from __future__ import annotations

from rnn_geometry.store.columns import Column, columns

_MEASURES = columns(
    Column(
        "hold_r2",
        "how well readout coordinates (logits; for classes relative to their mean) of final states"
        " outlast L words of x*, L the mean sentence length: 1 - sum of squared changes / sum of"
        " squared distances from the mean",
    ),
    Column(
        "additivity_r2",
        "how well summed one-word kicks predict where a sentence ends, nothing fitted: R^2 of the"
        " first d coordinates, relative to where as many words of x* end. A kick is what one word"
        " changes at the centre of the manifold, after five words of x*",
    ),
    Column(
        "additivity_slope",
        "slope through 0 of these coordinates on the summed kicks: below 1 the sums are too large",
    ),
    Column(
        "additivity_r2_fitted",
        "the same R^2 with an affine map of the sums, fitted on every other sentence and judged on"
        " the rest",
    ),
    Column(
        "additivity_r2_random",
        "`additivity_r2_fitted` of random kicks of equal mean and covariance (mean of ten draws)",
    ),
    Column(
        "logit_additivity",
        "how well summed one-word kicks predict the logits (for classes relative to their mean) at"
        " the end of a sentence, nothing fitted: R^2, relative to where as many words of x* end. A"
        " kick is here the mean over places on the manifold, 32 or as many as 16384 over the words"
        " of the vocabulary (four at least)",
    ),
    Column(
        "additivity_noise",
        "squared misses of these sums over those of independent errors: the variance of a word's"
        " kick over places, summed over the words of a sentence; 1: the errors are independent,"
        " more: they are systematic; empty where kicks are the same everywhere",
    ),
    Column(
        "position_independence",
        "share of the variance of kicks over 32 slow points and the measured words that the word"
        " alone explains; alone it proves nothing: a network without memory is near 1 too",
    ),
    Column(
        "delayed_independence",
        "the same of effects on the logits L/2 further words of x* after the word, times the share"
        " of their variance right after the word that is left then (1 at most): 1 for an"
        " integrator, 0 for an echo of the last words",
    ),
    Column(
        "delayed_share",
        "which part of what a word changes in the logits at once is left L/2 words of x* later:"
        " slope through 0 over the measured words, relative to their mean; above 1 effects grow",
    ),
)
_INITIAL = "of the network with its initial weights, at visited states relaxed by two steps"
MEASURES = columns(
    *(part for one in _MEASURES.values() for part in (one, one.again("_untrained", _INITIAL)))
)
UNTRAINED_TAU = columns(
    Column("tau_untrained", "longest time constant of the untrained network", "words")
)
MODIFIERS = columns(
    Column(
        "flip_gain",
        "factor by which `not` changes the effect of a word of evidence right after it, over 32"
        " slow points: 1 no change, -1 turned round, 2 doubled. Of context tasks, and of texts with"
        " eight adjectives as evidence",
    ),
    Column("double_gain", "the same of `extremely`, in texts `very`"),
    Column(
        "modifier_lasting",
        "how much of what these two change in the state is left after ten words of x*",
    ),
    Column("evidence_lasting", "the same of a word of evidence"),
    Column(
        "modifier_along",
        "share of the squared move by a modifier that lies along the first d components of the slow"
        " points",
    ),
    Column("evidence_along", "the same of a word of evidence"),
)
MODIFIER_SUBSPACE = columns(
    Column(
        "modifier_dimension",
        "directions that hold .9 of the squared change by the two modifiers, which count as much,"
        " across the first d components of the slow points: the modifier subspace",
        kind="count",
    ),
    Column(
        "modifier_words",
        "words of x* until 1/e of their change in it is left; 50 where it takes longer",
        "words",
    ),
    *(
        part
        for name, word in (("flip", "not"), ("double", "extremely` or `very"))
        for part in (
            Column(
                f"{name}_gain_cut",
                f"`{name}_gain` where the state right after `{word}` loses its change in that"
                " subspace: 1 if the modifier acts through it",
            ),
            Column(
                f"{name}_gain_random",
                f"`{name}_gain` where it loses as much in a random subspace across the slow points"
                " (mean of 10)",
            ),
        )
    ),
)
