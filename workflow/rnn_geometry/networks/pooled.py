"""A classifier whose readout looks back: it sees a mean of all states, weighted by attention.

    a_t = q . h_t,  w = softmax over the words of a text,  y = R (sum_t w_t h_t) + b

The query q is learned. All else is the classifier of the workflow: the same step, and R still says
what a state means, since R (sum w h) = sum w (R h). With q = 0, where training begins, it reads the
mean of all states. In modules of its own, so that networks which read their last state depend on
none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnn_geometry.errors import UserError
from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.classifier import Classifier, build_classifier
from rnn_geometry.store import formats

QUERY = "query"


class PooledClassifier(Classifier):
    """Word vectors, a cell, a query and a readout of the weighted mean of states.

    Parameters
    ----------
    word_vectors, cell, classes, readout_bias, trainable_words
        As of Classifier.
    """

    def __init__(
        self,
        word_vectors: Tensor,
        cell: Cell,
        classes: int,
        *,
        readout_bias: bool,
        trainable_words: bool,
    ):
        parts = {"readout_bias": readout_bias, "trainable_words": trainable_words}
        super().__init__(word_vectors, cell, classes, **parts)
        self.query = nn.Parameter(self.readout.weight.new_zeros(cell.hidden_size))

    def read(self, tokens: Tensor, lengths: Tensor, table: Tensor | None = None) -> Tensor:
        """Return what the readout sees (B, H): the mean of the states of each text by attention."""
        outputs = self.cell.outputs(self.words(tokens, table))
        return (self._weights(outputs, lengths)[..., None] * outputs).sum(1)

    def attention(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Return the weights w (B, T) of the words (B, T) of texts; zero past their ends."""
        return self._weights(self.cell.outputs(self.words(tokens)), lengths)

    def _weights(self, outputs: Tensor, lengths: Tensor) -> Tensor:
        """Return the attention (B, T) on outputs (B, T, H)."""
        past = torch.arange(outputs.shape[1], device=outputs.device) >= lengths[:, None]
        return (outputs @ self.query).masked_fill(past, -torch.inf).softmax(1)


def build_pooled(
    network: Mapping[str, Any], word_vectors: np.ndarray | None, *, seed: int
) -> PooledClassifier:
    """Return a pooled classifier with weights drawn from a seed, and a query of zeros.

    Parameters
    ----------
    network, word_vectors, seed
        As of `classifier.build_classifier`: word vectors, cell and readout are to the bit those of
        the network that it returns.

    Returns
    -------
    PooledClassifier
        In training mode.

    Raises
    ------
    UserError
        As `classifier.build_classifier` does.

    Examples
    --------
    >>> facts = dict(cell="gru", hidden_size=8, classes=3, readout_bias=True, readout_scale=1)
    >>> network = build_pooled(facts | {"cell_options": {}}, np.eye(4), seed=0)
    >>> network.attention(torch.tensor([[0, 3, 1, 0]]), torch.tensor([2])).tolist()
    [[0.5, 0.5, 0.0, 0.0]]
    """
    return _of(build_classifier(network, word_vectors, seed=seed))


def _of(plain: Classifier) -> PooledClassifier:
    """Return a network of the same parts with a query of zeros."""
    pooled = PooledClassifier(
        plain.embedding.detach(),
        plain.cell,
        plain.readout.out_features,
        readout_bias=plain.readout.bias is not None,
        trainable_words=plain.embedding.requires_grad,
    )
    pooled.readout = plain.readout
    return pooled


def without_query(pooled: PooledClassifier) -> Classifier:
    """Return the network as analyses of the step know it: word vectors, cell and readout.

    Parameters
    ----------
    pooled : PooledClassifier
        Its weights are shared.

    Returns
    -------
    Classifier
        One that reads its last state.
    """
    plain = Classifier(
        pooled.embedding.detach(),
        pooled.cell,
        pooled.readout.out_features,
        readout_bias=pooled.readout.bias is not None,
        trainable_words=pooled.embedding.requires_grad,
    )
    plain.readout = pooled.readout
    return plain


def write_query(path: str | Path, pooled: PooledClassifier) -> None:
    """Write the query as safetensors, the part of the weights that `without_query` leaves out.

    Parameters
    ----------
    path : str or Path
        Of the file.
    pooled : PooledClassifier
        Has it.
    """
    formats.write_tensors(path, {QUERY: pooled.query.detach().cpu().numpy()})


def with_query(plain: Classifier, path: str | Path) -> PooledClassifier:
    """Rebuild a pooled classifier of its two parts.

    Parameters
    ----------
    plain : Classifier
        What `classifier.load_classifier` returned; its weights are shared.
    path : str or Path
        Of the query.

    Returns
    -------
    PooledClassifier
        In evaluation mode.

    Raises
    ------
    UserError
        Where the query is not of this network.
    """
    pooled = _of(plain)
    query = formats.read_tensors(path).get(QUERY)
    if query is None or query.shape != tuple(pooled.query.shape):
        raise UserError(
            f"{path}: holds no query of {len(pooled.query)} entries, which its network has as units"
            "; delete it and train the network again."
        )
    with torch.no_grad():
        pooled.query.copy_(torch.from_numpy(query))
    return pooled.eval()
