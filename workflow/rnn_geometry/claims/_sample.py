"""Units of one task and cell as arrays: many small selections of a table would cost more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

TRAINED = ""  # stands for the control of a network that is none


@dataclass(frozen=True)
class Sample:
    """Units (n,): their control, seeds, metric, what is expected, and what they are found to be."""

    control: np.ndarray
    data_seed: np.ndarray
    seed: np.ndarray
    value: np.ndarray
    expected: np.ndarray
    met: np.ndarray
    no_gap: np.ndarray
    not_judged: np.ndarray
    imported: np.ndarray

    @classmethod
    def of(cls, units: pd.DataFrame) -> Sample:
        """Return the units of a table with UNIT_COLUMNS and `met`."""
        return cls(
            control=units["control"].astype(object).fillna(TRAINED).to_numpy(),
            data_seed=units["data_seed"].to_numpy(dtype=int),
            seed=units["seed"].to_numpy(dtype=int),
            value=units["value"].to_numpy(dtype=float),
            expected=units["expected"].to_numpy(dtype=float),
            met=units["met"].to_numpy(dtype=bool),
            no_gap=units["no_gap"].to_numpy(dtype=bool),
            not_judged=units["not_judged"].to_numpy(dtype=object),
            imported=units["imported"].to_numpy(dtype=bool),
        )

    @classmethod
    def together(cls, samples: Sequence[Sample]) -> Sample:
        """Return the units of several."""
        return cls(*map(np.concatenate, zip(*(one.columns for one in samples), strict=True)))

    @property
    def columns(self) -> tuple[np.ndarray, ...]:
        """All arrays, in order."""
        return tuple(getattr(self, name) for name in self.__dataclass_fields__)

    def __len__(self) -> int:
        return len(self.seed)

    def __getitem__(self, chosen: np.ndarray | slice) -> Sample:
        return Sample(*(column[chosen] for column in self.columns))

    def is_judged(self, judged_from: int) -> np.ndarray:
        """Tell which units count, (n,): nothing was chosen on networks that were brought."""
        return (self.seed >= judged_from) | self.imported

    @property
    def keys(self) -> list[tuple[int, int]]:
        """Data seed and seed of each: what a network and its twin have in common."""
        return list(zip(self.data_seed.tolist(), self.seed.tolist(), strict=True))

    @property
    def clusters(self) -> np.ndarray:
        """What the units come in: data seeds where there are several, else their own seeds."""
        return self.data_seed if (self.data_seed != self.data_seed[:1]).any() else self.seed
