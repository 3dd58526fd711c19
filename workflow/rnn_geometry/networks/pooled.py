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
    plain = build_classifier(network, word_vectors, seed=seed)
    pooled = PooledClassifier(
        plain.embedding.detach(),
        plain.cell,
        network["classes"],
        readout_bias=network["readout_bias"],
        trainable_words=word_vectors is None,
    )
    pooled.readout = plain.readout
    return pooled


def load_pooled(
    path: str | Path, network: Mapping[str, Any], word_vectors: np.ndarray | None
) -> PooledClassifier:
    """Rebuild a pooled classifier that `classifier.save_classifier` wrote.

    Parameters
    ----------
    path : str or Path
        Of the weights.
    network, word_vectors
        What it was built of.

    Returns
    -------
    PooledClassifier
        In evaluation mode.

    Raises
    ------
    UserError
        Where the weights are not of such a network.
    """
    pooled = build_pooled(network, word_vectors, seed=0)
    arrays = formats.read_tensors(path)
    try:
        pooled.load_state_dict({name: torch.from_numpy(a) for name, a in arrays.items()})
    except RuntimeError as error:
        raise UserError(
            f"{path}: its weights are not those of a network with pooling: attention of these "
            "settings; delete it and train the network again."
        ) from error
    return pooled.eval()
