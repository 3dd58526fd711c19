"""
A line attractor, made by hand
==============================

Two units add up what they are told along one direction and forget all else. The slow points found
lie on that line, and the modes say how long each direction remembers.
"""

# %%
# The step
# --------
#
# J = R diag(1, 0.5) L: the mode along the first column of R is kept, the other one is halved with
# every word. The two are not at right angles, as in most trained networks.

import numpy as np
import torch

from rnn_geometry import linearize, plot_slow_points, plot_spectrum, project_to_slow_manifold

right = np.array([[1.0, 0.8], [0.0, 0.6]])
left = np.linalg.inv(right)
jacobian = torch.tensor(right @ np.diag([1.0, 0.5]) @ left)


def step(h, x):
    return h @ jacobian.T + x


# %%
# The slow manifold
# -----------------
#
# From any state the search moves along fast modes alone. So a state keeps what the slow left vector
# reads out of it, and loses the rest.

states = torch.randn(200, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
found = project_to_slow_manifold(step, states, torch.zeros(2), min_tau=10)

distance_to_line = np.abs(found.points @ left[1]).max()
kept = np.abs(found.points @ left[0] - states.numpy() @ left[0]).max()
print(f"distance to the line: {distance_to_line:.1e}, change along it: {kept:.1e}")

axes = plot_slow_points(states, label="states")
plot_slow_points(found, ax=axes, basis=states, color="#D55E00")
axes.legend()

# %%
# Its modes
# ---------
#
# One of the two modes is slow. Its time constant is cut off at 1e5 words: its eigenvalue is 1.

spectra = linearize(step, found.points[:1], torch.zeros(2))
print(found.modes.to_frame().head(3))
print("time constants in words:", spectra.tau[0].round(2))
plot_spectrum(spectra, min_tau=10)
