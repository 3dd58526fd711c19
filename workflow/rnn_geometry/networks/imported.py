"""A network that was trained elsewhere: its step, its word vectors, its readout, its words.

Shapes: V words, E entries of a word vector, H units, C outputs, S entries of the flat state, T
words of a text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rnn_geometry.errors import UserError, in_part, quoted
from rnn_geometry.networks._agreement import Read, check_agreement, reader_of
from rnn_geometry.networks._parts import Parts, filled, parts_of_module, parts_of_weights
from rnn_geometry.networks._weights_file import read_weights
from rnn_geometry.networks.cells import Cell, StackedCell
from rnn_geometry.networks.own import load_own
from rnn_geometry.networks.torch_cells import KINDS, Layers, TorchGRU
from rnn_geometry.tasks.text.vocabulary import Words, read_words, stated

HERE = "rnn_geometry.networks.torch_cells"
# What configurations call the cells of a kind; the others are not among the built-in ones.
PLACES = {"vanilla": "vanilla", "lstm": "lstm"}
UNSAID = "imported"  # the cell of a model whose configuration names none
TRIED_TEXTS, TRIED_WORDS = 4, 7  # of random words, on which a module is tried


@dataclass(frozen=True)
class ImportedNetwork:
    """A network that was trained elsewhere.

    Attributes
    ----------
    cell
        Its step h' = F(h, x) in float32. The flat state of several layers holds that of the last
        layer first; of an LSTM's layer it is (h, c).
    word_vectors
        (V, E).
    readout, readout_bias
        (C, H) and (C,); the bias is zero where there is none. The readout sees the first H entries
        of the state.
    name
        What tables call its cell: `gru`, `lstm-2-layers`.
    words
        Its words by row, None where no vocabulary was given.
    facts
        The cell as `build_classifier` makes it: cell, hidden_size, embedding_size, cell_options.
    parts, module
        What was read: layers of torch, and the module that they were found in, if there is one.
    """

    cell: Cell
    word_vectors: Tensor
    readout: Tensor
    readout_bias: Tensor
    name: str
    words: Words | None
    facts: dict[str, Any]
    parts: Parts
    module: nn.Module | None

    @property
    def step(self) -> Cell:
        """The step in float64, without gradients: what the functions of the library take."""
        cell = _cell_of(self.parts)[0]
        return cell.double().eval().requires_grad_(False)

    def states(self, tokens: Sequence[int] | Tensor) -> Tensor:
        """Return the flat states (T, S) in float64 after each word of a text.

        Parameters
        ----------
        tokens
            The rows of its words, (T,).

        Raises
        ------
        UserError
            For words in place of rows, and rows that there are not.
        """
        ids = self._rows(tokens)
        return self.step.unroll(self.word_vectors.double()[ids][None])[0]

    def _rows(self, tokens: Sequence[int] | Tensor) -> Tensor:
        """Return the rows of a text's words, (T,)."""
        last = len(self.word_vectors) - 1
        try:
            ids = torch.as_tensor(tokens)
            fits = ids.ndim == 1 and len(ids) > 0 and not ids.is_floating_point()
        except (TypeError, ValueError, RuntimeError):
            fits = False
        if not fits or not 0 <= int(ids.min()) <= int(ids.max()) <= last:
            raise UserError(
                f"tokens must be rows of the word vectors, whole numbers from 0 to {last}, of one "
                f"text, got {in_part(repr(tokens))}; words have theirs in network.words.names."
            )
        return ids.long()

    def logits(self, states: Tensor) -> Tensor:
        """Return the logits (..., C) of flat states (..., S).

        Parameters
        ----------
        states
            In any floating dtype.
        """
        seen = states[..., : self.cell.hidden_size]
        return seen @ self.readout.to(seen.dtype).T + self.readout_bias.to(seen.dtype)

    def check(self, texts: Sequence[Tensor]) -> float:
        """Return by how much its logits differ from those where it was trained, at most.

        Parameters
        ----------
        texts
            Rows of the words of some texts, (T,) each.

        Raises
        ------
        UserError
            Where they differ by more than rounding.
        """
        own: Read = self.parts.logits if self.module is None else reader_of(self.module)
        return check_agreement(own, self._here, self.parts, self.module, texts)

    def _here(self, tokens: Tensor) -> Tensor:
        """Return the logits (1, C) after the words (1, T), as the analysis will see them."""
        return self.logits(self.cell.unroll(self.word_vectors[tokens])[:, -1])


