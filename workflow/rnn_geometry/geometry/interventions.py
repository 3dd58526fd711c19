"""Causal tests of the slow subspace, which stages/interventions.py does with a network's step.

They are declared here, since the tests themselves need torch.
"""

from __future__ import annotations

from rnn_geometry.store.columns import Column, columns

_TESTS = (
    Column(
        "ablation_accuracy",
        "accuracy that is left when the first d coordinates of final states on the slow manifold"
        " become their mean (500 test sentences at most)",
    ),
    Column(
        "interchange_follows",
        "of pairs of test sentences A and B: share of decisions that follow A when B, read to its"
        " half, is given the first d coordinates of A on the slow manifold and read on. Counted are"
        " pairs in which A's whole state would change the decision; empty with fewer than 10 of"
        " them",
    ),
    Column(
        "steering_hits",
        "share of moves of final states in the slow subspace, towards the nearest other decision,"
        " that have the decision they were made for after L/2 words of x*: moves by 1/2 and 3/4 of"
        " the distance to the boundary should change none, by 5/4 and 3/2 all. Chance is .5",
    ),
)
_RANDOM = (
    "with the same moves in 10 random subspaces of as many dimensions, as long in the part of the"
    " state that the readout sees and in the rest"
)
_CHANCE = {
    "ablation": Column("ablation_chance", "share of the commonest answer on those sentences"),
    "interchange": Column(
        "interchange_chance", "share of those pairs whose decision would be that of another pair"
    ),
}
_INITIAL = "of the network with its initial weights, at visited states relaxed by two steps"
_LEFT = Column(
    "ablation_left",
    "`ablation_accuracy` over the accuracy of the same sentences without that, both beyond"
    " `ablation_chance`: 0 where nothing is left, 1 where nothing is lost; empty where a network is"
    " not .05 better than chance",
)
_MODES = Column(
    "interchange_follows_modes",
    "`interchange_follows` with the first d modes at the centre of the manifold, R_a L_a (h_A -"
    " h_B), in place of the first d principal components",
)
_ATTRIBUTION = Column(
    "attribution_agreement",
    "rank correlation over the words of a test sentence, mean over sentences (20 of 25 words):"
    " linear kick R L J_inp (x_w - x*) along the first d modes at the centre, against the change of"
    " the decision's logit when x* stands in place of the word",
)


def _beside(name: str, column: Column) -> tuple[Column, ...]:
    """Return a test with its controls and its level of chance."""
    found = column, column.again("_random", _RANDOM), column.again("_untrained", _INITIAL)
    return (*found, _CHANCE[name]) if name in _CHANCE else found


COLUMNS = columns(
    *_beside("ablation", _TESTS[0]),
    *_beside("left", _LEFT),
    *_beside("interchange", _TESTS[1]),
    _MODES,
    *_beside("steering", _TESTS[2]),
    _ATTRIBUTION,
    _ATTRIBUTION.again("_untrained", _INITIAL),
)
