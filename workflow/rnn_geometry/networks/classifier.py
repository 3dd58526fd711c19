"""The classifier: word vectors, a cell, a linear readout of the last state (y = W h_T + b)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnn_geometry.errors import UserError, quoted
from rnn_geometry.identity import Network, network_of
from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.make import build_cell
from rnn_geometry.networks.sources import find_source, is_own
from rnn_geometry.networks.unrolled import has_unrolled, last_outputs
from rnn_geometry.store import formats
from rnn_geometry.store.hashes import sha256

# In a vocabulary all of which meets the input matrix, whether a text has a word or not.
FEW_WORDS = 256


class Classifier(nn.Module):
    """Word vectors, a cell and a readout R (C, H), whose rows are the readout vectors r_i.

    Parameters
    ----------
    word_vectors : (V, E)
        Of the vocabulary.
    cell : Cell
        One step.
    classes : int
        Outputs C.
    readout_bias : bool
        Whether the readout has a bias.
    trainable_words : bool
        Whether word vectors are learned.
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
        super().__init__()
        if trainable_words:
            self.embedding = nn.Parameter(word_vectors)
        else:
            self.register_buffer("embedding", word_vectors)
        self.cell = cell
        self.readout = nn.Linear(cell.hidden_size, classes, bias=readout_bias)

    def words(self, tokens: Tensor, table: Tensor | None = None) -> Tensor:
        """Return the word vectors (B, T, E) of word ids (B, T), from `table` if given."""
        return nn.functional.embedding(tokens, self.embedding if table is None else table)

    def states(self, tokens: Tensor) -> Tensor:
        """Return the flat states (B, T, S) after each word."""
        return self.cell.unroll(self.words(tokens))

    def logits(self, state: Tensor) -> Tensor:
        """Return the logits (..., C) of flat states (..., S)."""
        return self.readout(self.cell.output(state))

    def forward(self, tokens: Tensor, lengths: Tensor, table: Tensor | None = None) -> Tensor:
        """Return the logits (B, C) at the last real word; what follows it does not matter.

        table (U, E): word vectors that the ids in `tokens` mean, instead of the whole vocabulary's.
        """
        return self.readout(self.read(tokens, lengths, table))

    def read(self, tokens: Tensor, lengths: Tensor, table: Tensor | None = None) -> Tensor:
        """Return what the readout sees (B, H) at the last real word, see `forward`."""
        if has_unrolled(self.cell):
            return self._unrolled(tokens, lengths, table)
        outputs = self.cell.outputs(self.words(tokens, table))
        return outputs[torch.arange(len(tokens), device=tokens.device), lengths - 1]

    def _unrolled(self, tokens: Tensor, lengths: Tensor, table: Tensor | None) -> Tensor:
        """Return what the readout sees (B, H), from the kernel that trains several networks."""
        words = self.embedding if table is None else table
        if len(words) > FEW_WORDS:
            used, tokens = torch.unique(tokens, return_inverse=True)
            words = words[used]
        weights = {name: weight[None] for name, weight in self.cell.named_parameters()}
        return last_outputs(self.cell, weights, words[None], tokens[None], lengths[None])[0]

    def embedding_matrix(self) -> Tensor:
        """Return the word vectors of the vocabulary, (V, E)."""
        return self.embedding.detach()

    def readout_matrix(self) -> Tensor:
        """Return the readout on the flat state, (C, S): zero over entries that it does not see."""
        matrix = self.readout.weight.new_zeros(self.readout.out_features, self.cell.state_size)
        matrix[:, : self.cell.hidden_size] = self.readout.weight.detach()
        return matrix

    def readout_bias(self) -> Tensor:
        """Return the bias (C,), zero where the readout has none."""
        if self.readout.bias is None:
            return self.readout.weight.new_zeros(self.readout.out_features)
        return self.readout.bias.detach()


def build_classifier(
    network: Mapping[str, Any], word_vectors: np.ndarray | None, *, seed: int
) -> Classifier:
    """Return a classifier with weights drawn from a seed.

    Parameters
    ----------
    network : mapping
        cell, hidden_size, embedding_size, cell_options, readout_bias, readout_scale, words,
        classes; cell_source, the hash of a cell of the user's own, may be left out.
    word_vectors : (V, E) or None
        Fixed word vectors; None: learned ones, drawn from N(0, 0.1^2).
    seed : int
        Draws the weights.

    Returns
    -------
    Classifier
        In training mode.

    Raises
    ------
    UserError
        For an unknown cell or cell option, and a cell of another source.

    Examples
    --------
    >>> facts = dict(cell="gru", hidden_size=8, classes=3, readout_bias=True, readout_scale=1)
    >>> network = build_classifier(facts | {"cell_options": {}}, np.eye(4), seed=0)
    >>> network(torch.tensor([[0, 3, 1]]), torch.tensor([3])).shape
    torch.Size([1, 3])
    """
    generator = torch.Generator().manual_seed(seed)
    trainable = word_vectors is None
    if trainable:
        vectors = 0.1 * torch.randn(
            network["words"], network["embedding_size"], generator=generator
        )
    else:
        vectors = torch.as_tensor(word_vectors, dtype=torch.float32)
    _check_source(network)
    sizes = vectors.shape[1], network["hidden_size"]
    cell = build_cell(network["cell"], *sizes, generator, network["cell_options"])
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


