"""Figures over all networks that translate: the dial of re-ordered phrases, and shares of terms."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from rnn_geometry.plotting import style
from rnn_geometry.plotting.data import attach_data
from rnn_geometry.plotting.text import literal

REORDERED = "reordered"
# Terms of alignments together: both sides temporal, the rest of place and word, all with delta.
KINDS = {
    "μμ": ["share_mu_mu"],
    "μχ, χμ, χχ": ["share_mu_chi", "share_chi_mu", "share_chi_chi"],
    "with δ": [
        *("share_mu_delta", "share_chi_delta"),
        *("share_delta_mu", "share_delta_chi", "share_delta_delta"),
    ],
}
COLOURS = (style.PALETTE[0], style.PALETTE[4], style.PALETTE[1])
ROW, LEAST = 0.17, 1.3  # inches: of a row of bars, and of a figure


def trained(table: pd.DataFrame) -> pd.DataFrame:
    """Return the networks that are no controls and have attention.

    Parameters
    ----------
    table
        translators.csv.
    """
    return table[table["control"].isna() & table["share_mu_mu"].notna()]


@style.styled
def attention_dial(table: pd.DataFrame) -> Figure:
    """Draw what becomes of temporal attention as more and more phrases are re-ordered.

    Parameters
    ----------
    table
        translators.csv.
    """
    rows = trained(table)
    rows = rows[rows["family"] == REORDERED].sort_values("rho")
    figure = Figure(figsize=(style.TWO_COLUMNS, 2.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    colours = dict(zip(sorted(rows["model"].unique()), style.PALETTE))
    for model, part in rows.groupby("model", sort=True):
        mark = {"color": colours[model], "label": literal(model)}
        left.scatter(part["likeness_to_average"], part["share_mu_mu"], s=12, **mark)
        means = part.groupby("rho")[["share_mu_mu", "word_accuracy"]].mean()
        right.plot(means.index, means["share_mu_mu"], marker="o", ms=3, **mark)
        words = {**mark, "label": f"{literal(model)}, words right"}
        right.plot(means.index, means["word_accuracy"], ls=":", lw=1, **words)
    left.set(xlabel="cosine of attention with its average", ylabel="signed share of μμ")
    right.set(xlabel="share of phrases re-ordered (ρ)", ylabel="share of μμ, accuracy")
    left.set_title("A network a dot")
    right.set_title("Mean over seeds")
    for ax in (left, right):
        ax.set_ylim(top=max(1.05, ax.get_ylim()[1]))
        if colours:
            ax.legend(loc="best")
    style.letters((left, right))
    return figure


@style.styled
def attention_terms(table: pd.DataFrame) -> Figure:
    """Draw the signed shares of terms of alignments by task and model, mean over seeds.

    Parameters
    ----------
    table
        translators.csv.
    """
    rows = trained(table)
    sums = {kind: rows[names].sum(axis=1) for kind, names in KINDS.items()}
    means = rows[["task", "model"]].assign(**sums).groupby(["task", "model"], sort=False).mean()
    height = max(LEAST, 0.7 + ROW * 3 * len(means))
    figure = Figure(figsize=(style.TWO_COLUMNS, height), layout="constrained")
    axes = figure.subplots()
    for i, (kind, colour) in enumerate(zip(KINDS, COLOURS, strict=True)):
        places = [row + 0.27 * (i - 1) for row in range(len(means))]
        axes.barh(places, means[kind], 0.25, color=colour, label=kind)
    axes.axvline(0, color=style.GREY, lw=0.6)
    axes.set_yticks(range(len(means)), [literal(f"{task}, {model}") for task, model in means.index])
    axes.invert_yaxis()
    axes.set(xlabel="signed share of the alignment (parts of decoder and encoder)")
    figure.legend(loc="outside upper right", ncols=3)
    shown = [
        (task, model, kind, value)
        for kind in KINDS
        for (task, model), value in zip(means.index.tolist(), means[kind].tolist(), strict=True)
    ]
    attach_data(figure, ("task", "model", "terms", "share"), shown)
    return figure
