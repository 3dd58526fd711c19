"""
A cell of your own
==================

Any class with a `forward(h, x)` can be checked, analysed and trained like the cells that are built
in. Here: leaky units with a leak that can be swept.
"""

# %%
# The class
# ---------
#
# Beside a configuration, this class in `my_cells.py` is all that the workflow needs:
# `models: {leaky: {cell: "my_cells:Leaky", cell_options: {leak: 0.2}, steps: 2000}}`.

import numpy as np
import torch

from rnn_geometry import UserError, check_cell, plot_spectrum, slow_modes
from rnn_geometry.networks.cells import Cell


class Leaky(Cell):
    def __init__(self, input_size, hidden_size, leak=0.1):
        super().__init__(input_size, hidden_size)
        self.leak = leak
        self.recurrent = torch.nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.inputs = torch.nn.Parameter(torch.zeros(hidden_size, input_size))

    def forward(self, h, x):
        drive = h @ self.recurrent.T + x @ self.inputs.T
        return (1 - self.leak) * h + self.leak * torch.tanh(drive)


# %%
# Its check
# ---------
#
# What would spoil an analysis is found before anything is trained: mixed rows, noise, wrong shapes,
# gradients that are none. The workflow does this by itself.

check_cell(Leaky, leak=0.2)


class Noisy(Leaky):
    def forward(self, h, x):
        return super().forward(h, x) + 0.01 * torch.randn_like(h)


refused = ""
try:
    check_cell(Noisy)
except UserError as error:
    refused = str(error)
print(refused)

# %%
# Its slow modes
# --------------
#
# At the origin tanh has a slope of 1, so that J = (1 - leak) I + leak W. With eigenvalues 1 and 0
# of W the modes are 1 and 0.9 for a leak of 0.1: without a bit of weight a leaky unit remembers for
# 1 / -ln(0.9) = 9.5 words.

cell = Leaky(3, 8).double()
axis = np.linalg.qr(np.random.default_rng(0).normal(size=(8, 8)))[0][:, :1]
with torch.no_grad():
    cell.recurrent.copy_(torch.tensor(axis @ axis.T))
found = slow_modes(cell, torch.zeros(1, 8), torch.zeros(3), min_tau=5)
print("time constants:", found.tau[0].round(2))
plot_spectrum(found, min_tau=5)