def _check_source(network: Mapping[str, Any]) -> None:
    """Refuse a cell of a user's own that is another one than these weights are for."""
    made_for = network.get("cell_source")
    if made_for is not None and is_own(network["cell"]):
        found = find_source(network["cell"]).digest()
        if found != made_for:
            raise UserError(
                f"the code of the cell {quoted(network['cell'])} is not that of this network "
                f"(hash {made_for}, now {found}): put the old code back, or run the workflow "
                "again, which trains it anew."
            )


def save_classifier(path: str | Path, classifier: Classifier) -> None:
    """Write the weights, fixed word vectors among them, as safetensors.

    Parameters
    ----------
    path : str or Path
        Of the file.
    classifier : Classifier
        What is kept.
    """
    formats.write_tensors(
        path, {name: tensor.cpu().numpy() for name, tensor in classifier.state_dict().items()}
    )


NETWORK_KEYS = {
    "cell", "hidden_size", "embedding_size", "cell_options", "readout_bias", "readout_scale",
    "words", "classes", "fixed_embedding",
}  # fmt: skip


def load_classifier(model_file: str | Path, run_file: str | Path) -> Classifier:
    """Rebuild a trained network, once it is certain that the two files belong together.

    Parameters
    ----------
    model_file, run_file : str or Path
        model.safetensors and run.json of the network.

    Returns
    -------
    Classifier
        In evaluation mode.

    Raises
    ------
    UserError
        For files of another version or network, weights that were exchanged, and a cell of the
        user's own whose code was changed since.
    """
    run = formats.read_json(run_file)
    network = run.get("network") or {}
    needed = NETWORK_KEYS | ({"cell_source"} if is_own(network.get("cell", "")) else set())
    if not set(network) >= needed or "weights_sha256" not in run:
        raise UserError(
            f"{run_file}: was written by another version of the workflow; "
            f"delete it and {model_file}."
        )
    _check_place(run, run_file)
    tensors = formats.read_tensors(model_file)
    _check_weights(run, model_file, run_file)
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


def _check_weights(run: Mapping[str, Any], model_file: str | Path, run_file: str | Path) -> None:
    """Refuse weights that are not those of the training."""
    found, expected = sha256(model_file), run["weights_sha256"]
    if found != expected:
        raise UserError(
            f"{model_file}: these are not the weights of {run_file} (SHA-256 {expected[:12]}…, now "
            f"{found[:12]}…): put the file back, or delete both, then run the same command again."
        )


def _check_place(run: Mapping[str, Any], run_file: str | Path) -> None:
    """Refuse a network that lies in the folder of another one."""
    try:
        lies_in = network_of(str(Path(run_file).absolute()))
    except IndexError:  # not in a folder of results
        return
    if lies_in != Network.of(run):
        raise UserError(
            f"{run_file}: it is of the network {Network.of(run)}; put the file back that was here, "
            "or delete it, then run the same command again."
        )


def analysis_cell(classifier: Classifier) -> Cell:
    """Return the step h' = F(h, x) for the analysis.

    Parameters
    ----------
    classifier : Classifier
        Not changed.

    Returns
    -------
    Cell
        A float64 copy of the cell, without gradients.
    """
    return copy.deepcopy(classifier.cell).double().eval().requires_grad_(False)


def prepare_device(name: str, threads: int) -> torch.device:
    """Limit torch to some threads and return the device to work on.

    Parameters
    ----------
    name : str
        `auto`, `cpu` or `cuda`; `auto` is a GPU where there is one.
    threads : int
        Of the CPU.

    Returns
    -------
    torch.device
        CPU or GPU.

    Raises
    ------
    UserError
        For `cuda` without a GPU.

    Examples
    --------
    >>> prepare_device("cpu", threads=1)
    device(type='cpu')
    """
    torch.set_num_threads(threads)
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise UserError(
            "config key device: cuda was asked for, but torch finds no GPU; use cpu or auto."
        )
    return torch.device("cuda" if available and name != "cpu" else "cpu")
