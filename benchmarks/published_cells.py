"""Numbers of published code of the built-in cells, beside which a test lays ours.

    python benchmarks/published_cells.py FOLDER tests/networks/published_cells

FOLDER holds checkouts of the repositories in `REFERENCES`, each under its own name. Python is one
that has torch, numpy and, of `LRU`, jax and flax; of `RGLRU` einops and jaxtyping; of both Mambas
einops; of `Reservoir` reservoirpy. All runs in float64 on the CPU, weights and words drawn here.
`tests/networks/test_published_cells.py` says which weight of theirs is which of ours.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

TEXTS, WORDS, ENTRIES, UNITS = 2, 6, 2, 3
HEADS, HEAD_SIZE = 2, 2  # of cells that have heads
MEMORIES = 3  # a unit of a Mamba
Numbers = dict[str, Tensor]


class Drawn:
    """Random numbers of one reference, and the weights among them."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.weights: Numbers = {}

    def normal(self, *shape: int, scale: float = 1.0) -> Tensor:
        """Return numbers from N(0, scale^2)."""
        return torch.from_numpy(scale * self.rng.normal(size=shape))

    def positive(self, *shape: int) -> Tensor:
        """Return numbers from 0 to 1."""
        return torch.from_numpy(self.rng.uniform(size=shape))

    def weight(self, name: str, *shape: int, scale: float = 0.7) -> Tensor:
        """Return a weight from N(0, scale^2) that is written down."""
        return self.keep(name, self.normal(*shape, scale=scale))

    def keep(self, name: str, value: Tensor) -> Tensor:
        """Return a weight that was made otherwise and is written down."""
        self.weights[name] = value.clone()
        return value


def module(path: Path, name: str, within: Path | None = None) -> ModuleType:
    """Return a file as a module; one that imports its neighbours is named by its folders.

    The folders' own `__init__` are not run: they import what needs a GPU.
    """
    parts = name.split(".")
    for depth in range(1, len(parts)):
        folder = ModuleType(".".join(parts[:depth]))
        folder.__path__ = [str((within or path.parent).joinpath(*parts[1:depth]))]
        sys.modules.setdefault(folder.__name__, folder)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    made = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def stand_in(name: str, *names: str) -> None:
    """Let an import of a module succeed that is not used here."""
    made = sys.modules[name] = ModuleType(name)
    for each in names:
        setattr(made, each, None)


@contextmanager
def floats_are_double() -> Iterator[None]:
    """Let `tensor.float()` of code that casts to float32 give float64."""
    single = Tensor.float
    Tensor.float = Tensor.double  # type: ignore
    try:
        yield
    finally:
        Tensor.float = single  # type: ignore


def mingru(file: Path, drawn: Drawn) -> Numbers:
    """The word has a third entry 1, which carries a bias; the candidates are not negative."""
    layer = module(file, "mingru").minGRU(UNITS).double()
    candidate, gate = drawn.positive(UNITS, ENTRIES + 1), drawn.normal(UNITS, ENTRIES + 1)
    weight = drawn.keep("to_hidden_and_gate.weight", torch.cat([candidate, gate]))
    layer.to_hidden_and_gate.weight = torch.nn.Parameter(weight)
    words, start = drawn.positive(TEXTS, WORDS, ENTRIES), drawn.positive(TEXTS, 1, UNITS)
    read = torch.cat([words, torch.ones(TEXTS, WORDS, 1)], -1)
    states, last = [], start
    for t in range(WORDS):
        out, last = layer(read[:, t : t + 1], last, return_next_prev_hidden=True)
        states.append(out)
    return {"words": words, "start": start[:, 0], "h": torch.cat(states, 1)}


