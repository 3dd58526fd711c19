"""Networks that were trained elsewhere: read, stepped like torch's own, refused in one sentence."""

import json
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.step import layer_states, torch_step
from rnn_geometry.errors import UserError
from rnn_geometry.networks.check import check_cell
from rnn_geometry.networks.imported import read_network

V, E, H, C = 12, 5, 7, 3
LAYERS = {"vanilla": nn.RNN, "relu": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class Net(nn.Module):
    """Word vectors, layers, a readout of what `pool` makes of their outputs."""

    def __init__(self, kind="gru", layers=1, bias=True, pool="last", **options):
        super().__init__()
        more = {"nonlinearity": "relu"} if kind == "relu" else {}
        options = {"num_layers": layers, "bias": bias, "batch_first": True, **more, **options}
        self.embedding = nn.Embedding(V, E)
        self.rnn = LAYERS[kind](E, H, **options)
        self.readout = nn.Linear(H * (1 + self.rnn.bidirectional), C)
        self.pool = pool

    def forward(self, tokens):
        outputs = self.rnn(self.embedding(tokens))[0]
        return self.readout(outputs[:, -1] if self.pool == "last" else outputs.mean(1))


def made(seed=0, **options):
    torch.manual_seed(seed)
    return Net(**options).eval()


def saved(folder, net, name="net.safetensors"):
    file = folder / name
    weights = {k: v.contiguous() for k, v in net.state_dict().items()}
    save_file(weights, file) if file.suffix == ".safetensors" else torch.save(weights, file)
    return file


def texts(count=5, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(V, (4 + i,), generator=generator) for i in range(count)]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("kind", LAYERS)
def test_logits_and_states_are_those_of_torch(tmp_path, kind, layers, bias):
    net = made(kind=kind, layers=layers, bias=bias)
    cell = "relu" if kind == "relu" else None
    network = read_network(saved(tmp_path, net), cell=cell)
    assert network.name == (kind if layers == 1 else f"{kind}-{layers}-layers")
    for text in texts():
        states = network.states(text)
        with torch.no_grad():
            words = net.embedding(text)[None]
            expected = layer_states(net.rnn, words)[0]
            logits = net(text[None])[0]
        per = states.shape[1] // layers  # of a layer: (h, c) of an LSTM
        own = states.unflatten(1, (layers, per)).flip(1).unflatten(2, (per // H, H))
        torch.testing.assert_close(own.transpose(1, 2).flatten(1), expected, atol=1e-6, rtol=0)
        torch.testing.assert_close(network.logits(states[-1]).float(), logits, atol=1e-6, rtol=0)


@pytest.mark.parametrize("kind", LAYERS)
def test_cells_of_layers_pass_the_check_of_cells(kind):
    for layers in (1, 2):
        check_cell(
            "rnn_geometry.networks.torch_cells:Layers", kind=kind, layers=layers, hidden_size=6
        )
    check_cell("rnn_geometry.networks.torch_cells:TorchGRU")
    check_cell("rnn_geometry.networks.torch_cells:ReluRNN")


def test_slow_points_are_those_of_the_library(tmp_path):
    net = made(kind="gru")
    network = read_network(saved(tmp_path, net))
    states = torch.cat([network.states(text) for text in texts(20)])
    zero = torch.zeros(E)
    mine = project_to_slow_manifold(network.step, states, zero, min_tau=3)
    theirs = project_to_slow_manifold(torch_step(net.rnn), states, zero, min_tau=3)
    assert (mine.status == theirs.status).all()
    assert abs(mine.points - theirs.points).max() < 1e-6


@pytest.mark.parametrize("name", ["net.pt", "net.pth", "net.bin"])
def test_state_dicts_of_torch_are_read(tmp_path, name):
    net = made(kind="lstm")
    assert read_network(saved(tmp_path, net, name)).name == "lstm"


def test_names_of_any_prefix_and_wrappers_are_found(tmp_path):
    net = made()
    renamed = {"embedding": "encoder.emb", "rnn": "encoder.core.rnn", "readout": "head.fc"}
    weights = {}
    for key, value in net.state_dict().items():
        part, rest = key.split(".", 1)
        weights[f"module.{renamed[part]}.{rest}"] = value.double()
    save_file(weights, tmp_path / "net.safetensors")
    network = read_network(tmp_path / "net.safetensors")
    text = texts(1)[0]
    expected = net(text[None])[0]
    assert torch.allclose(network.logits(network.states(text)[-1]).float(), expected, atol=1e-6)


@pytest.mark.parametrize("tokens", [["great"], [3, V], [-1], [0.5], [[1, 2]], []])
def test_what_are_no_rows_of_words_is_one_sentence(tmp_path, tokens):
    network = read_network(saved(tmp_path, made()))
    with pytest.raises(UserError, match=f"whole numbers from 0 to {V - 1}.*network.words.names"):
        network.states(tokens)


class WithLengths(Net):
    def forward(self, tokens, lengths):
        outputs = self.rnn(self.embedding(tokens))[0]
        return self.readout(outputs[torch.arange(len(tokens)), lengths - 1])


class Dictionary(Net):
    def forward(self, input_ids, attention_mask=None):
        last = attention_mask.sum(1) - 1
        outputs = self.rnn(self.embedding(input_ids))[0]
        return {"logits": self.readout(outputs[torch.arange(len(last)), last]), "loss": None}


class Output(Net):
    def forward(self, input_ids):
        return SimpleNamespace(logits=super().forward(input_ids))


class OfCell(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.dropout = nn.Embedding(V, E), nn.Dropout(0.5)
        self.cell, self.readout = nn.LSTMCell(E, H), nn.Linear(H, C)

    def forward(self, x):
        state = None
        for word in self.embedding(x).unbind(1):
            state = self.cell(self.dropout(word), state)
        return self.readout(state[0])


class EveryWord(Net):
    def forward(self, tokens):
        return self.readout(self.rnn(self.embedding(tokens))[0]), None


class WordsFirst(Net):
    def __init__(self):
        super().__init__(batch_first=False)

    def forward(self, tokens):
        return self.readout(self.rnn(self.embedding(tokens.T))[0][-1])


@pytest.mark.parametrize(
    "kind", [Net, WithLengths, Dictionary, Output, OfCell, EveryWord, WordsFirst]
)
def test_modules_are_taken_apart_by_type(tmp_path, kind):
    torch.manual_seed(3)
    net = kind()
    network = read_network(saved(tmp_path, net), module=kind())
    assert network.check(texts()) < 1e-5
    assert network.name == ("lstm" if kind is OfCell else "gru")


MODULE = """
import torch


def build(units=7):
    parts = dict(embedding=torch.nn.Embedding(12, 5), rnn=torch.nn.GRU(5, units, batch_first=True))
    net = torch.nn.ModuleDict(parts | dict(readout=torch.nn.Linear(units, 3)))
    net.forward = lambda tokens: net.readout(net.rnn(net.embedding(tokens))[0][:, -1])
    return net


def nothing():
    return None


def broken():
    raise ValueError("no such thing")
"""


def test_a_module_by_its_path(tmp_path, monkeypatch):
    (tmp_path / "my_net.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    file = saved(tmp_path, made())
    assert read_network(file, module="my_net.py:build", module_options={"units": 7}).name == "gru"
    for name, sentence in {
        "nothing": "gives NoneType; accepted is a torch.nn.Module",
        "broken": r"fails \(ValueError: no such thing\)",
        "absent": "my_net.py has no 'absent'; there is: build, ",
    }.items():
        with pytest.raises(UserError, match=sentence):
            read_network(file, module=f"my_net.py:{name}")
    with pytest.raises(UserError, match=r"rnn.weight_ih_l0 is \(21, 5\) and should be \(24, 5\)"):
        read_network(file, module="my_net.py:build", module_options={"units": 8})
    with pytest.raises(UserError, match=r"the module 'other\.py' of 'other\.py:build' cannot be"):
        read_network(file, module="other.py:build")


class Normed(Net):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(H)


class Layered(Net):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(E)

    def forward(self, tokens):
        return self.readout(self.rnn(self.norm(self.embedding(tokens)))[0][:, -1])


class TwoHeads(Net):
    def __init__(self):
        super().__init__()
        self.other = nn.Linear(H, 2)


REFUSED = {
    "pooled": (lambda: made(pool="mean"), lambda: Net(pool="mean"), "it reads the mean over words"),
    "norm between": (Layered, Layered, r"it also holds LayerNorm"),
    "batch norm": (Normed, Normed, "'norm' is a batch normalisation"),
    "two heads": (TwoHeads, TwoHeads, r"one Linear that reads 7 units and holds 2"),
    "two ways": (
        lambda: made(bidirectional=True),
        lambda: Net(bidirectional=True),
        "reads in two directions",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_module_that_does_more_is_refused(tmp_path, case):
    net, module, sentence = REFUSED[case]
    with pytest.raises(UserError, match=sentence):
        read_network(saved(tmp_path, net()), module=module())


def changed(**changes):
    """Return a state dict with some weights replaced, or taken out where None."""
    weights = {**made().state_dict(), **{k.replace("__", "."): v for k, v in changes.items()}}
    return {name: value for name, value in weights.items() if value is not None}


BROKEN = {
    "missing part": (lambda: changed(rnn__weight_hh_l0=None), "weight_hh_l0 is missing"),
    "missing bias": (lambda: changed(rnn__bias_hh_l0=None), "bias_hh_l0 is missing"),
    "wrong rows": (lambda: changed(rnn__weight_ih_l0=torch.zeros(20, E)), r"\(3H, H\) of a GRU"),
    "wrong bias": (
        lambda: changed(rnn__bias_ih_l0=torch.zeros(4)),
        r"bias_ih_l0 is \(4,\) and should be \(21,\)",
    ),
    "no readout": (lambda: changed(readout__weight=None), r"a readout \(outputs, 7\)"),
    "no layers": (
        lambda: {"a": torch.zeros(3, 3)},
        "weights named weight_ih_l0, and there is none",
    ),
    "left over": (lambda: changed(norm__weight=torch.ones(H)), "'?norm.weight'? belong neither"),
    "batch norm": (lambda: changed(norm__running_mean=torch.ones(H)), "fold it into the weights"),
    "not finite": (
        lambda: changed(readout__bias=torch.full((C,), torch.nan)),
        "NaN or infinity in",
    ),
    "two ways": (lambda: made(bidirectional=True).state_dict(), "reads in two directions"),
    "projection": (lambda: changed(rnn__weight_hr_l0=torch.zeros(2, H)), "proj_size"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_weights_that_fit_nothing_are_refused(tmp_path, case):
    weights, sentence = BROKEN[case]
    save_file({k: v.contiguous() for k, v in weights().items()}, tmp_path / "net.safetensors")
    with pytest.raises(UserError, match=sentence):
        read_network(tmp_path / "net.safetensors")


def test_pickles_are_not_opened(tmp_path):
    net, file = made(), tmp_path / "net.pt"
    for held, sentence in {
        "module": (net, "holds more than tensors"),
        "checkpoint": ({"model": net.state_dict(), "epoch": 3}, "under 'model' and no state dict"),
        "list": ([1, 2], "holds a list and no state dict"),
    }.values():
        torch.save(held, file)
        with pytest.raises(UserError, match=sentence):
            read_network(file)
    file.write_bytes(b"nothing")
    with pytest.raises(UserError, match="or is damaged"):
        read_network(file)
    with pytest.raises(UserError, match="is no file of weights"):
        read_network(tmp_path / "net.npz")
    (tmp_path / "net.safetensors").write_bytes(b"nothing")
    with pytest.raises(UserError, match="is no safetensors file"):
        read_network(tmp_path / "net.safetensors")


def test_the_kind_that_is_asked_for_must_fit(tmp_path):
    file = saved(tmp_path, made(kind="lstm"))
    with pytest.raises(UserError, match="are those of lstm, and cell says gru"):
        read_network(file, cell="gru")
    with pytest.raises(UserError, match="'ugrnn' is no kind of torch's layers"):
        read_network(file, cell="ugrnn")


def test_a_vocabulary_has_as_many_words_as_there_are_vectors(tmp_path):
    file, words = saved(tmp_path, made()), tmp_path / "vocab.json"
    names = ["<pad>", "<unk>", *(f"w{i}" for i in range(V - 2))]
    words.write_text(json.dumps(names))
    assert read_network(file, vocabulary=words.as_posix()).words.names == names
    words.write_text(json.dumps(names[:-1]))
    with pytest.raises(UserError, match="it has 11 words and the network 12 word vectors"):
        read_network(file, vocabulary=words.as_posix())
