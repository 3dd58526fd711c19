"""The columns of claims.csv."""

from __future__ import annotations

from rnn_geometry.store.columns import Column, columns

ALL_CELLS = "all"
COLUMNS = columns(
    Column("claim", "name of the claim", kind="text"),
    Column("task", "the task; of a claim about sweeps the sweep", kind="text"),
    Column(
        "cell",
        "the model; ` l2 ` and the strength follow where a task's networks differ in it; `all`:"
        " over all of them",
        kind="text",
    ),
    Column("structure", "kind of the task; `sweep` for claims about sweeps", kind="text"),
    Column(
        "family",
        "verdicts whose false discoveries are held down together; empty of an exploratory claim",
        kind="text",
    ),
    Column("headline", "1 for a headline claim", kind="flag"),
    Column("exploratory", "1 for a claim that is shown and not counted", kind="flag"),
    Column(
        "runs",
        "networks (sweeps: seeds) that the verdict counts: those of its look, or all there are"
        " where no look is reached",
        kind="count",
    ),
    Column(
        "left_out",
        "networks (sweeps: seeds, by their first network) that are not judged, since they do not do"
        " their task: those with a reason in `not_judged`",
        kind="count",
    ),
    Column("left_out_why", "how many of them for each reason", kind="text"),
    Column("look", "number of the look that the verdict was read at; empty before the first"),
    Column("expected", "mean expected value, if the claim has one"),
    Column("threshold", "the threshold in words", kind="text"),
    Column("observed", "mean of the metric over networks"),
    Column("low", "lower end of its interval, clustered by data seed (else by seed)"),
    Column("high", "upper end of its interval"),
    Column(
        "theory_p",
        "p of two one-sided tests that the mean is the expected value within the margin of the"
        " claim, clustered like the interval",
    ),
    Column("met", "networks that keep the threshold", kind="count"),
    Column("share", "their share of all"),
    Column("share_low", "lower end of its Wilson interval"),
    Column("share_high", "upper end of its Wilson interval"),
    Column(
        "control",
        "of each control the units that keep the threshold, of all; the difference of the shares"
        " with Newcombe's interval; its one-sided p (exact: McNemar of pairs, else Fisher); the"
        " mean difference of the metric between pairs with its interval; `no control: ..` of those"
        " without units",
        kind="text",
    ),
    Column("effect_control", "smallest difference from the share of a control"),
    Column(
        "control_met",
        "1 where half of a control's units or more keep the threshold, too",
        kind="flag",
    ),
    Column(
        "p",
        "largest of the p that chance alone gives such a share, over the looks so far, and of those"
        " of all controls; empty before the first look or without a control",
    ),
    Column("q", "`p` adjusted for its family (Benjamini and Hochberg)"),
    Column(
        "holm",
        "of a headline claim: p that it is true in more than half of the tasks and cells (Simes'"
        " partial conjunction), adjusted for the others (Holm)",
    ),
    Column(
        "cells_p",
        "of `all`: p that cells do not differ (permutation of networks within data seeds)",
    ),
    Column(
        "judged",
        "1 where networks are judged and all have seeds from `judged_from` on, or are imported",
        kind="flag",
    ),
    Column("verdict", "`holds`, `fails`, `undecided` or `uninformative`", kind="text"),
    Column("reason", "why", kind="text"),
)