def lru(file: Path, drawn: Drawn) -> Numbers:
    """C = 1 and C = -i show Re h and Im h; D = 0."""
    import jax

    jax.config.update("jax_enable_x64", True)
    layer = module(file, "lru").LRU(d_hidden=UNITS, d_model=UNITS)
    for name, shape in (
        *((name, (UNITS,)) for name in ("nu_log", "theta_log", "gamma_log")),
        *((name, (UNITS, UNITS)) for name in ("B_re", "B_im")),
    ):
        drawn.weight(name, *shape)
    words = drawn.normal(TEXTS, WORDS, UNITS)
    own = {name: value.numpy() for name, value in drawn.weights.items()} | {"D": np.zeros(UNITS)}

    def read(real: float, imag: float) -> Tensor:
        shown = {"C_re": real * np.eye(UNITS), "C_im": imag * np.eye(UNITS)}
        outputs = [layer.apply({"params": own | shown}, text.numpy()) for text in words]
        return torch.from_numpy(np.array(outputs))

    return {"words": words, "real": read(1, 0), "imag": read(0, -1)}


def rg_lru(file: Path, drawn: Drawn) -> Numbers:
    """Two heads; what they read is a linear map of the words, as in the reference's block.

    `from_reset` starts where `segment_pos` is 0, as every text of the reference does.
    """
    layers = module(file, "recurrentgemma.torch.layers", file.parents[1])
    layers.rnn_scan = partial(layers.rnn_scan, acc_dtype=torch.float64)
    units = HEADS * HEAD_SIZE
    layer = layers.RGLRU(units, HEADS, dtype=torch.float64)
    for name, weight in layer.state_dict().items():
        weight.copy_(drawn.weight(name, *weight.shape))
    drawn.weights["a_param"] -= 3  # most of a state is kept
    layer.a_param.copy_(drawn.weights["a_param"])
    linear = drawn.weight("linear_x.weight", units, ENTRIES)
    bias = drawn.weight("linear_x.bias", units)
    words, start = drawn.normal(TEXTS, WORDS, ENTRIES), drawn.normal(TEXTS, units)
    read = torch.nn.functional.linear(words, linear, bias)
    place = torch.arange(WORDS).expand(TEXTS, -1)
    return {
        "words": words,
        "start": start,
        "h": layer(read, place + 1, start)[0],
        "from_reset": layer(read, place)[0],
    }


def _selective(drawn: Drawn) -> tuple[Numbers, Tensor, Tensor]:
    """Return weights of a selective state space, words and what it reads, a map of the words."""
    rank = 1
    drawn.weight("in_proj.weight", UNITS, ENTRIES)
    drawn.weight("x_proj.weight", rank + 2 * MEMORIES, UNITS)
    drawn.weight("dt_proj.weight", UNITS, rank)
    drawn.weight("dt_proj.bias", UNITS)
    drawn.weight("A_log", UNITS, MEMORIES)
    words = drawn.normal(TEXTS, WORDS, ENTRIES)
    return drawn.weights, words, words @ drawn.weights["in_proj.weight"].mT


def mamba(file: Path, drawn: Drawn) -> Numbers:
    """No D and no gate z; the state after each word is the last one of the words up to it."""
    stand_in("mamba_ssm.ops.triton.layer_norm", "_layer_norm_fwd")
    scan = module(file, "mamba_ssm.ops.selective_scan_interface", file.parents[1])
    weights, words, read = _selective(drawn)
    low, writes, reads = (read @ weights["x_proj.weight"].mT).split([1, MEMORIES, MEMORIES], -1)
    step = low @ weights["dt_proj.weight"].mT
    by_time = [part.mT for part in (read, step)], [part.mT for part in (writes, reads)]
    states = []
    with floats_are_double():
        for t in range(1, WORDS + 1):
            first, then = ([part[..., :t] for part in parts] for parts in by_time)
            out, last = scan.selective_scan_ref(
                *first,
                -weights["A_log"].exp(),
                *then,
                delta_bias=weights["dt_proj.bias"],
                delta_softplus=True,
                return_last_state=True,
            )
            states.append(last)
    return {"words": words, "y": out.mT, "states": torch.stack(states, 1)}


