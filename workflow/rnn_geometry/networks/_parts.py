"""The parts of a network of torch: word vectors, recurrent layers, a linear readout.

Shapes: V words, E entries of a word vector, H units, C outputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from rnn_geometry.errors import UserError, listed, quoted

GATES = {"vanilla": 1, "relu": 1, "gru": 3, "lstm": 4}
FIRST, OF_CELL = "weight_ih_l0", "weight_ih"
CELLS = (nn.RNNCell, nn.GRUCell, nn.LSTMCell)
BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)
ONE_WAY = (
    "reads in two directions, and its states are no steps in one; train it with bidirectional=False"
)


Module = TypeVar("Module", bound=nn.Module)


@dataclass(frozen=True)
class Parts:
    """What an imported network is made of; `layer` is one of torch, in evaluation mode."""

    word_vectors: Tensor
    layer: nn.RNNBase
    readout: nn.Linear

    @property
    def kind(self) -> str:
        """The kind of its layers: a key of GATES."""
        if isinstance(self.layer, nn.GRU):
            return "gru"
        if isinstance(self.layer, nn.LSTM):
            return "lstm"
        return "relu" if "RELU" in self.layer.mode.upper() else "vanilla"

    def logits(self, tokens: Tensor) -> Tensor:
        """Return what torch itself makes of the words (1, T) of a text: logits (1, C)."""
        with torch.no_grad():
            words = nn.functional.embedding(tokens, self.word_vectors)
            return self.readout(self.layer(words)[0][:, -1])


def parts_of_weights(weights: Mapping[str, Tensor], kind: str | None) -> Parts:
    """Return the parts of a network from its state dict; all of it must belong to them.

    `kind` is a key of GATES, or None: what the shapes say, tanh for a plain RNN.
    """
    layer, of_layer = _layer_of(weights, kind)
    rest = {name: tensor for name, tensor in weights.items() if name not in of_layer}
    embedding, readout = _embedding_and_readout(rest, layer)
    bias = readout.removesuffix("weight") + "bias" if readout.endswith("weight") else None
    known = {embedding, readout, *([bias] if bias in rest else [])}
    over = [name for name in rest if name not in known]
    if over:
        raise UserError(
            f"weights: {listed(over)} belong neither to word vectors, recurrent layers nor a linear"
            f" readout; {_hint(over)}give the network's own code by the key module."
        )
    linear = nn.Linear(layer.hidden_size, len(rest[readout]), bias=bias in rest)
    linear.load_state_dict(
        {"weight": rest[readout]} | ({"bias": rest[str(bias)]} if bias in rest else {})
    )
    return Parts(rest[embedding], layer, linear.eval())


def _hint(names: Iterable[str]) -> str:
    """Say what is meant by names that batch normalisation alone has."""
    if any(name.endswith(("running_mean", "num_batches_tracked")) for name in names):
        return "batch normalisation is no part of h' = F(h, x): fold it into the weights, or "
    return ""


def _layer_of(weights: Mapping[str, Tensor], kind: str | None) -> tuple[nn.RNNBase, set[str]]:
    """Return the recurrent layers, and the names of their weights."""
    prefixes = [name.removesuffix(FIRST) for name in weights if name.endswith(FIRST)]
    end = "_l0" if prefixes else ""
    prefixes = prefixes or [n.removesuffix(OF_CELL) for n in weights if n.endswith(OF_CELL)]
    if len(prefixes) != 1:
        found = f"{len(prefixes)} recurrent parts ({listed(prefixes)})" if prefixes else "none"
        raise UserError(
            f"weights: one RNN, GRU or LSTM of torch is looked for, by weights named {FIRST}, and "
            f"there is {found} among {listed(weights)}; give the network's own code by the key "
            "module."
        )
    prefix = prefixes[0]
    own = {n.removeprefix(prefix): t for n, t in weights.items() if _is_of(n, prefix)}
    if any(name.endswith("_reverse") for name in own):
        raise UserError(f"weights: {quoted(prefix + FIRST)}: the network {ONE_WAY}.")
    if any(name.startswith("weight_hr") for name in own):
        raise UserError(
            f"weights: {quoted(prefix)}: layers with proj_size are not known; give a network "
            "without."
        )
    own = own if end else {f"{name}_l0": tensor for name, tensor in own.items()}
    layer = _made(own, kind)
    return layer, {name for name in weights if _is_of(name, prefix)}


def _is_of(name: str, prefix: str) -> bool:
    rest = name.removeprefix(prefix)
    return name.startswith(prefix) and rest.startswith(
        ("weight_ih", "weight_h", "bias_ih", "bias_hh")
    )


def _made(own: Mapping[str, Tensor], kind: str | None) -> nn.RNNBase:
    """Return the layer of torch whose weights these are."""
    recurrent = own.get("weight_hh_l0")
    if recurrent is None or recurrent.ndim != 2 or own[FIRST].ndim != 2:
        raise UserError(
            "weights: weight_hh_l0 is missing beside weight_ih_l0, or is no matrix; give both."
        )
    rows, units = recurrent.shape
    kinds = [name for name, gates in GATES.items() if rows == gates * units]
    if not kinds or len(own[FIRST]) != rows:
        raise UserError(
            f"weights: weight_ih_l0 is {tuple(own[FIRST].shape)} and weight_hh_l0 "
            f"{tuple(recurrent.shape)}; accepted are (H, H) of a plain RNN, (3H, H) of a "
            "GRU, (4H, H) of an LSTM."
        )
    if kind is not None and kind not in kinds:
        raise UserError(
            f"weights: {rows} rows for {units} units are those of {' or '.join(kinds)}, and cell "
            f"says {kind}; change cell, or leave it out."
        )
    kind = kind or kinds[0]
    options = {
        "num_layers": sum(name.startswith("weight_ih_l") for name in own),
        "bias": "bias_ih_l0" in own,
        "batch_first": True,
    }
    sizes = own[FIRST].shape[1], units
    if kind in ("vanilla", "relu"):
        layer = nn.RNN(*sizes, nonlinearity="relu" if kind == "relu" else "tanh", **options)
    else:
        layer = {"gru": nn.GRU, "lstm": nn.LSTM}[kind](*sizes, **options)
    return filled(layer, own, "the recurrent layers")


def filled(module: Module, weights: Mapping[str, Tensor], what: str) -> Module:
    """Load weights into a module and return it, in evaluation mode; say in one sentence what not.

    Raises UserError for a weight that is missing, left over or of another shape.
    """
    needed = module.state_dict()
    faults = [f"{n} is missing" for n in needed if n not in weights]
    faults += [f"{n} is left over" for n in weights if n not in needed]
    faults += [
        f"{n} is {tuple(weights[n].shape)} and should be {tuple(needed[n].shape)}"
        for n in needed
        if n in weights and weights[n].shape != needed[n].shape
    ]
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise UserError(
            f"weights: they do not fit {what}: {faults[0]}{more}; save the whole state dict of "
            "this very network."
        )
    module.load_state_dict(dict(weights))
    return module.eval()


def _embedding_and_readout(rest: Mapping[str, Tensor], layer: nn.RNNBase) -> tuple[str, str]:
    """Return the names of the word vectors (V, E) and of the readout (C, H)."""
    matrices = {name: tensor for name, tensor in rest.items() if tensor.ndim == 2}
    readouts = [n for n, t in matrices.items() if t.shape[1] == layer.hidden_size]
    vectors = [n for n, t in matrices.items() if t.shape[1] == layer.input_size]
    named = [name for name in vectors if "emb" in name.lower()]
    if len(vectors) > 1 and named:
        vectors = named
    readouts = [name for name in readouts if name not in vectors or len(readouts) == 1]
    if len(vectors) == 1 and len(readouts) == 1 and vectors != readouts:
        return vectors[0], readouts[0]
    raise UserError(
        f"weights: word vectors (words, {layer.input_size}) and a readout (outputs, "
        f"{layer.hidden_size}) are looked for beside the recurrent layers, and there are "
        f"{listed(f'{n} {tuple(t.shape)}' for n, t in matrices.items()) or 'none'}; name them "
        "embedding.weight and readout.weight, or give the network's own code by the key module."
    )


def parts_of_module(module: nn.Module) -> Parts:
    """Return the parts of a module of torch, found by their types."""
    inside = dict(module.named_modules())
    norms = [name for name, part in inside.items() if isinstance(part, BATCH_NORMS)]
    if norms:
        raise UserError(
            f"module: {quoted(norms[0])} is a batch normalisation, which is no part of "
            "h' = F(h, x) and a linear readout; fold it into the weights before it, and "
            "leave it out."
        )
    layers = {n: p for n, p in inside.items() if isinstance(p, (nn.RNNBase, *CELLS))}
    layer = _one(layers, "RNN, GRU, LSTM or cell of torch", module)
    if getattr(layer, "bidirectional", False):
        raise UserError(f"module: its {type(layer).__name__} {ONE_WAY}.")
    if getattr(layer, "proj_size", 0):
        raise UserError("module: layers with proj_size are not known; give a network without.")
    tables = {n: p for n, p in inside.items() if isinstance(p, nn.Embedding)}
    table = _one(tables, "Embedding", module)
    linear = {
        n: p
        for n, p in inside.items()
        if isinstance(p, nn.Linear) and p.in_features == layer.hidden_size
    }
    readout = _one(linear, f"Linear that reads {layer.hidden_size} units", module)
    single = {n.removesuffix("_l0") + "_l0": t for n, t in layer.state_dict().items()}
    plain = single if isinstance(layer, CELLS) else layer.state_dict()
    kind = "relu" if "relu" in str(getattr(layer, "nonlinearity", "")).lower() else None
    return Parts(table.weight.detach(), _made(plain, kind), readout.eval())


def _one(found: Mapping[str, nn.Module], what: str, module: nn.Module) -> Any:
    """Return the one part of a kind."""
    if len({id(part) for part in found.values()}) == 1:
        return next(iter(found.values()))
    there = f"{len(found)} ({listed(found)})" if found else "none"
    raise UserError(
        f"module: {type(module).__name__} must hold one {what} and holds {there}; accepted is one "
        "Embedding, one recurrent layer (of any number of layers) and one Linear."
    )
