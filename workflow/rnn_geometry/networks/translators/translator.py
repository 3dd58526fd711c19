"""Encoder-decoder networks: one that passes on its last state, and two that attend.

    encoder     h^E_t = F_E(h^E_{t-1}, x_t + p_t)
    decoder     h^D_0 = h^E_T;  h^D_s = F_D(h^D_{s-1}, u_s + p_s)
    alignment   a_st = h^D_s . h^E_t, attention w_s = softmax_t(a_s), context c_s = sum_t w_st h^E_t
    readout     ved: R h^D_s      aed: R [h^D_s ; c_s]      ao: R c_s, and both cells start at zero

The context does not enter the recurrence of the decoder. Its states depend on its input words
alone, so that a whole phrase is one unroll as soon as these are known.

Shapes: B pairs, T words read, S words said, H units, V words of a side with `<pad>`, E entries of
an input. Word ids are those of tasks of pairs; a decoder's first input has the id 0.

References
----------
Aitken et al., NeurIPS 2021 (arXiv 2110.15253).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.translators.positions import encoding

ARCHITECTURES = ("ved", "aed", "ao")
ALIGNMENTS = ("plain", "learned")
FEEDBACKS = ("own", "target", "none")


def _unchanged(states: Tensor, *facts: Tensor) -> Tensor:
    return states


class Edit(NamedTuple):
    """What stands for states in alignments, and nowhere else.

    Attributes
    ----------
    keys
        From encoder states (B, T, H), their words (B, T) and lengths (B,) to (B, T, H).
    queries
        From decoder states (B, S, H), their input words (B, S) and places from 0 (S,) to
        (B, S, H).
    """

    keys: Callable[[Tensor, Tensor, Tensor], Tensor] = _unchanged
    queries: Callable[[Tensor, Tensor, Tensor], Tensor] = _unchanged


UNEDITED = Edit()


class Reading(NamedTuple):
    """What an encoder made of phrases.

    Attributes
    ----------
    words : (B, T)
        Ids.
    lengths : (B,)
        Words of each.
    states : (B, T, state_size)
        Flat states; past the end of a phrase they mean nothing.
    """

    words: Tensor
    lengths: Tensor
    states: Tensor


class Saying(NamedTuple):
    """What a decoder made of it.

    Attributes
    ----------
    words : (B, S)
        Ids of its input words.
    states : (B, S, state_size)
        Flat states.
    logits : (B, S, V - 1)
        Column i is the word i + 1: padding is never said.
    alignments, attention : (B, S, T) or None
        None where the architecture does not attend; alignments are -inf past the input's end.
    """

    words: Tensor
    states: Tensor
    logits: Tensor
    alignments: Tensor | None
    attention: Tensor | None

    def said(self) -> Tensor:
        """Return the ids (B, S) of the words with the largest logits."""
        return self.logits.argmax(-1) + 1


class Translator(nn.Module):
    """Two cells with weights of their own, an alignment and a readout.

    Parameters
    ----------
    encoder, decoder : Cell
        Of as many entries of state; their weights are drawn.
    words_in, words_out : int
        Ids of either side.
    architecture : str
        One of ARCHITECTURES.
    alignment : str
        `plain`, or `learned`: (Q h^D) . (K h^E) / sqrt(H).
    feedback : str
        What the decoder reads in training: its `own` last word, the `target`, or `none`.
    rotations : pair of (E, E), or None
        Of the positional encodings of encoder and decoder; None: no encoding.

    Raises
    ------
    ValueError
        For cells that do not fit each other or the words.
    """

    embedding: Tensor
    decoder_words: Tensor

    def __init__(
        self,
        encoder: Cell,
        decoder: Cell,
        words_in: int,
        words_out: int,
        *,
        architecture: str = "aed",
        alignment: str = "plain",
        feedback: str = "own",
        rotations: tuple[Tensor, Tensor] | None = None,
    ):
        super().__init__()
        sizes = (encoder.state_size, encoder.hidden_size)
        if sizes != (decoder.state_size, decoder.hidden_size):
            raise ValueError("encoder and decoder must have states of one size")
        self.architecture, self.feedback = architecture, feedback
        # Optimiser code calls the recurrent part of a network its cell: here there are two.
        self.cell = nn.ModuleDict({"encoder": encoder, "decoder": decoder})
        self.register_buffer("embedding", encoder_words(words_in, encoder.input_size))
        self.register_buffer("decoder_words", decoder_words(words_out, decoder.input_size))
        for side, rotation in zip(("in", "out"), rotations or (None, None), strict=True):
            self.register_buffer(f"rotation_{side}", rotation)
        size = encoder.hidden_size
        seen = 2 * size if architecture == "aed" else size
        self.readout = nn.Linear(seen, words_out - 1, bias=False)
        learned = alignment == "learned" and architecture != "ved"
        self.query = nn.Linear(size, size, bias=False) if learned else None
        self.key = nn.Linear(size, size, bias=False) if learned else None

    @property
    def encoder(self) -> Cell:
        """The cell that reads."""
        return self.cell["encoder"]  # pyright: ignore[reportReturnType]

    @property
    def decoder(self) -> Cell:
        """The cell that says."""
        return self.cell["decoder"]  # pyright: ignore[reportReturnType]

    @property
    def attends(self) -> bool:
        """Whether the readout sees a context."""
        return self.architecture != "ved"

    def bilinear(self) -> Tensor | None:
        """Return the matrix M (H, H) of alignments h^D M h^E; None for the plain one."""
        if self.query is None or self.key is None:
            return None
        return self.query.weight.mT @ self.key.weight / math.sqrt(self.encoder.hidden_size)

    def read(self, words: Tensor, lengths: Tensor) -> Reading:
        """Read phrases.

        Parameters
        ----------
        words : (B, T)
            Ids.
        lengths : (B,)
            Words of each.
        """
        inputs = nn.functional.embedding(words, self.embedding)
        inputs = inputs + self._positions("rotation_in", words.shape[1])
        return Reading(words, lengths, self._unrolled(self.encoder, inputs, None))

    def say(self, reading: Reading, words: Tensor, edit: Edit = UNEDITED) -> Saying:
        """Say phrases where all input words of the decoder are known.

        Parameters
        ----------
        reading : Reading
            What was read.
        words : (B, S)
            Ids of the input words.
        edit : Edit
            See there.
        """
        inputs = nn.functional.embedding(words, self.decoder_words)
        inputs = inputs + self._positions("rotation_out", words.shape[1])
        states = self._unrolled(self.decoder, inputs, self._handed_over(reading))
        places = torch.arange(words.shape[1], device=words.device)
        keys, values = self._keys(reading, edit)
        return self._outcome(reading, words, states, places, keys, values, edit)

    @torch.no_grad()
    def own_words(self, reading: Reading, steps: int, edit: Edit = UNEDITED) -> Tensor:
        """Return the input words (B, steps) of a decoder that reads what it says.

        Parameters
        ----------
        reading : Reading
            What was read.
        steps : int
            Words to be said.
        edit : Edit
            See there.
        """
        words = torch.zeros_like(reading.words[:, 0])
        state = self._handed_over(reading)
        keys, values = self._keys(reading, edit)
        positions, found = self._positions("rotation_out", steps), []
        for s in range(steps):
            found.append(words)
            inputs = self.decoder_words[words] + positions[min(s, len(positions) - 1)]
            state = self.decoder(self._before(self.decoder, inputs, state), inputs)
            place = torch.tensor([s], device=words.device)
            saying = self._outcome(
                reading, words[:, None], state[:, None], place, keys, values, edit
            )
            words = saying.said()[:, 0]
        return torch.stack(found, 1)

    def input_words(self, reading: Reading, targets: Tensor, feedback: str | None = None) -> Tensor:
        """Return the ids (B, S) of what the decoder reads.

        Parameters
        ----------
        reading : Reading
            What was read.
        targets : (B, S)
            Ids that are to be said.
        feedback : str or None
            One of FEEDBACKS; None: that of training.
        """
        feedback = feedback or self.feedback
        if feedback == "own":
            return self.own_words(reading, targets.shape[1])
        nothing = torch.full_like(targets, len(self.decoder_words) - 1)
        later = targets if feedback == "target" else nothing
        return torch.cat([torch.zeros_like(targets[:, :1]), later[:, :-1]], 1)

    def forward(self, words: Tensor, lengths: Tensor, targets: Tensor) -> Saying:
        """Read and say phrases as in training.

        Parameters
        ----------
        words, lengths, targets : (B, T), (B,), (B, S)
            Ids read, their number, ids to be said.
        """
        reading = self.read(words, lengths)
        return self.say(reading, self.input_words(reading, targets))

    def _positions(self, name: str, places: int) -> Tensor:
        """Return positional encodings (places, E), or one row of zeros."""
        rotation = getattr(self, name)
        if rotation is None:
            return self.embedding.new_zeros(1, 1)
        return encoding(torch.arange(1, places + 1, device=rotation.device), rotation)

    def _before(self, cell: Cell, inputs: Tensor, state: Tensor | None) -> Tensor:
        """Return the state (B, state_size) from which a cell reads inputs (B, E)."""
        if state is None or self.architecture == "ao":
            return cell.initial_state(inputs)
        return state

    def _unrolled(self, cell: Cell, inputs: Tensor, state: Tensor | None) -> Tensor:
        """Return the states (B, T, state_size) after inputs (B, T, E)."""
        if self.architecture != "ao":
            return cell.unroll(inputs, state)
        flat = inputs.flatten(0, 1)
        return cell(cell.initial_state(flat), flat).unflatten(0, inputs.shape[:2])

    def _handed_over(self, reading: Reading) -> Tensor:
        """Return the state (B, state_size) with which a decoder begins."""
        rows = torch.arange(len(reading.lengths), device=reading.lengths.device)
        return reading.states[rows, reading.lengths - 1]

    def _keys(self, reading: Reading, edit: Edit) -> tuple[Tensor, Tensor]:
        """Return what alignments and what the context see of the encoder, (B, T, H) each."""
        values = self.encoder.output(reading.states)
        keys = edit.keys(values, reading.words, reading.lengths)
        return keys if self.key is None else self.key(keys), values

    def _outcome(
        self,
        reading: Reading,
        words: Tensor,
        states: Tensor,
        places: Tensor,
        keys: Tensor,
        values: Tensor,
        edit: Edit,
    ) -> Saying:
        """Return alignments, attention and logits of decoder states (B, S, state_size)."""
        outputs = self.decoder.output(states)
        if not self.attends:
            return Saying(words, states, self.readout(outputs), None, None)
        queries = edit.queries(outputs, words, places)
        if self.query is not None:
            queries = self.query(queries) / math.sqrt(queries.shape[-1])
        past = torch.arange(keys.shape[1], device=keys.device) >= reading.lengths[:, None]
        alignments = (queries @ keys.mT).masked_fill(past[:, None], -math.inf)
        attention = alignments.softmax(-1)
        context = attention @ values
        seen = context if self.architecture == "ao" else torch.cat([outputs, context], -1)
        return Saying(words, states, self.readout(seen), alignments, attention)


def encoder_words(words: int, size: int) -> Tensor:
    """Return what an encoder reads: one-hot words, zero for padding.

    Parameters
    ----------
    words : int
        Ids V.
    size : int
        Entries E, at least V - 1; further ones are zero.

    Returns
    -------
    (V, E)
        float32.

    Raises
    ------
    ValueError
        Where there is no room for the words.
    """
    if size < words - 1:
        raise ValueError(f"{words - 1} words need inputs of as many entries; there are {size}")
    return torch.eye(words, size + 1)[:, 1:]


def decoder_words(words: int, size: int) -> Tensor:
    """Return what a decoder reads: all words alike at first, then one-hot words.

    Parameters
    ----------
    words, size : int
        See `encoder_words`.

    Returns
    -------
    (V + 1, E)
        Row 0 is the first input, 1 / (V - 1) in every word; the last row is zero.

    Examples
    --------
    >>> decoder_words(3, 2).tolist()
    [[0.5, 0.5], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    """
    table = torch.cat([encoder_words(words, size), torch.zeros(1, size)])
    table[0, : words - 1] = 1 / (words - 1)
    return table