def mamba_minimal(file: Path, drawn: Drawn) -> Numbers:
    """The method `ssm` alone, D = 0: no convolution, no activation, no gate."""
    code = module(file, "mamba_minimal")
    weights, words, read = _selective(drawn)
    args = code.ModelArgs(UNITS, 1, 8, d_state=MEMORIES, expand=1)
    block = code.MambaBlock(args).double()
    known = {name: value for name, value in weights.items() if name != "in_proj.weight"}
    block.load_state_dict(known | {"D": torch.zeros(UNITS)}, strict=False)
    with floats_are_double():
        return {"words": words, "y": block.ssm(read)}


def slstm(file: Path, drawn: Drawn) -> Numbers:
    """One head. The drives of i are wide, so that the stabiliser m has something to do."""
    module(file.parent / "lstm.py", "vanilla.lstm")
    pointwise = module(file, "vanilla.slstm")
    code = module(file.parent / "__init__.py", "vanilla")
    rows = 4 * UNITS
    inputs = drawn.normal(rows, ENTRIES)
    inputs[:UNITS] *= 4
    inputs = drawn.keep("W", inputs)
    recurrent, bias = drawn.weight("R", 1, rows, UNITS), drawn.weight("b", rows)
    words = drawn.normal(TEXTS, WORDS, ENTRIES)
    drive = (words @ inputs.mT).transpose(0, 1)
    start = torch.zeros(4, TEXTS, UNITS, dtype=torch.float64)
    states, *_ = code.slstm_forward(
        drive, start, recurrent, bias, pointwise.slstm_forward_pointwise
    )
    return {"words": words} | dict(zip("hcnm", states[:, 1:].transpose(1, 2)))


def mlstm(file: Path, drawn: Drawn) -> Numbers:
    """Two heads of two units, step by step, without the reference's 1e-6 beside the divisor.

    `with_eps` is h with it.
    """
    code = module(file, "mlstm")
    units = HEADS * HEAD_SIZE
    sizes = {"q": units, "k": units, "v": units, "i": HEADS, "f": HEADS}
    words = drawn.normal(TEXTS, WORDS, ENTRIES)
    read = {}
    for name, rows in sizes.items():
        weight = drawn.weight(f"{name}.weight", rows, ENTRIES, scale=1.5)
        drive = torch.nn.functional.linear(words, weight, drawn.weight(f"{name}.bias", rows))
        read[name] = drive.unflatten(-1, (HEADS, -1)).transpose(1, 2)  # (texts, heads, words, ..)

    def steps(eps: float) -> list[Tensor]:
        """Return h, C, n and m after each word."""
        shapes = (HEAD_SIZE, HEAD_SIZE), (HEAD_SIZE, 1), (1, 1)
        state = tuple(torch.zeros(TEXTS, HEADS, *s, dtype=torch.float64) for s in shapes)
        found = []
        for t in range(WORDS):
            parts = [read[name][:, :, t : t + 1].clone() for name in sizes]
            h, state = code.recurrent_step_stabilized_simple(*state, *parts, eps=eps)
            found.append((h.flatten(1), *state))
        return [torch.stack(parts, 1) for parts in zip(*found)]

    found = dict(zip(("h", "C", "n", "m"), steps(0)))
    return {"words": words, **found, "with_eps": steps(1e-6)[0]}


def lstm_norm(file: Path, drawn: Drawn) -> Numbers:
    """The function in Python that stands beside the kernel; no zoneout."""
    stand_in("haste_pytorch_lib")
    code = module(file, "haste_pytorch.layer_norm_lstm")
    rows = 4 * UNITS
    weights = (
        drawn.weight("kernel", ENTRIES, rows),
        drawn.weight("recurrent_kernel", UNITS, rows),
        drawn.weight("bias", rows),
        drawn.weight("gamma", 2, rows),
        drawn.weight("gamma_h", UNITS),
        drawn.weight("beta_h", UNITS),
    )
    words, h, c = (drawn.normal(TEXTS, *s) for s in ((WORDS, ENTRIES), (UNITS,), (UNITS,)))
    none = torch.empty(0)
    read = code.LayerNormLSTMScript(False, 0.0, words.transpose(0, 1), h, c, *weights, none)
    after = [states[1:].transpose(0, 1) for states in read]
    return {"words": words, "start": torch.cat([h, c], -1), "h": after[0], "c": after[1]}


