"""Networks that a user would bring: made of torch alone, on words whose meaning is planted."""

import json

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

WORDS = ["<pad>", "<unk>", *(f"{c}{i}" for c in "abc" for i in range(3)), "the", "of", "is"]
CLASSES = "abc"
LAYERS = {"gru": nn.GRU, "lstm": nn.LSTM, "vanilla": nn.RNN}
ROWS = 600


class Net(nn.Module):
    """Word vectors, recurrent layers, a readout of the last output."""

    def __init__(self, kind="gru", layers=1, units=16, outputs=3, words=14):
        super().__init__()
        self.embedding = nn.Embedding(words, 8)
        self.rnn = LAYERS[kind](8, units, num_layers=layers, batch_first=True)
        self.readout = nn.Linear(units, outputs)

    def forward(self, tokens):
        return self.readout(self.rnn(self.embedding(tokens))[0][:, -1])


def drawn(count, seed, length=12):
    """Return sentences (n, T) and their class: the one with most words, by the first letter."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(2, len(WORDS), (count, length))
    counts = np.stack([((tokens - 2) // 3 == c).sum(1) for c in range(3)], 1)
    return tokens, (counts + rng.random(counts.shape) / 10).argmax(1)


def trained(steps=0, seed=0, **options):
    """Return a network after some steps of training, outside of the workflow."""
    torch.manual_seed(seed)
    net = Net(**options)
    tokens, labels = (torch.from_numpy(part) for part in drawn(4000, seed))
    optimiser, rng = torch.optim.Adam(net.parameters(), 1e-2), np.random.default_rng(seed)
    for _ in range(steps):
        rows = torch.from_numpy(rng.integers(0, len(tokens), 64))
        loss = nn.functional.cross_entropy(net(tokens[rows]), labels[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return net.eval()


def write_files(folder, networks, rows=ROWS):
    """Write vocab.json, train.csv, test.csv, and the weights of networks by name."""
    (folder / "vocab.json").write_text(json.dumps(WORDS))
    for seed, split in enumerate(("train", "test"), start=100):
        tokens, labels = drawn(rows, seed)
        lines = [
            f"{' '.join(WORDS[i] for i in row)},{CLASSES[label]}"
            for row, label in zip(tokens, labels, strict=True)
        ]
        (folder / f"{split}.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    for name, net in networks.items():
        save_file(net.state_dict(), folder / f"{name}.safetensors")


def task(**options):
    """Return the task of these sentences."""
    source = {split: f"{split}.csv" for split in ("train", "test")}
    facts = {"name": "mine", "family": "text", "source": source, "tokenizer": "whitespace"}
    return {**facts, "label_names": list(CLASSES), **options}
