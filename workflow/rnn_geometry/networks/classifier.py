"""The classifier: word vectors, a cell, and a linear readout of the state at the last real word (y = W h_T + b)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnn_geometry.errors import UserError
from rnn_geometry.networks.cells import Cell, make_cell
from rnn_geometry.store import formats


class Classifier(nn.Module):
    """Word vectors (V, E), a cell and a readout R (C, H), whose rows are the readout vectors r_i."""

    def __init__(
        self,
        word_vectors: Tensor,
        cell: Cell,
        classes: int,
        *,
        readout_bias: bool,
        trainable_words: bool,
    ):
        super().__init__()
        if trainable_words:
            self.embedding = nn.Parameter(word_vectors)
        else:
            self.register_buffer("embedding", word_vectors)
        self.cell = cell
        self.readout = nn.Linear(cell.hidden_size, classes, bias=readout_bias)

    def words(self, tokens: Tensor, table: Tensor | None = None) -> Tensor:
        """Return the word vectors (B, T, E) of word ids (B, T), from another table where one is given."""
        return nn.functional.embedding(tokens, self.embedding if table is None else table)

    def states(self, tokens: Tensor) -> Tensor:
        """Return the flat states (B, T, S) after each word."""
        return self.cell.unroll(self.words(tokens))

    def logits(self, state: Tensor) -> Tensor:
        """Return the logits (..., C) of flat states (..., S)."""
        return self.readout(self.cell.output(state))

    def forward(self, tokens: Tensor, lengths: Tensor, table: Tensor | None = None) -> Tensor:
        """Return the logits (B, C) at the last real word; what follows it in `tokens` does not matter.

        table (U, E): word vectors that the ids in `tokens` mean, instead of the whole vocabulary's.
        """
        outputs = self.cell.outputs(self.words(tokens, table))
        return self.readout(outputs[torch.arange(len(tokens), device=tokens.device), lengths - 1])

    def embedding_matrix(self) -> Tensor:
        """Return the word vectors of the vocabulary, (V, E)."""
        return self.embedding.detach()

    def readout_matrix(self) -> Tensor:
        """Return the readout on the flat state, (C, S): zero over entries that the readout does not see."""
        matrix = self.readout.weight.new_zeros(self.readout.out_features, self.cell.state_size)
        matrix[:, : self.cell.hidden_size] = self.readout.weight.detach()
        return matrix

    def readout_bias(self) -> Tensor:
        """Return the bias (C,), zero where the readout has none."""
        bias = self.readout.bias
        return (
            self.readout.weight.new_zeros(self.readout.out_features)
            if bias is None
            else bias.detach()
        )


def build_classifier(
    network: Mapping[str, Any], word_vectors: np.ndarray | None, *, seed: int
) -> Classifier:
    """Return a classifier with weights drawn from `seed`.

    network: cell, hidden_size, embedding_size, cell_options, readout_bias, readout_scale, words, classes.
    word_vectors: fixed word vectors (V, E); None: learned ones, drawn from N(0, 0.1^2). Raises UserError for an
    unknown cell or cell option.
    """
    generator = torch.Generator().manual_seed(seed)
    trainable = word_vectors is None
    if trainable:
        vectors = 0.1 * torch.randn(
            network["words"], network["embedding_size"], generator=generator
        )
    else:
        vectors = torch.as_tensor(word_vectors, dtype=torch.float32)
    cell = make_cell(network["cell"], vectors.shape[1], network["hidden_size"])
    _reset_cell(cell, network, generator)
    bias = network["readout_bias"]
    classifier = Classifier(
        vectors, cell, network["classes"], readout_bias=bias, trainable_words=trainable
    )
    bound = network["readout_scale"] / network["hidden_size"] ** 0.5
    with torch.no_grad():
        classifier.readout.weight.uniform_(-bound, bound, generator=generator)
        if bias:
            classifier.readout.bias.zero_()
    return classifier


def _reset_cell(cell: Cell, network: Mapping[str, Any], generator: torch.Generator) -> None:
    try:
        cell.reset_parameters(generator, **network["cell_options"])
    except TypeError as error:
        raise UserError(f"config key cell_options of cell '{network['cell']}': {error}.") from error


def save_classifier(path: str | Path, classifier: Classifier) -> None:
    """Write the weights, fixed word vectors among them, as safetensors."""
    formats.write_tensors(
        path, {name: tensor.cpu().numpy() for name, tensor in classifier.state_dict().items()}
    )


NETWORK_KEYS = {
    "cell", "hidden_size", "embedding_size", "cell_options", "readout_bias", "readout_scale", "words", "classes",
    "fixed_embedding",
}  # fmt: skip


def load_classifier(model_file: str | Path, run_file: str | Path) -> Classifier:
    """Rebuild a trained network, in evaluation mode, from model.safetensors and run.json."""
    tensors, network = formats.read_tensors(model_file), formats.read_json(run_file).get("network")
    if not set(network or {}) >= NETWORK_KEYS:
        raise UserError(
            f"{run_file}: was written by another version of the workflow; delete it and {model_file}."
        )
    fixed = tensors["embedding"] if network["fixed_embedding"] else None
    classifier = build_classifier(network, fixed, seed=0)
    try:
        classifier.load_state_dict(
            {name: torch.from_numpy(array) for name, array in tensors.items()}
        )
    except RuntimeError as error:
        raise UserError(
            f"{model_file}: its weights do not fit the network in {run_file}; delete both."
        ) from error
    return classifier.eval()


def analysis_cell(classifier: Classifier) -> Cell:
    """Return a float64 copy of the cell without gradients, a step h' = F(h, x) for the analysis."""
    return copy.deepcopy(classifier.cell).double().eval().requires_grad_(False)


def prepare_device(name: str, threads: int) -> torch.device:
    """Return the device `auto`, `cpu` or `cuda` and limit torch to `threads` threads."""
    torch.set_num_threads(threads)
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise UserError(
            "config key device: cuda was asked for, but torch finds no GPU; use cpu or auto."
        )
    return torch.device("cuda" if available and name != "cpu" else "cpu")