def leaky(file: Path, drawn: Drawn) -> Numbers:
    """An echo state network whose weights are all given."""
    from reservoirpy.nodes import Reservoir

    weights = {
        "W": drawn.weight("W", UNITS, UNITS),
        "Win": drawn.weight("Win", UNITS, ENTRIES),
        "bias": drawn.weight("bias", UNITS),
    }
    lr = drawn.keep("lr", torch.tensor(0.3, dtype=torch.float64))
    words = drawn.normal(TEXTS, WORDS, ENTRIES)
    given = {name: weight.numpy() for name, weight in weights.items()}
    states = [Reservoir(lr=float(lr), **given).run(text.numpy()) for text in words]
    return {"words": words, "h": torch.from_numpy(np.array(states))}


def of_the_paper(file: Path, drawn: Drawn, kind: str, gates: Sequence[str]) -> Numbers:
    """Cells and Jacobians of the paper's authors; no bias of a gate but that in b.

    `recurrent` and `inputs` are its Jacobians at the last word, from the state before it.
    """
    import jax

    jax.config.update("jax_enable_x64", True)
    code = module(file, "renn_cells")
    linear = {
        gate: code.LinearRNN(
            drawn.weight(f"{gate}.A", UNITS, ENTRIES).numpy(),
            drawn.weight(f"{gate}.W", UNITS, UNITS).numpy(),
            drawn.weight(f"{gate}.b", UNITS).numpy(),
        )
        for gate in gates
    }
    no_bias = {"LSTM": {"forget_bias": 0.0}, "VanillaRNN": {}}.get(kind, {"gate_bias": 0.0})
    cell = getattr(code, kind)(UNITS, **no_bias)
    words = drawn.normal(TEXTS, WORDS, ENTRIES)
    start = drawn.normal(TEXTS, cell.num_units)
    h, states = start.numpy(), []
    for word in words.unbind(1):
        before, h = h, cell.batch_apply(linear, word.numpy(), h)
        states.append(torch.from_numpy(np.array(h)))
    point = linear, words[0, -1].numpy(), before[0]
    jacobians = {
        "recurrent": torch.from_numpy(np.array(cell.rec_jac(*point))),
        "inputs": torch.from_numpy(np.array(cell.inp_jac(*point))),
    }
    return {"words": words, "start": start, "states": torch.stack(states, 1)} | jacobians


class Reference(NamedTuple):
    """Published code of a cell, and what runs it."""

    name: str  # of the file of numbers
    run: Callable[[Path, Drawn], Numbers]
    cell: str
    source: str  # owner and name on GitHub, or the name of a package
    version: str  # commit or version
    file: str
    function: str
    units: int = UNITS
    options: Mapping[str, int] = MappingProxyType({})  # of our cell


