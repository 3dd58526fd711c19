"""What cells.js makes of words is what torch makes of them: cells, layers, both biases."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import torch
from conftest import PROJECT
from safetensors.torch import save_file
from torch import nn

from rnn_geometry.networks.imported import read_network
from rnn_geometry.networks.make import make_cell
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.pages._explorer_weights import arrays_of, can_step

SCRIPT = PROJECT / "workflow/rnn_geometry/pages/templates/explorer/cells.js"
NODE = shutil.which("node")
TOKENS = [2, 5, 1, 3]
LAYERS = {"vanilla": nn.RNN, "relu": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


@pytest.mark.skipif(NODE is None, reason="there is no node that could run the script")
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", LAYERS)
def test_the_page_steps_imported_layers_as_torch_does(tmp_path, kind, layers):
    torch.manual_seed(0)
    more = {"nonlinearity": "relu"} if kind == "relu" else {}
    rnn = LAYERS[kind](3, 4, num_layers=layers, **more)
    parts = {"embedding": nn.Embedding(6, 3), "rnn": rnn, "readout": nn.Linear(4, 2)}
    save_file(nn.ModuleDict(parts).state_dict(), tmp_path / "net.safetensors")
    network = read_network(tmp_path / "net.safetensors", cell="relu" if kind == "relu" else None)
    given = network.cell, network.word_vectors, network.readout
    found = _run(tmp_path, network.name, _weights(network.name, *given), TOKENS)
    np.testing.assert_allclose(found[1:], network.states(TOKENS).numpy(), atol=1e-6)


@pytest.mark.skipif(NODE is None, reason="there is no node that could run the script")
@pytest.mark.parametrize("name", CELLS)
def test_the_page_steps_every_built_in_cell(tmp_path, name):
    assert can_step(name)
    cell = make_cell(name, 3, 4).double().requires_grad_(False)
    generator = torch.Generator().manual_seed(1)
    for weight in cell.parameters():
        weight.normal_(0, 0.5, generator=generator)
    words = torch.randn(6, 3, generator=generator).double()
    found = _run(tmp_path, name, _weights(name, cell, words, torch.zeros(2, 4)), TOKENS)
    np.testing.assert_allclose(found[1:], cell.unroll(words[TOKENS][None])[0], atol=1e-12)


def _weights(name, cell, words, readout):
    """Return the weights of a network as the page has them."""
    tensors = {f"cell.{k}": v.numpy() for k, v in cell.state_dict().items()}
    tensors |= {"embedding": words.numpy(), "readout.weight": readout.numpy()}
    return {
        name: {"shape": list(array.shape), "values": array.ravel().tolist()}
        for name, array in arrays_of(name, tensors).items()
    }


def _run(folder, cell, weights, tokens):
    """Return the states that the script gives."""
    call = f"""
const given = {json.dumps(weights)};
const weights = {{}};
for (const [name, {{ shape, values }}] of Object.entries(given))
  weights[name] = {{ shape, values: Float64Array.from(values) }};
const states = statesOf({json.dumps(cell)}, weights, {json.dumps(tokens)});
console.log(JSON.stringify(states.map((state) => Array.from(state))));
"""
    file = folder / "run.cjs"
    file.write_text(SCRIPT.read_text() + call)
    done = subprocess.run([str(NODE), str(file)], capture_output=True, text=True, check=True)
    return np.array(json.loads(done.stdout))
