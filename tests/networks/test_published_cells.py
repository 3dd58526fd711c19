"""Cells beside published code: numbers of the references, made by benchmarks/published_cells.py.

A file of `published_cells/` names its source, and holds weights, words and what the reference made
of them. Here stands which of its weights is which of ours.
"""

import json
from functools import cache
from pathlib import Path

import pytest
import torch

from rnn_geometry.networks.make import make_cell
from rnn_geometry.networks.registry import CELLS

FOLDER = Path(__file__).parent / "published_cells"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
CLOSE = 1e-12
OF_TORCH = {"gru", "relu"}  # beside torch.nn in test_cells


def numbers(name):
    """Return the facts of a file, its weights and its other arrays, in float64."""
    facts = json.loads((FOLDER / f"{name}.json").read_text())
    weights = facts.pop("weights")
    arrays = {key: facts.pop(key) for key in list(facts) if isinstance(facts[key], list)}
    tensors = (
        {key: torch.tensor(value, dtype=torch.float64) for key, value in parts.items()}
        for parts in (weights, arrays)
    )
    return facts, *tensors


def mingru(w):
    candidate, gate = w["to_hidden_and_gate.weight"].chunk(2)
    # The reference puts n + 1/2 for a candidate n that is not negative.
    bias = torch.cat([gate[:, -1], candidate[:, -1] + 0.5])
    return {"weight_ih": torch.cat([gate, candidate])[:, :-1], "bias": bias}


def lru(w):
    inputs = torch.cat([w["B_re"], w["B_im"]])
    return {name: w[f"{name}_log"] for name in ("nu", "theta", "gamma")} | {"weight_ih": inputs}


def rg_lru(w):
    """Gates of the reference read what is gated; ours read the word."""
    linear, bias = w["linear_x.weight"], w["linear_x.bias"]
    gates = [
        (torch.block_diag(*w[f"{name}.w"]).mT, w[f"{name}.b"].flatten())
        for name in ("a_gate", "input_gate")
    ]
    return {
        "decay": w["a_param"],
        "weight_ih": torch.cat([*(gate @ linear for gate, _ in gates), linear]),
        "bias": torch.cat([*(gate @ bias + own for gate, own in gates), bias]),
    }


def mamba(w):
    """Steps, B and C of the reference are made of u; ours of the word. Its C has no bias."""
    return {
        "weight_ih": torch.cat([w["in_proj.weight"], w["x_proj.weight"] @ w["in_proj.weight"]]),
        "weight_step": w["dt_proj.weight"],
        "bias_step": w["dt_proj.bias"],
        "bias_read": torch.zeros(w["A_log"].shape[1]),
        "decay": w["A_log"],
    }


def slstm(w):
    return {"weight_ih": w["W"], "weight_hh": w["R"][0], "bias": w["b"]}


def mlstm(w):
    """o = 1: the reference's is not in this function."""
    open_wide = torch.full_like(w["q.bias"], 40)
    order = ("v", "k", "q", None, "i", "f")
    weight = [w["q.weight"] * 0 if name is None else w[f"{name}.weight"] for name in order]
    bias = [open_wide if name is None else w[f"{name}.bias"] for name in order]
    return {"weight_ih": torch.cat(weight), "bias": torch.cat(bias)}


def lstm_norm(w):
    """Gates i, g, f, o of the reference are i, f, g, o of ours."""
    sorted_ = {name: gates_in_our_order(w[name]) for name in ("kernel", "recurrent_kernel", "bias")}
    scale_ih, scale_hh = gates_in_our_order(w["gamma"])
    return {
        "weight_ih": sorted_["kernel"].mT,
        "weight_hh": sorted_["recurrent_kernel"].mT,
        "bias": sorted_["bias"],
        "scale_ih": scale_ih,
        "scale_hh": scale_hh,
        "scale_memory": w["gamma_h"],
        "shift_memory": w["beta_h"],
    }


def gates_in_our_order(value):
    i, g, f, o = value.chunk(4, -1)
    return torch.cat([i, f, g, o], -1)


def leaky(w):
    return {"weight_hh": w["W"], "weight_ih": w["Win"], "bias": w["bias"], "leak": w["lr"]}


def of_the_paper(*gates):
    """Return what puts weights of these gates, in our order, into ours."""
    names = {"weight_ih": "A", "weight_hh": "W", "bias": "b"}

    def mapped(w):
        return {
            ours: torch.cat([w[f"{gate}.{theirs}"] for gate in gates])
            for ours, theirs in names.items()
        }

    return mapped


