"""How many networks have no gap between slow and fast modes, as reasons of verdicts count them."""

from __future__ import annotations

import pandas as pd

TOLD = r"no gap in (?P<networks>\d+) of (?P<of>\d+)"


def gaps_told(reasons: pd.Series) -> pd.DataFrame:
    """Return `networks` without a gap, `of` all that are judged, for the reasons that tell them.

    Parameters
    ----------
    reasons
        Of claims.csv.

    Examples
    --------
    >>> gaps_told(pd.Series(["met", "0 of 2 seen; no gap in 2 of 2"])).to_dict("index")
    {1: {'networks': 2, 'of': 2}}
    """
    return reasons.str.extract(TOLD).dropna().astype(int)
