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
        "how well summed one-word kicks predict the first d coordinates of the final state on the"
        " slow manifold; a kick is what one word changes at the centre, after five words of x*; an"
        " affine map is fitted on every other sentence and judged on the rest",
    ),
    Column(
        "position_independence",
        "share of the variance of kicks over 32 slow points and the measured words that the word"
        " alone explains; alone it proves nothing: a network without memory is near 1 too",
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
        "context tasks: factor by which `not` changes the effect of a word of evidence right after"
        " it, over 32 slow points: 1 no change, -1 turned round, 2 doubled",
    ),
    Column("double_gain", "the same of `extremely`"),
    Column(
        "modifier_lasting",
        "context tasks: how much of what a modifier changes in the state is left after ten words"
        " of x*",
    ),
    Column("evidence_lasting", "the same of a word of evidence"),
    Column(
        "modifier_along",
        "context tasks: share of the squared move by a modifier that lies along the first d"
        " components of the slow points",
    ),
    Column("evidence_along", "the same of a word of evidence"),
)