OURS = {
    "mingru": mingru,
    "lru": lru,
    "rg_lru": rg_lru,
    "mamba": mamba,
    "slstm": slstm,
    "mlstm": mlstm,
    "lstm_norm": lstm_norm,
    "leaky": leaky,
    "vanilla": of_the_paper("weights"),
    "gru_reset_before": of_the_paper("reset_gate", "update_gate", "cell_state"),
    "ugrnn": of_the_paper("update_gate", "cell_state"),
    "lstm": of_the_paper("update_gate", "forget_gate", "cell_state", "output_gate"),
}
PAPER = ("vanilla", "gru_reset_before", "ugrnn", "lstm")


def states_of(cell, found):
    """Return the reference's states (texts, words, ..) as the first entries of our flat states."""
    if "states" in found and cell != "mamba":
        return found["states"]
    parts = {
        "lru": ("real", "imag"),
        "lstm_norm": ("h", "c"),
        "mamba": ("y", "states"),
        "slstm": ("h", "c", "n"),
        "mlstm": ("h", "C", "n"),
    }.get(cell, ("h",))
    found = dict(found)
    if "C" in found:  # the transpose of ours
        found["C"] = found["C"].mT
    for name in {"c", "C", "n"} & set(found) if "m" in found else ():  # the stabiliser
        found[name] = found[name] * found["m"].exp()
    return torch.cat([found[name].flatten(2) for name in parts if name in found], -1)


@cache
def beside(name):
    """Return our cell with the reference's weights, its numbers, and its flat states."""
    facts, weights, found = numbers(name)
    ours = OURS[facts["cell"]](weights)
    entries = ours["weight_ih"].shape[1]
    cell = make_cell(facts["cell"], entries, facts["units"], **facts["options"]).double()
    cell.load_state_dict(ours)
    return cell.requires_grad_(False), found, states_of(facts["cell"], found)


def step_by_step(cell, words, h):
    """Return the states of a loop over the words."""
    states = []
    for word in words.unbind(1):
        states.append(h := cell(h, word))
    return torch.stack(states, 1)


def apart(ours, theirs):
    """Return the greatest difference, as a share of the largest number."""
    return float((ours - theirs).abs().max() / theirs.abs().max())


def test_every_cell_has_a_reference():
    cells = {numbers(name)[0]["cell"] for name in NAMES}
    assert cells | OF_TORCH == {name for name in CELLS if not name.endswith("-2-layers")}


def test_numbers_say_where_they_are_from():
    for name in NAMES:
        facts = numbers(name)[0]
        assert {"source", "version", "file", "sha256", "function", "how", "drawn"} <= set(facts)


@pytest.mark.parametrize("name", NAMES)
def test_equal_to_published_code(name):
    cell, found, theirs = beside(name)
    start = found.get("start", theirs.new_zeros(len(theirs), cell.state_size))
    shown = theirs.shape[-1]
    assert apart(cell.unroll(found["words"], start)[..., :shown], theirs) < CLOSE
    assert apart(step_by_step(cell, found["words"], start)[..., :shown], theirs) < CLOSE


@pytest.mark.parametrize("name", PAPER)
def test_jacobians_equal_those_of_the_papers_authors(name):
    cell, found, states = beside(name)
    ours = cell.jacobians(states[:1, -2], found["words"][:1, -1])
    for jacobian, theirs in zip(ours, (found["recurrent"], found["inputs"]), strict=True):
        assert apart(jacobian[0], theirs) < CLOSE


def test_an_rg_lru_differs_in_the_first_word_of_a_text():
    """The reference leaves sqrt(1 - a^2) out where a text begins; all else is alike."""
    cell, found, _ = beside("rg_lru")
    words, theirs = found["words"], found["from_reset"]
    keep, drive = cell.coefficients(words[:, 0])
    assert apart(drive / (1 - keep**2).sqrt(), theirs[:, 0]) < CLOSE
    assert apart(cell.unroll(words[:, 1:], theirs[:, 0]), theirs[:, 1:]) < CLOSE
    assert 0.17 < apart(cell.unroll(words), theirs) < 0.19


def test_an_mlstm_differs_by_what_the_reference_adds_to_a_divisor():
    _, found, states = beside("mlstm")
    output = states[..., : found["h"].shape[-1]]
    assert 1e-7 < apart(found["with_eps"], output) < 1e-6


@pytest.mark.parametrize(("name", "gate_i"), [("slstm", slice(0, 4)), ("mlstm", slice(16, 17))])
@pytest.mark.parametrize(("dtype", "last"), [(torch.float32, 88), (torch.float64, 709)])
def test_without_a_stabiliser_a_cell_ends_where_exp_runs_over(name, gate_i, dtype, last):
    cell = make_cell(name, 2, 4).to(dtype).requires_grad_(False)
    for drive, good in ((last, True), (last + 1, False)):
        cell.bias[gate_i] = drive
        assert cell.outputs(torch.ones(1, 1, 2, dtype=dtype)).isfinite().all() == good
