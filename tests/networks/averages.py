"""A transformer that can be read off: its last place sees the mean of all words."""

import torch

from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.networks.transformer import CausalTransformer


def averaging(words=3):
    """Return a network whose last place reads the mean of the words, all alike, and no place."""
    cell = CausalTransformer(words, words, layers=1, heads=1)
    with torch.no_grad():
        for weight in cell.parameters():
            weight.zero_()
        (layer,) = cell.layers
        layer.norm1.weight.fill_(1)
        cell.norm.weight.fill_(1)
        cell.entry.weight.copy_(900 * torch.eye(words))
        layer.self_attn.in_proj_weight[2 * words :].copy_(torch.eye(words))
        layer.self_attn.out_proj.weight.copy_(1e8 * torch.eye(words))
    network = Classifier(torch.eye(words), cell, words, readout_bias=False, trainable_words=False)
    network.readout.weight.data.copy_(torch.eye(words))
    return network.eval()