def read_network(
    weights: str | Path,
    *,
    vocabulary: Any = None,
    cell: str | None = None,
    module: str | nn.Module | None = None,
    module_options: Mapping[str, Any] | None = None,
) -> ImportedNetwork:
    """Read a network that was trained elsewhere, once it is certain what it is.

    Parameters
    ----------
    weights : str or Path
        A safetensors file, or a state dict that torch saved (.pt, .pth, .bin, .ckpt).
    vocabulary : str, mapping or None
        A list of words, a mapping from words to ids, a word a line, or a tokenizer.json; or a
        mapping with the keys file, unknown and padding. None: words are numbers.
    cell : str or None
        vanilla, relu, gru or lstm; None: what the shapes of the weights say (tanh, not relu).
    module : str, torch.nn.Module or None
        The network's own code: a module, or as `file.py:build` a class of modules or a function
        that returns one. None: the weights are those of torch's layers and say enough.
    module_options : mapping or None
        Keyword arguments of that class or function.

    Returns
    -------
    ImportedNetwork
        In evaluation mode, on the CPU.

    Raises
    ------
    UserError
        With one sentence that says what is wrong and what is accepted.

    References
    ----------
    docs/own_network.md says what is checked and what is not possible.

    Examples
    --------
    >>> import os, tempfile
    >>> file = os.path.join(tempfile.mkdtemp(), "gru.pt")
    >>> parts = dict(embedding=nn.Embedding(9, 3), rnn=nn.GRU(3, 8), readout=nn.Linear(8, 2))
    >>> torch.save(nn.ModuleDict(parts).state_dict(), file)
    >>> network = read_network(file)
    >>> network.name, network.states([4, 2, 7]).shape
    ('gru', torch.Size([3, 8]))
    """
    tensors = read_weights(weights)
    if module is None:
        parts, found = parts_of_weights(tensors, _known(cell)), None
    else:
        found = filled(_module(module, module_options or {}), tensors, "the module")
        parts = parts_of_module(found)
    made, name, facts = _cell_of(parts)
    words = None if vocabulary is None else read_words(vocabulary)
    network = ImportedNetwork(
        cell=made,
        word_vectors=parts.word_vectors,
        readout=parts.readout.weight.detach(),
        readout_bias=_bias_of(parts.readout),
        name=name,
        words=words,
        facts=facts,
        parts=parts,
        module=found,
    )
    _check_words(network)
    network.check(_random_texts(network))
    return network


def read_asked(facts: Mapping[str, Any]) -> ImportedNetwork:
    """Read the network of a model.

    Parameters
    ----------
    facts : mapping
        weights and words, where these files lie; vocabulary, cell, module and module_options as
        the configuration states them.

    Returns
    -------
    ImportedNetwork
        As of `read_network`.

    Raises
    ------
    UserError
        As of `read_network`.
    """
    return read_network(
        facts["weights"],
        vocabulary={**stated(facts["vocabulary"]), "file": facts["words"]},
        cell=None if facts["cell"] == UNSAID else facts["cell"],
        module=facts.get("module"),
        module_options=facts.get("module_options"),
    )


def _known(cell: str | None) -> str | None:
    """Return the kind that a configuration names, None for none."""
    if cell is not None and cell not in KINDS:
        raise UserError(
            f"cell: {quoted(cell)} is no kind of torch's layers; accepted are {', '.join(KINDS)}, "
            "or leave it out."
        )
    return cell


