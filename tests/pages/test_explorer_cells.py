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
from rnn_geometry.pages._explorer_weights import arrays_of

SCRIPT = PROJECT / "workflow/rnn_geometry/pages/templates/explorer/cells.js"
NODE = shutil.which("node")
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
    tensors = {f"cell.{k}": v.detach().numpy() for k, v in network.cell.named_parameters()}
    tensors |= {"embedding": network.word_vectors.numpy()}
    tensors |= {"readout.weight": network.readout.numpy()}
    weights = {
        name: {"shape": list(array.shape), "values": array.ravel().tolist()}
        for name, array in arrays_of(network.name, tensors).items()
    }
    tokens = [2, 5, 1, 3]
    found = _run(tmp_path, network.name, weights, tokens)
    np.testing.assert_allclose(found[1:], network.states(tokens).numpy(), atol=1e-6)


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
