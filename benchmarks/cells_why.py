"""Why three predictions on today's cells did not come out: networks with one thing changed.

    python benchmarks/cells_why.py docs/data/cells_why.csv

Trains six cells on three unordered classes, seeds 0 to 3, by the recipes of
`config/config.yaml`; a row a network. docs/cells.md says what came out.

- minGRU and LRU visit more dimensions than there are scores, RG-LRU hardly more. Is it that units
  forget at different rates, or that words open gates? `visited`: participation ratio of visited
  states, of what is read; `visited_same_gates`: each gate held at its mean over the words;
  `visited_same_rate`: all units forget at one rate (LRU: none turns); what words add is as it was.
- Early words of sLSTM and mLSTM weigh less. `primacy`: weight of the first fifth of a text over
  that of the last; `primacy_held`: with forget gates held at 1. `forget`: mean of f over units and
  the words that are read. `accuracy`, `accuracy_held`, and `accuracy_alone`: of an sLSTM whose
  units do not hear each other (W = 0).
- In Mamba and mLSTM a word does not do the same everywhere. `anywhere`: the measure that is judged;
  `anywhere_read`: the same where what a word does at once is seen after one word x*, not through
  the word itself. `alike`: share of variance of what is left half a text later that the word says;
  `alike_undivided`: of an mLSTM that does not divide by |n q|.
"""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
import yaml
from torch import Tensor, nn

from rnn_geometry.dynamics.integration import (
    SETTLE,
    delayed_independence,
    effects_over_time,
    hold,
    position_independence,
)
from rnn_geometry.geometry.dimension import participation_ratio
from rnn_geometry.geometry.primacy import primacy
from rnn_geometry.networks.classifier import Classifier, analysis_cell, build_classifier
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.training import train
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.synthetic import build_task

CONFIG = Path(__file__).parents[1] / "config" / "config.yaml"
LENGTH, SEEDS, PLACES, VISITED = 25, range(4), 32, 500


def trained(model: dict[str, Any], seed: int) -> tuple[Classifier, Sentences]:
    """Return a network of one seed on three unordered classes, and its test sentences."""
    task = build_task("categorical", classes=3, length=LENGTH, balanced=True)
    parts = [task.sample(32000, 1), task.sample(1000, 2), task.sample(2000, 3)]
    facts = {"cell": model["cell"], "cell_options": model.get("cell_options", {}), "classes": 3}
    facts |= {"hidden_size": model.get("hidden_size", 64), "readout_bias": False}
    network = build_classifier({**facts, "readout_scale": 1.0}, task.word_vectors(), seed=seed)
    recipe = Recipe.from_settings({"betas": (0.9, 0.99), **model})
    train(network, parts[0], parts[1], recipe, batch_seed=seed)
    return network.double().eval(), parts[2]


@torch.no_grad()
def states_of(network: Classifier, test: Sentences) -> tuple[np.ndarray, np.ndarray]:
    """Return all states (m, T, S) on test sentences of one length, and their logits (m, C)."""
    states = network.states(torch.from_numpy(test.padded(np.arange(len(test)))[0])).numpy()
    return states, states[:, -1] @ network.readout_matrix().numpy().T


def visited(states: np.ndarray) -> float:
    """Return the participation ratio of some of the states, those that a network visits."""
    flat = states.reshape(-1, states.shape[-1])
    rows = np.random.default_rng(0).choice(len(flat), VISITED, replace=False)
    return float(participation_ratio(flat[rows]))


@torch.no_grad()
def of_gates(network: Classifier, test: Sentences) -> dict[str, float]:
    """Return the dimension that a diagonal cell visits, in what is read, and with other gates."""
    tokens = torch.from_numpy(test.padded(np.arange(len(test)))[0])
    keep, drive = network.cell.coefficients(network.embedding_matrix().double()[tokens])
    keep = keep.expand_as(drive)
    same = keep.mean((0, 1)).expand_as(keep)
    ways = {"visited": keep, "visited_same_gates": same}
    ways["visited_same_rate"] = same.abs().mean().expand_as(keep)
    found = {}
    for name, kept in ways.items():
        h, states = torch.zeros_like(drive[:, 0]), []
        for t in range(LENGTH):
            h = kept[:, t] * h + drive[:, t]
            states.append(torch.view_as_real(h)[..., 0] if h.is_complex() else h)
        found[name] = visited(torch.stack(states, 1).numpy())
    own = states_of(network, test)[0][..., : network.cell.hidden_size]
    if not np.isclose(found["visited"], visited(own)):
        raise AssertionError("the gates do not give the states of the network")
    return found


