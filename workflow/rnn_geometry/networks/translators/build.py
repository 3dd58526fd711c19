"""A translator of its settings, with weights drawn from a seed; its weights on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.networks.make import build_cell
from rnn_geometry.networks.translators.positions import random_rotation
from rnn_geometry.networks.translators.translator import (
    ALIGNMENTS,
    ARCHITECTURES,
    FEEDBACKS,
    Translator,
)
from rnn_geometry.store import formats

CHOICES = {"architecture": ARCHITECTURES, "alignment": ALIGNMENTS, "feedback": FEEDBACKS}
DEFAULTS = {
    "architecture": "aed",
    "alignment": "plain",
    "feedback": "own",
    "positions": None,
    "hidden_size": 64,
    "input_size": None,
    "cell_options": {},
    "readout_scale": 1.0,
}
NEEDED = ("cell", "words_in", "words_out")
POSITION_ROOM = 32  # entries of an input, at least, where places are encoded in it


def build_translator(network: Mapping[str, Any], *, seed: int) -> Translator:
    """Return a translator with weights drawn from a seed.

    Parameters
    ----------
    network : mapping
        cell: a name of `make_cell`, of encoder and decoder alike. words_in, words_out: ids of
        either side. May be left out: architecture (ved, aed, ao), alignment (plain, learned),
        feedback (own, target, none), positions (whether places are encoded; None: of `ao` alone),
        hidden_size, cell_options, readout_scale, input_size (entries of an input; None: one a
        word, and 32 at least where places are encoded).
    seed : int
        Draws the weights, and the rotation of the encoding.

    Returns
    -------
    Translator
        In training mode.

    Raises
    ------
    UserError
        For an unknown or missing key, a value that is not accepted, and what `make_cell` refuses.

    Examples
    --------
    >>> translator = build_translator({"cell": "gru", "words_in": 5, "words_out": 4}, seed=0)
    >>> translator(torch.tensor([[2, 4]]), torch.tensor([2]), torch.tensor([[3, 1]])).logits.shape
    torch.Size([1, 2, 3])
    """
    facts = checked(network)
    generator = torch.Generator().manual_seed(seed)
    inputs = [_input_size(facts, side) for side in ("words_in", "words_out")]
    encoder, decoder = (
        build_cell(facts["cell"], size, facts["hidden_size"], generator, facts["cell_options"])
        for size in inputs
    )
    rotations = (
        [random_rotation(size, generator) for size in inputs] if facts["positions"] else None
    )
    translator = Translator(
        encoder,
        decoder,
        facts["words_in"],
        facts["words_out"],
        rotations=None if rotations is None else (rotations[0], rotations[1]),
        **{key: facts[key] for key in CHOICES},
    )
    bound = facts["readout_scale"] / facts["hidden_size"] ** 0.5
    with torch.no_grad():
        for part in (translator.readout, translator.query, translator.key):
            if part is not None:
                part.weight.uniform_(-bound, bound, generator=generator)
    return translator


def checked(network: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings of a translator with defaults filled in.

    Parameters
    ----------
    network : mapping
        See `build_translator`.

    Returns
    -------
    dict
        All settings.

    Raises
    ------
    UserError
        See `build_translator`.
    """
    known = (*NEEDED, *DEFAULTS)
    for key in network:
        if key not in known:
            raise UserError(f"translator: {quoted(key)} is unknown; accepted are {listed(known)}.")
    for key in NEEDED:
        if key not in network:
            raise UserError(f"translator: {key} is missing; give it.")
    facts = {**DEFAULTS, **network}
    for key, accepted in CHOICES.items():
        if facts[key] not in accepted:
            raise UserError(
                f"translator: {key} is {quoted(facts[key])}; accepted are {listed(accepted)}."
            )
    if facts["positions"] is None:
        facts["positions"] = facts["architecture"] == "ao"
    return facts


def _input_size(facts: Mapping[str, Any], side: str) -> int:
    """Return the entries of an input of a side, one a word but for padding."""
    fewest = facts[side] - 1
    size = facts["input_size"]
    if size is None:
        return max(fewest, POSITION_ROOM) if facts["positions"] else fewest
    if size < fewest:
        raise UserError(
            f"translator: input_size is {size} and {side} has {fewest} words but for padding; "
            f"accepted is {fewest} or more."
        )
    return size


def save_translator(path: str | Path, translator: Translator) -> None:
    """Write the weights as safetensors.

    Parameters
    ----------
    path : str or Path
        Of the file.
    translator : Translator
        What is kept.
    """
    kept = {name: tensor.cpu().numpy() for name, tensor in translator.state_dict().items()}
    formats.write_tensors(path, kept)


def load_translator(path: str | Path, network: Mapping[str, Any]) -> Translator:
    """Rebuild a translator.

    Parameters
    ----------
    path : str or Path
        Of the weights.
    network : mapping
        What it was built of.

    Returns
    -------
    Translator
        In evaluation mode.

    Raises
    ------
    UserError
        Where the weights are not of such a network.
    """
    translator = build_translator(network, seed=0)
    arrays = formats.read_tensors(path)
    try:
        translator.load_state_dict({name: torch.from_numpy(a) for name, a in arrays.items()})
    except RuntimeError as error:
        raise UserError(
            f"{path}: its weights do not fit the network; delete it and train the network again."
        ) from error
    return translator.eval()
