"""
The skeleton of a 3-bit flip-flop
=================================

Three inputs send pulses of +1 and -1; a network must hold the last sign of each. Its memory is 8
stable fixed points, and what lies between them: 12 saddles with one unstable mode, 6 with two, and
1 with three. All 27 are found here, for a vanilla network and for a GRU.
"""

# %%
# Two networks of 24 units
# ------------------------
#
# Eight units hold a bit: they excite each other with a gain of 2, and a pulse sets them. Weights
# carry noise, so that nothing is symmetric and no two networks are the same. They are written down
# here rather than trained, so that the skeleton is known; the GRU reads the same weights slowly.

import numpy as np
import torch

from rnn_geometry import find_fixed_points, plot_slow_points, plot_spectrum, torch_step
from rnn_geometry.dynamics.completeness import search_between
from rnn_geometry.dynamics.fixed_points import skeleton
from rnn_geometry.dynamics.linearization import linearize

BITS, UNITS = 3, 24
rng = np.random.default_rng(0)
signs = rng.choice([-1.0, 1.0], UNITS)
member = np.repeat(np.eye(BITS), UNITS // BITS, axis=0) * signs[:, None]  # of which bit, and how
recurrent = 2 * member @ member.T / (UNITS // BITS) + rng.normal(0, 0.01, (UNITS, UNITS))
inputs = 6 * member + rng.normal(0, 0.05, (UNITS, BITS))


def tensor(array):
    return torch.tensor(array, dtype=torch.float32)


vanilla = torch.nn.RNNCell(BITS, UNITS, bias=False)
vanilla.load_state_dict({"weight_ih": tensor(inputs), "weight_hh": tensor(recurrent)})

# torch's GRU: h' = (1 - z) n + z h. Reset gates are open, update gates half open.
gru = torch.nn.GRUCell(BITS, UNITS)
with torch.no_grad():
    for weight in gru.parameters():
        weight.zero_()
    gru.weight_hh[2 * UNITS :] = tensor(recurrent)
    gru.weight_ih[2 * UNITS :] = tensor(inputs)
    gru.bias_ih[:UNITS] = 20

# %%
# They do the task
# ----------------
#
# 64 sequences of 60 steps; one step in four brings a pulse for a bit. A bit is read off as the mean
# of its units. The GRU takes a few steps to follow, hence pulses that last for three.

draw = np.random.default_rng(1)
pulses = draw.choice([-1.0, 0.0, 1.0], size=(64, 20, BITS), p=[0.125, 0.75, 0.125])
pulses[:, 0] = draw.choice([-1.0, 1.0], size=(64, BITS))
pulses = np.repeat(pulses, 3, axis=1)


def read(cell):
    """Return the states (B, T, S) after every step."""
    h, states = torch.zeros(len(pulses), UNITS), []
    for x in tensor(pulses).unbind(1):
        h = cell(x, h)
        states.append(h)
    return torch.stack(states, 1).detach()


asked = np.zeros((len(pulses), BITS))
for x in pulses.swapaxes(0, 1):
    asked = np.where(x != 0, x, asked)
networks = {"vanilla": vanilla, "gru": gru}
visited, accuracy = {}, {}
for name, cell in networks.items():
    visited[name] = read(cell)
    held = np.sign(visited[name][:, -1].numpy() @ member)
    accuracy[name] = float((held == asked).mean())
    print(f"{name}: {accuracy[name]:.3f} of the bits are held at the end")

# %%
# All fixed points
# ----------------
#
# Starts that the network visits lead to the stable ones. `search_between` starts again between the
# roots found, until no new one comes. `degree` proves that none is missing if it is not 1; here it
# is 1, and the counts are those of a cube: corners, edges, faces, inside.

hold, radius, skeletons = torch.zeros(BITS), 1e-3, {}
for name, cell in networks.items():
    step = torch_step(cell)
    starts = visited[name].flatten(0, 1)[::19]
    found = find_fixed_points(step, starts, hold)
    first = skeleton(step, found, hold, radius=radius)
    found = search_between(step, found, hold, radius=radius)
    bones = skeletons[name] = skeleton(step, found, hold, radius=radius)
    counts = np.bincount(bones.unstable, minlength=4)
    print(
        f"{name}: {len(first.roots)} roots from visited states, {len(bones.roots)} in all; "
        f"with 0, 1, 2, 3 unstable modes {counts.tolist()}; degree {bones.degree}"
    )

# %%
# The cube
# --------

axes = plot_slow_points(skeletons["gru"], dimensions=3)
axes.legend()

# %%
# Spectra at the roots
# --------------------

step = torch_step(vanilla)
plot_spectrum(linearize(step, skeletons["vanilla"].roots, hold))