def kicks_of(network: Classifier, test: Sentences) -> np.ndarray:
    """Return what every word changes in the logits at a middling state, (V, C)."""
    states, _ = states_of(network, test)
    centre = hold(analysis_cell(network), states[:1, LENGTH // 2], _neutral(network), SETTLE)
    return _effects(network, centre, [SETTLE])[0, :, 0].numpy()


def _neutral(network: Classifier) -> Tensor:
    return torch.zeros(network.embedding_matrix().shape[1], dtype=torch.float64)


def _effects(network: Classifier, places: Tensor, passed: list[int]) -> Tensor:
    """Return changes (T, V, n, C) of logits, relative to their mean, by all words at places."""
    readout = network.readout_matrix().double().detach()
    words = network.embedding_matrix().double().detach()
    step, along = analysis_cell(network), readout - readout.mean(0)
    return effects_over_time(step, places, _neutral(network), words, along, passed)


def of_forgetting(network: Classifier, test: Sentences) -> dict[str, float | None]:
    """Return how much early words weigh, and how much with forget gates held at 1."""
    kicks, held = kicks_of(network, test), copy.deepcopy(network)
    gates: list[Tensor] = []
    hold_forget_gates(held.cell)
    noted = copy.deepcopy(network)
    note_forget_gates(noted.cell, gates)
    found: dict[str, float | None] = {}
    for end, changed in {"": noted, "_held": held}.items():
        _, logits = states_of(changed, test)
        found[f"primacy{end}"] = primacy(test, kicks, logits - logits.mean(1, keepdims=True))
        found[f"accuracy{end}"] = float((logits.argmax(1) == test.labels).mean())
    return found | {"forget": float(torch.cat([gate.flatten() for gate in gates]).mean())}


def of_units_alone(network: Classifier, test: Sentences) -> dict[str, float]:
    """Return the accuracy of an sLSTM whose units do not hear each other."""
    alone = copy.deepcopy(network)
    with torch.no_grad():
        alone.cell.weight_hh.zero_()
    _, logits = states_of(alone, test)
    return {"accuracy_alone": float((logits.argmax(1) == test.labels).mean())}


def hold_forget_gates(cell: nn.Module) -> None:
    """Hold the forget gates of an sLSTM or mLSTM at 1."""
    _with_forget(cell, torch.ones_like)


def note_forget_gates(cell: nn.Module, gates: list[Tensor]) -> None:
    """Note the forget gates of an sLSTM or mLSTM as it reads."""

    def noted(gate: Tensor) -> Tensor:
        gates.append(gate)
        return gate

    _with_forget(cell, noted)


def _with_forget(cell: nn.Module, change: Any) -> None:
    """Let a function of the forget gate stand for it, in a cell of either kind."""
    gates, place = cell._gates, 1 if len(cell._gates(*_asked(cell))) == 4 else -1

    def changed(drive: Tensor) -> tuple[Tensor, ...]:
        found = list(gates(drive))
        found[place] = change(found[place])
        return tuple(found)

    cell._gates = changed


def _asked(cell: nn.Module) -> tuple[Tensor]:
    """Return what the gates of a cell are made from: drives, or a word."""
    size = 4 * cell.hidden_size if hasattr(cell, "weight_hh") else cell.weight_ih.shape[1]
    return (torch.zeros(1, size, dtype=torch.float64),)


def of_places(network: Classifier, test: Sentences) -> dict[str, float | None]:
    """Return whether a word does the same wherever it is read."""
    states, _ = states_of(network, test)
    places = hold(analysis_cell(network), states[:PLACES, -1], _neutral(network), SETTLE)
    at_once, read, delayed = _effects(network, places, [0, 1, LENGTH // 2]).numpy()
    return {
        "anywhere": delayed_independence(at_once, delayed),
        "anywhere_read": delayed_independence(read, delayed),
        "alike": position_independence(delayed),
    }


def of_dividing(network: Classifier, test: Sentences) -> dict[str, float | None]:
    """Return whether a word does the same everywhere in an mLSTM that does not divide."""
    undivided = copy.deepcopy(network)
    fraction = undivided.cell._fraction

    def whole(held: Tensor, query: Tensor) -> tuple[Tensor, Tensor]:
        above, below = fraction(held, query)
        return above, torch.zeros_like(below)

    undivided.cell._fraction = whole
    return {"alike_undivided": of_places(undivided, test)["alike"]}


MEASURES = {
    "mingru": (of_gates,),
    "lru": (of_gates,),
    "rg_lru": (of_gates,),
    "slstm": (of_forgetting, of_units_alone),
    "mamba": (of_places,),
    "mlstm": (of_forgetting, of_places, of_dividing),
}


def main(file: str) -> None:
    """Write a row per network."""
    torch.set_num_threads(1)
    models = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["models"]
    rows = []
    for model, measures in MEASURES.items():
        for seed in SEEDS:
            network, test = trained(models[model], seed)
            row: dict[str, Any] = {"model": model, "seed": seed}
            for measure in measures:
                row |= measure(network, test)
            rows.append(row)
            print(row, flush=True)
    pd.DataFrame(rows).to_csv(file, index=False, float_format="%.4g")


if __name__ == "__main__":
    main(*sys.argv[1:])
