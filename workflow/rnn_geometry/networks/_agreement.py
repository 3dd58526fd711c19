"""Whether a network says the same here as where it was trained: logits of the same texts.

A module of the user's own may do more than its parts: pool over words, begin in another state, put
a layer between. Then what is analysed here would be another network, and it is refused.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from rnn_geometry.errors import UserError, listed, told
from rnn_geometry.networks._parts import CELLS, Parts

CLOSE = 1e-5  # of the largest logit, in float32
Read = Callable[[Tensor], Tensor]  # words (1, T) -> logits (1, C)
LENGTH_NAMES = ("lengths", "length", "seq_lengths", "text_lengths")


def check_agreement(
    own: Read, here: Read, parts: Parts, module: nn.Module | None, texts: Sequence[Tensor]
) -> float:
    """Return the largest difference of logits over some texts; refuse one beyond rounding.

    Each text holds the ids of its words, (T,), as the network itself numbers them.
    """
    largest = 0.0
    for text in texts:
        with torch.no_grad():
            expected, found = own(text[None]), here(text[None])
        if expected.shape != found.shape:
            raise UserError(
                f"module: for one text it returns logits of the shape {tuple(expected.shape)}; "
                f"{tuple(found.shape)} is what its readout gives. Return the logits (texts, "
                "outputs) of the last word."
            )
        error = float((expected - found).abs().max())
        if not error <= CLOSE * max(1.0, float(found.abs().max())):
            raise UserError(_told(error, expected, text, parts, module))
        largest = max(largest, error)
    return largest


def _told(error: float, expected: Tensor, text: Tensor, parts: Parts, module: Any) -> str:
    """Say what differs, and why where that can be seen."""
    return (
        f"module: its logits differ by {error:.2g} from those of its word vectors, recurrent "
        f"layers and readout of the state after the last word; {_why(expected, text, parts)}"
        f"{_others(module)}."
    )


def _why(expected: Tensor, text: Tensor, parts: Parts) -> str:
    """Name the pooling over words that gives the logits, if one does."""
    with torch.no_grad():
        outputs = parts.layer(nn.functional.embedding(text[None], parts.word_vectors))[0]
        pooled = {
            "mean": outputs.mean(1),
            "maximum": outputs.amax(1),
            "sum": outputs.sum(1),
            "state after the first word": outputs[:, 0],
        }
        for name, state in pooled.items():
            if torch.allclose(parts.readout(state), expected, atol=CLOSE):
                return (
                    f"it reads the {name} over words, and only a readout of the last state is "
                    "analysed here"
                )
    return "accepted is a network that begins in the zero state and reads nothing else"


def _others(module: nn.Module | None) -> str:
    """Name what else the module holds that may be why."""
    known = (nn.Embedding, nn.Linear, nn.RNNBase, nn.Dropout, *CELLS)
    kinds = {
        type(part).__name__
        for part in (module.modules() if module is not None else ())
        if not isinstance(part, known) and not list(part.children())
    }
    return f" (it also holds {listed(sorted(kinds))})" if kinds else ""


def reader_of(module: nn.Module) -> Read:
    """Return a function from the words (1, T) of a text to the logits (1, C) of a module.

    The module may return a tensor, the first of a tuple, or `logits` of a dictionary or object; for
    all words or for the last, texts or words first.
    """
    arguments = _arguments(module)

    def read(tokens: Tensor) -> Tensor:
        try:
            with torch.no_grad():
                found = _logits(_called(module, arguments, tokens))
        except UserError:
            raise
        except Exception as error:
            raise UserError(
                f"module: {type(module).__name__} fails on the words of one text, ids (1, T) "
                f"({type(error).__name__}: {told(error, 100)}); accepted is a forward of word ids."
            ) from error
        return _of_last_word(found, tokens)

    return read


def _arguments(module: nn.Module) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(module.forward).parameters


def _called(module: nn.Module, arguments: Mapping[str, Any], tokens: Tensor) -> Any:
    """Call a module with the ids, and with their number or mask where it asks for these."""
    named: dict[str, Tensor] = {}
    for name in LENGTH_NAMES:
        if name in arguments:
            named[name] = torch.tensor([tokens.shape[1]])
    if "attention_mask" in arguments:
        named["attention_mask"] = torch.ones_like(tokens)
    if "input_ids" in arguments:
        return module(input_ids=tokens, **named)
    return module(tokens, **named)


def _logits(found: Any) -> Tensor:
    """Return the logits in what a module returns."""
    if isinstance(found, Mapping) and "logits" in found:
        found = found["logits"]
    elif isinstance(held := getattr(found, "logits", None), Tensor):
        found = held
    elif isinstance(found, (tuple, list)) and found:
        found = found[0]
    if not isinstance(found, Tensor):
        raise UserError(
            f"module: it returns {type(found).__name__}; accepted is a tensor of logits, a tuple "
            "that begins with one, or a dictionary with the key logits."
        )
    return found


def _of_last_word(found: Tensor, tokens: Tensor) -> Tensor:
    """Return the logits (1, C) of the last word, where there are some for every word."""
    if found.ndim == 1:
        return found[None]
    if found.ndim == 3:
        return found[:, -1] if found.shape[:2] == tokens.shape else found[-1]
    return found