def _module(module: str | nn.Module, options: Mapping[str, Any]) -> nn.Module:
    """Return the module that a user's code makes, in float32 and evaluation mode."""
    if isinstance(module, nn.Module):
        return module.float().eval()
    try:
        made = load_own(module)
    except UserError as error:  # says `cell` where it means any code of the user's own
        told = str(error).removeprefix("cell ").replace("ClassName", "build")
        raise UserError(f"module: {told}") from error
    if not isinstance(made, nn.Module):
        try:
            made = made(**options)
        except Exception as error:
            raise UserError(
                f"module: {quoted(module)} fails ({type(error).__name__}: {error}); accepted is a "
                "class or function that returns a torch.nn.Module, with module_options as keyword "
                "arguments."
            ) from error
    if not isinstance(made, nn.Module):
        raise UserError(
            f"module: {quoted(module)} gives {type(made).__name__}; accepted is a torch.nn.Module."
        )
    return made.float().eval()


def _cell_of(parts: Parts) -> tuple[Cell, str, dict[str, Any]]:
    """Return the layers as a cell, its name in tables, and how `build_classifier` makes it."""
    layer, kind = parts.layer, parts.kind
    sizes = layer.input_size, layer.hidden_size
    facts = {"hidden_size": sizes[1], "embedding_size": sizes[0]}
    if layer.num_layers == 1:
        single = KINDS[kind](*sizes)
        _fill(single, layer, 0)
        place = PLACES.get(kind, f"{HERE}:{type(single).__name__}")
        return single.eval(), kind, {**facts, "cell": place, "cell_options": {}}
    options = {"kind": kind, "layers": layer.num_layers}
    made = Layers(*sizes, kind=kind, layers=layer.num_layers)
    for i, part in enumerate(made.cells()):
        _fill(part, layer, i)
    name = f"{kind}-{layer.num_layers}-layers"
    return made.eval(), name, {**facts, "cell": f"{HERE}:Layers", "cell_options": options}


def _fill(cell: StackedCell, layer: nn.RNNBase, number: int) -> None:
    """Give a cell the weights of one layer; biases that only meet as a sum are added."""
    weights = {name: weight.detach() for name, weight in layer.named_parameters()}
    with torch.no_grad():
        cell.weight_ih.copy_(weights[f"weight_ih_l{number}"])
        cell.weight_hh.copy_(weights[f"weight_hh_l{number}"])
        if not layer.bias:
            return
        recurrent = weights[f"bias_hh_l{number}"].clone()
        if isinstance(cell, TorchGRU):  # behind the reset gate
            cell.bias_hn.copy_(recurrent[-layer.hidden_size :])
            recurrent[-layer.hidden_size :] = 0
        cell.bias.copy_(weights[f"bias_ih_l{number}"] + recurrent)


def _bias_of(readout: nn.Linear) -> Tensor:
    weight = readout.weight.detach()
    bias: Tensor | None = readout.bias
    return weight.new_zeros(len(weight)) if bias is None else bias.detach()


def _check_words(network: ImportedNetwork) -> None:
    """Refuse a vocabulary that is not that of the word vectors."""
    if network.words is None:
        return
    needed, rows = network.words.rows_needed, len(network.word_vectors)
    if needed != rows:
        raise UserError(
            f"vocabulary: it has {needed} words and the network {rows} word vectors; give the "
            "vocabulary that it was trained with, padding and unknown words included."
        )


def _random_texts(network: ImportedNetwork) -> list[Tensor]:
    """Return texts of random words by which a network is tried, before there are real ones.

    None is of padding, which a module may leave out by itself.
    """
    padding = {0} if network.words is None else {network.words.padding}
    rows = [i for i in range(len(network.word_vectors)) if i not in padding] or [0]
    generator = torch.Generator().manual_seed(0)
    drawn = [
        torch.randint(len(rows), (TRIED_WORDS + i,), generator=generator)
        for i in range(TRIED_TEXTS)
    ]
    return [torch.tensor(rows)[places] for places in drawn]
