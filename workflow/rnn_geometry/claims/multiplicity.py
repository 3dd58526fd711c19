"""Many verdicts at once: false discoveries within a family, and a few claims that head the page."""

from __future__ import annotations

import numpy as np
import pandas as pd


def family_q(p: pd.Series, family: pd.Series) -> pd.Series:
    """Adjust the p of verdicts for the others of their family.

    Parameters
    ----------
    p
        A number per verdict; empty ones are no part of a family.
    family
        The family of each verdict.

    Returns
    -------
    pandas.Series
        q by Benjamini and Hochberg; empty where p is.

    References
    ----------
    Benjamini and Hochberg 1995, Controlling the false discovery rate.

    Examples
    --------
    >>> family_q(pd.Series([0.01, 0.04]), pd.Series(["a", "a"])).tolist()
    [0.02, 0.04]
    """
    from statsmodels.stats.multitest import multipletests  # slow to load, see `shares`

    q = pd.Series(np.nan, p.index, dtype=float)
    known = p.dropna().astype(float)
    for _, part in known.groupby(family[known.index]):
        q[part.index] = multipletests(part.to_numpy(), method="fdr_bh")[1]
    return q


def most_p(p: np.ndarray) -> float:
    """Return the p of the claim that more than half of several hypotheses are true.

    Parameters
    ----------
    p
        A p per task and cell (m,), at least one.

    Returns
    -------
    float
        Partial conjunction with Simes' combination of those above the floor(m / 2) smallest.

    References
    ----------
    Benjamini and Heller 2008, Screening for partial conjunction hypotheses, equation 4.

    Examples
    --------
    >>> round(most_p(np.array([0.001, 0.001, 0.001, 1.0])), 6)
    0.002
    """
    ranked = np.sort(p)
    least = len(ranked) // 2 + 1
    above = ranked[least - 1 :]
    return float(min(1.0, (len(above) / np.arange(1, len(above) + 1) * above).min()))


def headline_holm(p_by_claim: dict[str, np.ndarray]) -> dict[str, float]:
    """Return the adjusted p of headline claims: true in more than half of what was judged.

    Parameters
    ----------
    p_by_claim
        By headline claim a p per task and cell; a claim with none is no part of it.

    Returns
    -------
    dict
        By claim `most_p`, adjusted by Holm over the claims.

    References
    ----------
    Holm 1979, A simple sequentially rejective multiple test procedure.
    """
    from statsmodels.stats.multitest import multipletests  # slow to load, see `shares`

    known = {name: most_p(p) for name, p in p_by_claim.items() if len(p)}
    if not known:
        return {}
    adjusted = np.asarray(multipletests(list(known.values()), method="holm")[1])
    return dict(zip(known, adjusted.tolist(), strict=True))