REFERENCES = (
    Reference(
        "mingru",
        mingru,
        "mingru",
        "lucidrains/minGRU-pytorch",
        "38b26e119a2e85e70ea53825dc09b91b021afa06",
        "minGRU_pytorch/minGRU.py",
        "minGRU",
    ),
    Reference(
        "lru",
        lru,
        "lru",
        "NicolasZucchet/minimal-LRU",
        "bbd71b1104c399ec0d13819527d791949e66f599",
        "lru/model.py",
        "LRU",
    ),
    Reference(
        "rg_lru",
        rg_lru,
        "rg_lru",
        "google-deepmind/recurrentgemma",
        "2efa84dac0e68e63547a27a18fa943c98f1c312e",
        "recurrentgemma/torch/layers.py",
        "RGLRU",
        units=HEADS * HEAD_SIZE,
    ),
    Reference(
        "mamba",
        mamba,
        "mamba",
        "state-spaces/mamba",
        "e9594ce1c732d97440f0332fdc43170a2294dbfa",
        "mamba_ssm/ops/selective_scan_interface.py",
        "selective_scan_ref",
        options={"memories": MEMORIES},
    ),
    Reference(
        "mamba_minimal",
        mamba_minimal,
        "mamba",
        "johnma2006/mamba-minimal",
        "03de542a36d873f6e6c4057ad687278cc6ae944d",
        "model.py",
        "MambaBlock.ssm",
        options={"memories": MEMORIES},
    ),
    Reference(
        "slstm",
        slstm,
        "slstm",
        "NX-AI/xlstm",
        "032a6fb8ee19a8c0db80ae6111ff4744a09414a9",
        "xlstm/blocks/slstm/src/vanilla/slstm.py",
        "slstm_forward with slstm_forward_pointwise",
    ),
    Reference(
        "mlstm",
        mlstm,
        "mlstm",
        "NX-AI/xlstm",
        "032a6fb8ee19a8c0db80ae6111ff4744a09414a9",
        "xlstm/blocks/mlstm/backends.py",
        "recurrent_step_stabilized_simple",
        units=HEADS * HEAD_SIZE,
        options={"head_size": HEAD_SIZE},
    ),
    Reference(
        "lstm_norm",
        lstm_norm,
        "lstm_norm",
        "lmnt-com/haste",
        "ceba32ecd3735062f25e56b08ef3143caa086753",
        "frameworks/pytorch/layer_norm_lstm.py",
        "LayerNormLSTMScript",
    ),
    Reference("leaky", leaky, "leaky", "reservoirpy", "0.4.2", "nodes/reservoir.py", "Reservoir"),
    *(
        Reference(
            cell,
            partial(of_the_paper, kind=kind, gates=gates),
            cell,
            "google-research/reverse-engineering-neural-networks",
            "5449da47db051cb073786615b2de52c9fdade319",
            "renn/rnn/cells.py",
            kind,
        )
        for cell, kind, gates in (
            ("vanilla", "VanillaRNN", ("weights",)),
            ("gru_reset_before", "GRU", ("reset_gate", "update_gate", "cell_state")),
            ("ugrnn", "UGRNN", ("update_gate", "cell_state")),
            ("lstm", "LSTM", ("update_gate", "forget_gate", "cell_state", "output_gate")),
        )
    ),
)


OF_SCRIPT = ("name", "run")  # what a file of numbers does not say


def folder_of(source: str, checkouts: Path) -> Path:
    """Return where a source lies: a checkout, or an installed package."""
    if "/" in source:
        return checkouts / source.partition("/")[2]
    found = importlib.util.find_spec(source)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{source} is not installed")
    return Path(found.origin).parent


def written(reference: Reference, checkouts: Path) -> str:
    """Run a reference and return the text of its file of numbers, a key a line."""
    file = folder_of(reference.source, checkouts) / reference.file
    drawn = Drawn(seed=0)
    with torch.no_grad():
        numbers = reference.run(file, drawn)
    facts = {key: value for key, value in reference._asdict().items() if key not in OF_SCRIPT}
    facts["options"] = dict(reference.options)
    facts["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    facts["how"] = " ".join((getattr(reference.run, "func", reference.run).__doc__ or "").split())
    facts["drawn"] = "benchmarks/published_cells.py, numpy.random.default_rng(0)"
    facts |= {"weights": {name: value.tolist() for name, value in drawn.weights.items()}}
    facts |= {name: value.tolist() for name, value in numbers.items()}
    lines = (f" {json.dumps(key)}: {json.dumps(value)}" for key, value in facts.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkouts", type=Path, help="folder of the repositories")
    parser.add_argument("numbers", type=Path, help="folder of the files of numbers")
    parser.add_argument("--only", nargs="*", help="names of files, without .json")
    asked = parser.parse_args()
    for reference in REFERENCES:
        if not asked.only or reference.name in asked.only:
            file = asked.numbers / f"{reference.name}.json"
            file.write_text(written(reference, asked.checkouts))
            print(file)


if __name__ == "__main__":
    main()
