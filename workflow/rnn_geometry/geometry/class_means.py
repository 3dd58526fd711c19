"""How the mean word counts of classes lie to each other, and how under permuted labels.

With K classes that needs the inner products of the groups' sums only. Shapes: n documents, V words,
G groups (classes, or the label combinations that occur), K classes made of them, P permutations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnn_geometry.store.columns import Column, columns

if TYPE_CHECKING:
    from scipy import sparse

VARIANCE = 0.95
PERMUTATIONS = 200
MOST_GROUPS = 64  # beyond, resampling and permuting take minutes and are left out

_AMONG = f"{PERMUTATIONS} permutations of the labels among the training sentences"
_COUNTED = "the true labels counted in, so that the smallest is 1/201"
_EMPTY = "empty with more than 64 classes or combinations of labels"
NULL = columns(
    Column(
        "dimension_predicted_null",
        f"median of `dimension_predicted` over {_AMONG}; {_EMPTY}",
        kind="count",
    ),
    Column(
        "dimension_predicted_p",
        f"share of these permutations, {_COUNTED}, that give as low a dimension or a lower one."
        " Near 1 where permuted labels give it too: then the number alone says nothing of the"
        " classes",
    ),
    Column(
        "participation_ratio_predicted_null",
        "median of `participation_ratio_predicted` over the same permutations",
    ),
    Column(
        "class_spread_p",
        f"share of the same permutations, {_COUNTED}, whose mean word counts per class lie as far"
        " apart (variance between classes). Above .05 word counts do not tell the classes apart,"
        " and every prediction from them is one of noise",
    ),
)
SUBSET_NULL = columns(
    Column("raw_null", f"median of `raw` over {_AMONG}; {_EMPTY}", kind="count"),
    Column("raw_p", f"share of these, {_COUNTED}, that give as low a dimension or a lower one"),
)


@dataclass(frozen=True)
class Groups:
    """Documents by class, or by label combination.

    Attributes
    ----------
    labels
        Class ids (G,), or label combinations (G, C), in order.
    of
        The group of each document, (n,).
    """

    labels: np.ndarray
    of: np.ndarray

    @classmethod
    def make(cls, labels: np.ndarray) -> Groups:
        """Group documents by class (n,) or by label combination (n, C)."""
        found, of = np.unique(labels, axis=0, return_inverse=True)
        return cls(found, of.ravel())

    def sums(self, documents: sparse.csr_matrix, weights: np.ndarray) -> sparse.csr_matrix:
        """Return the weighted sum of the documents of every group, (G, V)."""
        from scipy import sparse  # the columns above are read where nothing is computed

        shape = (len(self.labels), len(self.of))
        return (
            sparse.csr_matrix((weights, (self.of, np.arange(len(self.of)))), shape=shape)
            @ documents
        )

    def sizes(self) -> np.ndarray:
        """Return the number of documents of every group, (G,)."""
        return np.bincount(self.of, minlength=len(self.labels)).astype(np.float64)


def inner_products(sums: sparse.csr_matrix) -> np.ndarray:
    """Return the inner products (G, G) of group sums (G, V)."""
    return (sums @ sums.T).toarray()


def permuted_products(documents: sparse.csr_matrix, groups: Groups, seed: int) -> np.ndarray:
    """Return the inner products of group sums under permuted labels, (P, G, G).

    documents: word counts (n, V). No permutation at all (0, G, G) with more than 64 groups.
    """
    rng, ones, found = np.random.default_rng(seed), np.ones(len(groups.of)), []
    for _ in range(PERMUTATIONS if len(groups.labels) <= MOST_GROUPS else 0):
        permuted = Groups(groups.labels, rng.permutation(groups.of))
        found.append(inner_products(permuted.sums(documents, ones)))
    return np.array(found).reshape(-1, len(groups.labels), len(groups.labels))


def class_variances(products: np.ndarray, sizes: np.ndarray, merged: np.ndarray) -> np.ndarray:
    """Return the variances (.., K) of K class means along their components, largest first.

    products: inner products (.., G, G) of the groups' sums; sizes: their numbers of documents (G,);
    merged (K, G) says which groups each class is made of. Zero where all class means are equal.
    """
    means = merged / (merged @ sizes)[:, None]
    gram = means @ products @ means.T
    rows, whole = gram.mean(axis=-1, keepdims=True), gram.mean(axis=(-2, -1), keepdims=True)
    centred = gram - gram.mean(axis=-2, keepdims=True) - rows + whole
    variances = np.linalg.eigvalsh(centred)[..., ::-1].clip(min=0)
    # Where nothing differs, rounding does.
    least = 1e-12 * np.trace(gram, axis1=-2, axis2=-1)
    return np.where((variances.sum(axis=-1) <= least)[..., None], 0, variances)


def dimension_of(variances: np.ndarray) -> np.ndarray:
    """Return the components for 95 % of variances (.., K); 0 where there is no variance."""
    whole = variances.sum(axis=-1, keepdims=True)
    shares = np.cumsum(variances / np.where(whole > 0, whole, 1), axis=-1)
    return np.where(whole[..., 0] > 0, (shares < VARIANCE - 1e-12).sum(axis=-1) + 1, 0)


def dimension_null(observed: int | None, variances: np.ndarray) -> tuple[int | None, float | None]:
    """Return the median dimension under permuted labels, and the p of a low one.

    variances: of the permuted class means (P, K). None where there is no permutation, or no
    dimension.
    """
    if not len(variances) or observed is None:
        return None, None
    found = dimension_of(variances)
    middle = int(np.quantile(found, 0.5, method="nearest"))
    return middle, _p(found <= observed)


def spread_null(observed: np.ndarray, variances: np.ndarray) -> tuple[float | None, float | None]:
    """Return the median participation ratio under permuted labels, and the p of a large spread.

    observed: variances of the class means (K,); variances: of permuted ones (P, K). None as in
    `dimension_null`.
    """
    if not len(variances) or not observed.any():
        return None, None
    spread = variances.sum(axis=-1)
    spread_out = spread > 0
    ratios = spread[spread_out] ** 2 / (variances[spread_out] ** 2).sum(axis=-1)
    middle = float(np.median(ratios)) if len(ratios) else None
    return middle, _p(spread >= observed.sum() * (1 - 1e-12))


def _p(as_extreme: np.ndarray) -> float:
    """Return the p of a permutation test; the true labels are one of the permutations."""
    return float((1 + as_extreme.sum()) / (1 + len(as_extreme)))
