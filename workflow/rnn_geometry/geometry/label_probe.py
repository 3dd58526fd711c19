"""A linear map from states to labels that no network has seen, with chances of every label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnn_geometry.geometry.text_models import ITERATIONS, RIDGE

if TYPE_CHECKING:
    from scipy.sparse import csr_array


class LabelProbe(NamedTuple):
    """A logistic regression of labels, as `text_models.label_accuracy` fits it.

    Attributes
    ----------
    center, spread : (D,)
        By which features are brought to the mean 0 and the variance 1 of even rows; 0 and 1 for
        features that are counts.
    fitted
        Of scikit-learn.
    """

    center: Any
    spread: Any
    fitted: Any

    def chances(self, features: np.ndarray | csr_array) -> np.ndarray:
        """Return the chances of labels, (n, C), of features (n, D)."""
        scaled = features if self.center is None else (features - self.center) / self.spread
        return self.fitted.predict_proba(scaled)


def label_probe(features: np.ndarray | csr_array, labels: np.ndarray) -> LabelProbe:
    """Fit labels on even rows.

    Parameters
    ----------
    features : (n, D)
        States, or a sparse array of counts.
    labels : (n,)
        All of them come up among even rows.

    Examples
    --------
    >>> labels = np.random.default_rng(0).integers(0, 2, 400)
    >>> states = np.stack([labels, 0 * labels], 1).astype(float)
    >>> bool((label_probe(states, labels).chances(states).argmax(1) == labels).all())
    True
    """
    from sklearn.linear_model import LogisticRegression

    even = np.arange(len(labels)) % 2 == 0
    rows: Any = features
    center = spread = None
    if isinstance(features, np.ndarray):
        center, deviation = features[even].mean(0), features[even].std(0)
        spread = np.where(deviation > 0, deviation, 1)
        rows = (features - center) / spread
    fitted = LogisticRegression(C=RIDGE, max_iter=ITERATIONS).fit(rows[even], labels[even])
    return LabelProbe(center, spread, fitted)
